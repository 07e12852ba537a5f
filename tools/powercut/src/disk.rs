//! A disk in memory that notes each change in the order in which it was asked for.

use crate::shared::Shared;
use std::collections::BTreeMap;

/// Files by their names.
pub type Image = BTreeMap<String, Vec<u8>>;

/// A change of the disk, or a moment after which earlier ones are safe.
#[derive(Debug, Clone)]
pub enum Op {
    /// A file came to be, empty.
    Create {
        /// Its name.
        name: String,
        /// Its number; a file of the same name that came before has another.
        node: usize,
    },
    /// A name was taken away.
    Delete {
        /// Which.
        name: String,
    },
    /// Bytes were written.
    Write {
        /// To which file.
        node: usize,
        /// Where.
        offset: usize,
        /// What.
        bytes: Vec<u8>,
    },
    /// A file got another length.
    Truncate {
        /// Which.
        node: usize,
        /// Its length from now on.
        len: usize,
    },
    /// What was written to the file is safe when this returns.
    Sync {
        /// Which.
        node: usize,
    },
    /// The names are safe when this returns.
    SyncFolder,
}

/// What goes wrong with a disk that has power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    /// Nothing.
    #[default]
    Well,
    /// No file grows and no file comes to be.
    Full,
    /// Nothing can be changed; files that are open say so at the first try.
    ReadOnly,
    /// Every write fails, as on a card that dies.
    Failing,
}

/// How much was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Bytes read.
    pub read: usize,
    /// Bytes written.
    pub written: usize,
    /// Times that something had to be safe.
    pub syncs: usize,
}

/// The disk of one device.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    pub(crate) files: Vec<Vec<u8>>,
    pub(crate) names: BTreeMap<String, usize>,
    pub(crate) log: Vec<Op>,
    pub(crate) mood: Mood,
    pub(crate) traffic: Traffic,
    pub(crate) shared: BTreeMap<usize, Shared>,
}

impl Disk {
    pub(crate) fn of(image: &Image) -> Self {
        let mut disk = Self::default();
        for (name, bytes) in image {
            disk.names.insert(name.clone(), disk.files.len());
            disk.files.push(bytes.clone());
        }
        disk
    }

    pub(crate) fn image(&self) -> Image {
        self.names.iter().map(|(name, node)| (name.clone(), self.files[*node].clone())).collect()
    }

    pub(crate) fn create(&mut self, name: &str) -> usize {
        let node = self.files.len();
        self.files.push(Vec::new());
        self.names.insert(name.to_owned(), node);
        self.log.push(Op::Create { name: name.to_owned(), node });
        node
    }

    pub(crate) fn write(&mut self, node: usize, offset: usize, bytes: &[u8]) {
        write(&mut self.files[node], offset, bytes);
        self.traffic.written += bytes.len();
        self.log.push(Op::Write { node, offset, bytes: bytes.to_vec() });
    }

    pub(crate) fn truncate(&mut self, node: usize, len: usize) {
        self.files[node].resize(len, 0);
        self.log.push(Op::Truncate { node, len });
    }

    pub(crate) fn sync(&mut self, node: usize, folder: bool) {
        self.traffic.syncs += 1 + usize::from(folder);
        self.log.push(Op::Sync { node });
        if folder {
            self.log.push(Op::SyncFolder);
        }
    }
}

/// Writes into a file, which grows as far as needed; what lies between is zero.
pub(crate) fn write(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}
