//! Builds the session core and the link for a microcontroller: proof that they need no operating system.

use crate::{command, packages, run, target};
use std::process::Command;

const TARGET: &str = "thumbv7em-none-eabihf";
/// Debian's second toolchain, with the standard library's sources: for machines without rustup's targets.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/core/src/lib.rs";

/// Builds `petri-core` and `petri-link` for a Cortex-M4 with whichever toolchain has the target.
pub(crate) fn build() -> anyhow::Result<()> {
    let folder = target().join("bare-metal").to_string_lossy().into_owned();
    let packages = ["--package", "petri-core", "--package", "petri-link"];
    let common = ["build", "--release", "--target", TARGET, "--target-dir", &folder];
    let common = [&common[..], &packages].concat();
    if has_target() {
        return run(&mut command("cargo", &common));
    }
    if !std::path::Path::new(DEBIAN_SOURCES).exists() {
        packages::install(&["rustc-web", "rust-web-src"])?;
    }
    let arguments = [&common[..], &["-Zbuild-std=core"]].concat();
    // Building `core` itself is allowed to nightly compilers only, unless one asks in this way.
    run(command("cargo", &arguments).env("RUSTC_BOOTSTRAP", "1").env("RUSTC", DEBIAN_RUSTC))
}

/// Whether rustup's toolchain has the target, or can fetch it.
fn has_target() -> bool {
    let installed = || {
        let library = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
        library.is_ok_and(|output| {
            let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            std::path::Path::new(&path).is_dir()
        })
    };
    if installed() {
        return true;
    }
    let fetched = Command::new("rustup").args(["target", "add", TARGET]).output();
    fetched.is_ok_and(|output| output.status.success()) && installed()
}
