//! A journal whose terms are due.

use petri_core::{Channel, Emotion, Entry, Exercise, Judge, Moves, Outcome, Permille, Purpose};
use petri_report::Period;
use petri_runtime::journal::{Journal, Sharing};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Makes a journal with a trial on each of `days`, counted from the first day of the term that was running `terms` terms
/// ago; sync is on since that day.
pub(crate) fn journal(path: &Path, terms: u16, days: &[u32]) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let running = Period::of_day((now / 86_400) as u32).expect("a term");
    let (first, _) = Period::new(running.number() - terms).days();
    let entry = Entry {
        trial: 0,
        exercise: Exercise::ReadTheFace,
        item: 3,
        target: Emotion::Happy,
        answer: Some(Emotion::Happy),
        outcome: Outcome::Same,
        channel: Channel::Button,
        intensity: Permille::FULL,
        latency_ms: 1_000,
        helped: false,
        ability_ml: 50,
        spread_ml: 900,
        purpose: Purpose::Training,
        judge: Judge::Device,
        moves: Moves::NONE,
    };
    let mut journal = Journal::open(path).expect("a journal");
    for day in days {
        journal.append(1, 1, first + day, &entry).expect("appended");
    }
    journal.set_sharing(&Sharing { on: true, since_day: first, group: "all".into() }).expect("on");
}
