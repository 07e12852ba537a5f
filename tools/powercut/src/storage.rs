//! The disk as SQLite sees it.

use crate::disk::{Disk, Image, Mood, Op, Traffic};
use crate::shared::{Level, REGION_BYTES, REGIONS_MAX};
use sqlite_plugin::flags::{AccessFlags, CreateMode, LockLevel, OpenKind, OpenMode, OpenOpts, ShmLockMode};
use sqlite_plugin::vars;
use sqlite_plugin::vfs::{RegisterOpts, Vfs, VfsHandle, VfsResult, register_static};
use std::ffi::CString;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the driver of a Linux file system tells SQLite of a disk that may spoil what lies beside a torn write.
const SECTOR_BYTES: i32 = 4_096;

/// A storage that SQLite knows by a name.
#[derive(Clone)]
pub struct Storage {
    name: Arc<str>,
    disk: Arc<Mutex<Disk>>,
}

impl Storage {
    /// A new storage, empty, known to SQLite until the program ends. A name is given once.
    ///
    /// # Errors
    /// When SQLite does not take it.
    pub fn register(name: &str) -> anyhow::Result<Self> {
        let storage = Self { name: name.into(), disk: Arc::default() };
        let handles = Driver { disk: Arc::clone(&storage.disk), next: AtomicU64::new(1) };
        register_static(CString::new(name)?, handles, RegisterOpts { make_default: false })
            .map_err(|code| anyhow::anyhow!("SQLite takes no storage {name}: code {code}"))?;
        Ok(storage)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Puts another disk in; nothing may be open on the last.
    pub fn insert(&self, image: &Image) {
        *self.disk() = Disk::of(image);
    }

    /// What lies on the disk as long as the power is on.
    pub fn image(&self) -> Image {
        self.disk().image()
    }

    /// How many changes were asked for.
    pub fn changes(&self) -> usize {
        self.disk().log.len()
    }

    /// The changes that were asked for, which are forgotten here.
    pub fn take_log(&self) -> Vec<Op> {
        std::mem::take(&mut self.disk().log)
    }

    /// From now on the disk behaves like this.
    pub fn behave(&self, mood: Mood) {
        self.disk().mood = mood;
    }

    /// What was moved since the disk was put in.
    pub fn traffic(&self) -> Traffic {
        self.disk().traffic
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        lock(&self.disk)
    }
}

fn lock(disk: &Mutex<Disk>) -> MutexGuard<'_, Disk> {
    disk.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Driver {
    disk: Arc<Mutex<Disk>>,
    next: AtomicU64,
}

impl Driver {
    fn disk(&self) -> MutexGuard<'_, Disk> {
        lock(&self.disk)
    }
}

/// An open file.
struct Open {
    who: u64,
    node: usize,
    read_only: bool,
    /// With the first sync the name of a new log is made safe, too, as SQLite does on Linux.
    names_unsafe: bool,
    temporary: bool,
    level: LockLevel,
}

impl VfsHandle for Open {
    fn readonly(&self) -> bool {
        self.read_only
    }

    fn in_memory(&self) -> bool {
        false
    }
}

fn busy(taken: bool) -> VfsResult<()> {
    if taken { Ok(()) } else { Err(vars::SQLITE_BUSY) }
}

impl Vfs for Driver {
    type Handle = Open;

    fn open(&self, path: Option<&str>, opts: OpenOpts) -> VfsResult<Open> {
        let mut disk = self.disk();
        let name = path.unwrap_or("temporary");
        let creates = matches!(opts.mode(), OpenMode::ReadWrite { create } if create != CreateMode::None);
        let read_only = opts.mode().is_readonly() || disk.mood == Mood::ReadOnly;
        let (node, fresh) = match disk.names.get(name) {
            Some(node) => (*node, false),
            None if !creates || matches!(disk.mood, Mood::ReadOnly | Mood::Failing) => {
                return Err(vars::SQLITE_CANTOPEN);
            }
            None => (disk.create(name), true),
        };
        Ok(Open {
            who: self.next.fetch_add(1, Ordering::Relaxed),
            node,
            read_only,
            names_unsafe: fresh && matches!(opts.kind(), OpenKind::Wal | OpenKind::MainJournal),
            temporary: opts.delete_on_close() || path.is_none(),
            level: LockLevel::Unlocked,
        })
    }

    fn delete(&self, path: &str) -> VfsResult<()> {
        let mut disk = self.disk();
        if disk.mood == Mood::ReadOnly {
            return Err(vars::SQLITE_IOERR_DELETE);
        }
        match disk.names.remove(path) {
            Some(_) => {
                disk.log.push(Op::Delete { name: path.to_owned() });
                Ok(())
            }
            None => Err(vars::SQLITE_IOERR_DELETE_NOENT),
        }
    }

    fn access(&self, path: &str, flags: AccessFlags) -> VfsResult<bool> {
        let disk = self.disk();
        let there = disk.names.get(path).is_some_and(|node| !disk.files[*node].is_empty());
        Ok(match flags {
            AccessFlags::Exists => there,
            AccessFlags::Read => disk.names.contains_key(path),
            AccessFlags::ReadWrite => disk.names.contains_key(path) && disk.mood != Mood::ReadOnly,
        })
    }

