//! The life of installed sets: on trial, good, left, damaged; and that of keys and clocks.

use crate::cutting::CuttingDisk;
use crate::maker::{DAY_S, Maker, TODAY_S, files, trusting};
use petri_update::{Error, Installed, Kind, MANIFEST, Manifest, RealDisk, Refusal, Updates};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = "/updates";

fn published(folder: &Path, maker: &Maker, version: u32) -> PathBuf {
    let to = folder.join(version.to_string());
    maker.publish(&to, Kind::Content, version, TODAY_S, &files(version as u8));
    to
}

fn device(makers: &[&Maker]) -> Updates<CuttingDisk> {
    Updates::new(CuttingDisk::new(), ROOT, trusting(makers))
}

fn take(updates: &mut Updates<CuttingDisk>, folder: &Path) -> Installed {
    updates.install(folder, TODAY_S, |_, _| Ok(())).expect("it is genuine")
}

/// The version that starts, 0 for what is built in; the device comes up with it, or not.
fn start(updates: &mut Updates<CuttingDisk>, comes_up: bool) -> u32 {
    let set = updates.start(Kind::Content, TODAY_S).set;
    if let (true, Some(set)) = (comes_up, &set) {
        updates.confirm(set).expect("it is confirmed");
    }
    set.map_or(0, |set| set.manifest.version)
}

#[test]
fn a_set_that_does_not_come_up_twice_is_left_and_stays_left() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let mut updates = device(&[&maker]);
    take(&mut updates, &published(folder.path(), &maker, 1));
    assert_eq!([(); 4].map(|()| start(&mut updates, false)), [1, 1, 0, 0], "what is built in always starts");
    take(&mut updates, &published(folder.path(), &maker, 2));
    assert_eq!(start(&mut updates, true), 2);
    take(&mut updates, &published(folder.path(), &maker, 3));
    assert_eq!([(); 4].map(|()| start(&mut updates, false)), [3, 3, 2, 2]);
    let older = updates.install(&folder.path().join("2"), TODAY_S, |_, _| Ok(()));
    assert!(matches!(older, Err(Error::Refused(Refusal::Downgrade { found: 2, accepted: 3 }))), "{older:?}");
    take(&mut updates, &folder.path().join("3"));
    assert_eq!(start(&mut updates, true), 3, "a second trial of the same set is allowed");
}

#[test]
fn a_person_can_go_back_one_set_at_a_time_to_what_is_built_in() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let mut updates = device(&[&maker]);
    for version in 1..=3 {
        take(&mut updates, &published(folder.path(), &maker, version));
        assert_eq!(start(&mut updates, true), version);
    }
    assert_eq!(updates.roll_back(Kind::Content).expect("there is one before"), 2);
    assert_eq!(start(&mut updates, true), 2);
    assert_eq!(updates.roll_back(Kind::Content).expect("what is built in is always there"), 0);
    assert_eq!(start(&mut updates, true), 0);
    assert!(matches!(updates.roll_back(Kind::Content), Err(Error::Nothing)));
}

#[test]
fn the_same_update_again_changes_nothing_unless_the_set_is_damaged() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let (mut updates, first) = (device(&[&maker]), published(folder.path(), &maker, 1));
    assert!(matches!(take(&mut updates, &first), Installed::Now(_)));
    assert_eq!(start(&mut updates, true), 1);
    assert!(matches!(take(&mut updates, &first), Installed::Already(_)));
    let damaged = updates.start(Kind::Content, TODAY_S).set.expect("a set").folder.join("starter.pack");
    let mut disk = updates.into_disk();
    disk.rot(&damaged);
    let mut updates = Updates::new(disk, ROOT, trusting(&[&maker]));
    let started = updates.start(Kind::Content, TODAY_S);
    assert!(started.set.is_none() && started.trouble[0].contains("starter.pack"), "{:?}", started.trouble);
    assert!(matches!(take(&mut updates, &first), Installed::Now(_)));
    assert_eq!(start(&mut updates, true), 1);
}

#[test]
fn a_damaged_set_gives_way_to_the_one_before_it() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let mut updates = device(&[&maker]);
    for version in 1..=2 {
        take(&mut updates, &published(folder.path(), &maker, version));
        assert_eq!(start(&mut updates, true), version);
    }
    for (name, expected) in [(MANIFEST, 1), ("starter.pack", 0)] {
        let set = updates.start(Kind::Content, TODAY_S).set.expect("a set");
        let mut disk = updates.into_disk();
        disk.rot(&set.folder.join(name));
        updates = Updates::new(disk, ROOT, trusting(&[&maker]));
        assert_eq!(start(&mut updates, true), expected);
    }
}

