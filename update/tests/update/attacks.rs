//! What an attacker who has the stick, the network or an old key may try.

use crate::maker::{DAY_S, Maker, TODAY_S, bytes, files, trusting};
use petri_update::{
    Error, FILE_BYTES_MAX, Item, Kind, MANIFEST, MANIFEST_BYTES_MAX, Manifest, RealDisk, Refusal, SIGNATURE,
    Updates, sha256,
};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// What the device meets: the maker it trusts, what the maker published, and a folder that the attacker prepares.
struct Scene<'a> {
    maker: &'a Maker,
    /// The genuine version 5.
    genuine: &'a Path,
    /// The genuine version 6.
    later: &'a Path,
    /// Begins as a copy of `genuine`.
    forged: &'a Path,
}

type Attack = (&'static str, fn(&Scene<'_>), fn(&Refusal) -> bool);

fn manifest(folder: &Path) -> String {
    fs::read_to_string(folder.join(MANIFEST)).expect("a manifest")
}

/// Rewrites the manifest and signs it with the genuine key: what a careless maker could publish.
fn resign(scene: &Scene<'_>, from: &str, to: &str) {
    let text = manifest(scene.genuine);
    assert!(text.contains(from), "{from} is in the manifest");
    scene.maker.publish_manifest(scene.forged, &text.replacen(from, to, 1));
}

fn is_file(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::File { .. })
}

fn is_manifest(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Manifest(_))
}

