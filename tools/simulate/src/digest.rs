//! A fingerprint of everything that a run showed, lit, played and kept.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Adds up what happened, in order. Two runs with the same fingerprint did the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Digest {
    hash: Sha256,
    buffer: Vec<u8>,
}

impl Digest {
    /// Something of the kind `kind` happened at `now_ms`.
    pub(crate) fn add<T: Serialize + ?Sized>(&mut self, now_ms: u64, kind: u8, what: &T) {
        self.buffer.clear();
        self.buffer.extend(now_ms.to_le_bytes());
        self.buffer.push(kind);
        let buffer = std::mem::take(&mut self.buffer);
        self.buffer = postcard::to_extend(what, buffer).unwrap_or_default();
        self.hash.update((self.buffer.len() as u32).to_le_bytes());
        self.hash.update(&self.buffer);
    }

    /// The fingerprint so far, in hexadecimal.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for byte in self.hash.clone().finalize().iter().take(16) {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}
