//! `cargo xtask`: the project's chores.
//!
//! A command line program talks on its standard output; that is what the lint below is lifted for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod accelerators;
mod audit;
mod bare_metal;
mod browser;
mod cross;
mod deb;
mod debian;
mod editions;
mod figures;
mod files;
mod fleet;
mod fuzz;
mod hil;
mod instructions;
mod latency;
mod packages;
mod pictures;
mod powercut;
mod shared;
mod simulate;
mod sync;
mod system;
mod traces;

use anyhow::{Context, bail};
use shared::{HARDWARE, cargo_for_tests, school};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

const HELP: &str = "\
cargo xtask check       everything that CI runs: format, lints, tests, both editions, bare metal, the main job
cargo xtask bare-metal  build firmware/core and link for a Cortex-M4 (thumbv7em-none-eabihf)
cargo xtask editions [--packages]   show that the school edition holds no expression code, weights or words (--packages:
                        pack both, and look into the packages)
cargo xtask traces      play the main job under strace: every file and socket written, and no piece of media in them
cargo xtask audit [--advisories DIR]      licences, duplicates and sources of all crates by cargo-deny, and an SBOM
cargo xtask evaluate [--data DIR] [--part NAME] [--check]   accuracy of every model in tract; writes docs/evaluation
                        (data: PETRI_DATA, or ../shared/data; --check: write nothing, compare with what is written)
cargo xtask bench [OPTIONS]         time and memory of every model beside onnxruntime; writes docs/bench.md
cargo xtask latency [OPTIONS]       from answer to feedback by each channel on one core, beside onnxruntime in Python, and
                        hours of sessions; writes docs/latency.md (half an hour)
cargo xtask instructions [--check]  instructions of every model, counted by valgrind; writes docs/instructions.md
cargo xtask figures     draw the pages of what was measured anew, and renew the figures that documents quote
cargo xtask accelerators            the models on tract and on onnxruntime: same results, times, fall-backs
cargo xtask learners [--check]      simulated learners in the real engine; writes docs/learners.md
cargo xtask browser [--pictures]    whole sessions on the console's page in Chromium (--pictures: write those of docs/)
cargo xtask cross       build the device for aarch64, or --target armv7; run core, models and recordings under
                        emulation (minutes)
cargo xtask hil [--times N]         play a session in a virtual machine with real drivers, and break things
cargo xtask hil install [--times N] install the package on a Debian system in a virtual machine, and run it there
cargo xtask deb [--arch amd64|arm64] [--edition therapy|school] [--built]   pack both editions for Debian, and try
                        the packages (--built: pack the program that is there)
cargo xtask fleet [OPTIONS]         10,000 simulated devices against Mosquitto and PostgreSQL; writes docs/fleet.md
cargo xtask fuzz [--minutes N] [TARGET]   bytes that nobody meant, for everything that takes bytes from outside (nightly)
cargo xtask attack [--trials N]     membership inference against reports, beside the bound that epsilon sets; writes
                        docs/privacy.md (not with --trials)
cargo xtask sync-capture            reports to a real broker, with tshark on the wire: nothing can be read; writes
                        docs/privacy.md
cargo xtask powercut [--cuts N] [--damages N] [--seed N]   power cuts and damage while the journal writes (a million)
cargo xtask simulate [--seed N] [--seeds K] [--hours H] [--twice]   the whole device in simulated time, by a seed
cargo xtask content     check the built-in content and compile it anew
cargo xtask screens     write the pictures of docs/ anew";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = arguments.split_first().map_or_else(|| chore("help", &[]), |(name, rest)| chore(name, rest));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn chore(name: &str, rest: &[String]) -> anyhow::Result<()> {
    match name {
        "check" => check(),
        "bare-metal" => bare_metal::build(),
        "editions" => editions::show(rest),
        "evaluate" => accuracy(rest),
        "bench" => {
            packages::python()?;
            evaluate(&["bench"], rest)
        }
        "figures" => figures::renew(),
        "accelerators" => accelerators::compare(),
        "attack" => sync::attack(rest),
        "powercut" => powercut::cut(rest),
        "audit" => audit::audit(rest),
        "sync-capture" => sync::capture(),
        "content" => content(),
        "browser" => browser::play(rest),
        "cross" => cross::check(rest),
        "fleet" => fleet::trial(rest),
        "fuzz" => fuzz::fuzz(rest),
        "hil" => hil::run_all(rest),
        "deb" => deb::pack(rest).map(drop),
        "instructions" => instructions::count(rest),
        "latency" => latency::measure(rest),
        "learners" => learners(rest),
        "simulate" => simulate::simulate(rest),
        "traces" => traces::show(),
        "screens" => pictures::write(&root().join("docs/screens")),
        "help" | "--help" => {
            println!("{HELP}");
            Ok(())
        }
        _ => bail!("there is no chore `{name}`; these are:\n{HELP}"),
    }
}

const LINTS: [&str; 4] = ["--all-targets", "--", "--deny", "warnings"];

