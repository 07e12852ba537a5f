//! The same files and inputs in onnxruntime, through Python.

use super::memory::megabytes;
use super::timing::Limits;
use crate::root;
use anyhow::{Context, bail};
use petri_models::{Id, Store};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A Python that can import onnxruntime.
pub(crate) struct OnnxRuntime {
    python: PathBuf,
}

/// What one or more runs of the script found.
pub(super) struct Report {
    models: BTreeMap<String, Median>,
    process: Process,
}

/// Times of a model: the file that ships, and its float parent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Median {
    pub(super) shipped_ms: f64,
    pub(super) float_ms: f64,
}

/// A line that the script prints.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line {
    Model { id: String, median_ms: f64, float_ms: f64, parent_off_by: f64 },
    Process(Process),
}

#[derive(Deserialize, Clone)]
struct Process {
    version: String,
    imported_kib: f64,
    loaded_kib: f64,
    peak_kib: f64,
}

impl OnnxRuntime {
    /// Uses a Python that the caller prepared.
    pub(crate) fn with(python: PathBuf) -> Self {
        Self { python }
    }

    /// The Python.
    pub(crate) fn python(&self) -> &Path {
        &self.python
    }

    /// Makes a virtual environment from the locked requirements, or takes the one that is there.
    pub(crate) fn set_up() -> anyhow::Result<Self> {
        let requirements = root()?.join("tools/bench/requirements.txt");
        let wanted = std::fs::read_to_string(&requirements).with_context(|| {
            format!("cannot read {}; restore it from the repository", requirements.display())
        })?;
        let folder = target()?.join("bench-venv");
        let (python, stamp) = (folder.join("bin/python"), folder.join("requirements.installed"));
        if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) && python.is_file() {
            return Ok(Self { python });
        }
        eprintln!("setting up {}", folder.display());
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(&folder);
        checked(&mut venv, "install python3 and python3-venv, version 3.11 or later")?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "30"]);
        pip.args(["--require-hashes", "--only-binary", ":all:", "--requirement"]).arg(&requirements);
        checked(&mut pip, "check the network, or name a Python that has onnxruntime with --python")?;
        std::fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
        Ok(Self { python })
    }

    /// Times every model once more.
    pub(super) fn measure(&self, store: &Store, limits: &Limits) -> anyhow::Result<Report> {
        let mut command = Command::new(&self.python);
        command.arg(root()?.join("tools/bench/ort_bench.py")).arg(store.folder());
        command.args(Id::ALL.iter().map(|id| id.folder()));
        command.args([
            "--runs",
            &limits.runs.to_string(),
            "--seconds",
            &limits.longest.as_secs_f64().to_string(),
        ]);
        let output = command
            .stderr(Stdio::inherit())
            .output()
            .context("cannot start Python; name one with --python")?;
        if !output.status.success() {
            bail!("tools/bench/ort_bench.py ended with {}; its message is above", output.status);
        }
        Report::parse(&String::from_utf8_lossy(&output.stdout))
    }
}

impl Report {
    fn parse(printed: &str) -> anyhow::Result<Self> {
        let (mut models, mut process) = (BTreeMap::new(), None);
        for line in printed.lines() {
            match serde_json::from_str(line)
                .with_context(|| format!("ort_bench.py printed `{line}`, not a figure"))?
            {
                Line::Model { id, median_ms, float_ms, parent_off_by } => {
                    let tolerance = f64::from(tolerance(&id)?);
                    if parent_off_by > tolerance {
                        bail!(
                            "the float parent of {id} gives other results, off by {parent_off_by}; see parent.py"
                        );
                    }
                    models.insert(id, Median { shipped_ms: median_ms, float_ms });
                }
                Line::Process(found) => process = Some(found),
            }
        }
        let process = process.context("ort_bench.py ended early; run it by hand to see why")?;
        Ok(Self { models, process })
    }

    /// Medians of the best round.
    pub(super) fn median(&self, id: &str) -> Option<Median> {
        self.models.get(id).copied()
    }

    /// The lower medians of two rounds.
    pub(super) fn better_of(mut self, other: Option<Report>) -> Self {
        for (id, theirs) in other.into_iter().flat_map(|other| other.models) {
            let best = self.models.entry(id).or_insert(theirs);
            best.shipped_ms = best.shipped_ms.min(theirs.shipped_ms);
            best.float_ms = best.float_ms.min(theirs.float_ms);
        }
        self
    }

    /// A sentence on memory.
    pub(super) fn memory_line(&self) -> String {
        let Process { version, imported_kib, loaded_kib, peak_kib } = &self.process;
        let [imported, loaded, peak] = [imported_kib, loaded_kib, peak_kib].map(|kib| megabytes(*kib));
        format!(
            "onnxruntime {version} in Python: resident {imported:.0} MB after its imports, {loaded:.0} MB with all \
             models loaded, peak {peak:.0} MB."
        )
    }
}

/// How far a model's results may be off.
fn tolerance(id: &str) -> anyhow::Result<f32> {
    let known = Id::ALL.iter().find(|known| known.folder() == id);
    known.map(|id| petri_models::get(*id).tolerance).with_context(|| format!("there is no model {id}"))
}

fn target() -> anyhow::Result<PathBuf> {
    let named = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    Ok(root()?.join(named.as_deref().unwrap_or(Path::new("target"))))
}

fn checked(command: &mut Command, advice: &str) -> anyhow::Result<()> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let status =
        command.stdout(Stdio::null()).status().with_context(|| format!("cannot start {shown}; {advice}"))?;
    if !status.success() {
        bail!("{shown} ended with {status}; {advice}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROCESS: &str =
        r#"{"kind": "process", "version": "1", "imported_kib": 1000, "loaded_kib": 2000, "peak_kib": 3000}"#;

    fn round(ms: f64, off: f64) -> anyhow::Result<Report> {
        let times = format!(r#""median_ms": {ms}, "float_ms": {}, "parent_off_by": {off}"#, ms + 1.0);
        Report::parse(&format!("{{\"kind\": \"model\", \"id\": \"face-mesh\", {times}}}\n{PROCESS}"))
    }

    #[test]
    fn the_best_round_counts() -> anyhow::Result<()> {
        let best = round(2.0, 0.0)?.better_of(Some(round(1.5, 0.0)?));
        assert_eq!(best.median("face-mesh"), Some(Median { shipped_ms: 1.5, float_ms: 2.5 }));
        assert_eq!(best.median("text-signs"), None);
        assert!(best.memory_line().contains("peak 3 MB"));
        Ok(())
    }

    #[test]
    fn a_float_parent_with_other_results_is_an_error() {
        assert!(round(2.0, 0.1).is_ok(), "within the tolerance of the manifest");
        assert!(round(2.0, 100.0).is_err());
    }

    #[test]
    fn a_script_that_broke_off_is_an_error() {
        assert!(Report::parse("").is_err());
        assert!(Report::parse("Traceback").is_err());
    }
}
