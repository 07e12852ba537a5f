//! Runs the simulation from the command line.
//!
//! A command line program talks on its standard output; that is what the lint below is lifted for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use clap::Parser;
use petri_simulate::{Invariant, Run, simulate, twice};
use std::process::ExitCode;
use std::time::Instant;

/// The whole device in simulated time, by a seed.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seeds, one after the other.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Simulated hours of each.
    #[arg(long, default_value_t = 500)]
    hours: u64,
    /// Run each seed twice, and compare.
    #[arg(long)]
    twice: bool,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("petri-simulate: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<bool> {
    println!(
        "{:>6} {:>7} {:>9} {:>8} {:>7} {:>7} {:>8} {:>7} {:>7} {:>7}  fingerprint",
        "seed", "hours", "steps", "sessions", "trials", "deaths", "failures", "reports", "updates", "erased"
    );
    let (mut hours, mut wall_s, mut failed) = (0.0, 0.0, 0);
    for seed in cli.seed..cli.seed + cli.seeds {
        let start = Instant::now();
        let (result, took) = if cli.twice {
            twice(seed, cli.hours)?
        } else {
            let result = simulate(seed, cli.hours, None)?;
            (result, start.elapsed())
        };
        let run = match &result {
            Ok(run) => run,
            Err(failure) => &failure.run,
        };
        print(run);
        hours += run.simulated_ms as f64 / 3_600_000.0;
        wall_s += took.as_secs_f64();
        if let Err(failure) = result {
            failed += 1;
            println!("{failure}");
        }
    }
    println!("{hours:.0} simulated hours in {wall_s:.1} s: {:.0} hours per minute", hours / wall_s * 60.0);
    for invariant in Invariant::ALL {
        println!("  {}", invariant.words());
    }
    println!("{} of {} seeds kept all of these", cli.seeds - failed, cli.seeds);
    Ok(failed == 0)
}

fn print(run: &Run) {
    let tally = run.tally;
    println!(
        "{:>6} {:>7} {:>9} {:>8} {:>7} {:>7} {:>8} {:>7} {:>7} {:>7}  {}",
        run.seed,
        run.simulated_ms / 3_600_000,
        tally.steps,
        tally.sessions,
        tally.trials,
        tally.crashes,
        tally.failures,
        tally.reports,
        tally.updates,
        tally.erasures,
        run.digest
    );
}
