//! The journal: what learners did, one entry per trial, safe against a crash or a power cut at any moment.
//!
//! SQLite in WAL mode with full synchronization: an entry that was acknowledged is on the disk. Entries hold no
//! media, no text and no name; a learner is a number, and time is stored by the day. Every entry carries a
//! checksum, so that damage is noticed and never served.

mod address;
mod erase;
mod refusal;
mod seal;
mod sync;

pub use erase::Erased;
pub use sync::{OUTBOX_MAX, Outgoing, Sharing};

use crate::Error;
use petri_core::input::Sensors;
use petri_core::{Age, Comfort, Entry, Exercises, Judge, Progress};
use refusal::{explain, refuse};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The version that this program writes. Each step from an older one is a migration.
pub const VERSION: usize = MIGRATIONS.len();

const MIGRATIONS: [&str; 6] = [
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
    sync::TABLES,
    seal::TABLE,
];

/// `PRAGMA application_id` of a Petri journal: `PTRI`.
const APPLICATION_ID: i32 = 0x5054_5249;

/// An open journal.
pub struct Journal {
    db: Connection,
    path: PathBuf,
}

/// How a learner likes things, and what the facilitator decided for them. It says nothing of who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// Whom the items should be for.
    pub age: Age,
    /// How things are shown and answered.
    pub comfort: Comfort,
    /// What the menu may offer.
    #[serde(default)]
    pub exercises: Exercises,
    /// Sensors that are never used with this learner, whatever is answered to the device's question.
    #[serde(default)]
    pub sensors_off: Sensors,
}

/// What holds for the device, whoever uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Keeping {
    /// Trials older than so many days are erased at the start; `None` keeps them.
    pub retention_days: Option<u32>,
    /// Whose turn it is when the device's own button begins a session.
    pub learner: u32,
}

impl Default for Keeping {
    fn default() -> Self {
        Self { retention_days: None, learner: 1 }
    }
}

/// A stored entry with its circumstances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Number of the session on this device.
    pub session: u32,
    /// Days since 1970-01-01.
    pub day: u32,
    /// The trial.
    pub entry: Entry,
}

