//! What sealing costs: 10,000 trials appended and read, beside the same rows in the clear with a checksum, as they lay up
//! to version 5. Ratios in one run; times alone say more of the disk than of the program.
//!
//!     cargo run --release -p petri-runtime --example journal_cost

#![allow(clippy::print_stdout)]

use petri_core::{Channel, Emotion, Entry, Exercise, Judge, Moves, Outcome, Permille, Purpose};
use petri_runtime::journal::Journal;
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::Instant;

const ROUNDS: u32 = 20;
const TRIALS_PER_ROUND: u32 = 500;
const READS: usize = 15;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let plain = Plain::open(&folder.path().join("plain.db"))?;
    let mut sealed = Journal::open(&folder.path().join("sealed.db"))?;
    let (mut append, mut read) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let trials = || (0..TRIALS_PER_ROUND).map(|trial| entry(round * TRIALS_PER_ROUND + trial));
        let before = timed(|| trials().try_for_each(|entry| plain.append(1, round, 20_000, &entry)))?;
        let after = timed(|| trials().try_for_each(|entry| sealed.append(1, round, 20_000, &entry)))?;
        append.push((before, after));
    }
    for _ in 0..READS {
        let before = timed(|| plain.entries(1).map(|entries| assert_eq!(entries.len(), 10_000)))?;
        let after = timed(|| sealed.entries(1).map(|entries| assert_eq!(entries.len(), 10_000)))?;
        read.push((before, after));
    }
    let size = |name: &str| std::fs::metadata(folder.path().join(name)).map(|data| data.len());
    drop((plain, sealed));
    tell("append one trial, on the disk", &append, TRIALS_PER_ROUND);
    tell("read 10,000 trials", &read, 1);
    let (before, after) = (size("plain.db")?, size("sealed.db")?);
    println!("file {before} bytes before, {after} after, ratio {:.2}", after as f64 / before as f64);
    Ok(())
}

/// Medians, and the median of the ratios of pairs that were taken one after the other.
fn tell(what: &str, pairs: &[(f64, f64)], each: u32) {
    let median = |values: &mut dyn Iterator<Item = f64>| {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    let ms = 1e3 / f64::from(each);
    println!(
        "{what}: {:.3} ms before, {:.3} ms after, ratio {:.2}",
        median(&mut pairs.iter().map(|(before, _)| before * ms)),
        median(&mut pairs.iter().map(|(_, after)| after * ms)),
        median(&mut pairs.iter().map(|(before, after)| after / before)),
    );
}

fn timed<E>(work: impl FnOnce() -> Result<(), E>) -> Result<f64, E> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

fn entry(number: u32) -> Entry {
    Entry {
        trial: (number % 60_000) as u16,
        exercise: Exercise::ReadTheWords,
        item: (number % 40) as u16,
        target: Emotion::Sad,
        answer: Some(Emotion::Calm),
        outcome: Outcome::Different,
        channel: Channel::Button,
        intensity: Permille::FULL,
        latency_ms: 2_000 + number,
        helped: false,
        ability_ml: 140,
        spread_ml: 900,
        purpose: Purpose::Training,
        judge: Judge::Device,
        moves: Moves::NONE,
    }
}

/// Rows as version 5 had them.
struct Plain(Connection);

impl Plain {
    fn open(path: &Path) -> rusqlite::Result<Self> {
        let db = Connection::open(path)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "secure_delete", true)?;
        db.execute_batch(
            "CREATE TABLE trial (id INTEGER PRIMARY KEY, learner INTEGER NOT NULL, session INTEGER NOT NULL,
                day INTEGER NOT NULL, entry BLOB NOT NULL, crc32 INTEGER NOT NULL) STRICT;
             CREATE INDEX trial_by_learner ON trial (learner, id);",
        )?;
        Ok(Self(db))
    }

    fn append(&self, learner: u32, session: u32, day: u32, entry: &Entry) -> rusqlite::Result<()> {
        let bytes = entry.to_bytes();
        let insert = "INSERT INTO trial (learner, session, day, entry, crc32) VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = params![learner, session, day, &bytes[..], crc32fast::hash(&bytes)];
        self.0.execute(insert, row).map(drop)
    }

    /// As version 5 read them, with its search for an earlier judgement before every trial.
    fn entries(&self, learner: u32) -> rusqlite::Result<Vec<(u32, Entry)>> {
        let select = "SELECT session, entry, crc32 FROM trial WHERE learner = ?1 ORDER BY id";
        let mut select = self.0.prepare(select)?;
        let mut rows = select.query([learner])?;
        let mut entries: Vec<(u32, Entry)> = Vec::new();
        while let Some(row) = rows.next()? {
            let (session, bytes, sum): (u32, Vec<u8>, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let Ok(entry) = Entry::from_bytes(&bytes) else { continue };
            if crc32fast::hash(&bytes) != sum {
                continue;
            }
            let same = |old: &&mut (u32, Entry)| (old.0, old.1.trial) == (session, entry.trial);
            match entries.iter_mut().rev().find(same) {
                Some(old) if entry.judge == Judge::Facilitator => old.1 = entry,
                _ => entries.push((session, entry)),
            }
        }
        Ok(entries)
    }
}
