//! The fleet's workspace: lints, tests and the small trial in the check, the large trial by itself.

use crate::{command, packages, root, run, target};

/// Debian's servers, for tests and trials.
const SERVERS: [&str; 2] = ["mosquitto", "postgresql"];
const MANIFEST: [&str; 2] = ["--manifest-path", "tools/fleet/Cargo.toml"];

/// Lints and tests, with a small trial against both stores.
pub(crate) fn check() -> anyhow::Result<()> {
    packages::need(&SERVERS)?;
    cargo("fmt", &["--check"])?;
    cargo("clippy", &["--all-targets", "--", "--deny", "warnings"])?;
    cargo("test", &[])
}

/// The large trial; writes its table into `docs/fleet.md`.
pub(crate) fn trial(rest: &[String]) -> anyhow::Result<()> {
    packages::need(&SERVERS)?;
    cargo("build", &["--release", "--bins"])?;
    let (program, docs) = (target().join("fleet/release/petri-fleet-trial"), root().join("docs/fleet.md"));
    let docs = docs.to_string_lossy().into_owned();
    let mut arguments = vec!["--devices", "10,100,1000,10000", "--write", &docs];
    if !rest.is_empty() {
        arguments = rest.iter().map(String::as_str).collect();
    }
    run(&mut command(&program.to_string_lossy(), &arguments))
}

fn cargo(what: &str, rest: &[&str]) -> anyhow::Result<()> {
    let folder = std::path::absolute(target().join("fleet"))?;
    run(command("cargo", &[&[what], &MANIFEST[..], rest].concat()).env("CARGO_TARGET_DIR", folder))
}
