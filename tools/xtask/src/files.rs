//! Rules about files that no compiler checks.

use crate::{root, screens, target};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

/// Longest source file, in lines.
const LINES_MAX: usize = 400;
/// Largest `main` of the device, in lines.
const DEVICE_LINES_MAX: usize = 200;

/// Source files are short, and the device stays a thin shell.
pub(crate) fn check() -> anyhow::Result<()> {
    let mut sources = Vec::new();
    for folder in ["firmware", "models/src", "runtime", "board", "tools", "tests"] {
        collect(&root().join(folder), &["rs", "py"], &mut sources)?;
    }
    for path in &sources {
        let lines = std::fs::read_to_string(path)?.lines().count();
        let limit = if path.ends_with("firmware/device/src/main.rs") { DEVICE_LINES_MAX } else { LINES_MAX };
        if lines > limit {
            bail!("{} has {lines} lines; split it so that no part is over {limit}", path.display());
        }
    }
    println!("{} source files, none over {LINES_MAX} lines", sources.len());
    Ok(())
}

/// The committed pictures are what the code draws today.
pub(crate) fn screens_are_current() -> anyhow::Result<()> {
    let (committed, fresh) = (root().join("docs/screens"), target().join("screens"));
    screens(&fresh)?;
    let names = |folder: &Path| -> anyhow::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        collect(folder, &["png"], &mut files)?;
        let mut names: Vec<PathBuf> =
            files.iter().filter_map(|path| Some(path.strip_prefix(folder).ok()?.to_owned())).collect();
        names.sort();
        Ok(names)
    };
    let expected = names(&fresh)?;
    let differs =
        |name: &PathBuf| std::fs::read(committed.join(name)).ok() != std::fs::read(fresh.join(name)).ok();
    let stale: Vec<&PathBuf> = expected.iter().filter(|name| differs(name)).collect();
    if !stale.is_empty() || names(&committed)? != expected {
        bail!("docs/screens is out of date ({stale:?}); run `cargo xtask screens` and commit the pictures");
    }
    println!("{} pictures are current", expected.len());
    Ok(())
}

fn collect(folder: &Path, endings: &[&str], files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot look into {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden && !path.ends_with("target") && !path.ends_with("__pycache__") {
            collect(&path, endings, files)?;
        } else if path.extension().is_some_and(|ending| endings.iter().any(|e| ending == *e)) {
            files.push(path);
        }
    }
    Ok(())
}
