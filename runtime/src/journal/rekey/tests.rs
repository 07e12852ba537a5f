use super::*;
use crate::journal::Key;
use crate::journal::erase::tests::bytes_without_key;
use crate::journal::tests::entry;
use std::fs;

fn filled(path: &Path, keyring: Keyring) -> Journal {
    let mut journal = Journal::open_with(path, keyring).expect("a journal");
    for trial in 0..60 {
        journal.append(1 + u32::from(trial) % 2, 1, 10, &entry(trial)).expect("appended");
    }
    journal.set_words(2, Some(b"how somebody says yes")).expect("kept");
    journal
}

fn boxes(journal: &Journal) -> Vec<Vec<u8>> {
    let mut select = journal.db.prepare("SELECT box FROM sealed").expect("select");
    let rows = select.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("boxes")
}

fn is_whole(journal: &Journal) {
    assert_eq!((journal.entries(1).expect("read").len(), journal.entries(2).expect("read").len()), (30, 30));
    assert_eq!(journal.words(2).expect("read").as_deref(), Some(&b"how somebody says yes"[..]));
    journal.sealed().expect("all of it opens");
}

#[test]
fn a_new_key_opens_everything_the_old_one_nothing_and_no_old_box_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = filled(&path, Keyring::of(&path));
    let (old, file) = (boxes(&journal), Keyring::of(&path).file().to_owned());
    let old_key = fs::read(&file).expect("a key");
    let fingerprint = journal.rekey().expect("exchanged");
    is_whole(&journal);
    assert_eq!(journal.sealed().expect("whole").fingerprint, fingerprint);
    drop(journal);
    let bytes = bytes_without_key(&path);
    assert!(old.iter().all(|sealed| !bytes.windows(sealed.len()).any(|window| window == &sealed[..])));
    is_whole(&Journal::open(&path).expect("with the new key"));
    fs::write(&file, old_key).expect("written");
    let told = Journal::open(&path).err().expect("refused").to_string();
    assert!(told.contains(&fingerprint.to_string()), "{told}");
}

#[test]
fn whoever_has_the_journal_open_meanwhile_goes_on_with_the_new_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut writer = filled(&path, Keyring::of(&path));
    let reader = Journal::open_to_read(&path).expect("beside it");
    assert_eq!(reader.entries(1).expect("read").len(), 30);
    Journal::open(&path).expect("a third").rekey().expect("exchanged");
    assert_eq!(reader.entries(1).expect("read").len(), 30);
    writer.append(1, 2, 11, &entry(99)).expect("appended");
    assert_eq!((reader.entries(1).expect("read").len(), writer.entries(1).expect("read").len()), (31, 31));
    writer.sealed().expect("all of it is sealed with the same keys");
}

#[test]
fn a_cut_at_any_step_of_the_exchange_leaves_a_journal_that_opens_and_the_next_start_finishes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    drop(filled(&path, Keyring::of(&path)));
    let ring = Keyring::of(&path);
    let first = Journal::open(&path).expect("whole").sealed().expect("whole").fingerprint;
    // After the new key was written: nothing is sealed with it yet.
    let second = ring.exchange().expect("begun").key.fingerprint();
    let reader = Journal::open_to_read(&path).expect("with the old key");
    assert_eq!(reader.sealed().expect("whole").fingerprint, first);
    drop(reader);
    let journal = Journal::open(&path).expect("goes on");
    is_whole(&journal);
    let sealed = journal.sealed().expect("whole");
    assert_eq!((sealed.fingerprint, sealed.place), (second, Place::File));
    drop(journal);
    // After everything was sealed anew, and before the new key took the old one's place.
    let (file, aside) = (ring.file().to_owned(), folder.path().join("journal.db.key.new"));
    fs::rename(&file, &aside).expect("as it was");
    fs::write(&file, Key::random().expect("chance").to_text().as_bytes()).expect("the old key");
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("set");
    is_whole(&Journal::open_to_read(&path).expect("with the new key"));
    let journal = Journal::open(&path).expect("finished");
    assert_eq!((journal.sealed().expect("whole").place, aside.exists()), (Place::File, false));
    is_whole(&journal);
}

#[test]
fn a_full_disk_leaves_the_old_key_in_force_and_the_next_try_succeeds() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = filled(&path, Keyring::of(&path));
    let before = journal.sealed().expect("whole").fingerprint;
    let limit = |journal: &Journal, pages: i64| {
        let limit = format!("PRAGMA max_page_count = {pages}");
        journal.db.query_row(&limit, [], |row| row.get::<_, i64>(0)).expect("limited");
    };
    let pages: i64 = journal.db.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("pages");
    limit(&journal, pages);
    if journal.rekey().is_err() {
        assert_eq!(journal.sealed().expect("whole").fingerprint, before);
        is_whole(&journal);
    }
    limit(&journal, 1 << 20);
    let after = journal.rekey().expect("exchanged");
    assert_ne!(after, before);
    is_whole(&journal);
}

#[test]
fn a_journal_moves_from_its_file_to_a_credential_and_from_one_credential_to_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, given) = (folder.path().join("journal.db"), folder.path().join("credentials"));
    drop(filled(&path, Keyring::at(&path, None)));
    fs::create_dir(&given).expect("made");
    let put = |name: &str, key: &Key| fs::write(given.join(name), key.to_text().as_bytes()).expect("written");
    let (one, two) = (Key::random().expect("chance"), Key::random().expect("chance"));
    put("journal-key", &one);
    let open = || Journal::open_with(&path, Keyring::at(&path, Some(given.clone())));
    let journal = open().expect("moved");
    let sealed = journal.sealed().expect("whole");
    assert_eq!((sealed.fingerprint, sealed.place), (one.fingerprint(), Place::Credential));
    assert!(!Keyring::at(&path, None).file().exists(), "the key on the card is gone");
    is_whole(&journal);
    drop(journal);
    put("journal-key-old", &one);
    put("journal-key", &two);
    let mut journal = open().expect("exchanged");
    assert_eq!(journal.sealed().expect("whole").fingerprint, two.fingerprint());
    is_whole(&journal);
    assert!(journal.rekey().expect_err("not by us").to_string().contains("journal-key-old"));
    drop(journal);
    let told = Journal::open_with(&path, Keyring::at(&path, None)).err().expect("refused").to_string();
    assert!(told.contains("missing"), "{told}");
}

#[test]
fn a_journal_without_its_key_is_kept_aside_and_what_was_spent_stays_spent() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = filled(&path, Keyring::of(&path));
    let report =
        super::super::Outgoing { period: 170, message: vec![1; 64], due_day: 1, tries: 0, sent_day: None };
    journal.spend_and_keep(&report, 1_000).expect("kept");
    drop(journal);
    assert!(Journal::start_over(&path).expect_err("no need").to_string().contains("no need"));
    let (file, safe) = (Keyring::of(&path).file().to_owned(), folder.path().join("safe"));
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("set");
    assert!(Journal::start_over(&path).expect_err("not lost").to_string().contains("chmod 600"));
    fs::rename(&file, &safe).expect("lost");
    assert!(Journal::open(&path).is_err() && !file.exists(), "a lost key is not made anew by itself");
    let aside = Journal::start_over(&path).expect("begun anew");
    let journal = Journal::open(&path).expect("a new journal");
    assert!(journal.known().expect("read").is_empty());
    assert_eq!(journal.sync_budget().expect("read"), [(170, 1_000)]);
    drop(journal);
    let found = Key::parse(&fs::read(&safe).expect("found again")).expect("a key");
    is_whole(&Journal::open_with(&aside, Keyring::given(&aside, found)).expect("the old one"));
}
