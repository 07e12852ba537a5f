//! What a look at the learner's face means while a question is open.

use super::{Done, FACE_ANSWER_HOLD_MS, Given, HOLD_MS, Note, Session};
use crate::choose::Trial;
use crate::mirror::Comparison;
use crate::{Actions, Channel, Exercise, FaceReading, Millis, Outcome, Permille};

impl Session<'_> {
    /// A look at the learner's face while a question is open.
    ///
    /// Muscles count in the mirror alone, and there only as muscles: they are compared with the drawn ones, and no
    /// feeling is concluded from them. Where there is a model of expressions it is the better judge
    /// (`models/cards/face-mesh.md`), and muscles give the reason.
    pub(super) fn look(&mut self, now: Millis, trial: &Trial, reading: &FaceReading) -> Given {
        let mirror = trial.exercise == Exercise::Mirror;
        let answer = match reading {
            FaceReading::Actions(actions) if mirror && cfg!(not(feature = "therapy")) => {
                let drawn = Actions::of(trial.target, Permille::FULL);
                Comparison::of(&drawn, actions).matches().then_some(None)
            }
            FaceReading::NoFace | FaceReading::Unsure | FaceReading::NotYet | FaceReading::Actions(_) => None,
            #[cfg(feature = "therapy")]
            FaceReading::Expression { emotion, .. } => {
                let counts = if mirror { *emotion == trial.target } else { self.may_answer(trial, *emotion) };
                counts.then_some(Some(*emotion))
            }
        };
        if mirror && self.note != Note::Hint {
            self.note = match reading {
                _ if answer.is_some() => Note::None,
                FaceReading::NoFace => Note::NoFace,
                FaceReading::Unsure => Note::FaceUnsure,
                FaceReading::NotYet => Note::FaceNotYet,
                FaceReading::Actions(actions) => Note::FaceDoes(*actions),
                #[cfg(feature = "therapy")]
                FaceReading::Expression { emotion, actions, .. } => Note::FaceShows(*emotion, *actions),
            };
        }
        self.held = match (answer, self.held) {
            // In the mirror an expression and its muscles are the same face.
            (Some(answer), Some((held, since))) if mirror || answer == held => Some((answer, since)),
            (Some(answer), _) => Some((answer, now)),
            _ => None,
        };
        match self.held {
            Some((answer, since)) if now.since(since) >= self.hold_ms() => match answer {
                Some(emotion) => self.judge(now, trial, Some(emotion), Channel::Face),
                None => self.finish(now, trial, Outcome::Same, Done::by(Channel::Face, None)),
            },
            _ => (None, None),
        }
    }

    /// Whether a held face may answer this question with this feeling.
    #[cfg(feature = "therapy")]
    fn may_answer(&self, trial: &Trial, emotion: crate::Emotion) -> bool {
        use crate::choose::Stimulus;
        let named = !matches!(trial.stimulus, Stimulus::Care | Stimulus::Talk);
        let offered = trial.options.contains(&emotion) && emotion != crate::Emotion::Calm;
        self.setup.face_answers && named && offered
    }

    pub(super) fn hold_ms(&self) -> u64 {
        let mirror = self.trial.is_some_and(|trial| trial.exercise == Exercise::Mirror);
        if mirror { HOLD_MS } else { FACE_ANSWER_HOLD_MS }
    }
}
