//! Which fields a table of a pack has, and whether a table keeps to that.

use crate::fault::Notes;
use std::ops::Range;
use toml::de::{DeArray, DeTable, DeValue};

/// What a field holds.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// One text.
    Word,
    /// A list of texts.
    Words,
    /// A whole number.
    Number,
    /// True or false.
    Flag,
    /// Tables of these fields.
    Tables(&'static [Field]),
}

/// One field.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    /// Its name in the file.
    pub(crate) name: &'static str,
    kind: Kind,
    needed: bool,
}

const fn word(name: &'static str) -> Field {
    Field { name, kind: Kind::Word, needed: true }
}

const fn words(name: &'static str) -> Field {
    Field { name, kind: Kind::Words, needed: true }
}

const fn number(name: &'static str) -> Field {
    Field { name, kind: Kind::Number, needed: true }
}

const fn tables(name: &'static str, fields: &'static [Field]) -> Field {
    Field { name, kind: Kind::Tables(fields), needed: false }
}

const fn optional(field: Field) -> Field {
    Field { needed: false, ..field }
}

const HELD_OUT: Field = Field { name: "held_out", kind: Kind::Flag, needed: false };

/// `pack.toml`.
pub(crate) const MANIFEST: &[Field] =
    &[word("name"), number("version"), words("languages"), word("author"), word("licence")];

/// An item of `texts.toml`.
pub(crate) const TEXT: &[Field] = &[
    word("id"),
    word("age"),
    word("source"),
    word("feeling"),
    number("level"),
    HELD_OUT,
    word("en"),
    word("zh"),
    words("clue_en"),
    words("clue_zh"),
];

/// An item of `situations.toml`.
pub(crate) const SITUATION: &[Field] = &[
    word("id"),
    word("age"),
    word("source"),
    word("feeling"),
    number("level"),
    HELD_OUT,
    word("name_en"),
    word("name_zh"),
    word("en"),
    word("zh"),
    words("why_en"),
    words("why_zh"),
];

/// An item of `care.toml`.
pub(crate) const CARE: &[Field] = &[
    word("id"),
    word("age"),
    word("source"),
    word("feeling"),
    number("level"),
    HELD_OUT,
    words("needs"),
    word("name_en"),
    word("name_zh"),
    word("en"),
    word("zh"),
    word("better_en"),
    word("better_zh"),
    tables("reply", &[word("en"), word("zh"), words("moves")]),
];

/// An item of `photos.toml`.
pub(crate) const PHOTO: &[Field] = &[
    word("id"),
    word("age"),
    word("feeling"),
    number("level"),
    HELD_OUT,
    word("file"),
    word("licence"),
    word("source"),
];

/// A file in `conversations`.
pub(crate) const TALK: &[Field] = &[
    word("id"),
    word("age"),
    word("source"),
    HELD_OUT,
    word("title_en"),
    word("title_zh"),
    word("actor"),
    word("name_en"),
    word("name_zh"),
    word("scene_en"),
    word("scene_zh"),
    number("valence"),
    number("arousal"),
    number("trust"),
    tables("node", NODE),
];
const NODE: &[Field] = &[
    word("id"),
    word("feeling"),
    word("en"),
    word("zh"),
    optional(word("closed_en")),
    optional(word("closed_zh")),
    tables("reply", &[word("en"), word("zh"), words("moves"), word("next")]),
];

/// Notes every field that is missing, unknown or of another kind in the table that stands at `span`.
/// Says whether there was none.
pub(crate) fn keeps(
    notes: &mut Notes<'_>,
    fields: &[Field],
    table: &DeTable<'_>,
    span: &Range<usize>,
) -> bool {
    let before = notes.faults.len();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        match fields.iter().find(|field| field.name == name) {
            Some(field) => kind(notes, field, value.get_ref(), &value.span()),
            None => notes.add(&key.span(), format!("unknown field `{name}`; remove it or mend its name")),
        }
    }
    for field in fields.iter().filter(|field| field.needed && !table.contains_key(field.name)) {
        notes.add(span, format!("missing field `{}`; add it here", field.name));
    }
    notes.faults.len() == before
}

fn kind(notes: &mut Notes<'_>, field: &Field, value: &DeValue<'_>, span: &Range<usize>) {
    let name = field.name;
    let wanted = match (field.kind, value) {
        (Kind::Word, DeValue::String(_)) | (Kind::Flag, DeValue::Boolean(_)) => return,
        (Kind::Number, DeValue::Integer(number)) => {
            if i64::from_str_radix(number.as_str(), number.radix()).is_err() {
                notes.add(span, format!("`{name}` is too large; give a smaller number"));
            }
            return;
        }
        (Kind::Words, DeValue::Array(list)) => return texts(notes, name, list),
        (Kind::Tables(fields), DeValue::Array(list)) => return each(notes, name, fields, list),
        (Kind::Word, _) => "a text in quotes",
        (Kind::Words, _) => "a list of texts in square brackets",
        (Kind::Number, _) => "a whole number",
        (Kind::Flag, _) => "true or false",
        (Kind::Tables(_), _) => "tables in double square brackets",
    };
    notes.add(span, format!("`{name}` is of another kind; give {wanted}"));
}

fn texts(notes: &mut Notes<'_>, name: &str, list: &DeArray<'_>) {
    for value in list.iter().filter(|value| !value.get_ref().is_str()) {
        notes.add(&value.span(), format!("a piece of `{name}` is no text; put it in quotes"));
    }
}

fn each(notes: &mut Notes<'_>, name: &str, fields: &[Field], list: &DeArray<'_>) {
    for value in list {
        match value.get_ref().as_table() {
            Some(table) => {
                keeps(notes, fields, table, &value.span());
            }
            None => notes.add(&value.span(), format!("a piece of `{name}` is no table; give its fields")),
        }
    }
}
