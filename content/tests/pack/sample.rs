//! A small pack without a fault, to break in one place.

use petri_content::check;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

pub(crate) const MANIFEST: &str = r#"name = "sample"
version = 3
languages = ["en", "zh-CN"]
author = "somebody"
licence = "MIT"
"#;
pub(crate) const TEXT: &str = r#"[[text]]
id = "t-one"
age = "child"
source = "daily"
feeling = "happy"
level = 1
held_out = true
en = "What a day! I want it again."
zh = "今天真好！我还想再来一次。"
clue_en = ["What a day", "again"]
clue_zh = ["真好", "再来一次"]
"#;
pub(crate) const SITUATION: &str = r#"[[situation]]
id = "s-one"
age = "teen"
source = "school"
feeling = "sad"
level = 2
held_out = true
name_en = "Mia"
name_zh = "米娅"
en = "Mia missed the bus."
zh = "米娅没赶上车。"
why_en = ["She wanted to go.", "She likes to walk.", "It is early."]
why_zh = ["她想去。", "她喜欢走路。", "时间还早。"]
"#;
pub(crate) const CARE: &str = r#"[[care]]
id = "c-one"
age = "adult"
source = "work"
feeling = "sad"
level = 2
held_out = true
needs = ["names", "offers"]
name_en = "Leo"
name_zh = "小乐"
en = "My cat is gone."
zh = "我的猫不见了。"
better_en = "You must miss her. I am here."
better_zh = "你一定很想它。我陪着你。"
[[care.reply]]
en = "You sound sad. I will help you look."
zh = "你很难过吧。我帮你一起找。"
moves = ["names", "offers"]
[[care.reply]]
en = "Oh."
zh = "哦。"
moves = []
[[care.reply]]
en = "Get a new one."
zh = "再买一只。"
moves = ["advises"]
"#;

/// The one conversation of the sample.
pub(crate) const TALK: &str = "conversations/a-talk.toml";

/// A conversation of a chain of `long` nodes and two ends; the first three nodes have closed words.
pub(crate) fn talk(long: usize) -> String {
    let head = r#"id = "a-talk"
age = "teen"
source = "school"
title_en = "Title"
title_zh = "题目"
actor = "mia"
name_en = "Mia"
name_zh = "米娅"
scene_en = "Mia is here."
scene_zh = "米娅在这里。"
valence = -1000
arousal = 20
trust = -3
"#;
    head.to_owned() + &nodes(long)
}

/// The nodes of it.
pub(crate) fn nodes(long: usize) -> String {
    let mut text = String::new();
    for i in 0..long {
        let (one, two) = match i + 1 {
            last if last == long => ("end-a".to_owned(), "end-b".to_owned()),
            next => (format!("n{next}"), format!("n{next}")),
        };
        let node =
            format!("[[node]]\nid = \"n{i}\"\nfeeling = \"sad\"\nen = \"Line {i}.\"\nzh = \"第{i}句。\"\n");
        text.push_str(&node);
        if i < 3 {
            let closed = format!("closed_en = \"Hm {i}.\"\nclosed_zh = \"嗯{i}。\"\n");
            text.push_str(&closed);
        }
        text.push_str(&reply("Why?", "为什么？", "\"asks\"", &one));
        text.push_str(&reply("Oh.", "哦。", "", &two));
    }
    text + &end("end-a", "calm", "Bye.", "再见。") + &end("end-b", "sad", "Later.", "回头见。")
}

pub(crate) fn end(id: &str, feeling: &str, en: &str, zh: &str) -> String {
    format!("[[node]]\nid = \"{id}\"\nfeeling = \"{feeling}\"\nen = \"{en}\"\nzh = \"{zh}\"\n")
}

pub(crate) fn reply(en: &str, zh: &str, moves: &str, next: &str) -> String {
    format!("[[node.reply]]\nen = \"{en}\"\nzh = \"{zh}\"\nmoves = [{moves}]\nnext = \"{next}\"\n")
}

/// The sample with one file written anew, or one more.
pub(crate) fn folder(file: &str, text: impl AsRef<[u8]>) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::create_dir(folder.path().join("conversations")).expect("a folder in it");
    let talk = talk(6);
    let files =
        [("pack.toml", MANIFEST), ("texts.toml", TEXT), ("situations.toml", SITUATION), ("care.toml", CARE)];
    for (name, text) in files.into_iter().chain([(TALK, talk.as_str())]) {
        fs::write(folder.path().join(name), text).expect("a file of the sample");
    }
    fs::write(folder.path().join(file), text).expect("the changed file");
    folder
}

/// What a check of the sample finds when one file is written anew: every fault on a line.
pub(crate) fn faults(file: &str, text: impl AsRef<[u8]>) -> Vec<String> {
    let folder = folder(file, text);
    let (report, sound) = check(folder.path());
    if sound { Vec::new() } else { report.lines().map(str::to_owned).collect() }
}

/// The line of `text` on which `part` first stands.
pub(crate) fn line_of(text: &str, part: &str) -> usize {
    let at = text.find(part).unwrap_or_else(|| panic!("no {part}"));
    1 + text[..at].matches('\n').count()
}

/// Puts `new` in the place of the first `old` and asserts that the check then finds this one fault there.
#[track_caller]
pub(crate) fn fault(file: &str, text: &str, (old, new): (&str, &str), what: &str) {
    let line = line_of(text, old);
    let found = faults(file, text.replacen(old, new, 1));
    assert_eq!(found, [format!("{file}:{line}: {what}")]);
}

/// The folder of the built-in pack.
pub(crate) fn starter() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("starter")
}
