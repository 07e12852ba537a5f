//! The machine's own clock.

use petri_core::Millis;
use petri_runtime::ports::Clock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Monotonic time since it was made; the day from the system's calendar.
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock at zero.
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        Millis(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    fn day(&self) -> u32 {
        // A board without a battery may wake up before 1970 counts; day 0 then says "unknown".
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u32::try_from(since.as_secs() / 86_400).unwrap_or(0)
    }
}
