//! Every fault is found, once, in the line where it is.

use crate::sample::{CARE, MANIFEST, SITUATION, TEXT, fault, faults, folder, line_of};
use petri_content::limits::FAULTS_MAX;
use petri_content::{check, compile_folder, key};
use std::fs;

#[test]
fn the_sample_has_none() {
    let folder = folder("texts.toml", TEXT);
    let (report, sound) = check(folder.path());
    assert!(sound, "{report}");
    let counts = "sample 3: 1 texts, 1 situations, 1 care items, 1 conversations (8 turns), 0 photos";
    assert!(report.starts_with(counts), "{report}");
}

#[test]
fn files() {
    let found = faults("text.toml", "");
    let names = "pack.toml, texts.toml, situations.toml, care.toml, photos.toml";
    let what = format!("not a file of a pack; rename it to one of {names}, or move it away");
    assert_eq!(found, [format!("text.toml:1: {what}")]);
    let found = faults("texts.toml", b"[[text]]\nid = \"\xFF\"\n");
    assert_eq!(found, ["texts.toml:2: not UTF-8; save the file in that encoding"]);

    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let (report, sound) = check(folder.path());
    assert!(!sound);
    assert_eq!(report, "pack.toml:1: there is no such file; a pack needs it");
    fs::write(folder.path().join("pack.toml"), MANIFEST).expect("pack.toml");
    let (report, _) = check(folder.path());
    assert_eq!(report, "pack.toml:1: the pack has no items; write some, in texts.toml for example");
    let (report, _) = check(&folder.path().join("nowhere"));
    assert!(report.contains("check its name and rights"), "{report}");
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let text = "#".repeat(5 << 20);
    let what = "cannot be read (it is larger than 4194304 bytes); check the file and its rights";
    assert_eq!(faults("texts.toml", text), [format!("texts.toml:1: {what}")]);
}

#[test]
fn syntax() {
    let found = faults("texts.toml", TEXT.replace("\"happy\"", "\"happy"));
    assert!(
        found[0].starts_with("texts.toml:5: ") && found[0].ends_with("; mend the TOML here"),
        "{found:?}"
    );
    let found = faults("texts.toml", TEXT.replace("level = 1", "level = 1\nlevel = 2"));
    assert_eq!(found, ["texts.toml:7: duplicate key; mend the TOML here"]);
    let found = faults("texts.toml", "[text]\nid = \"a\"\n");
    assert_eq!(found, ["texts.toml:1: `text` is no item; begin each with [[text]]"]);
    assert_eq!(faults("texts.toml", "level = 1\n").len(), 1);
}

#[test]
fn fields() {
    let unknown = |name: &str| format!("unknown field `{name}`; remove it or mend its name");
    fault("texts.toml", TEXT, ("held_out", "heldout"), &unknown("heldout"));
    let found = faults("texts.toml", TEXT.replace("level = 1", "levle = 1"));
    let missing = "texts.toml:1: missing field `level`; add it here".to_owned();
    assert_eq!(found, [missing, format!("texts.toml:6: {}", unknown("levle"))]);
    let line = line_of(CARE, "moves = []");
    let found = faults("care.toml", CARE.replace("moves = []", "move = []"));
    let missing = format!("care.toml:{}: missing field `moves`; add it here", line - 3);
    assert_eq!(found, [missing, format!("care.toml:{line}: {}", unknown("move"))]);

    let kind = |name: &str, wanted: &str| format!("`{name}` is of another kind; give {wanted}");
    fault("texts.toml", TEXT, ("\"happy\"", "7"), &kind("feeling", "a text in quotes"));
    fault("texts.toml", TEXT, ("level = 1", "level = \"1\""), &kind("level", "a whole number"));
    fault("texts.toml", TEXT, ("true", "\"yes\""), &kind("held_out", "true or false"));
    let list = kind("clue_zh", "a list of texts in square brackets");
    fault("texts.toml", TEXT, ("[\"真好\", \"再来一次\"]", "\"真好\""), &list);
    fault("texts.toml", TEXT, ("\"真好\"", "1"), "a piece of `clue_zh` is no text; put it in quotes");
    let huge = ("level = 1", "level = 99999999999999999999");
    fault("texts.toml", TEXT, huge, "`level` is too large; give a smaller number");
}

#[test]
fn manifest() {
    let file = "pack.toml";
    fault(file, MANIFEST, ("version = 3", "version = 0"), "version is 0; use 1 to 65535");
    let what = "languages are not those of every item; write [\"en\", \"zh-CN\"]";
    fault(file, MANIFEST, (", \"zh-CN\"", ""), what);
    fault(file, MANIFEST, ("\"MIT\"", "\"\""), "licence is empty; fill it in");
    let long = format!("\"{}\"", "a".repeat(25));
    fault(file, MANIFEST, ("\"sample\"", &long), "name has 25 bytes; shorten it to 24");
    let long = format!("\"{}\"", "a".repeat(201));
    fault(file, MANIFEST, ("\"somebody\"", &long), "author has 201 bytes; shorten it to 200");
}

