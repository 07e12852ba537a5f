//! From files to the bytes of a pack; their form stands in [`petri_core::pack`].

use crate::check::{faults, joined};
use crate::fault::Fault;
use crate::source::{Care, Folder, Photo, Situation, Talk, Text, Word, moves_of};
use image::imageops::{self, FilterType};
use petri_core::pack::{self, Answer, Mood, PHOTO_SIDE_PX, REPLIES_MAX, Said, Tag, Turn, VERSION};
use petri_core::{Actor, Age, Both, Emotion, Pack, Permille};
use serde::Serialize;
use std::path::Path;

/// The level of every conversation.
const TALK_LEVEL: i64 = 2;

/// Compiles the pack in `folder`.
///
/// # Errors
/// All faults of the pack, when it has any.
pub fn compile(folder: &Path) -> Result<Vec<u8>, Vec<Fault>> {
    sound(folder).map(|(_, bytes)| bytes)
}

/// The files of a pack without faults, and its bytes.
pub(crate) fn sound(path: &Path) -> Result<(Folder, Vec<u8>), Vec<Fault>> {
    let folder = Folder::read(path)?;
    let mut all = faults(&folder);
    let mut photos = Vec::new();
    for item in &folder.photos.body.photo {
        match grey(path, item.file.get_ref()) {
            Ok(pixels) => photos.push(pixels),
            Err(what) => {
                let mut notes = folder.photos.notes();
                notes.add(&item.file.span(), what);
                all.append(&mut notes.faults);
            }
        }
    }
    if !all.is_empty() {
        return Err(all);
    }
    let unfit = |what: String| vec![Fault { file: folder.manifest.file.clone(), line: 1, what }];
    let bytes = assemble(&folder, &photos)
        .ok_or_else(|| unfit("the pack cannot be encoded; split it into smaller packs".to_owned()))?;
    match Pack::open(&bytes) {
        Ok(_) => Ok((folder, bytes)),
        Err(error) => Err(unfit(format!("the device cannot read the pack ({error:?}); split it"))),
    }
}

/// CRC-16/IBM-3740 of an id.
pub(crate) fn key(id: &str) -> u16 {
    id.bytes().fold(u16::MAX, |sum, byte| {
        (0..8).fold(sum ^ (u16::from(byte) << 8), |sum, _| (sum << 1) ^ (0x1021 * (sum >> 15)))
    })
}

fn assemble(folder: &Folder, photos: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut turns = Vec::new();
    let mut talks = Vec::new();
    for sheet in &folder.talks {
        talks.push(talk(&sheet.body, turns.len())?);
        for index in 0..sheet.body.node.len() {
            turns.push(turn(&sheet.body, index)?);
        }
    }
    let photos = folder.photos.body.photo.iter().zip(photos);
    let kinds: [Vec<Vec<u8>>; 6] = [
        folder.texts.body.text.iter().map(text).collect::<Option<_>>()?,
        folder.situations.body.situation.iter().map(situation).collect::<Option<_>>()?,
        folder.cares.body.care.iter().map(care).collect::<Option<_>>()?,
        talks,
        turns,
        photos.map(|(item, grey)| photo(item, grey)).collect::<Option<_>>()?,
    ];
    let manifest = &folder.manifest.body;
    let name = format!("{} {}", manifest.name.get_ref(), manifest.version.get_ref());

    let mut bytes = pack::MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    for kind in &kinds {
        bytes.extend(u16::try_from(kind.len()).ok()?.to_le_bytes());
    }
    let items = || kinds.iter().flatten();
    let mut offset = bytes.len() + 4 * items().count() + name.len();
    for item in items() {
        bytes.extend(u32::try_from(offset).ok()?.to_le_bytes());
        offset += item.len();
    }
    bytes.extend(name.as_bytes());
    items().for_each(|item| bytes.extend(item));
    let sum = pack::crc32(&bytes);
    bytes.extend(sum.to_le_bytes());
    Some(bytes)
}

fn encoded(item: &impl Serialize) -> Option<Vec<u8>> {
    postcard::to_stdvec(item).ok()
}

fn tag(id: &Word, age: &Word, feeling: &Word, level: i64, held_out: bool) -> Option<Tag> {
    Some(Tag {
        key: key(id.get_ref()),
        age: Age::from_name(age.get_ref())?,
        feeling: Emotion::from_word(feeling.get_ref())?,
        level: u8::try_from(level).ok()?,
        held_out,
    })
}

fn both<'a>(en: &'a Word, zh: &'a Word) -> Both<'a> {
    Both { en: en.get_ref(), zh: zh.get_ref() }
}

