//! The journal's key: finding it, exchanging it, and beginning anew when it is lost.

use super::store::Store;
use super::{Journal, explain, refuse};
use crate::Error;
use crate::perception::enrol;
use petri_seal::{Fingerprint, Found, Generation, Keyring, Keys, Place};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::path::{Path, PathBuf};

/// Old journals without a key that are kept aside.
const ASIDE_MAX: u32 = 100;
const DAMAGED: &str = "its keys are damaged; put back a copy of it, or name a new file with --journal";

/// How a journal is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// The key's fingerprint.
    pub fingerprint: Fingerprint,
    /// Where the key lies.
    pub place: Place,
    /// Records, all of which were opened.
    pub records: usize,
}

struct Lock {
    generation: Generation,
    fingerprint: Fingerprint,
    keys: Vec<u8>,
}

fn lock(db: &Connection, path: &Path) -> Result<Lock, Error> {
    let select = "SELECT generation, fingerprint, keys FROM seal";
    let row = db
        .query_row(select, [], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?)));
    let row = row.optional().map_err(|error| explain(path, &error))?;
    let lock = row.and_then(|(generation, fingerprint, keys)| {
        let generation = Generation::try_from(generation).ok()?;
        Some(Lock { generation, fingerprint: Fingerprint(fingerprint.try_into().ok()?), keys })
    });
    lock.ok_or_else(|| refuse(path, DAMAGED))
}

/// The keys that everything is sealed with, and where their own key lies.
pub(super) fn keys(db: &Connection, path: &Path, keyring: &Keyring) -> Result<(Keys, Place), Error> {
    let lock = lock(db, path)?;
    let found = keyring.find(lock.fingerprint).map_err(|error| refuse(path, error.to_string()))?;
    let keys = Keys::unwrap(lock.generation, &lock.keys, &found.key).map_err(|_| refuse(path, DAMAGED))?;
    Ok((keys, found.place))
}

impl Journal {
    /// How the journal is sealed; every record is opened for it.
    ///
    /// # Errors
    /// When the file cannot be read or a record is damaged.
    pub fn sealed(&self) -> Result<Sealed, Error> {
        let lock = lock(&self.db, &self.path)?;
        let found = self.keyring.find(lock.fingerprint).map_err(|error| self.sealing(&error))?;
        let records = self.read(|store| {
            let names = store.names()?;
            for name in &names {
                store.need(*name, &"a record")?;
            }
            whole(store, names.len())?;
            Ok(names.len())
        })?;
        Ok(Sealed { fingerprint: lock.fingerprint, place: found.place, records })
    }

    /// Exchanges the key file and seals everything anew. After a cut at any moment the old key fits or the new one does;
    /// the next start finishes what was begun.
    ///
    /// # Errors
    /// When the key is a credential, a record is damaged, or the disk is full or read-only. Then the old key holds.
    pub fn rekey(&mut self) -> Result<Fingerprint, Error> {
        let found = self.keyring.exchange().map_err(|error| self.sealing(&error))?;
        let fingerprint = found.key.fingerprint();
        self.adopt(&found)?;
        Ok(fingerprint)
    }

    /// Does what an earlier start left undone: sealing anew with the key that is wanted, and wiping.
    pub(super) fn tidy(&mut self, place: Place) -> Result<(), Error> {
        let wanted = self.keyring.wanted().ok().flatten();
        let anew = |wanted: &Found| match wanted.place {
            Place::Credential => place != Place::Credential,
            Place::FileNew => place == Place::File,
            _ => false,
        };
        match wanted.filter(anew) {
            // A journal that cannot be sealed anew, as something in it is damaged, goes on with the key that it has.
            Some(wanted) => drop(self.adopt(&wanted)),
            None => self.keyring.settle(place).map_err(|error| self.sealing(&error))?,
        }
        let scrub: bool = self
            .db
            .query_row("SELECT scrub FROM seal", [], |row| row.get(0))
            .map_err(|error| explain(&self.path, &error))?;
        if scrub { self.scrub() } else { Ok(()) }
    }

