//! From the start of the device's program to its first screen.

use crate::device_program;
use anyhow::{Context, bail};
use petri_models::Store;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

const STARTS: usize = 10;

/// Milliseconds of each start, sorted; models and program are in the system's cache from the second one on.
pub(super) fn first_screens(store: &Store) -> anyhow::Result<Vec<f64>> {
    let program = device_program()?;
    let folder = tempfile::tempdir().context("cannot make a folder for the journal; set TMPDIR")?;
    let mut found = (0..STARTS)
        .map(|_| {
            let mut command = Command::new(&program);
            command.args(["run", "--board", "sim", "--journal"]).arg(folder.path().join("journal.db"));
            command.arg("--models").arg(store.folder()).stdin(Stdio::piped()).stdout(Stdio::piped());
            let start = Instant::now();
            let mut child = command.spawn()?;
            let lines = child.stdout.take().map(BufReader::new).context("the program has no output")?;
            let shown = lines.lines().map_while(Result::ok).any(|line| line.starts_with("screen greet"));
            let ms = start.elapsed().as_secs_f64() * 1_000.0;
            child.kill()?;
            child.wait()?;
            if !shown {
                bail!("`petri run` shows no first screen; run it by hand to see why");
            }
            Ok(ms)
        })
        .collect::<anyhow::Result<Vec<f64>>>()?;
    found.sort_by(f64::total_cmp);
    Ok(found)
}
