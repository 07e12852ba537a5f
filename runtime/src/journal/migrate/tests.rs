use super::*;
use crate::journal::erase::tests::bytes_without_key;
use crate::journal::tests::entry;
use crate::journal::{Journal, Keeping, Profile, Sharing};
use petri_core::{Age, Entry};
use std::path::PathBuf;

/// A journal of an earlier version with rows of two learners.
fn plain(folder: &Path, version: usize) -> PathBuf {
    let path = folder.join("journal.db");
    let db = Connection::open(&path).expect("a database");
    db.pragma_update(None, "journal_mode", "WAL").expect("set");
    for step in &PLAIN[..version] {
        db.execute_batch(step).expect("an old step");
    }
    db.pragma_update(None, "application_id", APPLICATION_ID).expect("marked");
    db.pragma_update(None, "user_version", version as i64).expect("numbered");
    for trial in 0..300 {
        add(&db, 1 + u32::from(trial % 3 == 0), 5, &entry(trial));
    }
    path
}

fn add(db: &Connection, learner: u32, day: u32, entry: &Entry) {
    let (bytes, sum) = (entry.to_bytes(), checksum(learner, 1, day, &entry.to_bytes()));
    let insert = "INSERT INTO trial (learner, session, day, entry, crc32) VALUES (?1, 1, ?2, ?3, ?4)";
    db.execute(insert, params![learner, day, &bytes[..], sum]).expect("a row");
}

fn holds(bytes: &[u8], sought: &[u8]) -> bool {
    bytes.windows(sought.len()).any(|window| window == sought)
}

#[test]
fn journals_of_all_earlier_versions_are_sealed_and_no_byte_of_a_plain_row_is_left() {
    for version in 1..=PLAIN.len() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = plain(folder.path(), version);
        let plain: Vec<_> = (0..300).map(|trial| entry(trial).to_bytes()).collect();
        let before = bytes_without_key(&path);
        assert!(plain.iter().all(|row| holds(&before, row)));
        let journal = Journal::open(&path).expect("sealed");
        let after = bytes_without_key(&path);
        assert!(plain.iter().all(|row| !holds(&after, row)), "version {version}");
        let trials = |learner| -> Vec<Entry> {
            journal.entries(learner).expect("entries").iter().map(|stored| stored.entry).collect()
        };
        assert_eq!(trials(2), (0..300).step_by(3).map(entry).collect::<Vec<_>>());
        assert_eq!((trials(1).len(), journal.entries(1).expect("entries")[0].day), (200, 5));
        assert_eq!(journal.next_session().expect("a number"), 2);
        let now: i64 = journal.db.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("version");
        assert_eq!(now as usize, VERSION);
    }
}

#[test]
fn settings_words_and_refusals_of_version_5_come_along_and_damage_stays_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = plain(folder.path(), 5);
    let db = Connection::open(&path).expect("a database");
    let profile = Profile { age: Age::Child, ..Profile::default() };
    let settings = serde_json::to_string(&profile).expect("text");
    db.execute("INSERT INTO profile VALUES (7, ?1)", [settings]).expect("a row");
    let keeping = Keeping { retention_days: Some(30), learner: 7 };
    db.execute("INSERT INTO device VALUES (1, ?1)", [serde_json::to_string(&keeping).expect("text")])
        .expect("a row");
    let sharing = Sharing { on: true, since_day: 20_000, group: "north".to_owned() };
    db.execute("INSERT INTO sharing VALUES (1, ?1)", [serde_json::to_string(&sharing).expect("text")])
        .expect("a row");
    db.execute("INSERT INTO sync_refusal VALUES (2)", []).expect("a row");
    db.execute("INSERT INTO sync_budget VALUES (170, 1000)", []).expect("a row");
    add(&db, 9, 5, &entry(1));
    db.execute("UPDATE trial SET day = 6 WHERE learner = 9", []).expect("damaged");
    drop(db);
    let words = folder.path().join("journal.db-words-7");
    std::fs::write(&words, b"how somebody says yes").expect("written");
    std::fs::write(folder.path().join("journal.db-words-8.new"), b"half of").expect("written");
    let journal = Journal::open(&path).expect("sealed");
    assert_eq!(journal.profile(7).expect("read"), Some(profile));
    assert_eq!((journal.keeping().expect("read"), journal.sharing().expect("read")), (keeping, sharing));
    assert_eq!(journal.sync_refusals().expect("read"), [2]);
    assert_eq!(journal.sync_budget().expect("read"), [(170, 1_000)]);
    assert_eq!(journal.words(7).expect("read").as_deref(), Some(&b"how somebody says yes"[..]));
    assert_eq!(journal.known().expect("read"), [1, 2, 7, 9]);
    assert!(journal.entries(9).expect_err("never served").to_string().contains("damaged"));
    let after = bytes_without_key(&path);
    assert!(!holds(&after, b"says yes") && !holds(&after, b"north") && !words.exists());
}

#[test]
fn a_cut_before_the_file_is_written_anew_is_made_good_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = plain(folder.path(), 5);
    let db = Connection::open(&path).expect("a database");
    bring_up(&db, &path, &Keyring::of(&path)).expect("sealed");
    // A process that is killed here leaves the log behind, and the old pages in it.
    std::mem::forget(db);
    let rows: Vec<_> = (0..300).map(|trial| entry(trial).to_bytes()).collect();
    let left = bytes_without_key(&path);
    assert!(rows.iter().any(|row| holds(&left, row)), "the test shows nothing");
    let journal = Journal::open(&path).expect("finished");
    let after = bytes_without_key(&path);
    assert!(rows.iter().all(|row| !holds(&after, row)));
    assert_eq!(journal.entries(1).expect("entries").len(), 200);
}
