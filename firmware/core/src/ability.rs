//! How well the learner reads a feeling, with its uncertainty, and how one answer changes both. Integers
//! only.
//!
//! # What a logit is here
//!
//! The scale is that of the Rasch model: on a line, a situation or a reply, one logit more of ability is one
//! logit more of success (steepness 1). A drawn face has no difficulty of its own but a strength, and
//! recognition rises steeply with it: by psychometric functions, not by opinion (Marneweck, Loftus & Hammond,
//! "Psychophysical measures of sensitivity to facial expression of emotion", 2013). On faces a logit is
//! therefore *defined* by the drawing, as a quarter of the full strength, and [`FACE_STEEPNESS`] says how
//! many logits of success it is worth.
//!
//! # What can be known from 20 answers
//!
//! An item of steepness a and guessing floor g, met with chance P, tells at most a²(P-g)²(1-P)/(P(1-g)²):
//! 0.13 a² for three choices at 0.75, 0.25 for an ideal Rasch item without guessing. Twenty Rasch items with
//! three choices therefore leave a standard error of 0.53 logits at best after a prior of 1, and twenty ideal
//! ones 0.41. An error of 0.3 logits in 20 items is within reach only of faces, and only as far as
//! [`FACE_STEEPNESS`] holds.

use crate::Permille;
use serde::{Deserialize, Serialize};

/// Logits of success that one logit of ability is worth on a drawn face, in thousandths.
///
/// An assumption until learners have been measured: it lets success climb from 27 % to 73 % of the way
/// between guessing and knowing within a fifth of the full strength.
pub const FACE_STEEPNESS: u16 = 3_000;
/// The same for items that have a fixed difficulty: the Rasch model.
pub const ITEM_STEEPNESS: u16 = 1_000;
/// Success beyond any ability: two answers in a hundred go wrong by a slip of the finger or the mind.
pub const CEILING: Permille = Permille::new(980);

/// How success at one item depends on ability: the four-parameter logistic model (Barton & Lord 1981).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Curve {
    /// The ability that is half way between guessing and knowing, in thousandths of a logit.
    pub difficulty_ml: i16,
    /// Logits of success per logit of ability, in thousandths.
    pub steepness: u16,
    /// Success without any ability.
    pub guess: Permille,
}

impl Curve {
    /// Success of an ability that is known exactly, in ten-thousandths.
    fn success(self, ability_ml: i32) -> i64 {
        let logit_ml = (ability_ml - i32::from(self.difficulty_ml)) * i32::from(self.steepness) / 1_000;
        let guess = i64::from(self.guess.get());
        let ceiling = i64::from(CEILING.get()).max(guess);
        guess * 10 + (ceiling - guess) * logistic_10k(logit_ml) / 1_000
    }
}

