//! Measures what the models do in tract, through the same code that a session runs.
//!
//! `accuracy` needs labelled data, which is no part of the project; `bench` needs nothing, and Python for the
//! comparison with onnxruntime. Both print what they measured, which is what the lint below is lifted for, and write it
//! into `docs/` as `petri-figures` says.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod accuracy;
mod bench;
mod kernels;
mod latency;
mod loudness;
mod repeat;
mod statistics;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use petri_figures::{Book, table};
use petri_models::Store;
use std::path::PathBuf;
use std::process::ExitCode;

/// Measures Petri's models.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// The folder with the model files.
    #[arg(
        long,
        global = true,
        env = "PETRI_MODELS",
        value_name = "DIR",
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models")
    )]
    models: PathBuf,
    /// The folder of documents, with the pages of what was measured.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs")
    )]
    docs: PathBuf,
    #[command(subcommand)]
    command: Command,
}

/// What to measure.
#[derive(Debug, Subcommand)]
enum Command {
    /// How often the models are right on labelled data; fails when a floor of the project is missed.
    Accuracy(accuracy::Options),
    /// How long the models take and how much memory, beside onnxruntime.
    Bench(bench::Options),
    /// The golden pairs on tract and on an accelerator, side by side.
    Accelerators(bench::accelerators::Options),
    /// How soon there is feedback after an answer, beside onnxruntime; and memory over hours.
    Latency(latency::Options),
    /// One model on its golden input, again and again, for `cargo xtask instructions`.
    Repeat(repeat::Options),
    /// Products of 8-bit weights in whole numbers and in floats, side by side.
    Kernels,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let (store, book) = (Store::new(cli.models), Book::new(cli.docs));
    let result = match cli.command {
        Command::Accuracy(options) => accuracy::run(&store, &book, &options),
        Command::Bench(options) => bench::run(&store, &book, &options),
        Command::Accelerators(options) => bench::accelerators::run(&store, &options),
        Command::Latency(options) => latency::run(&store, &book, &options),
        Command::Repeat(options) => repeat::run(&store, &options),
        Command::Kernels => kernels::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("petri-evaluate: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The project's folder: tools, pictures and recordings are found from here.
fn root() -> anyhow::Result<PathBuf> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    root.canonicalize().context("the project's folder has moved since this was built; build it again")
}

/// The device's program, which is built beside this one.
fn device_program() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe().context("cannot tell where this program is")?;
    let program = this.with_file_name("petri");
    if !program.is_file() {
        bail!("there is no {}; run `cargo build --release --package petri` first", program.display());
    }
    Ok(program)
}
