//! The same golden pairs on tract and on an accelerator: how far off, and how fast.

use super::timing::{self, Limits, Times};
use super::{build, processor};
use crate::table::Table;
use anyhow::bail;
use petri_models::{Id, Store};
use petri_runtime::Model;
use petri_runtime::engine::{Accelerator, Choice, Engine, Golden, capabilities};
use std::path::PathBuf;
use std::time::Duration;

/// Rounds; the two take turns, and the better one of each counts.
const ROUNDS: usize = 2;

/// Options of `accelerators`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The accelerator that is compared with tract.
    #[arg(long, default_value = "onnxruntime:cpu", value_name = "NAME")]
    accelerator: Choice,
    /// The onnxruntime library.
    #[arg(long, env = "ORT_DYLIB_PATH", value_name = "FILE")]
    onnxruntime_library: Option<PathBuf>,
    /// Runs of each model in each round.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(5..=10_000))]
    runs: u32,
}

/// A model on one engine.
struct Side {
    model: Model,
    worst: f32,
    best: Option<Times>,
}

impl Side {
    fn load(engine: Engine<'_>, id: Id, golden: &Golden) -> anyhow::Result<Self> {
        let model = Model::load(engine, id)?;
        let outputs = model.run(golden.inputs())?;
        let worst = golden.judge(&outputs);
        let worst =
            worst.map_err(|reason| anyhow::anyhow!("{} in {}: {reason}", id.folder(), model.runs_on()))?;
        Ok(Self { model, worst, best: None })
    }

    fn time(&mut self, golden: &Golden, limits: &Limits) -> anyhow::Result<()> {
        let round = timing::time(limits, || {
            self.model.run(golden.inputs())?;
            Ok(())
        })?;
        Times::keep_better(&mut self.best, round);
        Ok(())
    }

    fn ms(&self) -> f64 {
        self.best.as_ref().map_or(f64::NAN, Times::median_ms)
    }
}

/// Compares, and fails when a model did not run on the accelerator.
pub(crate) fn run(store: &Store, options: &Options) -> anyhow::Result<()> {
    let library = options.onnxruntime_library.as_deref();
    let accelerator =
        Accelerator::start(&options.accelerator, library, |line| eprintln!("accelerators: {line}"));
    println!("## accelerators\n\n{}, one thread, {} build.\n\n{}\n", processor(), build(), capabilities());
    let limits = Limits { runs: options.runs, longest: Duration::from_secs(2) };
    let mut table = Table::new(&[
        "model, golden input",
        "tract off by",
        "other off by",
        "allowed",
        "tract ms",
        "other ms",
        "ratio",
        "other",
    ]);
    let mut refused = Vec::new();
    for id in Id::ALL {
        let golden = Golden::read(store, *id)?;
        let mut tract = Side::load(store.into(), *id, &golden)?;
        let mut other = Side::load(Engine::new(store, &accelerator), *id, &golden)?;
        for _ in 0..ROUNDS {
            tract.time(&golden, &limits)?;
            other.time(&golden, &limits)?;
        }
        let manifest = tract.model.manifest();
        table.row([
            manifest.id.clone(),
            format!("{:.1e}", tract.worst),
            format!("{:.1e}", other.worst),
            format!("{:.0e}", manifest.tolerance),
            format!("{:.2}", tract.ms()),
            format!("{:.2}", other.ms()),
            format!("{:.1}", tract.ms() / other.ms()),
            other.model.runs_on().to_owned(),
        ]);
        if other.model.runs_on() == tract.model.runs_on() {
            refused.push(manifest.id.as_str());
        }
    }
    println!("{table}");
    if !refused.is_empty() {
        bail!("did not run on the accelerator: {}; the reasons are above", refused.join(", "));
    }
    Ok(())
}
