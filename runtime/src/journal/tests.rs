use super::*;
use petri_core::{Channel, Emotion, Exercise, Moves, Outcome, Permille, Purpose};

fn entry(trial: u16) -> Entry {
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
fn a_journal_of_the_first_version_is_brought_up_to_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let old = Connection::open(&path).expect("a database");
    old.execute_batch(MIGRATIONS[0]).expect("version 1");
    old.pragma_update(None, "application_id", APPLICATION_ID).expect("marked");
    old.pragma_update(None, "user_version", 1).expect("numbered");
    let (bytes, sum) = (entry(0).to_bytes(), checksum(1, 1, 5, &entry(0).to_bytes()));
    old.execute("INSERT INTO trial VALUES (1, 1, 1, 5, ?1, ?2)", params![&bytes[..], sum]).expect("a row");
    drop(old);
    let journal = Journal::open(&path).expect("migrated");
    assert_eq!(journal.entries(1).expect("entries")[0].entry, entry(0));
    let version: i64 = journal.db.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("version");
    assert_eq!(version as usize, VERSION);
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
fn a_flipped_bit_in_an_entry_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = Journal::open(&path).expect("a journal");
    journal.append(1, 1, 1, &entry(0)).expect("appended");
    journal.db.execute("UPDATE trial SET day = day + 1", []).expect("tampered");
    let error = journal.entries(1).expect_err("damaged").to_string();
    assert!(error.contains("entry 1 is damaged"), "{error}");
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
