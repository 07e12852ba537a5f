//! Damaged packs are refused, and no input brings the checker down.

use crate::sample::{CARE, MANIFEST, SITUATION, TALK, TEXT, folder, talk};
use petri_content::{check, compile, preview};
use petri_core::Pack;
use petri_core::pack::{PackError, STARTER, crc32};
use petri_core::random::Random;
use std::fs;

#[test]
fn a_changed_byte_is_noticed() {
    for at in (0..STARTER.len()).step_by(97) {
        let mut changed = STARTER.to_vec();
        changed[at] ^= 1 << (at % 8);
        assert!(Pack::open(&changed).is_err(), "byte {at}");
    }
}

#[test]
fn a_pack_that_is_cut_short_is_refused() {
    for length in (0..STARTER.len()).step_by(89).chain([STARTER.len() - 1]) {
        assert!(Pack::open(&STARTER[..length]).is_err(), "length {length}");
    }
}

/// The sum over the pack guards against accidents, not against somebody who writes a new sum.
#[test]
fn no_byte_brings_the_reader_down_where_the_sum_is_right() {
    let small = compile(folder("texts.toml", TEXT).path()).expect("the sample");
    for at in 8..small.len() - 4 {
        for byte in [0, 1, 0x7F, 0x80, 0xFF] {
            let mut changed = small.clone();
            changed[at] = byte;
            let body = changed.len() - 4;
            let sum = crc32(&changed[..body]).to_le_bytes();
            changed[body..].copy_from_slice(&sum);
            if let Ok(pack) = Pack::open(&changed) {
                pack.texts().for_each(|item| assert!(item.tag.difficulty_ml().abs() <= 1_200));
                pack.talks()
                    .for_each(|talk| assert!((0..talk.turns as u8).all(|i| pack.turn(&talk, i).is_some())));
            }
        }
    }
}

#[test]
fn a_level_that_does_not_exist_is_damage() {
    let mut bytes = compile(folder("texts.toml", TEXT).path()).expect("the sample");
    let first = u32::from_le_bytes(bytes[22..26].try_into().expect("four bytes")) as usize;
    let level = (first..first + 8).find(|at| {
        let mut changed = bytes.clone();
        changed[*at] = 2;
        let body = changed.len() - 4;
        let sum = crc32(&changed[..body]).to_le_bytes();
        changed[body..].copy_from_slice(&sum);
        Pack::open(&changed).is_ok_and(|pack| pack.text(0).is_some_and(|item| item.tag.level == 2))
    });
    bytes[level.expect("the level of the first text")] = 100;
    let body = bytes.len() - 4;
    let sum = crc32(&bytes[..body]).to_le_bytes();
    bytes[body..].copy_from_slice(&sum);
    assert_eq!(Pack::open(&bytes), Err(PackError::Damaged));
}

/// Bytes of `text` removed, doubled, swapped for others or for pieces of TOML.
fn mutated(text: &str, random: &mut Random) -> Vec<u8> {
    const PIECES: [&str; 12] = [
        "[[",
        "]]",
        "\"",
        "'''",
        "\n",
        "=",
        "{",
        "}",
        "[[node.reply]]\n",
        "-9223372036854775808",
        "\u{FEFF}",
        "\\u",
    ];
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len().max(1) as u32) as usize;
        let end = (at + random.below(40) as usize).min(bytes.len());
        match random.below(4) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.extend_from_within(at..end),
            2 => bytes[at] = random.below(256) as u8,
            _ => {
                let piece = PIECES[random.below(PIECES.len() as u32) as usize];
                bytes.splice(at..at, piece.bytes());
            }
        }
        if bytes.is_empty() {
            bytes.push(b'\n');
        }
    }
    bytes
}

#[test]
fn no_file_brings_the_checker_down() {
    let talk = talk(6);
    let files = [
        ("pack.toml", MANIFEST),
        ("texts.toml", TEXT),
        ("situations.toml", SITUATION),
        ("care.toml", CARE),
        (TALK, talk.as_str()),
    ];
    let folder = folder("texts.toml", TEXT);
    let mut random = Random::new(1);
    for round in 0..400 {
        let (name, text) = files[round % files.len()];
        fs::write(folder.path().join(name), mutated(text, &mut random)).expect("a changed file");
        let (report, _) = check(folder.path());
        assert!(!report.is_empty());
        let (shown, _) = preview(folder.path(), Some("a-talk"));
        assert!(!shown.is_empty());
        fs::write(folder.path().join(name), text).expect("the sound file");
    }
}

#[test]
fn depth_and_length_without_end_are_refused() {
    let folder = folder("texts.toml", format!("text = {}", "[".repeat(1_000_000)));
    assert!(check(folder.path()).0.starts_with("texts.toml:1: "));
    fs::write(folder.path().join("texts.toml"), TEXT).expect("the sound file");
    fs::write(folder.path().join(TALK), talk(9_000)).expect("a long conversation");
    let (report, _) = check(folder.path());
    assert!(report.contains("the conversation has 9002 nodes; give 8 to 64"), "{report}");
    let (shown, _) = preview(folder.path(), Some("a-talk"));
    assert!(shown.ends_with("more than 64 nodes; check names the fault"), "{shown}");
}
