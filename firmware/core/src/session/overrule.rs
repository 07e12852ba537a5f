//! The person who accompanies the learner: their judgement counts, and they are called when something worries.

use super::{Last, Session};
use crate::choose::Trial;
use crate::input::{Button, Facilitator, Input};
use crate::reply::Scene;
use crate::{Entry, Judge, Millis, Outcome};

impl Session<'_> {
    /// Judges the last trial anew. The entry takes the place of the one with the same trial number.
    pub(super) fn overrule(&mut self, now: Millis, act: Facilitator) -> Option<Entry> {
        let outcome = match act {
            Facilitator::CountsAsSame => Outcome::Same,
            Facilitator::CountsAsDifferent => Outcome::Different,
            Facilitator::DoesNotCount => Outcome::Skipped,
            Facilitator::AllClear => {
                self.signal = false;
                if self.scene == Scene::Concern {
                    self.go_to(Scene::Choose, now);
                }
                return None;
            }
        };
        let Last { mut entry, before, .. } = self.last.clone()?;
        let trial = self.trial.filter(|trial| self.scene == Scene::Explain && trial.key == entry.item)?;
        self.count(entry.exercise, entry.purpose, entry.outcome, -1);
        self.count(entry.exercise, entry.purpose, outcome, 1);
        entry.outcome = outcome;
        entry.judge = Judge::Facilitator;
        entry.answer = match outcome {
            Outcome::Same => entry.answer.map(|_| entry.target),
            _ => entry.answer,
        };
        // In a conversation each turn has a target of its own.
        self.learn_anew(&Trial { target: entry.target, ..trial }, &mut entry, before);
        Some(entry)
    }

    fn learn_anew(&mut self, trial: &Trial, entry: &mut Entry, before: crate::Progress) {
        self.setup.progress = before.clone();
        let ability = self.setup.progress.learn(trial, entry.answer, entry.outcome, entry.helped, false);
        entry.ability_ml = ability.mean_ml;
        entry.spread_ml = ability.spread_ml;
        self.last = Some(Last { entry: *entry, other_reason: false, before });
    }

    /// Something was said that should worry: it is not judged and not kept, and the signal light goes on.
    pub(super) fn look_after(&mut self, now: Millis) {
        self.signal = true;
        self.trial = None;
        self.talk = None;
        self.probe = None;
        self.last = None;
        self.enter(Scene::Concern, now);
    }

    /// The learner may go on; the signal stays until the facilitator has come.
    pub(super) fn looked_after(&mut self, now: Millis, input: &Input) {
        match input {
            Input::Button(Button::A) => self.go_to(Scene::Choose, now),
            Input::Button(Button::B) => self.enter(Scene::Close, now),
            _ => {}
        }
    }
}
