//! Content packs: what the exercises are made of, read in place from bytes in flash or memory.
//!
//! ```text
//! offset  size
//! 0       8     "PETRIPAK"
//! 8       2     format version, little-endian like every number here
//! 10      2     number of texts      T
//! 12      2     number of situations S
//! 14      2     number of care items C
//! 16      2     number of talks      V
//! 18      2     number of turns      U   (of all talks together)
//! 20      2     number of photos     P
//! 22      4*(T+S+C+V+U+P)  offset of each item from the start of the pack, in this order
//! ...           the name of the pack, then the items, each in postcard's form
//! end-4   4     CRC-32 (IEEE) of everything before it
//! ```
//! Offsets rise; the first is where the name ends, and an item ends where the next one begins. Nothing is copied:
//! texts borrow from the pack. [`Pack::open`] reads every item once, so that later look-ups cannot meet bad bytes.

use crate::lang::Both;
use crate::moves::Moves;
use crate::{Actor, Emotion, Permille};
use heapless::Vec;
use serde::{Deserialize, Serialize};

/// First bytes of every pack.
pub const MAGIC: &[u8; 8] = b"PETRIPAK";
/// The version of the format that this program reads.
pub const VERSION: u16 = 1;
/// Items of one kind in one pack.
pub const ITEMS_MAX: u16 = 4_096;
/// Largest pack, in bytes.
pub const PACK_BYTES_MAX: usize = 16 << 20;
/// Answers to *why*, and replies to pick from.
pub const REPLIES_MAX: usize = 3;
/// Side of a photo in pixels; photos are square and grey.
pub const PHOTO_SIDE_PX: u32 = 96;

const KINDS: usize = 6;
const TABLE: usize = 22;

/// The content that is built in, so that a device is never empty. Compiled from `content/starter`.
pub static STARTER: &[u8] = include_bytes!("../../../content/starter.pack");

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
    /// Grey values, row by row from the top left, [`PHOTO_SIDE_PX`] squared.
    #[serde(borrow)]
    pub grey: &'a [u8],
}

/// Why bytes are no pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackError {
    /// They do not begin like one.
    Foreign,
    /// They are of a format version that this program does not read.
    Version(u16),
    /// They are longer than [`PACK_BYTES_MAX`], or hold more than [`ITEMS_MAX`] of a kind.
    TooLarge,
    /// They are cut short or changed.
    Damaged,
}

/// A content pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pack<'a> {
    bytes: &'a [u8],
    counts: [u16; KINDS],
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Situation,
    Care,
    Talk,
    Turn,
    Photo,
}

impl<'a> Pack<'a> {
    /// Reads a pack and everything in it once.
    ///
    /// # Errors
    /// When the bytes are no pack, of another version, too large, or damaged.
    pub fn open(bytes: &'a [u8]) -> Result<Self, PackError> {
        if bytes.get(..8) != Some(MAGIC) {
            return Err(PackError::Foreign);
        }
        if bytes.len() > PACK_BYTES_MAX {
            return Err(PackError::TooLarge);
        }
        let number = |at: usize| u16_at(bytes, at).ok_or(PackError::Damaged);
        let version = number(8)?;
        if version != VERSION {
            return Err(PackError::Version(version));
        }
        let mut counts = [0; KINDS];
        for (i, count) in counts.iter_mut().enumerate() {
            *count = number(10 + 2 * i)?;
        }
        if counts.iter().any(|count| *count > ITEMS_MAX) {
            return Err(PackError::TooLarge);
        }
        let body = bytes.len().checked_sub(4).ok_or(PackError::Damaged)?;
        let sum = bytes.get(body..).and_then(|tail| tail.try_into().ok()).map(u32::from_le_bytes);
        if sum != bytes.get(..body).map(crc32) {
            return Err(PackError::Damaged);
        }
        let pack = Self { bytes, counts };
        if pack.whole() { Ok(pack) } else { Err(PackError::Damaged) }
    }

