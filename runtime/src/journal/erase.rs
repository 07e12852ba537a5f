//! Erasing: records are overwritten, the file is written anew, and its bytes are searched for what was erased.

use super::store::{Head, Name, Row, Store};
use super::{Journal, explain};
use crate::Error;
use crate::perception::enrol;
use petri_seal::BOX_EXTRA_BYTES;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;

/// Boxes whose bytes are searched for after an erasure.
const SOUGHT_MAX: usize = 65_536;
/// Bytes by which a box is recognized before it is compared whole: its end.
const TAIL_BYTES: usize = 8;
/// The file is searched in pieces of this size.
const PIECE_BYTES: usize = 1 << 20;
/// The longest box of a trial, and more.
const OVERLAP_BYTES: usize = 64 + BOX_EXTRA_BYTES;
/// Where it is not known how many trials a learner has, so many numbers in a row without one are the end.
const GAP_MAX: u32 = 64;

/// What an erasure came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Erased {
    /// Trials that were in the journal, and whose bytes were searched for.
    pub trials: usize,
    /// How often the bytes of one were found afterwards. Anything but 0 is a fault of the file system or of ours.
    pub found_after: usize,
}

/// Boxes by their ends.
#[derive(Default)]
struct Sought {
    by_end: HashMap<[u8; TAIL_BYTES], Vec<Vec<u8>>>,
    count: usize,
}

impl Sought {
    fn add(&mut self, sealed: Vec<u8>) {
        self.count += 1;
        if self.count <= SOUGHT_MAX
            && let Some(end) = sealed.last_chunk::<TAIL_BYTES>()
        {
            self.by_end.entry(*end).or_default().push(sealed);
        }
    }
}

impl Journal {
    /// Erases all that is kept of a learner, or of everybody, enrolled words included, and shows that its bytes are
    /// gone from the journal. What is damaged can be erased, too.
    ///
    /// # Errors
    /// When the file cannot be written, or another program reads it.
    pub fn erase(&mut self, learner: Option<u32>) -> Result<Erased, Error> {
        enrol::erase(&self.path, learner)?;
        let sought = self.change(|store| {
            let mut sought = Sought::default();
            let whom = learner.map_or_else(|| store.root().map(|root| root.learners), |one| Ok(vec![one]))?;
            for learner in whom {
                let refuses = store.head(learner).is_ok_and(|head| head.refuses);
                take_trials(store, learner, &mut sought)?;
                store.remove(Name::Profile(learner))?;
                store.remove(Name::Words(learner))?;
                store.set_head(learner, &Head { refuses, ..Head::default() })?;
            }
            Ok(sought)
        })?;
        self.wiped(&sought)
    }

    /// Erases the trials from before the day `first`, in days since 1970-01-01, of everybody. Trials of a device that
    /// did not know the day stay.
    ///
    /// # Errors
    /// As [`Journal::erase`].
    pub fn expire(&mut self, first: u32) -> Result<Erased, Error> {
        let old = |head: &Head| head.first_day > 0 && head.first_day < first;
        if self.with(old)?.is_empty() {
            return Ok(Erased { trials: 0, found_after: 0 });
        }
        let expired = |row: &Row| row.day > 0 && row.day < first;
        let sought = self.change(|store| {
            let mut sought = Sought::default();
            for learner in store.root()?.learners {
                let head = store.head(learner)?;
                if !old(&head) {
                    continue;
                }
                let mut rows = store.rows(learner)?;
                rows.retain(|row| !expired(row));
                take_trials(store, learner, &mut sought)?;
                sought.count -= rows.len();
                let mut left = Head { trials: 0, first_day: 0, last_session: 0, ..head };
                for row in rows {
                    store.insert(Name::Trial(learner, left.trials), &row.to_bytes()[..])?;
                    left.add(row.session, row.day);
                }
                store.set_head(learner, &left)?;
            }
            Ok(sought)
        })?;
        self.wiped(&sought)
    }

    fn wiped(&mut self, sought: &Sought) -> Result<Erased, Error> {
        if !self.vacuum()? {
            return Err(super::refuse(
                &self.path,
                "what was erased is gone from the tables, but another program reads the file; end that one and erase again",
            ));
        }
        Ok(Erased { trials: sought.count, found_after: self.found(sought)? })
    }

    /// Writes the file anew, and brings its log, which still holds old pages, into it and cuts it to nothing. `false`
    /// when a reader holds that up.
    pub(super) fn vacuum(&mut self) -> Result<bool, Error> {
        let fail = |error: rusqlite::Error| explain(&self.path, &error);
        self.db.flush_prepared_statement_cache();
        self.db.execute_batch("VACUUM").map_err(fail)?;
        let busy: bool =
            self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(fail)?;
        Ok(!busy)
    }

    fn found(&self, sought: &Sought) -> Result<usize, Error> {
        let mut found = 0;
        for end in ["", "-wal", "-shm"] {
            let mut path = self.path.clone().into_os_string();
            path.push(end);
            found += search(&PathBuf::from(path), &sought.by_end)?;
        }
        Ok(found)
    }
}

/// Removes all trials of a learner and notes their boxes.
fn take_trials(store: &Store<'_>, learner: u32, sought: &mut Sought) -> Result<(), Error> {
    let count = store.head(learner).ok().map(|head| head.trials);
    let (mut number, mut missing) = (0, 0);
    while count.map_or(missing < GAP_MAX, |count| number < count) {
        let name = Name::Trial(learner, number);
        match store.sealed(&store.tag(name))? {
            Some(sealed) => {
                sought.add(sealed);
                store.remove(name)?;
                missing = 0;
            }
            None => missing += 1,
        }
        number += 1;
    }
    Ok(())
}

fn search(path: &PathBuf, sought: &HashMap<[u8; TAIL_BYTES], Vec<Vec<u8>>>) -> Result<usize, Error> {
    let refuse = |error: std::io::Error| super::refuse(path, format!("{error}; check the disk"));
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        file => file.map_err(refuse)?,
    };
    let mut file = BufReader::new(file);
    let (mut held, mut found) = (Vec::new(), 0);
    loop {
        let searched = held.len();
        let read = file.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut held).map_err(refuse)?;
        if read == 0 {
            return Ok(found);
        }
        for end in searched.max(TAIL_BYTES - 1) + 1..=held.len() {
            let seen = held.get(..end).unwrap_or_default();
            let Some(rows) = seen.last_chunk::<TAIL_BYTES>().and_then(|tail| sought.get(tail)) else {
                continue;
            };
            found += rows.iter().filter(|row| seen.ends_with(row)).count();
        }
        held.drain(..held.len().saturating_sub(OVERLAP_BYTES));
    }
}

#[cfg(test)]
pub(super) mod tests;
