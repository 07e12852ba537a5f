//! Contacts bounce: a press counts once the line has been quiet for a while.

use petri_core::Millis;

/// What is known of one button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Debounce {
    quiet_ms: u64,
    /// The state that counts; `None` before the first sample.
    settled: Option<bool>,
    seen: bool,
    since: Millis,
}

impl Debounce {
    pub(crate) fn new(quiet_ms: u16) -> Self {
        Self { quiet_ms: quiet_ms.into(), settled: None, seen: false, since: Millis(0) }
    }

    /// Takes a sample of the line; `true` once for each press. A button that is down from the start counts only after
    /// it was let go.
    pub(crate) fn sample(&mut self, down: bool, now: Millis) -> bool {
        let Some(settled) = self.settled else {
            (self.settled, self.seen, self.since) = (Some(down), down, now);
            return false;
        };
        if down != self.seen {
            (self.seen, self.since) = (down, now);
        }
        if self.seen == settled || now.since(self.since) < self.quiet_ms {
            return false;
        }
        self.settled = Some(self.seen);
        self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Presses in a sequence of levels, one a millisecond.
    fn presses(quiet_ms: u16, levels: &str) -> Vec<u64> {
        let mut debounce = Debounce::new(quiet_ms);
        let samples = (0..).zip(levels.chars().filter(|c| !c.is_whitespace()));
        samples.filter(|(ms, c)| debounce.sample(*c == '1', Millis(*ms))).map(|(ms, _)| ms).collect()
    }

    #[test]
    fn a_press_counts_once_however_it_bounces() {
        assert_eq!(presses(5, "000 1 0 1 1 0 1 111111111111 0 1 0 00000000"), [13]);
        assert_eq!(presses(5, "000 111111111 000000000 1111111111"), [8, 26]);
    }

    #[test]
    fn a_glitch_and_a_bounce_at_the_end_do_not_count() {
        assert_eq!(presses(5, "000 11 0000000 1111 0000000"), [0u64; 0]);
        assert_eq!(presses(5, "000 1111111 0 1 0 1 0000000000"), [8]);
        assert_eq!(presses(5, "000 1111111 00 1111 000 1111111"), [8], "too short a pause to be let go");
    }

    #[test]
    fn a_button_that_is_stuck_does_not_press() {
        assert_eq!(presses(5, "11111111111111"), [0u64; 0]);
        assert_eq!(presses(5, "1111111 00000000 11111111"), [20]);
    }

    #[test]
    fn without_debounce_every_edge_counts() {
        assert_eq!(presses(0, "0 1 0 1 1 0"), [1, 3]);
        let mut debounce = Debounce::new(20);
        assert!(!debounce.sample(false, Millis(100)) && !debounce.sample(true, Millis(200)));
        assert!(!debounce.sample(true, Millis(150)), "a clock that goes back");
        assert!(debounce.sample(true, Millis(220)));
    }
}
