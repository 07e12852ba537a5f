//! Everything that can reach a session.

use crate::moves::Moves;
use crate::{Actions, Emotion, Exercise, Permille};
use serde::{Deserialize, Serialize};

/// One input of [`Session::step`](crate::Session::step).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// Time passed; sent about thirty times a second and whenever nothing else comes.
    Tick,
    /// A button went down (debounced by the board).
    Button(Button),
    /// A word of the fixed list was heard.
    Word {
        /// Which.
        word: Word,
        /// How sure the recognizer is.
        confidence: Permille,
    },
    /// Speech was heard, but no word of the list: never guessed at.
    UnclearSpeech,
    /// A typed or transcribed reply was read.
    Text(TextReading),
    /// One smoothed look at the learner's face.
    Face(FaceReading),
    /// A sensor came or went.
    Sensor {
        /// Which.
        sensor: Sensor,
        /// Whether it works now.
        works: bool,
    },
    /// The person who accompanies the learner steps in.
    Facilitator(Facilitator),
    /// An exercise was picked from outside, in place of turning the pages of the menu. Last, so that recordings of
    /// earlier builds are read.
    Start(Exercise),
}

/// What the person who accompanies the learner can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Facilitator {
    /// The last answer counts as the one that was meant.
    CountsAsSame,
    /// The last answer counts as a different one.
    CountsAsDifferent,
    /// The last trial does not count.
    DoesNotCount,
    /// I am here: the signal light may go out.
    AllClear,
}

/// The four buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Button {
    /// First choice.
    A,
    /// Second choice.
    B,
    /// Third choice.
    C,
    /// Ends the session from anywhere.
    Stop,
}

/// The words that are listened for, in every scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Word {
    /// The name of a feeling.
    Feeling(Emotion),
    /// Agreement.
    Yes,
    /// Refusal.
    No,
    /// Show it once more.
    Again,
    /// Go on.
    Next,
    /// Give a hint.
    Help,
    /// End the session.
    Stop,
}

impl Word {
    /// How many there are.
    pub const COUNT: usize = Emotion::COUNT + 6;

    /// All of them: the feelings in the order of [`Emotion::ALL`], then the commands.
    pub const ALL: [Word; Self::COUNT] = [
        Word::Feeling(Emotion::Happy),
        Word::Feeling(Emotion::Sad),
        Word::Feeling(Emotion::Angry),
        Word::Feeling(Emotion::Scared),
        Word::Feeling(Emotion::Surprised),
        Word::Feeling(Emotion::Disgusted),
        Word::Feeling(Emotion::Calm),
        Word::Yes,
        Word::No,
        Word::Again,
        Word::Next,
        Word::Help,
        Word::Stop,
    ];

    /// How it is spelled.
    pub const fn text(self) -> &'static str {
        match self {
            Word::Feeling(emotion) => emotion.word(),
            Word::Yes => "yes",
            Word::No => "no",
            Word::Again => "again",
            Word::Next => "next",
            Word::Help => "help",
            Word::Stop => "stop",
        }
    }

    /// The word spelled `text`, upper or lower case.
    pub fn from_text(text: &str) -> Option<Word> {
        Self::ALL.into_iter().find(|word| word.text().eq_ignore_ascii_case(text))
    }
}

/// What a reply in words says. The words themselves stay in the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TextReading {
    /// The feeling that the reply names outright ("she is sad"), if it names just one.
    pub named: Option<Emotion>,
    /// The feeling that the model reads in the reply, if it is sure of one.
    pub read: Option<Emotion>,
    /// How sure the model is of `read`; 0 when it is unsure.
    pub confidence: Permille,
    /// The choice that the reply points to ("the second one"): 0 for A, 1 for B, 2 for C.
    pub choice: Option<u8>,
    /// What the reply does for the person that it is said to.
    pub moves: Moves,
    /// It hints at self-harm or danger: it is not judged, and somebody should look after the learner.
    pub concern: bool,
}

/// What one look at the learner's face gave, after smoothing over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaceReading {
    /// Nobody in sight.
    NoFace,
    /// A face, but nothing to say of it with confidence.
    Unsure,
    /// A face whose own rest is not known yet, so that nothing can be said of its muscles.
    NotYet,
    /// Muscle actions as measured against the face at rest.
    Actions(Actions),
    /// The expression model is sure of one feeling being shown.
    #[cfg(feature = "therapy")]
    Expression {
        /// What the face shows.
        emotion: Emotion,
        /// Calibrated confidence.
        confidence: Permille,
        /// Muscle actions, where they could be measured.
        #[serde(default)]
        actions: Option<Actions>,
    },
}

/// A way in which the device perceives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sensor {
    /// Sees the learner.
    Camera,
    /// Hears the learner.
    Microphone,
    /// Takes typed replies.
    Keyboard,
}

/// A set of sensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sensors(u8);

impl Sensors {
    /// Buttons only.
    pub const NONE: Self = Self(0);
    /// Everything there is.
    pub const ALL: Self = Self(0b111);

    /// Whether `sensor` is in the set.
    pub const fn has(self, sensor: Sensor) -> bool {
        self.0 & (1 << sensor as u8) != 0
    }

    /// The set with `sensor` put in or taken out.
    #[must_use]
    pub const fn set(self, sensor: Sensor, works: bool) -> Self {
        let bit = 1 << sensor as u8;
        Self(if works { self.0 | bit } else { self.0 & !bit })
    }

    /// Camera and microphone, as far as both sets have them.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0 & 0b011)
    }

    /// Whether `sensor` is wanted, but was lost.
    pub const fn has_lost(self, sensor: Sensor) -> bool {
        self.0 & (0b1000 << sensor as u8) != 0
    }

    /// The set with `sensor` noted as lost, or no longer.
    #[must_use]
    pub const fn set_lost(self, sensor: Sensor, lost: bool) -> Self {
        let bit = 0b1000 << sensor as u8;
        Self(if lost { self.0 | bit } else { self.0 & !bit })
    }
}