impl Journal {
    /// Opens the journal, makes it if there is none, and brings an older one up to date.
    ///
    /// # Errors
    /// When the file is no journal, damaged, or written by a later version of Petri. It is left as it was.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|source| Error::Write { path: folder.to_owned(), source })?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        Self::prepare(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX, true, None)
    }

    /// As [`Journal::open`], on a storage that was registered with SQLite under a name, where `path` is only a name,
    /// too. This is how power cuts, full disks and damage are tried.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_on(path: &Path, storage: &str) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        Self::prepare(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX, true, Some(storage))
    }

    /// Opens a journal that is already there.
    ///
    /// # Errors
    /// As [`Journal::open`], and when there is none.
    pub fn open_existing(path: &Path) -> Result<Self, Error> {
        if !path.exists() {
            return Err(refuse(
                path,
                "there is none yet; run a session first, or name another with --journal",
            ));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::prepare(path, flags, false, None)
    }

    /// Opens a journal beside its writer, to read only. Nothing is checked anew and nothing is brought up to date.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open_to_read(path: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let fail = |error: rusqlite::Error| explain(path, &error);
        let db = Connection::open_with_flags(path, flags).map_err(fail)?;
        db.busy_timeout(Duration::from_secs(2)).map_err(fail)?;
        Ok(Self { db, path: path.to_owned() })
    }

    fn prepare(
        path: &Path,
        flags: OpenFlags,
        may_create: bool,
        storage: Option<&str>,
    ) -> Result<Self, Error> {
        let fail = |error: rusqlite::Error| explain(path, &error);
        let (address, flags) = (address::address(path), flags | OpenFlags::SQLITE_OPEN_URI);
        let opened = match storage {
            Some(storage) => Connection::open_with_flags_and_vfs(address, flags, storage),
            None => Connection::open_with_flags(address, flags),
        };
        let mut db = opened.map_err(fail)?;
        db.busy_timeout(Duration::from_secs(2)).map_err(fail)?;
        let number = |db: &Connection, pragma: &str| -> Result<i64, Error> {
            db.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0)).map_err(fail)
        };
        let version = usize::try_from(number(&db, "user_version")?).unwrap_or(usize::MAX);
        // One that lost its power while it was made has a head already, and no mark and no table yet.
        let tables: i64 =
            db.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(fail)?;
        let fresh = version == 0 && tables == 0 && number(&db, "application_id")? == 0;
        if fresh && !may_create {
            return Err(refuse(path, "it is empty; run a session first, or name another with --journal"));
        }
        if !fresh && number(&db, "application_id")? != i64::from(APPLICATION_ID) {
            return Err(refuse(path, "it is another program's database; name another file with --journal"));
        }
        if version > VERSION {
            let what =
                format!("it is of version {version} and this Petri reads up to {VERSION}; update Petri");
            return Err(refuse(path, what));
        }
        let check: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(fail)?;
        if check != "ok" {
            return Err(refuse(
                path,
                "it is damaged; keep a copy for repair and name a new file with --journal",
            ));
        }
        db.pragma_update(None, "journal_mode", "WAL").map_err(fail)?;
        db.pragma_update(None, "synchronous", "FULL").map_err(fail)?;
        // What is erased is overwritten, and no copy of it goes through a temporary file.
        db.pragma_update(None, "secure_delete", true).map_err(fail)?;
        db.pragma_update(None, "temp_store", "MEMORY").map_err(fail)?;
        // Damage to the log would end it without a word, so nothing stays there alone: it goes to the file, where
        // damage is noticed, after each change and now. A reader or a full disk may be in the way; then it stays.
        db.pragma_update(None, "wal_autocheckpoint", 1).map_err(fail)?;
        let _ = db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if version < VERSION {
            let change = db.transaction().map_err(fail)?;
            for step in &MIGRATIONS[version..] {
                change.execute_batch(step).map_err(fail)?;
            }
            seal::renew(&change).map_err(fail)?;
            change.pragma_update(None, "application_id", APPLICATION_ID).map_err(fail)?;
            change.pragma_update(None, "user_version", VERSION as i64).map_err(fail)?;
            change.commit().map_err(fail)?;
        }
        if !seal::is_whole(&db).map_err(fail)? {
            return Err(refuse(
                path,
                "its settings or reports are damaged; keep a copy for repair and name a new file with --journal",
            ));
        }
        Ok(Self { db, path: path.to_owned() })
    }

    /// The number of a new session: one more than the last.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_session(&self) -> Result<u32, Error> {
        let last = "SELECT COALESCE(MAX(session), 0) FROM trial";
        self.db
            .query_row(last, [], |row| row.get::<_, u32>(0))
            .map(|n| n + 1)
            .map_err(|e| explain(&self.path, &e))
    }

    /// Adds a trial. When this returns, the entry is on the disk.
    ///
    /// # Errors
    /// When the disk is full or read-only; then nothing was added and what was there before is safe.
    pub fn append(&mut self, learner: u32, session: u32, day: u32, entry: &Entry) -> Result<(), Error> {
        let bytes = entry.to_bytes();
        let sum = checksum(learner, session, day, &bytes);
        let insert = "INSERT INTO trial (learner, session, day, entry, crc32) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.db
            .execute(insert, params![learner, session, day, &bytes[..], sum])
            .map(|_| ())
            .map_err(|error| explain(&self.path, &error))
    }

    /// How a learner likes things; nothing where that was never said.
    ///
    /// # Errors
    /// When the file cannot be read. Settings that a later version wrote count as none.
    pub fn profile(&self, learner: u32) -> Result<Option<Profile>, Error> {
        let select = "SELECT settings FROM profile WHERE learner = ?1";
        let settings: Option<String> = self
            .db
            .query_row(select, [learner], |row| row.get(0))
            .optional()
            .map_err(|error| explain(&self.path, &error))?;
        Ok(settings.and_then(|settings| serde_json::from_str(&settings).ok()))
    }

    /// Keeps how a learner likes things.
    ///
    /// # Errors
    /// When the disk is full or read-only; then what was kept before stays.
    pub fn set_profile(&mut self, learner: u32, profile: &Profile) -> Result<(), Error> {
        let settings = serde_json::to_string(profile).unwrap_or_default();
        let insert = "INSERT OR REPLACE INTO profile (learner, settings) VALUES (?1, ?2)";
        self.change(|change| change.execute(insert, params![learner, settings]).map(drop))
    }

    /// What holds for the device.
    ///
    /// # Errors
    /// When the file cannot be read. Settings that a later version wrote count as none.
    pub fn keeping(&self) -> Result<Keeping, Error> {
        let settings: Option<String> = self
            .db
            .query_row("SELECT settings FROM device", [], |row| row.get(0))
            .optional()
            .map_err(|error| explain(&self.path, &error))?;
        Ok(settings.and_then(|settings| serde_json::from_str(&settings).ok()).unwrap_or_default())
    }

    /// Keeps what holds for the device.
    ///
    /// # Errors
    /// When the disk is full or read-only; then what was kept before stays.
    pub fn set_keeping(&mut self, keeping: &Keeping) -> Result<(), Error> {
        let settings = serde_json::to_string(keeping).unwrap_or_default();
        let insert = "INSERT OR REPLACE INTO device (id, settings) VALUES (1, ?1)";
        self.change(|change| change.execute(insert, [settings]).map(drop))
    }

    /// All trials of a learner, oldest first. One that the facilitator judged anew stands as judged last.
    ///
    /// # Errors
    /// When the file cannot be read or an entry is damaged.
    pub fn entries(&self, learner: u32) -> Result<Vec<Stored>, Error> {
        let fail = |error: rusqlite::Error| explain(&self.path, &error);
        let select = "SELECT id, session, day, entry, crc32 FROM trial WHERE learner = ?1 ORDER BY id";
        let mut statement = self.db.prepare(select).map_err(fail)?;
        let mut rows = statement.query([learner]).map_err(fail)?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next().map_err(fail)? {
            let read = || -> rusqlite::Result<(i64, u32, u32, Vec<u8>, u32)> {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            };
            let (id, session, day, bytes, sum) = read().map_err(fail)?;
            let intact = checksum(learner, session, day, &bytes) == sum;
            match Entry::from_bytes(&bytes) {
                Ok(entry) if intact => {
                    let stored = Stored { session, day, entry };
                    let same = |old: &Stored| (old.session, old.entry.trial) == (session, entry.trial);
                    match entries.iter_mut().rev().find(|old| same(old)) {
                        Some(old) if entry.judge == Judge::Facilitator => *old = stored,
                        _ => entries.push(stored),
                    }
                }
                _ => {
                    let what = format!(
                        "its entry {id} is damaged; keep a copy for repair and name a new file with --journal"
                    );
                    return Err(refuse(&self.path, what));
                }
            }
        }
        Ok(entries)
    }

    /// The learners in the journal, by number.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn learners(&self) -> Result<Vec<u32>, Error> {
        self.numbers("SELECT DISTINCT learner FROM trial ORDER BY learner")
    }

    /// The learners in the journal and those whose settings are kept, by number.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn known(&self) -> Result<Vec<u32>, Error> {
        self.numbers("SELECT learner FROM trial UNION SELECT learner FROM profile ORDER BY 1")
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn numbers(&self, select: &str) -> Result<Vec<u32>, Error> {
        let fail = |error: rusqlite::Error| explain(&self.path, &error);
        let mut statement = self.db.prepare(select).map_err(fail)?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(fail)?;
        rows.collect::<Result<_, _>>().map_err(fail)
    }

    /// What is known of a learner: the journal folded from the first entry to the last.
    ///
    /// # Errors
    /// As [`Journal::entries`].
    pub fn progress(&self, learner: u32) -> Result<Progress, Error> {
        let mut progress = Progress::default();
        for stored in self.entries(learner)? {
            progress.absorb(&stored.entry);
        }
        Ok(progress)
    }
}

fn checksum(learner: u32, session: u32, day: u32, entry: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for number in [learner, session, day] {
        hasher.update(&number.to_le_bytes());
    }
    hasher.update(entry);
    hasher.finalize()
}

#[cfg(test)]
mod tests;
