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

mod item;

pub use item::{Age, Answer, Care, Mood, Photo, Said, Situation, Tag, Talk, Text, Turn};

use serde::Deserialize;

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
/// Levels, counted from 1.
pub const LEVEL_MAX: u8 = 3;
/// Side of a photo in pixels; photos are square and grey.
pub const PHOTO_SIDE_PX: u32 = 96;

const KINDS: usize = 6;
const TABLE: usize = 22;

/// The content that is built in, so that a device is never empty. Compiled from `content/starter`.
pub static STARTER: &[u8] = include_bytes!("../../../content/starter.pack");

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
        let count = |kind: Kind| usize::from(self.count(kind));
        let talks_whole = self.talks().all(|talk| {
            let turns = 0..u8::try_from(talk.turns).unwrap_or(0);
            !turns.is_empty()
                && usize::from(talk.first) + usize::from(talk.turns) <= count(Kind::Turn)
                && turns.into_iter().all(|i| {
                    self.turn(&talk, i)
                        .is_some_and(|turn| turn.replies.iter().all(|r| u16::from(r.next) < talk.turns))
                })
        });
        let level_known = |tag: Tag| (1..=LEVEL_MAX).contains(&tag.level);
        let side = PHOTO_SIDE_PX as usize;
        last <= self.bytes.len() - 4
            && self.texts().count() == count(Kind::Text)
            && self.situations().count() == count(Kind::Situation)
            && self.cares().count() == count(Kind::Care)
            && self.talks().count() == count(Kind::Talk)
            && talks_whole
            && self.texts().all(|item| level_known(item.tag))
            && self.situations().all(|item| level_known(item.tag))
            && self.cares().all(|item| level_known(item.tag))
            && self.talks().all(|item| level_known(item.tag))
            && self.photos().all(|item| level_known(item.tag))
            && self.photos().filter(|photo| photo.grey.len() == side * side).count() == count(Kind::Photo)
    }

    fn count(&self, kind: Kind) -> u16 {
        let [texts, situations, cares, talks, turns, photos] = self.counts;
        match kind {
            Kind::Text => texts,
            Kind::Situation => situations,
            Kind::Care => cares,
            Kind::Talk => talks,
            Kind::Turn => turns,
            Kind::Photo => photos,
        }
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
        (0..pack.count(kind)).map_while(move |index| pack.item(kind, index))
    }

    fn item<T: Deserialize<'a>>(&self, kind: Kind, index: u16) -> Option<T> {
        if index >= self.count(kind) {
            return None;
        }
        let before: usize = self.counts.iter().take(kind as usize).map(|count| usize::from(*count)).sum();
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
