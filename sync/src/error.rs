//! What can go wrong. Each message says what to do next.

use std::path::PathBuf;

/// Why something was not done. Nothing is lost by any of it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] petri_runtime::Error),
    /// The noise.
    #[error(transparent)]
    Privacy(#[from] petri_privacy::Error),
    /// The device does not know the day.
    #[error("the clock says a day before 2020; set it, since reports are made when a term is over")]
    NoClock,
    /// Nobody has turned sync on.
    #[error("sync is off; turn it on with `petri sync on`")]
    Off,
    /// Something that was given for the broker cannot be used.
    #[error("{path}: {what}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        what: String,
    },
    /// The broker's address is none.
    #[error("{0} is no address of a broker; write it as in broker.example.org:8883")]
    Address(String),
    /// A thread or socket could not be made.
    #[error("the system gives no network ({0}); try again later")]
    System(std::io::Error),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up ({0}); check the file with the broker's CA certificate")]
    Tls(String),
}
