//! The licences that go along with a package: ours, those of weights and media, and those of the crates.

use super::{Arch, Edition};
use crate::root;
use anyhow::{Context, bail};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// How licence files of crates begin.
const NAMES: [&str; 5] = ["license", "licence", "copying", "notice", "unlicense"];

/// Our licences, and the licence of everything in the package that is not ours.
pub(crate) fn ours() -> anyhow::Result<String> {
    let mut text = String::from(
        "Petri, https://example.org/petri\nCopyright: the Petri authors\n\n\
         The program and its texts are under MIT or Apache-2.0, as you like. Both texts are below; that of Apache-2.0\n\
         is on Debian systems in /usr/share/common-licenses/Apache-2.0, too. The licences of weights and media follow.\n\
         The crates that are compiled in, and their licences, are in licences-of-crates.txt.gz beside this file.\n",
    );
    let mut files = vec!["LICENSE-MIT".to_owned(), "LICENSE-APACHE".to_owned(), "THIRD_PARTY.md".to_owned()];
    let mut others: Vec<String> = fs::read_dir(root().join("licences"))?
        .map(|entry| Ok(format!("licences/{}", entry?.file_name().to_string_lossy())))
        .collect::<anyhow::Result<_>>()?;
    others.sort();
    files.append(&mut others);
    for file in files {
        let content =
            fs::read_to_string(root().join(&file)).with_context(|| format!("cannot read {file}"))?;
        write!(text, "\n==== {file}\n\n{}\n", content.trim_end())?;
    }
    Ok(text)
}

/// Each crate that is compiled in, with its licence; then each licence text once.
pub(crate) fn of_crates(edition: Edition, arch: Arch) -> anyhow::Result<String> {
    let tree = super::compiled_in(edition, arch, "none")?;
    let mut lines: Vec<&str> =
        tree.lines().filter(|line| !line.contains("(/")).map(|line| line.trim_end_matches(" (*)")).collect();
    lines.sort_unstable();
    lines.dedup();
    let sources = sources()?;
    let mut list = String::from(
        "The crates that are compiled in, with their licences and the numbers of the texts below. A crate without a\n\
         number brings no text; its licence is in /usr/share/common-licenses, or among those of other crates. Where\n\
         there is a choice, MIT is taken, else Apache-2.0, else MPL-2.0; sources are at https://crates.io.\n\n",
    );
    let mut texts = Vec::<String>::new();
    for line in lines {
        let (package, licence) = line.split_once('|').unwrap_or((line, ""));
        let mut words = package.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let folder = format!("{name}-{}", version.trim_start_matches('v'));
        let numbers: Vec<String> = texts_of(&sources, &folder)?
            .into_iter()
            .map(|text| {
                let known = texts.iter().position(|other| *other == text);
                let position = known.unwrap_or_else(|| {
                    texts.push(text);
                    texts.len() - 1
                });
                (position + 1).to_string()
            })
            .collect();
        let told = if numbers.is_empty() { "-".to_owned() } else { numbers.join(", ") };
        writeln!(list, "{name} {version}  {licence}  texts: {told}")?;
    }
    for (index, text) in texts.iter().enumerate() {
        write!(list, "\n==== {}\n\n{text}\n", index + 1)?;
    }
    Ok(list)
}

/// The folders in which cargo keeps sources.
fn sources() -> anyhow::Result<Vec<PathBuf>> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let registry = home.context("neither CARGO_HOME nor HOME is set; set one")?.join("registry/src");
    let entries = fs::read_dir(&registry)
        .with_context(|| format!("no sources in {}; run `cargo fetch`", registry.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn texts_of(sources: &[PathBuf], folder: &str) -> anyhow::Result<Vec<String>> {
    let Some(place) = sources.iter().map(|source| source.join(folder)).find(|place| place.is_dir()) else {
        bail!("the sources of {folder} are not there; run `cargo fetch`, then this again");
    };
    let is_licence = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        path.is_file() && NAMES.iter().any(|start| name.starts_with(start))
    };
    let mut files: Vec<PathBuf> = fs::read_dir(place)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_licence(path))
        .collect();
    files.sort();
    Ok(files.iter().filter_map(|file| Some(fs::read_to_string(file).ok()?.trim_end().to_owned())).collect())
}
