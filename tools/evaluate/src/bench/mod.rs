//! How long the models take and how much memory, in tract and beside it in onnxruntime.

pub(crate) mod accelerators;
pub(crate) mod memory;
pub(crate) mod onnxruntime;
mod realistic;
mod silence;
mod timing;

use anyhow::bail;
use onnxruntime::OnnxRuntime;
use petri_figures::{Bars, Book, Figure, Limit, Report, Table, today};
use petri_models::{Id, Store};
use petri_runtime::Model;
use petri_runtime::engine::Golden;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use timing::{Limits, Times};

/// Peak resident memory of a whole session, in MB.
const SESSION_MB_MAX: f64 = 230.0;

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

/// What was timed, round after round.
struct Rounds {
    models: Vec<Option<Times>>,
    tasks: Vec<Option<Times>>,
    other: Option<onnxruntime::Report>,
}

/// Measures everything, prints it, and writes its page when onnxruntime was measured beside.
pub(crate) fn run(store: &Store, book: &Book, options: &Options) -> anyhow::Result<()> {
    let mut report = Report::new("bench", "How fast the models are", "cargo xtask bench", today::all());
    report.text(format!(
        "On {}, one thread, {} build. tract and onnxruntime take turns in one run, and the best round of each counts. \
         The float parent is the shipped file with every weight unpacked to a float one beforehand.",
        processor(),
        build()
    ));
    // First, while this process holds nothing else.
    let mut perception = memory::load_all(store, &mut report)?;
    let voice = perception.voice.clone();
    let mut tasks = realistic::tasks(&mut perception)?;
    memory::report_after(&mut tasks, &mut report)?;

    let models: Vec<Timed> =
        Id::ALL.iter().map(|id| Timed::load(store, *id)).collect::<anyhow::Result<_>>()?;
    let rounds = rounds(store, options, &models, &mut tasks)?;
    report_models(&models, &rounds, &mut report);
    report_tasks(&tasks, &rounds.tasks, &mut report);
    memory::time_load(store, &mut report)?;
    let session = memory::session_peak_mb(store);
    if let Err(error) = &session {
        eprintln!("the memory of a session was not measured: {error:#}");
    }
    let listening = silence::report(&voice, &mut report)?;
    let mut budgets = vec![
        Budget { what: "memory of a session", unit: "MB", limit: SESSION_MB_MAX, measured: session.ok() },
        Budget {
            what: "listening while nobody speaks",
            unit: "% of one core",
            limit: SILENCE_PERCENT_MAX,
            measured: Some(listening),
        },
    ];
    budgets.extend(tasks.iter().zip(&rounds.tasks).filter_map(|(task, times)| {
        let measured = times.as_ref().map(Times::median_ms);
        task.budget_ms.map(|limit| Budget { what: task.name, unit: "ms", limit, measured })
    }));
    let missed = judge(&budgets, &mut report);
    println!("{report}");
    if rounds.other.is_some() {
        book.keep(&report)?;
    } else {
        println!("Without onnxruntime there are no ratios; docs/bench.md stays as it is.");
    }
    if options.strict && !missed.is_empty() {
        bail!("missed: {}; run it again on an idle machine before you trust this", missed.join(", "));
    }
    Ok(())
}

fn rounds(
    store: &Store,
    options: &Options,
    models: &[Timed],
    tasks: &mut [realistic::Task],
) -> anyhow::Result<Rounds> {
    let limits = Limits { runs: options.runs, longest: Duration::from_secs(3) };
    let mut python = if options.tract_only { None } else { prepared(options) };
    let mut rounds = Rounds { models: vec![None; models.len()], tasks: vec![None; tasks.len()], other: None };
    for _ in 0..options.rounds {
        for (timed, best) in models.iter().zip(&mut rounds.models) {
            Times::keep_better(best, timing::time(&limits, || timed.run())?);
        }
        for (task, best) in tasks.iter_mut().zip(&mut rounds.tasks) {
            Times::keep_better(best, timing::time(&limits, || (task.work)())?);
        }
        if let Some(found) = &python {
            match found.measure(store, &limits) {
                Ok(report) => rounds.other = Some(report.better_of(rounds.other.take())),
                Err(error) => {
                    eprintln!("onnxruntime is left out: {error:#}");
                    python = None;
                }
            }
        }
    }
    Ok(rounds)
}

/// A model with its golden inputs.
struct Timed {
    model: Model,
    golden: Golden,
    load_ms: f64,
    /// What the process grew by.
    resident_mb: f64,
}

