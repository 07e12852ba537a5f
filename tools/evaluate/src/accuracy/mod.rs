//! How often the models are right, and whether that is often enough.

mod actions;
#[cfg(feature = "therapy")]
mod expression;
mod faces;
mod keywords;
mod text;

use crate::table::Table;
use anyhow::{Context, bail};
use petri_models::Store;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// Options of `accuracy`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder with the labelled data: speech/, faces/ and text/.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Measure this part alone.
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
}

/// A figure that the project promises.
struct Floor {
    what: &'static str,
    value: f64,
    limit: Limit,
    unit: &'static str,
}

enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Floor {
    fn kept(&self) -> bool {
        match self.limit {
            Limit::AtLeast(limit) => self.value >= limit,
            Limit::AtMost(limit) => self.value <= limit,
        }
    }

    fn wanted(&self) -> String {
        match self.limit {
            Limit::AtLeast(limit) => format!(">= {limit}{}", self.unit),
            Limit::AtMost(limit) => format!("<= {limit}{}", self.unit),
        }
    }
}

/// One kind of data: prints its tables and returns the floors it can tell about.
type Part = fn(&Store, &Path) -> anyhow::Result<Vec<Floor>>;

const PARTS: &[(&str, &str, Part)] = &[
    ("keywords", "speech/speech-commands-v2-test", keywords::measure),
    #[cfg(feature = "therapy")]
    ("expression", "faces/fer2013-private-half", expression::measure),
    ("muscle actions", "faces/fer2013-private-half", actions::measure),
    ("text", "text/goemotions", text::measure),
];

/// Measures every part whose data is there.
pub(crate) fn run(store: &Store, options: &Options) -> anyhow::Result<()> {
    let (mut floors, mut measured) = (Vec::new(), 0);
    let wanted = |name: &str| options.part.as_deref().is_none_or(|part| part == name);
    for (name, folder, part) in PARTS.iter().filter(|(name, ..)| wanted(name)) {
        let path = options.data.join(folder);
        if !path.is_dir() {
            println!("## {name}: skipped, there is no folder {}\n", path.display());
            continue;
        }
        let start = Instant::now();
        floors.extend(part(store, &path).with_context(|| format!("the part `{name}` did not finish"))?);
        println!("Measured in {} s.\n", start.elapsed().as_secs());
        measured += 1;
    }
    if measured == 0 {
        let folders: Vec<&str> = PARTS.iter().map(|(_, folder, _)| *folder).collect();
        bail!(
            "{} holds none of {}; point --data at the labelled data",
            options.data.display(),
            folders.join(", ")
        );
    }
    let mut table = Table::new(&["floor", "wanted", "measured", ""]);
    for floor in &floors {
        let verdict = if floor.kept() { "kept" } else { "MISSED" };
        let value = format!("{:.3}{}", floor.value, floor.unit);
        table.row([floor.what.to_owned(), floor.wanted(), value, verdict.to_owned()]);
    }
    println!("## floors\n\n{table}");
    let missed: Vec<&str> = floors.iter().filter(|floor| !floor.kept()).map(|floor| floor.what).collect();
    if !missed.is_empty() {
        bail!("missed: {}; see the tables above, and do not ship these models", missed.join(", "));
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
    fn floors_hold_at_the_limit() {
        let floor = |value, limit| Floor { what: "", value, limit, unit: "" };
        assert!(floor(0.6, Limit::AtLeast(0.6)).kept() && !floor(0.59, Limit::AtLeast(0.6)).kept());
        assert!(floor(5.0, Limit::AtMost(5.0)).kept() && !floor(5.1, Limit::AtMost(5.0)).kept());
    }
}
