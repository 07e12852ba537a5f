//! Making reports: one of each term that is over, once.

use crate::Error;
use petri_core::random::Random;
use petri_privacy::{Part, Sums};
use petri_report::Period;
use petri_runtime::journal::{Journal, Outgoing, Stored};

/// A clock that says an earlier day is not set; 2020-01-01 in days since 1970-01-01.
pub const DAY_MIN: u32 = 18_262;
/// How long a finished report waits before it is sent: a few days in which a person can look at it, and as many more
/// by chance, so that the day of its coming tells nothing of the device.
pub const HOLD_DAYS: (u32, u32) = (3, 5);
/// Terms that are made up for when a device was off: two years.
const TERMS_BACK_MAX: usize = 6;

/// What goes onto a report besides the numbers.
pub struct Stamp<'a> {
    /// Days since 1970-01-01.
    pub today: u32,
    /// The edition of the program, an index into [`petri_report::EDITIONS`].
    pub edition: u8,
    /// Gives random identifiers, from the system.
    pub new_id: &'a mut dyn FnMut() -> std::io::Result<[u8; 16]>,
    /// Chance that protects nothing: on which day a report goes.
    pub random: &'a mut Random,
}

/// The terms that are over, in which sync was on, and of which there is no report yet.
///
/// # Errors
/// When the clock is not set or the journal cannot be read. Nothing is due while sync is off.
pub fn due(journal: &Journal, today: u32) -> Result<Vec<Period>, Error> {
    let sharing = journal.sharing()?;
    if !sharing.on {
        return Ok(Vec::new());
    }
    if today < DAY_MIN {
        return Err(Error::NoClock);
    }
    let (Ok(first), Ok(running)) = (Period::of_day(sharing.since_day), Period::of_day(today)) else {
        return Err(Error::NoClock);
    };
    let spent = journal.sync_budget()?;
    let paid = |period: &Period| spent.iter().any(|(number, _)| *number == period.number());
    let terms = (first.number()..running.number()).rev().take(TERMS_BACK_MAX).map(Period::new);
    let mut terms: Vec<Period> = terms.filter(|period| !paid(period)).collect();
    terms.reverse();
    Ok(terms)
}

/// Makes the reports that are due and keeps them in the journal's outbox. A report that could not be kept is
/// forgotten: nobody has seen it.
///
/// # Errors
/// When the journal cannot be read or written, or no noise can be drawn. Reports made before stay.
pub fn make(journal: &mut Journal, stamp: &mut Stamp<'_>) -> Result<Vec<Period>, Error> {
    let due = due(journal, stamp.today)?;
    for period in &due {
        let id = (stamp.new_id)().map_err(Error::System)?;
        let report = sums(journal, *period)?.release(id, *period, stamp.edition)?;
        let message = report.encode().map_err(petri_privacy::Error::from)?;
        let due_day = stamp.today + HOLD_DAYS.0 + stamp.random.below(HOLD_DAYS.1);
        let outgoing = Outgoing { period: period.number(), message, due_day, tries: 0, sent_day: None };
        journal.spend_and_keep(&outgoing, report.noise.epsilon_milli)?;
    }
    Ok(due)
}

/// The sums of a term over all learners who did not refuse.
fn sums(journal: &Journal, period: Period) -> Result<Sums, Error> {
    let mut sums = Sums::default();
    for part in parts(journal, period)? {
        sums.add(&part);
    }
    Ok(sums)
}

fn parts(journal: &Journal, period: Period) -> Result<Vec<Part>, Error> {
    let (first, after) = period.days();
    let first = first.max(journal.sharing()?.since_day);
    let refused = journal.sync_refusals()?;
    let mut parts = Vec::new();
    for learner in journal.learners()?.into_iter().filter(|learner| !refused.contains(learner)) {
        let entries = journal.entries(learner)?;
        let counts = |stored: &&Stored| (first..after).contains(&stored.day);
        let age = journal.profile(learner)?.unwrap_or_default().age;
        parts.push(Part::of(age, entries.iter().filter(counts).map(|stored| &stored.entry)));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_core::{Channel, Emotion, Entry, Exercise, Judge, Moves, Outcome, Permille, Purpose};
    use petri_runtime::journal::Sharing;

    fn entry(trial: u16) -> Entry {
        Entry {
            trial,
            exercise: Exercise::ReadTheWords,
            item: 3,
            target: Emotion::Angry,
            answer: None,
            outcome: Outcome::Different,
            channel: Channel::Text,
            intensity: Permille::FULL,
            latency_ms: 900,
            helped: false,
            ability_ml: 0,
            spread_ml: 900,
            purpose: Purpose::Training,
            judge: Judge::Device,
            moves: Moves::NONE,
        }
    }

    #[test]
    fn only_what_was_done_in_the_term_since_sync_is_on_counts_and_nobody_who_refused_or_was_erased() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::open(&folder.path().join("journal.db")).expect("a journal");
        let period = Period::of_day(20_700).expect("a term");
        let (first, after) = period.days();
        journal.set_sharing(&Sharing { on: true, since_day: first + 10, group: "all".into() }).expect("on");
        for (trial, day) in [0, first, first + 9, first + 10, after - 1, after].into_iter().enumerate() {
            for learner in [1, 2, 3] {
                journal.append(learner, 1, day, &entry(trial as u16)).expect("appended");
            }
        }
        journal.set_sync_refusal(2, true).expect("kept");
        journal.erase(Some(3)).expect("erased");
        let parts = parts(&journal, period).expect("parts");
        assert_eq!(parts.len(), 1, "learner 1");
        assert_eq!(parts[0].sizes(), [2, 1_000, 0], "two of its six trials");
    }
}
