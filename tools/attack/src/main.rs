//! `cargo xtask attack`: membership inference against reports, beside the bound.
#![allow(clippy::print_stdout)]

use anyhow::{Context, bail};
use petri_attack::{Tally, attack_in_parallel, bound, epsilon};

const TRIALS: u32 = 20_000;
const TRIALS_MAX: u32 = 10_000_000;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let trials = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => TRIALS,
        ["--trials", number] => number.parse().context("--trials needs a number")?,
        _ => bail!("the only option is --trials NUMBER"),
    };
    if !(2..=TRIALS_MAX).contains(&trials) {
        bail!("--trials is from 2 to {TRIALS_MAX}");
    }
    let result = attack_in_parallel(trials)?;
    let epsilon = epsilon();
    let most = bound(epsilon);
    let line = |name: &str, tally: &Tally| {
        let (advantage, half) = tally.advantage();
        let reports = tally.with.0 + tally.without.0;
        println!(
            "{name:<34} {advantage:>6.3}  [{:>6.3}, {:>5.3}]  n = {reports}",
            advantage - half,
            advantage + half
        );
        (advantage, half)
    };
    println!("membership inference, likelihood ratio, worst learner, all else known; epsilon {epsilon:.3}");
    println!("{:<34} {:>6}  99 % interval", "", "advantage");
    let (advantage, half) = line("reports as they are sent", &result.reports);
    let (one, one_half) = line("control: all of it in one number", &result.one_number);
    let (bare, _) = line("control: the noise off", &result.without_noise);
    println!("{:<34} {most:>6.3}", "the most that epsilon allows");
    let theory = 1.0 - (-epsilon / 2.0).exp();
    if advantage + half > most || one + one_half > most {
        bail!("the attack goes beyond the bound: the mechanism does not keep its promise; do not release");
    }
    if bare < 1.0 || (one - theory).abs() > 2.0 * one_half {
        bail!("a control failed: the attack is blind ({bare:.3} of 1, {one:.3} of {theory:.3}); mend it");
    }
    println!("inside the bound; both controls as they must be");
    Ok(())
}
