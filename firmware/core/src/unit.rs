//! Units that would otherwise be bare integers.

use serde::{Deserialize, Serialize};

/// A moment, in milliseconds since the session began. The caller owns the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Millis(pub u64);

impl Millis {
    /// Milliseconds from `earlier` to `self`; 0 if `earlier` is later, as after a clock that went back.
    pub const fn since(self, earlier: Millis) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A share of a whole in thousandths, 0 to 1000: an intensity, a confidence, a probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(from = "u16", into = "u16")]
pub struct Permille(u16);

impl Permille {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// All of it.
    pub const FULL: Self = Self(1000);

    /// `value` thousandths; more than 1000 is 1000.
    pub const fn new(value: u16) -> Self {
        if value > 1000 { Self(1000) } else { Self(value) }
    }

    /// `part` of `whole`, rounded down; 0 of 0 is nothing.
    pub const fn ratio(part: u64, whole: u64) -> Self {
        if whole == 0 {
            return Self::ZERO;
        }
        let value = part.saturating_mul(1000) / whole;
        if value > 1000 { Self::FULL } else { Self(value as u16) }
    }

    /// Thousandths, 0 to 1000.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// This share of `value`, rounded towards zero.
    pub const fn of(self, value: i32) -> i32 {
        (value as i64 * self.0 as i64 / 1000) as i32
    }

    /// Whole percent, 0 to 100.
    pub const fn percent(self) -> u16 {
        (self.0 + 5) / 10
    }
}

// Deserializing goes through `new`, so that no foreign byte can make a share above the whole.
impl From<u16> for Permille {
    fn from(value: u16) -> Self {
        Self::new(value)
    }
}

impl From<Permille> for u16 {
    fn from(value: Permille) -> Self {
        value.0
    }
}
