//! Power cuts: the journal on a storage that loses its power, a million times.

use crate::{cargo, command, packages, run, target};

/// Builds and starts `petri-powercut`, together with the device's program, so that the engine is not compiled anew.
pub(crate) fn cut(rest: &[String]) -> anyhow::Result<()> {
    packages::hardware()?;
    let programs = ["petri", "petri-evaluate", "petri-powercut"].map(|name| ["--package", name]).concat();
    let storage = ["--features", "petri-powercut/storage"];
    cargo(&[&["build", "--release", "--quiet"], &programs[..], &storage].concat())?;
    let program = std::path::absolute(target().join("release/petri-powercut"))?;
    run(command(&program.to_string_lossy(), &[]).args(rest))
}
