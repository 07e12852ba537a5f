//! What every item has to keep to.

use crate::fault::{Fault, Notes};
use crate::folder::Folder;
use crate::key::key;
use crate::limits::{
    BETTER_EN_MAX, BETTER_ZH_MAX, CLUE_EN_MAX, CLUE_ZH_MAX, CLUES_MAX, ID_MAX, LEVEL_MAX, LINE_EN_MAX,
    LINE_ZH_MAX, PACK_NAME_BYTES_MAX, PACK_VERSION_MAX, PHOTOS_MAX, REPLY_EN_MAX, REPLY_ZH_MAX, STORY_EN_MAX,
    STORY_ZH_MAX,
};
use crate::source::{Care, Manifest, Photo, Situation, Text, Word, Words, move_name, move_of, moves_of};
use crate::talk;
use crate::words::{Once, chinese, credit, english, joined, name, too_long, unnamed};
use petri_core::pack::{ITEMS_MAX, REPLIES_MAX};
use petri_core::{Age, Emotion, Language, Move, Moves};
use std::collections::BTreeMap;
use toml::Spanned;

/// Where a line may come from.
const SOURCES: [&str; 5] = ["daily", "school", "work", "remote", "chat"];

/// All faults of the items of a pack, each item by itself and all together.
pub(crate) fn faults(folder: &Folder) -> Vec<Fault> {
    let (mut ids, mut once) = (Ids::default(), Once::default());
    let mut all = Vec::new();
    let mut notes = folder.manifest.notes();
    if let Some(body) = &folder.manifest.body {
        manifest(&mut notes, body);
        if folder.is_empty() {
            notes.add(&(0..0), "the pack has no items; write some, in texts.toml for example");
        }
    }
    all.append(&mut notes.faults);

    let mut notes = folder.texts.notes();
    for item in &folder.texts.body {
        ids.take(&mut notes, &item.id);
        text(&mut notes, item);
        once.take(&mut notes, "the text", &[&item.en, &item.zh]);
    }
    few(&mut notes, folder.texts.body.len(), usize::from(ITEMS_MAX));
    all.append(&mut notes.faults);

    let mut notes = folder.situations.notes();
    for item in &folder.situations.body {
        ids.take(&mut notes, &item.id);
        situation(&mut notes, item);
        once.take(&mut notes, "the story", &[&item.en, &item.zh]);
    }
    few(&mut notes, folder.situations.body.len(), usize::from(ITEMS_MAX));
    all.append(&mut notes.faults);

    let mut notes = folder.cares.notes();
    for item in &folder.cares.body {
        ids.take(&mut notes, &item.id);
        care(&mut notes, item);
        once.take(&mut notes, "the text", &[&item.en, &item.zh]);
    }
    few(&mut notes, folder.cares.body.len(), usize::from(ITEMS_MAX));
    all.append(&mut notes.faults);

    for sheet in &folder.talks {
        let mut notes = sheet.notes();
        ids.take(&mut notes, &sheet.body.id);
        talk::check(&mut notes, &sheet.body, &sheet.file);
        once.take(&mut notes, "the title", &[&sheet.body.title_en, &sheet.body.title_zh]);
        all.append(&mut notes.faults);
    }

    let mut notes = folder.photos.notes();
    for item in &folder.photos.body {
        ids.take(&mut notes, &item.id);
        photo(&mut notes, item);
        once.take(&mut notes, "the file", &[&item.file]);
    }
    few(&mut notes, folder.photos.body.len(), PHOTOS_MAX);
    all.append(&mut notes.faults);
    all
}

fn few(notes: &mut Notes<'_>, count: usize, max: usize) {
    if count > max {
        notes.add(&(0..0), format!("{count} items; keep at most {max} of a kind in one pack"));
    }
}

/// The ids so far, by their keys.
#[derive(Default)]
struct Ids(BTreeMap<u16, String>);

impl Ids {
    fn take(&mut self, notes: &mut Notes<'_>, id: &Word) {
        let name = id.get_ref();
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let parts = name.split('-').all(|part| !part.is_empty());
        if !parts || name.len() > ID_MAX || !name.chars().all(kebab) {
            notes.add(
                &id.span(),
                format!(
                    "id `{name}` is not well formed; use words of a-z and 0-9 joined by -, {ID_MAX} in all"
                ),
            );
        }
        match self.0.insert(key(name), name.clone()) {
            Some(other) if other == *name => {
                notes.add(&id.span(), format!("id `{name}` is taken; give this item another id"));
            }
            Some(other) => notes.add(
                &id.span(),
                format!("id `{name}` has the same key as `{other}`; give this item another id"),
            ),
            None => {}
        }
    }
}

