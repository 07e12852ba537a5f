//! What a conversation has to keep to.

use crate::check::{age, feeling, known, moves, source};
use crate::fault::Notes;
use crate::limits::{
    ANSWERS_MIN, CLOSED_MIN, ENDS_MIN, MOOD_MAX, REPLY_EN_MAX, REPLY_ZH_MAX, STORY_EN_MAX, STORY_ZH_MAX,
    TITLE_EN_MAX, TITLE_ZH_MAX, TURN_EN_MAX, TURN_ZH_MAX, TURNS_MAX, TURNS_MIN, WAY_MAX, WAY_MIN,
};
use crate::source::{Node, Talk, moves_of};
use crate::words::{Once, chinese, english, name};
use petri_core::Actor;
use petri_core::pack::REPLIES_MAX;
use std::collections::BTreeMap;

/// Notes the faults of a conversation.
pub(crate) fn check(notes: &mut Notes<'_>, talk: &Talk, file: &str) {
    let id = talk.id.get_ref();
    if file != format!("conversations/{id}.toml") {
        notes.add(&talk.id.span(), format!("id `{id}` is not the name of the file; make them the same"));
    }
    age(notes, &talk.age);
    source(notes, &talk.source);
    known(notes, "actor", &talk.actor, &Actor::TRAINED.map(Actor::name));
    name(notes, &talk.name_en, &talk.name_zh);
    english(notes, "title_en", &talk.title_en, TITLE_EN_MAX);
    chinese(notes, "title_zh", &talk.title_zh, TITLE_ZH_MAX);
    english(notes, "scene_en", &talk.scene_en, STORY_EN_MAX);
    chinese(notes, "scene_zh", &talk.scene_zh, STORY_ZH_MAX);
    mood(notes, talk);
    let (mut once, mut closed) = (Once::default(), 0);
    for one in &talk.node {
        node(notes, one);
        once.take(notes, "the line", &[&one.en, &one.zh]);
        if let (Some(en), Some(zh)) = (&one.closed_en, &one.closed_zh) {
            once.take(notes, "the line", &[en, zh]);
            closed += 1;
        }
    }
    if closed < CLOSED_MIN {
        let what = format!("{closed} nodes have closed_en and closed_zh; give them to at least {CLOSED_MIN}");
        notes.add(&talk.id.span(), what);
    }
    let count = talk.node.len();
    if !(TURNS_MIN..=TURNS_MAX).contains(&count) {
        let what = format!("the conversation has {count} nodes; give {TURNS_MIN} to {TURNS_MAX}");
        notes.add(&talk.id.span(), what);
    }
    if let (1..=TURNS_MAX, Some(next)) = (count, links(notes, talk)) {
        ways(notes, talk, &next);
    }
}

fn mood(notes: &mut Notes<'_>, talk: &Talk) {
    for (field, value) in [("valence", &talk.valence), ("arousal", &talk.arousal), ("trust", &talk.trust)] {
        if !(-MOOD_MAX..=MOOD_MAX).contains(value.get_ref()) {
            let number = value.get_ref();
            notes
                .add(&value.span(), format!("{field} is {number}; keep it within -{MOOD_MAX} to {MOOD_MAX}"));
        }
    }
}

fn node(notes: &mut Notes<'_>, node: &Node) {
    feeling(notes, &node.feeling);
    english(notes, "en", &node.en, TURN_EN_MAX);
    chinese(notes, "zh", &node.zh, TURN_ZH_MAX);
    if let Some(closed) = &node.closed_en {
        english(notes, "closed_en", closed, TURN_EN_MAX);
    }
    if let Some(closed) = &node.closed_zh {
        chinese(notes, "closed_zh", closed, TURN_ZH_MAX);
    }
    if node.closed_en.is_some() != node.closed_zh.is_some() {
        notes.add(&node.id.span(), "closed stands in one language only; give closed_en and closed_zh");
    }
    let count = node.reply.len();
    if count != 0 && !(ANSWERS_MIN..=REPLIES_MAX).contains(&count) {
        let id = node.id.get_ref();
        notes.add(
            &node.id.span(),
            format!(
                "node `{id}` has {count} replies; give {ANSWERS_MIN} to {REPLIES_MAX}, or none at an end"
            ),
        );
    }
    for reply in &node.reply {
        english(notes, "en", &reply.en, REPLY_EN_MAX);
        chinese(notes, "zh", &reply.zh, REPLY_ZH_MAX);
        moves(notes, &reply.moves);
    }
    kinds(notes, node);
}

