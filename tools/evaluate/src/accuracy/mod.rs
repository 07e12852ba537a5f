//! How often the models are right, and whether that is often enough.

mod actions;
#[cfg(feature = "therapy")]
mod adapted;
mod chinese;
mod disturb;
mod enrolled;
#[cfg(feature = "therapy")]
mod expression;
mod faces;
mod hearing;
mod keywords;
mod own;
mod reviews;
mod stream;
mod talk;
mod text;

use anyhow::{Context, bail};
use petri_figures::{Book, Report, differences, today};
use petri_models::{Id, Store};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// Options of `accuracy`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder with the labelled data: speech/, faces/ and text/. Without it, what needs none is measured.
    #[arg(long, env = "PETRI_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Measure this part alone, and leave what is written of the others.
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
    /// Write nothing; fail when a figure is not the committed one within its tolerance.
    #[arg(long)]
    check: bool,
}

/// What is measured together, and has a page of its own.
struct Part {
    /// Small letters, digits and hyphens.
    name: &'static str,
    /// Heading of its page.
    title: &'static str,
    /// Folders of the data, all of which have to be there. A part without any needs no data.
    needs: &'static [&'static str],
    /// What its figures depend on.
    models: &'static [Id],
    /// Measures it with the data in a folder, and says in the report what it found.
    measure: fn(&Store, &Path, &mut Report) -> anyhow::Result<()>,
}

const PARTS: &[Part] = &[
    keywords::PART,
    hearing::PART,
    stream::PART,
    talk::PART,
    enrolled::PART,
    #[cfg(feature = "therapy")]
    expression::PART,
    #[cfg(feature = "therapy")]
    adapted::PART,
    actions::PART,
    text::PART,
    text::SMALL,
    reviews::PART,
    reviews::SMALL,
    own::PART,
    chinese::OWN,
    chinese::FILMS,
];

impl Part {
    /// Whether its data is there; says which is not.
    fn can_be_measured(&self, data: Option<&Path>) -> bool {
        let missing = self.needs.iter().find(|folder| data.is_none_or(|data| !data.join(folder).is_dir()));
        if let Some(folder) = missing {
            let data = data.map_or("--data".into(), Path::to_string_lossy);
            println!("{}: skipped, there is no folder {data}/{folder}\n", self.name);
        }
        missing.is_none()
    }

    fn report(&self, store: &Store, data: Option<&Path>) -> anyhow::Result<Report> {
        let command = format!("cargo xtask evaluate --part {}", self.name);
        let mut report = Report::new(self.name, self.title, &command, today::of(self.models));
        let start = Instant::now();
        (self.measure)(store, data.unwrap_or(Path::new("")), &mut report)
            .with_context(|| format!("the part `{}` did not finish", self.name))?;
        println!("{report}Measured in {} s.\n", start.elapsed().as_secs());
        Ok(report)
    }
}

/// Measures every part whose data is there, and writes or compares what was found.
pub(crate) fn run(store: &Store, book: &Book, options: &Options) -> anyhow::Result<()> {
    let wanted = |part: &&Part| options.part.as_deref().is_none_or(|name| part.name == name);
    let parts: Vec<&Part> = PARTS.iter().filter(wanted).collect();
    if parts.is_empty() {
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        bail!("there is no such part; the parts are {}", names.join(", "));
    }
    let data = options.data.as_deref();
    let (mut faults, mut measured) = (Vec::new(), 0);
    for part in parts.into_iter().filter(|part| part.can_be_measured(data)) {
        let report = part.report(store, data)?;
        measured += 1;
        let missed = report.figures.iter().filter(|figure| !figure.kept());
        faults.extend(missed.map(|figure| format!("{}.{} misses its floor", part.name, figure.name)));
        if !options.check {
            book.keep(&report)?;
            continue;
        }
        match book.read(part.name)? {
            Some(committed) => {
                faults.extend(differences(&committed, &report).iter().map(ToString::to_string));
            }
            None => faults.push(format!("{} was never written; run `{}`", part.name, report.command)),
        }
    }
    if options.check {
        // Pages of a part that was renamed or removed would stay for ever.
        let gone = |name: &String| PARTS.iter().all(|part| part.name != name);
        let gone = book.parts()?.into_iter().filter(gone);
        faults
            .extend(gone.map(|name| format!("docs/evaluation/{name}.toml is of no part; remove its files")));
    }
    if measured == 0 {
        bail!("nothing was measured; point --data or PETRI_DATA at the labelled data");
    }
    if !faults.is_empty() {
        bail!("{}; see the tables above, and do not ship these models", faults.join("; "));
    }
    Ok(())
}

/// Runs `work` on every item on all cores and keeps the order.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> anyhow::Result<R> + Sync,
) -> anyhow::Result<Vec<R>> {
    const THREADS_MAX: usize = 8;
    let threads = thread::available_parallelism().map_or(1, |count| count.get().min(THREADS_MAX));
    let next = AtomicUsize::new(0);
    let worker = || -> anyhow::Result<Vec<(usize, R)>> {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return Ok(done) };
            done.push((index, work(item)?));
        }
    };
    let parts: anyhow::Result<Vec<_>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let mut results: Vec<(usize, R)> = parts?.into_iter().flatten().collect();
    results.sort_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// The files of a folder that have one of the extensions, by name.
fn files(folder: &Path, extensions: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| {
        format!("cannot list {}; see the README of the data for its layout", folder.display())
    })?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| {
        extensions.iter().any(|wanted| path.extension().is_some_and(|found| found == *wanted))
    });
    paths.sort();
    if paths.is_empty() {
        bail!("{} has no .{} files; copy the data again", folder.display(), extensions.join(" or ."));
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parallel_work_keeps_order_and_errors() -> anyhow::Result<()> {
        let items: Vec<usize> = (0..100).collect();
        assert_eq!(
            in_parallel(&items, |item| Ok(item * 2))?,
            items.iter().map(|i| i * 2).collect::<Vec<_>>()
        );
        assert!(in_parallel(&items, |item| if *item == 57 { bail!("57") } else { Ok(()) }).is_err());
        Ok(())
    }

    #[test]
    fn every_part_has_a_name_of_its_own_and_names_its_models() {
        let mut names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PARTS.len());
        for part in PARTS {
            assert!(!part.models.is_empty(), "{}", part.name);
            let report = Report::new(part.name, part.title, "cargo", today::of(part.models));
            assert!(report.to_toml().is_ok(), "{}", part.name);
        }
    }
}
