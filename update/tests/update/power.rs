//! The power goes at every step of everything that writes.

use crate::cutting::{CuttingDisk, Fate};
use crate::maker::{DAY_S, Maker, TODAY_S, files, trusting};
use petri_update::{Disk, Keys, Kind, Started, Updates};
use std::path::Path;

const ROOT: &str = "/updates";
const FATES: [Fate; 10] = [
    Fate::Nothing,
    Fate::NamesOnly,
    Fate::Torn,
    Fate::Everything,
    Fate::Chance(1),
    Fate::Chance(2),
    Fate::Chance(3),
    Fate::Chance(4),
    Fate::Chance(5),
    Fate::Chance(6),
];
const STEPS_MAX: usize = 1000;

/// Three published updates, and a device that knows their maker.
struct Bench {
    keys: Keys,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let (maker, folder) = (Maker::new(), tempfile::tempdir().expect("a folder"));
        for version in 1..=3 {
            let to = folder.path().join(version.to_string());
            maker.publish(&to, Kind::Content, version, TODAY_S, &files(version as u8 * 10));
        }
        Self { keys: trusting(&[&maker]), folder }
    }

    fn on(&self, disk: CuttingDisk) -> Updates<CuttingDisk> {
        Updates::new(disk, ROOT, self.keys.clone())
    }

    /// Installs a version; whether that succeeded, and the disk after it.
    fn install(&self, disk: CuttingDisk, version: u32) -> (bool, CuttingDisk) {
        let mut updates = self.on(disk);
        let folder = self.folder.path().join(version.to_string());
        let done = updates.install(&folder, TODAY_S, |_, _| Ok(())).is_ok();
        (done, updates.into_disk())
    }

    /// Starts, and returns the version that runs, 0 for what is built in, once every byte of it was compared.
    fn start(&self, disk: CuttingDisk) -> (u32, CuttingDisk) {
        let mut updates = self.on(disk);
        let Started { set, .. } = updates.start(Kind::Content, TODAY_S + DAY_S);
        let disk = updates.into_disk();
        let Some(set) = set else { return (0, disk) };
        let version = set.manifest.version;
        for (path, bytes) in files(version as u8 * 10) {
            let found = disk.read(&set.folder.join(path), u64::MAX).expect("a file of the set");
            assert!(found == bytes, "{path} of version {version} is not what was published");
        }
        (version, disk)
    }

    fn confirm(&self, disk: CuttingDisk) -> (bool, CuttingDisk) {
        let mut updates = self.on(disk);
        let set = updates.start(Kind::Content, TODAY_S).set.expect("a set to confirm");
        let done = updates.confirm(&set).is_ok();
        (done, updates.into_disk())
    }

    /// A device that came up with a version.
    fn with(&self, version: u32) -> CuttingDisk {
        let (done, disk) = self.install(CuttingDisk::new(), version);
        assert!(done, "version {version} installs");
        let (done, disk) = self.confirm(disk);
        assert!(done, "version {version} comes up");
        disk
    }
}

/// Calls `act` on `disk` with the power going at each of its steps, and `check` with what is found after each crash.
/// Returns how many steps there were.
fn cut_everywhere(
    disk: &CuttingDisk,
    act: impl Fn(CuttingDisk) -> (bool, CuttingDisk),
    check: impl Fn(bool, CuttingDisk, Fate, &str),
) -> usize {
    for steps in 0..STEPS_MAX {
        let (done, after) = act(disk.clone().cut_after(steps));
        for fate in FATES {
            check(done, after.clone().crash(fate), fate, &format!("step {steps}, {fate:?}"));
        }
        if done && after.steps <= steps {
            return steps;
        }
    }
    panic!("the action does not end within {STEPS_MAX} steps");
}

/// Cuts an installation of version 2 on a device that runs one of `before`.
fn cut_installation(bench: &Bench, disk: &CuttingDisk, before: &[u32]) {
    let steps = cut_everywhere(
        disk,
        |disk| bench.install(disk, 2),
        |done, disk, fate, at| {
            let (version, started) = bench.start(disk.clone());
            assert!(version == 2 || before.contains(&version), "{at}: version {version} starts");
            assert!(!done || version == 2, "{at}: an installation that succeeded is in use");
            // The power may go once more while it starts.
            let more = if matches!(fate, Fate::Torn | Fate::Chance(1)) { 0..6 } else { 0..0 };
            for more in more {
                let (_, again) = bench.start(disk.clone().cut_after(more));
                let (version, _) = bench.start(again.crash(Fate::Chance(more as u64)));
                assert!(version == 2 || before.contains(&version), "{at}, then {more}: {version} starts");
            }
            // Nothing that was left stands in the way of the next attempt.
            let (done, disk) = bench.install(started, 2);
            assert!(done, "{at}: it installs at the second attempt");
            assert_eq!(bench.start(disk).0, 2, "{at}: and is in use");
        },
    );
    assert!(steps > 20, "an installation has many steps, not {steps}");
}

