//! What makes the device comfortable for one learner: language, size, contrast, light, sound and buttons.

use crate::lang::Language;
use serde::{Deserialize, Serialize};

/// How much of something there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Level {
    /// None.
    Off,
    /// A third.
    Soft,
    /// All of it.
    #[default]
    Full,
}

/// Settings that change how things are shown and answered, never what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
// Each is a switch of its own on the settings screen.
#[allow(clippy::struct_excessive_bools)]
pub struct Comfort {
    /// The language of the screens.
    pub language: Language,
    /// Larger letters, and a smaller picture where both do not fit.
    pub large_text: bool,
    /// Black, white and two strong colours instead of paper and pastel.
    pub high_contrast: bool,
    /// Wider spaces between letters, words and lines, as the British Dyslexia Association's style guide asks for.
    pub wide_spacing: bool,
    /// Buttons stand on the left: choices run from right to left, A nearest to the hand.
    pub left_handed: bool,
    /// The lights.
    pub light: Level,
    /// The sounds.
    pub sound: Level,
    /// One button does everything: choices light up in turn, and the button takes the one that is lit.
    pub one_button: bool,
}
