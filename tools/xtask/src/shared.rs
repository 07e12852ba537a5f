//! Other people's crates are compiled once for lints, tests and the main job.
//!
//! All of these run in the release profile, and with the same features of what they depend on. For tests, our own
//! crates are compiled quickly and with the checks of a debug build; a profile of its own would have a folder of its
//! own, and everything in it would be compiled again.

use crate::{cargo, command, target};
use anyhow::{Context, bail};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Compiles the drivers of real boards in.
pub(crate) const HARDWARE: [&str; 2] =
    ["--features", "petri-board/hardware,petri/hardware,petri-powercut/storage"];
/// Kernels and the emulated disk are slow to test unless they are compiled as they are used.
const FAST: [&str; 2] = ["petri-kernels", "petri-powercut"];

/// `cargo ARGUMENTS`, which begin with the name of a chore, with our own crates compiled for tests.
pub(crate) fn cargo_for_tests(arguments: &[&str]) -> anyhow::Result<()> {
    let profile = profile()?;
    cargo(&[&["--config", &profile], &arguments[..1], &["--release"], &arguments[1..]].concat())
}

/// The school edition of everything that has one: with the same features of the engine as the whole workspace with
/// drivers. The tools left out ask for the therapy edition of what they depend on.
pub(crate) fn school() -> Vec<&'static str> {
    let tools = ["petri-evaluate", "petri-figures", "petri-hil", "xtask"];
    let mut arguments = vec!["--workspace", "--no-default-features"];
    arguments.extend(tools.iter().flat_map(|name| ["--exclude", name]));
    arguments.extend(HARDWARE);
    arguments
}

/// Builds one of our programs in the release profile, and gives its path. It is built together with the device's program
/// and the measuring one: alone, another set of features would compile the engine once more.
pub(crate) fn program(name: &str, options: &[&str]) -> anyhow::Result<PathBuf> {
    let packages = ["petri", "petri-evaluate"].into_iter().filter(|other| *other != name).chain([name]);
    let packages = packages.flat_map(|name| ["--package", name]);
    let arguments: Vec<&str> = ["build", "--release", "--quiet"]
        .into_iter()
        .chain(packages)
        .chain(options.iter().copied())
        .collect();
    cargo(&arguments)?;
    Ok(std::path::absolute(target().join("release").join(name))?)
}

/// Writes how our own crates are compiled for tests, and gives the file's path. A pattern for the others would hold
/// for build scripts, too, and those are compiled differently in the release profile.
pub(crate) fn profile() -> anyhow::Result<String> {
    let mut text = String::new();
    for name in members()? {
        let level = if FAST.contains(&name.as_str()) { 3 } else { 1 };
        writeln!(text, "[profile.release.package.{name}]\nopt-level = {level}")?;
        writeln!(text, "debug-assertions = true\noverflow-checks = true\n")?;
    }
    let folder = std::path::absolute(target().join("xtask"))?;
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("tests.toml");
    std::fs::write(&file, text)
        .with_context(|| format!("cannot write {}; is the disk full?", file.display()))?;
    Ok(file.to_string_lossy().into_owned())
}

/// The names of the workspace's packages.
fn members() -> anyhow::Result<Vec<String>> {
    let text = tree(&["--workspace", "--depth", "0", "--prefix", "none", "--locked"])?;
    let names = text.lines().filter_map(|line| line.split_once(' ')).map(|(name, _)| name.to_owned());
    Ok(names.collect())
}

/// What `cargo tree` says.
pub(crate) fn tree(arguments: &[&str]) -> anyhow::Result<String> {
    let output = command("cargo", &["tree"]).args(arguments).output().context("cannot start cargo")?;
    if !output.status.success() {
        bail!("`cargo tree` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}
