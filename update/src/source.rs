//! The folder that an update comes in. Nothing in it is trusted.

use crate::manifest::{Item, MANIFEST, MANIFEST_BYTES_MAX, Manifest, SIGNATURE};
use crate::{Keys, Refusal, State, sha256};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

const CHUNK_BYTES: usize = 256 << 10;

/// An update whose manifest is genuine.
#[derive(Debug)]
pub(crate) struct Source {
    folder: PathBuf,
    pub(crate) manifest: Manifest,
    /// The manifest as it is signed.
    pub(crate) manifest_bytes: Vec<u8>,
    pub(crate) signature: String,
}

impl Source {
    /// Reads and verifies manifest and signature. The files are verified when they are read.
    pub(crate) fn open(folder: &Path, keys: &Keys, retired: &[String]) -> Result<Self, Refusal> {
        let manifest_bytes = small(&folder.join(MANIFEST))?;
        let path = folder.join(SIGNATURE);
        let signature = String::from_utf8(small(&path)?).map_err(|_| Refusal::Signature)?;
        Ok(Self::new(manifest_bytes, signature, keys, retired)?.at(folder))
    }

    /// The same of a manifest and a signature that are at hand; the files are still nowhere.
    pub(crate) fn new(
        manifest_bytes: Vec<u8>,
        signature: String,
        keys: &Keys,
        retired: &[String],
    ) -> Result<Self, Refusal> {
        keys.signer(&manifest_bytes, &signature, retired)?;
        // Only what is signed is parsed.
        let manifest = Manifest::parse(&manifest_bytes)?;
        Ok(Self { folder: PathBuf::new(), manifest, manifest_bytes, signature })
    }

    /// With its files in `folder`.
    pub(crate) fn at(self, folder: &Path) -> Self {
        Self { folder: folder.to_owned(), ..self }
    }

    /// Whether its version and its time are acceptable to a device in `state`.
    pub(crate) fn may_follow(&self, state: &State, clock_s: u64) -> Result<(), Refusal> {
        let (manifest, track) = (&self.manifest, state.track(self.manifest.kind));
        if manifest.version < track.accepted {
            return Err(Refusal::Downgrade { found: manifest.version, accepted: track.accepted });
        }
        if manifest.version == track.accepted && sha256(&self.manifest_bytes) != track.accepted_sha256 {
            return Err(Refusal::Twin(manifest.version));
        }
        let now_s = state.now_s(clock_s);
        if now_s >= manifest.expires_s {
            return Err(Refusal::Expired { days: (now_s - manifest.expires_s) / 86_400 });
        }
        Ok(())
    }

    /// Reads a file in pieces and verifies it; what was taken before an error must not be used.
    pub(crate) fn copy<E: From<Refusal>>(
        &self,
        item: &Item,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let wrong = |what: String| Refusal::File { file: item.path.clone(), what };
        let path = self.plain(item)?;
        let unreadable = |error: std::io::Error| wrong(format!("cannot be read: {error}"));
        let mut file = File::open(&path).map_err(unreadable)?.take(item.bytes + 1);
        let (mut hash, mut found, mut piece) = (Sha256::new(), 0, vec![0; CHUNK_BYTES]);
        loop {
            let count = file.read(&mut piece).map_err(unreadable)?;
            if count == 0 {
                break;
            }
            found += count as u64;
            if found > item.bytes {
                return Err(wrong(format!("has more than {} bytes", item.bytes)).into());
            }
            hash.update(&piece[..count]);
            take(&piece[..count])?;
        }
        if found != item.bytes {
            return Err(wrong(format!("has {found} bytes, not {}", item.bytes)).into());
        }
        if crate::hex(&hash.finalize()) != item.sha256 {
            return Err(wrong("has another SHA-256".to_owned()).into());
        }
        Ok(())
    }

    /// The path of a file, once it is sure that only folders lead to it and that it is a plain file.
    fn plain(&self, item: &Item) -> Result<PathBuf, Refusal> {
        let mut path = self.folder.clone();
        let mut parts = item.path.split('/').peekable();
        while let Some(part) = parts.next() {
            path.push(part);
            let kind = fs::symlink_metadata(&path).map_err(|error| Refusal::File {
                file: item.path.clone(),
                what: format!("cannot be read: {error}"),
            })?;
            if !(if parts.peek().is_some() { kind.is_dir() } else { kind.is_file() }) {
                return Err(Refusal::NotPlain(path));
            }
        }
        Ok(path)
    }
}

/// Reads the manifest or the signature.
fn small(path: &Path) -> Result<Vec<u8>, Refusal> {
    let unreadable = |source| Refusal::Unreadable { what: path.to_owned(), source };
    let kind = fs::symlink_metadata(path).map_err(unreadable)?;
    if !kind.is_file() {
        return Err(Refusal::NotPlain(path.to_owned()));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MANIFEST_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if bytes.len() as u64 > MANIFEST_BYTES_MAX {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let what = format!("has more than {MANIFEST_BYTES_MAX} bytes");
        return Err(Refusal::File { file: name, what });
    }
    Ok(bytes)
}
