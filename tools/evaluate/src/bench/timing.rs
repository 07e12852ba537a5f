//! Wall-clock time of repeated work.

use crate::statistics::quantile;
use std::time::{Duration, Instant};

/// Runs before the clock counts.
const WARM_UP_RUNS: u32 = 3;
/// Even slow work is timed this often.
const RUNS_MIN: usize = 5;

/// How long to measure.
pub(super) struct Limits {
    /// At most this many runs.
    pub(super) runs: u32,
    /// No further run begins after this time.
    pub(super) longest: Duration,
}

/// Sorted times of one round.
#[derive(Debug, Clone)]
pub(super) struct Times {
    sorted_ms: Vec<f64>,
}

impl Times {
    /// The middle one.
    pub(super) fn median_ms(&self) -> f64 {
        quantile(&self.sorted_ms, 0.5)
    }

    /// The 10th, 50th and 90th percentile, for a table.
    pub(super) fn cells(&self) -> [String; 3] {
        [0.1, 0.5, 0.9].map(|share| format!("{:.2}", quantile(&self.sorted_ms, share)))
    }

    /// Keeps the round with the lower median.
    pub(super) fn keep_better(best: &mut Option<Times>, round: Times) {
        if best.as_ref().is_none_or(|best| round.median_ms() < best.median_ms()) {
            *best = Some(round);
        }
    }
}

/// Times `work`.
pub(super) fn time(limits: &Limits, mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Times> {
    for _ in 0..WARM_UP_RUNS {
        work()?;
    }
    let (start, mut sorted_ms) = (Instant::now(), Vec::new());
    while sorted_ms.len() < RUNS_MIN
        || (sorted_ms.len() < limits.runs as usize && start.elapsed() < limits.longest)
    {
        let begin = Instant::now();
        work()?;
        sorted_ms.push(begin.elapsed().as_secs_f64() * 1_000.0);
    }
    sorted_ms.sort_by(f64::total_cmp);
    Ok(Times { sorted_ms })
}
