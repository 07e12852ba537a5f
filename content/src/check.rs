//! What every item has to keep to.

use crate::compile::key;
use crate::fault::{Fault, Notes};
use crate::limits::{
    BETTER_EN_MAX, BETTER_ZH_MAX, CLUE_EN_MAX, CLUE_ZH_MAX, CLUES_MAX, ID_MAX, LINE_EN_MAX, LINE_ZH_MAX,
    NAME_EN_MAX, NAME_ZH_MAX, REPLY_EN_MAX, REPLY_ZH_MAX, STORY_EN_MAX, STORY_ZH_MAX,
};
use crate::source::{
    Care, Folder, Manifest, Photo, Situation, Text, Word, Words, move_name, move_of, moves_of,
};
use crate::talk;
use petri_core::pack::REPLIES_MAX;
use petri_core::{Age, Emotion, Move};
use std::collections::BTreeMap;
use toml::Spanned;

/// Where a line may come from.
const SOURCES: [&str; 5] = ["daily", "school", "work", "remote", "chat"];

/// All faults of a pack.
pub(crate) fn faults(folder: &Folder) -> Vec<Fault> {
    let mut ids = Ids::default();
    let mut all = Vec::new();
    let mut notes = folder.manifest.notes();
    manifest(&mut notes, &folder.manifest.body);
    all.append(&mut notes.faults);

    let mut notes = folder.texts.notes();
    for item in &folder.texts.body.text {
        ids.take(&mut notes, &item.id);
        text(&mut notes, item);
    }
    all.append(&mut notes.faults);

    let mut notes = folder.situations.notes();
    for item in &folder.situations.body.situation {
        ids.take(&mut notes, &item.id);
        situation(&mut notes, item);
    }
    all.append(&mut notes.faults);

    let mut notes = folder.cares.notes();
    for item in &folder.cares.body.care {
        ids.take(&mut notes, &item.id);
        care(&mut notes, item);
    }
    all.append(&mut notes.faults);

    for sheet in &folder.talks {
        let mut notes = sheet.notes();
        ids.take(&mut notes, &sheet.body.id);
        talk::check(&mut notes, &sheet.body);
        all.append(&mut notes.faults);
    }

    let mut notes = folder.photos.notes();
    for item in &folder.photos.body.photo {
        ids.take(&mut notes, &item.id);
        photo(&mut notes, item);
    }
    all.append(&mut notes.faults);
    all
}

/// The ids so far, by their keys.
#[derive(Default)]
struct Ids(BTreeMap<u16, String>);

impl Ids {
    fn take(&mut self, notes: &mut Notes<'_>, id: &Word) {
        let name = id.get_ref();
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > ID_MAX || !name.chars().all(kebab) {
            notes.add(
                &id.span(),
                format!("id `{name}` is not well formed; use 1 to {ID_MAX} of a-z, 0-9 and -"),
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
    let fields = [
        ("name", &manifest.name),
        ("version", &manifest.version),
        ("author", &manifest.author),
        ("licence", &manifest.licence),
    ];
    for (field, word) in fields {
        if word.get_ref().trim().is_empty() {
            notes.add(&word.span(), format!("{field} is empty; fill it in"));
        }
    }
}

fn text(notes: &mut Notes<'_>, item: &Text) {
    common(notes, &item.age, Some(&item.source), &item.feeling, &item.level);
    english(notes, "en", &item.en, LINE_EN_MAX);
    chinese(notes, "zh", &item.zh, LINE_ZH_MAX);
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

/// The words of a list in one string.
pub(crate) fn joined(words: &Words, between: &str) -> String {
    words.get_ref().iter().map(|word| word.get_ref().as_str()).collect::<Vec<_>>().join(between)
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
    for why in item.why_en.get_ref() {
        english(notes, "why_en", why, REPLY_EN_MAX);
    }
    for why in item.why_zh.get_ref() {
        chinese(notes, "why_zh", why, REPLY_ZH_MAX);
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
    for reply in &item.reply {
        english(notes, "en", &reply.en, REPLY_EN_MAX);
        chinese(notes, "zh", &reply.zh, REPLY_ZH_MAX);
        moves(notes, &reply.moves);
    }
    let meets = item.reply.iter().map(|reply| moves_of(&reply.moves));
    let right = meets.filter(|moves| needs.without(*moves).is_empty() && moves.poor().is_empty()).count();
    if right != 1 {
        notes.add(
            &item.id.span(),
            format!("{right} replies meet the needs without a poor move; exactly one has to"),
        );
    }
}

fn photo(notes: &mut Notes<'_>, item: &Photo) {
    common(notes, &item.age, None, &item.feeling, &item.level);
    for (field, word) in [("file", &item.file), ("licence", &item.licence), ("source", &item.source)] {
        if word.get_ref().trim().is_empty() {
            notes.add(&word.span(), format!("{field} is empty; fill it in"));
        }
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
    if !(1..=3).contains(level.get_ref()) {
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

/// Checks a name in both languages.
pub(crate) fn name(notes: &mut Notes<'_>, en: &Word, zh: &Word) {
    english(notes, "name_en", en, NAME_EN_MAX);
    chinese(notes, "name_zh", zh, NAME_ZH_MAX);
}

/// Checks an English text of at most `max` bytes.
pub(crate) fn english(notes: &mut Notes<'_>, field: &str, word: &Word, max: usize) {
    let text = word.get_ref();
    if let Some(foreign) = text.chars().find(|c| !matches!(c, ' '..='~')) {
        notes.add(&word.span(), format!("{field} has the character {foreign:?}; use printable ASCII only"));
    }
    filled(notes, field, word);
    if text.len() > max {
        notes.add(&word.span(), too_long(field, text.len(), max, "bytes"));
    }
}

/// Checks a Chinese text of at most `max` characters.
pub(crate) fn chinese(notes: &mut Notes<'_>, field: &str, word: &Word, max: usize) {
    filled(notes, field, word);
    let count = word.get_ref().chars().count();
    if count > max {
        notes.add(&word.span(), too_long(field, count, max, "characters"));
    }
}

fn filled(notes: &mut Notes<'_>, field: &str, word: &Word) {
    if word.get_ref().trim().is_empty() {
        notes.add(&word.span(), format!("{field} is empty; fill it in"));
    }
}

fn too_long(field: &str, count: usize, max: usize, unit: &str) -> String {
    format!("{field} has {count} {unit}; shorten it to {max}")
}
