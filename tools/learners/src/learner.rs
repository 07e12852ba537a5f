//! A simulated learner: what it can do, how it answers, and how it changes with practice.
//!
//! Every number here is an assumption, chosen before the engine was tuned where that was possible, and stated
//! in the report. The truth differs from what the engine assumes: learners differ less than its prior says,
//! actors and items are a little easier or harder than their labels, close choices weigh more, and feelings
//! that are mixed up make a wrong answer likely.

use crate::content;
use crate::dice::{Dice, logistic};
use petri_core::ability::FACE_STEEPNESS;
use petri_core::choose::{Stimulus, Trial, face_difficulty_ml, guess};
use petri_core::{Emotion, Exercise, Outcome, Pack};

/// The kinds of learners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Average ability and speed of learning.
    Normal,
    /// Starts low and learns at half the speed.
    Slow,
    /// Starts high and learns at twice the speed.
    Fast,
    /// One answer in three is a quick guess.
    OftenGuessing,
    /// All of the answers are quick guesses.
    Guessing,
    /// Tires within a session.
    Fatigued,
    /// Takes sad for calm and calm for sad.
    MixedUp,
    /// Reads words far worse than faces, and practises them.
    WeakWords,
    /// Success at faces rises less steeply with strength than the engine assumes.
    Shallow,
    /// Success at faces rises more steeply than the engine assumes.
    Steep,
}

impl Kind {
    /// All of them, in the order of the report.
    pub const ALL: [Kind; 10] = [
        Kind::Normal,
        Kind::Slow,
        Kind::Fast,
        Kind::OftenGuessing,
        Kind::Guessing,
        Kind::Fatigued,
        Kind::MixedUp,
        Kind::WeakWords,
        Kind::Shallow,
        Kind::Steep,
    ];

    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Normal => "normal",
            Kind::Slow => "slow",
            Kind::Fast => "fast",
            Kind::OftenGuessing => "often guessing",
            Kind::Guessing => "guessing",
            Kind::Fatigued => "fatigued",
            Kind::MixedUp => "one mixed-up pair",
            Kind::WeakWords => "one weak channel",
            Kind::Shallow => "shallow faces",
            Kind::Steep => "steep faces",
        }
    }

    /// The traits that learners of this kind share.
    pub fn traits(self) -> Traits {
        let normal = Traits {
            mean: 0.0,
            speed: 0.06,
            steepness: f64::from(FACE_STEEPNESS) / 1_000.0,
            lapse: 0.03,
            quick: 0.0,
            tires: false,
            mixed_up: 0.0,
            words: 0.0,
        };
        match self {
            Kind::Normal => normal,
            Kind::Slow => Traits { mean: -0.7, speed: 0.03, ..normal },
            Kind::Fast => Traits { mean: 0.4, speed: 0.12, ..normal },
            Kind::OftenGuessing => Traits { quick: 1.0 / 3.0, ..normal },
            Kind::Guessing => Traits { quick: 1.0, ..normal },
            Kind::Fatigued => Traits { tires: true, ..normal },
            Kind::MixedUp => Traits { mixed_up: 1.5, ..normal },
            Kind::WeakWords => Traits { words: -1.2, ..normal },
            Kind::Shallow => Traits { steepness: 1.5, ..normal },
            Kind::Steep => Traits { steepness: 4.0, ..normal },
        }
    }
}

/// What learners of one kind share.
#[derive(Debug, Clone, Copy)]
pub struct Traits {
    /// Mean ability, in logits.
    pub mean: f64,
    /// Logits gained by one trial at the difficulty at which most is learned.
    pub speed: f64,
    /// Logits of success per logit of ability on drawn faces.
    pub steepness: f64,
    /// Share of answers that go wrong whatever the ability.
    pub lapse: f64,
    /// Share of answers that are quick guesses.
    pub quick: f64,
    /// Whether ability falls and answers slow down within a session.
    pub tires: bool,
    /// How much harder sad and calm are beside each other, in logits.
    pub mixed_up: f64,
    /// What is added to the ability in reading words, in logits.
    pub words: f64,
}

