//! A system disk for the virtual machine: Debian 12 for arm64 with systemd, as its own installer lays it out.
//!
//! What is made here is unpacked only; the machine itself sets it up when it first boots.

use crate::{command, packages, root, run, target};
use anyhow::Context;
use std::fs;
use std::path::{Path, PathBuf};

/// What the disk is made with.
const PACKAGES: [&str; 5] = ["debootstrap", "debian-archive-keyring", "fakeroot", "e2fsprogs", "kmod"];
const RELEASE: &str = "bookworm";
const MIRROR: &str = "http://deb.debian.org/debian";
/// What the system has beside Debian's least, as the technician of docs/install.md would find it.
const SYSTEM: &str = "systemd-sysv,udev,kmod,sudo,man-db,libasound2";
/// Room on the disk; the file takes what is used of it.
const SIZE: &str = "1G";
/// As the administrator of a folder: the files on the disk belong to root.
const LAYOUT: &str = r#"
set -e
debootstrap --foreign --arch=arm64 --variant=minbase --include="$SYSTEM" "$RELEASE" "$TREE" "$MIRROR"
# In a container debootstrap leaves a link here.
rm -rf "$TREE/proc"
mkdir "$TREE/proc"
cp -a "$KERNEL/lib/modules" "$TREE/lib/"
for version in "$TREE"/lib/modules/*; do /usr/sbin/depmod -b "$TREE" "${version##*/}"; done
cp -a "$OWN/." "$TREE/"
/usr/sbin/mke2fs -q -t ext4 -d "$TREE" "$IMAGE" "$SIZE"
"#;

/// Makes the disk, unless one of the same kind is there; gives its folder. `kernel` is an unpacked kernel package, of
/// the `version` that is named.
pub(crate) fn disk(kernel: &Path, version: &str) -> anyhow::Result<PathBuf> {
    packages::need(&PACKAGES)?;
    let folder = target().join("hil/system");
    let own = root().join("tools/hil/guest/system");
    let wanted = format!("{RELEASE} {SYSTEM}\n{version}\n{LAYOUT}\n{}", contents(&own)?);
    let (label, tree, image) = (folder.join("label"), folder.join("tree"), folder.join("unpacked.img"));
    let is_there = image.exists() || folder.join("system.img").exists();
    if is_there && fs::read_to_string(&label).is_ok_and(|made| made == wanted) {
        return Ok(folder);
    }
    println!("laying out a Debian system for the virtual machine; about 80 MB are fetched");
    clear(&folder)?;
    fs::create_dir_all(&folder)?;
    let mut layout = command("fakeroot", &["sh", "-c", LAYOUT]);
    layout.env("SYSTEM", SYSTEM).env("RELEASE", RELEASE).env("MIRROR", MIRROR).env("SIZE", SIZE);
    layout.env("TREE", absolute(&tree)?).env("IMAGE", absolute(&image)?);
    layout.env("KERNEL", kernel).env("OWN", own);
    run(&mut layout).context("the system could not be laid out; check the network, then run this again")?;
    clear(&tree)?;
    fs::write(label, wanted)?;
    Ok(folder)
}

/// The path for programs that change their folder.
fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    Ok(std::path::absolute(path)?)
}

fn clear(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    Ok(())
}

/// All files of a folder with their names, so that a change of one is noticed.
fn contents(folder: &Path) -> anyhow::Result<String> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let mut text = String::new();
    for path in paths {
        text.extend([path.to_string_lossy().as_ref(), "\n"]);
        if path.is_dir() {
            text.push_str(&contents(&path)?);
        } else if path.is_file() {
            text.push_str(&fs::read_to_string(&path)?);
        }
    }
    Ok(text)
}