fn manifest(notes: &mut Notes<'_>, manifest: &Manifest) {
    english(notes, "name", &manifest.name, PACK_NAME_BYTES_MAX);
    credit(notes, "author", &manifest.author);
    credit(notes, "licence", &manifest.licence);
    let version = manifest.version.get_ref();
    if !(1..=PACK_VERSION_MAX).contains(version) {
        notes.add(&manifest.version.span(), format!("version is {version}; use 1 to {PACK_VERSION_MAX}"));
    }
    let tags = Language::ALL.map(Language::tag);
    let mut listed: Vec<&str> =
        manifest.languages.get_ref().iter().map(|tag| tag.get_ref().as_str()).collect();
    listed.sort_unstable();
    if listed != tags {
        let tags = tags.map(|tag| format!("\"{tag}\"")).join(", ");
        notes.add(
            &manifest.languages.span(),
            format!("languages are not those of every item; write [{tags}]"),
        );
    }
}

fn text(notes: &mut Notes<'_>, item: &Text) {
    common(notes, &item.age, Some(&item.source), &item.feeling, &item.level);
    english(notes, "en", &item.en, LINE_EN_MAX);
    chinese(notes, "zh", &item.zh, LINE_ZH_MAX);
    if let (2.., Some(feeling)) = (*item.level.get_ref(), Emotion::from_word(item.feeling.get_ref())) {
        unnamed(notes, &item.en, &item.zh, &[feeling]);
    }
    clue(notes, "clue_en", &item.clue_en, &item.en);
    clue(notes, "clue_zh", &item.clue_zh, &item.zh);
    let en = joined(&item.clue_en, ", ");
    if en.len() > CLUE_EN_MAX {
        notes.add(&item.clue_en.span(), too_long("clue_en", en.len(), CLUE_EN_MAX, "bytes"));
    }
    let zh = joined(&item.clue_zh, "、").chars().count();
    if zh > CLUE_ZH_MAX {
        notes.add(&item.clue_zh.span(), too_long("clue_zh", zh, CLUE_ZH_MAX, "characters"));
    }
}

fn clue(notes: &mut Notes<'_>, field: &str, clue: &Words, text: &Word) {
    let count = clue.get_ref().len();
    if count == 0 || count > CLUES_MAX {
        notes.add(&clue.span(), format!("{field} has {count} pieces; give 1 to {CLUES_MAX}"));
    }
    for piece in clue.get_ref() {
        let words = piece.get_ref();
        if words.is_empty() || !text.get_ref().contains(words.as_str()) {
            notes.add(
                &piece.span(),
                format!("{field} `{words}` does not stand in the text; copy it letter for letter"),
            );
        }
    }
}

fn situation(notes: &mut Notes<'_>, item: &Situation) {
    common(notes, &item.age, Some(&item.source), &item.feeling, &item.level);
    name(notes, &item.name_en, &item.name_zh);
    english(notes, "en", &item.en, STORY_EN_MAX);
    chinese(notes, "zh", &item.zh, STORY_ZH_MAX);
    unnamed(notes, &item.en, &item.zh, &Emotion::ALL);
    for (field, name, story) in [("name_en", &item.name_en, &item.en), ("name_zh", &item.name_zh, &item.zh)] {
        if !story.get_ref().contains(name.get_ref().as_str()) {
            let name_here = name.get_ref();
            notes.add(
                &name.span(),
                format!("{field} `{name_here}` does not stand in the story; name the person there"),
            );
        }
    }
    for (field, why) in [("why_en", &item.why_en), ("why_zh", &item.why_zh)] {
        let count = why.get_ref().len();
        if count != REPLIES_MAX {
            notes.add(
                &why.span(),
                format!("{field} has {count} reasons; give {REPLIES_MAX}, the right one first"),
            );
        }
    }
    let mut once = Once::default();
    for why in item.why_en.get_ref() {
        english(notes, "why_en", why, REPLY_EN_MAX);
        once.take(notes, "the reason", &[why]);
    }
    for why in item.why_zh.get_ref() {
        chinese(notes, "why_zh", why, REPLY_ZH_MAX);
        once.take(notes, "the reason", &[why]);
    }
}