fn check() -> anyhow::Result<()> {
    let start = Instant::now();
    packages::compiler()?;
    packages::hardware()?;
    sync::packages()?;
    step("files", files::check)?;
    step("dependencies", audit::quick)?;
    step("format", || cargo(&["fmt", "--all", "--check"]))?;
    step("lints", || cargo_for_tests(&[&["clippy", "--workspace"], &HARDWARE[..], &LINTS].concat()))?;
    step("lints, no drivers", || {
        cargo_for_tests(&[&["clippy", "--package", "petri-board", "--package", "petri"][..], &LINTS].concat())
    })?;
    step("lints, school edition", || {
        cargo_for_tests(&[&["clippy"], &school()[..], &["--", "--deny", "warnings"]].concat())
    })?;
    step("documentation", || {
        let arguments =
            ["--config", &shared::profile()?, "doc", "--release", "--workspace", "--no-deps", "--quiet"];
        run(command("cargo", &[&arguments[..], &HARDWARE].concat()).env("RUSTDOCFLAGS", "--deny warnings"))
    })?;
    step("tests", || cargo_for_tests(&[&["test", "--workspace"], &HARDWARE[..]].concat()))?;
    step("shares of reports", sync::shares)?;
    step("tests, school edition", || {
        cargo_for_tests(&["test", "--package", "petri-core", "--no-default-features"])?;
        let muscles = ["--test", "muscles", "--test", "model_parity"];
        cargo_for_tests(&[&["test"], &school()[..], &muscles].concat())
    })?;
    step("fleet", fleet::check)?;
    step("editions", || editions::show(&[]))?;
    step("bare metal", bare_metal::build)?;
    step("main job", || cargo(&["run", "--release"]))?;
    step("figures", || {
        figures::check()?;
        // Without data this measures what comes with the project, in seconds; with PETRI_DATA set, everything.
        evaluate(&["accuracy", "--check"], &[])
    })?;
    step("link in Python", link_in_python)?;
    step("no drivers", no_drivers)?;
    step("the page in a browser", || browser::play(&[]))?;
    step("simulated learners", || learners(&["--check".to_owned()]))?;
    step("pictures of docs/", pictures::are_current)?;
    println!("\nall checks passed in {} s", start.elapsed().as_secs());
    Ok(())
}

/// The Python client speaks the same wire, and plays a session with the release build.
fn link_in_python() -> anyhow::Result<()> {
    packages::python()?;
    let client = root().join("tools/link-python");
    let tests = client.join("tests").to_string_lossy().into_owned();
    run(command("python3", &["-m", "unittest", "discover", "--start-directory", &tests])
        .env("PYTHONPATH", client.join("src"))
        .env("PETRI", std::path::absolute(target().join("release/petri"))?))
}

/// The release build has no drivers, and says so.
fn no_drivers() -> anyhow::Result<()> {
    let petri = target().join("release/petri");
    let output = Command::new(&petri).args(["run", "--board", "pi"]).output()?;
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() || !error.contains("no drivers for --board pi") {
        bail!("`petri run --board pi` should say that this build has no drivers; it says: {error}");
    }
    Ok(())
}

/// Simulated learners practise with the real engine; writes `docs/learners.md`, or compares with it.
fn learners(rest: &[String]) -> anyhow::Result<()> {
    let mut arguments = vec!["run", "--release", "--package", "petri-learners", "--"];
    arguments.extend(rest.iter().map(String::as_str));
    cargo(&arguments)
}

fn step(name: &str, chore: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    println!("\n== {name}");
    let start = Instant::now();
    chore().with_context(|| format!("the step `{name}` failed"))?;
    println!("== {name}: passed in {} s", start.elapsed().as_secs());
    Ok(())
}

/// Compiles the built-in content; the tests of `petri-content` notice when that was forgotten.
fn content() -> anyhow::Result<()> {
    let compile = ["content", "compile", "content/starter", "--out", "content/starter.pack"];
    let mut arguments = vec!["run", "--quiet", "--package", "petri", "--"];
    arguments.extend(compile);
    cargo(&arguments)
}

/// Accuracy, on the data that is named or found.
fn accuracy(rest: &[String]) -> anyhow::Result<()> {
    const DATA: &str = "../shared/data";
    let named = rest.iter().any(|argument| argument.starts_with("--data"));
    let found = !named && std::env::var_os("PETRI_DATA").is_none() && root().join(DATA).is_dir();
    evaluate(if found { &["accuracy", "--data", DATA] } else { &["accuracy"] }, rest)
}

fn evaluate(arguments: &[&str], rest: &[String]) -> anyhow::Result<()> {
    let program = shared::program("petri-evaluate", &[])?;
    let mut command = command(&program.to_string_lossy(), arguments);
    run(command.args(rest))
}

fn cargo(arguments: &[&str]) -> anyhow::Result<()> {
    run(&mut command("cargo", arguments))
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = format!("{command:?}").replace('"', "");
    let status = command.status().with_context(|| format!("cannot start `{shown}`; is it installed?"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}; its message is above");
    }
    Ok(())
}

/// The workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
