//! Looks for pieces of one thing in another.

use anyhow::{Context, bail};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::Command;

/// Length of a piece: by chance none of them stands in another file.
const PIECE_BYTES: usize = 24;
/// From the start of one piece to that of the next.
const STEP_BYTES: usize = 512;
/// Pieces with fewer different bytes say nothing: zeros are everywhere.
const DIFFERENT_MIN: usize = 10;

/// Pieces that are looked for, by their first eight bytes.
pub(crate) struct Needles {
    pieces: HashMap<[u8; 8], Vec<[u8; PIECE_BYTES]>>,
    /// By the first two bytes: whether any piece begins so.
    begins: Vec<bool>,
    count: usize,
}

impl Needles {
    /// Pieces from all over `bytes`.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self::every(bytes, STEP_BYTES)
    }

    /// A piece in every `step` of `bytes`.
    pub(crate) fn every(bytes: &[u8], step: usize) -> Self {
        let mut needles = Self { pieces: HashMap::new(), begins: vec![false; 1 << 16], count: 0 };
        needles.add(bytes, step);
        needles
    }

    /// Adds a piece in every `step` of `bytes`.
    pub(crate) fn add(&mut self, bytes: &[u8], step: usize) {
        for piece in bytes.windows(PIECE_BYTES).step_by(step) {
            let mut sorted = piece.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            let (Some(head), Ok(piece)) = (piece.first_chunk::<8>(), <[u8; PIECE_BYTES]>::try_from(piece))
            else {
                continue;
            };
            if sorted.len() >= DIFFERENT_MIN {
                self.begins[begin(*head)] = true;
                let same = self.pieces.entry(*head).or_default();
                if !same.contains(&piece) {
                    same.push(piece);
                    self.count += 1;
                }
            }
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Leaves out what is in `bytes`, too.
    pub(crate) fn leave_out(&mut self, bytes: &[u8]) {
        for piece in self.matches(bytes) {
            if let Some(head) = piece.first_chunk::<8>()
                && let Some(same) = self.pieces.get_mut(head)
            {
                same.retain(|other| *other != piece);
                self.count -= 1;
            }
        }
    }

    /// How many of them are in `bytes`, each counted once.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> usize {
        self.matches(bytes).len()
    }

    fn matches(&self, bytes: &[u8]) -> HashSet<[u8; PIECE_BYTES]> {
        let mut found = HashSet::new();
        for window in bytes.windows(PIECE_BYTES) {
            let Some(head) = window.first_chunk::<8>() else { continue };
            if self.begins[begin(*head)]
                && let Some(piece) =
                    self.pieces.get(head).and_then(|pieces| pieces.iter().find(|piece| &piece[..] == window))
            {
                found.insert(*piece);
            }
        }
        found
    }
}

fn begin(head: [u8; 8]) -> usize {
    usize::from(u16::from_le_bytes([head[0], head[1]]))
}

/// The symbols of a program, as the linker knows them.
pub(crate) fn symbols(program: &Path) -> anyhow::Result<Vec<String>> {
    let output = Command::new("nm").arg(program).output().context("cannot start nm; install binutils")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let names: Vec<String> =
        text.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect();
    if !output.status.success() || names.is_empty() {
        bail!("{} has no symbols; it was stripped of them, build it anew", program.display());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that do not repeat soon.
    fn noise(length: usize) -> Vec<u8> {
        (0..length as u64).map(|at| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as u8).collect()
    }

    #[test]
    fn pieces_are_found_wherever_they_lie_and_not_where_they_are_not() {
        let bytes = noise(8_192);
        let needles = Needles::of(&bytes);
        assert_eq!(needles.len(), 16);
        assert_eq!(needles.found_in(&[&[7; 5], &bytes[..]].concat()), 16);
        assert_eq!(needles.found_in(&[&[7; 3], &bytes[4_096..4_096 + PIECE_BYTES]].concat()), 1);
        let other: Vec<u8> = bytes.iter().map(|byte| byte ^ 0x55).collect();
        assert_eq!(needles.found_in(&other), 0);
        assert_eq!(Needles::of(&[0; 8_192]).len(), 0, "zeros are everywhere");
    }
}
