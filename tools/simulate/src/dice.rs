//! All chance of a run.

use petri_core::random::Random;

/// A seeded source of decisions.
#[derive(Debug, Clone)]
pub(crate) struct Dice(Random);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        // Neighbouring seeds must not begin alike.
        let mut random = Random::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x2545_F491_4F6C_DD1D);
        for _ in 0..8 {
            random.below(2);
        }
        Self(random)
    }

    /// Below `limit`.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        self.0.below(limit)
    }

    /// From `low` up to and with `high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + u64::from(self.0.below((high - low + 1) as u32))
    }

    /// True so many times in a thousand.
    pub(crate) fn hits(&mut self, permille: u32) -> bool {
        self.0.below(1_000) < permille
    }

    /// A time with many short and few long ones, from `low_ms` to about `high_ms`.
    pub(crate) fn time_ms(&mut self, low_ms: u64, high_ms: u64) -> u64 {
        let span = high_ms - low_ms;
        let thousandth = u64::from(self.0.below(1_001));
        low_ms + span * thousandth * thousandth * thousandth / 1_000_000_000
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.0.below(of.len() as u32) as usize]
    }

    pub(crate) fn random(&mut self) -> &mut Random {
        &mut self.0
    }

    pub(crate) fn bytes(&mut self) -> [u8; 16] {
        std::array::from_fn(|_| self.0.below(256) as u8)
    }
}
