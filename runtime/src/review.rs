//! Spaced review: what has not been practised for long enough to be due.
//!
//! Each feeling in each exercise is one card of FSRS, the open scheduler for spaced repetition (crate `fsrs`), with
//! its default parameters: fitting them to one learner needs more reviews than a learner gives. All trials of a day
//! are one review.

// What the session depends on does not panic: a slice or an index that could be out of range is asked for.
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

use crate::journal::Stored;
use fsrs::{FSRS, MemoryState};
use petri_core::choose::Due;
use petri_core::{Emotion, Entry, Exercise, Outcome, Purpose};

/// A card is due when the chance of recalling it falls to this.
const RETENTION_WANTED: f32 = 0.9;

/// How a day with a card went, in FSRS's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rating {
    /// Fewer than half of the answers met the target.
    Again,
    /// At least half did, or a hint was needed.
    Hard,
    /// All did.
    Good,
    /// All of at least three did.
    Easy,
}

/// The rating of a day from its answers: whether each met the target, and whether it was helped.
fn rating(answers: &[(bool, bool)]) -> Rating {
    let (met, helped) =
        (answers.iter().filter(|(same, _)| *same).count(), answers.iter().any(|(_, helped)| *helped));
    match (met, answers.len()) {
        (met, all) if 2 * met < all => Rating::Again,
        (met, all) if met < all || helped => Rating::Hard,
        (_, all) if all >= 3 => Rating::Easy,
        _ => Rating::Good,
    }
}

/// The answers to one card, day by day, oldest first.
fn days(entries: &[Stored], exercise: Exercise, emotion: Emotion) -> Vec<(u32, Vec<(bool, bool)>)> {
    let counts = |entry: &Entry| {
        (entry.exercise, entry.target, entry.purpose) == (exercise, emotion, Purpose::Training)
            && entry.outcome != Outcome::Skipped
    };
    let mut days: Vec<(u32, Vec<(bool, bool)>)> = Vec::new();
    for stored in entries.iter().filter(|stored| counts(&stored.entry)) {
        let answer = (stored.entry.outcome == Outcome::Same, stored.entry.helped);
        match days.last_mut() {
            Some((day, answers)) if *day == stored.day => answers.push(answer),
            _ => days.push((stored.day, vec![answer])),
        }
    }
    days
}

/// The day on which a card comes due; `None` for one that was never practised.
fn due_day(scheduler: &FSRS, days: &[(u32, Vec<(bool, bool)>)]) -> Option<u32> {
    let mut memory: Option<MemoryState> = None;
    let mut due = None;
    let mut last = days.first()?.0;
    for (day, answers) in days {
        let elapsed = day.saturating_sub(last);
        let next = scheduler.next_states(memory, RETENTION_WANTED, elapsed).ok()?;
        let state = match rating(answers) {
            Rating::Again => next.again,
            Rating::Hard => next.hard,
            Rating::Good => next.good,
            Rating::Easy => next.easy,
        };
        memory = Some(state.memory);
        due = Some(day + (state.interval.round() as u32).max(1));
        last = *day;
    }
    due
}

/// Which feelings in which exercises are due for review on the day `today`, in days since 1970-01-01.
///
/// `entries` come oldest first, as the journal gives them. What was never practised is new, not due.
pub fn due(entries: &[Stored], today: u32) -> Due {
    let mut all = Due::NONE;
    // Default parameters are valid; without a scheduler nothing is due.
    let Ok(scheduler) = FSRS::new(&[]) else { return all };
    for exercise in Exercise::TRAINED {
        for emotion in Emotion::ALL {
            let day = due_day(&scheduler, &days(entries, exercise, emotion));
            all.set(exercise, emotion, day.is_some_and(|day| day <= today));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_core::{Channel, Judge, Moves, Permille};

    fn practised(day: u32, outcomes: &[Outcome]) -> Vec<Stored> {
        let entry = |outcome| Entry {
            trial: 0,
            exercise: Exercise::ReadTheFace,
            item: 0,
            target: Emotion::Sad,
            answer: None,
            outcome,
            channel: Channel::Button,
            intensity: Permille::FULL,
            latency_ms: 1_000,
            helped: false,
            ability_ml: 0,
            spread_ml: 1_000,
            purpose: Purpose::Training,
            judge: Judge::Device,
            moves: Moves::NONE,
        };
        outcomes.iter().map(|outcome| Stored { session: 1, day, entry: entry(*outcome) }).collect()
    }

    /// Days from `entries` until the card is due.
    fn wait(entries: &[Stored]) -> u32 {
        let last = entries.last().map_or(0, |stored| stored.day);
        let is_due = |days: &u32| due(entries, last + days).has(Exercise::ReadTheFace, Emotion::Sad);
        (0..400).find(is_due).expect("due within a year")
    }

    #[test]
    fn what_was_hard_comes_back_sooner_and_what_stays_known_later_each_time() {
        let (same, other) = ([Outcome::Same; 3], [Outcome::Different; 3]);
        let first = wait(&practised(100, &same));
        assert!(wait(&practised(100, &other)) < first);
        let mut entries = practised(100, &same);
        entries.extend(practised(100 + first, &same));
        assert!(wait(&entries) > first);
    }

    #[test]
    fn what_was_never_answered_is_not_due() {
        assert_eq!(due(&[], 20_000), Due::NONE);
        assert_eq!(due(&practised(100, &[Outcome::Skipped]), 20_000), Due::NONE);
        let mut probe = practised(100, &[Outcome::Same]);
        probe[0].entry.purpose = Purpose::Probe;
        assert_eq!(due(&probe, 20_000), Due::NONE);
    }

    #[test]
    fn a_day_is_rated_by_its_answers() {
        assert_eq!(rating(&[(false, false), (true, false), (false, false)]), Rating::Again);
        assert_eq!(rating(&[(true, false), (false, false)]), Rating::Hard);
        assert_eq!(rating(&[(true, true)]), Rating::Hard);
        assert_eq!(rating(&[(true, false)]), Rating::Good);
        assert_eq!(rating(&[(true, false); 3]), Rating::Easy);
    }
}
