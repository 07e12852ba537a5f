//! Runs the simulated learners and writes, or checks, what `docs/` says of them.
//!
//! A command line program talks on its standard output; that is what the lint below is lifted for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use clap::Parser;
use petri_learners::Goal;
use std::path::PathBuf;
use std::process::ExitCode;

/// Simulated learners practise with the real engine.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// The folder of `learners.md` and of `learners/` with its pictures.
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"))]
    out: PathBuf,
    /// Write nothing; fail when a file is stale, or a figure worse than what the project holds itself to.
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("petri-learners: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<bool> {
    let (goals, stale) = if cli.check {
        petri_learners::check(&cli.out)?
    } else {
        (petri_learners::report(&cli.out)?, Vec::new())
    };
    for Goal { words, measured, reached, held } in &goals {
        let mark = match (reached, held) {
            (true, _) => "reached",
            (false, true) => "not reached, as the page says",
            (false, false) => "worse than the page allows",
        };
        println!("{words}\n    {measured}: {mark}");
    }
    for name in &stale {
        eprintln!("{name} is stale; run `cargo xtask learners` and commit what it writes");
    }
    Ok(stale.is_empty() && goals.iter().all(|goal| goal.held))
}