fn text(item: &Text) -> Option<Vec<u8>> {
    encoded(&pack::Text {
        tag: tag(&item.id, &item.age, &item.feeling, *item.level.get_ref(), item.held_out)?,
        text: both(&item.en, &item.zh),
        clue: Both { en: &joined(&item.clue_en, ", "), zh: &joined(&item.clue_zh, "、") },
    })
}

fn situation(item: &Situation) -> Option<Vec<u8>> {
    let why: Vec<_> =
        item.why_en.get_ref().iter().zip(item.why_zh.get_ref()).map(|(en, zh)| both(en, zh)).collect();
    encoded(&pack::Situation {
        tag: tag(&item.id, &item.age, &item.feeling, *item.level.get_ref(), item.held_out)?,
        name: both(&item.name_en, &item.name_zh),
        story: both(&item.en, &item.zh),
        why: why.try_into().ok()?,
    })
}

fn care(item: &Care) -> Option<Vec<u8>> {
    let replies: Vec<_> = item
        .reply
        .iter()
        .map(|reply| Said { text: both(&reply.en, &reply.zh), moves: moves_of(&reply.moves) })
        .collect();
    encoded(&pack::Care {
        tag: tag(&item.id, &item.age, &item.feeling, *item.level.get_ref(), item.held_out)?,
        name: both(&item.name_en, &item.name_zh),
        says: both(&item.en, &item.zh),
        needs: moves_of(&item.needs),
        better: both(&item.better_en, &item.better_zh),
        replies: replies.try_into().ok()?,
    })
}

fn talk(item: &Talk, first: usize) -> Option<Vec<u8>> {
    let start = item.node.first()?;
    encoded(&pack::Talk {
        tag: tag(&item.id, &item.age, &start.feeling, TALK_LEVEL, item.held_out)?,
        title: both(&item.title_en, &item.title_zh),
        actor: Actor::from_name(item.actor.get_ref())?,
        name: both(&item.name_en, &item.name_zh),
        scene: both(&item.scene_en, &item.scene_zh),
        mood: Mood {
            valence: i16::try_from(*item.valence.get_ref()).ok()?,
            arousal: i16::try_from(*item.arousal.get_ref()).ok()?,
            trust: i16::try_from(*item.trust.get_ref()).ok()?,
        },
        first: u16::try_from(first).ok()?,
        turns: u16::try_from(item.node.len()).ok()?,
    })
}

fn turn(talk: &Talk, index: usize) -> Option<Vec<u8>> {
    let node = talk.node.get(index)?;
    let mut replies = Vec::new();
    for reply in &node.reply {
        let next = talk.node.iter().position(|node| node.id.get_ref() == reply.next.get_ref())?;
        let said = Said { text: both(&reply.en, &reply.zh), moves: moves_of(&reply.moves) };
        replies.push(Answer { said, next: u8::try_from(next).ok()? });
    }
    if replies.len() > REPLIES_MAX {
        return None;
    }
    encoded(&Turn {
        feeling: Emotion::from_word(node.feeling.get_ref())?,
        open: both(&node.en, &node.zh),
        closed: match (&node.closed_en, &node.closed_zh) {
            (Some(en), Some(zh)) => both(en, zh),
            _ => Both { en: "", zh: "" },
        },
        replies: replies.into_iter().collect(),
    })
}

fn photo(item: &Photo, grey: &[u8]) -> Option<Vec<u8>> {
    encoded(&pack::Photo {
        tag: tag(&item.id, &item.age, &item.feeling, *item.level.get_ref(), item.held_out)?,
        intensity: Permille::FULL,
        grey,
    })
}

/// The centred square of a picture, in grey and at the size of a pack's photos.
fn grey(folder: &Path, file: &str) -> Result<Vec<u8>, String> {
    let picture = image::open(folder.join(file))
        .map_err(|error| {
            format!("photo `{file}` cannot be read ({error}); give a PNG or JPEG in the folder")
        })?
        .to_luma8();
    let (width, height) = picture.dimensions();
    let side = width.min(height);
    if side < PHOTO_SIDE_PX {
        return Err(format!("photo `{file}` is {width}x{height}; give at least {PHOTO_SIDE_PX} each way"));
    }
    let square = imageops::crop_imm(&picture, (width - side) / 2, (height - side) / 2, side, side).to_image();
    Ok(imageops::resize(&square, PHOTO_SIDE_PX, PHOTO_SIDE_PX, FilterType::Triangle).into_raw())
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn key_is_the_check_value_of_the_crc() {
        assert_eq!(key("123456789"), 0x29B1);
    }
}
