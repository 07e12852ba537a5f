//! Whether a sound that the decoder takes for a word can be that word.
//!
//! The decoder expects words that are common in text, and now and then it reads one into a sound that is another. A
//! judge looks at the sound alone: units on each frame of the encoder, the largest and the mean of each unit over the
//! loud stretch, and a logit for each word that it knows. Each of the judges learned from other people.

use crate::perception::enrol::VECTOR_LEN;
use safetensors::{Dtype, SafeTensors};

/// Words that judges know, in the order of their outputs.
const WORDS: [&str; 3] = ["no", "yes", "stop"];
/// More judges, or units of one, are not taken.
const JUDGES_MAX: usize = 4;
const UNITS_MAX: usize = 256;

/// Judges of words by their sound.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verifier {
    judges: Vec<Judge>,
}

#[derive(Debug, Clone, PartialEq)]
struct Judge {
    units: Vec<([f32; VECTOR_LEN], f32)>,
    /// For each word: weights of the largest values, then of the means, and what is added.
    words: Vec<(Vec<f32>, f32)>,
}

impl Verifier {
    /// From the decoder's asset. `None` when it is not of the form that the program was built for.
    pub(super) fn parse(file: &[u8]) -> Option<Self> {
        let file = SafeTensors::deserialize(file).ok()?;
        let floats = |name: &str| {
            let view = file.tensor(name).ok().filter(|view| view.dtype() == Dtype::F32)?;
            let (values, rest) = view.data().as_chunks::<4>();
            let values: Vec<f32> = values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
            (rest.is_empty() && values.iter().all(|value| value.is_finite()))
                .then(|| (view.shape().to_vec(), values))
        };
        let (shape, hidden) = floats("hidden")?;
        let [judges, units, VECTOR_LEN] = shape[..] else { return None };
        if !(1..=JUDGES_MAX).contains(&judges) || !(1..=UNITS_MAX).contains(&units) {
            return None;
        }
        let of_shape = |name: &str, wanted: &[usize]| {
            floats(name).filter(|(shape, _)| shape == wanted).map(|(_, values)| values)
        };
        let hidden_bias = of_shape("hidden_bias", &[judges, units])?;
        let out = of_shape("out", &[judges, WORDS.len(), 2 * units])?;
        let out_bias = of_shape("out_bias", &[judges, WORDS.len()])?;
        let rows: Vec<_> = hidden.as_chunks::<VECTOR_LEN>().0.iter().copied().zip(hidden_bias).collect();
        let words: Vec<_> = out.chunks_exact(2 * units).map(<[f32]>::to_vec).zip(out_bias).collect();
        let both = rows.chunks_exact(units).zip(words.chunks_exact(WORDS.len()));
        let judges = both.map(|(units, words)| Judge { units: units.to_vec(), words: words.to_vec() });
        Some(Self { judges: judges.collect() })
    }

    /// Only the judges that did not learn from this half of the speakers.
    pub(super) fn without(&self, half: usize) -> Self {
        let others = self.judges.iter().enumerate().filter(|(index, _)| *index != half);
        Self { judges: others.map(|(_, judge)| judge.clone()).collect() }
    }

    /// The logit that the frames of a loud stretch say a word; `None` for a word that nobody learned.
    pub(super) fn logit(&self, word: &str, frames: &[[f32; VECTOR_LEN]]) -> Option<f32> {
        let index = WORDS.iter().position(|known| known.eq_ignore_ascii_case(word))?;
        if frames.is_empty() || self.judges.is_empty() {
            return None;
        }
        let sum: f32 = self.judges.iter().map(|judge| judge.logit(index, frames)).sum();
        Some(sum / self.judges.len() as f32)
    }
}

impl Judge {
    fn logit(&self, word: usize, frames: &[[f32; VECTOR_LEN]]) -> f32 {
        let Some((weights, bias)) = self.words.get(word) else { return f32::NEG_INFINITY };
        let (largest, means) = weights.split_at(self.units.len());
        let mut logit = *bias;
        for ((unit, of_largest), of_mean) in self.units.iter().zip(largest).zip(means) {
            let (mut most, mut sum) = (0.0f32, 0.0f32);
            for frame in frames {
                let along: f32 = frame.iter().zip(&unit.0).map(|(value, weight)| value * weight).sum();
                let value = (along + unit.1).max(0.0);
                most = most.max(value);
                sum += value;
            }
            logit += of_largest * most + of_mean * sum / frames.len() as f32;
        }
        logit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> Vec<u8> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/speech-decoder/verifier.safetensors");
        std::fs::read(path).expect("the verifier")
    }

    #[test]
    fn a_file_of_another_form_is_refused() {
        let file = shipped();
        assert!(Verifier::parse(&file).is_some());
        assert_eq!(Verifier::parse(&file[..file.len() - 4]), None);
        assert_eq!(Verifier::parse(b""), None);
        let base = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/speech-encoder/words.safetensors");
        assert_eq!(Verifier::parse(&std::fs::read(base).expect("another asset")), None);
    }

    #[test]
    fn the_mean_of_the_judges_counts_and_one_can_be_left_out() {
        let both = Verifier::parse(&shipped()).expect("judges");
        let frames: Vec<[f32; VECTOR_LEN]> = (0..20u8)
            .map(|step| std::array::from_fn(|i| (f32::from(step) * 0.7 + i as f32 * 1.3).sin()))
            .collect();
        for word in ["no", "Yes", "stop"] {
            let alone = [0, 1].map(|half| both.without(half).logit(word, &frames).expect("known"));
            let mean = f32::midpoint(alone[0], alone[1]);
            assert!((both.logit(word, &frames).expect("known") - mean).abs() < 1e-4);
            assert!((alone[0] - alone[1]).abs() > 1e-3, "{word}: the judges are the same");
        }
        assert_eq!(both.logit("happy", &frames), None);
        assert_eq!(both.logit("no", &[]), None);
    }
}