    fn file_size(&self, file: &mut Open) -> VfsResult<usize> {
        Ok(self.disk().files[file.node].len())
    }

    fn truncate(&self, file: &mut Open, size: usize) -> VfsResult<()> {
        let mut disk = self.disk();
        if file.read_only || matches!(disk.mood, Mood::ReadOnly | Mood::Failing) {
            return Err(vars::SQLITE_IOERR_TRUNCATE);
        }
        disk.truncate(file.node, size);
        Ok(())
    }

    fn write(&self, file: &mut Open, offset: usize, data: &[u8]) -> VfsResult<usize> {
        let mut disk = self.disk();
        let grows = disk.files[file.node].len() < offset + data.len();
        match disk.mood {
            _ if file.read_only => Err(vars::SQLITE_READONLY),
            // What the driver of a Linux file system makes of either.
            Mood::ReadOnly | Mood::Failing => Err(vars::SQLITE_IOERR_WRITE),
            Mood::Full if grows => Err(vars::SQLITE_FULL),
            Mood::Full | Mood::Well => {
                disk.write(file.node, offset, data);
                Ok(data.len())
            }
        }
    }

    fn read(&self, file: &mut Open, offset: usize, data: &mut [u8]) -> VfsResult<usize> {
        let mut disk = self.disk();
        let bytes = disk.files[file.node].get(offset..).unwrap_or_default();
        let read = bytes.len().min(data.len());
        data[..read].copy_from_slice(&bytes[..read]);
        disk.traffic.read += read;
        Ok(read)
    }

    fn lock(&self, file: &mut Open, level: LockLevel) -> VfsResult<()> {
        let mut disk = self.disk();
        let shared = disk.shared.entry(file.node).or_default();
        busy(match level {
            LockLevel::Unlocked => true,
            LockLevel::Shared => shared.read(file.who),
            LockLevel::Reserved => shared.write(file.who, Level::Reserved),
            LockLevel::Pending => shared.write(file.who, Level::Pending),
            LockLevel::Exclusive => shared.write(file.who, Level::Exclusive),
        })?;
        file.level = level;
        Ok(())
    }

    fn unlock(&self, file: &mut Open, level: LockLevel) -> VfsResult<()> {
        self.disk().shared.entry(file.node).or_default().release(file.who, level == LockLevel::Shared);
        file.level = level;
        Ok(())
    }

    fn check_reserved_lock(&self, file: &mut Open) -> VfsResult<bool> {
        Ok(self.disk().shared.entry(file.node).or_default().is_written())
    }

    fn sync(&self, file: &mut Open) -> VfsResult<()> {
        let mut disk = self.disk();
        if disk.mood == Mood::Failing {
            return Err(vars::SQLITE_IOERR_FSYNC);
        }
        disk.sync(file.node, std::mem::take(&mut file.names_unsafe));
        Ok(())
    }

    fn close(&self, file: Open) -> VfsResult<()> {
        let mut disk = self.disk();
        if let Some(shared) = disk.shared.get_mut(&file.node) {
            shared.release(file.who, false);
        }
        if file.temporary {
            disk.names.retain(|_, node| *node != file.node);
        }
        Ok(())
    }

    fn sector_size(&self, _: &mut Open) -> VfsResult<i32> {
        Ok(SECTOR_BYTES)
    }

    fn device_characteristics(&self, _: &mut Open) -> VfsResult<i32> {
        Ok(0)
    }

    fn shm_map(
        &self,
        file: &mut Open,
        region: usize,
        size: usize,
        extend: bool,
    ) -> VfsResult<Option<NonNull<u8>>> {
        if size != REGION_BYTES || region >= REGIONS_MAX {
            return Err(vars::SQLITE_IOERR_SHMMAP);
        }
        let mut disk = self.disk();
        let shared = disk.shared.entry(file.node).or_default();
        if !shared.mapped.contains(&file.who) {
            shared.mapped.push(file.who);
        }
        if shared.regions.len() <= region {
            if !extend {
                return Ok(None);
            }
            let fresh = || (0..REGION_BYTES / 8).map(|_| AtomicU64::new(0)).collect();
            shared.regions.resize_with(region + 1, fresh);
        }
        // It stays where it is as long as a connection has it mapped.
        Ok(NonNull::new(shared.regions[region][0].as_ptr()).map(NonNull::cast))
    }

    fn shm_lock(&self, file: &mut Open, offset: u32, count: u32, mode: ShmLockMode) -> VfsResult<()> {
        let mut disk = self.disk();
        let shared = disk.shared.entry(file.node).or_default();
        let which = offset as usize..(offset + count) as usize;
        match mode {
            ShmLockMode::LockShared => busy(shared.take(file.who, which, false)),
            ShmLockMode::LockExclusive => busy(shared.take(file.who, which, true)),
            ShmLockMode::UnlockShared | ShmLockMode::UnlockExclusive => {
                shared.give(file.who, which);
                Ok(())
            }
        }
    }

    fn shm_barrier(&self, _: &mut Open) {
        fence(Ordering::SeqCst);
    }

    fn shm_unmap(&self, file: &mut Open, _delete: bool) -> VfsResult<()> {
        self.disk().shared.entry(file.node).or_default().unmap(file.who);
        Ok(())
    }
}