#[test]
fn ids() {
    for id in ["", "T-one", "t--one", "-one", "t one", "t-öne", &"a".repeat(25)] {
        let what = format!("id `{id}` is not well formed; use words of a-z and 0-9 joined by -, 24 in all");
        fault("texts.toml", TEXT, ("\"t-one\"", &format!("\"{id}\"")), &what);
    }
    let found = faults("situations.toml", SITUATION.replace("s-one", "t-one"));
    assert_eq!(found, ["situations.toml:2: id `t-one` is taken; give this item another id"]);
    let twin = (0..1_000_000).map(|i| format!("s-{i}")).find(|id| key(id) == key("t-one")).expect("a number");
    let found = faults("situations.toml", SITUATION.replace("s-one", &twin));
    let what = format!("id `{twin}` has the same key as `t-one`; give this item another id");
    assert_eq!(found, [format!("situations.toml:2: {what}")]);
}

#[test]
fn what_every_item_has() {
    fault("texts.toml", TEXT, ("\"child\"", "\"baby\""), "unknown age `baby`; use one of child, teen, adult");
    let what = "unknown source `moon`; use one of daily, school, work, remote, chat";
    fault("situations.toml", SITUATION, ("\"school\"", "\"moon\""), what);
    let all = "happy, sad, angry, scared, surprised, disgusted, calm";
    let what = format!("unknown feeling `glad`; use one of {all}");
    fault("care.toml", CARE, ("\"sad\"", "\"glad\""), &what);
    fault("texts.toml", TEXT, ("level = 1", "level = 0"), "level 0 is unknown; use 1, 2 or 3");
}

#[test]
fn words() {
    let file = "texts.toml";
    let again = "I want it again.";
    let long = format!("{again}{}", "!".repeat(83));
    fault(
        file,
        TEXT,
        ("What a day! I want it again.", &format!("What a day! {long}")),
        "en has 111 bytes; shorten it to 110",
    );
    let long = format!("zh = \"今天真好！我还想再来一次{}", "！".repeat(25));
    fault(file, TEXT, ("zh = \"今天真好！我还想再来一次。", &long), "zh has 37 characters; shorten it to 36");
    let what = "en has the character '’'; use printable ASCII only";
    fault(file, TEXT, ("I want", "I’d like"), what);
    let what = "zh has the character '😀', which no font has; use another";
    fault(file, TEXT, ("今天真好！", "今天真好😀"), what);
    fault(file, TEXT, ("今天真好！", "今天真好!"), "zh has the half-width '!'; use the full-width form");
    assert!(faults(file, TEXT.replace("今天", "今天8:30")).is_empty());
    fault(file, TEXT, ("again.\"", "again. \""), "en begins or ends with a space; remove it");
    let what = "zh has the character '\\n', which no font has; use another";
    fault(file, TEXT, ("我还想", "我\\n还想"), what);
}

#[test]
fn texts() {
    let file = "texts.toml";
    let what = "clue_en `what a day` does not stand in the text; copy it letter for letter";
    fault(file, TEXT, ("[\"What a day\"", "[\"what a day\""), what);
    fault(file, TEXT, ("[\"真好\", \"再来一次\"]", "[]"), "clue_zh has 0 pieces; give 1 to 2");
    let long = "What a day! I want it again, all of it, and more.";
    let text = TEXT.replace("What a day! I want it again.", long);
    let piece = ("[\"What a day\"", "[\"What a day! I want it again, all\"");
    fault(file, &text, piece, "clue_en has 39 bytes; shorten it to 38");
    let text = TEXT.replace("今天真好！", "今天真好，真的很好！");
    fault(file, &text, ("[\"真好\"", "[\"真好，真的很好！\""), "clue_zh has 13 characters; shorten it to 12");
    let text = TEXT.replace("level = 1", "level = 2");
    let what = "en names the feeling `happy`; let it show instead";
    fault(file, &text, ("I want", "Happy me. I want"), what);
    fault(file, &text, ("我还想", "开心，我还想"), "zh names the feeling `开心`; let it show instead");
    let twice = TEXT.to_owned() + &TEXT.replace("t-one", "t-two");
    let what = "the text stands here a second time; say something else";
    assert_eq!(faults(file, twice), [format!("{file}:19: {what}"), format!("{file}:20: {what}")]);
}

