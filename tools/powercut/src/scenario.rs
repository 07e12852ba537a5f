//! A random life of a journal, played once on a disk that notes every change.

use crate::disk::{Image, Op};
use crate::state::{Act, State};
use crate::storage::Storage;
use anyhow::{Context, ensure};
use petri_core::random::Random;

use petri_core::entry::EntryBytes;
use petri_runtime::Error;
use petri_runtime::journal::{Journal, Key, Keyring, Stored};
use rusqlite::{Connection, OpenFlags, params};
use std::path::Path;

/// The file of the journal.
pub const FILE: &str = "powercut.db";
/// The key of every journal here, in hexadecimal.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Calls in a life.
const ACTS: std::ops::Range<u32> = 6..14;

/// What was played.
#[derive(Debug)]
pub struct Scenario {
    /// What lay on the disk before.
    pub start: Image,
    /// What lay on it in the end, before the journal was closed unless that belongs to the life.
    pub end: Image,
    /// What the journal asked of the disk.
    pub log: Vec<Op>,
    /// What the journal had to hold: at first, and after each call.
    pub states: Vec<State>,
    /// How long the log was when each call returned.
    pub returned: Vec<usize>,
}

impl Scenario {
    /// How many calls had returned after so many changes of the disk.
    pub fn acknowledged(&self, changes: usize) -> usize {
        self.returned.partition_point(|returned| *returned <= changes)
    }
}

/// Plays the life of a seed on a storage, from an empty disk or from the journal of an earlier version.
///
/// # Errors
/// When a call fails although nothing is wrong with the disk.
pub fn play(storage: &Storage, seed: u64) -> anyhow::Result<Scenario> {
    let mut chance = Random::new(seed);
    let (image, state) = match chance.below(4) {
        0 => old(storage, &mut chance)?,
        _ => (Image::new(), State::default()),
    };
    let acts = ACTS.start + chance.below(ACTS.end - ACTS.start);
    live(storage, image, state, &mut chance, acts)
}

/// Plays a life that begins with what is on a disk, for so many calls.
///
/// # Errors
/// As [`play`].
pub fn live(
    storage: &Storage,
    start: Image,
    state: State,
    chance: &mut Random,
    acts: u32,
) -> anyhow::Result<Scenario> {
    storage.insert(&start);
    let mut scenario =
        Scenario { start, end: Image::new(), log: Vec::new(), states: vec![state], returned: Vec::new() };
    let mut journals = vec![open(storage)?];
    scenario.returned_to(storage, None);
    for _ in 0..acts {
        let state = scenario.states.last().context("a life has a state")?;
        let act = state.choose(chance);
        match chance.below(12) {
            // The device restarts.
            1 => {
                journals.clear();
                journals.push(open(storage)?);
                scenario.returned_to(storage, None);
            }
            // The program that sends reports comes up beside the session, or goes.
            2 if journals.len() == 1 => journals.push(open(storage)?),
            2 => drop(journals.pop()),
            _ => {}
        }
        let erases = matches!(act, Act::Erase(_) | Act::Expire(_));
        let who = if erases { 0 } else { chance.below(journals.len() as u32) as usize };
        if erases {
            // Nobody else may read then.
            journals.truncate(1);
        }
        act.on(&mut journals[who]).with_context(|| format!("nothing was wrong, and {act:?} failed"))?;
        scenario.returned_to(storage, Some(&act));
    }
    if chance.below(2) == 0 {
        journals.clear();
    }
    scenario.end = storage.image();
    scenario.log = storage.take_log();
    ensure!(scenario.states.len() == scenario.returned.len() + 1, "a call without a state");
    Ok(scenario)
}

impl Scenario {
    fn returned_to(&mut self, storage: &Storage, act: Option<&Act>) {
        if let Some(last) = self.states.last() {
            self.states.push(act.map_or_else(|| last.clone(), |act| last.after(act)));
            self.returned.push(storage.changes());
        }
    }
}

/// Opens the journal that lies on a storage, with a key that is always the same.
///
/// # Errors
/// As [`Journal::open_on`].
pub fn open(storage: &Storage) -> Result<Journal, Error> {
    let path = Path::new(FILE);
    let keyring =
        Key::parse(KEY.as_bytes()).map_or_else(|| Keyring::of(path), |key| Keyring::given(path, key));
    Journal::open_on(path, storage.name(), keyring)
}

/// A journal as the first version wrote it.
fn old(storage: &Storage, chance: &mut Random) -> anyhow::Result<(Image, State)> {
    const FIRST: &str = "CREATE TABLE trial (
        id INTEGER PRIMARY KEY, learner INTEGER NOT NULL, session INTEGER NOT NULL, day INTEGER NOT NULL,
        entry BLOB NOT NULL, crc32 INTEGER NOT NULL) STRICT;
        PRAGMA application_id = 0x50545249; PRAGMA user_version = 1";
    storage.insert(&Image::new());
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let db = Connection::open_with_flags_and_vfs(FILE, flags, storage.name())?;
    if chance.below(2) == 0 {
        db.pragma_update(None, "journal_mode", "WAL")?;
    }
    db.execute_batch(FIRST)?;
    let mut state = State::default();
    for _ in 0..chance.below(6) {
        let act = state.trial(1, 20_000, chance);
        if let Act::Append(learner, stored) = &act {
            let (sum, bytes) = checked(*learner, stored);
            let insert =
                "INSERT INTO trial (learner, session, day, entry, crc32) VALUES (?1, ?2, ?3, ?4, ?5)";
            db.execute(insert, params![learner, stored.session, stored.day, &bytes[..], sum])?;
        }
        state = state.after(&act);
    }
    drop(db);
    Ok((storage.image(), state))
}

fn checked(learner: u32, stored: &Stored) -> (u32, EntryBytes) {
    let bytes = stored.entry.to_bytes();
    let mut sum = crc32fast::Hasher::new();
    for number in [learner, stored.session, stored.day] {
        sum.update(&number.to_le_bytes());
    }
    sum.update(&bytes);
    (sum.finalize(), bytes)
}
