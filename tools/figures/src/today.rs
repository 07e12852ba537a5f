//! The model files of this build, as a report names them.

use petri_models::Id;
use std::collections::BTreeMap;

/// For each model, its files and settings with their SHA-256.
pub type Models = BTreeMap<String, BTreeMap<String, String>>;

/// These models.
pub fn of(ids: &[Id]) -> Models {
    let files = |id: &Id| {
        let manifest = petri_models::get(*id);
        let assets = manifest.assets.iter().map(|asset| (asset.file.clone(), asset.sha256.clone()));
        let mut files: BTreeMap<String, String> = assets.collect();
        files.insert(manifest.file.clone(), manifest.sha256.clone());
        files.insert("settings".to_owned(), manifest.settings_sha256());
        (manifest.id.clone(), files)
    };
    ids.iter().map(files).collect()
}

/// All models.
pub fn all() -> Models {
    of(Id::ALL)
}
