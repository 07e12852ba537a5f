//! How much a peer may send: bytes and messages, and sound ahead of time.

use petri_link::{SOUND_AHEAD_SAMPLES_MAX, SOUND_HZ};
use std::time::{Duration, Instant};

/// Bytes a second that a peer is read with; a message counts for at least [`MESSAGE_COST_BYTES`].
pub(super) const BYTES_PER_SECOND_MAX: u64 = 1 << 20;
pub(super) const MESSAGE_COST_BYTES: u64 = 512;
/// Bytes that may come at once.
const BURST_BYTES_MAX: u64 = 256 << 10;

/// A peer that sends too fast is read later: the flood waits on its own side of the wire.
pub(super) struct Pace {
    left: u64,
    owed: u64,
    filled: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { left: BURST_BYTES_MAX, owed: 0, filled: now }
    }

    /// How long to wait after something of this cost.
    pub(super) fn spend(&mut self, now: Instant, cost: u64) -> Duration {
        let elapsed_us = now.saturating_duration_since(self.filled).as_micros() as u64;
        self.filled = now;
        let earned = elapsed_us.saturating_mul(BYTES_PER_SECOND_MAX) / 1_000_000;
        // What is owed is paid by the wait that follows, and not earned twice.
        let paid = earned.min(self.owed);
        self.owed -= paid;
        self.left = self.left.saturating_add(earned - paid).min(BURST_BYTES_MAX);
        self.owed += cost.saturating_sub(self.left);
        self.left = self.left.saturating_sub(cost);
        Duration::from_micros(self.owed * 1_000_000 / BYTES_PER_SECOND_MAX)
    }
}

/// Sound comes in as fast as it passes, and a little faster, so that a slow clock on the other side catches up.
const SAMPLES_PER_SECOND_MAX: u64 = SOUND_HZ as u64 * 21 / 20;
/// The peer hears of more credit once it has grown by so much.
const CREDIT_STEP_SAMPLES: u64 = SOUND_AHEAD_SAMPLES_MAX / 8;

/// Up to where a peer may send sound.
pub(super) struct Ration {
    received: u64,
    until: u64,
    told: u64,
    left: u64,
    filled: Instant,
}

impl Ration {
    pub(super) fn new(now: Instant) -> Self {
        Self { received: 0, until: 0, told: 0, left: SOUND_AHEAD_SAMPLES_MAX, filled: now }
    }

    /// Takes `count` samples from sample `at` on; `false` when they are beyond the credit, or were there already.
    pub(super) fn take(&mut self, at: u64, count: u64) -> bool {
        let Some(end) = at.checked_add(count).filter(|end| *end <= self.until && at >= self.received) else {
            return false;
        };
        self.left = self.left.saturating_sub(end - self.received);
        self.received = end;
        true
    }

    /// The credit, when the peer should hear of it.
    pub(super) fn renew(&mut self, now: Instant) -> Option<u64> {
        let elapsed_us = now.saturating_duration_since(self.filled).as_micros() as u64;
        let earned = elapsed_us.saturating_mul(SAMPLES_PER_SECOND_MAX) / 1_000_000;
        if earned > 0 {
            self.filled = now;
            self.left = self.left.saturating_add(earned).min(SOUND_AHEAD_SAMPLES_MAX);
        }
        self.until = self.until.max(self.received + self.left);
        (self.until >= self.told + CREDIT_STEP_SAMPLES).then(|| {
            self.told = self.until;
            self.until
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_read_no_faster_than_allowed() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let (mut now, mut sent) = (start, 0);
        while now < start + Duration::from_secs(10) {
            now += pace.spend(now, 4_096) + Duration::from_micros(10);
            sent += 4_096;
        }
        let most = 10 * BYTES_PER_SECOND_MAX + BURST_BYTES_MAX + 4_096;
        assert!((most * 9 / 10..=most).contains(&sent), "{sent}");
        let quiet = now + Duration::from_hours(1);
        assert_eq!(pace.spend(quiet, BURST_BYTES_MAX), Duration::ZERO);
        assert!(pace.spend(quiet, 4_096) > Duration::ZERO, "quiet hours are not saved up");
    }

    #[test]
    fn sound_is_taken_in_order_up_to_the_credit_and_no_faster_than_it_passes() {
        let start = Instant::now();
        let mut ration = Ration::new(start);
        assert!(!ration.take(0, 1), "nothing was granted yet");
        assert_eq!(ration.renew(start), Some(SOUND_AHEAD_SAMPLES_MAX));
        assert!(ration.take(0, 512) && !ration.take(0, 512), "once is enough");
        assert!(ration.take(1_024, 512), "a gap is lost sound, not a fault");
        assert!(!ration.take(SOUND_AHEAD_SAMPLES_MAX - 1, 2) && !ration.take(u64::MAX, 2));
        let (mut now, mut at) = (start, 1_536);
        while now < start + Duration::from_mins(1) {
            now += Duration::from_millis(1);
            ration.renew(now);
            while ration.take(at, 64) {
                at += 64;
            }
        }
        let most = 60 * SAMPLES_PER_SECOND_MAX + SOUND_AHEAD_SAMPLES_MAX;
        assert!((60 * u64::from(SOUND_HZ)..=most).contains(&at), "{at}");
    }
}
