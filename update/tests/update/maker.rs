//! Makes and signs updates, with keys of the test's own.

use minisign::KeyPair;
use petri_update::{Item, Keys, Kind, MANIFEST, Manifest, SIGNATURE, sha256};
use std::fs;
use std::io::Cursor;
use std::path::Path;

/// A moment in 2026, in seconds since 1970.
pub(crate) const TODAY_S: u64 = 1_790_000_000;
/// A day.
pub(crate) const DAY_S: u64 = 86_400;

/// Whoever publishes updates.
pub(crate) struct Maker {
    pair: KeyPair,
}

impl Maker {
    pub(crate) fn new() -> Self {
        Self { pair: KeyPair::generate_unencrypted_keypair().expect("a key pair") }
    }

    /// The text of the public key's file.
    pub(crate) fn public(&self) -> String {
        self.pair.pk.to_box().expect("a public key").into_string()
    }

    /// The key as its file's second line has it.
    pub(crate) fn line(&self) -> String {
        self.public().lines().nth(1).expect("two lines").to_owned()
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> String {
        minisign::sign(None, &self.pair.sk, Cursor::new(bytes), None, None)
            .expect("a signature")
            .into_string()
    }

    /// Writes an update with these files, issued at `issued_s` and good for 100 days.
    pub(crate) fn publish(
        &self,
        folder: &Path,
        kind: Kind,
        version: u32,
        issued_s: u64,
        files: &[(&str, Vec<u8>)],
    ) {
        let item = |(path, bytes): &(&str, Vec<u8>)| Item {
            path: (*path).to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256(bytes),
        };
        let items = files.iter().map(item).collect();
        let manifest =
            Manifest::new(kind, version, issued_s, issued_s + 100 * DAY_S, items).expect("a sound manifest");
        for (path, bytes) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
        self.publish_manifest(folder, &manifest.text().expect("a text"));
    }

    /// Signs and writes a manifest, whatever it says.
    pub(crate) fn publish_manifest(&self, folder: &Path, text: &str) {
        fs::create_dir_all(folder).expect("a folder");
        fs::write(folder.join(MANIFEST), text).expect("a manifest");
        fs::write(folder.join(SIGNATURE), self.sign(text.as_bytes())).expect("a signature");
    }
}

/// The keys of these makers.
pub(crate) fn trusting(makers: &[&Maker]) -> Keys {
    let mut keys = Keys::none();
    for maker in makers {
        keys.add(&maker.public()).expect("a key");
    }
    keys
}

/// Bytes that look like no others.
pub(crate) fn bytes(seed: u8, count: usize) -> Vec<u8> {
    (0..count).map(|at| (at as u8).wrapping_mul(31).wrapping_add(seed) ^ (at >> 8) as u8).collect()
}

/// The files of a set: one of several pieces, one in a folder, one empty.
pub(crate) fn files(seed: u8) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("starter.pack", bytes(seed, 300_000)),
        ("pictures/one.bin", bytes(seed.wrapping_add(1), 1000)),
        ("empty.txt", Vec::new()),
    ]
}
