//! Chance for the simulation. It uses only operations whose results are the same on every machine.

use petri_core::random::Random;

/// A seeded source of numbers.
#[derive(Debug, Clone)]
pub struct Dice(Random);

impl Dice {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds must not begin alike.
        let mut random = Random::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D);
        for _ in 0..8 {
            random.below(2);
        }
        Self(random)
    }

    /// From 0 up to, but not including, 1.
    pub fn unit(&mut self) -> f64 {
        f64::from(self.0.below(1 << 24)) / f64::from(1 << 24)
    }

    /// True with this chance.
    pub fn hits(&mut self, chance: f64) -> bool {
        self.unit() < chance
    }

    /// Normal with mean 0 and variance 1, as a sum of twelve uniform numbers.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// A whole number below `limit`.
    pub fn below(&mut self, limit: u32) -> u32 {
        self.0.below(limit)
    }
}

/// The standard logistic function.
pub fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-logit))
}
