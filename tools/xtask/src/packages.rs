//! System packages: looks for what a chore needs and installs what is missing.

use crate::{command, run, target};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A C compiler, for the bundled SQLite.
pub(crate) fn compiler() -> anyhow::Result<()> {
    if works("cc", "--version") { Ok(()) } else { install(&["gcc", "libc6-dev"]) }
}

/// What the drivers of real boards are built with: ALSA, and libclang for the bindings to the camera.
pub(crate) fn hardware() -> anyhow::Result<()> {
    let alsa = Command::new("pkg-config").args(["--exists", "alsa"]).output();
    let alsa = alsa.is_ok_and(|output| output.status.success());
    if alsa && has_libclang() { Ok(()) } else { install(&["libasound2-dev", "pkg-config", "libclang-dev"]) }
}

fn has_libclang() -> bool {
    let names = |folder: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect()
    };
    let is_named = |path: &Path, start: &str| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start))
    };
    let mut folders = vec![PathBuf::from("/usr/lib"), PathBuf::from("/usr/lib64")];
    folders.extend(names(Path::new("/usr/lib")).into_iter().filter(|path| path.is_dir()));
    let versions = folders.clone().into_iter().filter(|path| is_named(path, "llvm"));
    let versions: Vec<PathBuf> = versions.map(|path| path.join("lib")).collect();
    folders.extend(versions);
    std::env::var_os("LIBCLANG_PATH").is_some()
        || folders.iter().any(|folder| {
            names(folder).iter().any(|path| is_named(path, "libclang.so") || is_named(path, "libclang-"))
        })
}

/// Python with virtual environments, for the comparison with onnxruntime.
pub(crate) fn python() -> anyhow::Result<()> {
    let venv = Command::new("python3").args(["-c", "import venv, ensurepip"]).output();
    if venv.is_ok_and(|output| output.status.success()) {
        Ok(())
    } else {
        install(&["python3", "python3-venv"])
    }
}

/// Whether `program` starts.
pub(crate) fn works(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).output().is_ok_and(|output| output.status.success())
}

/// Installs Debian packages, with `sudo` unless this is root.
pub(crate) fn install(packages: &[&str]) -> anyhow::Result<()> {
    let list = packages.join(" ");
    if !works("apt-get", "--version") {
        bail!("please install {list} with your system's package manager, then run this again");
    }
    println!("installing {list}");
    as_root(&["apt-get", "update", "--quiet"])
        .context("the package lists could not be renewed; check the network")?;
    let mut arguments = vec!["apt-get", "install", "--yes", "--quiet", "--no-install-recommends"];
    arguments.extend(packages);
    as_root(&arguments)
        .with_context(|| format!("could not install {list}; install it by hand, then run this again"))
}

/// Installs those of `packages` that are not there.
pub(crate) fn need(packages: &[&str]) -> anyhow::Result<()> {
    let there = |name: &str| {
        let query =
            Command::new("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", name]).output();
        query.is_ok_and(|output| output.stdout.starts_with(b"installed"))
    };
    let missing: Vec<&str> = packages.iter().copied().filter(|name| !there(name)).collect();
    if missing.is_empty() { Ok(()) } else { install(&missing) }
}

/// A program of crates.io, by its name and version. It is built the first time, which takes minutes, into the folder of
/// what is compiled.
pub(crate) fn tool([name, version]: [&str; 2]) -> anyhow::Result<PathBuf> {
    let folder = std::path::absolute(target().join("tools").join(format!("{name}-{version}")))?;
    let program = folder.join("bin").join(name);
    if !program.exists() {
        let (version, place) = (format!("={version}"), folder.to_string_lossy().into_owned());
        let install = ["install", name, "--locked", "--version", &version, "--root", &place];
        run(&mut command("cargo", &install))
            .with_context(|| format!("{name} comes from crates.io; check the network"))?;
    }
    Ok(program)
}

/// Runs a command that changes the system, with `sudo` unless this is root.
pub(crate) fn as_root(arguments: &[&str]) -> anyhow::Result<()> {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0"));
    let mut all = if root { Vec::new() } else { vec!["sudo"] };
    all.extend(arguments);
    run(command(all[0], &all[1..]).env("DEBIAN_FRONTEND", "noninteractive"))
}
