//! Manifests that take the place of the compiled-in ones.

use crate::{Id, Manifest};
use std::io::Read;
use std::path::{Path, PathBuf};

const MANIFEST_BYTES_MAX: u64 = 64 << 10;

/// Why manifests cannot be adopted.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// One cannot be read.
    #[error("cannot read {path}: {source}; the set of models has to hold the manifest of each")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// One is no manifest, or one of a model that this program cannot feed.
    #[error("{path}: {what}; get the models that were made for this version")]
    Unfit {
        /// Which.
        path: PathBuf,
        /// Why.
        what: String,
    },
    /// The compiled-in manifests are in use already.
    #[error("other models are in use already; adopt manifests before anything is loaded")]
    Late,
}

/// Reads the manifests of a set of models: for each model of this edition `<id>/manifest.toml` under `folder`.
pub(crate) fn read(folder: &Path, ours: &[Manifest]) -> Result<Vec<Manifest>, AdoptError> {
    Id::ALL
        .iter()
        .zip(ours)
        .map(|(id, ours)| one(&folder.join(id.folder()).join("manifest.toml"), ours))
        .collect()
}

fn one(path: &Path, ours: &Manifest) -> Result<Manifest, AdoptError> {
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MANIFEST_BYTES_MAX).read_to_string(&mut text))
        .map_err(|source| AdoptError::Unreadable { path: path.to_owned(), source })?;
    let unfit = |what: String| AdoptError::Unfit { path: path.to_owned(), what };
    let theirs = Manifest::parse(&text).map_err(|error| unfit(error.message().to_owned()))?;
    theirs.stands_in_for(ours).map_err(unfit)?;
    Ok(theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Vec<Manifest> {
        Id::ALL.iter().map(|id| Manifest::parse(id.text()).expect("a manifest of ours")).collect()
    }

    /// A set of manifests in which one was changed.
    fn set(from: &str, to: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for id in Id::ALL {
            let text = match id {
                Id::VoiceActivity => id.text().replacen(from, to, 1),
                _ => id.text().to_owned(),
            };
            std::fs::create_dir(folder.path().join(id.folder())).expect("a folder");
            std::fs::write(folder.path().join(id.folder()).join("manifest.toml"), text).expect("a file");
        }
        folder
    }

    #[test]
    fn other_weights_for_the_same_graph_are_adopted() {
        let ours = ours();
        let place = Id::ALL.iter().position(|id| *id == Id::VoiceActivity).expect("it is one of all");
        let (old, new) = (ours[place].sha256.clone(), "0".repeat(64));
        let theirs = read(set(&old, &new).path(), &ours).expect("it fits");
        assert_eq!(theirs[place].sha256, new);
        assert!(theirs.iter().zip(&ours).enumerate().all(|(at, (one, other))| at == place || one == other));
    }

    #[test]
    fn a_model_that_this_program_cannot_feed_is_not_adopted() {
        for (from, to) in [
            ("id = \"voice-activity\"", "id = \"face-mesh\""),
            ("dtype = \"f32\"", "dtype = \"i64\""),
            ("file = \"model.onnx\"", "file = \"../model.onnx\""),
            ("[[output]]", "[[nothing]]"),
        ] {
            let set = set(from, to);
            let refused = read(set.path(), &ours());
            assert!(matches!(refused, Err(AdoptError::Unfit { .. })), "{from} -> {to}: {refused:?}");
        }
        let empty = tempfile::tempdir().expect("a folder");
        assert!(matches!(read(empty.path(), &ours()), Err(AdoptError::Unreadable { .. })));
    }
}
