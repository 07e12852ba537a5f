//! The same work again and again, for a program that counts what the processor does.

use anyhow::Context;
use petri_models::{Id, Store};
use petri_runtime::engine::Golden;
use petri_runtime::{Model, Perception};
use std::time::{Duration, Instant};

/// Options of `repeat`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The model that runs on its golden input. Without it every model is loaded, as for a session, and none runs.
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Inferences, after one that is not counted.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    times: u32,
}

pub(crate) fn run(store: &Store, options: &Options) -> anyhow::Result<()> {
    let Some(name) = &options.model else {
        Perception::load(store)?;
        return Ok(());
    };
    let id = Id::ALL.iter().find(|id| id.folder() == name);
    let id = *id.with_context(|| format!("there is no model `{name}`; models/ has a folder for each"))?;
    let (model, golden) = (Model::load(store, id)?, Golden::read(store, id)?);
    let off = golden.worst_difference(&model.run(golden.inputs())?).map_err(anyhow::Error::msg)?;
    let mut least = Duration::MAX;
    for _ in 0..options.times {
        let start = Instant::now();
        counted_inference(&model, &golden)?;
        least = least.min(start.elapsed());
    }
    let (ms, allowed) = (least.as_secs_f64() * 1_000.0, model.manifest().tolerance);
    println!(
        "{name}: {ms:.3} ms, the least of {} runs; off by {off:.1e}, {allowed:.0e} allowed",
        options.times
    );
    Ok(())
}

/// `cargo xtask instructions` knows this function by its name, so that only what happens in it is counted.
#[inline(never)]
fn counted_inference(model: &Model, golden: &Golden) -> anyhow::Result<()> {
    model.run(golden.inputs())?;
    Ok(())
}