/// Ability as a normal belief, in thousandths of a logit.
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
    pub const SPREAD_ML_MIN: i16 = 150;
    /// Means are held within plus and minus this.
    pub const MEAN_ML_MAX: i16 = 4_000;

    /// Chance of meeting the target, over everything that the ability may be.
    pub fn chance(self, curve: &Curve) -> Permille {
        let (mut sum, mut all) = (0, 0);
        for (half, weight) in grid() {
            sum += weight * curve.success(self.at(half));
            all += weight;
        }
        Permille::new((sum / all / 10) as u16)
    }

    /// The difficulty at which the target is met with `chance`, in thousandths of a logit.
    pub fn difficulty_for(self, chance: Permille, steepness: u16, guess: Permille) -> i16 {
        let (mut low, mut high) = (-2 * i32::from(Self::MEAN_ML_MAX), 2 * i32::from(Self::MEAN_ML_MAX));
        while high - low > 8 {
            let middle = i32::midpoint(low, high);
            let curve = Curve { difficulty_ml: middle as i16, steepness, guess };
            if self.chance(&curve) >= chance { low = middle } else { high = middle }
        }
        low as i16
    }

    /// The belief after one answer that counts for `weight`.
    ///
    /// Bayes' rule on 13 points of the belief, then the normal belief of the same mean and variance (assumed
    /// density filtering). Unlike a step along the slope it stays true where one logit is worth several
    /// logits of success.
    #[must_use]
    pub fn after(self, curve: &Curve, same: bool, weight: Permille) -> Self {
        let mut moments = [0i64; 3];
        for (half, prior) in grid() {
            let success = curve.success(self.at(half));
            let likely = prior * if same { success } else { 10_000 - success }.max(1);
            moments[0] += likely;
            moments[1] += likely * half;
            moments[2] += likely * half * half;
        }
        // In half spreads, thousandths and millionths.
        let shift = moments[1] * 1_000 / moments[0];
        let variance = moments[2] * 1_000_000 / moments[0] - shift * shift;
        let spread = i64::from(self.spread_ml);
        let before = spread * spread;
        let after = before * variance / GRID_VARIANCE;
        let weight = i64::from(weight.get());
        let mean_ml = i64::from(self.mean_ml) + shift * spread * weight / 2_000_000;
        Self::of(mean_ml, before + (after - before) * weight / 1_000)
    }

    /// The belief after time or practice has passed that adds `variance`, in millionths of a squared logit.
    #[must_use]
    pub fn loosened(self, variance: i64) -> Self {
        Self::of(i64::from(self.mean_ml), self.variance() + variance)
    }

    /// The belief after the ability has risen by so many thousandths of a logit.
    #[must_use]
    pub fn moved(self, by_ml: i16) -> Self {
        Self::of(i64::from(self.mean_ml) + i64::from(by_ml), self.variance())
    }

    /// In millionths of a squared logit.
    pub(crate) fn variance(self) -> i64 {
        i64::from(self.spread_ml).pow(2)
    }

    pub(crate) fn of(mean_ml: i64, variance: i64) -> Self {
        let limit = i64::from(Self::MEAN_ML_MAX);
        let spread_ml = i64::midpoint((4 * variance.max(0)).isqrt(), 1);
        let (least, most) = (i64::from(Self::SPREAD_ML_MIN), i64::from(Self::UNKNOWN.spread_ml));
        Self { mean_ml: mean_ml.clamp(-limit, limit) as i16, spread_ml: spread_ml.clamp(least, most) as i16 }
    }

    fn at(self, half: i64) -> i32 {
        i32::from(self.mean_ml) + (half * i64::from(self.spread_ml) / 2) as i32
    }
}

/// Points of a normal belief: the place in half spreads from the mean, and the weight.
fn grid() -> impl Iterator<Item = (i64, i64)> {
    // exp(-z²/2) in thousandths at z = -3, -2.5, ... 3.
    const WEIGHTS: [i64; 13] = [11, 44, 135, 325, 607, 882, 1_000, 882, 607, 325, 135, 44, 11];
    (-6..).zip(WEIGHTS)
}

/// Variance of the grid in half spreads, in millionths.
const GRID_VARIANCE: i64 = 3_950_080;

/// The standard logistic function of `logit_ml` thousandths, in thousandths, within 2 of the true value.
pub fn logistic(logit_ml: i32) -> Permille {
    Permille::new(((logistic_10k(logit_ml) + 5) / 10) as u16)
}

