//! Turns an input into an answer, or into nothing when it is none.

use crate::input::{Button, Input, TextReading, Word};
use crate::{Channel, Emotion, Outcome, Permille};

/// A keyword below this is asked for again instead of being taken.
pub const WORD_CONFIDENCE_MIN: Permille = Permille::new(500);
/// A feeling that a model reads in a reply counts as an answer from here on; below it is unsure.
pub const TEXT_CONFIDENCE_MIN: Permille = Permille::new(500);

/// What an input means while a question is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A feeling was answered.
    Answer(Emotion, Channel),
    /// Show the question once more.
    Again,
    /// Give a hint.
    Hint,
    /// Go on without an answer.
    Skip,
    /// Something was said or written that gives no answer.
    Unclear,
    /// Nothing that concerns the question.
    Nothing,
}

/// Reads `input` as a reply to a question whose buttons offer `options`.
pub fn meaning(input: &Input, options: &[Emotion; 3]) -> Meaning {
    match *input {
        Input::Button(Button::A) => Meaning::Answer(options[0], Channel::Button),
        Input::Button(Button::B) => Meaning::Answer(options[1], Channel::Button),
        Input::Button(Button::C) => Meaning::Answer(options[2], Channel::Button),
        Input::Word { word, confidence } => match word {
            _ if confidence < WORD_CONFIDENCE_MIN => Meaning::Unclear,
            Word::Feeling(emotion) => Meaning::Answer(emotion, Channel::Voice),
            Word::Again => Meaning::Again,
            Word::Help => Meaning::Hint,
            Word::Next => Meaning::Skip,
            Word::Yes | Word::No | Word::Stop => Meaning::Nothing,
        },
        Input::UnclearSpeech => Meaning::Unclear,
        Input::Text(reading) => {
            let pointed = reading.choice.and_then(|choice| options.get(usize::from(choice)).copied());
            match pointed.or_else(|| feeling_in(&reading)) {
                Some(emotion) => Meaning::Answer(emotion, Channel::Text),
                None => Meaning::Unclear,
            }
        }
        Input::Button(Button::Stop)
        | Input::Tick
        | Input::Face(_)
        | Input::Sensor { .. }
        | Input::Facilitator(_)
        | Input::Start(_) => Meaning::Nothing,
    }
}

/// The feeling that a reply gives as its answer: the one it names, else the one that is read in it with
/// confidence. Calm must be named: a reply that merely reads as calm holds no feeling at all.
pub fn feeling_in(reading: &TextReading) -> Option<Emotion> {
    let sure = reading.confidence >= TEXT_CONFIDENCE_MIN;
    reading.named.or(reading.read.filter(|emotion| sure && *emotion != Emotion::Calm))
}

/// How an answer compares with the target.
pub fn outcome(answer: Emotion, target: Emotion) -> Outcome {
    if answer == target { Outcome::Same } else { Outcome::Different }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: [Emotion; 3] = [Emotion::Sad, Emotion::Calm, Emotion::Scared];

    #[test]
    fn a_named_feeling_outweighs_a_read_one_and_doubt_is_no_answer() {
        let named = TextReading {
            named: Some(Emotion::Sad),
            read: Some(Emotion::Angry),
            confidence: Permille::FULL,
            ..TextReading::default()
        };
        assert_eq!(meaning(&Input::Text(named), &OPTIONS), Meaning::Answer(Emotion::Sad, Channel::Text));
        let confidence = Permille::new(499);
        let doubtful = TextReading { read: Some(Emotion::Angry), confidence, ..TextReading::default() };
        assert_eq!(meaning(&Input::Text(doubtful), &OPTIONS), Meaning::Unclear);
        let confidence = Permille::FULL;
        let plain = TextReading { read: Some(Emotion::Calm), confidence, ..TextReading::default() };
        assert_eq!(meaning(&Input::Text(plain), &OPTIONS), Meaning::Unclear);
        let second = TextReading { choice: Some(1), ..TextReading::default() };
        assert_eq!(meaning(&Input::Text(second), &OPTIONS), Meaning::Answer(Emotion::Calm, Channel::Text));
    }

    #[test]
    fn a_doubtful_word_is_asked_for_again() {
        let word = |confidence| Input::Word { word: Word::Feeling(Emotion::Angry), confidence };
        assert_eq!(meaning(&word(Permille::new(499)), &OPTIONS), Meaning::Unclear);
        // A spoken feeling counts even if no button offers it.
        let answer = Meaning::Answer(Emotion::Angry, Channel::Voice);
        assert_eq!(meaning(&word(Permille::new(500)), &OPTIONS), answer);
    }
}
