use super::*;
use petri_core::input::Sensors;
use petri_core::{Age, Channel, Comfort, Emotion, Exercise, Exercises, Moves, Outcome, Permille, Purpose};
use rusqlite::params;

pub(super) fn entry(trial: u16) -> Entry {
    Entry {
        trial,
        exercise: Exercise::ReadTheWords,
        item: 3,
        target: Emotion::Sad,
        answer: Some(Emotion::Calm),
        outcome: Outcome::Different,
        channel: Channel::Voice,
        intensity: Permille::FULL,
        latency_ms: 2_100,
        helped: false,
        ability_ml: -140 - trial as i16,
        spread_ml: 900,
        purpose: Purpose::Training,
        judge: Judge::Device,
        moves: Moves::NONE,
    }
}

#[test]
fn what_the_facilitator_judged_takes_the_place_of_what_the_device_judged() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::open(&folder.path().join("journal.db")).expect("a new journal");
    for trial in 0..3 {
        journal.append(1, 1, 20_000, &entry(trial)).expect("appended");
    }
    let overruled = Entry { outcome: Outcome::Same, judge: Judge::Facilitator, ..entry(1) };
    journal.append(1, 1, 20_000, &overruled).expect("appended");
    let outcomes: Vec<Outcome> =
        journal.entries(1).expect("entries").iter().map(|stored| stored.entry.outcome).collect();
    assert_eq!(outcomes, [Outcome::Different, Outcome::Same, Outcome::Different]);
}

#[test]
fn a_profile_is_kept_for_each_learner() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = Journal::open(&path).expect("a new journal");
    assert_eq!(journal.profile(1).expect("readable"), None);
    let comfort = Comfort { large_text: true, ..Comfort::default() };
    let profile = Profile { age: Age::Child, comfort, ..Profile::default() };
    journal.set_profile(1, &profile).expect("kept");
    drop(journal);
    let journal = Journal::open(&path).expect("the same journal");
    assert_eq!(journal.profile(1).expect("readable"), Some(profile));
    assert_eq!(journal.profile(2).expect("readable"), None);
    assert_eq!(
        (journal.known().expect("readable"), journal.learners().expect("readable")),
        (vec![1], vec![])
    );
}

#[test]
fn settings_of_an_earlier_build_leave_every_exercise_and_sensor_on() {
    let old = r#"{"age":"child","comfort":{"language":"English"}}"#;
    let profile: Profile = serde_json::from_str(old).expect("readable");
    assert_eq!((profile.exercises, profile.sensors_off), (Exercises::ALL, Sensors::NONE));
}

#[test]
fn a_reader_sees_what_the_writer_appends_and_writes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut writer = Journal::open(&path).expect("a new journal");
    let mut reader = Journal::open_to_read(&path).expect("beside it");
    writer.append(1, 1, 20_000, &entry(0)).expect("appended");
    writer.set_keeping(&Keeping { retention_days: Some(30), learner: 4 }).expect("kept");
    assert_eq!(reader.entries(1).expect("entries").len(), 1);
    assert_eq!(reader.keeping().expect("settings"), Keeping { retention_days: Some(30), learner: 4 });
    assert!(
        reader.append(1, 1, 20_000, &entry(1)).expect_err("read only").to_string().contains("permissions")
    );
    assert!(Journal::open_to_read(&folder.path().join("none.db")).is_err());
}

#[test]
fn entries_outlive_the_program_and_keep_learners_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new/journal.db");
    let mut journal = Journal::open(&path).expect("a new journal");
    assert_eq!(journal.next_session().expect("a number"), 1);
    for trial in 0..3 {
        journal.append(1, 1, 20_000, &entry(trial)).expect("appended");
    }
    journal.append(2, 1, 20_000, &entry(9)).expect("appended");
    drop(journal);
    let journal = Journal::open_existing(&path).expect("the same journal");
    let trials: Vec<u16> = journal.entries(1).expect("entries").iter().map(|s| s.entry.trial).collect();
    assert_eq!(trials, [0, 1, 2]);
    assert_eq!(journal.learners().expect("learners"), [1, 2]);
    assert_eq!(journal.next_session().expect("a number"), 2);
    let ability = journal.progress(1).expect("progress").get(Exercise::ReadTheWords, Emotion::Sad);
    assert_eq!(ability.mean_ml, -142);
}

#[test]
fn foreign_newer_and_damaged_files_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |name: &str, bytes: &[u8], what: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        let error = Journal::open(&path).err().expect("refused").to_string();
        assert!(error.contains(what) && error.lines().count() == 1, "{error}");
        assert_eq!(std::fs::read(&path).expect("still there"), bytes, "{name} was changed");
    };
    refused("text", b"dear diary, this is no database at all, but it is long enough to be one", "no journal");
    let path = folder.path().join("good.db");
    Journal::open(&path).expect("a journal").append(1, 1, 1, &entry(0)).expect("appended");
    let mut good = std::fs::read(&path).expect("read");
    good[60..64].copy_from_slice(&99u32.to_be_bytes());
    refused("newer", &good, "update Petri");
    good[60..64].copy_from_slice(&(VERSION as u32).to_be_bytes());
    good[68..72].copy_from_slice(&7u32.to_be_bytes());
    refused("foreign", &good, "another program");
}

