//! A disk in memory whose power goes at a chosen step, and that forgets, tears or reorders what was not synchronized.

use petri_update::{Disk, Entry};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Component, Path};

type Id = usize;

/// What a crash leaves of what was not synchronized.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate {
    /// Nothing.
    Nothing,
    /// All names, none of the bytes: files are as long as they were, and full of zeros.
    NamesOnly,
    /// All names, and the first half of the bytes.
    Torn,
    /// Everything.
    Everything,
    /// Of each change by chance, in any order.
    Chance(u64),
}

#[derive(Debug, Clone)]
enum Node {
    File { durable: Vec<u8>, bytes: Vec<u8> },
    Folder { durable: BTreeMap<String, Id>, changes: Vec<Change> },
}

/// A change of names that is not durable yet. A renaming is one change: never half of it survives.
#[derive(Debug, Clone)]
enum Change {
    Add(String, Id),
    Remove(String),
    Rename(String, String, Id),
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<String, Id>) {
        match self {
            Self::Add(name, id) => drop(names.insert(name.clone(), *id)),
            Self::Remove(name) => drop(names.remove(name)),
            Self::Rename(from, to, id) => {
                names.remove(from);
                names.insert(to.clone(), *id);
            }
        }
    }
}

/// The disk.
#[derive(Debug, Clone)]
pub(crate) struct CuttingDisk {
    nodes: Vec<Node>,
    /// Steps until the power goes; none, if it stays.
    left: Option<usize>,
    /// Steps done.
    pub(crate) steps: usize,
}

impl CuttingDisk {
    pub(crate) fn new() -> Self {
        let root = Node::Folder { durable: BTreeMap::new(), changes: Vec::new() };
        Self { nodes: vec![root], left: None, steps: 0 }
    }

    /// The power goes at the step after `steps` more.
    pub(crate) fn cut_after(mut self, steps: usize) -> Self {
        self.left = Some(steps);
        self.steps = 0;
        self
    }

    /// What is found when the power comes back.
    pub(crate) fn crash(mut self, fate: Fate) -> Self {
        let mut chance = Chance(match fate {
            Fate::Chance(seed) => seed,
            _ => 0,
        });
        for node in &mut self.nodes {
            match node {
                Node::File { durable, bytes } => {
                    if durable != bytes {
                        *bytes = survivor(durable, bytes, fate, &mut chance);
                        durable.clone_from(bytes);
                    }
                }
                Node::Folder { durable, changes } => {
                    for change in changes.drain(..) {
                        let survives = match fate {
                            Fate::Nothing => false,
                            Fate::Chance(_) => chance.next().is_multiple_of(2),
                            _ => true,
                        };
                        if survives {
                            change.apply(durable);
                        }
                    }
                }
            }
        }
        (self.left, self.steps) = (None, 0);
        self
    }

    /// Damages a durable byte, as a worn card does.
    pub(crate) fn rot(&mut self, path: &Path) {
        let id = self.find(path).expect("a file to damage");
        if let Node::File { durable, bytes } = &mut self.nodes[id] {
            bytes[0] ^= 1;
            durable.clone_from(bytes);
        }
    }

