//! What comes in, as a session takes it.

use crate::capture::Percept;
use petri_core::{Input, Permille, Word};

/// What a percept means to a session. `None` when it means nothing.
pub fn input_of(percept: &Percept) -> Option<Input> {
    match percept {
        Percept::Face { reading, .. } | Percept::Reading(reading) => Some(Input::Face(*reading)),
        Percept::Utterance { heard, transcript, .. } => match (&heard.word, transcript) {
            (Some(word), _) => Word::from_text(word).map(|word| Input::Word {
                word,
                confidence: Permille::new((heard.confidence * 1_000.0) as u16),
            }),
            (None, Some((_, read))) => Some(Input::Text(read.reading())),
            (None, None) => Some(Input::UnclearSpeech),
        },
        Percept::Line(read) => Some(Input::Text(read.reading())),
        Percept::Sensor { sensor, works, .. } => Some(Input::Sensor { sensor: *sensor, works: *works }),
        Percept::Failed(_) => None,
    }
}

/// Whether this answers a question.
pub(super) fn is_answer(input: &Input) -> bool {
    matches!(input, Input::Button(button) if *button != petri_core::Button::Stop)
}
