//! The journal: what learners did, one entry per trial, safe against a crash or a power cut at any moment.
//!
//! SQLite in WAL mode with full synchronization: an entry that was acknowledged is on the disk. Entries hold no
//! media, no text and no name; a learner is a number, and time is stored by the day. Every record is sealed under a tag
//! that tells nothing (`store`), so that without the key the files tell neither who practised nor when, and damage is
//! noticed and never served. `docs/encryption.md` says where the key lies.

// What the session depends on does not panic: a slice or an index that could be out of range is asked for.
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod address;
mod erase;
mod errors;
mod kept;
mod migrate;
mod rekey;
mod store;
mod sums;
mod sync;

pub use erase::Erased;
pub use kept::{Keeping, Profile, Stored};
pub use petri_seal::{Fingerprint, Key, Keyring, Place};
pub use rekey::Sealed;
pub use sync::{OUTBOX_MAX, Outgoing, Sharing};

use crate::Error;
use errors::{explain, refuse};
use petri_core::{Entry, Judge, Progress};
use petri_seal::Keys;
use rusqlite::{Connection, OpenFlags};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::{Name, Row};

/// The version that this program writes. Each step from an older one is a migration.
pub const VERSION: usize = migrate::VERSION;

/// `PRAGMA application_id` of a Petri journal: `PTRI`.
const APPLICATION_ID: i32 = 0x5054_5249;

/// An open journal.
pub struct Journal {
    db: Connection,
    path: PathBuf,
    keyring: Keyring,
    /// The keys that everything was sealed with when it was last looked; another process may seal it anew.
    keys: RefCell<Arc<Keys>>,
}

