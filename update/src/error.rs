//! What can go wrong, each with what to do next.

use std::path::PathBuf;

/// An update that is not taken. Nothing on the device has changed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It lacks the manifest or the signature, or they cannot be read.
    #[error("cannot read {what}: {source}; name the folder that holds petri-update.toml")]
    Unreadable {
        /// Which file.
        what: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A link, a folder or a device stands where a plain file is expected.
    #[error("{0} is no plain file; copy the update again as it was published")]
    NotPlain(PathBuf),
    /// No trusted key has signed this manifest.
    #[error("no key that this device trusts has signed the update; get it from where its keys come from")]
    Signature,
    /// The key that signed it was retired by a later update.
    #[error("the update is signed with a key that was retired; get one that is signed with the key after it")]
    Retired,
    /// The manifest is signed and yet not what a manifest has to be.
    #[error("the update's manifest is unusable: {0}; ask its maker for another")]
    Manifest(String),
    /// A later one was already accepted here.
    #[error("the update has version {found}, and version {accepted} was already accepted; get a later one")]
    Downgrade {
        /// The version of this one.
        found: u32,
        /// The highest version that was accepted.
        accepted: u32,
    },
    /// Another one with this version was already accepted here.
    #[error(
        "another update with version {0} was already accepted; ask its maker for one with a higher version"
    )]
    Twin(u32),
    /// It is past its time.
    #[error("the update expired {days} days ago; get the current one (or set the clock, if it is wrong)")]
    Expired {
        /// Whole days since.
        days: u64,
    },
    /// A file is not the one that the manifest states.
    #[error("the update's file {file} {what}; copy the update again as it was published")]
    File {
        /// Which, relative to the folder.
        file: String,
        /// How it differs.
        what: String,
    },
    /// It is genuine, but not for this device.
    #[error("the update does not fit this device: {0}")]
    Unfit(String),
}

/// Why an operation did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The update is not taken.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The device's own disk fails.
    #[error("cannot {doing} {path}: {source}; see that the disk is not full and may be written")]
    Disk {
        /// What was tried.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The record of what is installed is damaged.
    #[error("the record {0} is damaged; remove it, and what is built in is used until the next update")]
    Damaged(PathBuf),
    /// There is nothing to go back from.
    #[error("there is no installed set to go back from; what is built in is in use")]
    Nothing,
    /// An address is none that an update can be fetched from.
    #[error("{address} cannot be used: {what}; give the https address of the folder with petri-update.toml")]
    Address {
        /// The address.
        address: String,
        /// Why not.
        what: String,
    },
    /// The certificates of authorities cannot be used.
    #[error("{path}: {what}")]
    Authorities {
        /// Their file.
        path: PathBuf,
        /// Why not, and what to do.
        what: String,
    },
    /// A server cannot be reached, or does not give what it should.
    #[error(
        "cannot fetch {address}: {what}; check address and network and try again, or bring it on a stick"
    )]
    Network {
        /// The file's address.
        address: String,
        /// Why not.
        what: String,
    },
    /// A key file is no key.
    #[error("{path} is not a minisign public key: {what}; put the file there again")]
    Key {
        /// Which.
        path: PathBuf,
        /// Why not.
        what: String,
    },
}
