//! Resident memory, as Linux counts it.

use super::realistic::Task;
use crate::table::Table;
use crate::{device_program, root};
use anyhow::{Context, bail};
use petri_figures::{Figure, Limit, Report};
use petri_models::Store;
use petri_runtime::Perception;
use petri_runtime::perception::{Sight, speech::Speech, text::Text, voice::VoiceActivity};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A demonstration that takes longer is stopped.
const SESSION_SECONDS_MAX: u64 = 120;
const POLL: Duration = Duration::from_millis(5);

/// Memory of a process at one moment, in MB of a million bytes.
#[derive(Debug, Clone, Copy)]
struct Memory {
    resident_mb: f64,
    peak_mb: f64,
}

impl Memory {
    /// Of process `pid`, or of `self`.
    fn of(pid: &str) -> anyhow::Result<Self> {
        let path = format!("/proc/{pid}/status");
        let status = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {path}; memory is measured on Linux only"))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
            kib.map(megabytes).with_context(|| format!("{path} has no {name}; has the process ended?"))
        };
        Ok(Self { resident_mb: field("VmRSS:")?, peak_mb: field("VmHWM:")? })
    }
}

/// Kibibytes as megabytes.
pub(super) fn megabytes(kib: f64) -> f64 {
    kib * 1_024.0 / 1e6
}

/// All models, in milliseconds.
const LOAD_MS_GOAL: f64 = 300.0;
/// All models, beyond the program without them.
const RESIDENT_MB_GOAL: f64 = 150.0;

/// Memory of this process, in MB.
pub(crate) fn resident_mb() -> anyhow::Result<f64> {
    Ok(Memory::of("self")?.resident_mb)
}

/// Loads every model, one after the other, and reports the time and the memory of each.
pub(super) fn load_all(store: &Store, report: &mut Report) -> anyhow::Result<Perception> {
    let mut table = Table::new(&["loaded", "ms", "resident MB after", "peak MB so far"]);
    let mut total_ms = 0.0;
    let before = Memory::of("self")?;
    table.row(["program".to_owned(), "-".to_owned(), cell(before.resident_mb), cell(before.peak_mb)]);
    let mut step = |name: &str, start: Instant| -> anyhow::Result<()> {
        let ms = start.elapsed().as_secs_f64() * 1_000.0;
        let now = Memory::of("self")?;
        total_ms += ms;
        table.row([name.to_owned(), format!("{ms:.0}"), cell(now.resident_mb), cell(now.peak_mb)]);
        Ok(())
    };
    // In the order of `Perception::load`, which is helped by other cores.
    let start = Instant::now();
    let speech = Speech::load(store)?;
    step("speech", start)?;
    let start = Instant::now();
    let text = Text::load(store)?;
    step("text", start)?;
    let start = Instant::now();
    let sight = Sight::load(store)?;
    step("sight", start)?;
    let start = Instant::now();
    let voice = VoiceActivity::load(store)?;
    step("voice activity", start)?;
    report.heading("Loading");
    report.table(table);
    let what = "all models load in, one after the other";
    report.figure(Figure::new("load-one-by-one", what, total_ms, "ms", 100.0).decimals(0));
    let mb = resident_mb()? - before.resident_mb;
    let mb = Figure::new("resident", "all models hold, beyond the program", mb, "MB", 10.0).decimals(0);
    report.figure(mb.goal(Limit::AtMost(RESIDENT_MB_GOAL)));
    Ok(Perception { sight, voice, speech, text })
}

/// How long a session waits for all models; the least of a few times. Not before the memory was measured.
pub(super) fn time_load(store: &Store, report: &mut Report) -> anyhow::Result<()> {
    const TIMES: usize = 5;
    let mut least_ms = f64::INFINITY;
    for _ in 0..TIMES {
        let start = Instant::now();
        let perception = Perception::load(store)?;
        least_ms = least_ms.min(start.elapsed().as_secs_f64() * 1_000.0);
        drop(perception);
    }
    let cores = std::thread::available_parallelism()?;
    let what = format!("all models load in, on {cores} cores");
    let ms = Figure::new("load", &what, least_ms, "ms", 100.0).decimals(0);
    report.figure(ms.goal(Limit::AtMost(LOAD_MS_GOAL)));
    Ok(())
}

/// Runs every task a few times and reports the memory after it.
pub(super) fn report_after(tasks: &mut [Task], report: &mut Report) -> anyhow::Result<()> {
    const RUNS: usize = 5;
    let mut table = Table::new(&["ran", "resident MB after", "peak MB so far"]);
    for task in tasks {
        for _ in 0..RUNS {
            (task.work)()?;
        }
        let now = Memory::of("self")?;
        table.row([task.name.to_owned(), cell(now.resident_mb), cell(now.peak_mb)]);
    }
    report.table(table);
    Ok(())
}

/// Peak memory of the device's program in its demonstration session, in MB.
pub(super) fn session_peak_mb(store: &Store) -> anyhow::Result<f64> {
    let program = device_program()?;
    let out = std::env::temp_dir().join(format!("petri-bench-{}", std::process::id()));
    let peak = watch(&program, store.folder(), &out);
    // Pictures of a pretended session: nothing is lost when they stay.
    let _ = std::fs::remove_dir_all(&out);
    peak
}

fn watch(program: &Path, models: &Path, out: &Path) -> anyhow::Result<f64> {
    let mut command = Command::new(program);
    command.args(["demo", "--out"]).arg(out).arg("--models").arg(models).current_dir(root()?);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let (start, pid, mut peak_mb) = (Instant::now(), child.id().to_string(), 0.0f64);
    loop {
        // A process that has just ended has no figures any more; those of the poll before stand.
        if let Ok(now) = Memory::of(&pid) {
            peak_mb = peak_mb.max(now.peak_mb);
        }
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                bail!("`petri demo` ended with {status}; run it by hand to see why");
            }
            return Ok(peak_mb);
        }
        if start.elapsed().as_secs() > SESSION_SECONDS_MAX {
            child.kill()?;
            child.wait()?;
            bail!("`petri demo` took over {SESSION_SECONDS_MAX} s; run it by hand to see why");
        }
        std::thread::sleep(POLL);
    }
}

fn cell(mb: f64) -> String {
    format!("{mb:.0}")
}
