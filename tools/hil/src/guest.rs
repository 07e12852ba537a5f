//! What the machine starts from: drivers and tools in memory, the program and the journal on disks.

use crate::frames;
use anyhow::{Context, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The first program, a script for busybox.
const INIT: &str = include_str!("../guest/init");
/// Drivers by module, with their options.
const MODULES: [(&str, &str); 8] = [
    ("virtio_pci", ""),
    ("virtio_blk", ""),
    ("ext4", ""),
    ("crc32c_generic", ""),
    ("virtio-gpu", ""),
    // One camera with one input, one output that can be looped to it; both HDMI.
    (
        "vivid",
        "n_devs=1 node_types=0x101 num_inputs=1 input_types=0x3 num_outputs=1 output_types=0x1 vid_cap_nr=0 vid_out_nr=1",
    ),
    ("snd-aloop", "index=0 id=Loopback pcm_substreams=1"),
    ("virtio-rng", ""),
];
/// Debian's own programs that feed camera and microphone, and hear the speaker.
const TOOLS: [&str; 3] = ["usr/bin/v4l2-ctl", "usr/bin/aplay", "usr/bin/arecord"];
const LINKER: &str = "lib/ld-linux-aarch64.so.1";
/// Room on the disks.
const PROGRAM_DISK: &str = "192M";
const DATA_DISK: &str = "32M";

/// Folders and files that are given.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    /// Debian's packages for the guest, unpacked.
    pub(crate) debian: PathBuf,
    /// The program for aarch64.
    pub(crate) program: PathBuf,
    /// The workspace.
    pub(crate) root: PathBuf,
    /// The board's description.
    pub(crate) board: PathBuf,
}

/// Makes the initramfs, and gives it with the kernel.
pub(crate) fn initramfs(given: &Given, out: &Path) -> anyhow::Result<(PathBuf, PathBuf)> {
    let tree = fresh(&out.join("initramfs"))?;
    for folder in ["bin", "lib/modules", "proc", "sys", "dev", "usr/share", "usr/bin"] {
        std::fs::create_dir_all(tree.join(folder))?;
    }
    copy(&given.debian.join("bin/busybox"), &tree.join("bin/busybox"))?;
    first_program(&tree, INIT)?;
    let kernel = modules(&given.debian, &tree.join("lib/modules"), &MODULES)?;
    let mut programs = vec![given.program.clone()];
    for tool in TOOLS {
        let from = given.debian.join(tool).canonicalize().with_context(|| format!("{tool} is missing"))?;
        let name = Path::new(tool).file_name().unwrap_or_default();
        copy(&from, &tree.join("bin").join(name))?;
        programs.push(from);
    }
    libraries(&given.debian, &programs, &tree)?;
    run(Command::new("cp")
        .args(["-rL"])
        .arg(given.debian.join("usr/share/alsa"))
        .arg(tree.join("usr/share")))?;
    Ok((kernel, pack(&tree, &out.join("initramfs.cpio.gz"))?))
}

/// Puts the script that the kernel starts first into `tree`.
pub(crate) fn first_program(tree: &Path, script: &str) -> anyhow::Result<()> {
    let init = tree.join("init");
    std::fs::write(&init, script)?;
    run(Command::new("chmod").arg("755").arg(&init))
}

/// Packs a folder that a kernel starts from.
pub(crate) fn pack(tree: &Path, packed: &Path) -> anyhow::Result<PathBuf> {
    let pack = "find . | LC_ALL=C sort | cpio --create --format newc --quiet --owner 0:0 | gzip -1";
    run(Command::new("sh").args(["-c", &format!("{pack} > \"$0\"")]).arg(packed).current_dir(tree))?;
    Ok(packed.to_owned())
}

/// Copies the drivers with whatever they need into `folder`, with their order of loading; gives the kernel.
pub(crate) fn modules(debian: &Path, folder: &Path, wanted: &[(&str, &str)]) -> anyhow::Result<PathBuf> {
    let installed = debian.join("lib/modules");
    let version = std::fs::read_dir(&installed)
        .with_context(|| format!("there is no kernel in {}", debian.display()))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .max()
        .context("the kernel package has no drivers")?;
    run(Command::new("/usr/sbin/depmod").arg("-b").arg(debian).arg(&version))?;
    let mut order = String::new();
    let mut loaded = BTreeSet::new();
    for &(module, options) in wanted {
        let mut modprobe = Command::new("/usr/sbin/modprobe");
        modprobe.arg("-d").arg(debian).args(["-S", &version, "--show-depends", module]);
        let listed = text_of(&mut modprobe)?;
        for path in listed.lines().filter_map(|line| line.strip_prefix("insmod ")) {
            let path = Path::new(path.trim());
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if loaded.insert(name.clone()) {
                copy(path, &folder.join(&name))?;
                let own = path.file_stem().is_some_and(|stem| stem == module);
                order.extend([name.as_str(), " ", if own { options } else { "" }, "\n"]);
            }
        }
    }
    std::fs::write(folder.join("order"), order)?;
    Ok(debian.join("boot").join(format!("vmlinuz-{version}")))
}

