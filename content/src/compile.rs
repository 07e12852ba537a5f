//! From files to the bytes of a pack; their form stands in [`petri_core::pack`].

use crate::check::faults;
use crate::fault::{Fault, sorted};
use crate::fit;
use crate::folder::Folder;
use crate::key::key;
use crate::limits::TURNS_MAX;
use crate::photo::grey;
use crate::source::{Care, Photo, Situation, Talk, Text, Word, moves_of};
use crate::words::joined;
use petri_core::pack::{self, Answer, LEVEL_MAX, Mood, REPLIES_MAX, Said, Tag, Turn, VERSION};
use petri_core::{Actor, Age, Both, Emotion, Pack, Permille};
use serde::Serialize;
use std::collections::BTreeSet;
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
    let mut all = Vec::new();
    let mut folder = Folder::read(path, &mut all);
    all.append(&mut faults(&folder));
    let (mut photos, mut notes) = (Vec::new(), folder.photos.notes());
    for item in &folder.photos.body {
        match grey(path, item.file.get_ref()) {
            Ok(pixels) => photos.push(pixels),
            Err(what) => notes.add(&item.file.span(), what),
        }
    }
    all.append(&mut notes.faults);
    if !all.is_empty() {
        keep_encodable(&mut folder);
    }
    let bytes = assemble(&folder, &photos);
    match laid_out(&folder, bytes.as_deref()) {
        Ok(cut) => {
            // A text with a fault of its own is not told a second time that it is cut off.
            let told: BTreeSet<_> = all.iter().map(|fault| (fault.file.clone(), fault.line)).collect();
            all.extend(cut.into_iter().filter(|fault| !told.contains(&(fault.file.clone(), fault.line))));
        }
        Err(what) if all.is_empty() => {
            all.push(Fault { file: folder.manifest.file.clone(), line: 1, what });
        }
        Err(_) => {}
    }
    match bytes {
        Some(bytes) if all.is_empty() => Ok((folder, bytes)),
        _ => Err(sorted(all)),
    }
}

/// The texts that a display cuts off, or why the device cannot read the pack.
fn laid_out(folder: &Folder, bytes: Option<&[u8]>) -> Result<Vec<Fault>, String> {
    let bytes = bytes.ok_or("the pack cannot be encoded; split it into smaller packs")?;
    let pack =
        Pack::open(bytes).map_err(|error| format!("the device cannot read it ({error:?}); split it"))?;
    Ok(fit::faults(folder, &pack))
}

/// Leaves out the items that no pack can hold, so that the others can still be laid out.
fn keep_encodable(folder: &mut Folder) {
    folder.texts.body.retain(|item| text(item).is_some());
    folder.situations.body.retain(|item| situation(item).is_some());
    folder.cares.body.retain(|item| care(item).is_some());
    folder.photos.body.clear();
    folder.talks.retain(|sheet| {
        let mut turns = 0..sheet.body.node.len();
        turns.len() <= TURNS_MAX
            && talk(&sheet.body, 0).is_some()
            && turns.all(|index| turn(&sheet.body, index).is_some())
    });
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
    let photos = folder.photos.body.iter().zip(photos);
    let kinds: [Vec<Vec<u8>>; 6] = [
        folder.texts.body.iter().map(text).collect::<Option<_>>()?,
        folder.situations.body.iter().map(situation).collect::<Option<_>>()?,
        folder.cares.body.iter().map(care).collect::<Option<_>>()?,
        talks,
        turns,
        photos.map(|(item, grey)| photo(item, grey)).collect::<Option<_>>()?,
    ];
    let name = folder.name();

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
    let level = u8::try_from(level).ok().filter(|level| (1..=LEVEL_MAX).contains(level))?;
    Some(Tag {
        key: key(id.get_ref()),
        age: Age::from_name(age.get_ref())?,
        feeling: Emotion::from_word(feeling.get_ref())?,
        level,
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
    let tag = tag(&item.id, &item.age, &item.feeling, *item.level.get_ref(), item.held_out)?;
    // How strong a photographed face is, nobody has measured; the level says how hard it is.
    encoded(&pack::Photo { tag, intensity: Permille::FULL, grey })
}
