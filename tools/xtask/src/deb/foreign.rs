//! Dependencies of a program for another processor: Debian's own tool knows only libraries that are installed here.

use super::trial::output;
use anyhow::{Context, bail};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Libraries that the program may use, and their packages.
const LIBRARIES: [(&str, &str); 6] = [
    ("ld-linux-aarch64.so.1", "libc6"),
    ("ld-linux-x86-64.so.2", "libc6"),
    ("libc.so.6", "libc6"),
    ("libm.so.6", "libc6"),
    ("libgcc_s.so.1", "libgcc-s1"),
    ("libasound.so.2", "libasound2 (>= 1.0.16)"),
];

/// Writes into `package` which packages `program` needs.
pub(crate) fn depend(package: &Path, program: &Path, folder: &Path) -> anyhow::Result<()> {
    let needs = needs(program)?.join(", ");
    let open = folder.join("package");
    output(Command::new("dpkg-deb").arg("--raw-extract").arg(package).arg(&open))?;
    let control = open.join("DEBIAN/control");
    let text = fs::read_to_string(&control)?;
    if !text.contains("\nDepends: ") {
        bail!("the package has no line `Depends`; look at firmware/device/Cargo.toml");
    }
    fs::write(&control, text.replacen("\nDepends: ", &format!("\nDepends: {needs}, "), 1))?;
    let mut wrap = Command::new("dpkg-deb");
    if let Some(seconds) = super::last_commit("%ct") {
        wrap.env("SOURCE_DATE_EPOCH", seconds);
    }
    output(wrap.args(["--root-owner-group", "-Zxz", "--build"]).arg(&open).arg(package))?;
    fs::remove_dir_all(open)?;
    println!("it needs {needs}");
    Ok(())
}

fn needs(program: &Path) -> anyhow::Result<Vec<String>> {
    let told = output(Command::new("readelf").args(["--dynamic", "--version-info", "--wide"]).arg(program))?;
    let mut packages = Vec::new();
    for line in told.lines().filter(|line| line.contains("(NEEDED)")) {
        let name = line.split(['[', ']']).nth(1).unwrap_or_default();
        let Some((_, package)) = LIBRARIES.iter().find(|(library, _)| *library == name) else {
            bail!("no package is known for {name}; add it to tools/xtask/src/deb/foreign.rs");
        };
        packages.push((*package).to_owned());
    }
    packages.sort_unstable();
    packages.dedup();
    let version = |rest: &str| -> Option<(u32, u32)> {
        let number = rest.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
        let mut parts = number.split('.').map_while(|part| part.parse().ok());
        Some((parts.next()?, parts.next()?))
    };
    let newest = told.split("GLIBC_").skip(1).filter_map(version).max();
    let (major, minor) = newest.context("the program names no version of libc; is it built?")?;
    for package in packages.iter_mut().filter(|package| *package == "libc6") {
        *package = format!("libc6 (>= {major}.{minor})");
    }
    Ok(packages)
}
