//! A part that failed is left alone for a while, longer each time.

use petri_core::Millis;

/// How long a part that failed is left alone.
const RETRY_MS_MIN: u64 = 500;
const RETRY_MS_MAX: u64 = 8_000;

/// How long a part is left alone that shows what the device does: nobody should look at a dark screen for longer than
/// two seconds after its display is back, and an entry should not wait for a disk that takes it.
pub(super) const SOON_MS_MAX: u64 = 1_000;

/// When a part that failed is tried again.
#[derive(Debug)]
pub(super) struct Patience {
    until: Millis,
    wait_ms: u64,
    wait_ms_max: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self::up_to(RETRY_MS_MAX)
    }
}

impl Patience {
    /// It never waits longer than this.
    pub(super) const fn up_to(wait_ms_max: u64) -> Self {
        Self { until: Millis(0), wait_ms: 0, wait_ms_max }
    }

    pub(super) fn is_over(&self, now: Millis) -> bool {
        now >= self.until
    }

    pub(super) fn works(&mut self) {
        *self = Self::up_to(self.wait_ms_max);
    }

    /// Whether that is news.
    pub(super) fn failed(&mut self, now: Millis) -> bool {
        let news = self.wait_ms == 0;
        self.wait_ms = (self.wait_ms * 2).clamp(RETRY_MS_MIN, self.wait_ms_max);
        self.until = Millis(now.0 + self.wait_ms);
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_fails_is_told_once_and_tried_less_and_less_often() {
        let mut patience = Patience::default();
        assert!(patience.is_over(Millis(0)) && patience.failed(Millis(1_000)));
        assert!(!patience.is_over(Millis(1_499)) && patience.is_over(Millis(1_500)));
        assert!(!patience.failed(Millis(1_500)) && !patience.is_over(Millis(2_499)));
        for _ in 0..10 {
            patience.failed(Millis(10_000));
        }
        assert!(!patience.is_over(Millis(17_999)) && patience.is_over(Millis(18_000)));
        patience.works();
        assert!(patience.is_over(Millis(0)) && patience.failed(Millis(20_000)));
    }

    #[test]
    fn what_everybody_looks_at_is_tried_again_soon() {
        let mut patience = Patience::up_to(SOON_MS_MAX);
        for _ in 0..10 {
            patience.failed(Millis(10_000));
        }
        assert!(patience.is_over(Millis(10_000 + SOON_MS_MAX)));
    }
}
