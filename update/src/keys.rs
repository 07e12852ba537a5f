//! Whose updates are taken.

use crate::{Error, Refusal};
use minisign_verify::{PublicKey, Signature};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// No device trusts more keys.
pub const KEYS_MAX: usize = 8;
const KEY_BYTES_MAX: u64 = 1024;

/// The public keys that a device trusts. A signature by one of them is enough; the others are spares.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Each as it is written in its file, and ready to use.
    keys: Vec<(String, PublicKey)>,
}

impl Keys {
    /// No key: every update is refused.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a key, given as the text of a minisign public key file.
    ///
    /// # Errors
    /// When it is no such text, or too many keys are there.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        if self.keys.len() == KEYS_MAX {
            return Err(format!("more than {KEYS_MAX} keys"));
        }
        let key = PublicKey::decode(text.trim()).map_err(|error| error.to_string())?;
        let line = text.trim().lines().nth(1).unwrap_or_default().trim().to_owned();
        self.keys.push((line, key));
        Ok(())
    }

    /// The keys in the files `*.pub` of a folder; none if there is no such folder.
    ///
    /// # Errors
    /// When a file cannot be read or holds no key.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let mut keys = Self::none();
        let Ok(entries) = std::fs::read_dir(folder) else { return Ok(keys) };
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "pub"));
        paths.sort();
        for path in paths {
            let mut text = String::new();
            let read = File::open(&path).and_then(|file| file.take(KEY_BYTES_MAX).read_to_string(&mut text));
            let added = read.map_err(|error| error.to_string()).and_then(|_| keys.add(&text));
            added.map_err(|what| Error::Key { path, what })?;
        }
        Ok(keys)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Finds the key that signed `bytes`, and returns it as it is written in its file. `signature` is the text of a
    /// minisign signature, and a key that is `retired` signs nothing.
    ///
    /// # Errors
    /// When the text is no signature, or none of the keys made it.
    pub fn signer(&self, bytes: &[u8], signature: &str, retired: &[String]) -> Result<&str, Refusal> {
        let signature = Signature::decode(signature).map_err(|_| Refusal::Signature)?;
        // The old form without prehashing is not taken.
        let signed = |(_, key): &&(String, PublicKey)| key.verify(bytes, &signature, false).is_ok();
        let (line, _) = self.keys.iter().find(signed).ok_or(Refusal::Signature)?;
        if retired.contains(line) { Err(Refusal::Retired) } else { Ok(line) }
    }
}
