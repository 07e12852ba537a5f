//! The starter pack is what its sources say, faults are found where they are, and damage is noticed.

use petri_content::{check, compile, compile_folder, preview};
use petri_core::Pack;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const MANIFEST: &str = "name = \"t\"\nversion = \"1\"\nauthor = \"a\"\nlicence = \"MIT\"\n";
const TEXT: &str = r#"[[text]]
id = "t-one"
age = "child"
source = "daily"
feeling = "happy"
level = 1
en = "What a day!"
zh = "今天真好！"
clue_en = ["What a day"]
clue_zh = ["真好"]
"#;
const SITUATION: &str = r#"[[situation]]
id = "s-one"
age = "teen"
source = "school"
feeling = "sad"
level = 1
name_en = "Mia"
name_zh = "米娅"
en = "Mia missed the bus."
zh = "米娅没赶上车。"
why_en = ["a", "b", "c"]
why_zh = ["一", "二", "三"]
"#;
const CARE: &str = r#"[[care]]
id = "c-one"
age = "adult"
source = "work"
feeling = "sad"
level = 1
needs = ["names"]
name_en = "Leo"
name_zh = "小乐"
en = "My cat is gone."
zh = "我的猫不见了。"
better_en = "You must miss her."
better_zh = "你一定很想它。"
reply = [
  { en = "You sound sad.", zh = "你很难过吧。", moves = ["names"] },
  { en = "Oh.", zh = "哦。", moves = [] },
  { en = "Get a new one.", zh = "再买一只。", moves = ["advises"] },
]
"#;

fn starter() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("starter")
}

/// A conversation of a chain of `long` nodes and two ends; node `n0` stands on line 16.
fn talk(long: usize) -> String {
    let mut text = r#"id = "a-talk"
age = "teen"
source = "school"
title_en = "T"
title_zh = "题"
actor = "mia"
name_en = "Mia"
name_zh = "米娅"
scene_en = "Here."
scene_zh = "这里。"
valence = 0
arousal = 0
trust = 0

[[node]]
"#
    .to_owned();
    for i in 0..long {
        let (one, two) = if i + 1 == long {
            ("end-a".to_owned(), "end-b".to_owned())
        } else {
            (format!("n{}", i + 1), format!("n{}", i + 1))
        };
        text.extend([format!("id = \"n{i}\"\nfeeling = \"sad\"\nen = \"Hm.\"\nzh = \"嗯。\"\nreply = [\n")]);
        text.extend([format!("  {{ en = \"A\", zh = \"甲\", moves = [\"asks\"], next = \"{one}\" }},\n")]);
        text.extend([format!(
            "  {{ en = \"B\", zh = \"乙\", moves = [], next = \"{two}\" }},\n]\n[[node]]\n"
        )]);
    }
    text + "id = \"end-a\"\nfeeling = \"calm\"\nen = \"Bye.\"\nzh = \"再见。\"\n\
            [[node]]\nid = \"end-b\"\nfeeling = \"sad\"\nen = \"Bye.\"\nzh = \"再见。\"\n"
}

fn folder(file: &str, text: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::create_dir(folder.path().join("conversations")).expect("a folder in it");
    fs::write(folder.path().join("pack.toml"), MANIFEST).expect("pack.toml");
    fs::write(folder.path().join(file), text).expect("a file of the pack");
    folder
}

/// Asserts that the only fault of the pack is the one on `line`, and that it says `what`.
#[track_caller]
fn fault(file: &str, text: &str, line: usize, what: &str) {
    let folder = folder(file, text);
    let (report, sound) = check(folder.path());
    assert!(!sound, "no fault was found");
    assert_eq!(report, format!("{file}:{line}: {what}"));
}

#[test]
fn starter_is_compiled_from_its_sources() {
    let bytes = compile(&starter()).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let built = fs::read(starter().with_extension("pack")).expect("content/starter.pack");
    assert!(bytes == built, "content/starter.pack is not what content/starter says; run cargo xtask content");
}

#[test]
fn sound_items_have_no_fault() {
    for (file, text) in [
        ("texts.toml", TEXT),
        ("situations.toml", SITUATION),
        ("care.toml", CARE),
        ("conversations/a.toml", &talk(4)),
    ] {
        let folder = folder(file, text);
        let (report, sound) = check(folder.path());
        assert!(sound, "{report}");
    }
}

#[test]
fn syntax_and_unknown_fields() {
    let (line, folder) = (5, folder("texts.toml", &TEXT.replace("\"happy\"", "\"happy")));
    let (report, sound) = check(folder.path());
    assert!(!sound && report.starts_with(&format!("texts.toml:{line}: ")), "{report}");
    assert!(report.ends_with("; mend the TOML here"), "{report}");

    let folder = self::folder("texts.toml", &TEXT.replace("level = 1", "levle = 1"));
    let (report, sound) = check(folder.path());
    assert!(!sound && report.starts_with("texts.toml:6: unknown field `levle`"), "{report}");
}

