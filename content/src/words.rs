//! What every text has to keep to.

use crate::fault::Notes;
use crate::limits::{CREDIT_BYTES_MAX, NAME_EN_MAX, NAME_ZH_MAX, NAME_ZH_MIN};
use crate::source::{Word, Words};
use petri_core::screen::has_glyph;
use petri_core::{Emotion, Language};
use std::collections::BTreeSet;

/// The words of a list in one string.
pub(crate) fn joined(words: &Words, between: &str) -> String {
    words.get_ref().iter().map(|word| word.get_ref().as_str()).collect::<Vec<_>>().join(between)
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
    let text = word.get_ref();
    if let Some(strange) = text.chars().find(|c| !has_glyph(*c)) {
        notes.add(
            &word.span(),
            format!("{field} has the character {strange:?}, which no font has; use another"),
        );
    }
    if let Some(narrow) = half_width(text) {
        notes.add(&word.span(), format!("{field} has the half-width {narrow:?}; use the full-width form"));
    }
    filled(notes, field, word);
    let count = text.chars().count();
    if count > max {
        notes.add(&word.span(), too_long(field, count, max, "characters"));
    }
}

/// A Latin punctuation mark; a point or a colon between digits, as in 8:30, is none.
fn half_width(text: &str) -> Option<char> {
    let all: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| at.and_then(|at| all.get(at)).is_some_and(char::is_ascii_digit);
    let mut marks = all.iter().enumerate().filter(|(at, c)| match c {
        ',' | '!' | '?' | ';' | '"' | '\'' | '(' | ')' => true,
        '.' | ':' => !(digit(at.checked_sub(1)) && digit(Some(at + 1))),
        _ => false,
    });
    marks.next().map(|(_, mark)| *mark)
}

/// Checks that there is a text, with nothing around it.
pub(crate) fn filled(notes: &mut Notes<'_>, field: &str, word: &Word) {
    let text = word.get_ref();
    if text.trim().is_empty() {
        notes.add(&word.span(), format!("{field} is empty; fill it in"));
    } else if text.trim() != text {
        notes.add(&word.span(), format!("{field} begins or ends with a space; remove it"));
    }
}

/// Checks an author, a licence or the like.
pub(crate) fn credit(notes: &mut Notes<'_>, field: &str, word: &Word) {
    filled(notes, field, word);
    let count = word.get_ref().len();
    if count > CREDIT_BYTES_MAX {
        notes.add(&word.span(), too_long(field, count, CREDIT_BYTES_MAX, "bytes"));
    }
}

/// Checks a name in both languages.
pub(crate) fn name(notes: &mut Notes<'_>, en: &Word, zh: &Word) {
    english(notes, "name_en", en, NAME_EN_MAX);
    if !en.get_ref().chars().all(|c| c.is_ascii_alphabetic()) {
        notes.add(&en.span(), "name_en is no plain name; use letters only");
    }
    chinese(notes, "name_zh", zh, NAME_ZH_MAX);
    let count = zh.get_ref().chars().count();
    if count < NAME_ZH_MIN {
        notes.add(&zh.span(), format!("name_zh has {count} character; give {NAME_ZH_MIN} or {NAME_ZH_MAX}"));
    }
}

/// Notes a text that says the word for one of `feelings`.
pub(crate) fn unnamed(notes: &mut Notes<'_>, en: &Word, zh: &Word, feelings: &[Emotion]) {
    let says = |field: &str, word: &str| format!("{field} names the feeling `{word}`; let it show instead");
    let lower = en.get_ref().to_ascii_lowercase();
    let mut english = lower.split(|c: char| !c.is_ascii_alphabetic());
    if let Some(word) = english.find(|word| feelings.iter().any(|feeling| feeling.word() == *word)) {
        notes.add(&en.span(), says("en", word));
    }
    let mut chinese = feelings.iter().map(|feeling| feeling.name(Language::Chinese));
    if let Some(word) = chinese.find(|word| zh.get_ref().contains(word)) {
        notes.add(&zh.span(), says("zh", word));
    }
}

/// Texts that may each stand only once.
#[derive(Default)]
pub(crate) struct Once<'a>(BTreeSet<&'a str>);

impl<'a> Once<'a> {
    pub(crate) fn take(&mut self, notes: &mut Notes<'_>, field: &str, words: &[&'a Word]) {
        for word in words {
            if !self.0.insert(word.get_ref()) {
                notes.add(&word.span(), format!("{field} stands here a second time; say something else"));
            }
        }
    }
}

pub(crate) fn too_long(field: &str, count: usize, max: usize, unit: &str) -> String {
    format!("{field} has {count} {unit}; shorten it to {max}")
}
