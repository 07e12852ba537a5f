//! Cuts the power after every change of the disk, and compares what the journal then tells with what was acknowledged.

use crate::cut::{Fate, Platter};
use crate::disk::{Image, Traffic};
use crate::scenario::{Scenario, live, open, play};
use crate::state::{State, Told};
use crate::storage::Storage;
use anyhow::{Context, bail};
use petri_core::random::Random;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// After one cut in so many, the device lives on and loses its power again.
const LIVES_ON_EVERY: u32 = 24;
/// Calls in a life after a cut.
const ACTS_AFTER: u32 = 2;

/// What was tried and found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Lives that were played.
    pub lives: u64,
    /// Cuts by what became of the changes that were not safe.
    pub cuts: BTreeMap<Fate, u64>,
    /// Cuts during or after the life that followed an earlier cut; counted above, too.
    pub second_cuts: u64,
    /// Cuts after which a call that had not returned was done all the same.
    pub done_unasked: u64,
    /// Calls that had returned before a cut, over all cuts.
    pub acknowledged: u64,
    /// Trials that were there after a cut, over all cuts.
    pub trials: u64,
    /// Time to open the journal and to read all of it after each cut, in microseconds.
    pub recovery_us: Vec<u32>,
    /// The most that a recovery moved.
    pub most: Traffic,
}

impl Found {
    /// All cuts.
    pub fn total(&self) -> u64 {
        self.cuts.values().sum()
    }

    /// Adds what another found.
    pub fn add(&mut self, other: Found) {
        self.lives += other.lives;
        for (fate, count) in other.cuts {
            *self.cuts.entry(fate).or_default() += count;
        }
        self.second_cuts += other.second_cuts;
        self.done_unasked += other.done_unasked;
        self.acknowledged += other.acknowledged;
        self.trials += other.trials;
        self.recovery_us.extend(other.recovery_us);
        self.most.read = self.most.read.max(other.most.read);
        self.most.written = self.most.written.max(other.most.written);
        self.most.syncs = self.most.syncs.max(other.most.syncs);
    }
}

/// Plays lives from `seed` on, in as many threads as wanted, until so many cuts were made.
///
/// # Errors
/// At the first cut after which the journal refuses, or tells anything else than what was acknowledged. The message
/// says which seed shows it again.
pub fn prove(seed: u64, cuts: u64, threads: usize) -> anyhow::Result<Found> {
    let (next, made) = (AtomicU64::new(seed), AtomicU64::new(0));
    let work = |name: String| -> anyhow::Result<Found> {
        let storage = Storage::register(&name)?;
        let mut all = Found::default();
        while made.load(Ordering::Relaxed) < cuts {
            let found = life(&storage, next.fetch_add(1, Ordering::Relaxed)).inspect_err(|_| {
                made.store(cuts, Ordering::Relaxed);
            })?;
            made.fetch_add(found.total(), Ordering::Relaxed);
            all.add(found);
        }
        Ok(all)
    };
    let names = (0..threads).map(|thread| format!("powercut-{seed}-{thread}"));
    let founds: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = names.map(|name| scope.spawn(|| work(name))).collect();
        threads.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    let mut all = Found::default();
    for found in founds {
        all.add(found.map_err(|_| anyhow::anyhow!("a thread panicked; its message is above"))??);
    }
    Ok(all)
}

/// Plays the life of one seed, and cuts it everywhere.
///
/// # Errors
/// As [`prove`].
pub fn life(storage: &Storage, seed: u64) -> anyhow::Result<Found> {
    let replay = || format!("seed {seed} (`cargo xtask powercut --seed {seed}` shows it again)");
    let scenario = play(storage, seed).with_context(replay)?;
    let mut found = Found { lives: 1, ..Found::default() };
    cut_everywhere(storage, &scenario, seed, &mut found).with_context(replay)?;
    Ok(found)
}

/// Cuts the power after every change of a life, and once in a while again in the life that follows.
///
/// # Errors
/// As [`prove`].
pub fn cut_everywhere(
    storage: &Storage,
    scenario: &Scenario,
    seed: u64,
    found: &mut Found,
) -> anyhow::Result<()> {
    cut_all(storage, scenario, seed, true, found)
}

fn cut_all(
    storage: &Storage,
    scenario: &Scenario,
    seed: u64,
    first: bool,
    found: &mut Found,
) -> anyhow::Result<()> {
    let mut platter = Platter::of(&scenario.start);
    for at in 0..=scenario.log.len() {
        if at > 0 {
            platter.follow(&scenario.log, at - 1);
        }
        let mut chance = Random::new(seed ^ ((at as u64) << 32));
        let fates = match (platter.waiting(), first) {
            // All is safe: there is nothing to be lucky about.
            (0, _) => &Fate::ALL[..1],
            (_, true) => &Fate::ALL[..],
            (_, false) => &Fate::ALL[chance.below(5) as usize..][..1],
        };
        for fate in fates {
            let image = platter.cut(&scenario.log, *fate, &mut chance);
            *found.cuts.entry(*fate).or_default() += 1;
            found.second_cuts += u64::from(!first);
            let again = (first && chance.below(LIVES_ON_EVERY) == 0).then(|| image.clone());
            let said =
                || format!("power cut after change {at} of {}, the rest {}", scenario.log.len(), fate.name());
            let state = recover(storage, &image, scenario, at, found).with_context(said)?;
            if let Some(image) = again {
                let after = live(storage, image, state, &mut chance, ACTS_AFTER).with_context(said)?;
                cut_all(storage, &after, seed ^ at as u64, false, found)
                    .with_context(|| format!("{}, and then", said()))?;
            }
        }
    }
    Ok(())
}

/// A recovery that took so long is timed again, at most so often, and the least counts: what another program took
/// of the processor meanwhile is not recovery's.
const SLOW_US: u32 = 20_000;
const RETAKES: usize = 2;

/// Opens the journal on what is left, and reads all of it; tells how long that took.
fn open_on(storage: &Storage, image: &Image) -> anyhow::Result<(Told, u32)> {
    storage.insert(image);
    let start = Instant::now();
    let journal = open(storage)?;
    let told = Told::by(&journal)?;
    Ok((told, start.elapsed().as_micros() as u32))
}

/// Opens the journal on what is left, and finds the state that it is in: the one that was acknowledged, or the next.
fn recover(
    storage: &Storage,
    image: &Image,
    scenario: &Scenario,
    changes: usize,
    found: &mut Found,
) -> anyhow::Result<State> {
    let (mut told, mut took_us) = open_on(storage, image)?;
    for _ in 0..RETAKES {
        if took_us >= SLOW_US {
            let (again, again_us) = open_on(storage, image)?;
            (told, took_us) = (again, again_us.min(took_us));
        }
    }
    found.recovery_us.push(took_us);
    let traffic = storage.traffic();
    found.most.read = found.most.read.max(traffic.read);
    found.most.written = found.most.written.max(traffic.written);
    found.most.syncs = found.most.syncs.max(traffic.syncs);
    let acknowledged = scenario.acknowledged(changes);
    found.acknowledged += acknowledged as u64;
    found.trials += told.entries.values().map(|entries| entries.len() as u64).sum::<u64>();
    let state = &scenario.states[acknowledged];
    if told == state.told() {
        return Ok(state.clone());
    }
    match scenario.states.get(acknowledged + 1) {
        Some(next) if told == next.told() => {
            found.done_unasked += 1;
            Ok(next.clone())
        }
        _ => bail!(
            "after {acknowledged} acknowledged calls the journal tells\n{told:?}\ninstead of\n{:?}",
            state.told()
        ),
    }
}
