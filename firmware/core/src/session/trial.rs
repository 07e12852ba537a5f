//! One trial: asked, concluded, counted.

use super::{Last, Note, Session, Talking};
use crate::choose::{Trial, Wish, next_trial};
use crate::moves::Moves;
use crate::reply::Scene;
use crate::{Channel, Emotion, Entry, Exercise, Judge, Millis, Outcome, Purpose};

impl Session<'_> {
    /// Asks the next question of an exercise; back to the menu when the pack has none.
    pub(super) fn ask(&mut self, now: Millis, exercise: Exercise, purpose: Purpose) {
        let wish = Wish {
            exercise,
            purpose,
            age: self.setup.age,
            progress: &self.setup.progress,
            history: &self.history,
            pack: self.setup.pack,
            due: self.setup.due,
            focus: None,
        };
        match next_trial(&wish, &mut self.random) {
            Some(trial) => self.pose(now, trial),
            None => self.go_to(Scene::Choose, now),
        }
    }

    pub(super) fn pose(&mut self, now: Millis, trial: Trial) {
        self.talk =
            self.setup.pack.talk(trial.item).filter(|_| trial.exercise == Exercise::Converse).map(|talk| {
                Talking {
                    turn: 0,
                    next: 0,
                    mood: talk.mood,
                    trust_before: talk.mood.trust,
                    trust_first: talk.mood.trust,
                    ended: false,
                }
            });
        self.trial = Some(trial);
        self.asked = now;
        self.helped = false;
        self.revealed = false;
        self.note = Note::None;
        self.held = None;
        self.last = None;
        self.shuffle();
        self.enter(Scene::Show, now);
    }

    /// Offers reasons or replies in a new order.
    pub(super) fn shuffle(&mut self) {
        self.order = [0, 1, 2];
        self.random.shuffle(&mut self.order);
        self.at = 0;
    }

    /// Ends a trial: learns from it and writes its entry. The caller moves on.
    pub(super) fn conclude(&mut self, now: Millis, trial: &Trial, outcome: Outcome, done: Done) -> Entry {
        let before = self.setup.progress.clone();
        let latency_ms = u32::try_from(now.since(self.asked)).unwrap_or(u32::MAX);
        self.history.push(trial, done.answer, outcome, latency_ms);
        let guessing = self.history.guessing();
        let ability = self.setup.progress.learn(trial, done.answer, outcome, self.helped, guessing);
        let entry = Entry {
            trial: self.trials,
            exercise: trial.exercise,
            item: trial.key,
            target: trial.target,
            answer: done.answer,
            outcome,
            channel: done.channel,
            intensity: trial.intensity,
            latency_ms,
            helped: self.helped,
            ability_ml: ability.mean_ml,
            spread_ml: ability.spread_ml,
            purpose: trial.purpose,
            judge: Judge::Device,
            moves: done.moves,
        };
        if trial.purpose == Purpose::Training && outcome != Outcome::Skipped {
            self.setup.due.set(trial.exercise, trial.target, false);
        }
        self.count(trial.exercise, trial.purpose, outcome, 1);
        self.trials = self.trials.saturating_add(1);
        self.trials_in_round = self.trials_in_round.saturating_add(1);
        self.last = Some(Last { entry, other_reason: done.other_reason, before });
        self.note = Note::None;
        self.held = None;
        entry
    }

    /// Counts a trial, or takes it back with `by` -1.
    pub(super) fn count(&mut self, exercise: Exercise, purpose: Purpose, outcome: Outcome, by: i16) {
        let tally = match (&mut self.probe, purpose) {
            (Some(probe), Purpose::Probe) => probe,
            _ => exercise.pick_mut(&mut self.tally),
        };
        if outcome != Outcome::Skipped {
            tally.trials = tally.trials.saturating_add_signed(by);
        }
        if outcome == Outcome::Same {
            tally.same = tally.same.saturating_add_signed(by);
        }
    }
}

/// How a trial was answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done {
    pub answer: Option<Emotion>,
    pub channel: Channel,
    pub moves: Moves,
    pub other_reason: bool,
}

impl Done {
    pub(super) const fn by(channel: Channel, answer: Option<Emotion>) -> Self {
        Self { answer, channel, moves: Moves::NONE, other_reason: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Setup, Tally};
    use crate::{Button, Input, Pack};

    #[test]
    fn a_session_that_never_ends_keeps_its_last_number_and_counts_on() {
        let pack = Pack::starter();
        let mut session = Session::new(Setup::new(7, &pack));
        let many = Tally { trials: u16::MAX, same: u16::MAX };
        (session.trials, session.trials_in_round) = (u16::MAX, u16::MAX);
        session.tally = [many; Exercise::COUNT];
        session.ask(Millis(0), Exercise::ReplyWithCare, Purpose::Training);
        let trial = session.trial.expect("a trial");
        let now = Millis(u64::MAX);
        for _ in 0..2 {
            let entry = session.conclude(now, &trial, Outcome::Different, Done::by(Channel::Button, None));
            assert_eq!((entry.trial, entry.latency_ms), (u16::MAX, u32::MAX));
        }
        let body = session.step(now, Input::Button(Button::Stop)).screen.body;
        assert!(body.starts_with("524280 of 524280 answers"), "{body}");
    }
}
