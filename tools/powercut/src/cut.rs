//! What is left on a disk when the power goes: all that was made safe, and of the rest whatever chance leaves.

use crate::disk::{Image, Op, write};
use petri_core::random::Random;
use std::collections::{BTreeMap, BTreeSet};

/// The smallest piece that a disk writes as a whole.
const SECTOR_BYTES: usize = 512;
/// The pieces that a card may spoil when the power goes while it writes into them.
const SPOILED_BYTES: [usize; 2] = [512, 4_096];

/// What becomes of the changes that were asked for and not yet safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// All are there, as after a program was killed.
    Kept,
    /// None is there.
    Dropped,
    /// The first so many are there, and the next is torn at a sector.
    Torn,
    /// Any sectors of any of them are there.
    Reordered,
    /// As `Reordered`, and pieces that were being written are spoiled, with what lay beside in the same piece.
    Spoiled,
}

impl Fate {
    /// All of them.
    pub const ALL: [Fate; 5] = [Fate::Kept, Fate::Dropped, Fate::Torn, Fate::Reordered, Fate::Spoiled];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Fate::Kept => "kept",
            Fate::Dropped => "dropped",
            Fate::Torn => "torn",
            Fate::Reordered => "reordered",
            Fate::Spoiled => "spoiled",
        }
    }
}

/// A disk that follows a log of changes and can lose its power anywhere.
#[derive(Debug, Clone, Default)]
pub struct Platter {
    safe: Vec<Vec<u8>>,
    names: BTreeMap<String, usize>,
    /// Positions in the log of changes that are not safe.
    waiting: Vec<usize>,
}

impl Platter {
    /// A disk on which everything is safe.
    pub fn of(image: &Image) -> Self {
        let names = image.keys().cloned().zip(0..).collect();
        Self { safe: image.values().cloned().collect(), names, waiting: Vec::new() }
    }

    /// Follows the change at a position of the log.
    pub fn follow(&mut self, log: &[Op], at: usize) {
        match &log[at] {
            Op::Create { node, .. } => {
                self.safe.resize_with(self.safe.len().max(node + 1), Vec::new);
                self.waiting.push(at);
            }
            Op::Delete { .. } | Op::Write { .. } | Op::Truncate { .. } => self.waiting.push(at),
            Op::Sync { node: synced } => {
                let safe = &mut self.safe[*synced];
                self.waiting.retain(|at| match &log[*at] {
                    Op::Write { node, offset, bytes } if node == synced => {
                        write(safe, *offset, bytes);
                        false
                    }
                    Op::Truncate { node, len } if node == synced => {
                        safe.resize(*len, 0);
                        false
                    }
                    _ => true,
                });
            }
            Op::SyncFolder => {
                let names = &mut self.names;
                self.waiting.retain(|at| match &log[*at] {
                    Op::Create { name, node } => {
                        names.insert(name.clone(), *node);
                        false
                    }
                    Op::Delete { name } => {
                        names.remove(name);
                        false
                    }
                    _ => true,
                });
            }
        }
    }

    /// How many changes are not safe.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The files after a power cut.
    pub fn cut(&self, log: &[Op], fate: Fate, chance: &mut Random) -> Image {
        let (mut files, mut names) = (self.safe.clone(), self.names.clone());
        // How likely a change is to have reached the disk.
        let likely = [100, 500, 900][chance.below(3) as usize];
        let whole = match fate {
            Fate::Kept => self.waiting.len(),
            Fate::Torn => chance.below(self.waiting.len() as u32 + 1) as usize,
            Fate::Dropped | Fate::Reordered | Fate::Spoiled => 0,
        };
        let mut touched = BTreeSet::new();
        // A name is made and taken away in order; what comes after the first change that is lost is lost, too.
        let mut lost_names: BTreeSet<&str> = BTreeSet::new();
        for (i, at) in self.waiting.iter().enumerate() {
            let arrives = |chance: &mut Random| match fate {
                Fate::Kept => true,
                Fate::Dropped => false,
                Fate::Torn => i < whole,
                Fate::Reordered | Fate::Spoiled => chance.below(1_000) < likely,
            };
            match &log[*at] {
                Op::Create { name, node } => {
                    if !lost_names.contains(name.as_str()) && arrives(chance) {
                        names.insert(name.clone(), *node);
                    } else {
                        lost_names.insert(name);
                    }
                }
                Op::Delete { name } => {
                    if !lost_names.contains(name.as_str()) && arrives(chance) {
                        names.remove(name);
                    } else {
                        lost_names.insert(name);
                    }
                }
                Op::Truncate { node, len } => {
                    if arrives(chance) {
                        files[*node].resize(*len, 0);
                    }
                }
                Op::Write { node, offset, bytes } => {
                    let pieces = sectors(*offset, bytes);
                    let torn = (fate == Fate::Torn && i == whole)
                        .then(|| chance.below(pieces.clone().count() as u32) as usize);
                    for (n, (offset, piece)) in pieces.enumerate() {
                        touched.insert((*node, offset));
                        if torn.map_or_else(|| arrives(chance), |torn| n < torn) {
                            write(&mut files[*node], offset, piece);
                        }
                    }
                }
                Op::Sync { .. } | Op::SyncFolder => {}
            }
        }
        if fate == Fate::Spoiled {
            spoil(&mut files, &touched, chance);
        }
        names.into_iter().map(|(name, node)| (name, std::mem::take(&mut files[node]))).collect()
    }
}

