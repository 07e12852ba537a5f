//! What describes models.

use petri_models::{Id, Manifest};

/// The manifest of a model. One that may stand in for ours has every constant that the program asks for.
pub fn model_manifest(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let Ok(manifest) = Manifest::parse(&text) else { return false };
    let _ = manifest.settings_sha256();
    let mut stands_in = false;
    for id in Id::ALL {
        let ours = petri_models::get(*id);
        if manifest.stands_in_for(ours).is_ok() {
            assert_eq!((&manifest.id, &manifest.file), (&ours.id, &ours.file));
            assert!(ours.constants().eq(manifest.constants()));
            stands_in = true;
        }
    }
    stands_in
}
