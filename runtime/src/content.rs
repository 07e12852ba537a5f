//! Content packs from files.

use crate::{Error, intake};
use petri_core::Pack;
use petri_core::pack::{PACK_BYTES_MAX, PackError, VERSION};
use std::path::Path;

/// Opens a compiled pack; the built-in one when no file is named.
///
/// The bytes stay for as long as the program runs: a program opens one pack, and everything borrows from it.
///
/// # Errors
/// When the file is missing, no pack, of another version, too large, or damaged.
pub fn open(path: Option<&Path>) -> Result<Pack<'static>, Error> {
    let Some(path) = path else { return Ok(Pack::starter()) };
    let bytes: &'static [u8] = Box::leak(intake::bytes(path, PACK_BYTES_MAX)?.into_boxed_slice());
    Pack::open(bytes).map_err(|error| Error::Intake {
        path: path.to_owned(),
        what: match error {
            PackError::Foreign => "it is no content pack; compile one with `petri content compile`".to_owned(),
            PackError::Version(version) => format!(
                "it is a pack of format {version} and this program reads {VERSION}; compile it again with this Petri"
            ),
            PackError::TooLarge => format!("it is larger than {} MiB; split it", PACK_BYTES_MAX >> 20),
            PackError::Damaged => "it is damaged or cut short; copy it again".to_owned(),
        },
    })
}
