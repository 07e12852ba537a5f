//! What goes into the demonstration, and whether it comes out.

use crate::editions::Needles;
use crate::root;
use anyhow::{Context, bail};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A piece is taken in every so many bytes.
const STEP_BYTES: usize = 48;
/// Shorter lines may stand on a screen as well.
const LINE_BYTES_MIN: usize = 12;
/// The head of a wav file.
const WAV_HEAD_BYTES: usize = 44;

/// Pieces of pictures, sounds and lines.
pub(crate) struct Media {
    pictures: Needles,
    sounds: Needles,
    lines: Vec<String>,
}

/// Where the demonstration's input lies.
pub(crate) fn folder() -> PathBuf {
    root().join("board/demo")
}

impl Media {
    /// All pictures, sounds and typed lines of the demonstration: pixels as bytes and as floats, sound as the file has it
    /// and as the program has it, and both as they lie in their files.
    pub(crate) fn of_demonstration() -> anyhow::Result<Self> {
        let (mut pictures, mut sounds) = (Needles::every(&[], STEP_BYTES), Needles::every(&[], STEP_BYTES));
        for entry in fs::read_dir(folder()).context("the demonstration's input is not there")? {
            let path = entry?.path();
            let bytes = fs::read(&path)?;
            match path.extension().and_then(|ending| ending.to_str()) {
                Some("png" | "jpg") => {
                    pictures.add(&bytes, STEP_BYTES);
                    let pixels = pixels(&path)?;
                    pictures.add(&pixels, STEP_BYTES);
                    let floats: Vec<u8> =
                        pixels.iter().flat_map(|value| (f32::from(*value) / 255.0).to_le_bytes()).collect();
                    pictures.add(&floats, 4 * STEP_BYTES);
                }
                Some("wav") => {
                    let samples = bytes.get(WAV_HEAD_BYTES..).unwrap_or_default();
                    sounds.add(samples, STEP_BYTES);
                    let floats: Vec<u8> = samples
                        .as_chunks::<2>()
                        .0
                        .iter()
                        .flat_map(|sample| (f32::from(i16::from_le_bytes(*sample)) / 32_768.0).to_le_bytes())
                        .collect();
                    sounds.add(&floats, 4 * STEP_BYTES);
                }
                _ => {}
            }
        }
        let script = fs::read_to_string(folder().join("demo.script"))?;
        let typed = script.lines().filter_map(|line| line.split_once(": ").map(|(_, step)| step.trim()));
        let typed =
            typed.filter_map(|step| step.strip_prefix("type ")).filter(|line| line.len() >= LINE_BYTES_MIN);
        Ok(Self { pictures, sounds, lines: typed.map(str::to_owned).collect() })
    }

    /// What of it is in `bytes`.
    pub(crate) fn within(&self, bytes: &[u8]) -> Option<String> {
        let (pictures, sounds) = (self.pictures.found_in(bytes), self.sounds.found_in(bytes));
        let line =
            self.lines.iter().any(|line| bytes.windows(line.len()).any(|window| window == line.as_bytes()));
        match (pictures, sounds, line) {
            (0, 0, false) => None,
            (0, 0, true) => Some("holds a line that was typed".to_owned()),
            _ => Some(format!("holds {pictures} pieces of pictures and {sounds} pieces of sounds")),
        }
    }

    /// Looks into every file of a folder, and into the pixels of its pictures; gives how many files there are.
    pub(crate) fn left_in(&self, folder: &Path) -> anyhow::Result<usize> {
        let mut files = 0;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                files += self.left_in(&path)?;
                continue;
            }
            let mut found = self.within(&fs::read(&path)?);
            if path.extension().is_some_and(|ending| ending == "png") {
                found = found.or(self.within(&pixels(&path)?));
            }
            if let Some(what) = found {
                bail!("{} {what}; nothing of media may reach a file", path.display());
            }
            files += 1;
        }
        Ok(files)
    }
}

impl fmt::Display for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pictures, sounds, lines) = (self.pictures.len(), self.sounds.len(), self.lines.len());
        write!(f, "looked for: {pictures} pieces of pictures, {sounds} pieces of sounds, {lines} typed lines")
    }
}

/// Red, green and blue, row by row.
fn pixels(path: &Path) -> anyhow::Result<Vec<u8>> {
    let picture = image::open(path).with_context(|| format!("{} is no picture", path.display()))?;
    Ok(picture.into_rgb8().into_raw())
}
