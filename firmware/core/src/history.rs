//! The last trials of a session, and what they say of the moment: tired, guessing, in need of an easy one.

use crate::choose::{Stimulus, Trial};
use crate::{Emotion, Exercise, Outcome};
use heapless::Deque;

/// Trials that are looked back on.
pub const HISTORY_MAX: usize = 16;
/// An answer that comes sooner was not looked for: reading a face and three words takes longer.
pub const QUICK_MS: u32 = 700;

/// How many of the last answers are looked at for guessing, and how many of them must be quick.
const GUESS_WINDOW: usize = 6;
const GUESS_QUICK_MIN: usize = 4;
/// Nobody is called tired before this many trials, nor twice within `TIRED_PAUSE`.
const TIRED_AFTER: u32 = 12;
const TIRED_PAUSE: u32 = 8;
/// Answers at the beginning, and now, that are compared.
const FRESH: u32 = 6;
const LATELY: usize = 6;
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
        let fresh = &mut self.fresh[exercise.index()];
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
    /// It rises with each miss in a row, and with all misses lately, so that success comes back before it could be
    /// missed: at most four misses in ten.
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

    /// Whether answers come too fast and too often beside the mark to be more than guesses.
    pub fn guessing(&self) -> bool {
        let answered = || self.newest_first().filter(|past| past.answered()).take(GUESS_WINDOW);
        let quick = || answered().filter(|past| past.latency_ms < QUICK_MS);
        let same = quick().filter(|past| past.same()).count();
        quick().count() >= GUESS_QUICK_MIN && same * 2 <= quick().count()
    }

    /// Whether a rest should be offered now: after trials that went worse or slower than those at the beginning. True
    /// after the trial that showed it, and not again for eight trials.
    pub fn tired(&self) -> bool {
        self.tired_at == Some(self.trials)
    }

    fn flags(&self) -> bool {
        let (mut answers, mut same, mut usual_same) = (0, 0, 0);
        let (mut latency_ms, mut usual_ms) = (0, 0);
        for past in self.newest_first().filter(|past| past.answered()).take(LATELY) {
            let fresh = self.fresh[past.exercise.index()];
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