/// There is a reply to a node that opens, and one that does not.
fn kinds(notes: &mut Notes<'_>, node: &Node) {
    let mut once = Once::default();
    for reply in &node.reply {
        once.take(notes, "the reply", &[&reply.en, &reply.zh]);
    }
    let (id, all) = (node.id.get_ref(), || node.reply.iter().map(|reply| moves_of(&reply.moves)));
    let open = all().filter(|moves| moves.poor().is_empty() && !moves.good().is_empty()).count();
    if !node.reply.is_empty() && open == 0 {
        notes.add(&node.id.span(), format!("node `{id}` has no reply with good moves only; give one"));
    }
    if !node.reply.is_empty() && open == node.reply.len() {
        notes.add(
            &node.id.span(),
            format!("node `{id}` has good replies only; give one with a poor move or none"),
        );
    }
}

/// Where each reply of each node leads, or nothing when one leads nowhere.
fn links(notes: &mut Notes<'_>, talk: &Talk) -> Option<Vec<Vec<usize>>> {
    let mut ids = BTreeMap::new();
    let mut whole = true;
    for (index, node) in talk.node.iter().enumerate() {
        let id = node.id.get_ref();
        if ids.insert(id.as_str(), index).is_some() {
            notes.add(&node.id.span(), format!("node `{id}` stands here twice; give this one another id"));
            whole = false;
        }
    }
    let mut next = Vec::new();
    for node in &talk.node {
        let mut from_here = Vec::new();
        for reply in &node.reply {
            if let Some(index) = ids.get(reply.next.get_ref().as_str()) {
                from_here.push(*index);
            } else {
                let id = reply.next.get_ref();
                notes.add(&reply.next.span(), format!("next `{id}` is no node; name a node of this file"));
                whole = false;
            }
        }
        next.push(from_here);
    }
    whole.then_some(next)
}

/// Checks that all ways from the start end in time, and that every node lies on one.
fn ways(notes: &mut Notes<'_>, talk: &Talk, next: &[Vec<usize>]) {
    let mut seen = vec![false; next.len()];
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut seen[at], true) {
            open.extend(&next[at]);
        }
    }
    for (node, _) in talk.node.iter().zip(&seen).filter(|(_, seen)| !**seen) {
        let id = node.id.get_ref();
        notes.add(&node.id.span(), format!("node `{id}` is never reached; lead a reply to it or remove it"));
    }
    let ends = next.iter().zip(&seen).filter(|(next, seen)| next.is_empty() && **seen).count();
    if ends < ENDS_MIN {
        notes.add(&talk.id.span(), format!("the conversation has {ends} ends; give at least {ENDS_MIN}"));
    }
    let Some(lengths) = lengths(notes, talk, next) else {
        return;
    };
    let (shortest, longest) = lengths[0];
    if shortest < WAY_MIN {
        notes.add(
            &talk.id.span(),
            format!("the shortest way has {shortest} replies; make every way at least {WAY_MIN} long"),
        );
    }
    if longest > WAY_MAX {
        notes.add(
            &talk.id.span(),
            format!("the longest way has {longest} replies; make every way at most {WAY_MAX} long"),
        );
    }
}

/// The shortest and the longest way from each node to an end, or nothing when a way turns in a circle.
///
/// Takes nodes whose followers are all known, until none is left; what then remains leads into a circle.
fn lengths(notes: &mut Notes<'_>, talk: &Talk, next: &[Vec<usize>]) -> Option<Vec<(usize, usize)>> {
    let mut known: Vec<Option<(usize, usize)>> = vec![None; next.len()];
    loop {
        let mut grew = false;
        for at in 0..next.len() {
            let after: Option<Vec<_>> = next[at].iter().map(|follower| known[*follower]).collect();
            if let (None, Some(after)) = (known[at], after) {
                let shortest = after.iter().map(|way| way.0 + 1).min().unwrap_or(0);
                let longest = after.iter().map(|way| way.1 + 1).max().unwrap_or(0);
                known[at] = Some((shortest, longest));
                grew = true;
            }
        }
        if !grew {
            break;
        }
    }
    for (at, node) in talk.node.iter().enumerate() {
        let circle = |follower: usize| follower <= at && known[follower].is_none() && known[at].is_none();
        for (reply, _) in node.reply.iter().zip(&next[at]).filter(|(_, follower)| circle(**follower)) {
            let id = reply.next.get_ref();
            notes.add(&reply.next.span(), format!("next `{id}` leads in a cycle; lead on to a later node"));
        }
    }
    known.into_iter().collect()
}
