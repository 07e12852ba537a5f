//! Adapts the reading of faces to a site: its camera, its light, its people. Therapy edition only.
//!
//! Vector scaling (Guo et al., arXiv:1706.04599): a scale and a bias for the log-probability of each of the seven.

use super::{Adapter, Example, Outcome, Plan, fit};
use crate::Error;
use crate::Frame;
use crate::perception::Sight;
use petri_core::Emotion;

/// Probabilities below this count as this.
const PROBABILITY_MIN: f32 = 1e-4;

fn logarithms(probabilities: [f32; Emotion::COUNT]) -> [f32; Emotion::COUNT] {
    probabilities.map(|p| p.max(PROBABILITY_MIN).ln())
}

/// Probabilities as the adapter has them.
pub fn adapted(adapter: &Adapter, probabilities: [f32; Emotion::COUNT]) -> [f32; Emotion::COUNT] {
    let features = logarithms(probabilities);
    let mut logits = features;
    adapter.apply(&features, &mut logits);
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights = logits.map(|logit| (logit - top).exp());
    let total: f32 = weights.iter().sum();
    weights.map(|weight| weight / total)
}

/// Collects labelled pictures one at a time, and keeps seven numbers of each.
#[derive(Debug, Default)]
pub struct Faces {
    examples: Vec<Example>,
    without_a_face: usize,
}

impl Faces {
    /// Looks at a picture of somebody who shows `emotion`.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn look(&mut self, sight: &Sight, picture: &Frame, emotion: Emotion) -> Result<(), Error> {
        let Some(probabilities) = sight.shipped_expression(picture)? else {
            self.without_a_face += 1;
            return Ok(());
        };
        self.add(probabilities, emotion);
        Ok(())
    }

    /// Takes what the shipped model said, by itself, of somebody who shows `emotion`.
    pub fn add(&mut self, probabilities: [f32; Emotion::COUNT], emotion: Emotion) {
        let logits = logarithms(probabilities).to_vec();
        let targets = Emotion::ALL.map(|other| Some(f32::from(u8::from(other == emotion)))).to_vec();
        self.examples.push(Example { features: logits.clone(), logits, targets, label: emotion.index() });
    }

    /// Pictures on which no face was found.
    pub fn without_a_face(&self) -> usize {
        self.without_a_face
    }

    /// Fits an adapter. A face is read rightly when its likeliest expression is the one that was shown.
    pub fn fit(&self) -> Outcome {
        let score = |example: &Example, logits: &[f32]| {
            let best = (0..logits.len()).max_by(|a, b| logits[*a].total_cmp(&logits[*b]));
            if best == Some(example.label) { 1 } else { -1 }
        };
        fit(&self.examples, Plan { diagonal: true, one_of: true }, &score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_that_changes_nothing_changes_nothing() {
        let before = [0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
        let after = adapted(&Adapter::none(Emotion::COUNT, Emotion::COUNT), before);
        assert!(before.iter().zip(after).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
