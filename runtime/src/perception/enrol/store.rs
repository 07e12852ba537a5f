//! A learner's words as the journal keeps them: a few numbers for each recording, no sound.
//!
//! `PTRW`, the version, the first bytes of the encoder's SHA-256, the number of words; for each its index in
//! [`Word::ALL`], the number of recordings and their vectors as little-endian floats; CRC-32 of it all. Up to version 5
//! of the journal they lay in files beside it, in the clear.

use super::{Base, Enrolled, Pattern, RECORDINGS, SLOTS_MAX, VECTOR_LEN};
use crate::Error;
use crate::journal::Journal;
use petri_core::Word;
use petri_models::Id;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 4] = b"PTRW";
const VERSION: u8 = 1;
const ENCODER_BYTES: usize = 8;
const RECORDING_BYTES: usize = 4 * VECTOR_LEN;
const FILE_BYTES_MAX: usize = 18 + SLOTS_MAX * (2 + *RECORDINGS.end() * RECORDING_BYTES);
/// End of the name of a file that was being written.
const FRESH: &str = ".new";

/// Files of words beside a journal: their learners, and whether they were written to the end.
fn beside(journal: &Path) -> Result<Vec<(u32, bool, PathBuf)>, Error> {
    let refuse = |source| Error::Write { path: journal.to_owned(), source };
    let mut start = journal.file_name().map(OsString::from).unwrap_or_default();
    start.push("-words-");
    let start = start.to_string_lossy().into_owned();
    let folder = match journal.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(refuse)? {
        let entry = entry.map_err(refuse)?;
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(&start)) else { continue };
        if let Ok(learner) = rest.trim_end_matches(FRESH).parse() {
            files.push((learner, !rest.ends_with(FRESH), entry.path()));
        }
    }
    Ok(files)
}

/// The words that lie in files beside a journal of an earlier version, by learner.
pub(crate) fn files(journal: &Path) -> Result<Vec<(u32, Vec<u8>)>, Error> {
    let whole = beside(journal)?.into_iter().filter(|(_, whole, _)| *whole);
    whole
        .map(|(learner, _, path)| {
            let mut bytes = Vec::new();
            let read = File::open(&path)
                .and_then(|file| file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes));
            read.map_err(|source| Error::Write { path, source })?;
            Ok((learner, bytes))
        })
        .collect()
}

/// Overwrites and removes the files of words of a learner, or of everybody, and returns how many that were.
pub(crate) fn erase(journal: &Path, learner: Option<u32>) -> Result<usize, Error> {
    let mut erased = 0;
    for (owner, _, path) in beside(journal)? {
        if learner.is_none_or(|learner| learner == owner) {
            let gone = || -> std::io::Result<()> {
                let mut file = OpenOptions::new().write(true).open(&path)?;
                let length = file.metadata()?.len().min(2 * FILE_BYTES_MAX as u64);
                file.write_all(&vec![0; length as usize])?;
                file.sync_all()?;
                std::fs::remove_file(&path)
            };
            gone().map_err(|source| Error::Write { path: path.clone(), source })?;
            erased += 1;
        }
    }
    Ok(erased)
}

impl Enrolled {
    /// Reads the words of a learner; none where there are none.
    pub(crate) fn read(journal: &Journal, learner: u32, base: &Base) -> Result<Self, Error> {
        let Some(bytes) = journal.words(learner)? else { return Ok(Self::default()) };
        Self::parse(&bytes, base).map_err(|what| Error::Journal {
            path: journal.path().to_owned(),
            what: format!("in the words of learner {learner}, {what}"),
        })
    }

    /// Keeps the words in the journal, which seals them.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn write(&self, journal: &mut Journal, learner: u32) -> Result<(), Error> {
        journal.set_words(learner, (!self.is_empty()).then(|| self.bytes()).as_deref())
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
            "something is damaged; forget all words with `petri words forget --all` and enrol them again";
        let (content, crc) = bytes.split_last_chunk::<4>().ok_or(DAMAGED)?;
        if crc32fast::hash(content) != u32::from_le_bytes(*crc) {
            return Err(DAMAGED);
        }
        let rest = content.strip_prefix(MAGIC).ok_or(DAMAGED)?;
        let (version, rest) = rest.split_first().ok_or(DAMAGED)?;
        if *version != VERSION {
            return Err("a later Petri wrote it; install that one, or forget all words and enrol them again");
        }
        let (made_by, rest) = rest.split_first_chunk::<ENCODER_BYTES>().ok_or(DAMAGED)?;
        if *made_by != encoder() {
            return Err("all were made with another speech model; forget all words and enrol them again");
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
