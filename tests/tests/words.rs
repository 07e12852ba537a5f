//! Words that should worry, and what a reply does: how well the word lists read both.
//!
//! A list named `last` was written when the rules stood, and no rule was changed for it. All others were used to
//! find what the rules lacked, so that their figures flatter.
// A report on the standard output is what these tests are run for, with --nocapture.
#![allow(clippy::print_stdout)]

use petri_core::{Move, Moves};
use petri_models::Store;
use petri_runtime::perception::concern::{Concern, listed};
use petri_runtime::perception::moves::moves;
use std::collections::BTreeMap;
use std::path::Path;

const CONCERN: &str = include_str!("../data/concern.tsv");
const REPLIES: &str = include_str!("../data/moves.tsv");
/// The list of replies that no rule was changed for.
const HELD_OUT: &str = "last";
/// The lists of signs that no rule was changed for and no model learned from.
const HELD_OUT_SIGNS: [&str; 2] = ["last", "fresh"];
const LANGUAGES: [&str; 2] = ["en", "zh"];

/// At least this share of the lines that should worry is noticed where the rules have met the lines.
const RECALL_MIN: f64 = 0.98;
/// At most this share of ordinary lines is taken for one, there.
const FALSE_ALARMS_MAX: f64 = 0.06;
/// The same for lines that the rules have never met, English and Chinese.
const HELD_OUT_RECALL_MIN: [f64; 2] = [0.88, 0.97];
const HELD_OUT_FALSE_ALARMS_MAX: f64 = 0.4;
/// The same for every kind of line that the rules have met.
const KIND_RECALL_MIN: f64 = 0.95;

/// Least F1 of every move: in replies that the rules have met, in the content pack, in new replies.
const F1_MIN: [(&str, f64); 3] = [("met", 0.95), ("pack", 0.79), (HELD_OUT, 0.78)];
/// At most this share of the replies that do nothing poor is read as poor.
const TAKEN_FOR_POOR_MAX: f64 = 0.10;

/// Hits and lines.
#[derive(Default, Clone, Copy)]
struct Share {
    hits: usize,
    lines: usize,
}

impl Share {
    fn add(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.lines += 1;
    }

    fn of_one(self) -> f64 {
        assert!(self.lines > 0, "no line");
        self.hits as f64 / self.lines as f64
    }
}

#[test]
fn words_that_should_worry_are_noticed_and_ordinary_ones_are_not() {
    let mut lists: BTreeMap<(&str, &str, &str), Share> = BTreeMap::new();
    let mut kinds: BTreeMap<(bool, &str, &str, &str), Share> = BTreeMap::new();
    let mut totals: BTreeMap<(&str, &str, bool), Share> = BTreeMap::new();
    let mut alone: BTreeMap<(&str, &str, bool), Share> = BTreeMap::new();
    let store = Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"));
    let concern = Concern::load(&store).expect("the model");
    for line in CONCERN.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [language, expected, kind, list, text] = fields[..] else { panic!("five fields: {line}") };
        let hit = concern.notices(text).expect("read");
        let new = HELD_OUT_SIGNS.contains(&list);
        lists.entry((list, expected, language)).or_default().add(hit);
        kinds.entry((new, expected, kind, language)).or_default().add(hit);
        totals.entry((language, expected, new)).or_default().add(hit);
        alone.entry((language, expected, new)).or_default().add(listed(text));
        if hit != (expected == "concern") && !new {
            println!("{} {language} {kind}: {text}", if hit { "false alarm" } else { "missed" });
        }
    }
    for ((language, expected, held_out), Share { hits, lines }) in &alone {
        println!("word lists alone {language} {expected:<8} held out: {held_out:<5} {hits:>3} of {lines:>3}");
    }
    for ((list, expected, language), Share { hits, lines }) in &lists {
        println!("list {list:<8} {expected:<8} {language} {hits:>3} of {lines:>3}");
    }
    for ((held_out, expected, kind, language), share) in &kinds {
        let Share { hits, lines } = share;
        println!("kind {kind:<10} {expected:<8} {language} held out: {held_out:<5} {hits:>3} of {lines:>3}");
        let enough = *held_out || *expected == "fine" || share.of_one() >= KIND_RECALL_MIN;
        assert!(enough, "{language} {kind}: {:.2} noticed", share.of_one());
    }
    for (language, held_out_min) in LANGUAGES.into_iter().zip(HELD_OUT_RECALL_MIN) {
        for (held_out, least, most) in
            [(false, RECALL_MIN, FALSE_ALARMS_MAX), (true, held_out_min, HELD_OUT_FALSE_ALARMS_MAX)]
        {
            let [noticed, alarms] =
                ["concern", "fine"].map(|expected| totals[&(language, expected, held_out)].of_one());
            println!(
                "total {language} held out: {held_out:<5} {noticed:.3} noticed, {alarms:.3} false alarms"
            );
            assert!(noticed >= least, "{language}, held out: {held_out}: {noticed:.3} noticed");
            assert!(alarms <= most, "{language}, held out: {held_out}: {alarms:.3} false alarms");
        }
    }
}

