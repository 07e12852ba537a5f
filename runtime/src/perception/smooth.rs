//! Smoothing of looks at a face over time, so that a single frame decides nothing.

use super::Seen;
use super::rest::{Follower, Muscles};
use petri_core::{FaceReading, Millis};

/// Half of a reading's weight is gone after this time.
pub const HALF_LIFE_MS: u64 = 200;
/// A face out of sight is still taken to be there for this long: detectors miss single frames.
pub const LOST_AFTER_MS: u64 = 400;

/// The share that what was known keeps after this time.
pub(super) fn kept(elapsed_ms: u64) -> f32 {
    0.5f32.powf(elapsed_ms as f32 / HALF_LIFE_MS as f32)
}

/// The smoothed state of one face.
#[derive(Debug, Clone)]
pub struct Smoother {
    #[cfg(feature = "therapy")]
    unsure_below: f32,
    #[cfg(feature = "therapy")]
    mean: Option<[f32; petri_core::Emotion::COUNT]>,
    follower: Follower,
    muscles: Muscles,
    seen: Option<Millis>,
    #[cfg(feature = "therapy")]
    last: Millis,
}

impl Smoother {
    /// Nothing seen yet. Smoothed probabilities below `unsure_below` give no expression.
    #[cfg_attr(not(feature = "therapy"), allow(unused_variables))]
    pub fn new(unsure_below: f32) -> Self {
        Self {
            #[cfg(feature = "therapy")]
            unsure_below,
            #[cfg(feature = "therapy")]
            mean: None,
            follower: Follower::default(),
            muscles: Muscles::NotYet,
            seen: None,
            #[cfg(feature = "therapy")]
            last: Millis(0),
        }
    }

    /// Takes a look made at `now` and says what the last moments show.
    pub fn push(&mut self, now: Millis, look: &Seen) -> FaceReading {
        #[cfg(feature = "therapy")]
        let kept = kept(now.since(std::mem::replace(&mut self.last, now)));
        if look.faces.is_empty() {
            let lost = self.seen.is_none_or(|seen| now.since(seen) >= LOST_AFTER_MS);
            if lost {
                self.seen = None;
                #[cfg(feature = "therapy")]
                {
                    self.mean = None;
                }
                return FaceReading::NoFace;
            }
            return self.reading();
        }
        self.seen = Some(now);
        self.muscles = self.follower.push(now, look.mesh.as_ref());
        #[cfg(feature = "therapy")]
        self.mix(kept, look);
        self.reading()
    }

    #[cfg(feature = "therapy")]
    fn mix(&mut self, kept: f32, look: &Seen) {
        let Some(expression) = look.expression else { return };
        let mean = self.mean.get_or_insert(expression.probabilities);
        for (mean, new) in mean.iter_mut().zip(expression.probabilities) {
            *mean = *mean * kept + new * (1.0 - kept);
        }
    }

    /// The expression where the model is sure of one, else the muscles.
    #[cfg(feature = "therapy")]
    fn reading(&self) -> FaceReading {
        let reading = self.mean.map(|mean| super::expression::Reading::new(mean, self.unsure_below));
        let sure = reading.and_then(|reading| Some((reading.emotion?, reading.confidence)));
        match (sure, self.muscles) {
            (Some((emotion, confidence)), muscles) => FaceReading::Expression {
                emotion,
                confidence: petri_core::Permille::new((confidence * 1_000.0) as u16),
                actions: match muscles {
                    Muscles::Measured(actions) => Some(actions),
                    Muscles::NotYet | Muscles::Unsure => None,
                },
            },
            (None, Muscles::Measured(actions)) => FaceReading::Actions(actions),
            (None, Muscles::NotYet | Muscles::Unsure) => FaceReading::Unsure,
        }
    }

    #[cfg(not(feature = "therapy"))]
    fn reading(&self) -> FaceReading {
        match self.muscles {
            Muscles::NotYet => FaceReading::NotYet,
            Muscles::Unsure => FaceReading::Unsure,
            Muscles::Measured(actions) => FaceReading::Actions(actions),
        }
    }
}

#[cfg(all(test, feature = "therapy"))]
mod tests {
    use super::*;
    use crate::perception::detect::Face;
    use crate::perception::expression::Reading;
    use petri_core::Emotion;

    fn look(emotion: Option<Emotion>) -> Seen {
        let face = Face { score: 0.9, bounds: [0.0; 4], points: [[0.0; 2]; 6] };
        let mut probabilities = [0.02; Emotion::COUNT];
        if let Some(emotion) = emotion {
            probabilities[emotion.index()] = 0.88;
        }
        let faces = if emotion.is_some() { vec![face] } else { Vec::new() };
        Seen { expression: emotion.map(|_| Reading::new(probabilities, 0.5)), mesh: None, faces }
    }

    fn shown(reading: FaceReading) -> Option<Emotion> {
        match reading {
            FaceReading::Expression { emotion, .. } => Some(emotion),
            _ => None,
        }
    }

    #[test]
    fn one_stray_frame_changes_nothing_but_a_lasting_change_does() {
        let mut smoother = Smoother::new(0.5);
        for frame in 0..10 {
            assert_eq!(
                shown(smoother.push(Millis(frame * 33), &look(Some(Emotion::Happy)))),
                Some(Emotion::Happy)
            );
        }
        assert_eq!(shown(smoother.push(Millis(363), &look(Some(Emotion::Angry)))), Some(Emotion::Happy));
        let after = (12..40).map(|f| smoother.push(Millis(f * 33), &look(Some(Emotion::Angry)))).last();
        assert_eq!(after.and_then(shown), Some(Emotion::Angry));
    }

    #[test]
    fn a_face_is_lost_after_a_while_and_a_new_one_starts_afresh() {
        let mut smoother = Smoother::new(0.5);
        assert_eq!(smoother.push(Millis(0), &look(None)), FaceReading::NoFace);
        smoother.push(Millis(33), &look(Some(Emotion::Sad)));
        assert_eq!(shown(smoother.push(Millis(100), &look(None))), Some(Emotion::Sad));
        assert_eq!(smoother.push(Millis(500), &look(None)), FaceReading::NoFace);
        assert_eq!(shown(smoother.push(Millis(533), &look(Some(Emotion::Happy)))), Some(Emotion::Happy));
    }
}