#[test]
fn wherever_the_power_goes_during_the_first_installation_a_whole_set_starts() {
    let bench = Bench::new();
    cut_installation(&bench, &CuttingDisk::new(), &[0]);
}

#[test]
fn wherever_the_power_goes_during_a_later_installation_a_whole_set_starts() {
    let bench = Bench::new();
    cut_installation(&bench, &bench.with(1), &[1]);
}

#[test]
fn wherever_the_power_goes_while_a_set_on_trial_is_replaced_a_whole_set_starts() {
    let bench = Bench::new();
    let (done, disk) = bench.install(CuttingDisk::new(), 1);
    assert!(done);
    cut_installation(&bench, &disk, &[0, 1]);
}

#[test]
fn wherever_the_power_goes_during_a_start_a_confirmation_or_a_way_back_a_whole_set_starts() {
    let bench = Bench::new();
    let (_, on_trial) = bench.install(bench.with(1), 2);
    let whole = |_: bool, disk: CuttingDisk, _: Fate, at: &str| {
        let (version, _) = bench.start(disk);
        assert!([1, 2].contains(&version), "{at}: version {version} starts");
    };
    let start = |disk| {
        let (version, disk) = bench.start(disk);
        (version > 0, disk)
    };
    let back = |disk| {
        let mut updates = bench.on(disk);
        let done = updates.roll_back(Kind::Content).is_ok();
        (done, updates.into_disk())
    };
    assert!(cut_everywhere(&on_trial, start, whole) >= 4);
    assert!(cut_everywhere(&on_trial, |disk| bench.confirm(disk), whole) >= 8);
    assert!(cut_everywhere(&on_trial, back, whole) >= 4);
    let (_, confirmed) = bench.confirm(on_trial);
    assert!(cut_everywhere(&confirmed, back, whole) >= 4);
}

#[test]
fn a_start_that_is_cut_short_counts_so_that_a_set_that_crashes_is_left() {
    let bench = Bench::new();
    let (_, mut disk) = bench.install(bench.with(1), 2);
    for start in [2, 2, 1, 1] {
        let (version, after) = bench.start(disk);
        assert_eq!(version, start);
        disk = after.crash(Fate::Nothing);
    }
}

#[test]
fn a_disk_that_is_full_at_any_step_leaves_what_was_there() {
    let bench = Bench::new();
    let disk = bench.with(1);
    for steps in 0..STEPS_MAX {
        // No crash: the program goes on, with a disk that has room again.
        let (done, mut after) = bench.install(disk.clone().cut_after(steps), 3);
        after = after.cut_after(STEPS_MAX);
        let (version, _) = bench.start(after);
        assert!(version == 3 || (!done && version == 1), "step {steps}: version {version} starts");
        if done {
            return;
        }
    }
    panic!("the installation does not end");
}

#[test]
fn the_disk_of_these_tests_catches_whoever_does_not_synchronize() {
    let (path, new) = (Path::new("/record"), Path::new("/record.new"));
    let write = |disk: &mut CuttingDisk, text: &[u8], sync: bool| {
        disk.make_file(new).and_then(|()| disk.append(new, text)).expect("a file");
        if sync {
            disk.sync_file(new).expect("durable bytes");
        }
        disk.rename(new, path).expect("another name");
        if sync {
            disk.sync_folder(Path::new("/")).expect("durable names");
        }
    };
    let mut disk = CuttingDisk::new();
    write(&mut disk, b"old and whole", true);
    let is_whole = |disk: CuttingDisk| {
        FATES.iter().all(|fate| {
            let found = disk.clone().crash(*fate).read(path, 100).expect("the record");
            [&b"old and whole"[..], b"new and whole"].contains(&&found[..])
        })
    };
    let (mut careful, mut careless) = (disk.clone(), disk);
    write(&mut careful, b"new and whole", true);
    write(&mut careless, b"new and whole", false);
    assert!(is_whole(careful));
    assert!(!is_whole(careless));
}
