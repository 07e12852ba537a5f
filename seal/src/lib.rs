//! Seals what the journal keeps: `docs/encryption.md` says what that protects from, and what not.
//!
//! A [`Key`] of 32 bytes lies with the service manager (a credential, which it binds to a TPM or to the machine) or in
//! a file that only its owner may read: [`Keyring`]. It seals nothing but the [`Keys`] of one journal, which are random
//! and seal everything else. A record is stored under a tag (keyed `BLAKE2b`, RFC 7693) in place of its name, in a box
//! of XChaCha20-Poly1305 (RFC 8439, draft-irtf-cfrg-xchacha) that opens only under that tag: who has the file and no
//! key cannot tell whose a record is, nor move it, nor put it under another name.
//!
//! Keys are overwritten in memory when they are dropped.

mod key;
mod keyring;
mod keys;

pub use key::{Fingerprint, KEY_TEXT_BYTES, Key};
pub use keyring::{Found, Keyring, Place};
pub use keys::{BOX_EXTRA_BYTES, GENERATION_BYTES, Generation, Keys, TAG_BYTES, Tag};

use std::path::PathBuf;

/// What is wrong with a key or a box, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no key where one is looked for.
    #[error(
        "its key is missing; put it back as {0} or as the credential journal-key, or, if it is lost for good, \
         begin anew with `petri journal start-over`, which keeps this file aside"
    )]
    Missing(PathBuf),
    /// There are keys, and none of them is the one.
    #[error(
        "it is sealed with the key {wanted}, and here is {found}; put the right key back, or, if it is lost for good, \
         begin anew with `petri journal start-over`, which keeps this file aside"
    )]
    Other {
        /// The key that it is sealed with.
        wanted: Fingerprint,
        /// The first key that was found.
        found: Fingerprint,
    },
    /// Others may read a key file.
    #[error(
        "others may read its key {path}; run `chmod 600 {path}`, and make a new key with `petri journal rekey`"
    )]
    Shared {
        /// The file.
        path: PathBuf,
    },
    /// What lies in the place of a key is none.
    #[error(
        "{path} holds no key of 64 hexadecimal digits; put the right one back, or restore it from a copy"
    )]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// A key file cannot be read or written.
    #[error("cannot use the key {path}: {source}; check its permissions and the disk")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The key is a credential, so the file is not what counts.
    #[error(
        "its key is a credential; put a new one in its place, keep the last as journal-key-old, and restart the service"
    )]
    Credential,
    /// A box does not open: it is damaged, it belongs elsewhere, or the key is another.
    #[error("it is damaged or was changed by another program")]
    Damaged,
    /// The system gives no randomness.
    #[error("the system gives no randomness: {0}; try again later")]
    System(String),
}
