//! Why a journal cannot be used, and what to do.

use crate::Error;
use std::path::Path;

pub(super) fn refuse(path: &Path, what: impl Into<String>) -> Error {
    Error::Journal { path: path.to_owned(), what: what.into() }
}

pub(super) fn explain(path: &Path, error: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly, SystemIoFailure,
    };
    let what = match error.sqlite_error_code() {
        Some(NotADatabase) => "it is no journal; name another file with --journal".to_owned(),
        Some(DatabaseCorrupt) => {
            "it is damaged; keep a copy for repair and name a new file with --journal".to_owned()
        }
        Some(DiskFull) => "the disk is full; free some room, all earlier entries are safe".to_owned(),
        Some(ReadOnly) => {
            "it may not be written; check the permissions of the file and its folder".to_owned()
        }
        Some(SystemIoFailure) => {
            // SQLite says so as well when there is no room for the files beside the journal.
            "its disk is full, read-only or fails; free some room or see the system's log, all earlier entries are safe"
                .to_owned()
        }
        Some(CannotOpen) => "it cannot be opened; check the path and its permissions".to_owned(),
        Some(DatabaseBusy) => "another program holds it; end that one first".to_owned(),
        _ => {
            // A statement that failed is told with all of its lines.
            let error = error.to_string();
            let first = error.lines().next().unwrap_or_default().trim();
            format!("{first}; keep a copy for repair and name a new file with --journal")
        }
    };
    refuse(path, what)
}