impl Journal {
    /// Opens the journal, makes it if there is none, and brings an older one up to date. Its key is looked for as
    /// [`Keyring::of`] says; a key file is made at the first start.
    ///
    /// # Errors
    /// When the file is no journal, damaged, or written by a later version of Petri, or its key is not there. It is
    /// left as it was.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::open_with(path, Keyring::of(path))
    }

    /// As [`Journal::open`], with the key from this keyring.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_with(path: &Path, keyring: Keyring) -> Result<Self, Error> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|source| Error::Write { path: folder.to_owned(), source })?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        Self::prepare(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX, true, keyring, None)
    }

    /// As [`Journal::open_with`], on a storage that was registered with SQLite under a name, where `path` is only a
    /// name, too. This is how power cuts, full disks and damage are tried.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_on(path: &Path, storage: &str, keyring: Keyring) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        Self::prepare(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX, true, keyring, Some(storage))
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
        Self::prepare(path, flags, false, Keyring::of(path), None)
    }

    /// Opens a journal beside its writer, to read only. Nothing is checked anew and nothing is brought up to date.
    ///
    /// # Errors
    /// When there is none, its key is not there, it cannot be read, or no writer has brought it up to date.
    pub fn open_to_read(path: &Path) -> Result<Self, Error> {
        Self::open_to_read_with(path, Keyring::of(path))
    }

    /// As [`Journal::open_to_read`], with the key from this keyring.
    ///
    /// # Errors
    /// As [`Journal::open_to_read`].
    pub fn open_to_read_with(path: &Path, keyring: Keyring) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let fail = |error: rusqlite::Error| explain(path, &error);
        let db = Connection::open_with_flags(path, flags).map_err(fail)?;
        db.busy_timeout(Duration::from_secs(2)).map_err(fail)?;
        let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(fail)?;
        if usize::try_from(version) != Ok(VERSION) {
            let what =
                format!("it is of version {version}, not {VERSION}; start the device once, or update it");
            return Err(refuse(path, what));
        }
        let keys = rekey::keys(&db, path, &keyring)?.0;
        Ok(Self { db, path: path.to_owned(), keyring, keys: RefCell::new(Arc::new(keys)) })
    }

    fn prepare(
        path: &Path,
        flags: OpenFlags,
        may_create: bool,
        keyring: Keyring,
        storage: Option<&str>,
    ) -> Result<Self, Error> {
        let fail = |error: rusqlite::Error| explain(path, &error);
        let (address, flags) = (address::address(path), flags | OpenFlags::SQLITE_OPEN_URI);
        let opened = match storage {
            Some(storage) => Connection::open_with_flags_and_vfs(address, flags, storage),
            None => Connection::open_with_flags(address, flags),
        };
        let db = opened.map_err(fail)?;
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
            migrate::bring_up(&db, path, &keyring)?;
        }
        let (keys, place) = rekey::keys(&db, path, &keyring)?;
        let mut journal = Self { db, path: path.to_owned(), keyring, keys: RefCell::new(Arc::new(keys)) };
        journal.tidy(place)?;
        Ok(journal)
    }

    /// The number of a new session: one more than the last.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_session(&self) -> Result<u32, Error> {
        self.read(|store| {
            let mut last = 0;
            for learner in store.root()?.learners {
                last = last.max(store.head(learner)?.last_session);
            }
            Ok(last.saturating_add(1))
        })
    }

    /// Adds a trial. When this returns, the entry is on the disk.
    ///
    /// # Errors
    /// When the disk is full or read-only; then nothing was added and what was there before is safe.
    pub fn append(&mut self, learner: u32, session: u32, day: u32, entry: &Entry) -> Result<(), Error> {
        self.change(|store| {
            let mut head = store.head(learner)?;
            head.add(session, day);
            store.insert(
                Name::Trial(learner, head.trials - 1),
                &Row::new(session, day, entry).to_bytes()[..],
            )?;
            store.set_head(learner, &head)
        })
    }

    /// How a learner likes things; nothing where that was never said.
    ///
    /// # Errors
    /// When the file cannot be read. Settings that a later version wrote count as none.
    pub fn profile(&self, learner: u32) -> Result<Option<Profile>, Error> {
        let settings = self.read(|store| {
            store.head(learner)?.profile.then(|| store.need_text(Name::Profile(learner))).transpose()
        })?;
        Ok(settings.and_then(|settings| serde_json::from_slice(&settings).ok()))
    }

    /// Keeps how a learner likes things.
    ///
    /// # Errors
    /// When the disk is full or read-only; then what was kept before stays.
    pub fn set_profile(&mut self, learner: u32, profile: &Profile) -> Result<(), Error> {
        let settings = serde_json::to_vec(profile).unwrap_or_default();
        self.change(|store| {
            let head = store.head(learner)?;
            store.put_text(Name::Profile(learner), &settings)?;
            if head.profile {
                Ok(())
            } else {
                store.set_head(learner, &store::Head { profile: true, ..head })
            }
        })
    }

    /// The words that a learner enrolled, as [`crate::perception::enrol::Enrolled`] writes them.
    ///
    /// # Errors
    /// When the file cannot be read or they are damaged.
    pub fn words(&self, learner: u32) -> Result<Option<Vec<u8>>, Error> {
        self.read(|store| {
            store.head(learner)?.words.then(|| store.need_text(Name::Words(learner))).transpose()
        })
    }

    /// Keeps the words that a learner enrolled; `None` forgets them.
    ///
    /// # Errors
    /// When the disk is full or read-only; then what was kept before stays.
    pub fn set_words(&mut self, learner: u32, words: Option<&[u8]>) -> Result<(), Error> {
        self.change(|store| {
            match words {
                Some(words) => store.put_text(Name::Words(learner), words)?,
                None => store.remove(Name::Words(learner))?,
            }
            let head = store.head(learner)?;
            store.set_head(learner, &store::Head { words: words.is_some(), ..head })
        })
    }

    /// What holds for the device.
    ///
    /// # Errors
    /// When the file cannot be read. Settings that a later version wrote count as none.
    pub fn keeping(&self) -> Result<Keeping, Error> {
        Ok(self.read(|store| Ok(store.root()?.keeping))?.unwrap_or_default())
    }

    /// Keeps what holds for the device.
    ///
    /// # Errors
    /// When the disk is full or read-only; then what was kept before stays.
    pub fn set_keeping(&mut self, keeping: &Keeping) -> Result<(), Error> {
        self.change(|store| store.set_root(&store::Root { keeping: Some(*keeping), ..store.root()? }))
    }

    /// All trials of a learner, oldest first. One that the facilitator judged anew stands as judged last.
    ///
    /// # Errors
    /// When the file cannot be read or an entry is damaged.
    pub fn entries(&self, learner: u32) -> Result<Vec<Stored>, Error> {
        let all = self.read(|store| store.trials(learner))?;
        let mut entries: Vec<Stored> = Vec::with_capacity(all.len());
        for stored in all {
            let same =
                |old: &&mut Stored| (old.session, old.entry.trial) == (stored.session, stored.entry.trial);
            // Only what a person judged replaces anything; for the rest nothing is looked for.
            let judged = stored.entry.judge == Judge::Facilitator;
            match judged.then(|| entries.iter_mut().rev().find(same)).flatten() {
                Some(old) => *old = stored,
                None => entries.push(stored),
            }
        }
        Ok(entries)
    }

    /// The learners in the journal, by number.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn learners(&self) -> Result<Vec<u32>, Error> {
        self.with(|head| head.trials > 0)
    }

    /// The learners in the journal and those whose settings are kept, by number.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn known(&self) -> Result<Vec<u32>, Error> {
        self.with(|head| head.trials > 0 || head.profile)
    }

    fn with(&self, wanted: impl Fn(&store::Head) -> bool) -> Result<Vec<u32>, Error> {
        self.read(|store| {
            let mut learners = Vec::new();
            for learner in store.root()?.learners {
                if wanted(&store.head(learner)?) {
                    learners.push(learner);
                }
            }
            Ok(learners)
        })
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known of a learner: the journal folded from the first entry to the last.
    ///
    /// # Errors
    /// As [`Journal::entries`].
    pub fn progress(&self, learner: u32) -> Result<Progress, Error> {
        Ok(folded(&self.entries(learner)?))
    }
}

/// What entries come to, from the first to the last.
pub(crate) fn folded(entries: &[Stored]) -> Progress {
    let mut progress = Progress::default();
    for stored in entries {
        progress.absorb(&stored.entry);
    }
    progress
}

#[cfg(test)]
mod tests;