/// The standard logistic function in ten-thousandths, within 20 of the true value.
fn logistic_10k(logit_ml: i32) -> i64 {
    // At 0, 0.25, ... 8 logits; linear in between.
    const TABLE: [u16; 33] = [
        5_000, 5_622, 6_225, 6_792, 7_311, 7_773, 8_176, 8_520, 8_808, 9_047, 9_241, 9_399, 9_526, 9_627,
        9_707, 9_770, 9_820, 9_859, 9_890, 9_914, 9_933, 9_948, 9_959, 9_968, 9_975, 9_981, 9_985, 9_988,
        9_991, 9_993, 9_994, 9_996, 9_997,
    ];
    const STEP_ML: u32 = 250;
    let size_ml = logit_ml.unsigned_abs();
    let (cell, rest_ml) = ((size_ml / STEP_ML) as usize, size_ml % STEP_ML);
    let upper = match TABLE.get(cell..cell + 2) {
        Some(&[low, high]) => i64::from(u32::from(low) + u32::from(high - low) * rest_ml / STEP_ML),
        _ => 9_997,
    };
    if logit_ml < 0 { 10_000 - upper } else { upper }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: Permille = Permille::new(333);

    fn curve(difficulty_ml: i16, steepness: u16) -> Curve {
        Curve { difficulty_ml, steepness, guess: THREE }
    }

    #[test]
    fn logistic_is_within_tolerance_of_the_true_function() {
        for logit_ml in -9_000..=9_000 {
            let exact = 1_000.0 / (1.0 + (-f64::from(logit_ml) / 1_000.0).exp_());
            let error = (f64::from(logistic(logit_ml).get()) - exact).abs();
            assert!(error <= 2.0, "logistic({logit_ml}) is off by {error}");
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
        // A learner of +1.2 logits; draws are a fixed low-discrepancy sequence.
        for (steepness, error_ml) in [(ITEM_STEEPNESS, 500), (FACE_STEEPNESS, 250)] {
            let truth = Ability { mean_ml: 1_200, spread_ml: 1 };
            let mut belief = Ability::UNKNOWN;
            let mut draw = 0u32;
            for _ in 0..60 {
                draw = (draw + 618) % 1_000;
                let curve = curve(belief.difficulty_for(Permille::new(750), steepness, THREE), steepness);
                let same = draw < u32::from(truth.chance(&curve).get());
                belief = belief.after(&curve, same, Permille::FULL);
            }
            assert!((belief.mean_ml - truth.mean_ml).abs() < error_ml, "{belief:?}");
            assert!(belief.spread_ml < error_ml, "{belief:?}");
        }
    }

    #[test]
    fn answers_move_the_mean_the_right_way() {
        for mean_ml in (-3_500..=3_500).step_by(500) {
            for difficulty_ml in (-3_000..=3_000).step_by(500) {
                for steepness in [ITEM_STEEPNESS, FACE_STEEPNESS] {
                    let before = Ability { mean_ml, spread_ml: 900 };
                    let curve = curve(difficulty_ml, steepness);
                    let up = before.after(&curve, true, Permille::FULL);
                    let down = before.after(&curve, false, Permille::FULL);
                    assert!(
                        up.mean_ml >= mean_ml && down.mean_ml <= mean_ml,
                        "{before:?} at {difficulty_ml}"
                    );
                    assert!(up.spread_ml <= 1_000 && down.spread_ml <= 1_000);
                    assert_eq!(before.after(&curve, true, Permille::ZERO), before);
                }
            }
        }
    }

    #[test]
    fn what_an_answer_says_on_average_narrows_the_belief() {
        for spread_ml in [200, 500, 1_000] {
            let before = Ability { mean_ml: 300, spread_ml };
            let curve = curve(0, FACE_STEEPNESS);
            let chance = i64::from(before.chance(&curve).get());
            let [up, down] = [true, false].map(|same| before.after(&curve, same, Permille::FULL).variance());
            let mean = (up * chance + down * (1_000 - chance)) / 1_000;
            assert!(mean < before.variance(), "{mean} is no less than {}", before.variance());
        }
    }

    #[test]
    fn the_difficulty_for_a_chance_has_that_chance() {
        for mean_ml in (-2_000..=2_000).step_by(400) {
            for spread_ml in [150, 400, 1_000] {
                for guess in [0, 100, 143, 333] {
                    let (belief, guess) = (Ability { mean_ml, spread_ml }, Permille::new(guess));
                    let difficulty_ml = belief.difficulty_for(Permille::new(750), FACE_STEEPNESS, guess);
                    let curve = Curve { difficulty_ml, steepness: FACE_STEEPNESS, guess };
                    assert!(belief.chance(&curve).get().abs_diff(750) <= 10, "{belief:?} {curve:?}");
                }
            }
        }
    }
}
