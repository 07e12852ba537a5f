//! The record of what is installed: one small file that is replaced as a whole.

use crate::manifest::Kind;
use crate::{Disk, Error, sha256};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const STATE: &str = "installed";
const STATE_NEW: &str = "installed.new";
const STATE_BYTES_MAX: u64 = 64 << 10;
/// A clock that is further ahead of the last signed time is not believed for good: a wrong clock must not lock every
/// later update out.
const AHEAD_S_MAX: u64 = 400 * 86_400;

/// What is installed, and what was ever accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The latest time that an accepted manifest was made at.
    #[serde(default)]
    pub issued_s: u64,
    /// The latest time that the clock was seen to show.
    #[serde(default)]
    pub seen_s: u64,
    /// Keys that sign nothing any more.
    #[serde(default)]
    pub retired: Vec<String>,
    /// The content pack.
    #[serde(default)]
    pub content: Track,
    /// The models.
    #[serde(default)]
    pub models: Track,
}

/// What is installed of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// The highest version that was accepted.
    #[serde(default)]
    pub accepted: u32,
    /// The SHA-256 of its manifest.
    #[serde(default)]
    pub accepted_sha256: String,
    /// Starts of `current` since it was installed, while it is on trial.
    #[serde(default)]
    pub starts: u8,
    /// What starts next; what is built in, if there is none.
    pub current: Option<Placed>,
    /// The last one that a start succeeded with; what is built in, if there is none.
    pub good: Option<Placed>,
    /// The one before that.
    pub previous: Option<Placed>,
}

/// A set on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// Its folder.
    pub folder: String,
    /// Its version.
    pub version: u32,
    /// The SHA-256 of its manifest.
    pub sha256: String,
}

impl Track {
    /// Whether `current` still has to show that the device starts with it.
    pub fn on_trial(&self) -> bool {
        self.current != self.good
    }

    /// Whether a folder is in use.
    pub(crate) fn uses(&self, folder: &str) -> bool {
        let all = [&self.current, &self.good, &self.previous];
        all.into_iter().flatten().any(|placed| placed.folder == folder)
    }

    /// Back to the last good one from one on trial, else to the one before.
    pub(crate) fn go_back(&mut self) {
        if self.on_trial() {
            self.current.clone_from(&self.good);
        } else {
            self.current = self.previous.take();
            self.good.clone_from(&self.current);
        }
        self.starts = 0;
    }
}

impl State {
    /// What is installed of a kind.
    pub fn track(&self, kind: Kind) -> &Track {
        match kind {
            Kind::Content => &self.content,
            Kind::Models => &self.models,
        }
    }

    pub(crate) fn track_mut(&mut self, kind: Kind) -> &mut Track {
        match kind {
            Kind::Content => &mut self.content,
            Kind::Models => &mut self.models,
        }
    }

    /// The latest time that is known to have come: what the clock shows, unless a later one was seen.
    pub fn now_s(&self, clock_s: u64) -> u64 {
        clock_s.max(self.seen_s).max(self.issued_s)
    }

    /// Remembers that the clock shows `clock_s`, as far as it can be believed.
    pub(crate) fn see(&mut self, clock_s: u64) {
        self.seen_s = self.seen_s.max(clock_s.min(self.issued_s.saturating_add(AHEAD_S_MAX)));
    }

    /// Reads the record; an empty one if there is none.
    pub(crate) fn read(disk: &impl Disk, root: &Path) -> Result<Self, Error> {
        let path = root.join(STATE);
        let bytes = match disk.read(&path, STATE_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(Error::Disk { doing: "read", path, source }),
        };
        let parsed = || {
            let (sum, body) = std::str::from_utf8(&bytes).ok()?.strip_prefix("# ")?.split_once('\n')?;
            (sum == sha256(body.as_bytes())).then(|| toml::from_str(body).ok())?
        };
        parsed().ok_or(Error::Damaged(path))
    }

    /// Replaces the record: after this it is durable, and before it the old one is.
    pub(crate) fn write(&self, disk: &mut impl Disk, root: &Path) -> Result<(), Error> {
        let (new, path) = (root.join(STATE_NEW), root.join(STATE));
        let body = toml::to_string(self).map_err(|_| Error::Damaged(path.clone()))?;
        let text = format!("# {}\n{body}", sha256(body.as_bytes()));
        let failed = |doing| failed(doing, new.clone());
        disk.make_file(&new).map_err(failed("write"))?;
        disk.append(&new, text.as_bytes()).map_err(failed("write"))?;
        disk.sync_file(&new).map_err(failed("write"))?;
        disk.rename(&new, &path).map_err(failed("rename"))?;
        disk.sync_folder(root).map_err(failed("write"))
    }
}

/// Makes an error of the disk's one that says what was tried.
pub(crate) fn failed(doing: &'static str, path: PathBuf) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::Disk { doing, path, source }
}
