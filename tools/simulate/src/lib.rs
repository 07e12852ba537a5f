//! The whole device in simulated time, by a seed.
//!
//! One thread runs the device's own code: `Host` with its sessions, the loop around `Session::step`, the attendants of
//! camera and microphone, the journal (SQLite, in a folder in memory), the making and sending of reports, and the store
//! of updates. Around it everything is simulated: the clock, the parts of the board, what models would have perceived,
//! the people, the broker, and death: the program is ended at any call of a port, and started again with what the
//! journal and the store kept. All chance comes from the seed, so a run can be had again, step by step.
//!
//! What is not in it: the models, the drivers, TLS, and what depends on threads meeting each other at another moment.
//! The bytes of the noise in reports are the system's chance and no part of the fingerprint.

mod check;
mod courier;
mod death;
mod device;
mod dice;
mod digest;
mod people;
mod ports;
mod senses;
mod stick;
mod world;

pub use check::{Broken, Checker, Invariant};
pub use world::Tally;

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};
use world::World;

/// A world that is broken on purpose, so that it can be seen that the checker notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// The last trial goes to another learner.
    TrialGoesToAnother,
    /// The settings of one learner become everybody's.
    SettingsGoToAnother,
    /// A trial vanishes from the journal.
    TrialIsLost,
    /// The collector gets a second report of a term.
    SecondReport,
    /// What was spent is forgotten.
    BudgetForgotten,
    /// The display leaves the signs of the sensors out.
    SignOff,
    /// The display goes dark and says that all is well.
    Blank,
    /// The stop button does nothing.
    StopIsDeaf,
    /// The store starts what does not come up again and again.
    BadSetStays,
}

impl Mutation {
    /// All of them, with the invariant that each breaks.
    pub const ALL: [(Self, Invariant); 9] = [
        (Self::TrialGoesToAnother, Invariant::Apart),
        (Self::SettingsGoToAnother, Invariant::Apart),
        (Self::TrialIsLost, Invariant::Kept),
        (Self::SecondReport, Invariant::Budget),
        (Self::BudgetForgotten, Invariant::Budget),
        (Self::SignOff, Invariant::Privacy),
        (Self::Blank, Invariant::Blank),
        (Self::StopIsDeaf, Invariant::Stop),
        (Self::BadSetStays, Invariant::ComesUp),
    ];
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its seed.
    pub seed: u64,
    /// A fingerprint of everything that was shown, lit, played and kept.
    pub digest: String,
    /// Simulated time, in milliseconds, in which the device was on.
    pub simulated_ms: u64,
    /// What happened how often.
    pub tally: Tally,
    /// Trials that stand in the journal at the end.
    pub rows: usize,
    /// Terms of which a report came.
    pub terms: usize,
}

/// A run in which an invariant did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What did not hold.
    pub broken: Broken,
    /// The run until then.
    pub run: Run,
}

impl fmt::Display for Failure {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Run { seed, simulated_ms, tally, digest, .. } = &self.run;
        let (s, ms) = (simulated_ms / 1_000, simulated_ms % 1_000);
        let (hours, minutes) = (s / 3_600, s / 60 % 60);
        writeln!(to, "seed {seed} broke `{}`", self.broken.invariant.words())?;
        writeln!(to, "  at {hours} h {minutes:02} min {:02}.{ms:03} s, step {}", s % 60, tally.steps)?;
        writeln!(to, "  {}", self.broken.what)?;
        write!(
            to,
            "  it happens again with: cargo xtask simulate --seed {seed} --hours {} ({digest})",
            hours + 1
        )
    }
}

/// Runs the device for so many simulated hours.
///
/// # Errors
/// When the machine gives no folder to work in.
pub fn simulate(
    seed: u64,
    hours: u64,
    mutation: Option<Mutation>,
) -> anyhow::Result<Result<Run, Box<Failure>>> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory)? } else { tempfile::tempdir()? };
    let world = World::new(seed, hours, folder.path().to_owned(), mutation);
    let begun_ms = 7 * 3_600_000;
    let lived = device::live(&world);
    let state = world.state();
    let run = Run {
        seed,
        digest: state.digest.text(),
        simulated_ms: state.now_ms.saturating_sub(begun_ms),
        tally: state.tally,
        rows: state.checker.rows(),
        terms: state.checker.reports(),
    };
    drop(state);
    Ok(match lived {
        Ok(()) => Ok(run),
        Err(broken) => Err(Box::new(Failure { broken, run })),
    })
}

/// Runs one seed after another and gives what each came to, with the time that it took.
///
/// # Errors
/// As [`simulate`], and when two runs of a seed differ.
pub fn twice(seed: u64, hours: u64) -> anyhow::Result<(Result<Run, Box<Failure>>, Duration)> {
    let start = Instant::now();
    let first = simulate(seed, hours, None)?;
    let took = start.elapsed();
    let second = simulate(seed, hours, None)?;
    if first != second {
        anyhow::bail!("two runs of seed {seed} differ: something in it does not come from the seed");
    }
    Ok((first, took))
}
