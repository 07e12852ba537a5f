//! Shows items to a reader.

use crate::fault::{report, sorted};
use crate::folder::Folder;
use crate::limits::TURNS_MAX;
use crate::photo::grey;
use crate::source::{Care, Photo, Situation, Talk, Text, Word, Words};
use crate::words::joined;
use petri_core::pack::PHOTO_SIDE_PX;
use std::collections::BTreeSet;
use std::fmt::{self, Write};
use std::path::Path;

/// From black to white on a dark terminal.
const SIGNS: [char; 10] = [' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'];

/// Shows the item `id` of the pack in the folder `path` in both languages, a conversation as a tree with the moves
/// of its replies, a photograph as the device has it; without an id all ids. The second value says whether there was something to show.
pub fn preview(path: &Path, id: Option<&str>) -> (String, bool) {
    let mut faults = Vec::new();
    let folder = Folder::read(path, &mut faults);
    let Some(id) = id else {
        let found = ids(&folder);
        let all = if found.is_empty() { report(&sorted(faults)) } else { found.join("\n") };
        return (all, !found.is_empty());
    };
    let mut out = String::new();
    match item(&mut out, path, &folder, id) {
        Ok(true) => (out.trim_end().to_owned(), true),
        _ if !faults.is_empty() => (report(&sorted(faults)), false),
        _ => (format!("no item `{id}` in this pack; without an id, preview lists them all"), false),
    }
}

fn ids(folder: &Folder) -> Vec<&str> {
    let texts = folder.texts.body.iter().map(|item| &item.id);
    let situations = folder.situations.body.iter().map(|item| &item.id);
    let cares = folder.cares.body.iter().map(|item| &item.id);
    let talks = folder.talks.iter().map(|sheet| &sheet.body.id);
    let photos = folder.photos.body.iter().map(|item| &item.id);
    let all = texts.chain(situations).chain(cares).chain(talks).chain(photos);
    all.map(|id| id.get_ref().as_str()).collect()
}

