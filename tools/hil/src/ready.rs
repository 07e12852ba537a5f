//! When the first screen came, by the guest's own clock and counts.

use crate::install::show;
use crate::machine::Machine;
use anyhow::{Context, bail};
use std::time::Duration;

/// Longest time from power on to the first screen, while instructions are counted, too.
const FIRST_SCREEN: Duration = Duration::from_mins(20);

/// How it stood when the first screen was on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ready {
    /// Since the kernel's start, by the guest's clock.
    pub(crate) seconds: f64,
    /// In which the processors were busy.
    pub(crate) busy_seconds: f64,
    /// In which they were so with the service.
    pub(crate) service_seconds: f64,
}

impl Ready {
    /// Waits for the first screen after power on.
    pub(crate) fn wait(machine: &mut Machine) -> anyhow::Result<Self> {
        let mark = "AT THE FIRST SCREEN ";
        // The shell is not asked meanwhile: its instructions would count.
        let (_, line) = machine.serial.wait(0, FIRST_SCREEN, "first screen", |line| line.contains(mark))?;
        let state = show(machine, "ActiveState,ActiveEnterTimestampMonotonic")?;
        let micros = state
            .split_once("Monotonic=")
            .filter(|(state, _)| state.contains("ActiveState=active"))
            .and_then(|(_, micros)| micros.trim().parse::<f64>().ok())
            .with_context(|| format!("the service has no first screen: {state}"))?;
        let numbers = line.split_once(mark).map_or("", |(_, numbers)| numbers);
        let numbers: Vec<f64> = numbers.split_whitespace().map_while(|word| word.parse().ok()).collect();
        let [uptime, idle, waiting, service_nanos] = numbers[..] else {
            bail!("these are not four numbers: {line}")
        };
        let processors: f64 = machine.serial.order("nproc")?.parse()?;
        Ok(Self {
            seconds: micros / 1e6,
            busy_seconds: uptime * processors - (idle + waiting) / 100.0,
            service_seconds: service_nanos / 1e9,
        })
    }
}