/// Copies every library that `programs` need, and those that these need.
fn libraries(debian: &Path, programs: &[PathBuf], tree: &Path) -> anyhow::Result<()> {
    let places = ["lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu"];
    let folder = tree.join("lib/aarch64-linux-gnu");
    std::fs::create_dir_all(&folder)?;
    copy(&debian.join(LINKER).canonicalize()?, &tree.join(LINKER))?;
    let mut open = programs.to_vec();
    let mut known = BTreeSet::from(["ld-linux-aarch64.so.1".to_owned()]);
    while let Some(file) = open.pop() {
        let listed =
            text_of(Command::new("aarch64-linux-gnu-readelf").args(["--dynamic", "--wide"]).arg(&file))?;
        for line in listed.lines().filter(|line| line.contains("(NEEDED)")) {
            let name = line.split(['[', ']']).nth(1).unwrap_or_default().to_owned();
            if !known.insert(name.clone()) {
                continue;
            }
            let found = places.iter().map(|place| debian.join(place).join(&name)).find(|path| path.exists());
            let path = found
                .with_context(|| {
                    format!("{} needs {name}, which no package of the guest has", file.display())
                })?
                .canonicalize()?;
            copy(&path, &folder.join(&name))?;
            open.push(path);
        }
    }
    Ok(())
}

/// Makes the disk with the program, its models, the demonstration media and the board's description.
pub(crate) fn program_disk(given: &Given, out: &Path) -> anyhow::Result<PathBuf> {
    let tree = fresh(&out.join("program"))?;
    let share = tree.join("share/petri");
    for folder in ["bin", "media"] {
        std::fs::create_dir_all(tree.join(folder))?;
    }
    std::fs::create_dir_all(share.join("models"))?;
    copy(&given.program, &tree.join("bin/petri"))?;
    copy(&given.board, &tree.join("board.toml"))?;
    for entry in std::fs::read_dir(given.root.join("models"))? {
        let folder = entry?.path();
        if folder.join("manifest.toml").exists() {
            run(Command::new("cp").arg("-r").arg(&folder).arg(share.join("models")))?;
        }
    }
    let demo = given.root.join("board/demo");
    for entry in std::fs::read_dir(&demo)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "wav") {
            copy(&path, &tree.join("media").join(path.file_name().unwrap_or_default()))?;
        }
    }
    frames::write(&demo.join("astronaut.png"), &tree.join("media/face.yuyv"))?;
    disk(&out.join("program.img"), PROGRAM_DISK, Some(&tree))
}

/// Makes an empty disk for the journal.
pub(crate) fn data_disk(out: &Path) -> anyhow::Result<PathBuf> {
    disk(&out.join("data.img"), DATA_DISK, None)
}

/// Makes an ext4 disk with what is in a folder.
pub(crate) fn disk(image: &Path, size: &str, content: Option<&Path>) -> anyhow::Result<PathBuf> {
    let _ = std::fs::remove_file(image);
    let mut make = Command::new("/usr/sbin/mke2fs");
    make.args(["-q", "-t", "ext4"]);
    if let Some(folder) = content {
        make.arg("-d").arg(folder);
    }
    run(make.arg(image).arg(size))?;
    Ok(image.to_owned())
}

/// Copies `file` out of an ext4 image; `None` where there is none.
pub(crate) fn take(image: &Path, file: &str, to: &Path) -> anyhow::Result<Option<PathBuf>> {
    let _ = std::fs::remove_file(to);
    let dump = format!("dump {file} {}", to.display());
    run(Command::new("/usr/sbin/debugfs").args(["-R", &dump]).arg(image))?;
    Ok(to.exists().then(|| to.to_owned()))
}

pub(crate) fn fresh(folder: &Path) -> anyhow::Result<PathBuf> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
}

pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::copy(from, to).map(drop).with_context(|| format!("cannot copy {}", from.display()))
}

fn text_of(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    text_of(command).map(drop)
}
