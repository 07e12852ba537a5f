//! What stands in a pack: the items of each kind.

use super::REPLIES_MAX;
use crate::lang::Both;
use crate::moves::Moves;
use crate::{Actor, Emotion, Permille};
use heapless::Vec;
use serde::{Deserialize, Serialize};

/// Whom an item is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Age {
    /// 6 to 9 years.
    Child,
    /// 10 to 15 years.
    Teen,
    /// From 16 years on.
    #[default]
    Adult,
}

impl Age {
    /// All of them.
    pub const ALL: [Age; 3] = [Age::Child, Age::Teen, Age::Adult];

    /// Its name in files and flags.
    pub const fn name(self) -> &'static str {
        match self {
            Age::Child => "child",
            Age::Teen => "teen",
            Age::Adult => "adult",
        }
    }

    /// The age band of this name.
    pub fn from_name(name: &str) -> Option<Age> {
        Self::ALL.into_iter().find(|age| age.name() == name)
    }
}

/// What every item has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// A number that stays the same from one version of the pack to the next: CRC-16 of the item's id.
    pub key: u16,
    /// Whom it is for.
    pub age: Age,
    /// What the person in it feels.
    pub feeling: Emotion,
    /// 1 to 3, as the pack's documentation defines it.
    pub level: u8,
    /// Reserved for the transfer probe.
    pub held_out: bool,
}

impl Tag {
    /// On the ability scale, in thousandths of a logit: -1200, 0 or 1200 for level 1, 2 or 3.
    pub const fn difficulty_ml(&self) -> i16 {
        (self.level as i16 - 2) * 1_200
    }
}

/// A line that somebody wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text<'a> {
    /// For whom and how hard.
    pub tag: Tag,
    /// The line.
    #[serde(borrow)]
    pub text: Both<'a>,
    /// The words in it that carry the feeling.
    pub clue: Both<'a>,
}

/// A situation, and why the person in it feels as they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Situation<'a> {
    /// For whom and how hard.
    pub tag: Tag,
    /// The person.
    #[serde(borrow)]
    pub name: Both<'a>,
    /// What happens.
    pub story: Both<'a>,
    /// Reasons; the first is right.
    pub why: [Both<'a>; REPLIES_MAX],
}

/// Something that somebody shares, and replies to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Care<'a> {
    /// For whom and how hard: the level is the number of needs.
    pub tag: Tag,
    /// The person.
    #[serde(borrow)]
    pub name: Both<'a>,
    /// What they say.
    pub says: Both<'a>,
    /// The moves that help most here.
    pub needs: Moves,
    /// A reply that makes all of them.
    pub better: Both<'a>,
    /// Replies to pick from.
    pub replies: [Said<'a>; REPLIES_MAX],
}

/// A reply to pick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said<'a> {
    /// Its words.
    #[serde(borrow)]
    pub text: Both<'a>,
    /// What it does.
    pub moves: Moves,
}

/// A conversation with a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk<'a> {
    /// For whom and how hard.
    pub tag: Tag,
    /// Its title.
    #[serde(borrow)]
    pub title: Both<'a>,
    /// Who is drawn.
    pub actor: Actor,
    /// The character's name.
    pub name: Both<'a>,
    /// Who meets whom, and where.
    pub scene: Both<'a>,
    /// Where the character's feelings start.
    pub mood: Mood,
    /// The first turn, among the turns of all talks.
    pub first: u16,
    /// How many turns belong to this talk.
    pub turns: u16,
}

/// How a character feels, hidden from the learner: it shows in face, words and light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mood {
    /// From -1000, unpleasant, to 1000, pleasant (Russell 1980).
    pub valence: i16,
    /// From -1000, quiet, to 1000, stirred up (Russell 1980).
    pub arousal: i16,
    /// From -1000, shut, to 1000, open towards the learner.
    pub trust: i16,
}

/// One thing that a character says, and what may be replied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn<'a> {
    /// What shows in the face.
    pub feeling: Emotion,
    /// What is said.
    #[serde(borrow)]
    pub open: Both<'a>,
    /// What is said instead where trust is below 0; empty for none.
    pub closed: Both<'a>,
    /// What may be replied; none at an end.
    pub replies: Vec<Answer<'a>, REPLIES_MAX>,
}

/// A reply in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer<'a> {
    /// Its words and what they do.
    #[serde(borrow)]
    pub said: Said<'a>,
    /// The turn that follows, counted from the first of the talk.
    pub next: u8,
}

/// A photograph of a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo<'a> {
    /// For whom and how hard.
    pub tag: Tag,
    /// Whether the whole face works as strongly as it can.
    pub intensity: Permille,
    /// Grey values, row by row from the top left, [`super::PHOTO_SIDE_PX`] squared.
    #[serde(borrow)]
    pub grey: &'a [u8],
}
