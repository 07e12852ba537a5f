//! Fuzzes everything that takes bytes from outside: `cargo xtask fuzz [--minutes N] [TARGET]`.
//!
//! A target is a function in `tests/src/parsers`, a file in `fuzz/fuzz_targets`, a `[[bin]]` in `fuzz/Cargo.toml`, a line
//! in [`LIGHT`] or [`HEAVY`] and a folder of inputs to begin with in `fuzz/corpus`. What is found on the way is kept in
//! `target/fuzz`, for the next run; what makes a target fail lies in `fuzz/artifacts`.
//!
//! A stable compiler runs the same functions in a test (`whatever_comes_from_outside_is_taken_whole_or_refused`), so
//! that no target rots.

use crate::{command, packages, root, run, target};
use anyhow::{Context, bail};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What is fuzzed: the target, and the longest input in bytes.
const LIGHT: [(&str, u32); 6] = [
    ("link_frames", 4_096),
    ("model_manifest", 4_096),
    ("pack", 8_192),
    ("pack_source", 12_288),
    ("report", 2_048),
    ("update", 4_096),
];
/// Those that are compiled together with the engine.
const HEAVY: [(&str, u32); 7] = [
    ("adapter", 1_024),
    ("board", 2_048),
    ("journal", 256),
    ("pictures", 4_096),
    ("sound", 4_096),
    ("text", 4_200),
    ("words_file", 16_384),
];
const TOOL: [&str; 2] = ["cargo-fuzz", "0.13.2"];
const MINUTES: u64 = 5;
const MINUTES_MAX: u64 = 24 * 60;

pub(crate) fn fuzz(arguments: &[String]) -> anyhow::Result<()> {
    let (mut minutes, mut only) = (MINUTES, None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--minutes" {
            let number = rest.next().and_then(|number| number.parse().ok());
            minutes = number
                .filter(|number| (1..=MINUTES_MAX).contains(number))
                .with_context(|| format!("write --minutes and a number from 1 to {MINUTES_MAX}"))?;
        } else {
            only = Some(argument.as_str());
        }
    }
    let all = LIGHT.map(|target| (target, "")).into_iter().chain(HEAVY.map(|target| (target, "engine")));
    let (names, chosen): (Vec<_>, Vec<_>) = all.map(|target| (target.0.0, target)).unzip();
    let chosen: Vec<_> =
        chosen.into_iter().filter(|((name, _), _)| only.is_none_or(|only| only == *name)).collect();
    if chosen.is_empty() {
        bail!("there is no such target; there are {}", names.join(", "));
    }
    compiler()?;
    let tool = packages::tool(TOOL)?;
    let mut lines = Vec::new();
    for ((name, bytes_max), features) in chosen {
        lines.push(one(&tool, name, features, bytes_max, minutes)?);
    }
    println!("\n{}", lines.join("\n"));
    Ok(())
}

/// Coverage is measured by flags that only nightly compilers take.
fn compiler() -> anyhow::Result<()> {
    let works = || {
        let output = Command::new("rustc").arg("--version").env("RUSTUP_TOOLCHAIN", "nightly").output();
        output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("nightly"))
    };
    if !works() {
        run(&mut command("rustup", &["toolchain", "install", "nightly", "--profile", "minimal"]))?;
    }
    if works() { Ok(()) } else { bail!("fuzzing needs a nightly compiler; install one with rustup") }
}

/// Fuzzes one target; gives what it came to.
fn one(tool: &Path, name: &str, features: &str, bytes_max: u32, minutes: u64) -> anyhow::Result<String> {
    println!("\n== {name}: {minutes} min");
    let grown = target().join("fuzz/corpus").join(name);
    std::fs::create_dir_all(&grown).with_context(|| format!("cannot make {}", grown.display()))?;
    let (seconds, length) = (format!("-max_total_time={}", 60 * minutes), format!("-max_len={bytes_max}"));
    let start = Instant::now();
    let output = Command::new(tool)
        .args(["fuzz", "run", "--target-dir"])
        .arg(target().join("fuzz"))
        .args(["--features", features])
        .arg(name)
        .arg(std::path::absolute(&grown)?)
        .arg(root().join("fuzz/corpus").join(name))
        .args(["--", &seconds, &length, "-print_final_stats=1", "-verbosity=1"])
        .current_dir(root().join("fuzz"))
        .env("RUSTUP_TOOLCHAIN", "nightly")
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .stdout(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", tool.display()))?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{name} fails; what it was given is in fuzz/artifacts:\n{told}");
    }
    let last = |name: &str| told.lines().rev().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let executions =
        last("stat::number_of_executed_units:").context("the fuzzer did not count; see above")?;
    let minutes = start.elapsed().as_secs_f32() / 60.0;
    Ok(format!("{name}: {executions} executions in {minutes:.1} min, build included, and nothing found"))
}
