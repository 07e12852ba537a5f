//! The seven feelings that the exercises name.

use crate::Language;
use crate::table::tables;
use serde::{Deserialize, Serialize};

/// A feeling: Ekman's six basic emotions and calm.
///
/// Calm stands for the neutral face and for text without a strong feeling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Emotion {
    /// Joy.
    Happy,
    /// Sadness.
    Sad,
    /// Anger.
    Angry,
    /// Fear.
    Scared,
    /// Surprise.
    Surprised,
    /// Disgust.
    Disgusted,
    /// No strong feeling.
    Calm,
}

tables!(Emotion: Happy, Sad, Angry, Scared, Surprised, Disgusted, Calm);

impl Emotion {
    /// Position in [`Emotion::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The English word, which is also the spoken keyword.
    pub const fn word(self) -> &'static str {
        match self {
            Emotion::Happy => "happy",
            Emotion::Sad => "sad",
            Emotion::Angry => "angry",
            Emotion::Scared => "scared",
            Emotion::Surprised => "surprised",
            Emotion::Disgusted => "disgusted",
            Emotion::Calm => "calm",
        }
    }

    /// The word on the buttons in `language`; in English the same as [`Emotion::word`].
    pub const fn name(self, language: Language) -> &'static str {
        match language {
            Language::English => self.word(),
            Language::Chinese => match self {
                Emotion::Happy => "开心",
                Emotion::Sad => "难过",
                Emotion::Angry => "生气",
                Emotion::Scared => "害怕",
                Emotion::Surprised => "惊讶",
                Emotion::Disgusted => "厌恶",
                Emotion::Calm => "平静",
            },
        }
    }

    /// The emotion that `word` names, upper or lower case.
    pub fn from_word(word: &str) -> Option<Emotion> {
        Self::ALL.into_iter().find(|emotion| emotion.word().eq_ignore_ascii_case(word))
    }

    /// The two feelings that people most often take this one for, the likelier first.
    ///
    /// After the confusion tables of Palermo & Coltheart, "Photographs of facial expression" (2004):
    /// fear is read as surprise, disgust as anger, sadness as a neutral face.
    pub const fn often_taken_for(self) -> [Emotion; 2] {
        match self {
            Emotion::Happy => [Emotion::Surprised, Emotion::Calm],
            Emotion::Sad => [Emotion::Calm, Emotion::Scared],
            Emotion::Angry => [Emotion::Disgusted, Emotion::Sad],
            Emotion::Scared => [Emotion::Surprised, Emotion::Sad],
            Emotion::Surprised => [Emotion::Scared, Emotion::Happy],
            Emotion::Disgusted => [Emotion::Angry, Emotion::Sad],
            Emotion::Calm => [Emotion::Sad, Emotion::Happy],
        }
    }
}
