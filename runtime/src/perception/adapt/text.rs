//! Adapts the reading of text to a site: how people there speak of feelings.

use super::{Example, Outcome, Plan, fit};
use crate::Error;
use crate::perception::text::{EKMAN, Sentiment, Text, is_chinese};
use petri_core::Emotion;
use petri_models::Id;

/// What a line of text was labelled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// The feeling that it expresses.
    Feeling(Emotion),
    /// Its tone.
    Tone(Sentiment),
}

impl Label {
    /// Reads a label: a feeling (`happy`, `sad` ...) or a tone (`positive`, `negative`, `neutral`, `mixed`).
    pub fn from_word(word: &str) -> Option<Self> {
        let tone = |tone| Some(Self::Tone(tone));
        match word {
            "positive" => tone(Sentiment::Positive),
            "negative" => tone(Sentiment::Negative),
            "neutral" => tone(Sentiment::Neutral),
            "mixed" => tone(Sentiment::Mixed),
            _ => Emotion::from_word(word).map(Self::Feeling),
        }
    }

    fn number(self) -> usize {
        match self {
            Self::Feeling(emotion) => emotion.index(),
            Self::Tone(tone) => Emotion::COUNT + tone as usize,
        }
    }

    /// 1 or 0 for each of Ekman's seven and the four groups.
    fn targets(self) -> Vec<Option<f32>> {
        let value = |yes: bool| Some(f32::from(u8::from(yes)));
        let mut targets = vec![None; EKMAN.len()];
        let groups = match self {
            Self::Feeling(feeling) => {
                targets = EKMAN.iter().map(|emotion| value(*emotion == feeling)).collect();
                [None; 4]
            }
            // An ambiguous tone is another matter.
            Self::Tone(tone) => [
                None,
                value(matches!(tone, Sentiment::Negative | Sentiment::Mixed)),
                value(tone == Sentiment::Neutral),
                value(matches!(tone, Sentiment::Positive | Sentiment::Mixed)),
            ],
        };
        targets.extend(groups);
        targets
    }
}

/// Fits an adapter for each language that `answers` are written in; those in a language with none are left out.
///
/// An answer is read rightly when the device would tell its label; unsure is better than wrong.
///
/// # Errors
/// When a text is empty or too long, or the engine fails.
pub fn fit_text(text: &Text, answers: &[(Label, String)]) -> Result<Vec<(Id, Outcome)>, Error> {
    let plan = Plan { diagonal: false, one_of: false };
    let mut outcomes = Vec::new();
    for (id, chinese) in text.models().into_iter().zip([false, true]) {
        let mut examples = Vec::new();
        for (label, sentence) in answers.iter().filter(|(_, sentence)| is_chinese(sentence) == chinese) {
            let shipped = text.shipped(sentence)?;
            let mut logits = shipped.ekman;
            logits.extend(shipped.groups);
            let (targets, features) = (label.targets(), shipped.features);
            examples.push((*label, Example { features, logits, targets, label: label.number() }));
        }
        if examples.is_empty() {
            continue;
        }
        let labels: Vec<Label> = examples.iter().map(|(label, _)| *label).collect();
        let examples: Vec<Example> = examples.into_iter().map(|(_, example)| example).collect();
        let told = |right: bool, unsure: bool| if right { 1 } else { i8::from(unsure) - 1 };
        let score = |example: &Example, logits: &[f32]| {
            let (ekman, groups) = logits.split_at(EKMAN.len().min(logits.len()));
            match labels.iter().find(|label| label.number() == example.label) {
                Some(Label::Feeling(feeling)) => {
                    let said = text.feels(chinese, ekman).0;
                    told(said == Some(*feeling), said.is_none())
                }
                Some(Label::Tone(tone)) => {
                    let said = text.tone(chinese, groups).0;
                    told(said == *tone, said == Sentiment::Unsure)
                }
                None => 0,
            }
        };
        outcomes.push((id, fit(&examples, plan, &score)));
    }
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_feelings_or_tones_and_ask_for_their_own_outputs_only() {
        assert_eq!(Label::from_word("sad"), Some(Label::Feeling(Emotion::Sad)));
        assert_eq!(Label::from_word("mixed"), Some(Label::Tone(Sentiment::Mixed)));
        assert_eq!(Label::from_word("blue"), None);
        let sad = Label::Feeling(Emotion::Sad).targets();
        assert_eq!(sad[5], Some(1.0));
        assert!((sad.iter().flatten().sum::<f32>() - 1.0).abs() < f32::EPSILON);
        assert!(sad[7..].iter().all(Option::is_none));
        let mixed = Label::Tone(Sentiment::Mixed).targets();
        assert_eq!(mixed[7..], [None, Some(1.0), Some(0.0), Some(1.0)]);
    }
}
