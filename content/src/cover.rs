//! How much a pack has of what, and what it has too little of. The device works with what there is, so that nothing
//! here is a fault.

use crate::folder::Folder;
use crate::limits::{
    CARES_WANTED, FACES_WANTED, HELD_OUT_ONE_IN, LEVEL_MAX, SITUATIONS_WANTED, TALKS_WANTED, TEXTS_WANTED,
};
use crate::source::Word;
use petri_core::{Actor, Age, Emotion};
use std::collections::BTreeSet;
use std::iter::once;

/// The items of one kind.
struct Kind<'a> {
    name: &'static str,
    file: &'static str,
    wanted: usize,
    /// Photos have no words.
    worded: bool,
    items: Vec<Item<'a>>,
}

struct Item<'a> {
    age: &'a str,
    /// One, but for a conversation, which has that of each node.
    feelings: Vec<&'a str>,
    level: i64,
    held_out: bool,
    english: bool,
    chinese: bool,
}

fn item<'a>(age: &'a Word, feeling: &'a Word, level: i64, held_out: bool, words: [&Word; 2]) -> Item<'a> {
    let [english, chinese] = words.map(|word| !word.get_ref().trim().is_empty());
    Item { age: age.get_ref(), feelings: vec![feeling.get_ref()], level, held_out, english, chinese }
}

/// Tables of what there is, and a line for everything that there is too little of.
pub(crate) fn report(folder: &Folder) -> Vec<String> {
    let kinds = kinds(folder);
    let mut lines = vec![String::new()];
    lines.extend(by_kind(&kinds));
    lines.push(String::new());
    lines.extend(by_feeling(&kinds));
    let before = lines.len();
    for kind in kinds.iter().filter(|kind| kind.file == "texts.toml" || kind.file == "situations.toml") {
        lines.extend(gaps(kind));
        lines.extend(held_out(kind));
    }
    lines.extend(alone(&kinds));
    if lines.len() > before {
        lines.insert(before, String::new());
    }
    lines
}

fn kinds(folder: &Folder) -> [Kind<'_>; 5] {
    let texts = folder.texts.body.iter();
    let texts =
        texts.map(|it| item(&it.age, &it.feeling, *it.level.get_ref(), it.held_out, [&it.en, &it.zh]));
    let situations = folder.situations.body.iter();
    let situations =
        situations.map(|it| item(&it.age, &it.feeling, *it.level.get_ref(), it.held_out, [&it.en, &it.zh]));
    let cares = folder.cares.body.iter();
    let cares =
        cares.map(|it| item(&it.age, &it.feeling, *it.level.get_ref(), it.held_out, [&it.en, &it.zh]));
    let talks = folder.talks.iter().map(|sheet| {
        let it = &sheet.body;
        let whole = |word: fn(&crate::source::Node) -> &Word| {
            it.node.iter().all(|node| !word(node).get_ref().trim().is_empty())
        };
        Item {
            age: it.age.get_ref(),
            feelings: it.node.iter().map(|node| node.feeling.get_ref().as_str()).collect(),
            level: 0,
            held_out: it.held_out,
            english: whole(|node| &node.en),
            chinese: whole(|node| &node.zh),
        }
    });
    let photos = folder.photos.body.iter();
    let photos =
        photos.map(|it| item(&it.age, &it.feeling, *it.level.get_ref(), it.held_out, [&it.id, &it.id]));
    let kind = |name, file, wanted, items| Kind { name, file, wanted, worded: true, items };
    [
        kind("texts", "texts.toml", TEXTS_WANTED, texts.collect()),
        kind("situations", "situations.toml", SITUATIONS_WANTED, situations.collect()),
        kind("care items", "care.toml", CARES_WANTED, cares.collect()),
        kind("conversations", "conversations", TALKS_WANTED, talks.collect()),
        Kind { worded: false, ..kind("photos", "photos.toml", 0, photos.collect()) },
    ]
}