#[test]
fn faults_of_texts() {
    let long = TEXT.replace("a day!", &format!("a day{}", "!".repeat(120)));
    fault("texts.toml", &long, 7, "en has 130 bytes; shorten it to 110");
    let foreign = TEXT.replace("a day!", "a day…");
    fault("texts.toml", &foreign, 7, "en has the character '…'; use printable ASCII only");
    let age = TEXT.replace("\"child\"", "\"baby\"");
    fault("texts.toml", &age, 3, "unknown age `baby`; use one of child, teen, adult");
    let source = TEXT.replace("\"daily\"", "\"moon\"");
    fault("texts.toml", &source, 4, "unknown source `moon`; use one of daily, school, work, remote, chat");
    let feeling = TEXT.replace("\"happy\"", "\"glad\"");
    let all = "happy, sad, angry, scared, surprised, disgusted, calm";
    fault("texts.toml", &feeling, 5, &format!("unknown feeling `glad`; use one of {all}"));
    let clue = TEXT.replace("[\"What a day\"]", "[\"what a day\"]");
    let what = "clue_en `what a day` does not stand in the text; copy it letter for letter";
    fault("texts.toml", &clue, 9, what);
    fault("texts.toml", &TEXT.repeat(2), 12, "id `t-one` is taken; give this item another id");
}

#[test]
fn faults_of_situations() {
    let name = SITUATION.replace("en = \"Mia missed", "en = \"She missed");
    let what = "name_en `Mia` does not stand in the story; name the person there";
    fault("situations.toml", &name, 7, what);
    let why = SITUATION.replace(", \"c\"", "");
    fault("situations.toml", &why, 11, "why_en has 2 reasons; give 3, the right one first");
}

#[test]
fn faults_of_care_items() {
    let level = CARE.replace("level = 1", "level = 2");
    let what = "level is 2 but needs has 1 moves; the level is the number of needs";
    fault("care.toml", &level, 6, what);
    let two = CARE.replace("moves = []", "moves = [\"names\"]");
    fault("care.toml", &two, 2, "2 replies meet the needs without a poor move; exactly one has to");
    let unknown = CARE.replace("[\"advises\"]", "[\"orders\"]");
    let all = "names, asks, offers, judges, self, dismisses, advises";
    fault("care.toml", &unknown, 17, &format!("unknown move `orders`; use one of {all}"));
}

#[test]
fn faults_of_conversations() {
    let file = "conversations/a.toml";
    let actor = talk(4).replace("\"mia\"", "\"zoe\"");
    let what = "unknown actor `zoe`; use one of petri, mia, leo, ravi, noor, ada, chen";
    fault(file, &actor, 6, what);
    let lost = talk(4).replacen("next = \"n1\"", "next = \"n9\"", 1);
    fault(file, &lost, 21, "next `n9` is no node; name a node of this file");
    let cycle = talk(4).replacen("next = \"n2\"", "next = \"n0\"", 1);
    fault(file, &cycle, 30, "next `n0` leads in a cycle; lead on to a later node");
    fault(file, &talk(3), 1, "the shortest way has 3 replies; make every way at least 4 long");
    fault(file, &talk(11), 1, "the longest way has 11 replies; make every way at most 10 long");
    let end = talk(4).replace("next = \"end-b\"", "next = \"end-a\"");
    let folder = folder(file, &end);
    let (report, _) = check(folder.path());
    let unreached = "57: node `end-b` is never reached; lead a reply to it or remove it";
    let ends = "1: the conversation has 1 ends; give at least 2";
    assert_eq!(report, format!("{file}:{unreached}\n{file}:{ends}"));
}

#[test]
fn a_faulty_pack_is_not_written() {
    let folder = folder("texts.toml", &TEXT.replace("level = 1", "level = 4"));
    let out = folder.path().join("out.pack");
    let (report, written) = compile_folder(folder.path(), &out);
    assert_eq!(report, "texts.toml:6: level 4 is unknown; use 1, 2 or 3");
    assert!(!written && !out.exists());
}

#[test]
fn preview_shows_both_languages_and_the_moves() {
    let (ids, shown) = preview(&starter(), None);
    assert!(shown && ids.lines().any(|id| id == "camera-off"));
    let (tree, shown) = preview(&starter(), Some("camera-off"));
    assert!(shown && tree.contains("关着的摄像头") && tree.contains("(names, asks)"), "{tree}");
    assert!(!preview(&starter(), Some("nothing")).1);
}

#[test]
fn damage_is_noticed() {
    let bytes = fs::read(starter().with_extension("pack")).expect("content/starter.pack");
    let step = bytes.len() / 97;
    for at in (0..bytes.len()).step_by(step) {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(Pack::open(&changed).is_err(), "byte {at} was changed");
        assert!(Pack::open(&bytes[..at]).is_err(), "cut at byte {at}");
    }
    assert!(Pack::open(&bytes[..bytes.len() - 1]).is_err());
}