/// How success at a trial makes a learner better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learning {
    /// Most near even chances of knowing, a fifth of that at the extremes: 0.2 + 0.8 * 4 s (1 - s).
    Intermediate,
    /// The same by any trial: what remains of an advantage then comes from the choice of feelings alone.
    Any,
    /// Nothing is learned: for measuring the measurement.
    None,
}

/// An answer.
#[derive(Debug, Clone, Copy)]
pub struct Answered {
    /// The feeling.
    pub answer: Emotion,
    /// How it compares.
    pub outcome: Outcome,
    /// How long it took.
    pub latency_ms: u32,
}

/// A learner.
#[derive(Debug, Clone)]
pub struct Learner {
    traits: Traits,
    learning: Learning,
    ability: [[f64; Emotion::COUNT]; Exercise::COUNT],
    mixed_up: f64,
    /// From 0 for fresh to 1.
    tiredness: f64,
    trials_in_session: u32,
    dice: Dice,
}

/// Standard deviation of abilities; the engine's prior says 1.
const SPREAD: f64 = 0.8;
/// What one close choice adds in truth; the engine assumes 0.2.
const CLOSE: f64 = 0.3;
/// Standard deviation of what an actor or an item differs from its label.
const LABEL: [f64; 2] = [0.1, 0.3];
/// Part of a gain that reaches the other feelings in the same exercise.
const TRANSFER: f64 = 0.05;

impl Learner {
    /// The learner of this kind and number.
    pub fn new(kind: Kind, learning: Learning, seed: u64) -> Self {
        let traits = kind.traits();
        let mut dice = Dice::new(seed);
        // Shares of the variance: 0.2 for the learner, 0.3 for the exercise, 0.15 for the feeling, the rest
        // for both.
        let [general, by_exercise, by_feeling, by_both] = [0.2, 0.3, 0.15, 0.35].map(libm::sqrt);
        let learner = general * dice.normal();
        let feelings = [(); Emotion::COUNT].map(|()| by_feeling * dice.normal());
        let ability = Exercise::ALL.map(|exercise| {
            let all = learner + by_exercise * dice.normal();
            let shift = if exercise == Exercise::ReadTheWords { traits.words } else { 0.0 };
            feelings.map(|feeling| {
                let one = all + feeling + by_both * dice.normal();
                (traits.mean + shift + SPREAD * one).clamp(-2.2, 2.2)
            })
        });
        let mixed_up = traits.mixed_up;
        Self { traits, learning, ability, mixed_up, tiredness: 0.0, trials_in_session: 0, dice }
    }

    /// What it can do when fresh, in logits.
    pub fn ability(&self, exercise: Exercise, emotion: Emotion) -> f64 {
        self.ability[exercise.index()][emotion.index()]
    }

    /// Whether every feeling in an exercise is read as well as `level`, and no two are mixed up.
    pub fn has_mastered(&self, exercise: Exercise, level: f64) -> bool {
        self.ability[exercise.index()].iter().all(|ability| *ability >= level) && self.mixed_up <= 0.5
    }

    /// A new day.
    pub fn begin_session(&mut self) {
        self.tiredness = 0.0;
        self.trials_in_session = 0;
    }

    /// A rest that the device offered.
    pub fn rest(&mut self) {
        self.tiredness *= 0.4;
    }