fn by_kind<'a>(kinds: &'a [Kind<'a>]) -> impl Iterator<Item = String> + 'a {
    let titles =
        ["", "there", "wanted", "en", "zh-CN", "child", "teen", "adult", "held out"].map(str::to_owned);
    let rows = kinds.iter().map(|kind| {
        let all = kind.items.len();
        let count = |of: &dyn Fn(&Item<'_>) -> bool| kind.items.iter().filter(|item| of(item)).count();
        let worded = |count: usize| if kind.worded { count.to_string() } else { "-".to_owned() };
        let held = count(&|item| item.held_out);
        let [child, teen, adult] = Age::ALL.map(|age| count(&|item| item.age == age.name()).to_string());
        let wanted = if kind.wanted > 0 { kind.wanted.to_string() } else { "-".to_owned() };
        let (en, zh) = (worded(count(&|item| item.english)), worded(count(&|item| item.chinese)));
        let share =
            (held * 100).checked_div(all).map_or("-".to_owned(), |share| format!("{held} ({share} %)"));
        [kind.name.to_owned(), all.to_string(), wanted, en, zh, child, teen, adult, share]
    });
    let drawn = Emotion::COUNT * (Actor::TRAINED.len() + Actor::HELD_OUT.len());
    let held = Emotion::COUNT * Actor::HELD_OUT.len();
    let (drawn, wanted, share) =
        (drawn.to_string(), FACES_WANTED.to_string(), format!("{held} ({} %)", held * 100 / drawn));
    let none = || "-".to_owned();
    let faces = ["drawn faces".to_owned(), drawn, wanted, none(), none(), none(), none(), none(), share];
    once(titles).chain(rows).chain(once(faces)).map(|row| {
        let [name, there, wanted, en, zh, child, teen, adult, held] = row;
        format!("{name:<15}{there:>5}{wanted:>8}{en:>6}{zh:>7}{child:>7}{teen:>6}{adult:>7}{held:>12}")
    })
}

/// In each cell how many for children, teens and adults.
fn by_feeling<'a>(kinds: &'a [Kind<'a>]) -> impl Iterator<Item = String> + 'a {
    let row = |name: &str, cells: &[String]| {
        cells.iter().fold(format!("{name:<10}"), |row, cell| row + &format!("{cell:>14}"))
    };
    let names: Vec<String> = kinds.iter().map(|kind| kind.name.to_owned()).collect();
    let head = row("", &names);
    let rows = Emotion::ALL.into_iter().map(move |emotion| {
        let cell = |kind: &Kind<'_>| {
            let counts = Age::ALL.map(|age| {
                let there =
                    |item: &&Item<'_>| item.age == age.name() && item.feelings.contains(&emotion.word());
                kind.items.iter().filter(there).count().to_string()
            });
            counts.join("/")
        };
        row(emotion.word(), &kinds.iter().map(cell).collect::<Vec<_>>())
    });
    once(head).chain(rows)
}

/// Feelings, and levels of a feeling, that there is nothing to train an age with.
fn gaps(kind: &Kind<'_>) -> Vec<String> {
    let trained = kind.items.iter().filter(|item| !item.held_out);
    let there: BTreeSet<_> = trained
        .flat_map(|item| item.feelings.iter().map(move |word| (item.age, *word, item.level)))
        .collect();
    let file = kind.file;
    let mut all = Vec::new();
    for age in Age::ALL.map(Age::name).into_iter().filter(|_| !kind.items.is_empty()) {
        let levels =
            |word: &'static str| (1..=LEVEL_MAX).filter(|n| there.contains(&(age, word, *n))).count();
        let words = || Emotion::ALL.into_iter().map(Emotion::word);
        let missing: Vec<&str> = words().filter(|word| levels(word) == 0).collect();
        if !missing.is_empty() {
            let list = missing.join(", ");
            all.push(format!(
                "warning: {file} has nothing to train {age} with at {list}; write items for these"
            ));
        }
        let cells =
            words().filter(|word| levels(word) > 0).flat_map(|word| (1..=LEVEL_MAX).map(move |n| (word, n)));
        let missing = cells.filter(|(word, level)| !there.contains(&(age, *word, *level)));
        let missing: Vec<String> = missing.map(|(word, level)| format!("{word} {level}")).collect();
        if !missing.is_empty() {
            let list = missing.join(", ");
            all.push(format!(
                "note: {file} has no {age} item for {list}; the nearest level is shown instead"
            ));
        }
    }
    all
}

fn held_out(kind: &Kind<'_>) -> Option<String> {
    let (held, all) = (kind.items.iter().filter(|item| item.held_out).count(), kind.items.len());
    let file = kind.file;
    (held * HELD_OUT_ONE_IN < all).then(|| {
        format!("warning: {file} holds out {held} of {all} items; mark one in {HELD_OUT_ONE_IN} with held_out = true")
    })
}

/// What a pack lacks to be used for long without another.
fn alone(kinds: &[Kind<'_>]) -> Option<String> {
    let few = kinds.iter().filter(|kind| kind.items.len() < kind.wanted);
    let missing: Vec<String> =
        few.map(|kind| format!("{} more {}", kind.wanted - kind.items.len(), kind.name)).collect();
    let list = missing.join(", ");
    (!missing.is_empty()).then(|| format!("note: to be enough by itself the pack would need {list}"))
}