const ATTACKS: &[Attack] = &[
    (
        "signed with a key that is not trusted",
        |scene| {
            Maker::new().publish_manifest(scene.forged, &manifest(scene.genuine));
        },
        |refusal| matches!(refusal, Refusal::Signature),
    ),
    (
        "the signature of another manifest",
        |scene| {
            fs::copy(scene.later.join(SIGNATURE), scene.forged.join(SIGNATURE)).expect("a copy");
        },
        |refusal| matches!(refusal, Refusal::Signature),
    ),
    (
        "no signature",
        |scene| {
            fs::remove_file(scene.forged.join(SIGNATURE)).expect("it was there");
        },
        |refusal| matches!(refusal, Refusal::Unreadable { .. }),
    ),
    (
        "a signature of garbage",
        |scene| {
            fs::write(scene.forged.join(SIGNATURE), bytes(1, 500)).expect("a file");
        },
        |refusal| matches!(refusal, Refusal::Signature),
    ),
    (
        "a manifest changed after signing",
        |scene| {
            let text = manifest(scene.genuine).replace("version = 5", "version = 9");
            fs::write(scene.forged.join(MANIFEST), text).expect("a file");
        },
        |refusal| matches!(refusal, Refusal::Signature),
    ),
    (
        "a file with one bit changed",
        |scene| {
            let mut data = fs::read(scene.forged.join("starter.pack")).expect("a file");
            data[299_999] ^= 1;
            fs::write(scene.forged.join("starter.pack"), data).expect("a file");
        },
        is_file,
    ),
    (
        "a file cut short",
        |scene| {
            let data = fs::read(scene.forged.join("starter.pack")).expect("a file");
            fs::write(scene.forged.join("starter.pack"), &data[..200_000]).expect("a file");
        },
        is_file,
    ),
    (
        "a file with more behind it",
        |scene| {
            let mut data = fs::read(scene.forged.join("starter.pack")).expect("a file");
            data.push(0);
            fs::write(scene.forged.join("starter.pack"), data).expect("a file");
        },
        is_file,
    ),
    (
        "a file that is missing",
        |scene| {
            fs::remove_file(scene.forged.join("empty.txt")).expect("it was there");
        },
        is_file,
    ),
    (
        "a file of another version (mix and match)",
        |scene| {
            fs::copy(scene.later.join("pictures/one.bin"), scene.forged.join("pictures/one.bin"))
                .expect("a copy");
        },
        is_file,
    ),
    (
        "two files of the set swapped",
        |scene| {
            fs::rename(scene.forged.join("pictures/one.bin"), scene.forged.join("kept")).expect("a move");
            fs::rename(scene.forged.join("starter.pack"), scene.forged.join("pictures/one.bin"))
                .expect("a move");
            fs::rename(scene.forged.join("kept"), scene.forged.join("starter.pack")).expect("a move");
        },
        is_file,
    ),
    (
        "an old version (downgrade)",
        |scene| {
            scene.maker.publish(scene.forged, Kind::Content, 3, TODAY_S, &files(3));
        },
        |refusal| matches!(refusal, Refusal::Downgrade { found: 3, accepted: 4 }),
    ),
    (
        "another set under a version that was accepted",
        |scene| {
            scene.maker.publish(scene.forged, Kind::Content, 4, TODAY_S, &files(99));
        },
        |refusal| matches!(refusal, Refusal::Twin(4)),
    ),
    (
        "one that is past its time (freeze)",
        |scene| {
            scene.maker.publish(scene.forged, Kind::Content, 7, TODAY_S - 130 * DAY_S, &files(7));
        },
        |refusal| matches!(refusal, Refusal::Expired { days: 30 }),
    ),
    (
        "one that never expires",
        |scene| {
            resign(scene, &format!("expires_s = {}", TODAY_S + 100 * DAY_S), "expires_s = 9000000000000");
        },
        is_manifest,
    ),
    (
        "a path that leads out",
        |scene| {
            resign(scene, "\"starter.pack\"", "\"../starter.pack\"");
        },
        is_manifest,
    ),
    ("a path from the root", |scene| resign(scene, "\"starter.pack\"", "\"/etc/passwd\""), is_manifest),
    (
        "a path in Windows' way",
        |scene| resign(scene, "\"starter.pack\"", "\"..\\\\starter.pack\""),
        is_manifest,
    ),
    (
        "a path that names the manifest",
        |scene| {
            resign(scene, "\"starter.pack\"", "\"petri-update.toml\"");
        },
        is_manifest,
    ),
    (
        "a file that is a folder of another",
        |scene| {
            resign(scene, "\"starter.pack\"", "\"pictures\"");
        },
        is_manifest,
    ),
    ("a file listed twice", |scene| resign(scene, "\"pictures/one.bin\"", "\"starter.pack\""), is_manifest),
    (
        "a link in place of a file",
        |scene| {
            fs::remove_file(scene.forged.join("starter.pack")).expect("it was there");
            symlink(scene.genuine.join("starter.pack"), scene.forged.join("starter.pack")).expect("a link");
        },
        |refusal| matches!(refusal, Refusal::NotPlain(_)),
    ),
    (
        "a link in place of a folder",
        |scene| {
            fs::remove_dir_all(scene.forged.join("pictures")).expect("it was there");
            symlink(scene.genuine.join("pictures"), scene.forged.join("pictures")).expect("a link");
        },
        |refusal| matches!(refusal, Refusal::NotPlain(_)),
    ),
    (
        "a link in place of the manifest",
        |scene| {
            fs::remove_file(scene.forged.join(MANIFEST)).expect("it was there");
            symlink(scene.genuine.join(MANIFEST), scene.forged.join(MANIFEST)).expect("a link");
        },
        |refusal| matches!(refusal, Refusal::NotPlain(_)),
    ),
    (
        "a device in place of a file",
        |scene| {
            fs::remove_file(scene.forged.join("starter.pack")).expect("it was there");
            symlink("/dev/zero", scene.forged.join("starter.pack")).expect("a link");
        },
        |refusal| matches!(refusal, Refusal::NotPlain(_)),
    ),
    (
        "a file larger than any may be",
        |scene| {
            resign(scene, "bytes = 300000", &format!("bytes = {}", FILE_BYTES_MAX + 1));
        },
        is_manifest,
    ),
    (
        "a manifest larger than any may be",
        |scene| {
            let text = manifest(scene.genuine) + &"#".repeat(MANIFEST_BYTES_MAX as usize);
            scene.maker.publish_manifest(scene.forged, &text);
        },
        is_file,
    ),
    (
        "a manifest of a kind that there is not",
        |scene| {
            resign(scene, "kind = \"content\"", "kind = \"firmware\"");
        },
        is_manifest,
    ),
    (
        "a manifest of another format",
        |scene| resign(scene, "petri_update = 1", "petri_update = 2"),
        is_manifest,
    ),
    (
        "something else that the maker signed",
        |scene| {
            scene.maker.publish_manifest(scene.forged, "name = \"petri\"\nversion = \"9.0.0\"\n");
        },
        is_manifest,
    ),
    (
        "a manifest with a field that nobody knows",
        |scene| {
            resign(scene, "version = 5", "version = 5\nscript = \"reboot\"");
        },
        is_manifest,
    ),
];

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
}

