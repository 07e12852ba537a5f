//! A machine with a whole Debian system on its disk.

use crate::guest;
use crate::machine::{Clock, Machine, Parts};
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The first program: drivers of the disk, then the system's own.
const BOOT: &str = include_str!("../guest/boot");
/// All that the system on the disk cannot load itself.
const MODULES: [(&str, &str); 4] =
    [("virtio_pci", ""), ("virtio_blk", ""), ("ext4", ""), ("crc32c_generic", "")];
/// Longest time in which the unpacked packages are set up.
const SET_UP_SECONDS_MAX: u64 = 2_400;
/// Room for the package and the board's description.
const MEDIUM: &str = "96M";

/// Kernel and drivers of a machine, still without disks, and the disk to copy: it is set up first where that was not
/// done before. `system` is the folder that `cargo xtask` made.
pub(crate) fn parts(debian: &Path, system: &Path, folder: &Path) -> anyhow::Result<(Parts, PathBuf)> {
    let tree = guest::fresh(&folder.join("initramfs"))?;
    for name in ["bin", "lib/modules", "proc", "sys", "dev", "system"] {
        std::fs::create_dir_all(tree.join(name))?;
    }
    guest::copy(&debian.join("bin/busybox"), &tree.join("bin/busybox"))?;
    guest::first_program(&tree, BOOT)?;
    let kernel = guest::modules(debian, &tree.join("lib/modules"), &MODULES)?;
    let initramfs = guest::pack(&tree, &folder.join("initramfs.cpio.gz"))?;
    let folder = folder.to_owned();
    let mut parts = Parts { kernel, initramfs, disks: Vec::new(), folder, clock: Clock::Time };
    let base = system.join("system.img");
    if !base.exists() {
        let unpacked = system.join("unpacked.img");
        println!("setting up the Debian system, which takes some minutes and is done once");
        let start = Instant::now();
        // A copy, so that one that was broken off is begun again from what was whole.
        parts.disks = vec![copy(&unpacked, &parts.folder.join("system.img"))?];
        let machine = Machine::start(&parts, "set-up")?;
        let limit = Duration::from_secs(SET_UP_SECONDS_MAX);
        machine.serial.wait(0, limit, "end of the set-up", |line| line.starts_with("SETTLED"))?;
        machine.leave("")?;
        std::fs::rename(&parts.disks[0], &base)?;
        std::fs::remove_file(unpacked)?;
        println!("the system is set up ({} s)", start.elapsed().as_secs());
    }
    Ok((parts, base))
}

/// A disk with the package, and with the board's description.
pub(crate) fn medium(package: &Path, board: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let tree = guest::fresh(&folder.join("medium"))?;
    guest::copy(package, &tree.join("petri.deb"))?;
    guest::copy(board, &tree.join("board.toml"))?;
    guest::disk(&folder.join("medium.img"), MEDIUM, Some(&tree))
}

/// A copy of a disk that takes no room for what is empty.
pub(crate) fn copy(image: &Path, to: &Path) -> anyhow::Result<PathBuf> {
    guest::run(Command::new("cp").arg("--sparse=always").arg(image).arg(to))
        .with_context(|| format!("cannot copy {}; is there room?", image.display()))?;
    Ok(to.to_owned())
}
