//! What a reply does for the person that it is said to.

use crate::Language;
use serde::{Deserialize, Serialize};

/// One thing that a reply does.
///
/// The good ones follow EPITOME (Sharma, Miner, Atkins & Althoff, "A Computational Approach to Understanding Empathy
/// Expressed in Text-Based Mental Health Support", EMNLP 2020): interpretations, explorations, emotional reactions.
/// The poor ones are what its raters counted as none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Move {
    /// Says what the other may feel (interpretation).
    Names,
    /// Asks about the other, and leaves the answer open (exploration).
    Asks,
    /// Offers warmth, presence or help (emotional reaction).
    Offers,
    /// Blames or finds fault.
    Judges,
    /// Turns the talk to the speaker.
    #[serde(rename = "self")]
    TurnsToSelf,
    /// Plays it down or cheers it away.
    Dismisses,
    /// Says what to do before having listened.
    Advises,
}

impl Move {
    /// How many there are.
    pub const COUNT: usize = 7;
    /// All of them, the good ones first.
    pub const ALL: [Move; Self::COUNT] = [
        Move::Names,
        Move::Asks,
        Move::Offers,
        Move::Judges,
        Move::TurnsToSelf,
        Move::Dismisses,
        Move::Advises,
    ];
    /// The good ones.
    pub const GOOD: [Move; 3] = [Move::Names, Move::Asks, Move::Offers];

    /// Whether it helps.
    pub const fn is_good(self) -> bool {
        matches!(self, Move::Names | Move::Asks | Move::Offers)
    }

    /// What a reply with this move does, after "it".
    pub const fn does(self, language: Language) -> &'static str {
        match self {
            Move::Names => language.pick("names the feeling", "说出了感受"),
            Move::Asks => language.pick("asks and listens", "在询问和倾听"),
            Move::Offers => language.pick("offers to be there", "表示愿意陪伴"),
            Move::Judges => language.pick("finds fault", "在责怪对方"),
            Move::TurnsToSelf => language.pick("turns to oneself", "转到了自己身上"),
            Move::Dismisses => language.pick("plays it down", "把事情说轻了"),
            Move::Advises => language.pick("advises before listening", "还没听就给建议"),
        }
    }
}

/// A set of moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Moves(u8);

impl Moves {
    /// None.
    pub const NONE: Self = Self(0);

    /// Whether `one` is in the set.
    pub const fn has(self, one: Move) -> bool {
        self.0 & (1 << one as u8) != 0
    }

    /// The set with `one` in it.
    #[must_use]
    pub const fn with(self, one: Move) -> Self {
        Self(self.0 | (1 << one as u8))
    }

    /// What both have.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What this has and `other` has not.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The moves that help.
    #[must_use]
    pub const fn good(self) -> Self {
        Self(self.0 & 0b111)
    }

    /// The moves that do not.
    #[must_use]
    pub const fn poor(self) -> Self {
        Self(self.0 & 0b111_1000)
    }

    /// How many there are in the set.
    pub const fn len(self) -> u8 {
        self.0.count_ones() as u8
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The moves in the set, in the order of [`Move::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Move> {
        Move::ALL.into_iter().filter(move |one| self.has(*one))
    }
}

impl FromIterator<Move> for Moves {
    fn from_iter<I: IntoIterator<Item = Move>>(moves: I) -> Self {
        moves.into_iter().fold(Self::NONE, Self::with)
    }
}
