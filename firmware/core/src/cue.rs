//! Sound cues as notes, for whatever plays them.

use serde::{Deserialize, Serialize};

/// A short sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cue {
    /// The session begins.
    Hello,
    /// A question is ready for its answer.
    Ask,
    /// The answer was the same feeling.
    Same,
    /// The answer was another feeling.
    Different,
    /// Nothing could be made out; please try again.
    Unclear,
    /// The session ends.
    Bye,
}

/// A sine tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// Pitch; 0 is a rest.
    pub pitch_hz: u16,
    /// Length.
    pub length_ms: u16,
}

const fn note(pitch_hz: u16, length_ms: u16) -> Note {
    Note { pitch_hz, length_ms }
}

impl Cue {
    /// All of them.
    pub const ALL: [Cue; 6] = [Cue::Hello, Cue::Ask, Cue::Same, Cue::Different, Cue::Unclear, Cue::Bye];

    /// What to play. All cues lie between 260 and 800 Hz and last at most 600 ms; none is a buzzer.
    pub const fn notes(self) -> &'static [Note] {
        const HELLO: &[Note] = &[note(392, 140), note(523, 140), note(659, 220)];
        const ASK: &[Note] = &[note(587, 120)];
        const SAME: &[Note] = &[note(523, 110), note(659, 110), note(784, 200)];
        const DIFFERENT: &[Note] = &[note(440, 160), note(440, 160)];
        const UNCLEAR: &[Note] = &[note(392, 120), note(0, 60), note(392, 120)];
        const BYE: &[Note] = &[note(659, 140), note(523, 140), note(392, 220)];
        match self {
            Cue::Hello => HELLO,
            Cue::Ask => ASK,
            Cue::Same => SAME,
            Cue::Different => DIFFERENT,
            Cue::Unclear => UNCLEAR,
            Cue::Bye => BYE,
        }
    }
}
