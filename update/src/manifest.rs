//! The manifest: what binds the files of an update to each other, to a version and to a time.

use crate::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The name of the manifest's file.
pub const MANIFEST: &str = "petri-update.toml";
/// The name of the file with its signature.
pub const SIGNATURE: &str = "petri-update.toml.minisig";
/// No manifest, and no signature, is longer.
pub const MANIFEST_BYTES_MAX: u64 = 64 << 10;
/// No update has more files.
pub const FILES_MAX: usize = 128;
/// No file is larger: a board has to hold a model in memory.
pub const FILE_BYTES_MAX: u64 = 64 << 20;
/// No update is larger in all.
pub const SET_BYTES_MAX: u64 = 256 << 20;
/// The format of the manifest that this program reads and writes.
const FORMAT: u32 = 1;
const PATH_CHARS_MAX: usize = 100;
const PATH_PARTS_MAX: usize = 3;
const RETIRES_MAX: usize = 4;
/// An update that would be good for longer could be used to hold devices back for longer.
const GOOD_FOR_S_MAX: u64 = 3 * 366 * 86_400;

/// What an update replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The content pack.
    Content,
    /// The models, all of them.
    Models,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Content, Self::Models];

    /// Its name in manifests and folders.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Models => "models",
        }
    }
}

/// A signed list of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The format; it also tells this signed file from any other that a key may sign.
    petri_update: u32,
    /// What it replaces.
    pub kind: Kind,
    /// Rises with every update of its kind.
    pub version: u32,
    /// When it was made, in seconds since 1970 (UTC).
    pub issued_s: u64,
    /// Until when it may be installed, in seconds since 1970 (UTC). What is installed stays in use.
    pub expires_s: u64,
    /// The version of the program that it is for; any, if it is empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub program: String,
    /// Keys, as they are written in their files, that sign nothing any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retires: Vec<String>,
    /// The files, and no others.
    #[serde(rename = "file")]
    pub files: Vec<Item>,
}

/// A file of an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Where it is, relative to the manifest: lower-case letters, digits, `-`, `_`, `.`, with `/` between folders.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// A manifest, checked.
    ///
    /// # Errors
    /// When it breaks a rule.
    pub fn new(
        kind: Kind,
        version: u32,
        issued_s: u64,
        expires_s: u64,
        files: Vec<Item>,
    ) -> Result<Self, Refusal> {
        let (program, retires) = (String::new(), Vec::new());
        let manifest =
            Self { petri_update: FORMAT, kind, version, issued_s, expires_s, program, retires, files };
        manifest.check().map_err(Refusal::Manifest)?;
        Ok(manifest)
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// When it is no manifest or breaks a rule.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let unusable = |what: String| Refusal::Manifest(what);
        let text = std::str::from_utf8(bytes).map_err(|error| unusable(error.to_string()))?;
        let manifest: Self = toml::from_str(text).map_err(|error| unusable(error.message().to_owned()))?;
        manifest.check().map_err(unusable)?;
        Ok(manifest)
    }

    /// Its text.
    ///
    /// # Errors
    /// When it breaks a rule.
    pub fn text(&self) -> Result<String, Refusal> {
        self.check().map_err(Refusal::Manifest)?;
        toml::to_string(self).map_err(|error| Refusal::Manifest(error.to_string()))
    }

    fn check(&self) -> Result<(), String> {
        if self.petri_update != FORMAT {
            return Err(format!("its format is {}, and this program reads {FORMAT}", self.petri_update));
        }
        if self.version == 0 {
            return Err("version 0 stands for what is built in".to_owned());
        }
        if self.expires_s <= self.issued_s || self.expires_s - self.issued_s > GOOD_FOR_S_MAX {
            return Err("it has to expire after it is made, and within three years".to_owned());
        }
        if self.files.is_empty() || self.files.len() > FILES_MAX {
            return Err(format!("it lists {} files, and 1 to {FILES_MAX} are allowed", self.files.len()));
        }
        if self.program.len() > PATH_CHARS_MAX || self.retires.len() > RETIRES_MAX {
            return Err("a field is too long".to_owned());
        }
        let mut paths = BTreeSet::new();
        for item in &self.files {
            check_path(&item.path)?;
            if !paths.insert(item.path.as_str()) {
                return Err(format!("{} is listed twice", item.path));
            }
            if item.bytes > FILE_BYTES_MAX {
                return Err(format!("{} has more than {FILE_BYTES_MAX} bytes", item.path));
            }
            let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            if item.sha256.len() != 64 || !item.sha256.bytes().all(is_hex) {
                return Err(format!("the SHA-256 of {} is none", item.path));
            }
        }
        let is_under = |one: &&&str| paths.iter().any(|other| other.starts_with(&format!("{one}/")));
        if let Some(both) = paths.iter().find(is_under) {
            return Err(format!("{both} is a file and a folder"));
        }
        // Each is at most 2^26 and there are at most 2^7, so the sum fits.
        if self.files.iter().map(|item| item.bytes).sum::<u64>() > SET_BYTES_MAX {
            return Err(format!("it has more than {SET_BYTES_MAX} bytes in all"));
        }
        Ok(())
    }
}

/// Only plain names lead into the set, and none leads out of it.
fn check_path(path: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    let is_part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(is_plain);
    let parts = path.split('/').count();
    let is_own = path == MANIFEST || path == SIGNATURE;
    if path.len() > PATH_CHARS_MAX || parts > PATH_PARTS_MAX || is_own || !path.split('/').all(is_part) {
        return Err(format!("the file name {path:?} is not allowed"));
    }
    Ok(())
}
