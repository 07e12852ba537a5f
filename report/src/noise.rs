//! How much noise is in a report, and what that means for sums of reports.

use serde::{Deserialize, Serialize};

/// The noise that was added to every number: the budget that was spent, and the scales of the draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noise {
    /// Privacy loss of one learner by the whole report, in thousandths: 1000 is an epsilon of 1.
    pub epsilon_milli: u16,
    /// Scale of the draws in `met` and `other`, in answers.
    pub answers: u32,
    /// Scale of the draws in `up` and `down`, in thousandths of a logit.
    pub gain: u32,
    /// Scale of the draws in `transfer_met` and `transfer_other`, in answers.
    pub transfer: u32,
}

impl Noise {
    /// No scale is larger; beyond it numbers would be cut at [`VALUE_MAX`](crate::VALUE_MAX).
    pub const SCALE_MAX: u32 = 65_536;
    /// No report spends more, in thousandths.
    pub const EPSILON_MILLI_MAX: u16 = 1_000;

    /// Scales in the order of the fields of a [`Cell`](crate::Cell).
    pub const fn scales(&self) -> [u32; 6] {
        [self.answers, self.answers, self.gain, self.gain, self.transfer, self.transfer]
    }

    pub(crate) fn is_plausible(&self) -> bool {
        (1..=Self::EPSILON_MILLI_MAX).contains(&self.epsilon_milli)
            && self.scales().iter().all(|scale| (1..=Self::SCALE_MAX).contains(scale))
    }
}

/// The variance of one draw of discrete Laplace noise of this scale: `2 q / (1 - q)²` with `q = exp(-1 / scale)`.
///
/// Derived from the distribution; for large scales it nears `2 scale²`, that of the continuous Laplace distribution.
pub fn variance(scale: u32) -> f64 {
    let q = (-1.0 / f64::from(scale)).exp();
    2.0 * q / ((1.0 - q) * (1.0 - q))
}
