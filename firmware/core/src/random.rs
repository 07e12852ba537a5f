//! A small seeded generator, so that a session replays exactly.

/// Marsaglia's xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled",
/// 2016). It chooses exercises; it protects nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A generator that gives the same numbers for the same `seed`; seed 0 is as good as any.
    pub const fn new(seed: u64) -> Self {
        const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
        Self { state: if seed == ODD { ODD } else { seed ^ ODD } }
    }

    /// A number below `limit`; 0 when `limit` is 0.
    pub fn below(&mut self, limit: u32) -> u32 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let high = (self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) as u32;
        // Lemire's multiply-shift; its bias below 2^-24 does not matter for limits this small.
        ((u64::from(high) * u64::from(limit)) >> 32) as u32
    }

    /// Shuffles `items` in place (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u32 + 1) as usize);
        }
    }
}
