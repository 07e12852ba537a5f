//! Reads model files, and refuses any that is not the one the manifest names.

use crate::{Id, Manifest, get};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// No model file is larger: a board has to hold them all in memory.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// A folder with one subfolder per model.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

/// A model file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read.
    #[error(
        "cannot read the model file {path}: {source}; point --models (or PETRI_MODELS) at Petri's models folder"
    )]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not the file that this program was built to trust.
    #[error("refused the model file {path}: {what}; restore it from the Petri release you installed")]
    NotTrusted {
        /// Which.
        path: PathBuf,
        /// How it differs.
        what: String,
    },
}

impl Store {
    /// A store in `folder`; nothing is read yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The bytes of a model, verified.
    ///
    /// # Errors
    /// When the file cannot be read or its size or hash differs.
    pub fn model(&self, id: Id) -> Result<Vec<u8>, Error> {
        let manifest = get(id);
        self.verified(manifest, &manifest.file, manifest.bytes, &manifest.sha256)
    }

    /// The bytes of an asset of a model, verified.
    ///
    /// # Errors
    /// As [`Store::model`].
    ///
    /// # Panics
    /// When the manifest has no asset `file`, a mistake of ours.
    pub fn asset(&self, id: Id, file: &str) -> Result<Vec<u8>, Error> {
        let manifest = get(id);
        let Some(asset) = manifest.assets.iter().find(|asset| asset.file == file) else {
            panic!("models/{}/manifest.toml has no asset `{file}`", manifest.id)
        };
        self.verified(manifest, &asset.file, asset.bytes, &asset.sha256)
    }

    /// The golden pair of a model, verified.
    ///
    /// # Errors
    /// As [`Store::model`].
    pub fn golden(&self, id: Id) -> Result<Vec<u8>, Error> {
        let manifest = get(id);
        let golden = &manifest.golden;
        self.verified(manifest, &golden.file, golden.bytes, &golden.sha256)
    }

    fn verified(&self, manifest: &Manifest, file: &str, bytes: u64, sha256: &str) -> Result<Vec<u8>, Error> {
        let path = self.folder.join(&manifest.id).join(file);
        let refuse = |what: String| Error::NotTrusted { path: path.clone(), what };
        let unreadable = |source| Error::Unreadable { path: path.clone(), source };
        let mut opened = File::open(&path).map_err(unreadable)?;
        let length = opened.metadata().map_err(unreadable)?.len();
        if length != bytes || length > FILE_BYTES_MAX {
            return Err(refuse(format!("it has {length} bytes, not {bytes}")));
        }
        let mut data = Vec::with_capacity(length as usize);
        opened.by_ref().take(bytes + 1).read_to_end(&mut data).map_err(unreadable)?;
        let found = hex(&Sha256::digest(&data));
        if found != sha256 {
            return Err(refuse(format!("its SHA-256 is {found}, not {sha256}")));
        }
        Ok(data)
    }
}

/// `bytes` in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
