//! What a pack has too little of. These are warnings: the device works with what there is.

use crate::folder::Folder;
use crate::limits::{HELD_OUT_ONE_IN, LEVEL_MAX};
use crate::source::Word;
use petri_core::{Age, Emotion};
use std::collections::BTreeSet;

/// One warning per line.
pub(crate) fn warnings(folder: &Folder) -> Vec<String> {
    let texts: Vec<Cell<'_>> = folder
        .texts
        .body
        .iter()
        .map(|it| cell(&it.age, &it.feeling, *it.level.get_ref(), it.held_out))
        .collect();
    let situations: Vec<Cell<'_>> = folder
        .situations
        .body
        .iter()
        .map(|it| cell(&it.age, &it.feeling, *it.level.get_ref(), it.held_out))
        .collect();
    let mut all = gaps("texts.toml", &texts);
    all.extend(held_out("texts.toml", &texts));
    all.extend(gaps("situations.toml", &situations));
    all.extend(held_out("situations.toml", &situations));
    all
}

struct Cell<'a> {
    place: (&'a str, &'a str, i64),
    held_out: bool,
}

fn cell<'a>(age: &'a Word, feeling: &'a Word, level: i64, held_out: bool) -> Cell<'a> {
    Cell { place: (age.get_ref(), feeling.get_ref(), level), held_out }
}

fn gaps(file: &str, items: &[Cell<'_>]) -> Vec<String> {
    let there: BTreeSet<_> = items.iter().filter(|item| !item.held_out).map(|item| item.place).collect();
    let ages = Age::ALL.into_iter().map(Age::name).filter(|_| !items.is_empty());
    ages.filter_map(|age| {
        let cells =
            Emotion::ALL.into_iter().flat_map(|emotion| (1..=LEVEL_MAX).map(move |n| (emotion.word(), n)));
        let missing: Vec<String> = cells
            .filter(|(feeling, level)| !there.contains(&(age, *feeling, *level)))
            .map(|(feeling, level)| format!("{feeling} {level}"))
            .collect();
        let list = missing.join(", ");
        (!missing.is_empty()).then(|| {
            format!("warning: {file} has nothing to train {age} with at {list}; write items for these")
        })
    })
    .collect()
}

fn held_out(file: &str, items: &[Cell<'_>]) -> Option<String> {
    let (held, all) = (items.iter().filter(|item| item.held_out).count(), items.len());
    (held * HELD_OUT_ONE_IN < all).then(|| {
        format!("warning: {file} holds out {held} of {all} items; mark one in {HELD_OUT_ONE_IN} with held_out = true")
    })
}