#[test]
// The list of what is refused, and why, is what this test is run for by hand.
#[allow(clippy::print_stdout)]
fn every_attack_is_refused_for_its_reason_and_what_is_installed_stays() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let at = |name: &str| folder.path().join(name);
    for version in [4, 5, 6] {
        maker.publish(&at(&version.to_string()), Kind::Content, version, TODAY_S, &files(version as u8));
    }
    let root = at("updates");
    let disk = RealDisk::open(&root).expect("a disk");
    let mut updates = Updates::new(disk, &root, trusting(&[&maker]));
    updates.install(&at("4"), TODAY_S, |_, _| Ok(())).expect("version 4 is genuine");
    let set = updates.start(Kind::Content, TODAY_S).set.expect("a set");
    updates.confirm(&set).expect("it came up");
    let before = updates.state().expect("a record");
    for (nth, (name, prepare, is_right)) in ATTACKS.iter().enumerate() {
        let forged = at(&format!("forged-{nth}"));
        copy(&at("5"), &forged);
        prepare(&Scene { maker: &maker, genuine: &at("5"), later: &at("6"), forged: &forged });
        let refusals = [
            updates.verify(&forged, TODAY_S).map(drop),
            updates.install(&forged, TODAY_S, |_, _| Ok(())).map(drop),
        ];
        for result in refusals {
            match result {
                Err(Error::Refused(refusal)) if is_right(&refusal) => println!("{name}: {refusal}"),
                other => panic!("{name}: {other:?}"),
            }
        }
        assert_eq!(updates.state().expect("a record"), before, "{name}");
        let started = updates.start(Kind::Content, TODAY_S);
        assert_eq!(started.set.map(|set| set.manifest.version), Some(4), "{name}");
    }
    // The search is not blind: what was prepared from is taken.
    updates.install(&at("5"), TODAY_S, |_, _| Ok(())).expect("version 5 is genuine");
}

#[test]
fn what_the_manifest_does_not_list_is_left_behind() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let (source, root) = (folder.path().join("5"), folder.path().join("updates"));
    maker.publish(&source, Kind::Content, 5, TODAY_S, &files(5));
    fs::write(source.join("extra.bin"), b"not signed").expect("a file");
    fs::write(source.join("pictures/._one.bin"), b"not signed").expect("a file");
    let mut updates = Updates::new(RealDisk::open(&root).expect("a disk"), &root, trusting(&[&maker]));
    updates.install(&source, TODAY_S, |_, _| Ok(())).expect("the rest is genuine");
    let set = updates.start(Kind::Content, TODAY_S).set.expect("a set");
    assert!(set.folder.join("pictures/one.bin").exists());
    assert!(!set.folder.join("extra.bin").exists() && !set.folder.join("pictures/._one.bin").exists());
}

#[test]
fn a_signed_set_that_does_not_fit_the_device_is_not_used() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let (source, root) = (folder.path().join("5"), folder.path().join("updates"));
    maker.publish(&source, Kind::Models, 5, TODAY_S, &files(5));
    let mut updates = Updates::new(RealDisk::open(&root).expect("a disk"), &root, trusting(&[&maker]));
    let unfit = updates.install(&source, TODAY_S, |manifest, copy| {
        assert!(copy.join("starter.pack").exists() && manifest.kind == Kind::Models);
        Err("it has no models".to_owned())
    });
    assert!(matches!(unfit, Err(Error::Refused(Refusal::Unfit(_)))), "{unfit:?}");
    assert!(updates.start(Kind::Models, TODAY_S).set.is_none());
    assert_eq!(updates.state().expect("a record").models.accepted, 0);
}

#[test]
fn a_device_that_trusts_nobody_takes_nothing() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let (source, root) = (folder.path().join("5"), folder.path().join("updates"));
    maker.publish(&source, Kind::Content, 5, TODAY_S, &files(5));
    let mut updates = Updates::new(RealDisk::open(&root).expect("a disk"), &root, trusting(&[]));
    let refused = updates.install(&source, TODAY_S, |_, _| Ok(()));
    assert!(matches!(refused, Err(Error::Refused(Refusal::Signature))), "{refused:?}");
}

#[test]
fn no_manifest_can_be_made_that_a_device_would_refuse() {
    let item = |path: &str| Item { path: path.to_owned(), bytes: 1, sha256: sha256(b"a") };
    for path in
        ["", ".", "..", "a//b", "a/", "/a", "A", "a b", "a\n", ".hidden", "a/b/c/d", "\u{e9}", SIGNATURE]
    {
        let made = Manifest::new(Kind::Content, 1, TODAY_S, TODAY_S + 1, vec![item(path)]);
        assert!(matches!(made, Err(Refusal::Manifest(_))), "{path:?}");
    }
    let many = (0..129).map(|nth| item(&format!("{nth}"))).collect();
    assert!(Manifest::new(Kind::Content, 1, TODAY_S, TODAY_S + 1, many).is_err());
    assert!(Manifest::new(Kind::Content, 0, TODAY_S, TODAY_S + 1, vec![item("a")]).is_err());
    let made = Manifest::new(Kind::Content, 1, TODAY_S, TODAY_S + 1, vec![item("a")]).expect("a sound one");
    let text = made.text().expect("a text");
    assert_eq!(Manifest::parse(text.as_bytes()).expect("the same"), made);
}
