//! What is brought to a device.

use super::halves;
use petri_update::{Keys, Manifest};

/// The list of an update; after a line of dashes a key, and after another the signature.
pub fn update(data: &[u8]) -> bool {
    let (list, rest) = halves(data);
    let (key, signature) = halves(rest);
    if let Ok(manifest) = Manifest::parse(list) {
        let text = manifest.text().expect("what was read can be written");
        assert_eq!(Manifest::parse(text.as_bytes()).as_ref().ok(), Some(&manifest));
        let inside = |path: &str| !path.starts_with('/') && !path.contains("..") && !path.contains('\\');
        assert!(manifest.files.iter().all(|item| inside(&item.path)), "a path that leads out");
    }
    let (key, signature) = (String::from_utf8_lossy(key), String::from_utf8_lossy(signature));
    let mut keys = Keys::none();
    keys.add(&key).is_ok() && keys.signer(list, &signature, &[]).is_ok()
}
