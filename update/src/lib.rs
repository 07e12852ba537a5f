//! Signed updates of content and of models.
//!
//! An update is a folder, wherever it comes from: a stick, a share, a download. It holds files, a manifest that lists
//! each of them with size and SHA-256, and a [minisign](https://jedisct1.github.io/minisign/) signature of the manifest.
//! [`Updates::install`] verifies it, copies it to a place of its own, makes it durable, and only then switches over, by
//! one rename. Whatever the power does meanwhile, the device starts with a whole set: the one before, or this one.
//!
//! From the network, [`Offer::fetch`] brings such a folder over TLS, and nothing of one that would be refused.
//!
//! A set is on trial until [`Updates::confirm`] says that the device came up with it. After two starts without that,
//! [`Updates::start`] goes back to the one before, and if there is none, to what is built in.

mod disk;
mod error;
mod installer;
mod keys;
mod manifest;
mod network;
mod source;
mod state;
mod trial;

pub use disk::{Disk, Entry, RealDisk};
pub use error::{Error, Refusal};
pub use installer::{Installed, Updates};
pub use keys::{KEYS_MAX, Keys};
pub use manifest::{
    FILE_BYTES_MAX, FILES_MAX, Item, Kind, MANIFEST, MANIFEST_BYTES_MAX, Manifest, SET_BYTES_MAX, SIGNATURE,
};
pub use network::{Offer, Origin};
pub use state::{Placed, State, Track};
pub use trial::{STARTS_MAX, Set, Started};

use sha2::{Digest, Sha256};

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
