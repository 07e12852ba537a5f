//! Tables of what the sums say: grouped as asked, with intervals, without what is too small to be shown.

use crate::stats::{Estimate, Pair};
use crate::sums::{Sums, Terms, UNDATED};
use petri_report::{AGES, CELLS, CHANNELS, EDITIONS, EMOTIONS, Period, cell_of};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Terms with fewer reports are not shown, however the noise is.
pub const REPORTS_MIN: u64 = 20;
/// Small cells are not shown: what cannot be told from fewer answers than these, by the lower end of its interval.
pub const ANSWERS_MIN: f64 = 20.0;
/// The channel that only the transfer probe has.
const BOTH: usize = 4;

/// What a table tells apart, beside the terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
// Each is a box to tick of its own.
#[allow(clippy::struct_excessive_bools)]
pub struct By {
    /// The feeling.
    pub emotion: bool,
    /// The channel.
    pub channel: bool,
    /// The age band.
    pub age: bool,
    /// The edition.
    pub edition: bool,
}

/// A line of a table. What is told together is `all`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The term, as in `2026-3`; `undated` for reports of clocks that are wrong.
    pub term: String,
    /// The edition.
    pub edition: &'static str,
    /// The feeling.
    pub emotion: &'static str,
    /// The channel.
    pub channel: &'static str,
    /// The age band.
    pub age: &'static str,
    /// How many reports; `None` where there are too few of them to show anything.
    pub reports: Option<u64>,
    /// Learners who practised, as often as they did in different cells.
    pub learners: Option<Estimate>,
    /// Answers in training.
    pub trials: Option<Estimate>,
    /// The share of them that met the target.
    pub met: Option<Estimate>,
    /// Ability gained by each learner in each cell, in logits.
    pub gained: Option<Estimate>,
    /// Answers in the transfer probe.
    pub transfers: Option<Estimate>,
    /// The share of them that met the target.
    pub transferred: Option<Estimate>,
}

type Key = (u16, Option<u8>, Option<usize>, Option<usize>, Option<usize>);

#[derive(Default)]
struct Group {
    reports: u64,
    training: Pair,
    gain: Pair,
    transfer: Pair,
    /// Whether there is any training in it at all.
    trains: bool,
}

/// The table of `terms`, by term and what `by` names.
pub fn table(terms: &Terms, by: By) -> Vec<Row> {
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    for ((period, edition), sums) in terms {
        let mut counted = Vec::new();
        for index in 0..CELLS {
            let (emotion, channel, age) = cell_of(index);
            let edition = by.edition.then_some(*edition);
            let key = (
                *period,
                edition,
                by.emotion.then_some(emotion),
                by.channel.then_some(channel),
                by.age.then_some(age),
            );
            let group = groups.entry(key).or_default();
            if !counted.contains(&key) {
                counted.push(key);
                group.reports += sums.reports;
            }
            add(group, sums, index, channel);
        }
    }
    groups.iter().map(|(key, group)| row(*key, group)).collect()
}

fn add(group: &mut Group, sums: &Sums, index: usize, channel: usize) {
    let [met, other, up, down, transfer_met, transfer_other] = sums.cells[index];
    let [answers, gain, transfer] = sums.variances;
    if channel != BOTH {
        // Elsewhere these are noise and nothing else.
        group.trains = true;
        group.training.add(Pair { one: met, other, variance: answers });
        group.gain.add(Pair { one: up, other: down, variance: gain });
    }
    group.transfer.add(Pair { one: transfer_met, other: transfer_other, variance: transfer });
}

fn row(key: Key, group: &Group) -> Row {
    let (period, edition, emotion, channel, age) = key;
    let shown = group.reports >= REPORTS_MIN;
    let large = |pair: &Pair| shown && pair.sum().low >= ANSWERS_MIN;
    let (trains, probes) = (group.trains && large(&group.training), large(&group.transfer));
    let thousandth = |all: Estimate| Estimate {
        value: all.value / 1000.0,
        low: all.low / 1000.0,
        high: all.high / 1000.0,
    };
    let name = |names: &[&'static str], at: Option<usize>| at.map_or("all", |at| names[at]);
    Row {
        term: if period == UNDATED.number() { "undated".to_owned() } else { Period::new(period).to_string() },
        edition: edition.map_or("all", |at| EDITIONS.get(usize::from(at)).copied().unwrap_or("unknown")),
        emotion: name(&EMOTIONS, emotion),
        channel: name(&CHANNELS, channel),
        age: name(&AGES, age),
        reports: shown.then_some(group.reports),
        learners: trains.then(|| thousandth(group.gain.sum())),
        trials: trains.then(|| group.training.sum()),
        met: trains.then(|| group.training.share()).flatten(),
        gained: trains.then(|| group.gain.balance()).flatten(),
        transfers: probes.then(|| group.transfer.sum()),
        transferred: probes.then(|| group.transfer.share()).flatten(),
    }
}

/// The table as comma-separated values; what is not shown is empty.
pub fn csv(rows: &[Row]) -> String {
    let mut text = String::from("term,edition,emotion,channel,age,reports");
    for name in ["learners", "trials", "met", "gained_logits", "transfers", "transferred"] {
        let _ = write!(text, ",{name},{name}_low,{name}_high");
    }
    text.push('\n');
    for row in rows {
        let Row { term, edition, emotion, channel, age, .. } = row;
        let reports = row.reports.map(|reports| reports.to_string()).unwrap_or_default();
        let _ = write!(text, "{term},{edition},{emotion},{channel},{age},{reports}");
        for estimate in [row.learners, row.trials, row.met, row.gained, row.transfers, row.transferred] {
            let _ = match estimate {
                Some(Estimate { value, low, high }) => write!(text, ",{value:.4},{low:.4},{high:.4}"),
                None => write!(text, ",,,"),
            };
        }
        text.push('\n');
    }
    text
}
