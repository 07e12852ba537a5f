//! The whole device in simulated time.

use crate::{cargo, command, run, target};

/// Builds together with the device's program: alone, another set of features would compile the engine once more.
pub(crate) fn simulate(rest: &[String]) -> anyhow::Result<()> {
    let packages = ["petri", "petri-evaluate", "petri-simulate"];
    let mut arguments = vec!["build", "--release", "--quiet"];
    arguments.extend(packages.iter().flat_map(|name| ["--package", name]));
    cargo(&arguments)?;
    let program = std::path::absolute(target().join("release/petri-simulate"))?;
    run(command(&program.to_string_lossy(), &[]).args(rest))
}
