//! A recorded session of each exercise replays byte for byte: same replies, same screens, on every machine.
#![cfg(feature = "therapy")]

use petri_core::{Exercise, Language, Outcome, Pack, Purpose};
use petri_runtime::replay::{Digest, Recording};
use std::path::{Path, PathBuf};

fn recording(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings").join(name)
}

/// Folds a recording and holds it against the digest beside it; `UPDATE_GOLDEN=1` renews the digest.
fn replays(name: &str) -> Vec<petri_core::Entry> {
    let mut entries = Vec::new();
    let recorded =
        Recording::read(&recording(&format!("{name}.jsonl")), Pack::starter()).expect("a recording");
    let digest = recorded.fold(|_, reply| entries.extend(reply.entry));
    let golden = recording(&format!("{name}.digest.json"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, serde_json::to_string_pretty(&digest).expect("JSON") + "\n")
            .expect("written");
    }
    let text = std::fs::read_to_string(&golden).expect("a digest; UPDATE_GOLDEN=1 makes it");
    let expected: Digest = serde_json::from_str(&text).expect("a digest");
    assert_eq!(
        digest, expected,
        "{name}: replies or screens have changed; if that is meant, run with UPDATE_GOLDEN=1"
    );
    assert_eq!(digest.trials as usize, entries.len());
    entries
}

/// A recording in which nothing but one exercise is practised, with at least one answer that met the target.
fn practises(name: &str, exercise: Exercise) {
    let entries = replays(name);
    assert!(entries.len() >= 2, "{name}: {} trials", entries.len());
    assert!(entries.iter().all(|entry| entry.exercise == exercise));
    assert!(entries.iter().any(|entry| entry.outcome == Outcome::Same));
}

#[test]
fn read_the_face() {
    practises("faces", Exercise::ReadTheFace);
}

#[test]
fn read_the_words() {
    practises("words", Exercise::ReadTheWords);
}

#[test]
fn mirror() {
    practises("mirror", Exercise::Mirror);
}

#[test]
fn read_the_situation() {
    practises("situations", Exercise::ReadTheSituation);
}

#[test]
fn say_it() {
    practises("say-it", Exercise::SayIt);
}

#[test]
fn reply_with_care() {
    practises("care", Exercise::ReplyWithCare);
}

#[test]
fn talk_in_chinese() {
    practises("talk", Exercise::Converse);
    let recorded = Recording::read(&recording("talk.jsonl"), Pack::starter()).expect("a recording");
    assert_eq!(recorded.start.comfort.language, Language::Chinese);
}

#[test]
fn the_transfer_probe_and_words_that_worry() {
    let entries = replays("probe");
    assert_eq!(entries.len(), 9);
    assert!(entries.iter().all(|entry| entry.purpose == Purpose::Probe));
}

#[test]
fn a_tour() {
    let entries = replays("tour");
    // Face and words together are for the transfer probe alone.
    for exercise in Exercise::ALL.into_iter().filter(|exercise| *exercise != Exercise::Together) {
        assert!(entries.iter().any(|entry| entry.exercise == exercise), "{exercise:?} is missing");
    }
}

#[test]
fn a_changed_input_changes_the_digest() {
    let mut recorded = Recording::read(&recording("faces.jsonl"), Pack::starter()).expect("a recording");
    let before = recorded.fold(|_, _| {});
    recorded.start.seed += 1;
    let after = recorded.fold(|_, _| {});
    assert_ne!(before.replies_sha256, after.replies_sha256);
    assert_ne!(before.screens_sha256, after.screens_sha256);
}

#[test]
fn what_is_no_recording_is_refused_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.jsonl");
    let good = std::fs::read_to_string(recording("faces.jsonl")).expect("a recording");
    let first = good.lines().next().expect("a line");
    let recorded = Recording::read(&recording("faces.jsonl"), Pack::starter()).expect("a recording");
    let sum = format!("\"pack_crc32\":{}", recorded.start.pack_crc32);
    for (text, what) in [
        (String::new(), "line 1"),
        ("hello".to_owned(), "line 1"),
        (format!("{first}\n{{\"ms\":3,\"input\":\"Dance\"}}\n"), "line 2"),
        (first.replace("\"version\":2", "\"version\":9"), "version 9"),
        (first.replace(&sum, "\"pack_crc32\":1"), "another content pack"),
    ] {
        std::fs::write(&path, text).expect("written");
        let error = Recording::read(&path, Pack::starter()).expect_err("refused").to_string();
        assert!(error.contains(what) && error.lines().count() == 1, "{error}");
    }
}
