//! `petri journal`: what a person sees of the seal.

use petri_runtime::journal::{Journal, Profile};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

fn petri(arguments: &[&str], journal: &Path, credentials: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_petri"));
    command.args(arguments).arg("--journal").arg(journal).env_remove("CREDENTIALS_DIRECTORY");
    if let Some(folder) = credentials {
        command.env("CREDENTIALS_DIRECTORY", folder);
    }
    command.output().expect("started")
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn refused(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && text.lines().count() == 1, "{text}");
    text
}

/// What follows `the key` in what was said.
fn fingerprint(said: &str) -> String {
    let at = said.find("the key ").expect("a fingerprint") + "the key ".len();
    said[at..at + 19].to_owned()
}

#[test]
fn a_key_is_shown_exchanged_refused_when_others_may_read_it_and_missed_when_it_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("journal.db");
    Journal::open(&journal).expect("a journal").set_profile(7, &Profile::default()).expect("kept");
    let key = folder.path().join("journal.db.key");
    let before = said(&petri(&["journal", "status"], &journal, None));
    assert!(
        before.contains("3 records, all of them whole") && before.contains("whoever takes the disk"),
        "{before}"
    );
    let exchanged = said(&petri(&["journal", "rekey"], &journal, None));
    let after = said(&petri(&["journal", "status"], &journal, None));
    assert_eq!(fingerprint(&after), fingerprint(&exchanged));
    assert_ne!(fingerprint(&after), fingerprint(&before));

    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("set");
    assert!(refused(&petri(&["journal", "status"], &journal, None)).contains("chmod 600"));
    fs::remove_file(&key).expect("lost");
    let told = refused(&petri(&["sync", "status"], &journal, None));
    assert!(told.contains("its key is missing") && told.contains("petri journal start-over"), "{told}");
    let told = said(&petri(&["journal", "start-over"], &journal, None));
    assert!(told.contains("journal.db.sealed-1"), "{told}");
    assert!(said(&petri(&["journal", "status"], &journal, None)).contains("1 records"));
}

#[test]
fn a_credential_takes_the_place_of_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (journal, given) = (folder.path().join("journal.db"), folder.path().join("credentials"));
    drop(Journal::open(&journal).expect("a journal"));
    let new =
        Command::new(env!("CARGO_BIN_EXE_petri")).args(["journal", "new-key"]).output().expect("started");
    fs::create_dir(&given).expect("made");
    fs::write(given.join("journal-key"), &new.stdout).expect("written");
    let told = said(&petri(&["journal", "status"], &journal, Some(&given)));
    assert!(told.contains("a credential of the service manager"), "{told}");
    assert!(!folder.path().join("journal.db.key").exists(), "a key stayed on the disk");
    assert!(refused(&petri(&["journal", "status"], &journal, None)).contains("its key is missing"));
    assert!(refused(&petri(&["journal", "rekey"], &journal, Some(&given))).contains("journal-key-old"));
}