    fn step(&mut self) -> io::Result<()> {
        self.steps += 1;
        match &mut self.left {
            Some(0) => Err(io::Error::other("the power is gone")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn names(&self, id: Id) -> io::Result<BTreeMap<String, Id>> {
        let Node::Folder { durable, changes } = &self.nodes[id] else {
            return Err(ErrorKind::NotADirectory.into());
        };
        let mut names = durable.clone();
        for change in changes {
            change.apply(&mut names);
        }
        Ok(names)
    }

    fn find(&self, path: &Path) -> io::Result<Id> {
        let mut id = 0;
        for part in path.components() {
            if let Component::Normal(name) = part {
                let names = self.names(id)?;
                id = *names.get(&*name.to_string_lossy()).ok_or(ErrorKind::NotFound)?;
            }
        }
        Ok(id)
    }

    /// The folder that a path is in, and the last part of its name.
    fn place(&self, path: &Path) -> io::Result<(Id, String)> {
        let name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
        Ok((self.find(path.parent().ok_or(ErrorKind::InvalidInput)?)?, name))
    }

    fn change(&mut self, folder: Id, change: Change) -> io::Result<()> {
        let Node::Folder { changes, .. } = &mut self.nodes[folder] else {
            return Err(ErrorKind::NotADirectory.into());
        };
        changes.push(change);
        Ok(())
    }

    fn add(&mut self, path: &Path, node: Node) -> io::Result<()> {
        let (folder, name) = self.place(path)?;
        self.nodes.push(node);
        self.change(folder, Change::Add(name, self.nodes.len() - 1))
    }
}

impl Disk for CuttingDisk {
    fn read(&self, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
        match &self.nodes[self.find(path)?] {
            Node::File { bytes, .. } => Ok(bytes[..bytes.len().min(bytes_max as usize)].to_vec()),
            Node::Folder { .. } => Err(ErrorKind::IsADirectory.into()),
        }
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let names = self.names(self.find(path)?)?;
        let entry = |(name, id): (String, Id)| {
            let is_folder = matches!(self.nodes[id], Node::Folder { .. });
            Entry { name, is_folder }
        };
        Ok(names.into_iter().map(entry).collect())
    }

    fn make_folder(&mut self, path: &Path) -> io::Result<()> {
        if self.find(path).is_ok() {
            return Ok(());
        }
        self.step()?;
        self.add(path, Node::Folder { durable: BTreeMap::new(), changes: Vec::new() })
    }

    fn make_file(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        match self.find(path) {
            Ok(id) => {
                let Node::File { bytes, .. } = &mut self.nodes[id] else {
                    return Err(ErrorKind::IsADirectory.into());
                };
                bytes.clear();
                Ok(())
            }
            Err(_) => self.add(path, Node::File { durable: Vec::new(), bytes: Vec::new() }),
        }
    }

    fn append(&mut self, path: &Path, added: &[u8]) -> io::Result<()> {
        let gone = self.step();
        let id = self.find(path)?;
        if let Node::File { bytes, .. } = &mut self.nodes[id] {
            // The power may go in the middle of a write.
            bytes.extend(if gone.is_ok() { added } else { &added[..added.len() / 2] });
        }
        gone
    }

    fn sync_file(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        let id = self.find(path)?;
        if let Node::File { durable, bytes } = &mut self.nodes[id] {
            durable.clone_from(bytes);
        }
        Ok(())
    }

    fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        let id = self.find(path)?;
        let names = self.names(id)?;
        if let Node::Folder { durable, changes } = &mut self.nodes[id] {
            *durable = names;
            changes.clear();
        }
        Ok(())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        let ((folder, old), (there, new)) = (self.place(from)?, self.place(to)?);
        if folder != there {
            return Err(ErrorKind::CrossesDevices.into());
        }
        let id = self.find(from)?;
        self.change(folder, Change::Rename(old, new, id))
    }

    fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        self.find(path)?;
        let (folder, name) = self.place(path)?;
        self.change(folder, Change::Remove(name))
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        if !self.names(self.find(path)?)?.is_empty() {
            return Err(ErrorKind::DirectoryNotEmpty.into());
        }
        let (folder, name) = self.place(path)?;
        self.change(folder, Change::Remove(name))
    }
}

/// What a file whose bytes were not synchronized holds after a crash.
fn survivor(durable: &[u8], bytes: &[u8], fate: Fate, chance: &mut Chance) -> Vec<u8> {
    match fate {
        Fate::Nothing => durable.to_vec(),
        Fate::NamesOnly => vec![0; bytes.len()],
        Fate::Torn => bytes[..bytes.len() / 2].to_vec(),
        Fate::Everything => bytes.to_vec(),
        Fate::Chance(_) => match chance.next() % 4 {
            0 => durable.to_vec(),
            1 => vec![0; bytes.len()],
            2 => bytes[..chance.next() as usize % (bytes.len() + 1)].to_vec(),
            _ => bytes.to_vec(),
        },
    }
}

/// `SplitMix64`.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
