//! The table for the documentation.

use crate::play::Outcome;
use anyhow::{Context, ensure};
use std::fmt::Write;
use std::path::Path;

const BEGIN: &str = "<!-- written by cargo xtask fleet -->\n";
const END: &str = "<!-- end -->";

/// The outcomes as a table.
pub(crate) fn markdown(outcomes: &[Outcome]) -> String {
    let mut text = String::from(
        "| devices | reports | messages | collectors killed | broker restarts | database crashes | lost or twice | \
         collectors: CPU s | reports per CPU second | broker: CPU s | database: CPU s | CPU ms per report, all | \
         memory of a collector, MiB | wall s | intervals that hold the truth |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for one in outcomes {
        let all = one.collectors_cpu_s + one.broker_cpu_s + one.store_cpu_s;
        let (held, intervals) = one.covered;
        let reports = one.reports as f64;
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | 0 | {:.2} | {:.0} | {:.2} | {:.2} | {:.3} | {:.1} | {:.0} | {:.1} % |",
            one.devices,
            one.reports,
            one.messages,
            one.killed,
            one.broker_restarts,
            one.store_crashes,
            one.collectors_cpu_s,
            reports / one.collectors_cpu_s,
            one.broker_cpu_s,
            one.store_cpu_s,
            all * 1000.0 / reports,
            one.collector_peak_mib,
            one.wall_s,
            100.0 * f64::from(held) / f64::from(intervals.max(1))
        );
    }
    text
}

/// Puts the table between the marks of a file.
pub(crate) fn insert(file: &Path, table: &str) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (before, rest) = text.split_once(BEGIN).context("the file has no mark for the table's begin")?;
    let (_, after) = rest.split_once(END).context("the file has no mark for the table's end")?;
    ensure!(!after.contains(BEGIN), "the file has two marks");
    std::fs::write(file, format!("{before}{BEGIN}\n{table}\n{END}{after}"))?;
    Ok(())
}
