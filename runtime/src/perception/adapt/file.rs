//! The file of an adapter: weights, and the hash of the model that they belong to. Nothing else is kept.

use super::Adapter;
use crate::{Error, intake};
use petri_models::Id;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Largest file that is read or written.
pub const FILE_BYTES_MAX: usize = 64 << 10;
/// The form of the file.
const VERSION: u8 = 1;
const CRC_BYTES: usize = 4;

#[derive(Serialize, Deserialize)]
struct Kept {
    version: u8,
    /// SHA-256 of the model in hexadecimal.
    model: String,
    adapter: Adapter,
}

/// Where the adapter of a model lies in `folder`.
pub fn path(folder: &Path, id: Id) -> PathBuf {
    folder.join(format!("{}.adapter", id.folder()))
}

/// Writes the adapter of a model: the whole file or nothing of it.
///
/// # Errors
/// When the folder cannot be made or written.
pub fn store(folder: &Path, id: Id, adapter: &Adapter) -> Result<(), Error> {
    let path = path(folder, id);
    let failed = |source: std::io::Error| Error::Write { path: path.clone(), source };
    let kept =
        Kept { version: VERSION, model: petri_models::get(id).sha256.clone(), adapter: adapter.clone() };
    let mut bytes = postcard::to_stdvec(&kept).map_err(|error| failed(std::io::Error::other(error)))?;
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    if bytes.len() > FILE_BYTES_MAX {
        return Err(failed(std::io::Error::other("the adapter is larger than its limit")));
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    let draft = path.with_extension("adapter-new");
    let written = std::fs::File::create(&draft).and_then(|mut file| {
        file.write_all(&bytes)?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&draft, &path)).map_err(failed)?;
    // The new name is on the disk when the folder is.
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Reads the adapter of a model; `None` when there is none.
///
/// # Errors
/// One line that says why it is not used and what to do, when it is damaged or belongs to another model.
pub fn load(folder: &Path, id: Id, features: usize, outputs: usize) -> Result<Option<Adapter>, String> {
    let path = path(folder, id);
    if !path.exists() {
        return Ok(None);
    }
    let ignored = |why: &str| {
        format!(
            "the adapter {} is not used: {why}; fit it anew with `petri models adapt`, or remove it with `petri \
             models adapt reset`",
            path.display()
        )
    };
    let bytes = intake::bytes(&path, FILE_BYTES_MAX).map_err(|error| ignored(&error.to_string()))?;
    parse(&bytes, id, features, outputs).map(Some).map_err(ignored)
}

/// Reads the bytes of a file that [`store`] wrote for a model with so many features and outputs.
///
/// # Errors
/// Why they are not used.
pub fn parse(bytes: &[u8], id: Id, features: usize, outputs: usize) -> Result<Adapter, &'static str> {
    let whole = bytes.len().checked_sub(CRC_BYTES).and_then(|end| bytes.split_at_checked(end));
    let (content, crc) = whole.ok_or("it is damaged")?;
    if crc32fast::hash(content).to_le_bytes() != crc {
        return Err("it is damaged");
    }
    let kept: Kept = postcard::from_bytes(content).map_err(|_| "it is of another form")?;
    if kept.version != VERSION {
        return Err("it is of another version");
    }
    if kept.model != petri_models::get(id).sha256 {
        return Err("the model has changed since");
    }
    if kept.adapter.fits(features, outputs) { Ok(kept.adapter) } else { Err("it does not fit the model") }
}

/// Removes the adapter of a model; whether there was one.
///
/// # Errors
/// When it cannot be removed.
pub fn remove(folder: &Path, id: Id) -> Result<bool, Error> {
    let path = path(folder, id);
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(Error::Write { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Adapter {
        let mut adapter = Adapter::none(2, 1);
        adapter.rows[0] = vec![0.5, -1.0, 2.0];
        adapter
    }

    #[test]
    fn what_was_stored_is_loaded_and_removed() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        assert_eq!(load(folder.path(), Id::TextEmotion, 2, 1), Ok(None));
        store(folder.path(), Id::TextEmotion, &some())?;
        assert_eq!(load(folder.path(), Id::TextEmotion, 2, 1), Ok(Some(some())));
        assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
        assert!(remove(folder.path(), Id::TextEmotion)?);
        assert!(!remove(folder.path(), Id::TextEmotion)?);
        assert_eq!(load(folder.path(), Id::TextEmotion, 2, 1), Ok(None));
        Ok(())
    }

    #[test]
    fn every_damaged_byte_and_every_cut_is_noticed() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        store(folder.path(), Id::TextEmotion, &some())?;
        let path = path(folder.path(), Id::TextEmotion);
        let good = std::fs::read(&path)?;
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            std::fs::write(&path, &bad)?;
            assert!(load(folder.path(), Id::TextEmotion, 2, 1).is_err(), "byte {at}");
            std::fs::write(&path, &good[..at])?;
            assert!(load(folder.path(), Id::TextEmotion, 2, 1).is_err(), "cut at {at}");
        }
        std::fs::write(&path, vec![0; FILE_BYTES_MAX + 1])?;
        assert!(load(folder.path(), Id::TextEmotion, 2, 1).is_err());
        Ok(())
    }

    #[test]
    fn the_adapter_of_another_model_is_not_used() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        store(folder.path(), Id::TextEmotion, &some())?;
        std::fs::rename(path(folder.path(), Id::TextEmotion), path(folder.path(), Id::TextEmotionZh))?;
        let why = load(folder.path(), Id::TextEmotionZh, 2, 1).err().unwrap_or_default();
        assert!(why.contains("the model has changed"), "{why}");
        store(folder.path(), Id::TextEmotion, &some())?;
        assert!(load(folder.path(), Id::TextEmotion, 3, 1).is_err());
        Ok(())
    }
}