#[test]
fn a_flipped_bit_in_any_record_is_noticed_and_nothing_of_it_is_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = Journal::open(&path).expect("a journal");
    for trial in 0..3 {
        journal.append(1, 1, 1, &entry(trial)).expect("appended");
    }
    journal.set_profile(1, &Profile::default()).expect("kept");
    let tags: Vec<Vec<u8>> = {
        let mut select = journal.db.prepare("SELECT tag FROM sealed").expect("select");
        select.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("tags")
    };
    assert_eq!(tags.len(), 6, "three trials, their head, settings and the root");
    let flip = |journal: &Journal, tag: &[u8], column: &str| {
        let mut bytes: Vec<u8> = if column == "tag" {
            tag.to_vec()
        } else {
            let select = "SELECT box FROM sealed WHERE tag = ?1";
            journal.db.query_row(select, [tag], |row| row.get(0)).expect("a box")
        };
        let half = bytes.len() / 2;
        bytes[half] ^= 8;
        let update = format!("UPDATE sealed SET {column} = ?1 WHERE tag = ?2");
        journal.db.execute(&update, params![bytes, tag]).expect("tampered");
        bytes
    };
    for tag in &tags {
        for column in ["tag", "box"] {
            let now = flip(&journal, tag, column);
            let told = [journal.entries(1).err(), journal.profile(1).err(), journal.sealed().err()];
            let told: Vec<String> = told.into_iter().flatten().map(|error| error.to_string()).collect();
            assert!(!told.is_empty() && told.iter().all(|told| told.contains("damaged")), "{told:?}");
            flip(&journal, if column == "tag" { &now } else { tag }, column);
            assert_eq!(
                (journal.entries(1).expect("whole").len(), journal.sealed().expect("whole").records),
                (3, 6)
            );
        }
    }
}

#[test]
fn records_that_change_places_are_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::open(&folder.path().join("journal.db")).expect("a journal");
    for learner in [1, 2] {
        journal.append(learner, 1, 1, &entry(learner as u16)).expect("appended");
    }
    let (one, two) =
        journal.read(|store| Ok((store.tag(Name::Trial(1, 0)), store.tag(Name::Trial(2, 0))))).expect("tags");
    let swap = "UPDATE sealed SET box = (SELECT box FROM sealed WHERE tag = ?1) WHERE tag = ?2";
    journal.db.execute(swap, [&one[..], &two[..]]).expect("copied");
    assert_eq!(journal.entries(1).expect("its own").len(), 1);
    assert!(journal.entries(2).expect_err("learner 1's").to_string().contains("damaged"));
}

#[test]
fn the_files_tell_neither_who_practised_nor_when_nor_in_which_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = Journal::open(&path).expect("a journal");
    for trial in 0..40 {
        journal.append(0x5a5a_5a5a, 1, 0x3c3c_3c3c, &entry(trial)).expect("appended");
    }
    journal.set_words(0x5a5a_5a5a, Some(b"how somebody says yes")).expect("kept");
    let bytes = erase::tests::bytes_without_key(&path);
    let holds = |sought: &[u8]| bytes.windows(sought.len()).any(|window| window == sought);
    for sought in [&0x5a5a_5a5au32.to_le_bytes()[..], &0x3c3c_3c3cu32.to_be_bytes(), b"says yes"] {
        assert!(!holds(sought), "{sought:?}");
    }
    assert!((0..40).all(|trial| !holds(&entry(trial).to_bytes()[..8])));
    let lengths = "SELECT count(DISTINCT length(box)) FROM sealed WHERE length(box) < 256";
    let lengths: i64 = journal.db.query_row(lengths, [], |row| row.get(0)).expect("a count");
    assert_eq!(lengths, 1, "trials and the head look alike");
}

#[test]
fn another_key_opens_nothing_changes_nothing_and_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let own = Key::random().expect("chance");
    let ring = |key: &Key| Keyring::given(&path, key.clone());
    let mut journal = Journal::open_with(&path, ring(&own)).expect("a journal");
    journal.append(1, 1, 1, &entry(0)).expect("appended");
    drop(journal);
    let before = std::fs::read(&path).expect("bytes");
    let other = Key::random().expect("chance");
    let told = Journal::open_with(&path, ring(&other)).err().expect("refused").to_string();
    assert!(told.contains(&own.fingerprint().to_string()) && told.contains("start-over"), "{told}");
    let told = Journal::open_to_read(&path).err().expect("no file either").to_string();
    assert!(told.contains("missing") && told.contains("journal.db.key"), "{told}");
    assert_eq!(std::fs::read(&path).expect("bytes"), before);
    assert_eq!(Journal::open_with(&path, ring(&own)).expect("its own").entries(1).expect("read").len(), 1);
}

#[test]
fn a_journal_may_have_any_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("50% of #1? \u{5b66}&vfs=none/the journal.db");
    Journal::open(&path).expect("a journal").append(1, 1, 1, &entry(0)).expect("appended");
    assert!(path.is_file());
    assert_eq!(Journal::open_existing(&path).expect("the same").entries(1).expect("entries").len(), 1);
    assert_eq!(Journal::open_to_read(&path).expect("the same").entries(1).expect("entries").len(), 1);
}
