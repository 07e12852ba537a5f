//! `petri-fleet-trial`: a fleet of simulated devices against real servers, with everything going wrong that may.
//!
//! A command line program talks on its standard output; that is what the lint below is lifted for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod chance;
mod devices;
mod ledger;
mod play;
mod table;
mod usage;

use clap::{Parser, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// Plays devices for a school year against Mosquitto and a store, and compares what was counted with what was sent.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// How many devices; several numbers make several trials.
    #[arg(long, value_delimiter = ',', default_value = "50")]
    devices: Vec<u32>,
    /// Reports that each sends.
    #[arg(long, default_value_t = 10)]
    terms: u16,
    /// Collectors side by side.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    collectors: u8,
    /// Connections of devices at the same time.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    connections: u8,
    /// Where sums are kept.
    #[arg(long, value_enum, default_value_t = Kept::Postgres)]
    store: Kept,
    /// Seed of all chance.
    #[arg(long, default_value_t = 163)]
    seed: u64,
    /// Nothing goes wrong with the servers.
    #[arg(long)]
    calm: bool,
    /// Write the table into this file, between its marks.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// A kind of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kept {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

fn main() -> ExitCode {
    match trials(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("petri-fleet-trial: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn trials(cli: &Cli) -> anyhow::Result<()> {
    let mut outcomes = Vec::new();
    for devices in &cli.devices {
        let plan = play::Plan {
            devices: *devices,
            terms: cli.terms,
            collectors: cli.collectors.into(),
            connections: cli.connections.into(),
            store: cli.store,
            seed: cli.seed,
            calm: cli.calm,
        };
        let outcome = play::play(&plan)?;
        println!("{}", outcome.told());
        outcomes.push(outcome);
    }
    let text = table::markdown(&outcomes);
    println!("\n{text}");
    match &cli.write {
        Some(file) => table::insert(file, &text),
        None => Ok(()),
    }
}
