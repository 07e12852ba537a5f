//! The console's page in a real browser: Debian's Chromium, driven by Playwright.

use crate::{cargo, command, packages, root, run};
use anyhow::bail;
use std::process::Command;

/// The browser, and letters for Chinese.
const PACKAGES: [&str; 2] = ["chromium", "fonts-noto-cjk"];
/// Oldest Node.js that the tests run on.
const NODE_MAJOR_MIN: u32 = 18;

/// Plays the sessions of `tools/browser`; `rest` goes to `node --test`. With `--pictures` the pictures of docs/ are
/// written anew.
pub(crate) fn play(rest: &[String]) -> anyhow::Result<()> {
    packages::need(&PACKAGES)?;
    node()?;
    cargo(&["build", "--release", "--package", "petri"])?;
    let folder = root().join("tools/browser");
    let fetch = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    run(command("npm", &fetch).current_dir(&folder))?;
    let (pictures, rest): (Vec<&String>, Vec<&String>) = rest.iter().partition(|word| *word == "--pictures");
    let mut tests = command("node", &["--test", "--test-concurrency=1"]);
    tests.current_dir(&folder).args(rest).arg("tests/");
    if !pictures.is_empty() {
        tests.env("PETRI_PICTURES", root().join("docs/console"));
    }
    run(&mut tests)
}

/// Node.js with its package manager.
fn node() -> anyhow::Result<()> {
    if !packages::works("npm", "--version") {
        packages::install(&["nodejs", "npm"])?;
    }
    let output = Command::new("node").arg("--version").output()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major =
        version.trim_start_matches('v').split('.').next().and_then(|number| number.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MAJOR_MIN) {
        bail!("Node.js {version} is too old; install {NODE_MAJOR_MIN} or newer, then run this again");
    }
    Ok(())
}
