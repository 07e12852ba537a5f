//! Where sums are kept.

use crate::sums::Terms;
use crate::{postgres::PostgresStore, sqlite::SqliteStore};
use petri_report::Report;
use std::str::FromStr;

/// No batch is larger: what is received and not yet kept is bounded by it.
pub const BATCH_MAX: usize = 512;

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// Reports that were counted.
    pub new: usize,
    /// Reports that had been counted before.
    pub again: usize,
}

/// The store fails. Nothing of the batch is counted then, or all of it: the same batch can be given again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `SQLite` says so.
    #[error("the SQLite store: {0}; see that its folder may be written and the disk is not full")]
    Sqlite(#[from] rusqlite::Error),
    /// `PostgreSQL` says so.
    #[error("the PostgreSQL store: {}; see that the server runs and that the address is right", told(.0))]
    Postgres(#[from] ::postgres::Error),
    /// What is stored is not what this program stores.
    #[error("the store holds {0}, which this program does not write; use a store of its own for it")]
    Foreign(String),
}

/// The error with what the server says.
fn told(error: &::postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |from_server| from_server.message().to_owned())
}

/// Keeps ids and sums.
pub trait Store: Send {
    /// Counts each report whose id was never counted. All of it is durable when this returns.
    ///
    /// # Errors
    /// When that is not sure.
    fn keep(&mut self, batch: &[Report]) -> Result<Kept, Error>;

    /// All sums.
    ///
    /// # Errors
    /// When they cannot be read.
    fn terms(&mut self) -> Result<Terms, Error>;
}

/// Which store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A file.
    Sqlite(std::path::PathBuf),
    /// A server, as libpq writes it.
    Postgres(String),
}

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        match text.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            _ => Err("use sqlite:FILE or postgres://USER@HOST:PORT/DATABASE"),
        }
    }
}

impl Address {
    /// Opens the store, and makes its tables if there are none.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self) -> Result<Box<dyn Store>, Error> {
        Ok(match self {
            Self::Sqlite(path) => Box::new(SqliteStore::open(path)?),
            Self::Postgres(address) => Box::new(PostgresStore::open(address)?),
        })
    }
}