    /// Answers a trial and learns from its feedback.
    pub fn answer(&mut self, pack: &Pack<'_>, trial: &Trial) -> Answered {
        self.trials_in_session += 1;
        if self.traits.tires && self.trials_in_session > 12 {
            self.tiredness = (self.tiredness + 1.0 / 25.0).min(1.0);
        }
        if self.dice.hits(self.traits.quick) {
            let choices = trial.choices();
            let answer = choices[self.dice.below(choices.len() as u32) as usize];
            self.learn(trial, 0.2, 0.5);
            return answered(trial, answer, 250 + self.dice.below(350));
        }
        let knows = self.knows(pack, trial);
        let floor = f64::from(guess(trial.exercise, trial.open).get()) / 1_000.0;
        let same = self.dice.hits(floor + (1.0 - floor - self.traits.lapse) * knows);
        let answer = if same { trial.target } else { self.wrong(trial) };
        let slow = 1.0 + self.tiredness;
        let latency_ms = slow * (1_300.0 + 1_700.0 * self.dice.unit() + 800.0 * (1.0 - knows));
        self.learn(trial, 1.0, knows);
        answered(trial, answer, latency_ms as u32)
    }

    /// Chance of knowing the answer, without guessing and slips.
    fn knows(&self, pack: &Pack<'_>, trial: &Trial) -> f64 {
        let nominal = content::nominal_difficulty(pack, trial);
        let face = f64::from(face_difficulty_ml(trial.target, trial.intensity)) / 1_000.0;
        let steep = trial.stimulus == Stimulus::Face && trial.target != Emotion::Calm;
        let wrong = || trial.choices().iter().filter(|option| **option != trial.target);
        let close = wrong().filter(|option| trial.target.often_taken_for().contains(option)).count();
        let mut difficulty = nominal.unwrap_or(face) + CLOSE * close as f64 + label(trial, nominal.is_some());
        if wrong().any(|option| is_pair(trial.target, *option)) {
            difficulty += self.mixed_up;
        }
        let ability = self.ability(trial.exercise, trial.target) - self.tiredness;
        logistic((ability - difficulty) * if steep { self.traits.steepness } else { 1.0 })
    }

    fn wrong(&mut self, trial: &Trial) -> Emotion {
        let mixed_up = self.mixed_up;
        let weight = |option: Emotion| {
            let close = trial.target.often_taken_for().contains(&option);
            let pair = if is_pair(trial.target, option) { 6.0 * mixed_up } else { 0.0 };
            if option == trial.target { 0.0 } else { 1.0 + f64::from(u8::from(close)) + pair }
        };
        let mut left = self.dice.unit() * trial.choices().iter().map(|option| weight(*option)).sum::<f64>();
        for option in trial.choices() {
            left -= weight(*option);
            if left < 0.0 {
                return *option;
            }
        }
        trial.options[usize::from(trial.options[0] == trial.target)]
    }

    fn learn(&mut self, trial: &Trial, attention: f64, knows: f64) {
        let share = match self.learning {
            Learning::Intermediate => 0.2 + 0.8 * 4.0 * knows * (1.0 - knows),
            Learning::Any => 0.6,
            Learning::None => return,
        };
        let gain = self.traits.speed * share * attention;
        for (emotion, ability) in Emotion::ALL.into_iter().zip(&mut self.ability[trial.exercise.index()]) {
            let part = if emotion == trial.target { 1.0 } else { TRANSFER };
            *ability = (*ability + part * gain).min(3.0);
        }
        if trial.choices().iter().any(|option| is_pair(trial.target, *option)) {
            self.mixed_up = (self.mixed_up - self.traits.speed * attention).max(0.0);
        }
    }
}

fn is_pair(target: Emotion, option: Emotion) -> bool {
    matches!((target, option), (Emotion::Sad, Emotion::Calm) | (Emotion::Calm, Emotion::Sad))
}

fn answered(trial: &Trial, answer: Emotion, latency_ms: u32) -> Answered {
    let outcome = if answer == trial.target { Outcome::Same } else { Outcome::Different };
    Answered { answer, outcome, latency_ms }
}

/// How much harder this actor with this feeling, or this item, is than its label says: the same for all
/// learners.
fn label(trial: &Trial, item: bool) -> f64 {
    let what = u64::from(trial.key) * 64 + trial.target.index() as u64 * 8 + u64::from(item);
    LABEL[usize::from(item)] * Dice::new(what).normal()
}
