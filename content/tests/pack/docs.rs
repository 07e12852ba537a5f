//! The documentation for pack authors says what the program holds to.

use crate::sample::nodes;
use image::GrayImage;
use petri_content::{check, compile, limits as max};
use petri_core::Pack;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn documentation() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/content.md");
    fs::read_to_string(path).expect("docs/content.md")
}

/// The example below the heading of a file.
fn example<'a>(text: &'a str, file: &str) -> &'a str {
    let part = text.split_once(&format!("\n### {file}\n")).expect("the heading").1;
    let block = part.split_once("\n```toml\n").expect("an example").1;
    block.split_once("\n```\n").expect("its end").0
}

#[test]
fn the_examples_are_a_pack() {
    let text = documentation();
    let folder = TempDir::new().expect("a temporary folder");
    let write =
        |file: &str, text: &str| fs::write(folder.path().join(file), text).expect("a file of the pack");
    for file in ["pack.toml", "texts.toml", "situations.toml", "care.toml", "photos.toml"] {
        write(file, example(&text, file));
    }
    GrayImage::new(96, 96).save(folder.path().join("aunt.jpg")).expect("the photo");
    // The documentation shows the first node of the conversation; `n0` and what follows it stand for the others.
    let start = example(&text, "conversations/ID.toml").replace("\"argument\"", "\"n0\"");
    fs::create_dir(folder.path().join("conversations")).expect("a folder in it");
    write(
        "conversations/the-empty-seat.toml",
        &format!("{}\n{}", start.replace("\"nothing\"", "\"n0\""), nodes(6)),
    );
    let (report, sound) = check(folder.path());
    assert!(sound, "{report}");
    let bytes = compile(folder.path()).expect("the pack");
    let pack = Pack::open(&bytes).expect("an open pack");
    assert_eq!(pack.name(), "my-school 1");
    let counts = (pack.texts().count(), pack.situations().count(), pack.cares().count());
    assert_eq!((counts, pack.talks().count(), pack.photos().count()), ((1, 1, 1), 1, 1));
}

#[test]
fn every_limit_stands_in_the_documentation() {
    let text = documentation();
    let lengths = [
        ("text: `en`, `zh`", max::LINE_EN_MAX, max::LINE_ZH_MAX),
        ("text: `clue_en`, `clue_zh`, joined", max::CLUE_EN_MAX, max::CLUE_ZH_MAX),
        ("`name_en`, `name_zh`", max::NAME_EN_MAX, max::NAME_ZH_MAX),
        ("situation: `en`, `zh`", max::STORY_EN_MAX, max::STORY_ZH_MAX),
        ("situation: each of `why_en`, `why_zh`", max::REPLY_EN_MAX, max::REPLY_ZH_MAX),
        ("care: `en`, `zh`", max::LINE_EN_MAX, max::LINE_ZH_MAX),
        ("care: `better_en`, `better_zh`", max::BETTER_EN_MAX, max::BETTER_ZH_MAX),
        ("reply: `en`, `zh`", max::REPLY_EN_MAX, max::REPLY_ZH_MAX),
        ("conversation: `title_en`, `title_zh`", max::TITLE_EN_MAX, max::TITLE_ZH_MAX),
        ("conversation: `scene_en`, `scene_zh`", max::STORY_EN_MAX, max::STORY_ZH_MAX),
        ("node: `en`, `zh`, `closed_en`, `closed_zh`", max::TURN_EN_MAX, max::TURN_ZH_MAX),
    ];
    for (what, english, chinese) in lengths {
        let row = format!("| {what} | {english} | {chinese} |");
        assert!(text.contains(&row), "docs/content.md lacks the row: {row}");
    }
    let counts = [
        ("bytes of an id", format!("up to {}", max::ID_MAX)),
        ("characters of `name_zh`", format!("{} to {}", max::NAME_ZH_MIN, max::NAME_ZH_MAX)),
        ("pieces of a clue", format!("1 to {}", max::CLUES_MAX)),
        ("valence, arousal and trust", format!("-{0} to {0}", max::MOOD_MAX)),
        ("nodes of a conversation", format!("{} to {}", max::TURNS_MIN, max::TURNS_MAX)),
        ("nodes with closed words", format!("at least {}", max::CLOSED_MIN)),
        ("ends of a conversation", format!("at least {}", max::ENDS_MIN)),
        ("replies to a node", format!("{} to {}", max::ANSWERS_MIN, petri_core::pack::REPLIES_MAX)),
        ("replies on every way to an end", format!("{} to {}", max::WAY_MIN, max::WAY_MAX)),
        ("conversations in a pack", format!("up to {}", max::TALKS_MAX)),
        ("texts, situations or care items in a pack", format!("up to {}", petri_core::pack::ITEMS_MAX)),
        ("photos in a pack", format!("up to {}", max::PHOTOS_MAX)),
        ("megabytes of a photo file", format!("up to {}", max::PHOTO_BYTES_MAX >> 20)),
        ("pixels along a side of a photo file", format!("96 to {}", max::PHOTO_SIDE_PX_MAX)),
        ("megabytes of a TOML file", format!("up to {}", max::FILE_BYTES_MAX >> 20)),
        ("faults reported at once", format!("up to {}", max::FAULTS_MAX)),
    ];
    for (what, count) in counts {
        let row = format!("| {what} | {count} |");
        assert!(text.contains(&row), "docs/content.md lacks the row: {row}");
    }
}
