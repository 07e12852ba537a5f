//! What is kept of a trial: the one thing that outlives a session.

use crate::moves::Moves;
use crate::table::tables;
use crate::{Emotion, Language, Permille};
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
    /// The item within the exercise: the key of a pack's item, or for drawn faces the index of the actor.
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
    /// What the trial was for.
    pub purpose: Purpose,
    /// Who has judged it. A later entry with the same trial number takes the place of this one.
    pub judge: Judge,
    /// What a reply did for the other; empty in the other exercises.
    pub moves: Moves,
}

/// The entry of the first journals, which had no purpose, judge and moves.
#[derive(Deserialize)]
struct FirstEntry {
    trial: u16,
    exercise: Exercise,
    item: u16,
    target: Emotion,
    answer: Option<Emotion>,
    outcome: Outcome,
    channel: Channel,
    intensity: Permille,
    latency_ms: u32,
    helped: bool,
    ability_ml: i16,
    spread_ml: i16,
}

impl From<FirstEntry> for Entry {
    fn from(first: FirstEntry) -> Self {
        Self {
            trial: first.trial,
            exercise: first.exercise,
            item: first.item,
            target: first.target,
            answer: first.answer,
            outcome: first.outcome,
            channel: first.channel,
            intensity: first.intensity,
            latency_ms: first.latency_ms,
            helped: first.helped,
            ability_ml: first.ability_ml,
            spread_ml: first.spread_ml,
            purpose: Purpose::Training,
            judge: Judge::Device,
            moves: Moves::NONE,
        }
    }
}

/// An entry in its stored form.
pub type EntryBytes = heapless::Vec<u8, { Entry::BYTES_MAX }>;

/// Bytes that are no entry: damaged, or written by a later version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnEntry;

impl Entry {
    /// No stored entry is longer.
    pub const BYTES_MAX: usize = 40;

    /// The stored form.
    ///
    /// # Panics
    /// Never: the longest encoding is 29 bytes, which a test pins.
    pub fn to_bytes(&self) -> EntryBytes {
        let mut buffer = [0; Self::BYTES_MAX];
        let used = postcard::to_slice(self, &mut buffer).unwrap_or_default();
        used.iter().copied().collect()
    }

    /// Reads the stored form back.
    ///
    /// # Errors
    /// [`NotAnEntry`] when the bytes are damaged or more than one entry.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAnEntry> {
        if let Ok((entry, [])) = postcard::take_from_bytes(bytes) {
            return Ok(entry);
        }
        match postcard::take_from_bytes::<FirstEntry>(bytes) {
            Ok((first, [])) => Ok(first.into()),
            _ => Err(NotAnEntry),
        }
    }
}

/// What the learner practises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exercise {
    /// Name the feeling that a face shows.
    ReadTheFace,
    /// Name the feeling of somebody who wrote a line.
    ReadTheWords,
    /// Make the face that the drawing shows.
    Mirror,
    /// Name what somebody in a situation feels, and why.
    ReadTheSituation,
    /// Say the word for a feeling, with no words to pick from.
    SayIt,
    /// Reply to somebody who shares something.
    ReplyWithCare,
    /// Talk with a character whose feelings move with the replies.
    Converse,
    /// Name the feeling of a face and a line together: held out, for the transfer probe only.
    Together,
}

tables!(
    Exercise: ReadTheFace,
    ReadTheWords,
    Mirror,
    ReadTheSituation,
    SayIt,
    ReplyWithCare,
    Converse,
    Together,
);

impl Exercise {
    /// Those that a learner can pick, in the order of the menu.
    pub const TRAINED: [Exercise; 7] = [
        Exercise::ReadTheFace,
        Exercise::ReadTheWords,
        Exercise::ReadTheSituation,
        Exercise::SayIt,
        Exercise::ReplyWithCare,
        Exercise::Converse,
        Exercise::Mirror,
    ];

    /// Position in [`Exercise::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Its name on the menu.
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Exercise::ReadTheFace => language.pick("Faces", "看表情"),
            Exercise::ReadTheWords => language.pick("Words", "读话语"),
            Exercise::Mirror => language.pick("Mirror", "照镜子"),
            Exercise::ReadTheSituation => language.pick("Situations", "想处境"),
            Exercise::SayIt => language.pick("Say it", "说出来"),
            Exercise::ReplyWithCare => language.pick("Reply with care", "暖心回应"),
            Exercise::Converse => language.pick("Talk", "聊一聊"),
            Exercise::Together => language.pick("Face and words", "表情和话语"),
        }
    }
}

/// A set of exercises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exercises(u8);

impl Exercises {
    /// No exercise.
    pub const NONE: Self = Self(0);
    /// Every exercise.
    pub const ALL: Self = Self(0xFF);

    /// Whether `exercise` is in the set.
    pub const fn has(self, exercise: Exercise) -> bool {
        self.0 & (1 << exercise as u8) != 0
    }

    /// The set with `exercise` put in or taken out.
    #[must_use]
    pub const fn set(self, exercise: Exercise, wanted: bool) -> Self {
        let bit = 1 << exercise as u8;
        Self(if wanted { self.0 | bit } else { self.0 & !bit })
    }
}

impl Default for Exercises {
    fn default() -> Self {
        Self::ALL
    }
}

/// What a trial is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Purpose {
    /// Practice: the ability and the next trials follow from it.
    #[default]
    Training,
    /// To see what carries over to people, words and channels that training never uses. Nothing is learned from it.
    Probe,
}

/// Who has judged a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Judge {
    /// The device.
    #[default]
    Device,
    /// The person who accompanies the learner; this counts instead of what the device said.
    Facilitator,
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