#[test]
fn a_damaged_record_starts_what_is_built_in_and_says_so() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let mut updates = device(&[&maker]);
    take(&mut updates, &published(folder.path(), &maker, 1));
    let mut disk = updates.into_disk();
    disk.rot(Path::new("/updates/installed"));
    let mut updates = Updates::new(disk, ROOT, trusting(&[&maker]));
    let started = updates.start(Kind::Content, TODAY_S);
    assert!(started.set.is_none() && started.trouble[0].contains("damaged"), "{:?}", started.trouble);
}

#[test]
fn what_is_installed_stays_in_use_after_it_expired_and_after_its_key_was_retired() {
    let (day, spare) = (Maker::new(), Maker::new());
    let folder = tempfile::tempdir().expect("a folder");
    let mut updates = device(&[&day, &spare]);
    take(&mut updates, &published(folder.path(), &day, 1));
    assert_eq!(start(&mut updates, true), 1);
    // The spare key retires the other one.
    let second = published(folder.path(), &spare, 2);
    let text = fs::read_to_string(second.join(MANIFEST)).expect("a manifest");
    let mut manifest = Manifest::parse(text.as_bytes()).expect("a sound one");
    manifest.retires = vec![day.line()];
    spare.publish_manifest(&second, &manifest.text().expect("a text"));
    take(&mut updates, &second);
    let stolen = updates.install(&published(folder.path(), &day, 3), TODAY_S, |_, _| Ok(()));
    assert!(matches!(stolen, Err(Error::Refused(Refusal::Retired))), "{stolen:?}");
    assert_eq!(start(&mut updates, true), 2);
    updates.roll_back(Kind::Content).expect("the one before");
    assert_eq!(
        updates.start(Kind::Content, TODAY_S + 500 * DAY_S).set.map(|set| set.manifest.version),
        Some(1)
    );
}

#[test]
fn without_a_clock_the_time_of_what_was_accepted_counts() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let old = folder.path().join("old");
    maker.publish(&old, Kind::Models, 1, TODAY_S - 200 * DAY_S, &files(1));
    let mut updates = device(&[&maker]);
    updates.verify(&old, 0).expect("a device that knows no time cannot tell");
    updates.install(&published(folder.path(), &maker, 1), 0, |_, _| Ok(())).expect("it is genuine");
    let expired = updates.verify(&old, 0);
    assert!(matches!(expired, Err(Error::Refused(Refusal::Expired { days: 100 }))), "{expired:?}");
}

#[test]
fn a_clock_that_is_set_back_does_not_bring_an_expired_update_back() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let mut updates = device(&[&maker]);
    take(&mut updates, &published(folder.path(), &maker, 1));
    let second = published(folder.path(), &maker, 2);
    updates.start(Kind::Content, TODAY_S + 150 * DAY_S);
    let expired = updates.verify(&second, TODAY_S);
    assert!(matches!(expired, Err(Error::Refused(Refusal::Expired { days: 50 }))), "{expired:?}");
}

#[test]
fn a_clock_that_was_far_ahead_once_does_not_lock_later_updates_out() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let mut updates = device(&[&maker]);
    take(&mut updates, &published(folder.path(), &maker, 1));
    updates.start(Kind::Content, TODAY_S + 40_000 * DAY_S);
    let next = folder.path().join("next");
    let later_s = TODAY_S + 350 * DAY_S;
    maker.publish(&next, Kind::Content, 2, later_s, &files(2));
    updates.install(&next, later_s, |_, _| Ok(())).expect("the clock is right again");
}

#[test]
fn on_a_real_disk_sets_that_are_no_longer_needed_are_removed() {
    let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
    let root = folder.path().join("updates");
    for version in 1..=5 {
        let disk = RealDisk::open(&root).expect("a disk");
        let mut updates = Updates::new(disk, &root, trusting(&[&maker]));
        let taken = updates.install(&published(folder.path(), &maker, version), TODAY_S, |_, _| Ok(()));
        assert!(matches!(taken, Ok(Installed::Now(_))), "{taken:?}");
        let set = updates.start(Kind::Content, TODAY_S).set.expect("a set");
        assert_eq!(fs::read(set.folder.join("starter.pack")).expect("a file"), files(version as u8)[0].1);
        updates.confirm(&set).expect("it came up");
    }
    let names =
        fs::read_dir(root.join("content")).expect("a folder").map(|entry| entry.expect("one").file_name());
    let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, ["3", "4", "5"]);
}
