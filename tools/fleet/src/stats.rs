//! What noisy sums say, and how sure it is.
//!
//! The noise is known: each number of each report carries one draw of discrete Laplace noise of a known scale, all
//! independent. A sum of many draws is close to a normal distribution with the summed variance: of 40 draws, the
//! fewest that are ever shown, the excess kurtosis is 3/40. The intervals are of 95 percent and speak of the noise
//! alone, not of how the learners were chosen.

use serde::Serialize;

/// 97.5 percent of a standard normal distribution lie below it.
const Z: f64 = 1.959_964;

/// A number with its 95 percent interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The best guess.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Estimate {
    /// From a value and the variance of its noise.
    pub fn new(value: f64, variance: f64) -> Self {
        let half = Z * variance.sqrt();
        Self { value, low: value - half, high: value + half }
    }
}

/// A pair of noisy numbers whose noise is independent and has the same variance.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pair {
    /// What counts for.
    pub one: i64,
    /// What counts against.
    pub other: i64,
    /// Of the noise in each of the two.
    pub variance: f64,
}

impl Pair {
    /// Adds an independent pair.
    pub fn add(&mut self, pair: Pair) {
        self.one += pair.one;
        self.other += pair.other;
        self.variance += pair.variance;
    }

    /// Both together.
    pub fn sum(&self) -> Estimate {
        Estimate::new((self.one + self.other) as f64, 2.0 * self.variance)
    }

    /// The share of `one` in the sum, from 0 to 1; none where the noise drowns the sum.
    pub fn share(&self) -> Option<Estimate> {
        let (sum, one) = (self.denominator()?, self.one as f64);
        let share = one / sum;
        // First order: d share = ((1 - share) d one - share d other) / sum.
        let variance = self.variance * ((1.0 - share).powi(2) + share.powi(2)) / (sum * sum);
        let Estimate { value, low, high } = Estimate::new(share, variance);
        let inside = |value: f64| value.clamp(0.0, 1.0);
        Some(Estimate { value: inside(value), low: inside(low), high: inside(high) })
    }

    /// The difference for each unit of the sum, from -1 to 1; none where the noise drowns the sum.
    pub fn balance(&self) -> Option<Estimate> {
        let Estimate { value, low, high } = self.share()?;
        let widened = |share: f64| 2.0 * share - 1.0;
        Some(Estimate { value: widened(value), low: widened(low), high: widened(high) })
    }

    /// The sum, if it is at least four times its standard deviation: closer to zero, a ratio's noise is not normal.
    fn denominator(&self) -> Option<f64> {
        let sum = (self.one + self.other) as f64;
        (sum > 0.0 && sum >= 4.0 * (2.0 * self.variance).sqrt()).then_some(sum)
    }
}
