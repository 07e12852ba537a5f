//! The built-in pack, and that the device reads what the files say.

use crate::sample::{SITUATION, folder, starter, talk};
use petri_content::{check, compile, compile_folder, key, preview};
use petri_core::pack::{Mood, Tag};
use petri_core::{Actor, Age, Both, Emotion, Move, Moves, Pack};
use std::collections::BTreeSet;
use std::fs;

#[test]
fn it_is_compiled_from_its_sources() {
    let bytes = compile(&starter()).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let built = fs::read(starter().with_extension("pack")).expect("content/starter.pack");
    assert!(bytes == built, "content/starter.pack is not what content/starter says; run cargo xtask content");
}

#[test]
fn it_has_enough_for_everybody() {
    let pack = Pack::starter();
    assert_eq!(pack.name(), "starter 1");
    assert!(pack.texts().count() >= 120);
    assert!(pack.situations().count() >= 40);
    assert!(pack.cares().count() >= 24);
    assert!(pack.talks().count() >= 6);
    let ages = |tags: Vec<Tag>| Age::ALL.into_iter().all(|age| tags.iter().any(|tag| tag.age == age));
    assert!(ages(pack.texts().map(|item| item.tag).collect()));
    assert!(ages(pack.situations().map(|item| item.tag).collect()));
    assert!(ages(pack.cares().map(|item| item.tag).collect()));
    assert!(ages(pack.talks().map(|item| item.tag).collect()));
    assert!(pack.texts().all(|item| !item.text.en.is_empty() && !item.text.zh.is_empty()));
}

#[test]
fn every_text_has_every_feeling_age_and_level() {
    let cells: BTreeSet<_> = Pack::starter()
        .texts()
        .filter(|item| !item.tag.held_out)
        .map(|item| (item.tag.age.name(), item.tag.feeling, item.tag.level))
        .collect();
    assert_eq!(cells.len(), Age::ALL.len() * Emotion::COUNT * 3);
}

fn moves(all: &[Move]) -> Moves {
    all.iter().copied().collect()
}

#[test]
fn every_field_arrives() {
    let folder = folder("situations.toml", SITUATION);
    let bytes = compile(folder.path()).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let pack = Pack::open(&bytes).expect("an open pack");
    assert_eq!(pack.name(), "sample 3");

    let text = pack.text(0).expect("the text");
    let tag = Tag { key: key("t-one"), age: Age::Child, feeling: Emotion::Happy, level: 1, held_out: true };
    assert_eq!(text.tag, tag);
    let line = Both { en: "What a day! I want it again.", zh: "今天真好！我还想再来一次。" };
    assert_eq!(text.text, line);
    assert_eq!(text.clue, Both { en: "What a day, again", zh: "真好、再来一次" });

    let item = pack.situation(0).expect("the situation");
    let tag = Tag { key: key("s-one"), age: Age::Teen, feeling: Emotion::Sad, level: 2, held_out: true };
    assert_eq!((item.tag, item.name), (tag, Both { en: "Mia", zh: "米娅" }));
    assert_eq!(item.story, Both { en: "Mia missed the bus.", zh: "米娅没赶上车。" });
    assert_eq!(item.why.map(|why| why.en), ["She wanted to go.", "She likes to walk.", "It is early."]);
    assert_eq!(item.why.map(|why| why.zh), ["她想去。", "她喜欢走路。", "时间还早。"]);

    let care = pack.care(0).expect("the care item");
    let tag = Tag { key: key("c-one"), age: Age::Adult, feeling: Emotion::Sad, level: 2, held_out: true };
    assert_eq!((care.tag, care.name), (tag, Both { en: "Leo", zh: "小乐" }));
    assert_eq!(care.says, Both { en: "My cat is gone.", zh: "我的猫不见了。" });
    assert_eq!(care.needs, moves(&[Move::Names, Move::Offers]));
    let better = Both { en: "You must miss her. I am here.", zh: "你一定很想它。我陪着你。" };
    assert_eq!(care.better, better);
    let said =
        Both { en: "You sound sad. I will help you look.", zh: "你很难过吧。我帮你一起找。" };
    assert_eq!((care.replies[0].text, care.replies[0].moves), (said, care.needs));
    assert_eq!(care.replies.map(|reply| reply.text.en), [said.en, "Oh.", "Get a new one."]);
    assert_eq!(care.replies.map(|reply| reply.text.zh), [said.zh, "哦。", "再买一只。"]);
    assert_eq!(care.replies[1].moves, Moves::NONE);
    assert_eq!(care.replies[2].moves, moves(&[Move::Advises]));
}

