//! Hours of sessions in a short time: the same threads and models, with a clock and sensors that run faster.

use super::stage::Pace;
use super::{Options, played};
use crate::bench::memory;
use petri_models::Store;

/// Pictures a second, outside: more would only be replaced before anybody looked.
const CAMERA_HZ: u32 = 30;
const HOUR_MS: u64 = 3_600_000;

/// What there is at the end of a simulated hour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hour {
    pub(super) resident_mb: f64,
    /// Questions answered so far.
    pub(super) trials: usize,
}

/// Plays for the hours that are asked for.
pub(super) fn soak(store: &Store, options: &Options) -> anyhow::Result<Vec<Hour>> {
    let pace = Pace { speed: options.speed, camera_hz: CAMERA_HZ };
    played(store, pace, options.seed, |stage, learner| {
        let (mut hours, mut trials) = (Vec::new(), 0);
        while hours.len() < options.hours as usize {
            learner.trial()?;
            trials += 1;
            if stage.now_ms() >= (hours.len() as u64 + 1) * HOUR_MS {
                let hour = Hour { resident_mb: memory::resident_mb()?, trials };
                eprintln!("hour {}: {:.1} MB, {trials} questions", hours.len() + 1, hour.resident_mb);
                hours.push(hour);
            }
        }
        Ok(hours)
    })
}
