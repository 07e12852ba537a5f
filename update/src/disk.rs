//! The device's disk, as far as the installer needs it, so that tests can cut the power at every step.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Whether it is a folder; everything else is treated as a file.
    pub is_folder: bool,
}

/// What the installer does with a disk. Nothing is durable before it is synchronized: a file's bytes by
/// [`Disk::sync_file`], its name and every change of names by [`Disk::sync_folder`] of the folder.
pub trait Disk {
    /// The bytes of a file, and never more than `bytes_max` of them.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&self, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>>;
    /// The entries of a folder, in the order of their names.
    ///
    /// # Errors
    /// When it cannot be read.
    fn list(&self, path: &Path) -> io::Result<Vec<Entry>>;
    /// Makes a folder; one that is there is left as it is.
    ///
    /// # Errors
    /// When it cannot be made.
    fn make_folder(&mut self, path: &Path) -> io::Result<()>;
    /// Makes an empty file; one that is there is emptied.
    ///
    /// # Errors
    /// When it cannot be made.
    fn make_file(&mut self, path: &Path) -> io::Result<()>;
    /// Adds bytes to the end of a file.
    ///
    /// # Errors
    /// When they cannot be written.
    fn append(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Makes the bytes of a file durable.
    ///
    /// # Errors
    /// When the disk says so.
    fn sync_file(&mut self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable.
    ///
    /// # Errors
    /// When the disk says so.
    fn sync_folder(&mut self, path: &Path) -> io::Result<()>;
    /// Gives what is at `from` the name `to` in the same folder, in place of what had it.
    ///
    /// # Errors
    /// When it cannot.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    ///
    /// # Errors
    /// When it cannot.
    fn remove_file(&mut self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    ///
    /// # Errors
    /// When it cannot.
    fn remove_folder(&mut self, path: &Path) -> io::Result<()>;
}

/// The file system, for one process at a time.
#[derive(Debug)]
pub struct RealDisk {
    /// The lock goes with it.
    _lock: File,
}

impl RealDisk {
    /// Makes `root` and waits until no other process works on it.
    ///
    /// # Errors
    /// When the folder or the lock in it cannot be made.
    pub fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(root.join("lock"))?;
        lock.lock()?;
        Ok(Self { _lock: lock })
    }
}

impl Disk for RealDisk {
    fn read(&self, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(bytes_max).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = fs::read_dir(path)?
            .map(|entry| {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                Ok(Entry { name, is_folder: entry.file_type()?.is_dir() })
            })
            .collect::<io::Result<Vec<_>>>()?;
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    fn make_folder(&mut self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn make_file(&mut self, path: &Path) -> io::Result<()> {
        File::create(path).map(drop)
    }

    fn append(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new().append(true).open(path)?.write_all(bytes)
    }

    fn sync_file(&mut self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
        let here = PathBuf::from(".");
        File::open(if path.as_os_str().is_empty() { &here } else { path })?.sync_all()
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }
}
