//! The items of a pack, as they are written. Their fields and which of them are optional stand in `form`.

use petri_core::{Move, Moves};
use serde::Deserialize;
use toml::Spanned;

/// A string that knows where it stands.
pub(crate) type Word = Spanned<String>;
/// A list of them.
pub(crate) type Words = Spanned<Vec<Word>>;

/// `pack.toml`.
#[derive(Debug, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) name: Word,
    pub(crate) version: Spanned<i64>,
    pub(crate) languages: Words,
    pub(crate) author: Word,
    pub(crate) licence: Word,
}

/// A line that somebody wrote.
#[derive(Debug, Deserialize)]
pub(crate) struct Text {
    pub(crate) id: Word,
    pub(crate) age: Word,
    pub(crate) source: Word,
    pub(crate) feeling: Word,
    pub(crate) level: Spanned<i64>,
    #[serde(default)]
    pub(crate) held_out: bool,
    pub(crate) en: Word,
    pub(crate) zh: Word,
    pub(crate) clue_en: Words,
    pub(crate) clue_zh: Words,
}

/// A situation with reasons.
#[derive(Debug, Deserialize)]
pub(crate) struct Situation {
    pub(crate) id: Word,
    pub(crate) age: Word,
    pub(crate) source: Word,
    pub(crate) feeling: Word,
    pub(crate) level: Spanned<i64>,
    #[serde(default)]
    pub(crate) held_out: bool,
    pub(crate) name_en: Word,
    pub(crate) name_zh: Word,
    pub(crate) en: Word,
    pub(crate) zh: Word,
    pub(crate) why_en: Words,
    pub(crate) why_zh: Words,
}

/// Something shared.
#[derive(Debug, Deserialize)]
pub(crate) struct Care {
    pub(crate) id: Word,
    pub(crate) age: Word,
    pub(crate) source: Word,
    pub(crate) feeling: Word,
    pub(crate) level: Spanned<i64>,
    #[serde(default)]
    pub(crate) held_out: bool,
    pub(crate) needs: Words,
    pub(crate) name_en: Word,
    pub(crate) name_zh: Word,
    pub(crate) en: Word,
    pub(crate) zh: Word,
    pub(crate) better_en: Word,
    pub(crate) better_zh: Word,
    #[serde(default)]
    pub(crate) reply: Vec<CareReply>,
}

/// A reply to something shared.
#[derive(Debug, Deserialize)]
pub(crate) struct CareReply {
    pub(crate) en: Word,
    pub(crate) zh: Word,
    pub(crate) moves: Words,
}

/// A conversation.
#[derive(Debug, Deserialize)]
pub(crate) struct Talk {
    pub(crate) id: Word,
    pub(crate) age: Word,
    pub(crate) source: Word,
    #[serde(default)]
    pub(crate) held_out: bool,
    pub(crate) title_en: Word,
    pub(crate) title_zh: Word,
    pub(crate) actor: Word,
    pub(crate) name_en: Word,
    pub(crate) name_zh: Word,
    pub(crate) scene_en: Word,
    pub(crate) scene_zh: Word,
    pub(crate) valence: Spanned<i64>,
    pub(crate) arousal: Spanned<i64>,
    pub(crate) trust: Spanned<i64>,
    #[serde(default)]
    pub(crate) node: Vec<Node>,
}

/// Something that the character says.
#[derive(Debug, Deserialize)]
pub(crate) struct Node {
    pub(crate) id: Word,
    pub(crate) feeling: Word,
    pub(crate) en: Word,
    pub(crate) zh: Word,
    pub(crate) closed_en: Option<Word>,
    pub(crate) closed_zh: Option<Word>,
    #[serde(default)]
    pub(crate) reply: Vec<NodeReply>,
}

/// A reply in a conversation.
#[derive(Debug, Deserialize)]
pub(crate) struct NodeReply {
    pub(crate) en: Word,
    pub(crate) zh: Word,
    pub(crate) moves: Words,
    pub(crate) next: Word,
}

/// A photograph; `source` says where it is from.
#[derive(Debug, Deserialize)]
pub(crate) struct Photo {
    pub(crate) id: Word,
    pub(crate) age: Word,
    pub(crate) feeling: Word,
    pub(crate) level: Spanned<i64>,
    #[serde(default)]
    pub(crate) held_out: bool,
    pub(crate) file: Word,
    pub(crate) licence: Word,
    pub(crate) source: Word,
}

/// The move of this name.
pub(crate) fn move_of(name: &str) -> Option<Move> {
    Move::ALL.into_iter().find(|one| move_name(*one) == name)
}

/// The name of a move in files.
pub(crate) const fn move_name(one: Move) -> &'static str {
    match one {
        Move::Names => "names",
        Move::Asks => "asks",
        Move::Offers => "offers",
        Move::Judges => "judges",
        Move::TurnsToSelf => "self",
        Move::Dismisses => "dismisses",
        Move::Advises => "advises",
    }
}

/// The moves of these names; unknown ones are left out.
pub(crate) fn moves_of(names: &Words) -> Moves {
    names.get_ref().iter().filter_map(|name| move_of(name.get_ref())).collect()
}
