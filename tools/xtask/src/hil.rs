//! The device in a virtual machine with real Linux drivers: fetches and builds what that takes, then runs `petri-hil`.

use crate::{command, cross, deb, debian, packages, run, system, target};
use std::path::{Path, PathBuf};

/// What the machine is run and its disks are made with.
const PACKAGES: [&str; 6] =
    ["qemu-system-arm", "ipxe-qemu", "kmod", "cpio", "e2fsprogs", "binutils-aarch64-linux-gnu"];
/// The processor of the machine, as Debian calls it.
const ARCH: &str = "arm64";
/// The package that stands for Debian's current kernel.
const KERNEL: &str = "linux-image-arm64";
/// Debian's programs in the machine, and the libraries that they and the device need.
const GUEST: [&str; 23] = [
    "busybox-static",
    "v4l-utils",
    "alsa-utils",
    "libc6",
    "libgcc-s1",
    "libstdc++6",
    "libudev1",
    "libv4l-0",
    "libv4l2rds0",
    "libv4lconvert0",
    "libjpeg62-turbo",
    "libasound2",
    "libasound2-data:all",
    "libatopology2",
    "libfftw3-single3",
    "libgomp1",
    "libncursesw6",
    "libsamplerate0",
    "libtinfo6",
    "libcap2",
    "zlib1g",
    "liblzma5",
    "libzstd1",
];

/// Runs the virtual machine; `rest` goes to `petri-hil`. With `install` first, the package is what is tried.
pub(crate) fn run_all(rest: &[String]) -> anyhow::Result<()> {
    packages::need(&PACKAGES)?;
    let folder = target().join("hil");
    let guest = folder.join("debian");
    let kernel = debian::stands_for(ARCH, KERNEL)?;
    let mut names: Vec<String> = GUEST.map(str::to_owned).to_vec();
    names.push(kernel.clone());
    debian::unpack(ARCH, &names, &guest)?;
    if let Some((_, rest)) = rest.split_first().filter(|(first, _)| *first == "install") {
        let made = deb::pack(&["--arch", ARCH, "--edition", "therapy"].map(str::to_owned))?;
        let system = system::disk(&guest, &kernel)?;
        let mut given = vec![PathBuf::from("install"), guest, system];
        given.extend(made);
        given.push(folder.join("install"));
        return play(&given, rest);
    }
    let program = cross::AARCH64.build()?;
    play(&[guest, program, folder], rest)
}

fn play(given: &[PathBuf], rest: &[String]) -> anyhow::Result<()> {
    // Together with the device, whose engine it shares.
    run(&mut command("cargo", &["build", "--release", "--package", "petri", "--package", "petri-hil"]))?;
    let given = given.iter().map(|path: &PathBuf| Path::to_string_lossy(path).into_owned());
    let arguments: Vec<String> = given.chain(rest.iter().cloned()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(&mut command(&target().join("release/petri-hil").to_string_lossy(), &arguments))
}
