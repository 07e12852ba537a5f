use super::*;
use crate::journal::{Keyring, Profile};
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

/// All bytes of the journal and of the files beside it but its key.
pub(in crate::journal) fn bytes_without_key(path: &Path) -> Vec<u8> {
    let key = Keyring::of(path).file().to_owned();
    let folder = std::fs::read_dir(path.parent().expect("a folder")).expect("readable");
    let files = folder.map(|file| file.expect("a file").path()).filter(|file| *file != key);
    files.flat_map(|file| std::fs::read(file).expect("read")).collect()
}

/// The boxes of a learner's trials as they lie in the file.
fn boxes(journal: &Journal, learner: u32) -> Vec<Vec<u8>> {
    let sealed = journal.read(|store| {
        let count = store.head(learner)?.trials;
        (0..count)
            .map(|number| store.sealed(&store.tag(Name::Trial(learner, number))))
            .collect::<Result<Vec<_>, _>>()
    });
    sealed.expect("readable").into_iter().map(|sealed| sealed.expect("a box")).collect()
}

fn held(path: &Path, boxes: &[Vec<u8>]) -> usize {
    let bytes = bytes_without_key(path);
    boxes.iter().filter(|sealed| bytes.windows(sealed.len()).any(|window| window == &sealed[..])).count()
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
    journal.set_words(1, Some(&[7; 4_000])).expect("kept");
    journal
}

#[test]
fn what_was_erased_is_in_no_byte_of_the_files_and_the_others_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = filled(&path);
    let (mine, yours) = (boxes(&journal, 1), boxes(&journal, 2));
    assert_eq!((held(&path, &mine), held(&path, &yours)), (200, 1));
    assert_eq!(journal.erase(Some(1)).expect("erased"), Erased { trials: 200, found_after: 0 });
    assert_eq!((held(&path, &mine), held(&path, &yours)), (0, 1));
    assert_eq!((journal.known().expect("read"), journal.profile(1).expect("read")), (vec![2], None));
    assert_eq!(journal.words(1).expect("read"), None);
    assert_eq!(journal.entries(2).expect("intact")[0].entry, entry(900));
    assert_eq!(journal.erase(None).expect("erased"), Erased { trials: 1, found_after: 0 });
    assert_eq!(held(&path, &yours), 0);
    assert!(journal.known().expect("read").is_empty());
    assert_eq!(journal.sealed().expect("whole").records, 1, "the root");
}

#[test]
fn a_trial_that_stays_in_a_file_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let journal = filled(&path);
    let mut sought = Sought::default();
    for sealed in boxes(&journal, 1) {
        sought.add(sealed);
    }
    assert!(journal.found(&sought).expect("searched") >= 200);
    assert_eq!(journal.found(&Sought::default()).expect("searched"), 0);
}

#[test]
fn what_is_damaged_can_be_erased_and_the_others_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = filled(&path);
    let (head, trial) =
        journal.read(|store| Ok((store.tag(Name::Head(1)), store.tag(Name::Trial(1, 3))))).expect("tags");
    for tag in [head, trial] {
        let update = "UPDATE sealed SET box = randomblob(96) WHERE tag = ?1";
        journal.db.execute(update, [&tag[..]]).expect("damaged");
    }
    assert!(journal.entries(1).is_err());
    assert_eq!(journal.erase(Some(1)).expect("erased"), Erased { trials: 200, found_after: 0 });
    assert_eq!((journal.entries(1).expect("none"), journal.entries(2).expect("intact").len()), (vec![], 1));
    journal.sealed().expect("nothing is left over");
}

#[test]
fn old_trials_expire_and_those_without_a_day_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = filled(&path);
    journal.append(3, 3, 0, &entry(901)).expect("appended");
    let all = boxes(&journal, 1);
    assert_eq!(journal.expire(10).expect("nothing to do").trials, 0);
    assert_eq!(journal.expire(90).expect("erased"), Erased { trials: 100, found_after: 0 });
    assert_eq!(held(&path, &all), 0, "what stays was sealed anew");
    let trials: Vec<u16> = journal.entries(1).expect("read").iter().map(|one| one.entry.trial).collect();
    assert_eq!(trials, (100..200).collect::<Vec<_>>());
    assert_eq!(journal.entries(3).expect("read").len(), 1);
    assert!(journal.profile(1).expect("read").is_some(), "how a learner likes things is kept");
    assert_eq!(journal.expire(90).expect("nothing to do").trials, 0);
    journal.append(1, 3, 91, &entry(200)).expect("goes on");
    assert_eq!(journal.entries(1).expect("read").len(), 101);
}

#[test]
fn an_erasure_that_a_reader_holds_up_is_told_and_can_be_done_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = filled(&path);
    journal.db.busy_timeout(std::time::Duration::ZERO).expect("set");
    let reader = Journal::open_to_read(&path).expect("beside it");
    reader.db.execute_batch("BEGIN; SELECT * FROM sealed").expect("reads");
    let sealed = boxes(&journal, 1);
    let told = journal.erase(Some(1)).expect_err("held up").to_string();
    assert!(told.contains("another program"), "{told}");
    drop(reader);
    assert_eq!(journal.erase(None).expect("erased").found_after, 0);
    assert_eq!(held(&path, &sealed), 0);
}
