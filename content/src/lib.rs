//! Content packs: from a folder of TOML files to the bytes that [`petri_core::Pack`] reads in place.
//!
//! A folder holds `pack.toml`, and whichever of `texts.toml`, `situations.toml`, `care.toml`, `photos.toml`
//! and `conversations/*.toml` it needs. [`check`] names every fault with file and line; [`compile_folder`]
//! writes the pack when there is none; [`preview`] shows items in both languages.

mod check;
mod compile;
mod cover;
mod fault;
mod fit;
mod folder;
mod form;
mod key;
pub mod limits;
mod photo;
mod preview;
mod source;
mod talk;
mod words;

pub use compile::compile;
pub use fault::Fault;
pub use key::key;
pub use preview::preview;

use std::fs;
use std::iter::once;
use std::path::Path;

/// Checks the pack in `folder`: tables of how much there is of what, and what there is too little of; or every fault
/// on a line of its own, the first [`limits::FAULTS_MAX`] of them.
/// The second value says whether the pack is sound.
pub fn check(folder: &Path) -> (String, bool) {
    match compile::sound(folder) {
        Ok((folder, bytes)) => {
            let first = format!("{}, {} bytes: no faults", folder.counts(), bytes.len());
            (once(first).chain(cover::report(&folder)).collect::<Vec<_>>().join("\n"), true)
        }
        Err(faults) => (fault::report(&faults), false),
    }
}

/// Compiles the pack in `folder` into the file `out`; writes nothing when there is a fault.
/// The second value says whether the file was written.
pub fn compile_folder(folder: &Path, out: &Path) -> (String, bool) {
    let (source, bytes) = match compile::sound(folder) {
        Ok(whole) => whole,
        Err(faults) => return (fault::report(&faults), false),
    };
    match fs::write(out, &bytes) {
        Ok(()) => (format!("{}: {} bytes in {}", source.counts(), bytes.len(), out.display()), true),
        Err(error) => (
            format!("{}: cannot be written ({error}); check the folder and its rights", out.display()),
            false,
        ),
    }
}
