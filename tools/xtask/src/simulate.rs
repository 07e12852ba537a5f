//! The whole device in simulated time.

use crate::{command, run, shared};

/// `rest` goes to `petri-simulate`.
pub(crate) fn simulate(rest: &[String]) -> anyhow::Result<()> {
    let program = shared::program("petri-simulate", &[])?;
    run(command(&program.to_string_lossy(), &[]).args(rest))
}