#[test]
fn every_field_of_a_conversation_arrives() {
    let folder = folder("conversations/b-talk.toml", talk(7).replace("a-talk", "b-talk"));
    let (report, sound) = check(folder.path());
    assert!(!sound && report.contains("the title stands here a second time"), "{report}");
    let other = talk(7).replace("a-talk", "b-talk").replace("Title", "Two").replace("题目", "第二");
    fs::write(folder.path().join("conversations/b-talk.toml"), other).expect("another conversation");
    let bytes = compile(folder.path()).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let pack = Pack::open(&bytes).expect("an open pack");
    let talk = pack.talk(1).expect("the second conversation");
    let tag = Tag { key: key("b-talk"), age: Age::Teen, feeling: Emotion::Sad, level: 2, held_out: false };
    assert_eq!((talk.tag, talk.actor), (tag, Actor::Mia));
    assert_eq!((talk.title, talk.name), (Both { en: "Two", zh: "第二" }, Both { en: "Mia", zh: "米娅" }));
    assert_eq!(talk.scene, Both { en: "Mia is here.", zh: "米娅在这里。" });
    assert_eq!(talk.mood, Mood { valence: -1_000, arousal: 20, trust: -3 });
    assert_eq!((talk.first, talk.turns), (8, 9));

    let turn = pack.turn(&talk, 0).expect("the first turn");
    assert_eq!((turn.feeling, turn.open), (Emotion::Sad, Both { en: "Line 0.", zh: "第0句。" }));
    assert_eq!(turn.closed, Both { en: "Hm 0.", zh: "嗯0。" });
    let [ask, none] = turn.replies[..] else { panic!("two replies") };
    assert_eq!((ask.said.text, ask.next), (Both { en: "Why?", zh: "为什么？" }, 1));
    assert_eq!((ask.said.moves, none.said.moves), (moves(&[Move::Asks]), Moves::NONE));
    let last = pack.turn(&talk, 6).expect("the last turn with replies");
    assert_eq!((last.replies[0].next, last.replies[1].next), (7, 8));
    assert_eq!(last.closed, Both { en: "", zh: "" });
    let end = pack.turn(&talk, 7).expect("an end");
    assert!(end.replies.is_empty() && end.feeling == Emotion::Calm);
    assert!(pack.turn(&talk, 9).is_none());
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let folder = folder("situations.toml", SITUATION);
    let out = folder.path().join("out.pack");
    let (report, written) = compile_folder(folder.path(), &out);
    assert!(written, "{report}");
    assert_eq!(fs::read(&out).expect("the pack"), compile(folder.path()).expect("the pack again"));
    let (report, written) = compile_folder(folder.path(), &folder.path().join("no/out.pack"));
    assert!(!written && report.contains("cannot be written"), "{report}");
}

#[test]
fn a_check_warns_of_what_is_missing() {
    let folder = folder("situations.toml", SITUATION.replace("held_out = true\n", ""));
    let (report, sound) = check(folder.path());
    assert!(sound);
    let gap = "warning: situations.toml has nothing to train teen with at happy, angry, scared,";
    assert!(report.contains(gap), "{report}");
    let level = "note: situations.toml has no teen item for sad 1, sad 3; the nearest level is shown instead";
    assert!(report.contains(level), "{report}");
    let alone = "note: to be enough by itself the pack would need 119 more texts, 39 more situations,";
    assert!(report.contains(alone), "{report}");
    let held = "warning: situations.toml holds out 0 of 1 items; mark one in 10 with held_out = true";
    assert!(report.contains(held), "{report}");
}

#[test]
fn a_check_counts_the_built_in_pack_against_what_is_wanted() {
    let (report, sound) = check(&starter());
    assert!(sound, "{report}");
    assert!(!report.contains("warning: ") && !report.contains("by itself"), "{report}");
    let rows: Vec<Vec<&str>> = report.lines().map(|line| line.split_whitespace().collect()).collect();
    let row = |name: &str| rows.iter().find(|row| row.first() == Some(&name)).expect("a row").clone();
    assert_eq!(row("there"), ["there", "wanted", "en", "zh-CN", "child", "teen", "adult", "held", "out"]);
    let pack = Pack::starter();
    let count = pack.texts().count().to_string();
    assert_eq!(row("texts")[1..5], [count.as_str(), "120", count.as_str(), count.as_str()]);
    assert_eq!((row("situations")[2], row("care")[3], row("conversations")[2]), ("40", "24", "6"));
    assert_eq!(row("drawn")[2..4], ["42", "42"]);
    for age in 0..Age::ALL.len() {
        for emotion in Emotion::ALL {
            let cell = row(emotion.word())[1];
            let of = |item: &petri_core::pack::Text<'_>| {
                item.tag.age == Age::ALL[age] && item.tag.feeling == emotion
            };
            let there = pack.texts().filter(of).count().to_string();
            assert_eq!(cell.split('/').nth(age), Some(there.as_str()), "{emotion:?}");
        }
    }
}

#[test]
fn preview_shows_both_languages_and_the_moves() {
    let (ids, shown) = preview(&starter(), None);
    assert!(shown && ids.lines().any(|id| id == "camera-off"));
    let (tree, shown) = preview(&starter(), Some("camera-off"));
    assert!(shown && tree.contains("关着的摄像头") && tree.contains("(names, asks)"), "{tree}");
    let folder = folder("situations.toml", SITUATION);
    let (tree, _) = preview(folder.path(), Some("a-talk"));
    let joined = "          [n2] sad";
    assert!(tree.contains(joined) && tree.contains("      [n2] joins the way above"), "{tree}");
    for (id, line) in [
        ("t-one", "  clue: What a day, again"),
        ("s-one", "  wrong: She likes to walk."),
        ("c-one", "    (names, offers)"),
    ] {
        let (item, shown) = preview(folder.path(), Some(id));
        assert!(shown && item.lines().any(|shown| shown == line), "{item}");
    }
    let (none, shown) = preview(&starter(), Some("nothing"));
    assert!(!shown && none.starts_with("no item `nothing` in this pack"), "{none}");
}
