//! From scores to an answer or none.

use super::{Memory, NEVER, Speech, Words};
use crate::perception::enrol::stretch;

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

    /// Refuses a guess that does not sound like its word.
    pub(super) fn verify(&self, guess: &mut Guess, words: &Words, audio: &[f32], memory: &Memory) {
        let frames = stretch(audio, self.rules.pads[0].0, &memory.values);
        let logit = frames.and_then(|frames| self.verifier.logit(&words.words[guess.index].text, frames));
        if let Some(logit) = logit {
            guess.answered = logit >= self.rules.verify;
            guess.lead = guess.lead.min(logit - self.rules.verify);
        }
    }

    /// The same, verified only by what did not learn from this half, 0 or 1, of the speakers: for measurements.
    #[must_use]
    pub fn without_half(&self, half: usize) -> Self {
        Self { verifier: self.verifier.without(half).into(), ..self.clone() }
    }
}
