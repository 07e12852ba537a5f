use super::*;
use crate::journal::Profile;
use petri_core::{Channel, Emotion, Entry, Exercise, Judge, Moves, Outcome, Permille, Purpose};
use std::path::Path;

fn entry(trial: u16) -> Entry {
    Entry {
        trial,
        exercise: Exercise::ReadTheFace,
        item: 7,
        target: Emotion::Scared,
        answer: Some(Emotion::Surprised),
        outcome: Outcome::Different,
        channel: Channel::Button,
        intensity: Permille::new(431),
        latency_ms: 98_765 + u32::from(trial),
        helped: true,
        ability_ml: -321,
        spread_ml: 777,
        purpose: Purpose::Training,
        judge: Judge::Device,
        moves: Moves::NONE,
    }
}

/// All bytes of the journal and of the files beside it.
fn bytes(path: &Path) -> Vec<u8> {
    let folder = std::fs::read_dir(path.parent().expect("a folder")).expect("readable");
    folder.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("read")).collect()
}

fn holds(path: &Path, trial: u16) -> bool {
    let sought = entry(trial).to_bytes();
    bytes(path).windows(sought.len()).any(|window| window == &sought[..])
}

/// Learner 1 has the trials 0 to 199, learner 2 the trial 900; those before 100 are of day 10, the others of day 90.
fn filled(path: &Path) -> Journal {
    let mut journal = Journal::open(path).expect("a new journal");
    for trial in 0..200 {
        journal.append(1, 1, if trial < 100 { 10 } else { 90 }, &entry(trial)).expect("appended");
    }
    journal.append(2, 2, 90, &entry(900)).expect("appended");
    for learner in [1, 2] {
        journal.set_profile(learner, &Profile::default()).expect("kept");
    }
    journal
}

#[test]
fn what_was_erased_is_in_no_byte_of_the_files_and_the_others_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = filled(&path);
    assert!(holds(&path, 0) && holds(&path, 150) && holds(&path, 900));
    assert_eq!(journal.erase(Some(1)).expect("erased"), Erased { trials: 200, found_after: 0 });
    assert!((0..200).all(|trial| !holds(&path, trial)) && holds(&path, 900));
    assert_eq!((journal.known().expect("read"), journal.profile(1).expect("read")), (vec![2], None));
    assert_eq!(journal.entries(2).expect("intact")[0].entry, entry(900));
    assert_eq!(journal.erase(None).expect("erased"), Erased { trials: 1, found_after: 0 });
    assert!(!holds(&path, 900) && journal.known().expect("read").is_empty());
}

#[test]
fn a_trial_that_stays_in_a_file_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let journal = filled(&path);
    let sought = journal.sought("learner = ?1", 1).expect("read");
    assert!(journal.found(&sought).expect("searched") >= 200);
    let others = journal.sought("learner = ?1", 3).expect("read");
    assert_eq!(journal.found(&others).expect("searched"), 0);
}

#[test]
fn old_trials_expire_and_those_without_a_day_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = filled(&path);
    journal.append(3, 3, 0, &entry(901)).expect("appended");
    assert_eq!(journal.expire(10).expect("nothing to do").trials, 0);
    assert_eq!(journal.expire(90).expect("erased"), Erased { trials: 100, found_after: 0 });
    assert!(!holds(&path, 99) && holds(&path, 100) && holds(&path, 901));
    assert!(journal.profile(1).expect("read").is_some(), "how a learner likes things is kept");
}

#[test]
fn an_erasure_that_a_reader_holds_up_is_told_and_can_be_done_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = filled(&path);
    journal.db.busy_timeout(std::time::Duration::ZERO).expect("set");
    let reader = Journal::open_to_read(&path).expect("beside it");
    reader.db.execute_batch("BEGIN; SELECT * FROM trial").expect("reads");
    let told = journal.erase(Some(1)).expect_err("held up").to_string();
    assert!(told.contains("another program"), "{told}");
    drop(reader);
    assert_eq!(journal.erase(None).expect("erased").found_after, 0);
    assert!((0..200).all(|trial| !holds(&path, trial)));
}

#[test]
fn numbers_are_stored_in_the_fewest_bytes() {
    let lengths = [(0u32, 0), (1, 0), (2, 1), (127, 1), (128, 2), (32_768, 3), (1 << 23, 4), (1 << 31, 6)];
    for (number, length) in lengths {
        assert_eq!(stored(number).len(), length, "{number}");
    }
    assert_eq!(stored(0x8000_0001), [0, 0, 0x80, 0, 0, 1]);
}