/// Bytes as the sectors in which they come to lie, each with its place.
fn sectors(offset: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> + Clone {
    let first = (SECTOR_BYTES - offset % SECTOR_BYTES).min(bytes.len());
    let (head, rest) = bytes.split_at(first);
    let head = std::iter::once((offset, head));
    let rest = rest.chunks(SECTOR_BYTES).enumerate();
    head.chain(rest.map(move |(i, piece)| (offset + first + i * SECTOR_BYTES, piece)))
}

/// Spoils up to three of the pieces that were being written.
fn spoil(files: &mut [Vec<u8>], touched: &BTreeSet<(usize, usize)>, chance: &mut Random) {
    let unit = SPOILED_BYTES[chance.below(2) as usize];
    for _ in 0..=chance.below(3) {
        let Some((node, offset)) = touched.iter().nth(chance.below(touched.len() as u32) as usize) else {
            return;
        };
        let file = &mut files[*node];
        let start = offset / unit * unit;
        let end = (start + unit).min(file.len());
        let piece = file.get_mut(start..end).unwrap_or_default();
        match chance.below(3) {
            0 => piece.fill(0),
            1 => piece.fill(0xFF),
            _ => piece.fill_with(|| chance.below(256) as u8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Vec<Op> {
        let bytes = |value: u8| vec![value; 1_024];
        vec![
            Op::Create { name: "a".to_owned(), node: 0 },
            Op::Write { node: 0, offset: 0, bytes: bytes(1) },
            Op::Sync { node: 0 },
            Op::SyncFolder,
            Op::Write { node: 0, offset: 256, bytes: bytes(2) },
            Op::Truncate { node: 0, len: 300 },
            Op::Delete { name: "a".to_owned() },
        ]
    }

    fn after(upto: usize) -> Platter {
        let mut platter = Platter::default();
        (0..upto).for_each(|at| platter.follow(&log(), at));
        platter
    }

    #[test]
    fn what_was_made_safe_stays_and_the_rest_is_left_to_chance() {
        let mut chance = Random::new(1);
        assert!(after(3).cut(&log(), Fate::Dropped, &mut chance).is_empty(), "the name was not safe");
        let safe = Image::from([("a".to_owned(), vec![1; 1_024])]);
        assert_eq!(after(7).cut(&log(), Fate::Dropped, &mut chance), safe);
        assert_eq!(after(4).waiting(), 0);
        assert!(after(7).cut(&log(), Fate::Kept, &mut chance).is_empty());
        let kept = after(5).cut(&log(), Fate::Kept, &mut chance);
        assert_eq!(kept["a"], [vec![1; 256], vec![2; 1_024]].concat());
        let mut seen = BTreeSet::new();
        for _ in 0..100 {
            let torn = after(5).cut(&log(), Fate::Torn, &mut chance).remove("a").expect("its name is safe");
            assert!(torn[..256].iter().all(|byte| *byte == 1));
            seen.insert(torn.iter().filter(|byte| **byte == 2).count());
        }
        assert_eq!(seen, BTreeSet::from([0, 256, 768, 1_024]), "torn at sectors, in order");
    }

    #[test]
    fn what_is_spoiled_was_being_written_or_lies_beside_it() {
        let mut chance = Random::new(2);
        let safe = vec![1; 1_024];
        let mut beside = false;
        for _ in 0..200 {
            let mut platter =
                Platter::of(&Image::from([("a".to_owned(), [safe.clone(), safe.clone()].concat())]));
            let log = [Op::Write { node: 0, offset: 1_700, bytes: vec![2; 10] }];
            platter.follow(&log, 0);
            let spoiled =
                platter.cut(&log, Fate::Spoiled, &mut chance).remove("a").expect("its name is safe");
            beside |= spoiled[1_600..1_700].iter().any(|byte| *byte != 1);
        }
        assert!(beside);
    }
}
