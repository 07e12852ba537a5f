//! The sealed store: each record lies under a tag in a box (`petri_seal`), all in one table.
//!
//! Everything hangs off one record: the root lists the learners, a learner's head counts their trials and says what
//! else there is, and trials are numbered without a gap. So whatever is missing is noticed, and who has no key sees so
//! many boxes, in the order of tags, which is none.

use super::{Journal, Keeping, Sharing, Stored, explain, refuse};
use crate::Error;
use petri_core::Entry;
use petri_seal::{Keys, Tag};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

pub(super) const TABLES: &str = "
    CREATE TABLE sealed (tag BLOB PRIMARY KEY, box BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE seal (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        generation BLOB NOT NULL,
        fingerprint BLOB NOT NULL,
        keys BLOB NOT NULL,
        scrub INTEGER NOT NULL
    ) STRICT;";

/// Learners that a journal can hold.
const LEARNERS_MAX: usize = 10_000;
/// A trial, and a head: always of one size.
const ROW_BYTES: usize = 56;
/// Longer records are filled up to a multiple of this.
const TEXT_STEP_BYTES: usize = 256;

/// The name of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Root,
    Head(u32),
    /// A learner's trial by its number, from 0.
    Trial(u32, u32),
    Profile(u32),
    Words(u32),
}

impl Name {
    /// What the tag is made of.
    fn bytes(self) -> [u8; 9] {
        let (kind, learner, number) = match self {
            Name::Root => (0, 0, 0),
            Name::Head(learner) => (1, learner, 0),
            Name::Trial(learner, number) => (2, learner, number),
            Name::Profile(learner) => (3, learner, 0),
            Name::Words(learner) => (4, learner, 0),
        };
        let mut bytes = [kind; 9];
        bytes[1..5].copy_from_slice(&learner.to_le_bytes());
        bytes[5..].copy_from_slice(&number.to_le_bytes());
        bytes
    }
}

/// What holds for the device, and who is in the journal.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Root {
    /// By number.
    pub(super) learners: Vec<u32>,
    pub(super) keeping: Option<Keeping>,
    pub(super) sharing: Option<Sharing>,
}

/// What there is of a learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Head {
    pub(super) trials: u32,
    /// The earliest day of a trial; 0 when no day is known.
    pub(super) first_day: u32,
    pub(super) last_session: u32,
    pub(super) profile: bool,
    pub(super) words: bool,
    /// Nothing of this learner may leave the device.
    pub(super) refuses: bool,
}

impl Head {
    /// Counts a trial.
    pub(super) fn add(&mut self, session: u32, day: u32) {
        self.trials = self.trials.saturating_add(1);
        self.last_session = self.last_session.max(session);
        if day > 0 && (self.first_day == 0 || day < self.first_day) {
            self.first_day = day;
        }
    }

    pub(super) fn to_bytes(self) -> [u8; ROW_BYTES] {
        let mut bytes = [0; ROW_BYTES];
        bytes[..4].copy_from_slice(&self.trials.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.first_day.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.last_session.to_le_bytes());
        bytes[12] = u8::from(self.profile) | u8::from(self.words) << 1 | u8::from(self.refuses) << 2;
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let (trials, first_day, last_session) = (number(&mut rest)?, number(&mut rest)?, number(&mut rest)?);
        let flag = |bit: u8| rest.first().is_some_and(|flags| flags >> bit & 1 == 1);
        Some(Self { trials, first_day, last_session, profile: flag(0), words: flag(1), refuses: flag(2) })
    }
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    let (number, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_le_bytes(*number))
}

/// A trial as it is sealed. One that was damaged before it was sealed stays damaged.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) session: u32,
    pub(super) day: u32,
    /// As [`Entry::to_bytes`] gives it.
    pub(super) entry: Vec<u8>,
    pub(super) sound: bool,
}

impl Row {
    pub(super) fn new(session: u32, day: u32, entry: &Entry) -> Self {
        Self { session, day, entry: entry.to_bytes().to_vec(), sound: true }
    }

