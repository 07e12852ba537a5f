//! Erasing: rows are overwritten, the file is written anew, and its bytes are searched for what was erased.

use super::{Journal, explain, seal};
use crate::Error;
use crate::perception::enrol;
use rusqlite::params;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;

/// Rows whose bytes are searched for after an erasure.
const SOUGHT_MAX: usize = 65_536;
/// Bytes by which a row is recognized before it is compared whole: the end of its entry and its checksum.
const TAIL_BYTES: usize = 8;
/// The file is searched in pieces of this size.
const PIECE_BYTES: usize = 1 << 20;

/// What an erasure came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Erased {
    /// Trials that were in the journal, and whose bytes were searched for.
    pub trials: usize,
    /// How often the bytes of one were found afterwards. Anything but 0 is a fault of the file system or of ours.
    pub found_after: usize,
}

impl Journal {
    /// Erases all that is kept of a learner, or of everybody, enrolled words included, and shows that its bytes are
    /// gone from the journal.
    ///
    /// # Errors
    /// When the file cannot be written, or another program reads it.
    pub fn erase(&mut self, learner: Option<u32>) -> Result<Erased, Error> {
        enrol::erase(&self.path, learner)?;
        match learner {
            Some(learner) => self.wipe("learner = ?1", learner, true),
            None => self.wipe("?1 = 0", 0, true),
        }
    }

    /// Erases the trials from before the day `first`, in days since 1970-01-01, of everybody. Trials of a device that
    /// did not know the day stay.
    ///
    /// # Errors
    /// As [`Journal::erase`].
    pub fn expire(&mut self, first: u32) -> Result<Erased, Error> {
        let expired = "day > 0 AND day < ?1";
        let any = format!("SELECT EXISTS (SELECT 1 FROM trial WHERE {expired})");
        let any: bool = self
            .db
            .query_row(&any, [first], |row| row.get(0))
            .map_err(|error| explain(&self.path, &error))?;
        if any { self.wipe(expired, first, false) } else { Ok(Erased { trials: 0, found_after: 0 }) }
    }

    fn wipe(&mut self, which: &str, argument: u32, profiles: bool) -> Result<Erased, Error> {
        let sought = self.sought(which, argument)?;
        let fail = |error: rusqlite::Error| explain(&self.path, &error);
        let change = self.db.transaction().map_err(fail)?;
        change.execute(&format!("DELETE FROM trial WHERE {which}"), params![argument]).map_err(fail)?;
        if profiles {
            change.execute(&format!("DELETE FROM profile WHERE {which}"), params![argument]).map_err(fail)?;
        }
        seal::renew(&change).map_err(fail)?;
        change.commit().map_err(fail)?;
        self.db.execute_batch("VACUUM").map_err(fail)?;
        // The log of writes still holds old pages: it is brought into the file and cut to nothing.
        let busy: bool =
            self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(fail)?;
        if busy {
            return Err(super::refuse(
                &self.path,
                "what was erased is gone from the tables, but another program reads the file; end that one and erase again",
            ));
        }
        let trials = sought.values().map(Vec::len).sum();
        let found_after = self.found(&sought)?;
        Ok(Erased { trials, found_after })
    }

    /// The stored bytes of rows, by their ends: the entry, and the checksum as the file has it.
    fn sought(&self, which: &str, argument: u32) -> Result<HashMap<[u8; TAIL_BYTES], Vec<Vec<u8>>>, Error> {
        let fail = |error: rusqlite::Error| explain(&self.path, &error);
        let select =
            format!("SELECT entry, crc32 FROM trial WHERE {which} ORDER BY id DESC LIMIT {SOUGHT_MAX}");
        let mut statement = self.db.prepare(&select).map_err(fail)?;
        let mut rows = statement.query([argument]).map_err(fail)?;
        let mut sought: HashMap<_, Vec<Vec<u8>>> = HashMap::new();
        while let Some(row) = rows.next().map_err(fail)? {
            let mut bytes: Vec<u8> = row.get(0).map_err(fail)?;
            bytes.extend(stored(row.get(1).map_err(fail)?));
            if let Some(tail) = bytes.last_chunk::<TAIL_BYTES>() {
                sought.entry(*tail).or_default().push(bytes);
            }
        }
        Ok(sought)
    }

    fn found(&self, sought: &HashMap<[u8; TAIL_BYTES], Vec<Vec<u8>>>) -> Result<usize, Error> {
        let mut found = 0;
        for end in ["", "-wal", "-shm"] {
            let mut path = self.path.clone().into_os_string();
            path.push(end);
            found += search(&PathBuf::from(path), sought)?;
        }
        Ok(found)
    }
}

/// A whole number as SQLite stores it in a row: 0 and 1 in none, others in the fewest bytes of 1, 2, 3, 4 and 6, the
/// highest first.
fn stored(number: u32) -> Vec<u8> {
    let number = i64::from(number);
    if number <= 1 {
        return Vec::new();
    }
    let fits = |bytes: &usize| number < 1 << (8 * bytes - 1);
    let length = [1, 2, 3, 4].into_iter().find(fits).unwrap_or(6);
    number.to_be_bytes()[8 - length..].to_vec()
}

fn search(path: &PathBuf, sought: &HashMap<[u8; TAIL_BYTES], Vec<Vec<u8>>>) -> Result<usize, Error> {
    let refuse = |error: std::io::Error| super::refuse(path, format!("{error}; check the disk"));
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        file => file.map_err(refuse)?,
    };
    let mut file = BufReader::new(file);
    // The longest row, kept from one piece to the next.
    let overlap = petri_core::Entry::BYTES_MAX + TAIL_BYTES;
    let (mut held, mut found) = (Vec::new(), 0);
    loop {
        let searched = held.len();
        let read = file.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut held).map_err(refuse)?;
        if read == 0 {
            return Ok(found);
        }
        for end in searched.max(TAIL_BYTES - 1) + 1..=held.len() {
            let Some(rows) = held[..end].last_chunk::<TAIL_BYTES>().and_then(|tail| sought.get(tail)) else {
                continue;
            };
            found += rows.iter().filter(|row| held[..end].ends_with(row)).count();
        }
        held.drain(..held.len().saturating_sub(overlap));
    }
}

#[cfg(test)]
mod tests;
