//! Rules about files that no compiler checks: how long they are, and where links lead.

use crate::root;
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

/// Longest source file, in lines.
const LINES_MAX: usize = 400;
/// Largest `main` of the device, in lines.
const DEVICE_LINES_MAX: usize = 200;

/// What a chore wrote into a document ends here.
const MARK_END: &str = "<!-- end -->";

/// Folders that are made, not written.
const MADE: [&str; 3] = ["target", "__pycache__", "node_modules"];

/// Source files are short, and the device stays a thin shell.
pub(crate) fn check() -> anyhow::Result<()> {
    let mut sources = Vec::new();
    for folder in [
        "firmware",
        "kernels",
        "link",
        "console",
        "dap",
        "privacy",
        "report",
        "sync",
        "models/src",
        "content",
        "runtime",
        "board",
        "tools",
        "tests",
        "update",
        "fuzz/fuzz_targets",
    ] {
        collect(&root().join(folder), &["rs", "py", "js", "mjs"], &mut sources)?;
    }
    for path in &sources {
        let lines = std::fs::read_to_string(path)?.lines().count();
        let limit = if path.ends_with("firmware/device/src/main.rs") { DEVICE_LINES_MAX } else { LINES_MAX };
        if lines > limit {
            bail!("{} has {lines} lines; split it so that no part is over {limit}", path.display());
        }
    }
    println!("{} source files, none over {LINES_MAX} lines", sources.len());
    links()
}

/// Puts what a chore found out into a document, between the marks that name the chore and its end.
pub(crate) fn insert(document: &str, chore: &str, found: &str) -> anyhow::Result<()> {
    let (path, begin) = (root().join(document), format!("<!-- written by cargo xtask {chore} -->\n"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {document}"))?;
    let parts =
        text.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(MARK_END)?.1)));
    let (before, after) = parts.with_context(|| format!("{document} has no marks for `{chore}`"))?;
    let text = format!("{before}{begin}\n{}\n\n{MARK_END}{after}", found.trim_end());
    std::fs::write(&path, text).with_context(|| format!("cannot write {document}"))
}

/// Every link of a document to a file of the project leads to one.
fn links() -> anyhow::Result<()> {
    let mut documents = Vec::new();
    collect(&root(), &["md"], &mut documents)?;
    let mut links = 0;
    for path in &documents {
        let text = std::fs::read_to_string(path)?;
        let folder = path.parent().unwrap_or(path);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let elsewhere = link.is_empty() || link.contains("://") || link.starts_with("mailto:");
            if !elsewhere && !folder.join(link).exists() {
                bail!("{} leads to {link}, which is not there; correct the link", path.display());
            }
            links += usize::from(!elsewhere);
        }
    }
    println!("{links} links in {} documents lead to files that are there", documents.len());
    Ok(())
}

pub(crate) fn collect(folder: &Path, endings: &[&str], files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot look into {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let made = name.starts_with('.') || MADE.contains(&name.as_ref());
        if path.is_dir() && !made {
            collect(&path, endings, files)?;
        } else if path.extension().is_some_and(|ending| endings.iter().any(|e| ending == *e)) {
            files.push(path);
        }
    }
    Ok(())
}
