//! What processes use, as the kernel counts it.

use anyhow::Context;
use std::fs;

/// Ticks in a second: fixed on Linux for what /proc shows.
const TICKS_PER_S: f64 = 100.0;

/// Processor time of a process and of its children that have ended, in seconds.
pub(crate) fn cpu_s(id: u32) -> anyhow::Result<f64> {
    let fields = fields(id)?;
    let ticks: u64 = fields[11..15].iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(ticks as f64 / TICKS_PER_S)
}

/// That of a process and of all its children, alive or not.
pub(crate) fn family_cpu_s(id: u32) -> anyhow::Result<f64> {
    let mut total = cpu_s(id)?;
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(child) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if fields(child).is_ok_and(|fields| fields[1] == id.to_string()) {
            // It may end just now; then it counts with its parent at the next look.
            total += cpu_s(child).unwrap_or(0.0);
        }
    }
    Ok(total)
}

/// The fields of its line after the name, beginning with the state.
fn fields(id: u32) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{id}/stat"))?;
    let (_, rest) = text.rsplit_once(") ").context("a line of /proc has no name")?;
    let fields: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
    anyhow::ensure!(fields.len() > 20, "a line of /proc is too short");
    Ok(fields)
}

/// The most memory that a process ever had, in MiB.
pub(crate) fn peak_mib(id: u32) -> anyhow::Result<f64> {
    let text = fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM in /proc")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}