fn care(notes: &mut Notes<'_>, item: &Care) {
    common(notes, &item.age, Some(&item.source), &item.feeling, &item.level);
    name(notes, &item.name_en, &item.name_zh);
    english(notes, "en", &item.en, LINE_EN_MAX);
    chinese(notes, "zh", &item.zh, LINE_ZH_MAX);
    english(notes, "better_en", &item.better_en, BETTER_EN_MAX);
    chinese(notes, "better_zh", &item.better_zh, BETTER_ZH_MAX);
    moves(notes, &item.needs);
    let needs = moves_of(&item.needs);
    if !needs.poor().is_empty() {
        notes.add(&item.needs.span(), "needs has a poor move; use names, asks and offers only");
    }
    let level = *item.level.get_ref();
    if i64::from(needs.len()) != level {
        let count = needs.len();
        notes.add(
            &item.level.span(),
            format!("level is {level} but needs has {count} moves; the level is the number of needs"),
        );
    }
    if item.reply.len() != REPLIES_MAX {
        let count = item.reply.len();
        notes.add(&item.id.span(), format!("the item has {count} replies; give {REPLIES_MAX}"));
    }
    let mut once = Once::default();
    once.take(notes, "the reply", &[&item.better_en, &item.better_zh]);
    for reply in &item.reply {
        english(notes, "en", &reply.en, REPLY_EN_MAX);
        chinese(notes, "zh", &reply.zh, REPLY_ZH_MAX);
        moves(notes, &reply.moves);
        once.take(notes, "the reply", &[&reply.en, &reply.zh]);
    }
    kinds(notes, item);
}

/// One reply meets the needs, one falls short and one has a poor move.
fn kinds(notes: &mut Notes<'_>, item: &Care) {
    let needs = moves_of(&item.needs);
    let all: Vec<_> = item.reply.iter().map(|reply| moves_of(&reply.moves)).collect();
    let meets = |moves: &&Moves| needs.without(**moves).is_empty() && moves.poor().is_empty();
    let right = all.iter().filter(meets).count();
    let poor = all.iter().filter(|moves| !moves.poor().is_empty()).count();
    if right != 1 {
        notes.add(
            &item.id.span(),
            format!("{right} replies meet the needs without a poor move; exactly one has to"),
        );
    } else if all.len() == REPLIES_MAX && poor != 1 {
        notes.add(
            &item.id.span(),
            format!("{poor} replies have a poor move; let one have it and one only fall short"),
        );
    }
}

fn photo(notes: &mut Notes<'_>, item: &Photo) {
    common(notes, &item.age, None, &item.feeling, &item.level);
    for (field, word) in [("file", &item.file), ("licence", &item.licence), ("source", &item.source)] {
        credit(notes, field, word);
    }
}

fn common(
    notes: &mut Notes<'_>,
    age_word: &Word,
    source_word: Option<&Word>,
    feeling_word: &Word,
    level: &Spanned<i64>,
) {
    age(notes, age_word);
    if let Some(word) = source_word {
        source(notes, word);
    }
    feeling(notes, feeling_word);
    if !(1..=LEVEL_MAX).contains(level.get_ref()) {
        notes.add(&level.span(), format!("level {} is unknown; use 1, 2 or 3", level.get_ref()));
    }
}

/// Checks the name of an age band.
pub(crate) fn age(notes: &mut Notes<'_>, word: &Word) {
    known(notes, "age", word, &Age::ALL.map(Age::name));
}

/// Checks where an item comes from.
pub(crate) fn source(notes: &mut Notes<'_>, word: &Word) {
    known(notes, "source", word, &SOURCES);
}

/// Checks the name of a feeling.
pub(crate) fn feeling(notes: &mut Notes<'_>, word: &Word) {
    known(notes, "feeling", word, &Emotion::ALL.map(Emotion::word));
}

/// Checks the names of moves.
pub(crate) fn moves(notes: &mut Notes<'_>, words: &Words) {
    for word in words.get_ref() {
        known(notes, "move", word, &Move::ALL.map(move_name));
    }
    let known_moves = words.get_ref().iter().filter(|word| move_of(word.get_ref()).is_some()).count();
    if known_moves != usize::from(moves_of(words).len()) {
        notes.add(&words.span(), "a move stands here twice; name each once");
    }
}

/// Notes a word that is none of `names`.
pub(crate) fn known(notes: &mut Notes<'_>, what: &str, word: &Word, names: &[&str]) {
    if !names.contains(&word.get_ref().as_str()) {
        let (word_here, names) = (word.get_ref(), names.join(", "));
        notes.add(&word.span(), format!("unknown {what} `{word_here}`; use one of {names}"));
    }
}
