//! Words that should worry: how many are noticed, and how often ordinary ones are taken for them.
// A report on the standard output is what this test is run for, with --nocapture.
#![allow(clippy::print_stdout)]

use petri_runtime::perception::concern::concern;
use std::collections::BTreeMap;

const LIST: &str = include_str!("../data/concern.tsv");
/// At least this share of the lines that should worry is noticed, in each language.
const RECALL_MIN: f64 = 0.95;
/// At most this share of ordinary lines is taken for one.
const FALSE_ALARMS_MAX: f64 = 0.10;

#[test]
fn words_that_should_worry_are_noticed_and_ordinary_ones_are_not() {
    let mut tally: BTreeMap<(&str, &str, &str), (usize, usize)> = BTreeMap::new();
    for line in LIST.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [language, expected, kind, split, text] = fields[..] else { panic!("five fields: {line}") };
        let hit = concern(text);
        for key in [(language, expected, "all"), (language, expected, kind), (language, expected, split)] {
            let (hits, lines) = tally.entry(key).or_default();
            *hits += usize::from(hit);
            *lines += 1;
        }
        if hit != (expected == "concern") {
            println!("{language} {kind}: {} {text}", if hit { "false alarm:" } else { "missed:" });
        }
    }
    for ((language, expected, kind), (hits, lines)) in &tally {
        let what = if *expected == "concern" { "noticed" } else { "taken for one" };
        println!("{language} {expected:<8} {kind:<12} {hits:>3} of {lines:>3} {what}");
    }
    for language in ["en", "zh"] {
        let share = |expected| {
            let (hits, lines) = tally[&(language, expected, "all")];
            assert!(lines >= 20, "too few lines to say anything");
            hits as f64 / lines as f64
        };
        assert!(share("concern") >= RECALL_MIN, "{language}: {:.3} noticed", share("concern"));
        assert!(share("fine") <= FALSE_ALARMS_MAX, "{language}: {:.3} false alarms", share("fine"));
    }
}
