//! Instructions of each model for one inference, counted by valgrind: the measure of speed that is the same on a busy
//! machine. Writes `docs/instructions.md`, or compares with it.

use crate::{packages, root, shared};
use anyhow::{Context, bail};
use petri_figures::{Book, Figure, Report, Table, differences, today};
use petri_models::Id;
use std::path::Path;
use std::process::Command;

/// Inferences that are counted; the mean is taken.
const TIMES: u32 = 3;
/// How far another count may lie from the written one: another compiler, another version of valgrind.
const TOLERANCE: f64 = 0.05;
/// The function of `petri-evaluate repeat` that holds one inference.
const COUNTED: &str = "*counted_inference*";
const COMMAND: &str = "cargo xtask instructions";
const ABOUT: &str = "\
Instructions for one inference on the golden input, and for loading all models with the program's start, counted by
valgrind's callgrind in a release build: the same on a busy machine, and nearly the same on every one of this
architecture. Valgrind does not know AVX-512, so what is counted is the path for AVX2; a processor with AVX-512 needs
fewer. An instruction is not a unit of time: compare a model with itself.";

/// `rest` may be `--check`.
pub(crate) fn count(rest: &[String]) -> anyhow::Result<()> {
    let check = match rest {
        [] => false,
        [only] if only == "--check" => true,
        _ => bail!("`{COMMAND}` knows --check and nothing else"),
    };
    packages::need(&["valgrind"])?;
    let measured = measure(&shared::program("petri-evaluate", &[])?)?;
    println!("{measured}");
    let book = Book::new(root().join("docs"));
    if !check {
        return book.keep(&measured);
    }
    let committed =
        book.read("instructions")?.with_context(|| format!("nothing is written; run `{COMMAND}`"))?;
    let found: Vec<String> = differences(&committed, &measured).iter().map(ToString::to_string).collect();
    if !found.is_empty() {
        bail!("{} counts are not what is written:\n{}", found.len(), found.join("\n"));
    }
    println!("the counts are those of docs/instructions.md");
    Ok(())
}

fn measure(program: &Path) -> anyhow::Result<Report> {
    let mut report =
        Report::new("instructions", "How many instructions the models take", COMMAND, today::all());
    report.text(format!("{ABOUT} Architecture: {}.", std::env::consts::ARCH));
    let mut table = Table::new(&["model", "million instructions for one inference"]);
    for id in Id::ALL {
        let name = id.folder();
        let times = TIMES.to_string();
        let counted = callgrind(
            program,
            &["--collect-atstart=no", &format!("--toggle-collect={COUNTED}")],
            &["repeat", "--model", name, "--times", &times],
        )?;
        if counted == 0 {
            bail!("nothing was counted for {name}: `{COUNTED}` is no function of petri-evaluate any more");
        }
        let millions = counted as f64 / f64::from(TIMES) / 1e6;
        table.row([name.to_owned(), format!("{millions:.2}")]);
        report.figure(figure(name, &format!("{name}, one inference"), millions).decimals(2));
        println!("{name}: {millions:.2} million");
    }
    let load = callgrind(program, &[], &["repeat"])? as f64 / 1e6;
    report.figure(figure("load", "start and load of all models", load).decimals(0));
    report.table(table);
    Ok(report)
}

fn figure(name: &str, what: &str, millions: f64) -> Figure {
    Figure::new(name, what, millions, "million", TOLERANCE * millions)
}

/// The instructions that callgrind collects in a run of a program.
fn callgrind(program: &Path, options: &[&str], arguments: &[&str]) -> anyhow::Result<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).args(options).arg(program);
    let output = command.args(arguments).current_dir(root()).output().context("cannot start valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let counted = said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    match counted {
        Some(counted) if output.status.success() => Ok(counted),
        _ => bail!("`{command:?}` ended with {}; it said: {said}", output.status),
    }
}
