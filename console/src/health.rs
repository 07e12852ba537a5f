//! How the device is: temperature, memory, disk, and whether the model files are the trusted ones.

use petri_models::{Id, Store, get};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Less room than this on the disk is an alert.
pub(crate) const DISK_BYTES_MIN: u64 = 64 << 20;
/// Less memory than this is an alert.
pub(crate) const MEMORY_BYTES_MIN: u64 = 32 << 20;
/// A processor slows itself down from about here.
pub(crate) const TEMPERATURE_C_MAX: f64 = 80.0;

/// What was measured; `None` where the device does not say.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub(crate) struct Vitals {
    pub(crate) temperature_c: Option<f64>,
    pub(crate) memory_used_bytes: Option<u64>,
    pub(crate) memory_free_bytes: Option<u64>,
    pub(crate) disk_free_bytes: Option<u64>,
}

/// A model file.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ModelHealth {
    pub(crate) id: &'static str,
    pub(crate) sha256: &'static str,
    pub(crate) trusted: bool,
    /// What is the matter; empty when it is trusted.
    pub(crate) what: String,
}

/// Watches over the device.
pub(crate) struct Health {
    models: Store,
    journal: PathBuf,
    checked: Mutex<Option<Vec<ModelHealth>>>,
}

impl Health {
    pub(crate) fn new(models: Store, journal: &Path) -> Self {
        Self { models, journal: journal.to_owned(), checked: Mutex::new(None) }
    }

    pub(crate) fn vitals(&self) -> Vitals {
        Vitals {
            temperature_c: temperature_c(Path::new("/sys/class/thermal")),
            memory_used_bytes: field(Path::new("/proc/self/status"), "VmRSS:"),
            memory_free_bytes: field(Path::new("/proc/meminfo"), "MemAvailable:"),
            disk_free_bytes: room(&self.journal),
        }
    }

    /// Reads every model file and compares it with the manifest.
    pub(crate) fn check(&self) -> Vec<ModelHealth> {
        let check = |id: &Id| {
            let manifest = get(*id);
            let files = || {
                self.models.model(*id)?;
                manifest.assets.iter().try_for_each(|asset| self.models.asset(*id, &asset.file).map(|_| ()))
            };
            let fault: Result<(), petri_models::Error> = files();
            ModelHealth {
                id: id.folder(),
                sha256: &manifest.sha256,
                trusted: fault.is_ok(),
                what: fault.err().map(|error| error.to_string()).unwrap_or_default(),
            }
        };
        let checked: Vec<ModelHealth> = Id::ALL.iter().map(check).collect();
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some(checked.clone());
        checked
    }

    /// What the last check came to.
    pub(crate) fn models(&self) -> Option<Vec<ModelHealth>> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether every model was the trusted one at the last check.
    pub(crate) fn trusted(&self) -> Option<bool> {
        Some(self.models()?.iter().all(|model| model.trusted))
    }
}

/// The hottest zone.
fn temperature_c(zones: &Path) -> Option<f64> {
    let read = |zone: fs::DirEntry| -> Option<f64> {
        fs::read_to_string(zone.path().join("temp"))
            .ok()?
            .trim()
            .parse::<f64>()
            .ok()
            .map(|milli| milli / 1_000.0)
    };
    fs::read_dir(zones).ok()?.flatten().filter_map(read).reduce(f64::max)
}

/// A field of a file of the kernel's, in bytes.
fn field(path: &Path, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib << 10)
}

fn room(path: &Path) -> Option<u64> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail * disk.f_frsize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        for (zone, milli) in [("thermal_zone0", "41500\n"), ("thermal_zone1", "63250\n"), ("cooling", "")] {
            fs::create_dir(folder.path().join(zone)).expect("made");
            fs::write(folder.path().join(zone).join("temp"), milli).expect("written");
        }
        assert_eq!(temperature_c(folder.path()), Some(63.25));
        assert_eq!(temperature_c(Path::new("/nowhere")), None);
        let status = folder.path().join("status");
        fs::write(&status, "Name:\tx\nVmRSS:\t   1234 kB\n").expect("written");
        assert_eq!(field(&status, "VmRSS:"), Some(1234 << 10));
        assert!(room(&status).is_some_and(|bytes| bytes > 0) && room(Path::new("/nowhere/j.db")).is_none());
    }

    #[test]
    fn a_model_file_with_a_flipped_bit_is_told() {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
        let all = Health::new(Store::new(&models), Path::new("j.db")).check();
        assert!(all.len() >= 6 && all.iter().all(|model| model.trusted), "{all:?}");
        let folder = tempfile::tempdir().expect("a folder");
        let there = folder.path().join("voice-activity");
        fs::create_dir(&there).expect("made");
        let mut bytes = fs::read(models.join("voice-activity/model.onnx")).expect("the model");
        bytes[99] ^= 1;
        fs::write(there.join("model.onnx"), bytes).expect("written");
        let health = Health::new(Store::new(folder.path()), Path::new("j.db"));
        assert_eq!(health.trusted(), None);
        let told = health.check().into_iter().find(|model| model.id == "voice-activity").expect("listed");
        assert!(told.what.contains("refused the model file"), "{told:?}");
        assert_eq!(health.trusted(), Some(false));
    }
}
