//! The file as SQLite is told of it.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The file's address. `psow=0` says that a power cut may spoil what lies beside the bytes that were being written, as
/// cards do: what was acknowledged then never shares a sector of the log with what comes after it
/// (<https://www.sqlite.org/psow.html>).
pub(super) fn address(path: &Path) -> String {
    // An absolute path follows an empty host.
    let mut address = if path.is_absolute() { "file://".to_owned() } else { "file:".to_owned() };
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                address.push(char::from(*byte))
            }
            byte => {
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
    address + "?psow=0"
}