fn item(out: &mut String, path: &Path, folder: &Folder, id: &str) -> Result<bool, fmt::Error> {
    if let Some(item) = folder.texts.body.iter().find(|item| item.id.get_ref() == id) {
        text(out, item)?;
    } else if let Some(item) = folder.situations.body.iter().find(|item| item.id.get_ref() == id) {
        situation(out, item)?;
    } else if let Some(item) = folder.cares.body.iter().find(|item| item.id.get_ref() == id) {
        care(out, item)?;
    } else if let Some(sheet) = folder.talks.iter().find(|sheet| sheet.body.id.get_ref() == id) {
        talk(out, &sheet.body)?;
    } else if let Some(item) = folder.photos.body.iter().find(|item| item.id.get_ref() == id) {
        photo(out, path, item)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn head(out: &mut String, id: &Word, facts: &[&str], held_out: bool) -> fmt::Result {
    let held_out = if held_out { ", held out" } else { "" };
    writeln!(out, "{} ({}{held_out})", id.get_ref(), facts.join(", "))
}

fn both(out: &mut String, indent: usize, label: &str, en: &str, zh: &str) -> fmt::Result {
    writeln!(out, "{:indent$}{label}{en}", "")?;
    let indent = indent + label.chars().count();
    writeln!(out, "{:indent$}{zh}", "")
}

fn text(out: &mut String, item: &Text) -> fmt::Result {
    let level = format!("level {}", item.level.get_ref());
    let facts = [item.age.get_ref(), item.source.get_ref(), item.feeling.get_ref().as_str(), &level];
    head(out, &item.id, &facts, item.held_out)?;
    both(out, 2, "", item.en.get_ref(), item.zh.get_ref())?;
    both(out, 2, "clue: ", &joined(&item.clue_en, ", "), &joined(&item.clue_zh, "、"))
}

fn situation(out: &mut String, item: &Situation) -> fmt::Result {
    let level = format!("level {}", item.level.get_ref());
    let facts = [item.age.get_ref(), item.source.get_ref(), item.feeling.get_ref().as_str(), &level];
    head(out, &item.id, &facts, item.held_out)?;
    both(out, 2, "", item.en.get_ref(), item.zh.get_ref())?;
    for (i, (en, zh)) in item.why_en.get_ref().iter().zip(item.why_zh.get_ref()).enumerate() {
        both(out, 2, if i == 0 { "right: " } else { "wrong: " }, en.get_ref(), zh.get_ref())?;
    }
    Ok(())
}

fn care(out: &mut String, item: &Care) -> fmt::Result {
    let level = format!("level {}", item.level.get_ref());
    let facts = [item.age.get_ref(), item.source.get_ref(), item.feeling.get_ref().as_str(), &level];
    head(out, &item.id, &facts, item.held_out)?;
    both(out, 2, &format!("{}: ", item.name_en.get_ref()), item.en.get_ref(), item.zh.get_ref())?;
    writeln!(out, "  needs {}", moves(&item.needs))?;
    both(out, 2, "better: ", item.better_en.get_ref(), item.better_zh.get_ref())?;
    for reply in &item.reply {
        both(out, 2, "> ", reply.en.get_ref(), reply.zh.get_ref())?;
        writeln!(out, "    {}", moves(&reply.moves))?;
    }
    Ok(())
}

/// Two rows of pixels make one row of signs, because a sign is about twice as high as wide.
fn photo(out: &mut String, path: &Path, item: &Photo) -> fmt::Result {
    let level = format!("level {}", item.level.get_ref());
    head(out, &item.id, &[item.age.get_ref(), item.feeling.get_ref(), &level], item.held_out)?;
    let (file, licence, source) = (item.file.get_ref(), item.licence.get_ref(), item.source.get_ref());
    writeln!(out, "  {file}\n  licence: {licence}\n  source: {source}")?;
    let grey = match grey(path, file) {
        Ok(grey) => grey,
        Err(what) => return writeln!(out, "  {what}"),
    };
    let side = PHOTO_SIDE_PX as usize;
    for rows in grey.chunks_exact(2 * side) {
        let (upper, lower) = rows.split_at(side);
        let sign = |(one, two): (&u8, &u8)| SIGNS[usize::from(one.midpoint(*two)) * SIGNS.len() / 256];
        let line: String = upper.iter().zip(lower).map(sign).collect();
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

fn talk(out: &mut String, talk: &Talk) -> fmt::Result {
    head(out, &talk.id, &[talk.age.get_ref(), talk.source.get_ref(), talk.actor.get_ref()], talk.held_out)?;
    both(out, 2, "", talk.title_en.get_ref(), talk.title_zh.get_ref())?;
    both(out, 2, "", talk.scene_en.get_ref(), talk.scene_zh.get_ref())?;
    let (valence, arousal, trust) = (talk.valence.get_ref(), talk.arousal.get_ref(), talk.trust.get_ref());
    writeln!(out, "  valence {valence}, arousal {arousal}, trust {trust}")?;
    match talk.node.first() {
        _ if talk.node.len() > TURNS_MAX => {
            writeln!(out, "  more than {TURNS_MAX} nodes; check names the fault")
        }
        Some(first) => node(out, talk, first.id.get_ref(), 2, &mut BTreeSet::new()),
        None => Ok(()),
    }
}

/// Each node stands in full where it is first met; so ways that join, and cycles, end in a reference.
fn node<'a>(
    out: &mut String,
    talk: &'a Talk,
    id: &'a str,
    indent: usize,
    seen: &mut BTreeSet<&'a str>,
) -> fmt::Result {
    let Some(here) = talk.node.iter().find(|node| node.id.get_ref() == id) else {
        return writeln!(out, "{:indent$}[{id}] is missing", "");
    };
    if !seen.insert(id) {
        return writeln!(out, "{:indent$}[{id}] joins the way above", "");
    }
    writeln!(out, "{:indent$}[{id}] {}", "", here.feeling.get_ref())?;
    both(out, indent, "", here.en.get_ref(), here.zh.get_ref())?;
    if let (Some(en), Some(zh)) = (&here.closed_en, &here.closed_zh) {
        both(out, indent, "closed: ", en.get_ref(), zh.get_ref())?;
    }
    for reply in &here.reply {
        both(out, indent, "> ", reply.en.get_ref(), reply.zh.get_ref())?;
        writeln!(out, "{:indent$}  {}", "", moves(&reply.moves))?;
        node(out, talk, reply.next.get_ref(), indent + 4, seen)?;
    }
    Ok(())
}

fn moves(words: &Words) -> String {
    if words.get_ref().is_empty() { "(no move)".to_owned() } else { format!("({})", joined(words, ", ")) }
}
