//! `petri words`: a learner's own words, from recordings and from a microphone.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn petri(arguments: &[&str], journal: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_petri"))
        .args(arguments)
        .arg("--journal")
        .arg(journal)
        .output()
        .expect("petri runs")
}

fn said(arguments: &[&str], journal: &Path) -> String {
    let output = petri(arguments, journal);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn refused(arguments: &[&str], journal: &Path) -> String {
    let output = petri(arguments, journal);
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).expect("UTF-8")
}

fn demo(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../board/demo").join(name);
    path.to_string_lossy().into_owned()
}

#[test]
fn a_word_said_to_the_microphone_is_what_recordings_of_it_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let (live, files) = (folder.path().join("live.db"), folder.path().join("files.db"));
    let help = demo("help.wav");
    let heard = ["--microphone", &help].repeat(3);
    let told = said(&[&["words", "enrol", "帮忙", "--board", "sim"], &heard[..]].concat(), &live);
    assert!(told.contains("when the display asks for it"), "{told}");
    assert!(told.ends_with("enrolled: help 帮忙, 3 recordings\n"), "{told}");
    let wav = ["--wav", &help].repeat(3);
    said(&[&["words", "enrol", "help"], &wav[..]].concat(), &files);
    for journal in [&live, &files] {
        assert_eq!(said(&["words", "list"], journal), "help 帮忙: 3 recordings\n");
    }
    said(&["words", "forget", "help"], &live);
    assert!(said(&["words", "list"], &live).starts_with("no words of learner 1"));
}

#[test]
fn what_is_no_word_three_times_over_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("j.db");
    let others = ["help.wav", "next.wav", "again.wav"].map(demo);
    let heard: Vec<&str> = others.iter().flat_map(|file| ["--microphone", file]).collect();
    let error = refused(&[&["words", "enrol", "yes", "--board", "sim"], &heard[..]].concat(), &journal);
    assert!(error.contains("does not sound like the others"), "{error}");
    let deaf = refused(&["words", "enrol", "yes", "--board", "sim"], &journal);
    assert!(deaf.contains("no microphone; name recordings with --wav"), "{deaf}");
    assert!(said(&["words", "list"], &journal).starts_with("no words of learner 1"));
    refused(&["words", "enrol", "yes"], &journal);
}