    fn adopt(&mut self, wanted: &Found) -> Result<(), Error> {
        let keys = Keys::random().map_err(|error| self.sealing(&error))?;
        let wrapped = keys.wrap(&wanted.key).map_err(|error| self.sealing(&error))?;
        let fingerprint = wanted.key.fingerprint().0;
        self.change(|store| {
            reseal(store, &keys)?;
            let update = "UPDATE seal SET generation = ?1, fingerprint = ?2, keys = ?3, scrub = 1";
            let row = params![&keys.generation()[..], &fingerprint[..], wrapped];
            store.db.execute(update, row).map(drop).map_err(|error| store.fail(&error))
        })?;
        self.keyring.settle(wanted.place).map_err(|error| self.sealing(&error))?;
        self.scrub()
    }

    /// Writes the file anew without what was in it before, and cuts its log to nothing.
    fn scrub(&mut self) -> Result<(), Error> {
        enrol::erase(&self.path, None)?;
        // One that a reader holds up is done at the next start.
        if self.vacuum()? {
            self.db.execute("UPDATE seal SET scrub = 0", []).map_err(|error| explain(&self.path, &error))?;
        }
        Ok(())
    }

    fn sealing(&self, error: &petri_seal::Error) -> Error {
        refuse(&self.path, error.to_string())
    }

    /// Begins anew beside a journal whose key is lost: the old file is kept under the name that is returned. What was
    /// spent of the budget of reports goes along, since that is not sealed and must not be spent twice.
    ///
    /// # Errors
    /// When the journal opens after all, or is none, or the files cannot be moved.
    pub fn start_over(path: &Path) -> Result<PathBuf, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags).map_err(|error| explain(path, &error))?;
        let fail = |error: rusqlite::Error| explain(path, &error);
        let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(fail)?;
        if usize::try_from(version) != Ok(super::VERSION) {
            return Err(refuse(path, "it is not sealed, so no key of it is lost"));
        }
        let lost = match lock(&db, path).map(|lock| (Keyring::of(path).find(lock.fingerprint), lock)) {
            Ok((Ok(found), lock)) => Keys::unwrap(lock.generation, &lock.keys, &found.key).is_err(),
            Ok((Err(petri_seal::Error::Missing(_) | petri_seal::Error::Other { .. }), _)) | Err(_) => true,
            // A key that is there and cannot be used is not lost.
            Ok((Err(error), _)) => return Err(refuse(path, error.to_string())),
        };
        if !lost {
            return Err(refuse(path, "its key is here and fits; there is no need to begin anew"));
        }
        let mut select = db.prepare("SELECT period, epsilon_milli FROM sync_budget").map_err(fail)?;
        let spent = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(fail)?;
        let spent: Vec<(u16, u16)> = spent.collect::<Result<_, _>>().map_err(fail)?;
        drop(select);
        // All of it is in one file before that moves.
        let busy: bool =
            db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(fail)?;
        if busy {
            return Err(refuse(path, "another program holds it; end that one first"));
        }
        drop(db);
        let aside = (1..=ASIDE_MAX).map(|number| path.with_added_extension(format!("sealed-{number}")));
        let aside = aside.into_iter().find(|aside| !aside.exists());
        let aside =
            aside.ok_or_else(|| refuse(path, "too many old journals are kept aside; move some away"))?;
        let moved = |source| Error::Write { path: aside.clone(), source };
        std::fs::rename(path, &aside).map_err(moved)?;
        for end in ["wal", "shm"] {
            let mut beside = path.to_owned().into_os_string();
            beside.push(format!("-{end}"));
            let _ = std::fs::remove_file(beside);
        }
        let mut journal = Self::open(path)?;
        journal.inherit(&spent)?;
        Ok(aside)
    }
}

/// Nothing may lie in the store that nothing leads to.
fn whole(store: &Store<'_>, names: usize) -> Result<(), Error> {
    let count = "SELECT count(*) FROM sealed";
    let records: i64 = store.db.query_row(count, [], |row| row.get(0)).map_err(|error| store.fail(&error))?;
    if usize::try_from(records) == Ok(names) { Ok(()) } else { Err(store.damaged("a record")) }
}

/// Takes every record out of its box and puts it into one of the new keys.
fn reseal(store: &Store<'_>, keys: &Keys) -> Result<(), Error> {
    let names = store.names()?;
    whole(store, names.len())?;
    let anew = Store { db: store.db, keys, path: store.path };
    for name in names {
        let plain = store.need(name, &"a record")?;
        store.remove(name)?;
        anew.insert(name, &plain)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
