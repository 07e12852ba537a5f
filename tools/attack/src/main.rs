//! `cargo xtask attack`: membership inference against reports, beside the bound.
#![allow(clippy::print_stdout)]

use anyhow::{Context, bail};
use petri_attack::{Findings, Tally, attack_in_parallel, bound, epsilon};

const TRIALS: u32 = 20_000;
const TRIALS_MAX: u32 = 10_000_000;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (trials, table) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => (TRIALS, None),
        ["--trials", number] => (number.parse().context("--trials needs a number")?, None),
        ["--table", file] => (TRIALS, Some(file)),
        _ => bail!("the only options are --trials NUMBER, or --table FILE to write the table into"),
    };
    if !(2..=TRIALS_MAX).contains(&trials) {
        bail!("--trials is from 2 to {TRIALS_MAX}");
    }
    let result = attack_in_parallel(trials)?;
    let epsilon = epsilon();
    let (most, theory) = (bound(epsilon), 1.0 - (-epsilon / 2.0).exp());
    println!("membership inference, likelihood ratio, worst learner, all else known; epsilon {epsilon:.3}");
    let rows = [
        row("reports as they are sent", &result.reports, &format!("at most {most:.3}")),
        row("control: all of the budget in one number", &result.one_number, &format!("{theory:.3}")),
        row("control: the noise off", &result.without_noise, "1.000"),
    ];
    let text = format!(
        "| attacked | advantage | 99 % interval | has to be | reports |\n|---|---|---|---|---|\n{}",
        rows.concat()
    );
    print!("{text}");
    judge(&result, most, theory)?;
    println!("inside the bound; both controls as they must be");
    if let Some(file) = table {
        std::fs::write(file, text).with_context(|| format!("cannot write {file}"))?;
    }
    Ok(())
}

fn row(name: &str, tally: &Tally, wanted: &str) -> String {
    let (advantage, half) = tally.advantage();
    let reports = tally.with.0 + tally.without.0;
    let (low, high) = (advantage - half, advantage + half);
    format!("| {name} | {advantage:.3} | {low:.3} to {high:.3} | {wanted} | {reports} |\n")
}

fn judge(result: &Findings, most: f64, theory: f64) -> anyhow::Result<()> {
    let (advantage, half) = result.reports.advantage();
    let (one, one_half) = result.one_number.advantage();
    let (bare, _) = result.without_noise.advantage();
    if advantage + half > most || one + one_half > most {
        bail!("the attack goes beyond the bound: the mechanism does not keep its promise; do not release");
    }
    if bare < 1.0 || (one - theory).abs() > 2.0 * one_half {
        bail!("a control failed: the attack is blind ({bare:.3} of 1, {one:.3} of {theory:.3}); mend it");
    }
    Ok(())
}
