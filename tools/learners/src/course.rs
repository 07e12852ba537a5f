//! Learners meet the engine: the same calls in the same order as a session makes them.

use crate::dice::Dice;
use crate::learner::{Kind, Learner, Learning};
use petri_core::choose::{
    CLOSE_ML, Due, Stimulus, Trial, Wish, expected, face_difficulty_ml, next_trial, recommend,
};
use petri_core::history::History;
use petri_core::pack::Age;
use petri_core::random::Random;
use petri_core::{Actor, Emotion, Exercise, Outcome, Pack, Permille, Progress, Purpose};

/// Trials in one session.
pub const SESSION: usize = 40;
/// Trials in one exercise before the next is recommended.
const ROUND: usize = 4;

/// One trial of a course.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// What was asked.
    pub trial: Trial,
    /// Chance of success as the engine saw it before the answer.
    pub predicted: f64,
    /// Whether the target was met.
    pub same: bool,
    /// Whether the engine took the learner for guessing.
    pub guessing: bool,
    /// Whether a rest was offered after it.
    pub tired: bool,
}

/// A learner in practice, and what the engine knows of it.
#[derive(Debug, Clone)]
pub struct Practice<'a> {
    /// The learner.
    pub learner: Learner,
    /// What the engine believes.
    pub progress: Progress,
    history: History,
    random: Random,
    pack: &'a Pack<'a>,
}

impl<'a> Practice<'a> {
    /// A new learner before the first session.
    pub fn new(kind: Kind, learning: Learning, seed: u64, pack: &'a Pack<'a>) -> Self {
        Self {
            learner: Learner::new(kind, learning, seed),
            progress: Progress::default(),
            history: History::default(),
            random: Random::new(seed),
            pack,
        }
    }

    /// A day later.
    pub fn next_session(&mut self) {
        self.history = History::default();
        self.progress.rest(1);
        self.learner.begin_session();
    }

    /// One trial that the engine chooses.
    pub fn step(&mut self, exercise: Exercise, focus: Option<Emotion>) -> Option<Step> {
        let wish = Wish {
            exercise,
            purpose: Purpose::Training,
            age: Age::Teen,
            progress: &self.progress,
            history: &self.history,
            pack: self.pack,
            due: Due::NONE,
            focus,
        };
        let trial = next_trial(&wish, &mut self.random)?;
        Some(self.meet(&trial))
    }

    /// One given trial.
    pub fn meet(&mut self, trial: &Trial) -> Step {
        let predicted = f64::from(expected(trial, &self.progress, &self.history).get()) / 1_000.0;
        let answered = self.learner.answer(self.pack, trial);
        self.history.push(trial, Some(answered.answer), answered.outcome, answered.latency_ms);
        let guessing = self.history.guessing();
        self.progress.learn(trial, Some(answered.answer), answered.outcome, false, guessing);
        let tired = self.history.tired();
        if tired {
            self.learner.rest();
        }
        Step { trial: *trial, predicted, same: answered.outcome == Outcome::Same, guessing, tired }
    }

    /// Practice of `sessions` sessions: what the engine recommends, or one exercise.
    pub fn course(&mut self, sessions: usize, only: Option<Exercise>) -> Vec<Step> {
        const POSSIBLE: [Exercise; 3] =
            [Exercise::ReadTheFace, Exercise::ReadTheWords, Exercise::ReadTheSituation];
        let mut steps = Vec::with_capacity(sessions * SESSION);
        for _ in 0..sessions {
            self.next_session();
            let mut exercise = Exercise::ReadTheFace;
            for trial in 0..SESSION {
                if trial % ROUND == 0 {
                    exercise = only.unwrap_or_else(|| {
                        recommend(&self.progress, Due::NONE, &self.history, &POSSIBLE, &mut self.random)
                    });
                }
                steps.extend(self.step(exercise, None));
            }
        }
        steps
    }
}

/// The fixed order: each feeling in turn, at five strengths from full to faint, `cycles` times at each, then
/// on at the faintest. The same for everybody.
pub fn fixed_trial(number: usize, cycles: usize, dice: &mut Dice) -> Trial {
    const STRENGTHS: [u16; 5] = [1_000, 850, 700, 550, 400];
    let target = Emotion::ALL[number % Emotion::COUNT];
    let level = (number / (Emotion::COUNT * cycles)).min(STRENGTHS.len() - 1);
    let mut options = [target; 3];
    for i in 1..3 {
        while options[..i].contains(&options[i]) {
            options[i] = Emotion::ALL[dice.below(Emotion::COUNT as u32) as usize];
        }
    }
    let close = options.iter().filter(|option| target.often_taken_for().contains(option)).count();
    let intensity = Permille::new(STRENGTHS[level]);
    let actor = Actor::TRAINED[number % Actor::TRAINED.len()];
    Trial {
        exercise: Exercise::ReadTheFace,
        purpose: Purpose::Training,
        stimulus: Stimulus::Face,
        target,
        item: 0,
        key: actor.index() as u16,
        actor,
        intensity,
        options,
        open: false,
        difficulty_ml: face_difficulty_ml(target, intensity) + CLOSE_ML * close as i16,
    }
}