/// A reply with the moves that a person saw in it.
struct Reply {
    list: String,
    language: &'static str,
    text: String,
    made: Moves,
}

/// What was read rightly, wrongly, and not at all.
#[derive(Default, Clone, Copy)]
struct Count {
    right: usize,
    wrong: usize,
    missed: usize,
}

impl Count {
    fn f1(self) -> f64 {
        2.0 * self.right as f64 / (2 * self.right + self.wrong + self.missed) as f64
    }
}

#[test]
fn the_moves_of_a_reply_are_read() {
    let mut replies = replies_of_the_list();
    replies.extend(replies_of_the_pack());
    for (list, least) in F1_MIN {
        for language in LANGUAGES {
            let some: Vec<&Reply> =
                replies.iter().filter(|one| one.list == list && one.language == language).collect();
            report(&format!("{list:<5} {language}"), &some);
        }
        let both: Vec<&Reply> = replies.iter().filter(|one| one.list == list).collect();
        for (one, count) in report(&format!("{list:<5}   "), &both) {
            assert!(count.f1() >= least, "{list}, {one:?}: F1 {:.2}", count.f1());
        }
    }
    let mut taken = Share::default();
    for reply in replies.iter().filter(|one| one.made.poor().is_empty()) {
        taken.add(!moves(&reply.text).poor().is_empty());
    }
    println!("taken for poor: {} of {} replies without a poor move", taken.hits, taken.lines);
    assert!(taken.of_one() <= TAKEN_FOR_POOR_MAX, "{:.3} taken for poor", taken.of_one());
}

/// Prints F1 of each move, how many replies were read wholly right, and in how many nothing was read.
fn report(name: &str, replies: &[&Reply]) -> Vec<(Move, Count)> {
    let mut counts = Move::ALL.map(|one| (one, Count::default()));
    let (mut right, mut unread) = (0, 0);
    for reply in replies {
        let read = moves(&reply.text);
        right += usize::from(read == reply.made);
        unread += usize::from(read.is_empty() && !reply.made.is_empty());
        for (one, count) in &mut counts {
            match (read.has(*one), reply.made.has(*one)) {
                (true, true) => count.right += 1,
                (true, false) => count.wrong += 1,
                (false, true) => count.missed += 1,
                (false, false) => {}
            }
        }
    }
    print!("{name} {right:>3} of {:>3} wholly right, {unread:>2} unread; F1", replies.len());
    for (one, count) in counts {
        print!(" {one:?} {:.2}", count.f1());
    }
    println!();
    counts.to_vec()
}

fn replies_of_the_list() -> Vec<Reply> {
    let read = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [language, made, list, text] = fields[..] else { panic!("four fields: {line}") };
        let list = if list == HELD_OUT { HELD_OUT } else { "met" };
        Reply {
            list: list.to_owned(),
            language: LANGUAGES[usize::from(language == "zh")],
            text: text.to_owned(),
            made: made.split(',').filter(|name| *name != "-").map(move_named).collect(),
        }
    };
    REPLIES.lines().skip(1).map(read).collect()
}

fn move_named(name: &str) -> Move {
    serde_json::from_value(name.into()).expect("a move")
}

/// Every ready reply of the starter pack, in both languages.
fn replies_of_the_pack() -> Vec<Reply> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/starter");
    let talks = std::fs::read_dir(folder.join("conversations")).expect("conversations");
    let mut files: Vec<_> = talks.map(|entry| entry.expect("a file").path()).collect();
    files.push(folder.join("care.toml"));
    files.sort();
    let mut replies = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a readable file");
        let table: toml::Table = text.parse().expect("TOML");
        let parts = ["care", "node"].into_iter().filter_map(|name| table.get(name)?.as_array()).flatten();
        let ready = parts.filter_map(|part| part.get("reply")?.as_array()).flatten();
        for reply in ready {
            let made: Moves = reply["moves"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|name| move_named(name.as_str().expect("a name")))
                .collect();
            let told = LANGUAGES.map(|language| Reply {
                list: "pack".to_owned(),
                language,
                text: reply[language].as_str().expect("a text").to_owned(),
                made,
            });
            replies.extend(told);
        }
    }
    assert!(replies.len() > 500, "too few replies to say anything");
    replies
}