#[test]
fn situations() {
    let file = "situations.toml";
    let what = "name_en `Mia` does not stand in the story; name the person there";
    let found = faults(file, SITUATION.replace("Mia missed", "She missed"));
    assert_eq!(found, [format!("{file}:8: {what}")]);
    let what = "name_en is no plain name; use letters only";
    fault(file, &SITUATION.replace("\"Mia missed", "\"M1a missed"), ("\"Mia\"", "\"M1a\""), what);
    let found = faults(file, SITUATION.replace("米娅", "米"));
    assert_eq!(found, [format!("{file}:9: name_zh has 1 character; give 2 or 3")]);
    let what = "why_en has 2 reasons; give 3, the right one first";
    fault(file, SITUATION, ("[\"She wanted to go.\", ", "["), what);
    fault(
        file,
        SITUATION,
        ("It is early.", "She likes to walk."),
        "the reason stands here a second time; say something else",
    );
    fault(file, SITUATION, ("missed the bus", "is sad"), "en names the feeling `sad`; let it show instead");
}

#[test]
fn care_items() {
    let file = "care.toml";
    let what = "level is 1 but needs has 2 moves; the level is the number of needs";
    fault(file, CARE, ("level = 2", "level = 1"), what);
    let what = "needs has a poor move; use names, asks and offers only";
    let found = faults(file, CARE.replace("[\"names\", \"offers\"]", "[\"names\", \"judges\"]"));
    assert!(found.contains(&format!("{file}:8: {what}")), "{found:?}");
    let all = "names, asks, offers, judges, self, dismisses, advises";
    let what = format!("unknown move `orders`; use one of {all}");
    fault(file, CARE, ("moves = []", "moves = [\"orders\"]"), &what);
    let what = "a move stands here twice; name each once";
    fault(file, CARE, ("moves = []", "moves = [\"asks\", \"asks\"]"), what);
    let found = faults(file, CARE.replace("moves = []", "moves = [\"names\", \"offers\"]"));
    let what = "2 replies meet the needs without a poor move; exactly one has to";
    assert_eq!(found, [format!("{file}:2: {what}")]);
    let found = faults(file, CARE.replace("moves = []", "moves = [\"self\"]"));
    let what = "2 replies have a poor move; let one have it and one only fall short";
    assert_eq!(found, [format!("{file}:2: {what}")]);
    let last = CARE.rfind("[[care.reply]]").expect("a reply");
    assert_eq!(faults(file, &CARE[..last]), [format!("{file}:2: the item has 2 replies; give 3")]);
    let what = "the reply stands here a second time; say something else";
    let found = faults(file, CARE.replace("\"Oh.\"", "\"Get a new one.\""));
    assert_eq!(found, [format!("{file}:{}: {what}", line_of(CARE, "\"Get a new one.\""))]);
}

#[test]
fn all_are_reported_at_once_and_not_without_end() {
    let text = TEXT.replace("\"happy\"", "\"glad\"").replace("\"child\"", "\"baby\"");
    assert_eq!(faults("texts.toml", &text).len(), 2);
    let found = faults("texts.toml", text.repeat(400));
    assert_eq!(found.len(), FAULTS_MAX + 1);
    let last = "no more than 200 faults are reported at once; mend these and check again";
    assert_eq!(found.last().map(String::as_str), Some(last));
}

#[test]
fn every_file_is_read_to_its_end() {
    let folder = folder("texts.toml", TEXT.replace("level = 1", "level = 4"));
    let broken = [
        ("situations.toml", SITUATION.replace("\"teen\"", "\"baby\"")),
        ("care.toml", CARE.replace("moves = []", "moves = [\"orders\"]")),
        ("conversations/a-talk.toml", crate::sample::talk(6).replace("valence = -1000", "valence = 1001")),
        ("photos.toml", "[[photo]]\nid = 1\n".to_owned()),
    ];
    for (file, text) in &broken {
        fs::write(folder.path().join(file), text).expect("a broken file");
    }
    let (report, sound) = check(folder.path());
    assert!(!sound);
    let files: Vec<_> = report.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(files.iter().filter(|file| **file == "photos.toml").count(), 7, "{report}");
    for file in ["texts.toml", "situations.toml", "care.toml", "conversations/a-talk.toml"] {
        assert_eq!(files.iter().filter(|found| **found == file).count(), 1, "{file}: {report}");
    }
}

#[test]
fn a_faulty_pack_is_not_written() {
    let folder = folder("texts.toml", TEXT.replace("level = 1", "level = 4"));
    let out = folder.path().join("out.pack");
    let (report, written) = compile_folder(folder.path(), &out);
    assert_eq!(report, "texts.toml:6: level 4 is unknown; use 1, 2 or 3");
    assert!(!written && !out.exists());
}
