//! The file of a learner's words: a few numbers for each recording, no sound, beside the journal.
//!
//! `PTRW`, the version, the first bytes of the encoder's SHA-256, the number of words; for each its index in
//! [`Word::ALL`], the number of recordings and their vectors as little-endian floats; CRC-32 of it all.

use super::{Base, Enrolled, Pattern, RECORDINGS, SLOTS_MAX, VECTOR_LEN};
use crate::{Error, intake};
use petri_core::Word;
use petri_models::Id;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 4] = b"PTRW";
const VERSION: u8 = 1;
const ENCODER_BYTES: usize = 8;
const RECORDING_BYTES: usize = 4 * VECTOR_LEN;
const FILE_BYTES_MAX: usize = 18 + SLOTS_MAX * (2 + *RECORDINGS.end() * RECORDING_BYTES);

/// Where the words of a learner lie: beside the journal, under its name.
pub fn path(journal: &Path, learner: u32) -> PathBuf {
    let mut name = journal.file_name().map(OsString::from).unwrap_or_default();
    name.push(format!("-words-{learner}"));
    journal.with_file_name(name)
}

/// Erases the words of a learner, or of everybody, and returns how many files that were.
///
/// # Errors
/// When a file cannot be removed.
pub fn erase(journal: &Path, learner: Option<u32>) -> Result<usize, Error> {
    let refuse = |path: &Path, source| Error::Write { path: path.to_owned(), source };
    let whole = path(journal, 0).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let start = whole.trim_end_matches('0');
    let folder = match journal.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut erased = 0;
    for entry in std::fs::read_dir(folder).map_err(|error| refuse(folder, error))? {
        let entry = entry.map_err(|error| refuse(folder, error))?;
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_prefix(start));
        // One that was being written when the power failed counts, too.
        let number = rest.map(|rest| rest.trim_end_matches(FRESH));
        let owner = number.and_then(|number| number.parse::<u32>().ok());
        if owner.is_some_and(|owner| learner.is_none_or(|learner| learner == owner)) {
            std::fs::remove_file(entry.path()).map_err(|error| refuse(&entry.path(), error))?;
            erased += 1;
        }
    }
    Ok(erased)
}

/// End of the name of a file that is being written.
const FRESH: &str = ".new";

impl Enrolled {
    /// Reads the words of a learner; none where there is no file.
    pub(crate) fn read(path: &Path, base: &Base) -> Result<Self, Error> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let bytes = intake::bytes(path, FILE_BYTES_MAX)?;
        Self::parse(&bytes, base)
            .map_err(|what| Error::Intake { path: path.to_owned(), what: what.to_owned() })
    }

    /// Writes the words: whole, or not at all. A learner without words has no file.
    ///
    /// # Errors
    /// When the file or its folder cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let refuse = |source| Error::Write { path: path.to_owned(), source };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if self.is_empty() {
            return match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(refuse(error)),
                _ => Ok(()),
            };
        }
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder).map_err(refuse)?;
        }
        let mut fresh = path.to_owned().into_os_string();
        fresh.push(FRESH);
        let mut file = File::create(&fresh).map_err(refuse)?;
        file.write_all(&self.bytes()).and_then(|()| file.sync_all()).map_err(refuse)?;
        std::fs::rename(&fresh, path).map_err(refuse)?;
        File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all()).map_err(refuse)
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend(encoder());
        bytes.push(self.words.len() as u8);
        for one in &self.words {
            let index = Word::ALL.iter().position(|word| *word == one.word).unwrap_or_default();
            bytes.extend([index as u8, one.recordings.len() as u8]);
            bytes.extend(one.recordings.iter().flat_map(|pattern| pattern.0).flat_map(f32::to_le_bytes));
        }
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// What is the matter and what to do.
    pub fn parse(bytes: &[u8], base: &Base) -> Result<Self, &'static str> {
        const DAMAGED: &str =
            "it is damaged; forget all words with `petri words forget --all` and enrol them again";
        let (content, crc) = bytes.split_last_chunk::<4>().ok_or(DAMAGED)?;
        if crc32fast::hash(content) != u32::from_le_bytes(*crc) {
            return Err(DAMAGED);
        }
        let rest = content.strip_prefix(MAGIC).ok_or("it holds no enrolled words; move it away")?;
        let (version, rest) = rest.split_first().ok_or(DAMAGED)?;
        if *version != VERSION {
            return Err("a later Petri wrote it; install that one, or forget all words and enrol them again");
        }
        let (made_by, rest) = rest.split_first_chunk::<ENCODER_BYTES>().ok_or(DAMAGED)?;
        if *made_by != encoder() {
            return Err("it was made with another speech model; forget all words and enrol them again");
        }
        let (count, mut rest) = rest.split_first().ok_or(DAMAGED)?;
        let mut enrolled = Self::default();
        for _ in 0..usize::from(*count).min(SLOTS_MAX) {
            let ([index, recordings], after) = rest.split_first_chunk::<2>().ok_or(DAMAGED)?;
            let (index, recordings) = (usize::from(*index), usize::from(*recordings));
            let word = *Word::ALL.get(index).ok_or(DAMAGED)?;
            let (vectors, after) = after.split_at_checked(recordings * RECORDING_BYTES).ok_or(DAMAGED)?;
            let known = enrolled.words().any(|(other, _)| other == word);
            if known || !RECORDINGS.contains(&recordings) {
                return Err(DAMAGED);
            }
            enrolled.put(word, vectors.as_chunks::<RECORDING_BYTES>().0.iter().map(pattern).collect(), base);
            rest = after;
        }
        if rest.is_empty() { Ok(enrolled) } else { Err(DAMAGED) }
    }
}

fn pattern(bytes: &[u8; RECORDING_BYTES]) -> Pattern {
    let mut values = [0.0; VECTOR_LEN];
    for (value, bytes) in values.iter_mut().zip(bytes.as_chunks::<4>().0) {
        let number = f32::from_le_bytes(*bytes);
        *value = if number.is_finite() { number } else { 0.0 };
    }
    Pattern(values)
}

/// The encoder that vectors come from: those of another mean nothing.
fn encoder() -> [u8; ENCODER_BYTES] {
    let hex = &petri_models::get(Id::SpeechEncoder).sha256;
    let byte = |i: usize| hex.get(2 * i..2 * i + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    std::array::from_fn(|i| byte(i).unwrap_or_default())
}
