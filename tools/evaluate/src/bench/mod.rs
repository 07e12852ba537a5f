//! How long the models take and how much memory, in tract and beside it in onnxruntime.

pub(crate) mod accelerators;
mod memory;
mod onnxruntime;
mod realistic;
mod silence;
mod timing;

use crate::table::Table;
use anyhow::{Context, bail};
use onnxruntime::OnnxRuntime;
use petri_models::{Id, Store};
use petri_runtime::Model;
use petri_runtime::engine::Golden;
use std::path::PathBuf;
use std::time::Duration;
use timing::{Limits, Times};

/// Peak resident memory of a whole session, in MB.
const SESSION_MB_MAX: f64 = 300.0;

/// What listening may cost while nobody speaks, in percent of one core.
const SILENCE_PERCENT_MAX: f64 = 2.0;

/// Options of `bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Runs of each measurement in each round.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(5..=10_000))]
    runs: u32,
    /// Rounds; tract and onnxruntime take turns, and the best round of each counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Leave out onnxruntime.
    #[arg(long)]
    tract_only: bool,
    /// A Python that has onnxruntime; without it one is set up in target/bench-venv.
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
    /// Fail when a budget is missed.
    #[arg(long)]
    strict: bool,
}

/// A limit of the project and what was measured.
struct Budget {
    what: &'static str,
    unit: &'static str,
    limit: f64,
    measured: Option<f64>,
}

/// Measures and prints everything.
pub(crate) fn run(store: &Store, options: &Options) -> anyhow::Result<()> {
    println!("## bench\n\n{}, one thread, {} build.\n", processor(), build());
    // First, while this process holds nothing else.
    let mut perception = memory::load_all(store)?;
    let voice = perception.voice.clone();
    let mut tasks = realistic::tasks(&mut perception)?;
    memory::report_after(&mut tasks)?;

    let limits = Limits { runs: options.runs, longest: Duration::from_secs(3) };
    let models: Vec<Timed> =
        Id::ALL.iter().map(|id| Timed::load(store, *id)).collect::<anyhow::Result<_>>()?;
    let mut python = if options.tract_only { None } else { prepared(options) };
    let mut best: Vec<Option<Times>> = vec![None; models.len()];
    let mut tasks_best: Vec<Option<Times>> = vec![None; tasks.len()];
    let mut other: Option<onnxruntime::Report> = None;
    for _ in 0..options.rounds {
        for (timed, best) in models.iter().zip(&mut best) {
            Times::keep_better(best, timing::time(&limits, || timed.run())?);
        }
        for (task, best) in tasks.iter_mut().zip(&mut tasks_best) {
            Times::keep_better(best, timing::time(&limits, || (task.work)())?);
        }
        if let Some(found) = &python {
            match found.measure(store, &limits) {
                Ok(report) => other = Some(report.better_of(other)),
                Err(error) => {
                    eprintln!("onnxruntime is left out: {error:#}");
                    python = None;
                }
            }
        }
    }
    print_models(&models, &best, other.as_ref());
    print_tasks(&tasks, &tasks_best);
    let session = memory::session_peak_mb(store);
    if let Err(error) = &session {
        eprintln!("the memory of a session was not measured: {error:#}");
    }
    let listening = silence::report(&voice)?;
    let mut budgets = vec![
        Budget { what: "memory of a session", unit: "MB", limit: SESSION_MB_MAX, measured: session.ok() },
        Budget {
            what: "listening while nobody speaks",
            unit: "% of one core",
            limit: SILENCE_PERCENT_MAX,
            measured: Some(listening),
        },
    ];
    budgets.extend(tasks.iter().zip(&tasks_best).filter_map(|(task, times)| {
        let measured = times.as_ref().map(Times::median_ms);
        task.budget_ms.map(|limit| Budget { what: task.name, unit: "ms", limit, measured })
    }));
    judge(&budgets, options.strict)
}

/// A model with its golden inputs.
struct Timed {
    model: Model,
    golden: Golden,
}

impl Timed {
    fn load(store: &Store, id: Id) -> anyhow::Result<Self> {
        Ok(Self { model: Model::load(store, id)?, golden: Golden::read(store, id)? })
    }

    fn run(&self) -> anyhow::Result<()> {
        self.model.run(self.golden.inputs())?;
        Ok(())
    }
}

/// onnxruntime in Python, or nothing after saying why.
fn prepared(options: &Options) -> Option<OnnxRuntime> {
    let prepared = match &options.python {
        Some(python) => Ok(OnnxRuntime::with(python.clone())),
        None => OnnxRuntime::set_up(),
    };
    match prepared {
        Ok(found) => Some(found),
        Err(error) => {
            eprintln!("onnxruntime is left out: {error:#}");
            None
        }
    }
}

fn print_models(models: &[Timed], best: &[Option<Times>], other: Option<&onnxruntime::Report>) {
    let mut table =
        Table::new(&["model, golden input", "tract ms", "10 %", "90 %", "onnxruntime ms", "ratio"]);
    for (timed, times) in models.iter().zip(best) {
        let Some(times) = times else { continue };
        let id = &timed.model.manifest().id;
        let theirs = other.and_then(|report| report.median_ms(id));
        let [low, median, high] = times.cells();
        let cell =
            |value: Option<f64>, digits: usize| value.map_or("-".to_owned(), |ms| format!("{ms:.digits$}"));
        let ratio = theirs.map(|ms| times.median_ms() / ms);
        table.row([id.clone(), median, low, high, cell(theirs, 2), cell(ratio, 1)]);
    }
    println!("{table}");
    match other {
        Some(report) => println!("{}\n", report.memory_line()),
        None => println!("onnxruntime was not measured.\n"),
    }
}

fn print_tasks(tasks: &[realistic::Task], best: &[Option<Times>]) {
    let mut table = Table::new(&["task in tract", "median ms", "10 %", "90 %"]);
    for (task, times) in tasks.iter().zip(best) {
        let Some(times) = times else { continue };
        let [low, median, high] = times.cells();
        table.row([format!("{} ({})", task.name, task.input), median, low, high]);
    }
    println!("{table}");
}

fn judge(budgets: &[Budget], strict: bool) -> anyhow::Result<()> {
    let mut table = Table::new(&["budget", "limit", "measured", ""]);
    let kept = |budget: &Budget| budget.measured.is_some_and(|value| value <= budget.limit);
    for budget in budgets {
        let measured =
            budget.measured.map_or("not measured".to_owned(), |value| format!("{value:.1} {}", budget.unit));
        let verdict = if kept(budget) { "kept" } else { "MISSED" };
        table.row([
            budget.what.to_owned(),
            format!("{} {}", budget.limit, budget.unit),
            measured,
            verdict.to_owned(),
        ]);
    }
    println!("{table}");
    let missed: Vec<&str> = budgets.iter().filter(|budget| !kept(budget)).map(|budget| budget.what).collect();
    if strict && !missed.is_empty() {
        bail!("missed: {}; run it again on an idle machine before you trust this", missed.join(", "));
    }
    Ok(())
}

fn build() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "release" }
}

/// The processor's name, as far as Linux knows it.
fn processor() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name =
        about.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(':'));
    let name = name.map_or("unnamed processor", |(_, name)| name.trim());
    format!("{name} ({})", std::env::consts::ARCH)
}

/// The project's folder: tools, pictures and recordings are found from here.
pub(crate) fn root() -> anyhow::Result<PathBuf> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    root.canonicalize().context("the project's folder has moved since this was built; build it again")
}