    /// The built-in content.
    ///
    /// # Panics
    /// Never in a built program: a test opens it.
    pub fn starter() -> Pack<'static> {
        match Pack::open(STARTER) {
            Ok(pack) => pack,
            Err(_) => Pack { bytes: STARTER, counts: [0; KINDS] },
        }
    }

    /// The pack as it was opened.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its name and version, as its author wrote them.
    pub fn name(&self) -> &'a str {
        let table = TABLE + 4 * self.total();
        let end = self.offset(0).unwrap_or(self.bytes.len() - 4);
        self.bytes.get(table..end).and_then(|name| core::str::from_utf8(name).ok()).unwrap_or("")
    }

    /// The lines for *read the words* and *say it*.
    pub fn texts(&self) -> impl Iterator<Item = Text<'a>> + use<'a> {
        self.all(Kind::Text)
    }

    /// The situations.
    pub fn situations(&self) -> impl Iterator<Item = Situation<'a>> + use<'a> {
        self.all(Kind::Situation)
    }

    /// What people share.
    pub fn cares(&self) -> impl Iterator<Item = Care<'a>> + use<'a> {
        self.all(Kind::Care)
    }

    /// The conversations.
    pub fn talks(&self) -> impl Iterator<Item = Talk<'a>> + use<'a> {
        self.all(Kind::Talk)
    }

    /// The photographs.
    pub fn photos(&self) -> impl Iterator<Item = Photo<'a>> + use<'a> {
        self.all(Kind::Photo)
    }

    /// One line.
    pub fn text(&self, index: u16) -> Option<Text<'a>> {
        self.item(Kind::Text, index)
    }

    /// One situation.
    pub fn situation(&self, index: u16) -> Option<Situation<'a>> {
        self.item(Kind::Situation, index)
    }

    /// One thing shared.
    pub fn care(&self, index: u16) -> Option<Care<'a>> {
        self.item(Kind::Care, index)
    }

    /// One conversation.
    pub fn talk(&self, index: u16) -> Option<Talk<'a>> {
        self.item(Kind::Talk, index)
    }

    /// One turn of a conversation, counted from its first.
    pub fn turn(&self, talk: &Talk<'_>, index: u8) -> Option<Turn<'a>> {
        let inside = u16::from(index) < talk.turns;
        inside.then(|| self.item(Kind::Turn, talk.first.checked_add(u16::from(index))?)).flatten()
    }

    /// One photograph.
    pub fn photo(&self, index: u16) -> Option<Photo<'a>> {
        self.item(Kind::Photo, index)
    }

    fn whole(&self) -> bool {
        let total = self.total();
        let start = TABLE + 4 * total;
        let mut last = start;
        for i in 0..total {
            match self.offset(i) {
                Some(offset) if offset >= last => last = offset,
                _ => return false,
            }
        }
        let count = |kind: Kind| usize::from(self.counts[kind as usize]);
        let talks_whole = self.talks().all(|talk| {
            let turns = 0..u8::try_from(talk.turns).unwrap_or(0);
            talk.turns > 0
                && usize::from(talk.first) + usize::from(talk.turns) <= count(Kind::Turn)
                && turns.into_iter().all(|i| {
                    self.turn(&talk, i)
                        .is_some_and(|turn| turn.replies.iter().all(|r| u16::from(r.next) < talk.turns))
                })
        });
        let side = PHOTO_SIDE_PX as usize;
        last <= self.bytes.len() - 4
            && self.texts().count() == count(Kind::Text)
            && self.situations().count() == count(Kind::Situation)
            && self.cares().count() == count(Kind::Care)
            && self.talks().count() == count(Kind::Talk)
            && talks_whole
            && self.photos().filter(|photo| photo.grey.len() == side * side).count() == count(Kind::Photo)
    }

    fn total(&self) -> usize {
        self.counts.iter().map(|count| usize::from(*count)).sum()
    }

    fn offset(&self, index: usize) -> Option<usize> {
        let at = TABLE + 4 * index;
        let four = self.bytes.get(at..at + 4)?.try_into().ok()?;
        (index < self.total()).then_some(u32::from_le_bytes(four) as usize)
    }

    fn all<T: Deserialize<'a>>(&self, kind: Kind) -> impl Iterator<Item = T> + use<'a, T> {
        let pack = *self;
        (0..pack.counts[kind as usize]).map_while(move |index| pack.item(kind, index))
    }

    fn item<T: Deserialize<'a>>(&self, kind: Kind, index: u16) -> Option<T> {
        if index >= self.counts[kind as usize] {
            return None;
        }
        let before: usize = self.counts[..kind as usize].iter().map(|count| usize::from(*count)).sum();
        let place = before + usize::from(index);
        let end = self.offset(place + 1).unwrap_or(self.bytes.len() - 4);
        match postcard::take_from_bytes(self.bytes.get(self.offset(place)?..end)?) {
            Ok((item, [])) => Some(item),
            _ => None,
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// CRC-32 as in IEEE 802.3, bit by bit: it runs once for each pack.
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()))
    })
}
