//! Faults of conversations.

use crate::sample::{TALK, end, fault, faults, line_of, reply, talk};

#[test]
fn the_head_of_a_conversation() {
    let text = talk(6);
    let what = "id `other` is not the name of the file; make them the same";
    fault(TALK, &text, ("\"a-talk\"", "\"other\""), what);
    for actor in ["zoe", "noor", "petri"] {
        let what = format!("unknown actor `{actor}`; use one of mia, leo, ravi, ada");
        fault(TALK, &text, ("\"mia\"", &format!("\"{actor}\"")), &what);
    }
    let what = "valence is -1001; keep it within -1000 to 1000";
    fault(TALK, &text, ("valence = -1000", "valence = -1001"), what);
    fault(
        TALK,
        &text,
        ("\"Title\"", &format!("\"{}\"", "T".repeat(25))),
        "title_en has 25 bytes; shorten it to 24",
    );
    let long = format!("\"{}\"", "题".repeat(9));
    fault(TALK, &text, ("\"题目\"", &long), "title_zh has 9 characters; shorten it to 8");
}

#[test]
fn nodes() {
    let text = talk(6);
    let what = "closed stands in one language only; give closed_en and closed_zh";
    let line = line_of(&text, "id = \"n4\"");
    let found = faults(TALK, text.replace("zh = \"第4句。\"", "zh = \"第4句。\"\nclosed_zh = \"嗯4。\""));
    assert_eq!(found, [format!("{TALK}:{line}: {what}")]);
    let found = faults(TALK, text.replace("closed_en = \"Hm 2.\"\nclosed_zh = \"嗯2。\"\n", ""));
    let what = "2 nodes have closed_en and closed_zh; give them to at least 3";
    assert_eq!(found, [format!("{TALK}:1: {what}")]);
}

#[test]
fn replies() {
    let text = talk(6);
    let line = line_of(&text, "id = \"n0\"");
    let one = reply("Why?", "为什么？", "\"asks\"", "n1");
    let what = "node `n0` has 1 replies; give 2 to 3, or none at an end";
    let bad = "node `n0` has no reply with good moves only; give one";
    let found = faults(TALK, text.replacen(&one, "", 1));
    assert_eq!(found, [format!("{TALK}:{line}: {what}"), format!("{TALK}:{line}: {bad}")]);
    let found = faults(TALK, text.replacen("\"asks\"", "\"asks\", \"self\"", 1));
    assert_eq!(found, [format!("{TALK}:{line}: {bad}")]);
    let found = faults(TALK, text.replacen("moves = []", "moves = [\"names\"]", 1));
    let what = "node `n0` has good replies only; give one with a poor move or none";
    assert_eq!(found, [format!("{TALK}:{line}: {what}")]);
    let what = "the reply stands here a second time; say something else";
    fault(TALK, &text, ("\"Oh.\"", "\"Why?\""), what);
}

#[test]
fn ways() {
    let text = talk(6);
    fault(TALK, &text, ("next = \"n2\"", "next = \"n9\""), "next `n9` is no node; name a node of this file");
    fault(
        TALK,
        &text,
        ("next = \"n3\"", "next = \"n0\""),
        "next `n0` leads in a cycle; lead on to a later node",
    );
    let found = faults(TALK, talk(11));
    assert_eq!(found, [format!("{TALK}:1: the longest way has 11 replies; make every way at most 10 long")]);
    let short = text.replacen("next = \"n1\"", "next = \"end-b\"", 1);
    let what = "the shortest way has 1 replies; make every way at least 4 long";
    assert_eq!(faults(TALK, short), [format!("{TALK}:1: {what}")]);
    let lost = text.clone() + &end("end-c", "calm", "Far.", "远。");
    let what = "node `end-c` is never reached; lead a reply to it or remove it";
    assert_eq!(faults(TALK, &lost), [format!("{TALK}:{}: {what}", line_of(&lost, "end-c"))]);
    let one = text.replace("next = \"end-b\"", "next = \"end-a\"");
    let found = faults(TALK, &one);
    let ends = format!("{TALK}:1: the conversation has 1 ends; give at least 2");
    let what = "node `end-b` is never reached; lead a reply to it or remove it";
    let unreached = format!("{TALK}:{}: {what}", line_of(&one, "id = \"end-b\""));
    assert_eq!(found, [ends, unreached]);
    let few = faults(TALK, talk(5));
    assert_eq!(few, [format!("{TALK}:1: the conversation has 7 nodes; give 8 to 64")]);
    let twice = text.clone() + &end("end-a", "calm", "Far.", "远。");
    let what = "node `end-a` stands here twice; give this one another id";
    let line = twice.lines().count() - 3;
    assert_eq!(faults(TALK, &twice), [format!("{TALK}:{line}: {what}")]);
}
