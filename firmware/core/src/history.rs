//! The last trials of a session, and what they say of the moment: tired, guessing, in need of an easy one.

use crate::choose::{Stimulus, Trial};
use crate::{Emotion, Exercise, Outcome, Permille};
use heapless::Deque;

/// Trials that are looked back on.
pub const HISTORY_MAX: usize = 16;
/// An answer that comes sooner was not looked for: reading a face and three words takes longer.
pub const QUICK_MS: u32 = 700;

/// So many quick answers among the last trials, and no more than half of them right, are guesses.
const QUICK_MIN: usize = 3;
/// Nobody is called tired before this many trials, nor twice within `TIRED_PAUSE`.
const TIRED_AFTER: u32 = 12;
const TIRED_PAUSE: u32 = 8;
/// Answers at the beginning, and now, that are compared.
const FRESH: u32 = 6;
const LATELY: usize = 8;
/// Of how many answers success should stay above three in five.
const EASE_WINDOW: usize = 9;

/// One trial that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// What was practised.
    pub exercise: Exercise,
    /// What was shown.
    pub stimulus: Stimulus,
    /// The item, as in [`Trial::key`].
    pub key: u16,
    /// What was meant.
    pub target: Emotion,
    /// What was answered.
    pub answer: Option<Emotion>,
    /// How they compare.
    pub outcome: Outcome,
    /// From the question to the answer.
    pub latency_ms: u32,
}

impl Past {
    fn answered(&self) -> bool {
        self.outcome != Outcome::Skipped
    }

    fn same(&self) -> bool {
        self.outcome == Outcome::Same
    }

    fn quick(&self) -> bool {
        self.answered() && self.latency_ms < QUICK_MS
    }
}

/// The last trials, oldest first, and how the session began.
#[derive(Debug, Clone, Default)]
pub struct History {
    past: Deque<Past, HISTORY_MAX>,
    /// Trials of the session so far.
    trials: u32,
    /// The first answers to each exercise.
    fresh: [Fresh; Exercise::COUNT],
    /// The number of the trial after which the learner last seemed tired.
    tired_at: Option<u32>,
}

/// The first [`FRESH`] answers to an exercise.
#[derive(Debug, Clone, Copy, Default)]
struct Fresh {
    answers: u32,
    same: u32,
    latency_ms: u64,
}

impl History {
    /// Adds a trial that ended; the oldest makes room.
    pub fn push(&mut self, trial: &Trial, answer: Option<Emotion>, outcome: Outcome, latency_ms: u32) {
        if self.past.is_full() {
            self.past.pop_front();
        }
        let Trial { exercise, stimulus, key, target, .. } = *trial;
        let past = Past { exercise, stimulus, key, target, answer, outcome, latency_ms };
        // There is room by now.
        let _ = self.past.push_back(past);
        self.trials += 1;
        let fresh = exercise.pick_mut(&mut self.fresh);
        if past.answered() && fresh.answers < FRESH {
            fresh.answers += 1;
            fresh.same += u32::from(past.same());
            fresh.latency_ms += u64::from(latency_ms);
        }
        let paused = self.tired_at.is_none_or(|at| self.trials >= at + TIRED_PAUSE);
        if paused && self.trials >= TIRED_AFTER && self.flags() {
            self.tired_at = Some(self.trials);
        }
    }

