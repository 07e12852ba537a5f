//! The pictures of docs/screens: drawn from recorded sessions and by `petri sheet`, and held against the code.

use crate::{cargo, files, root, target};
use anyhow::bail;
use std::path::{Path, PathBuf};

/// Displays by the names that `petri run --display` takes.
const DISPLAYS: [&str; 3] = ["mono-128x64", "colour-240x240", "colour-320x240"];

/// Replays a tour and a conversation in Chinese and keeps the pictures; draws what comfort changes, and all people.
pub(crate) fn write(folder: &Path) -> anyhow::Result<()> {
    if folder.is_dir() {
        std::fs::remove_dir_all(folder)?;
    }
    let single = folder.join("tour");
    std::fs::create_dir_all(&single)?;
    replay("tour", "colour-320x240", &["--shots", &single.to_string_lossy()])?;
    for (recording, display) in
        DISPLAYS.map(|display| ("tour", display)).into_iter().chain([("talk", DISPLAYS[2])])
    {
        let sheet = folder.join(format!("{recording}-{display}.png"));
        replay(recording, display, &["--sheet", &sheet.to_string_lossy()])?;
    }
    for (of, name, display) in [
        ("comfort", "comfort-mono-128x64", DISPLAYS[0]),
        ("comfort", "comfort-colour-320x240", DISPLAYS[2]),
        ("people", "people", DISPLAYS[1]),
    ] {
        let sheet = folder.join(format!("{name}.png"));
        petri(&["sheet", of, &sheet.to_string_lossy(), "--display", display])?;
    }
    Ok(())
}

/// Runs the released program.
fn petri(flags: &[&str]) -> anyhow::Result<()> {
    let mut arguments = vec!["run", "--release", "--quiet", "--package", "petri", "--"];
    arguments.extend(flags);
    cargo(&arguments)
}

fn replay(recording: &str, display: &str, flags: &[&str]) -> anyhow::Result<()> {
    let from = format!("tests/recordings/{recording}.jsonl");
    let mut arguments = vec!["run", "--board", "replay", "--from", &from, "--display", display];
    arguments.extend(flags);
    petri(&arguments)
}

/// The committed pictures are what the code draws today.
pub(crate) fn are_current() -> anyhow::Result<()> {
    let (committed, fresh) = (root().join("docs/screens"), target().join("screens"));
    write(&fresh)?;
    let names = |folder: &Path| -> anyhow::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        files::collect(folder, &["png"], &mut found)?;
        let mut names: Vec<PathBuf> =
            found.iter().filter_map(|path| Some(path.strip_prefix(folder).ok()?.to_owned())).collect();
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