    pub(super) fn to_bytes(&self) -> Zeroizing<[u8; ROW_BYTES]> {
        let length = self.entry.len().min(Entry::BYTES_MAX) as u8;
        let numbers = [self.session, self.day].into_iter().flat_map(u32::to_le_bytes);
        let entry = self.entry.iter().copied().take(Entry::BYTES_MAX);
        let mut bytes = Zeroizing::new([0; ROW_BYTES]);
        for (byte, value) in bytes.iter_mut().zip(numbers.chain([u8::from(self.sound), length]).chain(entry))
        {
            *byte = value;
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let (session, day) = (number(&mut rest)?, number(&mut rest)?);
        let ([sound, length], rest) = rest.split_first_chunk::<2>()?;
        let entry = rest.get(..usize::from(*length))?.to_vec();
        Some(Self { session, day, entry, sound: *sound == 1 })
    }

    pub(super) fn stored(&self) -> Option<Stored> {
        let entry = Entry::from_bytes(&self.entry).ok().filter(|_| self.sound)?;
        Some(Stored { session: self.session, day: self.day, entry })
    }
}

/// The records, within one transaction and with the keys that hold in it.
pub(super) struct Store<'a> {
    pub(super) db: &'a Connection,
    pub(super) keys: &'a Keys,
    pub(super) path: &'a Path,
}

impl Store<'_> {
    pub(super) fn fail(&self, error: &rusqlite::Error) -> Error {
        explain(self.path, error)
    }

    pub(super) fn damaged(&self, what: impl std::fmt::Display) -> Error {
        let what = format!("{what} is damaged; keep a copy for repair and name a new file with --journal");
        refuse(self.path, what)
    }

    pub(super) fn tag(&self, name: Name) -> Tag {
        self.keys.tag(&name.bytes())
    }

    /// The box of a record as it lies in the file.
    pub(super) fn sealed(&self, tag: &Tag) -> Result<Option<Vec<u8>>, Error> {
        let select = "SELECT box FROM sealed WHERE tag = ?1";
        let mut select = self.db.prepare_cached(select).map_err(|error| self.fail(&error))?;
        select.query_row([&tag[..]], |row| row.get(0)).optional().map_err(|error| self.fail(&error))
    }

    /// A record that has to be there; `what` names it to a person.
    pub(super) fn need(&self, name: Name, what: &dyn std::fmt::Display) -> Result<Zeroizing<Vec<u8>>, Error> {
        let tag = self.tag(name);
        let sealed = self.sealed(&tag)?.ok_or_else(|| self.damaged(what))?;
        self.keys.open(&tag, &sealed).map_err(|_| self.damaged(what))
    }

    fn write(&self, sql: &str, name: Name, plain: &[u8]) -> Result<(), Error> {
        let tag = self.tag(name);
        let sealed = self.keys.seal(&tag, plain).map_err(|error| refuse(self.path, error.to_string()))?;
        let mut insert = self.db.prepare_cached(sql).map_err(|error| self.fail(&error))?;
        insert.execute(params![&tag[..], sealed]).map(drop).map_err(|error| self.fail(&error))
    }

    /// Adds a record that is not there yet.
    pub(super) fn insert(&self, name: Name, plain: &[u8]) -> Result<(), Error> {
        self.write("INSERT INTO sealed (tag, box) VALUES (?1, ?2)", name, plain)
    }

    pub(super) fn put(&self, name: Name, plain: &[u8]) -> Result<(), Error> {
        let put = "INSERT INTO sealed (tag, box) VALUES (?1, ?2) ON CONFLICT (tag) DO UPDATE SET box = excluded.box";
        self.write(put, name, plain)
    }

    pub(super) fn remove(&self, name: Name) -> Result<(), Error> {
        let delete = "DELETE FROM sealed WHERE tag = ?1";
        let mut delete = self.db.prepare_cached(delete).map_err(|error| self.fail(&error))?;
        delete.execute([&self.tag(name)[..]]).map(drop).map_err(|error| self.fail(&error))
    }

    /// Puts a record of any length; its box tells the length in steps only.
    pub(super) fn put_text(&self, name: Name, text: &[u8]) -> Result<(), Error> {
        let length = u32::try_from(text.len()).map_err(|_| self.damaged("a record"))?;
        let whole = (text.len() + 4).next_multiple_of(TEXT_STEP_BYTES);
        let mut plain = Zeroizing::new(Vec::with_capacity(whole));
        plain.extend_from_slice(&length.to_le_bytes());
        plain.extend_from_slice(text);
        plain.resize(whole, 0);
        self.put(name, &plain)
    }

    pub(super) fn need_text(&self, name: Name) -> Result<Vec<u8>, Error> {
        let what: &dyn std::fmt::Display = match name {
            Name::Root => &"its first record",
            Name::Words(_) => &"a learner's enrolled words",
            _ => &"a learner's settings",
        };
        let plain = self.need(name, what)?;
        let mut rest = &plain[..];
        let text = number(&mut rest).and_then(|length| rest.get(..length as usize));
        text.map(<[u8]>::to_vec).ok_or_else(|| self.damaged(what))
    }

    pub(super) fn root(&self) -> Result<Root, Error> {
        let text = self.need_text(Name::Root)?;
        serde_json::from_slice(&text).map_err(|_| self.damaged("its first record"))
    }

    pub(super) fn set_root(&self, root: &Root) -> Result<(), Error> {
        self.put_text(Name::Root, &serde_json::to_vec(root).unwrap_or_default())
    }

    /// What there is of a learner; nothing of one who is not in the journal.
    pub(super) fn head(&self, learner: u32) -> Result<Head, Error> {
        let what = || self.damaged(format_args!("what it has of learner {learner}"));
        let tag = self.tag(Name::Head(learner));
        let Some(sealed) = self.sealed(&tag)? else {
            let is_missing = self.root()?.learners.contains(&learner);
            return if is_missing { Err(what()) } else { Ok(Head::default()) };
        };
        let bytes = self.keys.open(&tag, &sealed).map_err(|_| what())?;
        Head::from_bytes(&bytes).ok_or_else(what)
    }

    /// A learner of whom nothing is left is in the journal no more.
    pub(super) fn set_head(&self, learner: u32, head: &Head) -> Result<(), Error> {
        let is_there = self.sealed(&self.tag(Name::Head(learner)))?.is_some();
        let stays = *head != Head { last_session: head.last_session, ..Head::default() };
        if stays {
            self.put(Name::Head(learner), &head.to_bytes())?;
        } else {
            self.remove(Name::Head(learner))?;
        }
        if stays == is_there {
            return Ok(());
        }
        let mut root = self.root()?;
        root.learners.retain(|other| *other != learner);
        if stays {
            if root.learners.len() >= LEARNERS_MAX {
                let what = format!("it has {LEARNERS_MAX} learners already; erase some first");
                return Err(refuse(self.path, what));
            }
            root.learners.push(learner);
            root.learners.sort_unstable();
        }
        self.set_root(&root)
    }

    /// A learner's trials as they are sealed.
    pub(super) fn rows(&self, learner: u32) -> Result<Vec<Row>, Error> {
        let count = self.head(learner)?.trials;
        let row = |number: u32| {
            let what = format!("its entry {} of learner {learner}", number + 1);
            let bytes = self.need(Name::Trial(learner, number), &what)?;
            Row::from_bytes(&bytes).ok_or_else(|| self.damaged(what))
        };
        (0..count).map(row).collect()
    }

    pub(super) fn trials(&self, learner: u32) -> Result<Vec<Stored>, Error> {
        let stored = |(number, row): (usize, &Row)| {
            row.stored()
                .ok_or_else(|| self.damaged(format_args!("its entry {} of learner {learner}", number + 1)))
        };
        self.rows(learner)?.iter().enumerate().map(stored).collect()
    }

    /// The names of all records.
    pub(super) fn names(&self) -> Result<Vec<Name>, Error> {
        let mut names = vec![Name::Root];
        for learner in self.root()?.learners {
            let head = self.head(learner)?;
            names.push(Name::Head(learner));
            names.extend(head.profile.then_some(Name::Profile(learner)));
            names.extend(head.words.then_some(Name::Words(learner)));
            names.extend((0..head.trials).map(|number| Name::Trial(learner, number)));
        }
        Ok(names)
    }
}

