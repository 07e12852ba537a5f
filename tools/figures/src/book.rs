//! All reports, where the project keeps them.

use crate::Report;
use crate::index::index;
use crate::quotes::Known;
use crate::today::Models;
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Larger than any report.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// Reports that lie in the folder of documents itself.
pub(crate) const ALONE: [&str; 3] = ["bench", "instructions", "latency"];
pub(crate) const FOLDER: &str = "evaluation";
const INDEX: &str = "evaluation.md";

/// The folder of documents: `evaluation/<part>.toml` with page and pictures, `evaluation.md` as their index, and
/// `bench.toml`, `instructions.toml` and `latency.toml` with their pages.
#[derive(Debug)]
pub struct Book {
    docs: PathBuf,
}

impl Book {
    /// Reports in this folder of documents.
    pub fn new(docs: impl Into<PathBuf>) -> Self {
        Self { docs: docs.into() }
    }

    fn folder(&self, part: &str) -> PathBuf {
        if ALONE.contains(&part) { self.docs.clone() } else { self.docs.join(FOLDER) }
    }

    /// The report of a part, if it was ever measured.
    ///
    /// # Errors
    /// When its file cannot be read, or is none.
    pub fn read(&self, part: &str) -> anyhow::Result<Option<Report>> {
        let path = self.folder(part).join(format!("{part}.toml"));
        if !path.is_file() {
            return Ok(None);
        }
        let text = read(&path)?;
        let report = Report::parse(&text)
            .with_context(|| format!("{} is damaged; measure it anew", path.display()))?;
        if report.part != part {
            bail!("{} holds the part `{}`; a file is named after its part", path.display(), report.part);
        }
        Ok(Some(report))
    }

    /// Every report, by name; those of the evaluation first.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn reports(&self) -> anyhow::Result<Vec<Report>> {
        let mut reports = Vec::new();
        for part in self.parts()?.iter().map(String::as_str).chain(ALONE) {
            reports.extend(self.read(part)?);
        }
        Ok(reports)
    }

    /// Names of the parts of the evaluation that are written.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn parts(&self) -> anyhow::Result<Vec<String>> {
        let mut parts = Vec::new();
        for name in names(&self.docs.join(FOLDER))? {
            parts.extend(name.strip_suffix(".toml").map(str::to_owned));
        }
        Ok(parts)
    }

    /// Writes a report, its page and its pictures in place of those of its part, and the index anew. Other parts
    /// stay as they are.
    ///
    /// # Errors
    /// When it says what cannot be, or a file cannot be written.
    pub fn keep(&self, report: &Report) -> anyhow::Result<()> {
        let folder = self.folder(&report.part);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        write(&folder.join(format!("{}.toml", report.part)), &report.to_toml()?)?;
        self.renew(report)?;
        write(&self.docs.join(INDEX), &index(&self.reports()?))
    }

    /// Draws every page, every picture and the index anew from the reports' files.
    ///
    /// # Errors
    /// As for `keep`.
    pub fn renew_all(&self) -> anyhow::Result<()> {
        let reports = self.reports()?;
        for report in &reports {
            self.renew(report)?;
        }
        write(&self.docs.join(INDEX), &index(&reports))
    }

    fn renew(&self, report: &Report) -> anyhow::Result<()> {
        let drawn = drawn(report)?;
        let folder = self.folder(&report.part);
        for name in self.pictures_of(&report.part)? {
            if !drawn.contains_key(&name) {
                let path = folder.join(&name);
                std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
        drawn.iter().try_for_each(|(name, text)| write(&folder.join(name), text))
    }

    fn pictures_of(&self, part: &str) -> anyhow::Result<Vec<String>> {
        let mut found = names(&self.folder(part))?;
        let start = format!("{part}.");
        found.retain(|name| {
            let picture = name.strip_prefix(&start);
            picture.and_then(|rest| rest.strip_suffix(".svg")).is_some()
        });
        Ok(found)
    }

    /// What is wrong with the reports: measured with other models than `today`'s, or drawn otherwise than their
    /// files say.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn problems(&self, today: &Models) -> anyhow::Result<Vec<String>> {
        let (reports, mut problems) = (self.reports()?, Vec::new());
        for report in &reports {
            problems.extend(aged(report, today));
            problems.extend(report.figures.iter().filter(|figure| !figure.kept()).filter_map(|figure| {
                let (name, shown) = (&figure.name, figure.shown());
                let floor = figure.floor?;
                Some(format!(
                    "{}.{name} is {shown}, and its floor {floor}; do not ship this model",
                    report.part
                ))
            }));
            let (folder, drawn) = (self.folder(&report.part), drawn(report)?);
            let stale = |name: &str| {
                let path = folder.join(name);
                format!("{} is not what {}.toml says; run `cargo xtask figures`", path.display(), report.part)
            };
            for (name, text) in &drawn {
                if read(&folder.join(name)).ok().as_ref() != Some(text) {
                    problems.push(stale(name));
                }
            }
            let others = self.pictures_of(&report.part)?;
            problems.extend(others.iter().filter(|name| !drawn.contains_key(*name)).map(|name| stale(name)));
        }
        let index_file = self.docs.join(INDEX);
        if !reports.is_empty() && read(&index_file).ok() != Some(index(&reports)) {
            problems.push(format!("{} is stale; run `cargo xtask figures`", index_file.display()));
        }
        Ok(problems)
    }

    /// The figures that documents may quote.
    ///
    /// # Errors
    /// When a report cannot be read.
    pub fn known(&self) -> anyhow::Result<Known> {
        Ok(Known::of(&self.reports()?))
    }

    /// Whether this file of the folder is written from reports.
    pub fn writes(&self, path: &Path) -> bool {
        let in_folder = path.strip_prefix(&self.docs).map(Path::to_owned).unwrap_or_default();
        let alone = ALONE.iter().any(|part| in_folder == Path::new(part).with_extension("md"));
        alone || in_folder == Path::new(INDEX) || in_folder.starts_with(FOLDER)
    }
}

/// Page and pictures of a report, by file name.
fn drawn(report: &Report) -> anyhow::Result<BTreeMap<String, String>> {
    let mut drawn: BTreeMap<String, String> = report.pictures()?.into_iter().collect();
    drawn.insert(format!("{}.md", report.part), report.page(""));
    Ok(drawn)
}

/// What a report was measured with that is not there any more.
fn aged(report: &Report, today: &Models) -> Vec<String> {
    let Report { part, command, .. } = report;
    let mut problems = Vec::new();
    for (id, files) in &report.models {
        let Some(now) = today.get(id) else {
            problems
                .push(format!("{part} was measured with the model {id}, which is no more; run `{command}`"));
            continue;
        };
        let weights = |files: &BTreeMap<String, String>| {
            let mut files = files.clone();
            files.remove("settings");
            files
        };
        if weights(files) != weights(now) {
            problems.push(format!("{part} was measured with other weights of {id}; run `{command}`"));
        } else if files != now {
            problems.push(format!("{part} was measured with other settings of {id}; run `{command}`"));
        }
    }
    problems
}

fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names = entries.map(|entry| Ok(name(entry?))).collect::<std::io::Result<Vec<String>>>()?;
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let bytes = std::fs::metadata(path).with_context(|| format!("cannot read {shown}"))?.len();
    if bytes > FILE_BYTES_MAX {
        bail!("{shown} has {bytes} bytes, which no report has; measure it anew");
    }
    std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}; is the disk full?", path.display()))
}
