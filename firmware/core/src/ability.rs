//! How well the learner reads each feeling in each exercise, with its uncertainty. Integers only.

use crate::{Emotion, Entry, Exercise, Permille};
use serde::{Deserialize, Serialize};

/// Chance of meeting the target by guessing one of three choices.
pub const GUESS: Permille = Permille::new(333);

/// Ability on the logit scale of the Rasch model, in thousandths of a logit, as a normal belief.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ability {
    /// Best estimate.
    pub mean_ml: i16,
    /// Standard error.
    pub spread_ml: i16,
}

impl Ability {
    /// Before the first answer: an item of difficulty 0 is solved half of the time, give or take a logit.
    pub const UNKNOWN: Self = Self { mean_ml: 0, spread_ml: 1_000 };

    /// People change, so the belief never hardens below this.
    pub const SPREAD_ML_MIN: i16 = 250;
    /// Means are held within plus and minus this.
    pub const MEAN_ML_MAX: i16 = 4_000;

    /// Chance of meeting the target on an item of `difficulty_ml` with a guessing floor of `guess`.
    pub fn chance(self, difficulty_ml: i16, guess: Permille) -> Permille {
        let solved = logistic(i32::from(self.mean_ml) - i32::from(difficulty_ml));
        let floor = i32::from(guess.get());
        Permille::new((floor + solved.of(1_000 - floor)) as u16)
    }

    /// The belief after one answer.
    ///
    /// One step of the Laplace approximation to the posterior of the three-parameter logistic model (Birnbaum
    /// 1968) with unit discrimination: the score moves the mean, the item information narrows the spread.
    #[must_use]
    pub fn after(self, difficulty_ml: i16, guess: Permille, same: bool) -> Self {
        let chance = i64::from(self.chance(difficulty_ml, guess).get()).clamp(1, 999);
        let guess = i64::from(guess.get());
        let solved = ((chance - guess) * 1_000 / (1_000 - guess).max(1)).max(1);
        let observed = if same { 1_000 } else { 0 };
        let score = (observed - chance) * solved / chance;
        let information = solved * solved * (1_000 - chance) / (1_000 * chance);
        let variance = i64::from(self.spread_ml).pow(2);
        let variance = variance * 1_000_000_000 / (1_000_000_000 + variance * information);
        let mean = i64::from(self.mean_ml) + variance * score / 1_000_000;
        let limit = i64::from(Self::MEAN_ML_MAX);
        Self {
            mean_ml: mean.clamp(-limit, limit) as i16,
            spread_ml: (variance.isqrt() as i16).max(Self::SPREAD_ML_MIN),
        }
    }
}

/// The standard logistic function of `logit_ml` thousandths, in thousandths, within 2 of the true value.
pub fn logistic(logit_ml: i32) -> Permille {
    // At 0, 0.5, ... 6.0 logits; linear in between.
    const TABLE: [u16; 13] = [500, 622, 731, 818, 881, 924, 953, 971, 982, 989, 993, 996, 998];
    const STEP_ML: u32 = 500;
    let size_ml = logit_ml.unsigned_abs();
    let (cell, rest_ml) = ((size_ml / STEP_ML) as usize, size_ml % STEP_ML);
    let upper = match TABLE.get(cell..cell + 2) {
        Some(&[low, high]) => low + ((u32::from(high - low) * rest_ml + STEP_ML / 2) / STEP_ML) as u16,
        _ => 998,
    };
    Permille::new(if logit_ml < 0 { 1_000 - upper } else { upper })
}

/// Abilities for every feeling in every exercise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    abilities: [[Ability; Emotion::COUNT]; Exercise::COUNT],
}

impl Default for Progress {
    fn default() -> Self {
        Self { abilities: [[Ability::UNKNOWN; Emotion::COUNT]; Exercise::COUNT] }
    }
}

impl Progress {
    /// The belief about one feeling in one exercise.
    pub fn get(&self, exercise: Exercise, emotion: Emotion) -> Ability {
        self.abilities[exercise.index()][emotion.index()]
    }

    /// Replaces the belief about one feeling in one exercise.
    pub fn set(&mut self, exercise: Exercise, emotion: Emotion, ability: Ability) {
        self.abilities[exercise.index()][emotion.index()] = ability;
    }

    /// Takes over what a journal entry says; entries come oldest first.
    pub fn absorb(&mut self, entry: &Entry) {
        let ability = Ability { mean_ml: entry.ability_ml, spread_ml: entry.spread_ml };
        self.set(entry.exercise, entry.target, ability);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logistic_is_within_tolerance_of_the_true_function() {
        for logit_ml in -8_000..=8_000 {
            let exact = 1_000.0 / (1.0 + (-f64::from(logit_ml) / 1_000.0).exp_());
            let error = (f64::from(logistic(logit_ml).get()) - exact).abs();
            assert!(error <= 4.0, "logistic({logit_ml}) is off by {error}");
        }
    }

    /// exp without std, good to 1e-9 on the range tested.
    trait Exp {
        fn exp_(self) -> f64;
    }
    impl Exp for f64 {
        fn exp_(self) -> f64 {
            let (mut term, mut sum) = (1.0, 1.0);
            let x = self / 64.0;
            for n in 1..20 {
                term *= x / f64::from(n);
                sum += term;
            }
            (0..6).fold(sum, |y, _| y * y)
        }
    }

    #[test]
    fn the_estimate_finds_a_simulated_learner() {
        // A learner of +1.2 logits answers 60 items near the belief; draws are a fixed low-discrepancy sequence.
        let truth = Ability { mean_ml: 1_200, spread_ml: 250 };
        let mut belief = Ability::UNKNOWN;
        let mut draw = 0u32;
        for _ in 0..60 {
            draw = (draw + 618) % 1_000;
            let difficulty_ml = belief.mean_ml - 510;
            let same = draw < u32::from(truth.chance(difficulty_ml, GUESS).get());
            belief = belief.after(difficulty_ml, GUESS, same);
        }
        assert!((belief.mean_ml - truth.mean_ml).abs() < 500, "{belief:?}");
        assert!(belief.spread_ml < 500, "{belief:?}");
    }

    #[test]
    fn answers_move_the_mean_the_right_way_and_only_narrow_the_spread() {
        for mean_ml in (-4_000..=4_000).step_by(500) {
            for difficulty_ml in (-3_000..=3_000).step_by(500) {
                let before = Ability { mean_ml, spread_ml: 900 };
                let up = before.after(difficulty_ml, GUESS, true);
                let down = before.after(difficulty_ml, GUESS, false);
                assert!(up.mean_ml >= mean_ml && down.mean_ml <= mean_ml, "{before:?} at {difficulty_ml}");
                assert!(up.spread_ml <= 900 && down.spread_ml <= 900);
                assert!(up.spread_ml >= Ability::SPREAD_ML_MIN);
            }
        }
    }
}