impl Journal {
    /// Looks at the records as they are at one moment.
    pub(super) fn read<T>(&self, job: impl FnOnce(&Store<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let open = Transaction::new_unchecked(&self.db, TransactionBehavior::Deferred)
            .map_err(|error| explain(&self.path, &error))?;
        let keys = self.keys_now(&open)?;
        job(&Store { db: &open, keys: &keys, path: &self.path })
    }

    /// Changes records: all that `job` does, or nothing of it.
    pub(super) fn change<T>(&mut self, job: impl FnOnce(&Store<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let fail = |error: rusqlite::Error| explain(&self.path, &error);
        let open = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate).map_err(fail)?;
        let keys = self.keys_now(&open)?;
        let done = job(&Store { db: &open, keys: &keys, path: &self.path })?;
        open.commit().map_err(fail)?;
        Ok(done)
    }

    /// The keys that hold in this transaction: another process may have sealed everything anew.
    fn keys_now(&self, db: &Connection) -> Result<Arc<Keys>, Error> {
        let fail = |error: rusqlite::Error| explain(&self.path, &error);
        let held = Arc::clone(&self.keys.borrow());
        let mut select = db.prepare_cached("SELECT generation FROM seal").map_err(fail)?;
        let generation: Vec<u8> = select.query_row([], |row| row.get(0)).map_err(fail)?;
        if generation == held.generation() {
            return Ok(held);
        }
        let keys = Arc::new(super::rekey::keys(db, &self.path, &self.keyring)?.0);
        *self.keys.borrow_mut() = Arc::clone(&keys);
        Ok(keys)
    }
}
