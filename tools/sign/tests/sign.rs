//! What the tool signs, a device takes.

use petri_update::{Installed, Keys, Kind, RealDisk, Updates};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

fn sign(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_petri-sign")).args(arguments).output().expect("the tool starts")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of plain letters")
}

#[test]
fn a_folder_that_was_signed_installs_on_a_device_with_the_key_and_on_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let (pack, keys, root) =
        (folder.path().join("pack"), folder.path().join("keys"), folder.path().join("updates"));
    fs::create_dir_all(&pack).and_then(|()| fs::create_dir_all(&keys)).expect("folders");
    fs::write(pack.join("content.pack"), b"a pack").expect("a file");
    let made = sign(&["keys", "--no-password", text(&keys.join("day"))]);
    assert!(made.status.success(), "{made:?}");
    let again = sign(&["keys", "--no-password", text(&keys.join("day"))]);
    assert!(!again.status.success(), "a key is never replaced");
    let key = keys.join("day.key");
    let signed = sign(&["sign", text(&pack), "--kind", "content", "--version", "7", "--key", text(&key)]);
    assert!(signed.status.success(), "{signed:?}");
    let now_s = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a clock").as_secs();
    let mut stranger = Updates::new(RealDisk::open(&root).expect("a disk"), &root, Keys::none());
    assert!(stranger.install(&pack, now_s, |_, _| Ok(())).is_err());
    let trusted = Keys::read(&keys).expect("the key");
    let mut device = Updates::new(stranger.into_disk(), &root, trusted);
    assert!(matches!(device.install(&pack, now_s, |_, _| Ok(())), Ok(Installed::Now(_))));
    let set = device.start(Kind::Content, now_s).set.expect("a set");
    assert_eq!(fs::read(set.folder.join("content.pack")).expect("the pack"), b"a pack");
}
