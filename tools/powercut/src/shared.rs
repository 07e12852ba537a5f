//! What the connections to one file share: its locks, and the memory in which SQLite finds its way through the log.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Bytes of a piece of shared memory, as SQLite asks for them.
pub(crate) const REGION_BYTES: usize = 32 << 10;
/// Pieces of shared memory for one file; enough for a log of four million pages.
pub(crate) const REGIONS_MAX: usize = 1 << 10;
/// Locks in the shared memory.
const SLOTS: usize = 8;

/// A piece of shared memory.
pub(crate) type Region = Arc<[AtomicU64]>;

/// What is shared, by who holds it; a connection is a number.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    readers: Vec<u64>,
    /// Who is about to write, and how far it has come: reserved, pending or exclusive.
    writer: Option<(u64, Level)>,
    pub(crate) regions: Vec<Region>,
    pub(crate) mapped: Vec<u64>,
    slots: [Slot; SLOTS],
}

#[derive(Debug, Default)]
struct Slot {
    readers: Vec<u64>,
    writer: Option<u64>,
}

/// How far a lock on a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Reserved,
    Pending,
    Exclusive,
}

impl Shared {
    /// Takes a lock to read; `false` when another writes.
    pub(crate) fn read(&mut self, who: u64) -> bool {
        if self.writer.is_some_and(|(writer, level)| writer != who && level >= Level::Pending) {
            return false;
        }
        if !self.readers.contains(&who) {
            self.readers.push(who);
        }
        true
    }

    /// Takes a lock to write; `false` when another is in the way.
    pub(crate) fn write(&mut self, who: u64, level: Level) -> bool {
        if self.writer.is_some_and(|(writer, _)| writer != who) {
            return false;
        }
        let alone = self.readers.iter().all(|reader| *reader == who);
        match level {
            Level::Exclusive if !alone => {
                self.writer = Some((who, Level::Pending));
                false
            }
            level => {
                self.writer = Some((who, level));
                true
            }
        }
    }

    /// Gives the lock to write back, and the one to read unless it is kept.
    pub(crate) fn release(&mut self, who: u64, keeps_reading: bool) {
        if self.writer.is_some_and(|(writer, _)| writer == who) {
            self.writer = None;
        }
        if !keeps_reading {
            self.readers.retain(|reader| *reader != who);
        }
    }

    /// Whether anybody writes or is about to.
    pub(crate) fn is_written(&self) -> bool {
        self.writer.is_some()
    }

    /// Takes some of the locks of the shared memory, all or none.
    pub(crate) fn take(&mut self, who: u64, which: std::ops::Range<usize>, alone: bool) -> bool {
        let Some(slots) = self.slots.get_mut(which) else { return false };
        let free = |slot: &Slot| {
            slot.writer.is_none_or(|writer| writer == who)
                && (!alone || slot.readers.iter().all(|reader| *reader == who))
        };
        if !slots.iter().all(free) {
            return false;
        }
        for slot in slots {
            if alone {
                slot.writer = Some(who);
            } else if !slot.readers.contains(&who) {
                slot.readers.push(who);
            }
        }
        true
    }

    /// Gives some of the locks of the shared memory back.
    pub(crate) fn give(&mut self, who: u64, which: std::ops::Range<usize>) {
        for slot in self.slots.get_mut(which).into_iter().flatten() {
            slot.readers.retain(|reader| *reader != who);
            slot.writer = slot.writer.filter(|writer| *writer != who);
        }
    }

    /// A connection lets go of the shared memory; the last takes it away.
    pub(crate) fn unmap(&mut self, who: u64) {
        self.give(who, 0..SLOTS);
        self.mapped.retain(|one| *one != who);
        if self.mapped.is_empty() {
            self.regions.clear();
        }
    }
}
