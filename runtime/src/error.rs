//! What can go wrong in the runtime. Each message says what to do next.

use std::path::PathBuf;

/// An error of the runtime.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A model file is missing or is not the trusted one.
    #[error(transparent)]
    Model(#[from] petri_models::Error),
    /// A verified model does not run: the program and its engine do not fit each other.
    #[error("the model {id} does not run: {reason}; reinstall Petri, and report this if it stays")]
    Engine {
        /// Which model.
        id: &'static str,
        /// What the engine said, on one line.
        reason: String,
    },
    /// A file of the user's cannot be used.
    #[error("cannot use {path}: {what}")]
    Intake {
        /// Which file.
        path: PathBuf,
        /// What is the matter and what to do.
        what: String,
    },
    /// The journal cannot be used. Nothing in it was changed.
    #[error("cannot use the journal {path}: {what}")]
    Journal {
        /// Which file.
        path: PathBuf,
        /// What is the matter and what to do.
        what: String,
    },
    /// A file of Petri's own cannot be written.
    #[error("cannot write {path}: {source}; choose another place or free some room")]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A link cannot be served.
    #[error("cannot serve the link {address}: {what}")]
    Link {
        /// Where.
        address: String,
        /// What is the matter and what to do.
        what: String,
    },
    /// A part of the board failed.
    #[error("{0}")]
    Port(#[from] crate::ports::PortError),
}
