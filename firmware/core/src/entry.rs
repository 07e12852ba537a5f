//! What is kept of a trial: the one thing that outlives a session.

use crate::{Emotion, Permille};
use serde::{Deserialize, Serialize};

/// The result of one trial. It holds no media, no text and no name.
///
/// The wire form is postcard's; fields are only ever added at the end, with a new journal version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the session, from 0.
    pub trial: u16,
    /// What was practised.
    pub exercise: Exercise,
    /// The item within the exercise; for drawn faces the index of the target feeling.
    pub item: u16,
    /// The feeling shown, written of or asked for.
    pub target: Emotion,
    /// The feeling answered, if there was an answer.
    pub answer: Option<Emotion>,
    /// How the trial ended.
    pub outcome: Outcome,
    /// How the answer came.
    pub channel: Channel,
    /// How strong the face was drawn; 1000 for text.
    pub intensity: Permille,
    /// Time from the question to the answer.
    pub latency_ms: u32,
    /// Whether a hint was asked for.
    pub helped: bool,
    /// The learner's ability at this feeling in this exercise after the trial, in thousandths of a logit.
    pub ability_ml: i16,
    /// The standard error of `ability_ml`, in the same unit.
    pub spread_ml: i16,
}

/// An entry in its stored form.
pub type EntryBytes = heapless::Vec<u8, { Entry::BYTES_MAX }>;

/// Bytes that are no entry: damaged, or written by a later version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnEntry;

impl Entry {
    /// No stored entry is longer.
    pub const BYTES_MAX: usize = 32;

    /// The stored form.
    ///
    /// # Panics
    /// Never: the longest encoding is 26 bytes, which a test pins.
    pub fn to_bytes(&self) -> EntryBytes {
        let mut buffer = [0; Self::BYTES_MAX];
        let used = postcard::to_slice(self, &mut buffer).map_or(0, |used| used.len());
        buffer[..used].iter().copied().collect()
    }

    /// Reads the stored form back.
    ///
    /// # Errors
    /// [`NotAnEntry`] when the bytes are damaged or more than one entry.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAnEntry> {
        match postcard::take_from_bytes(bytes) {
            Ok((entry, [])) => Ok(entry),
            _ => Err(NotAnEntry),
        }
    }
}

/// What the learner practises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exercise {
    /// Name the feeling that a drawn face shows.
    ReadTheFace,
    /// Name the feeling of somebody who wrote a line.
    ReadTheWords,
    /// Make the face that the drawing shows.
    Mirror,
}

impl Exercise {
    /// How many there are.
    pub const COUNT: usize = 3;
    /// All of them, in the order of their indices.
    pub const ALL: [Exercise; Self::COUNT] =
        [Exercise::ReadTheFace, Exercise::ReadTheWords, Exercise::Mirror];

    /// Position in [`Exercise::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Its name on the menu.
    pub const fn name(self) -> &'static str {
        match self {
            Exercise::ReadTheFace => "Faces",
            Exercise::ReadTheWords => "Words",
            Exercise::Mirror => "Mirror",
        }
    }
}

/// How a trial ended. No outcome is a verdict on the learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The answer was the target.
    Same,
    /// The answer was another feeling.
    Different,
    /// The learner went on without an answer.
    Skipped,
}

/// The way an answer took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    /// A button.
    Button,
    /// A spoken keyword.
    Voice,
    /// A face that the learner made.
    Face,
    /// A reply in words.
    Text,
}
