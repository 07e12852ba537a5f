//! From the journals of earlier versions to this one.
//!
//! Up to version 5 rows lay in the clear, each with a CRC-32. They are sealed in one transaction; then the file is
//! written anew and its log cut to nothing, so that no byte of them is left. A cut in between is noticed at the next
//! start, and the rest is done then.

use super::store::{self, Head, Name, Root, Row, Store};
use super::sums::{self, Summed};
use super::{APPLICATION_ID, explain, refuse, sync};
use crate::Error;
use crate::perception::enrol;
use petri_seal::{Keyring, Keys};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use std::collections::BTreeMap;
use std::path::Path;

/// What is written today.
pub(super) const VERSION: usize = 6;

/// From no journal to version 1, and on up to 5.
pub(super) const PLAIN: [&str; 5] = [
    "CREATE TABLE trial (
         id INTEGER PRIMARY KEY,
         learner INTEGER NOT NULL,
         session INTEGER NOT NULL,
         day INTEGER NOT NULL,
         entry BLOB NOT NULL,
         crc32 INTEGER NOT NULL
     ) STRICT;",
    "CREATE INDEX trial_by_learner ON trial (learner, id);",
    "CREATE TABLE profile (learner INTEGER PRIMARY KEY, settings TEXT NOT NULL) STRICT;",
    "CREATE TABLE device (id INTEGER PRIMARY KEY CHECK (id = 1), settings TEXT NOT NULL) STRICT;",
    sync::TABLES_5,
];

/// Makes a journal of the newest version out of an older one, or out of an empty file.
pub(super) fn bring_up(db: &Connection, path: &Path, keyring: &Keyring) -> Result<(), Error> {
    let fail = |error: rusqlite::Error| explain(path, &error);
    let sealing = |error: petri_seal::Error| refuse(path, error.to_string());
    let change = Transaction::new_unchecked(db, TransactionBehavior::Immediate).map_err(fail)?;
    let version: i64 = change.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(fail)?;
    let version = usize::try_from(version).unwrap_or(VERSION);
    if version >= VERSION {
        // Another process was faster.
        return Ok(());
    }
    // Who holds the lock makes the key, so that there are never two.
    let found = keyring.wanted_or_made().map_err(sealing)?;
    let keys = Keys::random().map_err(sealing)?;
    change.execute_batch(store::TABLES).map_err(fail)?;
    let wrapped = keys.wrap(&found.key).map_err(sealing)?;
    let insert = "INSERT INTO seal (id, generation, fingerprint, keys, scrub) VALUES (1, ?1, ?2, ?3, ?4)";
    let fingerprint = found.key.fingerprint().0;
    change
        .execute(insert, params![&keys.generation()[..], &fingerprint[..], wrapped, version > 0])
        .map_err(fail)?;
    let store = Store { db: &change, keys: &keys, path };
    if version == 0 {
        change.execute_batch(sync::TABLES).map_err(fail)?;
        store.set_root(&Root::default())?;
    } else {
        for step in PLAIN.iter().skip(version) {
            change.execute_batch(step).map_err(fail)?;
        }
        seal(&store)?;
    }
    change.execute_batch(sums::TABLE).map_err(fail)?;
    for table in [Summed::Budget, Summed::Outbox] {
        table.renew(&change).map_err(fail)?;
    }
    change.pragma_update(None, "application_id", APPLICATION_ID).map_err(fail)?;
    change.pragma_update(None, "user_version", VERSION as i64).map_err(fail)?;
    change.commit().map_err(fail)
}

/// Seals the rows of version 5, and the files of enrolled words beside it, and drops their tables.
fn seal(store: &Store<'_>) -> Result<(), Error> {
    let mut heads: BTreeMap<u32, Head> = BTreeMap::new();
    trials(store, &mut heads)?;
    let settings = |select: &str| -> rusqlite::Result<Vec<(u32, String)>> {
        let mut select = store.db.prepare(select)?;
        select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    let fail = |error: rusqlite::Error| store.fail(&error);
    for (learner, profile) in settings("SELECT learner, settings FROM profile").map_err(fail)? {
        heads.entry(learner).or_default().profile = true;
        store.put_text(Name::Profile(learner), profile.as_bytes())?;
    }
    for (learner, _) in settings("SELECT learner, '' FROM sync_refusal").map_err(fail)? {
        heads.entry(learner).or_default().refuses = true;
    }
    for (learner, words) in enrol::files(store.path)? {
        heads.entry(learner).or_default().words = true;
        store.put_text(Name::Words(learner), &words)?;
    }
    let only = |select: &str| settings(select).map(|rows| rows.into_iter().next().map(|(_, text)| text));
    let keeping = only("SELECT id, settings FROM device").map_err(fail)?;
    let sharing = only("SELECT id, settings FROM sharing").map_err(fail)?;
    for (learner, head) in &heads {
        store.put(Name::Head(*learner), &head.to_bytes())?;
    }
    store.set_root(&Root {
        learners: heads.into_keys().collect(),
        keeping: keeping.and_then(|text| serde_json::from_str(&text).ok()),
        sharing: sharing.and_then(|text| serde_json::from_str(&text).ok()),
    })?;
    let drop = "DROP TABLE trial; DROP TABLE profile; DROP TABLE device; DROP TABLE sharing;
        DROP TABLE sync_refusal;";
    store.db.execute_batch(drop).map_err(fail)
}

fn trials(store: &Store<'_>, heads: &mut BTreeMap<u32, Head>) -> Result<(), Error> {
    let fail = |error: rusqlite::Error| store.fail(&error);
    let select = "SELECT learner, session, day, entry, crc32 FROM trial ORDER BY id";
    let mut select = store.db.prepare(select).map_err(fail)?;
    let mut rows = select.query([]).map_err(fail)?;
    while let Some(row) = rows.next().map_err(fail)? {
        let read = || -> rusqlite::Result<(u32, u32, u32, Vec<u8>, u32)> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        };
        let (learner, session, day, entry, sum) = read().map_err(fail)?;
        let head = heads.entry(learner).or_default();
        // What is damaged is taken along as damaged: it is still not served, and nothing else is held up by it.
        let sound = checksum(learner, session, day, &entry) == sum;
        let row = Row { session, day, entry, sound };
        store.insert(Name::Trial(learner, head.trials), &row.to_bytes()[..])?;
        head.add(session, day);
    }
    Ok(())
}

/// Of a row of version 5.
pub(super) fn checksum(learner: u32, session: u32, day: u32, entry: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for number in [learner, session, day] {
        hasher.update(&number.to_le_bytes());
    }
    hasher.update(entry);
    hasher.finalize()
}

#[cfg(test)]
mod tests;