impl Timed {
    fn load(store: &Store, id: Id) -> anyhow::Result<Self> {
        let (before_mb, start) = (memory::resident_mb()?, Instant::now());
        let model = Model::load(store, id)?;
        let load_ms = start.elapsed().as_secs_f64() * 1_000.0;
        let resident_mb = (memory::resident_mb()? - before_mb).max(0.0);
        Ok(Self { model, golden: Golden::read(store, id)?, load_ms, resident_mb })
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

fn report_models(models: &[Timed], rounds: &Rounds, report: &mut Report) {
    let head = [
        "model, golden input",
        "tract ms",
        "10 %",
        "90 %",
        "float parent in onnxruntime ms",
        "ratio",
        "shipped file in onnxruntime ms",
        "ratio to it",
        "load ms",
        "resident MB",
    ];
    let mut table = Table::new(&head);
    let mut bars =
        Bars::new("ratios", "Time in tract by time of the float parent in onnxruntime", "times as long")
            .aim(1.0);
    for (timed, times) in models.iter().zip(&rounds.models) {
        let Some(times) = times else { continue };
        let (id, ms) = (&timed.model.manifest().id, times.median_ms());
        let [low, median, high] = times.cells();
        let mut cells = vec![id.clone(), median, low, high];
        report.figure(
            Figure::new(&format!("tract-{id}"), &format!("{id} in tract"), ms, "ms", 0.1 * ms).decimals(2),
        );
        match rounds.other.as_ref().and_then(|other| other.median(id)) {
            Some(theirs) => {
                let (float, shipped) = (ms / theirs.float_ms, ms / theirs.shipped_ms);
                cells.extend(
                    [theirs.float_ms, float, theirs.shipped_ms, shipped].map(|value| format!("{value:.2}")),
                );
                bars.bar(id, float);
                let what = format!("{id}, tract by float parent in onnxruntime");
                let ratio = Figure::new(&format!("ratio-{id}"), &what, float, "", 0.1 * float).decimals(2);
                report.figure(ratio.goal(Limit::AtMost(1.0)));
            }
            None => cells.extend(["-"; 4].map(str::to_owned)),
        }
        cells.extend([format!("{:.0}", timed.load_ms), format!("{:.1}", timed.resident_mb)]);
        table.push(cells);
    }
    report.heading("Models");
    report.table(table);
    if let Some(other) = &rounds.other {
        report.bars(bars);
        report.text(other.memory_line());
    }
}

fn report_tasks(tasks: &[realistic::Task], best: &[Option<Times>], report: &mut Report) {
    let mut table = Table::new(&["task in tract", "median ms", "10 %", "90 %"]);
    for (task, times) in tasks.iter().zip(best) {
        let Some(times) = times else { continue };
        let [low, median, high] = times.cells();
        table.row([format!("{} ({})", task.name, task.input), median, low, high]);
        let (name, ms) = (name_of(task.name), times.median_ms());
        let figure = Figure::new(&format!("task-{name}"), task.name, ms, "ms", 0.1 * ms).decimals(2);
        report.figure(match task.budget_ms {
            Some(budget_ms) => figure.goal(Limit::AtMost(budget_ms)),
            None => figure,
        });
    }
    report.heading("Tasks of a session");
    report.table(table);
}

/// Words as a figure's name.
fn name_of(words: &str) -> String {
    let words = words.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// Reports the budgets and returns those that are missed.
fn judge(budgets: &[Budget], report: &mut Report) -> Vec<&'static str> {
    let mut table = Table::new(&["budget", "limit", "measured", ""]);
    let kept = |budget: &Budget| budget.measured.is_some_and(|value| value <= budget.limit);
    for budget in budgets {
        let measured =
            budget.measured.map_or("not measured".to_owned(), |value| format!("{value:.1} {}", budget.unit));
        table.row([
            budget.what.to_owned(),
            format!("{:.0} {}", budget.limit, budget.unit),
            measured,
            if kept(budget) { "kept" } else { "MISSED" }.to_owned(),
        ]);
        if let (Some(value), "MB") = (budget.measured, budget.unit) {
            let figure = Figure::new(&name_of(budget.what), budget.what, value, "MB", 5.0).decimals(0);
            report.figure(figure.goal(Limit::AtMost(budget.limit)));
        }
    }
    report.heading("Budgets");
    report.table(table);
    budgets.iter().filter(|budget| !kept(budget)).map(|budget| budget.what).collect()
}

fn build() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "release" }
}

/// The processor's name, as far as Linux knows it.
pub(crate) fn processor() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name =
        about.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(':'));
    let name = name.map_or("unnamed processor", |(_, name)| name.trim());
    format!("{name} ({})", std::env::consts::ARCH)
}
