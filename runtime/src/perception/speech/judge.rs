//! From scores to an answer or none.

use super::{Heard, Memory, NEVER, Speech, Words};
use crate::perception::enrol::stretch;

/// Asks for an end, so it is believed sooner than other words.
const BELIEVED_SOONER: &str = "stop";

/// A word of the list that the clip may say.
pub(super) struct Guess {
    pub(super) index: usize,
    pub(super) score: f32,
    pub(super) answered: bool,
    /// By how much it passes what limits it; a logit.
    pub(super) lead: f32,
}

struct Leader {
    index: usize,
    score: f32,
    margin: f32,
}

/// The best word, its score, and its lead over the second; ties go to the earlier word.
fn leader(scores: &[f32]) -> Option<Leader> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let &index = order.first()?;
    let margin = scores[index] - order.get(1).map_or(NEVER, |second| scores[*second]);
    Some(Leader { index, score: scores[index], margin })
}

fn sooner(word: &str) -> bool {
    word.eq_ignore_ascii_case(BELIEVED_SOONER)
}

impl Speech {
    /// The best word of the list, and whether it is answered: it reaches `limit`, leads, and no rival of its is above it.
    pub(super) fn judge(&self, scores: &[f32], words: &Words, limit: f32) -> Option<Guess> {
        let first = leader(scores.get(..words.listed)?)?;
        let rivals = words.words[first.index].rivals.iter().filter_map(|rival| scores.get(*rival));
        let rival = rivals.copied().fold(f32::NEG_INFINITY, f32::max);
        let spare = [first.score - limit, first.margin - self.rules.margin, first.score - rival];
        let lead = (first.score - self.rules.mean).min(spare[1]).min(spare[2]);
        let answered = spare.iter().all(|spare| *spare >= 0.0);
        Some(Guess { index: first.index, score: first.score, answered, lead })
    }

    /// Refuses a guess that does not sound like its word, or that passes its limits by too little.
    pub(super) fn verify(&self, guess: &mut Guess, words: &Words, audio: &[f32], memory: &Memory) {
        let (rules, text) = (&self.rules, &words.words[guess.index].text);
        let frames = stretch(audio, rules.pads[0].0, &memory.values);
        if let Some(logit) = frames.and_then(|frames| self.verifier.logit(text, frames)) {
            guess.lead = guess.lead.min(logit - rules.verify);
        }
        guess.answered = guess.lead >= if sooner(text) { 0.0 } else { rules.lead };
    }

    /// Whether a word that was heard is meant for the device when it began `quiet_ms` after other speech. Amid talk
    /// only a very sure one is, or one that asks for an end.
    pub fn believes(&self, heard: &Heard, quiet_ms: u64) -> bool {
        let sure = quiet_ms >= self.rules.amid_ms || heard.confidence >= self.rules.amid_confidence;
        heard.word.as_ref().is_some_and(|word| sure || sooner(word))
    }

    /// The same, verified only by what did not learn from this half, 0 or 1, of the speakers: for measurements.
    #[must_use]
    pub fn without_half(&self, half: usize) -> Self {
        Self { verifier: self.verifier.without(half).into(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake;
    use petri_models::Store;

    fn speech() -> Speech {
        let store = Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"));
        Speech::load(&store).expect("the models")
    }

    #[test]
    fn each_judge_tells_no_from_other_words_by_the_sound_alone() {
        let speech = speech();
        for said in ["no", "again", "help", "next"] {
            let path = format!("{}/../board/demo/{said}.wav", env!("CARGO_MANIFEST_DIR"));
            let clip = intake::clip(path.as_ref()).expect("a recording");
            let audio = speech.prepare(clip.samples()).expect("sound");
            let memory = speech.encode_padded(&audio, 0).expect("the engine");
            let frames = stretch(&audio, speech.rules.pads[0].0, &memory.values).expect("a loud stretch");
            for half in [0, 1] {
                let judge = speech.verifier.without(half);
                let logit = |word| judge.logit(word, frames).expect("a word that it knows");
                let [no, yes, stop] = ["no", "yes", "stop"].map(logit);
                let limit = speech.rules.verify;
                let right = if said == "no" { no >= limit } else { no < limit };
                assert!(right, "{said} as no, without half {half}: {no}");
                assert!(yes.max(stop) < no.max(limit), "{said}, without half {half}: {yes} {stop}");
            }
        }
    }

    #[test]
    fn amid_talk_a_word_has_to_be_surer_unless_it_asks_for_an_end() {
        let speech = speech();
        let heard =
            |word: &str, confidence| Heard { word: Some(word.to_owned()), confidence, ..Heard::default() };
        for (word, confidence, quiet_ms, believed) in [
            ("happy", 0.95, 0, true),
            ("happy", 0.8, speech.rules.amid_ms, true),
            ("happy", 0.8, speech.rules.amid_ms - 1, false),
            ("stop", 0.5, 0, true),
        ] {
            assert_eq!(speech.believes(&heard(word, confidence), quiet_ms), believed, "{word} {quiet_ms}");
        }
        assert!(!speech.believes(&Heard::default(), u64::MAX));
    }

    #[test]
    fn a_word_is_refused_by_its_own_rivals_and_not_by_those_of_others() {
        let speech = speech();
        let words = speech.words(&["no", "yes"]).expect("the list");
        let place = |text: &str| words.words.iter().position(|word| word.text == text).expect("a word");
        let heard = |scores: &[(&str, f32)]| {
            let mut all = vec![NEVER; words.words.len()];
            for (text, score) in scores {
                all[place(text)] = *score;
            }
            speech.judge(&all, &words, speech.rules.accept).expect("a guess")
        };
        for (scores, answered) in [
            (vec![("no", -1.0)], true),
            (vec![("no", -1.0), ("nine", -1.1)], true),
            (vec![("no", -1.0), ("nine", -0.9)], false),
            (vec![("no", -1.0), ("chess", -0.5)], true),
            (vec![("yes", -1.0), ("chess", -0.5)], false),
        ] {
            let guess = heard(&scores);
            assert_eq!((guess.index, guess.answered), (place(scores[0].0), answered), "{scores:?}");
            assert_eq!(guess.lead >= 0.0, answered, "{scores:?}");
        }
        // A rival that is in the list is a word like any other.
        let with_go = speech.words(&["no", "go"]).expect("the list");
        assert_eq!(with_go.words.iter().filter(|word| word.text == "go").count(), 1);
    }
}
