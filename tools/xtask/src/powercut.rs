//! Power cuts: the journal on a storage that loses its power, a million times.

use crate::{command, packages, run, shared};

/// `rest` goes to `petri-powercut`.
pub(crate) fn cut(rest: &[String]) -> anyhow::Result<()> {
    packages::hardware()?;
    let program = shared::program("petri-powercut", &["--features", "petri-powercut/storage"])?;
    run(command(&program.to_string_lossy(), &[]).args(rest))
}
