//! `petri-powercut`: cuts the power of the journal, and says what was left.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use anyhow::{Context, bail};
use petri_powercut::cut::Fate;
use petri_powercut::proof::{Found, life, prove};
use petri_powercut::rot::damage;
use petri_powercut::storage::Storage;
use std::process::ExitCode;
use std::time::Instant;

const HELP: &str = "petri-powercut [--cuts N] [--damages N] [--seed N]   (--seed: the life of one seed only)";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("petri-powercut: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let (mut cuts, mut damages, mut seed) = (1_000_000, 100_000, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let number = arguments.next().context(HELP)?.parse::<u64>().context(HELP)?;
        match name.as_str() {
            "--cuts" => cuts = number,
            "--damages" => damages = number,
            "--seed" => seed = Some(number),
            _ => bail!("{HELP}"),
        }
    }
    if let Some(seed) = seed {
        let found = life(&Storage::register("powercut")?, seed)?;
        println!("seed {seed}: {} cuts, and all that was acknowledged was there", found.total());
        return Ok(());
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let start = Instant::now();
    let mut found = prove(1, cuts, threads)?;
    println!("{}", table(&mut found));
    println!("{} s in {threads} threads\n", start.elapsed().as_secs());
    if damages > 0 {
        rot(damages)?;
    }
    Ok(())
}

fn table(found: &mut Found) -> String {
    let mut lines = vec!["| what was not yet safe | power cuts | wrong or lost |".to_owned()];
    lines.push("|---|--:|--:|".to_owned());
    for fate in Fate::ALL {
        let cuts = found.cuts.get(&fate).copied().unwrap_or(0);
        lines.push(format!("| {} | {cuts} | 0 |", fate.name()));
    }
    lines.push(format!("| all | {} | 0 |", found.total()));
    found.recovery_us.sort_unstable();
    let times = &found.recovery_us;
    let ms = |part: f64| {
        let at = (times.len() as f64 * part) as usize;
        times.get(at.min(times.len().saturating_sub(1))).map_or(0.0, |us| f64::from(*us) / 1_000.0)
    };
    lines.push(format!(
        "\n{} lives; {} cuts in a life after an earlier cut; {} times a call that had not returned was done; {} \
         acknowledged calls and {} trials were looked for and found.",
        found.lives, found.second_cuts, found.done_unasked, found.acknowledged, found.trials
    ));
    lines.push(format!(
        "Recovery, from opening to the last trial read: median {:.2} ms, 99.9% within {:.2} ms, longest {:.2} ms; at \
         most {} KiB read, {} KiB written, {} times made safe.",
        ms(0.5),
        ms(0.999),
        ms(1.0),
        found.most.read.div_ceil(1_024),
        found.most.written.div_ceil(1_024),
        found.most.syncs
    ));
    lines.join("\n")
}

fn rot(damages: u64) -> anyhow::Result<()> {
    let (outcomes, wrong) = damage(1, damages)?;
    println!("| damaged | times | said | unharmed | wrong |\n|---|--:|--:|--:|--:|");
    for (place, outcome) in outcomes {
        println!(
            "| {} | {} | {} | {} | {} |",
            place.name(),
            outcome.damages,
            outcome.said,
            outcome.unharmed,
            outcome.wrong
        );
    }
    for line in wrong.iter().take(20) {
        eprintln!("{line}");
    }
    if !wrong.is_empty() {
        bail!("{} damages were not noticed", wrong.len());
    }
    Ok(())
}
