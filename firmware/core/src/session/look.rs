//! What a look at the learner's face means while a question is open.

use super::{FACE_ANSWER_HOLD_MS, Given, HOLD_MS, LIKENESS_MIN, Note, Session};
use crate::choose::{Stimulus, Trial};
use crate::{Actions, Channel, Emotion, Exercise, FaceReading, Millis, Permille};

impl Session<'_> {
    /// A look at the learner's face while a question is open.
    pub(super) fn look(&mut self, now: Millis, trial: &Trial, reading: &FaceReading) -> Given {
        let mirror = trial.exercise == Exercise::Mirror;
        let shown = match reading {
            FaceReading::NoFace | FaceReading::Unsure => None,
            FaceReading::Actions(actions) => {
                let wanted = Actions::of(trial.target, Permille::FULL);
                (actions.likeness(&wanted) >= LIKENESS_MIN).then_some(trial.target)
            }
            #[cfg(feature = "therapy")]
            FaceReading::Expression { emotion, .. } => Some(*emotion),
        };
        let counts = match shown {
            Some(emotion) if mirror => emotion == trial.target,
            Some(emotion) => {
                let named = !matches!(trial.stimulus, Stimulus::Care | Stimulus::Talk);
                let offered = trial.options.contains(&emotion) && emotion != Emotion::Calm;
                self.setup.face_answers && named && offered
            }
            None => false,
        };
        if mirror && self.note != Note::Hint {
            self.note = match reading {
                _ if counts => Note::None,
                FaceReading::NoFace => Note::NoFace,
                FaceReading::Unsure => Note::FaceUnsure,
                FaceReading::Actions(actions) => Note::FaceDoes(*actions),
                #[cfg(feature = "therapy")]
                FaceReading::Expression { emotion, .. } => Note::FaceShows(*emotion),
            };
        }
        self.held = match (shown, self.held) {
            (Some(emotion), Some((held, since))) if counts && emotion == held => Some((held, since)),
            (Some(emotion), _) if counts => Some((emotion, now)),
            _ => None,
        };
        match self.held {
            Some((emotion, since)) if now.since(since) >= self.hold_ms() => {
                self.judge(now, trial, Some(emotion), Channel::Face)
            }
            _ => (None, None),
        }
    }

    pub(super) fn hold_ms(&self) -> u64 {
        let mirror = self.trial.is_some_and(|trial| trial.exercise == Exercise::Mirror);
        if mirror { HOLD_MS } else { FACE_ANSWER_HOLD_MS }
    }
}
