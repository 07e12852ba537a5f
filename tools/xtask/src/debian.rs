//! Packages of Debian's for another processor, unpacked under `target/` and never installed.
//!
//! `apt-get download` checks each package against the hash in the signed package lists.

use crate::{command, packages, run, target};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Unpacks `names` of `arch` into `folder`, unless that was done before. A package for every architecture is `NAME:all`.
pub(crate) fn unpack(arch: &str, names: &[String], folder: &Path) -> anyhow::Result<()> {
    let missing: Vec<&String> = names.iter().filter(|name| !mark(folder, name).exists()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = target().join("debian");
    for name in missing {
        let path = download(arch, name, &packages)?;
        std::fs::create_dir_all(mark(folder, name).parent().unwrap_or(folder))?;
        run(&mut command("dpkg-deb", &["-x", &path.to_string_lossy(), &folder.to_string_lossy()]))?;
        std::fs::write(mark(folder, name), "")?;
    }
    Ok(())
}

/// The package that the package `name` of `arch` stands for: that of the current kernel, for instance.
pub(crate) fn stands_for(arch: &str, name: &str) -> anyhow::Result<String> {
    lists(arch)?;
    let output = Command::new("apt-cache").args(["depends", &format!("{name}:{arch}")]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let depends = text.lines().find_map(|line| line.trim().strip_prefix("Depends: "));
    let found = depends.and_then(|name| name.split(':').next()).map(str::to_owned);
    found.with_context(|| format!("apt does not know {name}:{arch}; run `apt-get update`, then this again"))
}

/// Tells that `name` has been unpacked.
fn mark(folder: &Path, name: &str) -> PathBuf {
    folder.join(".unpacked").join(name)
}

fn download(arch: &str, name: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    lists(arch)?;
    std::fs::create_dir_all(folder)?;
    let (plain, qualified) = match name.split_once(':') {
        Some((plain, _)) => (plain, name.to_owned()),
        None => (name, format!("{name}:{arch}")),
    };
    // Without a user of its own, apt needs no access to this folder for that user.
    let fetch = ["download", "--quiet", "--option", "APT::Sandbox::User=root", &qualified];
    run(command("apt-get", &fetch).current_dir(folder))
        .with_context(|| format!("could not fetch {name}; check the network, then run this again"))?;
    let starts = format!("{plain}_");
    let ends = [format!("_{arch}.deb"), "_all.deb".to_owned()];
    let newest = std::fs::read_dir(folder)?
        .filter_map(Result::ok)
        .filter(|entry| {
            let file = entry.file_name().to_string_lossy().into_owned();
            file.starts_with(&starts) && ends.iter().any(|end| file.ends_with(end))
        })
        .max_by_key(|entry| entry.metadata().and_then(|data| data.modified()).ok());
    newest.map(|entry| entry.path()).with_context(|| format!("apt fetched no {name}"))
}

/// Makes the package lists of `arch` known to apt.
fn lists(arch: &str) -> anyhow::Result<()> {
    let Ok(known) = Command::new("dpkg").arg("--print-foreign-architectures").output() else {
        bail!("this needs Debian's dpkg and apt");
    };
    if String::from_utf8_lossy(&known.stdout).lines().any(|line| line == arch) {
        return Ok(());
    }
    packages::as_root(&["dpkg", "--add-architecture", arch])?;
    packages::as_root(&["apt-get", "update", "--quiet"])
}