    /// The trials, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Past> {
        self.past.iter().rev()
    }

    /// How much easier than usual the next trial should be, in thousandths of a logit.
    ///
    /// It rises with each miss in a row, and with all misses lately, so that success comes back before it
    /// could be missed: at most four misses in ten.
    pub fn ease_ml(&self) -> i16 {
        let answered = || self.newest_first().filter(|past| past.answered());
        let in_a_row = answered().take_while(|past| !past.same()).count() as i16;
        let lately = answered().take(EASE_WINDOW).filter(|past| !past.same()).count();
        let before_it_is_too_many = match lately {
            0 | 1 => 0,
            2 => 150,
            3 => 700,
            _ => 1_500,
        };
        (300 * in_a_row.min(5) + before_it_is_too_many).min(2_500)
    }

    /// Whether the newest answer was a guess: it came too fast, as others before it, and they are beside the
    /// mark too often. Ask after [`History::push`].
    pub fn guessing(&self) -> bool {
        self.newest_first().next().is_some_and(Past::quick) && self.guesses() > 0
    }

    /// The share of guesses among the last answers.
    pub fn guessed(&self) -> Permille {
        let answers = self.newest_first().filter(|past| past.answered()).count();
        Permille::ratio(self.guesses() as u64, answers as u64)
    }

    fn guesses(&self) -> usize {
        let quick = || self.newest_first().filter(|past| past.quick());
        let same = quick().filter(|past| past.same()).count();
        let count = quick().count();
        if count >= QUICK_MIN && same * 2 <= count { count } else { 0 }
    }

    /// Whether a rest should be offered now: after trials that went worse or slower than those at the
    /// beginning. True after the trial that showed it, and not again for eight trials.
    pub fn tired(&self) -> bool {
        self.tired_at == Some(self.trials)
    }

    fn flags(&self) -> bool {
        let (mut answers, mut same, mut usual_same) = (0, 0, 0);
        let (mut latency_ms, mut usual_ms) = (0, 0);
        for past in self.newest_first().filter(|past| past.answered()).take(LATELY) {
            let fresh = past.exercise.pick(&self.fresh);
            if fresh.answers < FRESH {
                return false;
            }
            answers += 1;
            same += u64::from(past.same());
            usual_same += u64::from(fresh.same);
            latency_ms += u64::from(past.latency_ms);
            usual_ms += fresh.latency_ms / u64::from(FRESH);
        }
        let slower = latency_ms * 10 > usual_ms * 16;
        let worse =
            same * 2 * u64::from(FRESH) <= usual_same && usual_same * 3 >= answers * u64::from(FRESH) * 2;
        answers == LATELY as u64 && (slower || worse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Actor, Purpose};

    const TRIAL: Trial = Trial {
        exercise: Exercise::ReadTheFace,
        purpose: Purpose::Training,
        stimulus: Stimulus::Face,
        target: Emotion::Sad,
        item: 0,
        key: 1,
        actor: Actor::Mia,
        intensity: Permille::FULL,
        options: [Emotion::Sad, Emotion::Happy, Emotion::Angry],
        open: false,
        difficulty_ml: 0,
    };

    fn push(history: &mut History, same: bool, latency_ms: u32) {
        let outcome = if same { Outcome::Same } else { Outcome::Different };
        history.push(&TRIAL, Some(if same { Emotion::Sad } else { Emotion::Happy }), outcome, latency_ms);
    }

    #[test]
    fn misses_ease_and_successes_end_it() {
        let mut history = History::default();
        let mut last = history.ease_ml();
        assert_eq!(last, 0);
        for _ in 0..4 {
            push(&mut history, false, 2_000);
            assert!(history.ease_ml() > last);
            last = history.ease_ml();
        }
        for _ in 0..9 {
            push(&mut history, true, 2_000);
        }
        assert_eq!(history.ease_ml(), 0);
    }

    #[test]
    fn quick_and_wrong_is_guessing_but_quick_and_right_is_not() {
        for (right, guessing) in [(false, true), (true, false)] {
            let mut history = History::default();
            for number in 0..9 {
                push(&mut history, right || number % 3 == 0, 400);
            }
            assert_eq!(history.guessing(), guessing);
            assert_eq!(history.guessed() > Permille::ZERO, guessing);
            // A slow answer is none.
            push(&mut history, false, 3_000);
            assert!(!history.guessing());
        }
    }

    #[test]
    fn tired_is_said_after_twelve_trials_and_at_most_once_in_eight() {
        let mut history = History::default();
        let mut said = [false; 60];
        for (number, said) in said.iter_mut().enumerate() {
            push(&mut history, true, if number < 10 { 1_500 } else { 4_000 });
            *said = history.tired();
        }
        assert!(said[..11].iter().all(|said| !said));
        assert!(said[11..30].contains(&true));
        assert!(said.windows(8).all(|eight| eight.iter().filter(|said| **said).count() <= 1));
        let mut steady = History::default();
        for number in 0..60 {
            push(&mut steady, number % 4 != 0, 1_500);
            assert!(!steady.tired());
        }
    }

    #[test]
    fn skips_count_as_nothing() {
        let mut history = History::default();
        for _ in 0..20 {
            history.push(&TRIAL, None, Outcome::Skipped, 100);
        }
        assert!(history.ease_ml() == 0 && !history.guessing() && !history.tired());
    }
}
