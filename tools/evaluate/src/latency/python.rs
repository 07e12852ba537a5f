//! The same pipeline on onnxruntime, in Python.

use super::{Channel, Measured, Options};
use crate::root;
use anyhow::{Context, bail};
use petri_models::Store;
use serde::Deserialize;
use std::path::Path;
use std::process::{Command, Stdio};

/// A line that the script prints.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line {
    Event { channel: Channel, ms: f64 },
    Missed { channel: Channel },
    Process { start_ms: f64, idle_percent: f64, resident_mb: f64 },
}

/// Runs the script.
pub(super) fn measure(python: &Path, store: &Store, options: &Options) -> anyhow::Result<Measured> {
    let root = root()?;
    let mut command = Command::new(python);
    command.arg(root.join("tools/bench/pipeline.py")).arg(store.folder()).arg(root.join("board/demo"));
    command.args(["--events", &options.events.to_string(), "--seed", &options.seed.to_string()]);
    let output =
        command.stderr(Stdio::inherit()).output().context("cannot start Python; name one with --python")?;
    if !output.status.success() {
        bail!("tools/bench/pipeline.py ended with {}; its message is above", output.status);
    }
    let mut measured = Measured::default();
    let mut whole = false;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let line = serde_json::from_str(line)
            .with_context(|| format!("tools/bench/pipeline.py printed what is no result: {line}"))?;
        match line {
            Line::Event { channel, ms } => measured.taken[channel as usize].ms.push(ms),
            Line::Missed { channel } => measured.taken[channel as usize].missed += 1,
            Line::Process { start_ms, idle_percent, resident_mb } => {
                (measured.start_ms, measured.idle_percent) = (start_ms, idle_percent);
                (measured.resident_mb, whole) = (resident_mb, true);
            }
        }
    }
    if !whole {
        bail!("tools/bench/pipeline.py ended early; run it by hand to see why");
    }
    Ok(measured)
}
