//! What a journal has to hold, told by a model of it that knows nothing of disks.

use petri_core::random::Random;
use petri_core::{
    Age, Channel, Comfort, Emotion, Entry, Exercise, Exercises, Judge, Moves, Outcome, Permille, Purpose,
};
use petri_runtime::Error;
use petri_runtime::journal::{Journal, Keeping, Outgoing, Profile, Sharing, Stored};
use std::collections::{BTreeMap, BTreeSet};

/// Learners who use the device.
pub const LEARNERS: u32 = 3;
/// The day of the first trial; days since 1970-01-01.
const FIRST_DAY: u32 = 20_000;
/// Bytes of a report.
const REPORT_BYTES: usize = 300;

/// Everything that a journal tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// The trials of each learner, as judged last.
    pub entries: BTreeMap<u32, Vec<Stored>>,
    /// Settings.
    pub profiles: BTreeMap<u32, Profile>,
    /// Settings of the device.
    pub keeping: Keeping,
    /// Whether anything may leave.
    pub sharing: Sharing,
    /// Learners who never count.
    pub refusals: Vec<u32>,
    /// What was spent of each term.
    pub budget: Vec<(u16, u16)>,
    /// Reports.
    pub outbox: Vec<Outgoing>,
    /// The number that a new session gets.
    pub session: u32,
}

impl Told {
    /// Asks a journal for everything.
    ///
    /// # Errors
    /// When it refuses an answer.
    pub fn by(journal: &Journal) -> Result<Self, Error> {
        let mut told = Self::default();
        // Learners that nobody knows would be as wrong as trials that nobody made.
        let mut learners: BTreeSet<u32> = journal.known()?.into_iter().collect();
        learners.extend(1..=LEARNERS);
        for learner in learners {
            let entries = journal.entries(learner)?;
            if !entries.is_empty() {
                told.entries.insert(learner, entries);
            }
            if let Some(profile) = journal.profile(learner)? {
                told.profiles.insert(learner, profile);
            }
        }
        told.keeping = journal.keeping()?;
        told.sharing = journal.sharing()?;
        told.refusals = journal.sync_refusals()?;
        told.budget = journal.sync_budget()?;
        told.outbox = journal.outbox()?;
        told.session = journal.next_session()?;
        Ok(told)
    }
}

/// A call that changes a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A trial, or a judgement of the facilitator's on one.
    Append(u32, Stored),
    /// A learner's settings.
    Profile(u32, Profile),
    /// The device's settings.
    Keeping(Keeping),
    /// Reports are turned on or off.
    Sharing(Sharing),
    /// A learner never counts, or counts again.
    Refusal(u32, bool),
    /// A term's budget is spent and its report kept.
    Spend(Outgoing, u16),
    /// A report arrived.
    Sent(u16, u32),
    /// A report did not arrive.
    Tried(u16, u32),
    /// A learner, or everybody, is erased.
    Erase(Option<u32>),
    /// Trials from before a day are erased.
    Expire(u32),
}

impl Act {
    /// Does it.
    ///
    /// # Errors
    /// When the journal says that it was not done.
    pub fn on(&self, journal: &mut Journal) -> Result<(), Error> {
        match self {
            Act::Append(learner, stored) => {
                journal.append(*learner, stored.session, stored.day, &stored.entry)
            }
            Act::Profile(learner, profile) => journal.set_profile(*learner, profile),
            Act::Keeping(keeping) => journal.set_keeping(keeping),
            Act::Sharing(sharing) => journal.set_sharing(sharing),
            Act::Refusal(learner, refuses) => journal.set_sync_refusal(*learner, *refuses),
            Act::Spend(report, epsilon_milli) => journal.spend_and_keep(report, *epsilon_milli),
            Act::Sent(period, day) => journal.mark_sent(*period, *day),
            Act::Tried(period, day) => journal.mark_tried(*period, *day),
            Act::Erase(learner) => journal.erase(*learner).map(drop),
            Act::Expire(first) => journal.expire(*first).map(drop),
        }
    }
}

/// The model: rows and settings as they have to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    rows: Vec<(u32, Stored)>,
    rest: Told,
}

impl State {
    /// A journal that holds these trials and nothing else.
    pub fn of(rows: Vec<(u32, Stored)>) -> Self {
        Self { rows, rest: Told::default() }
    }

    /// The trials as they were appended.
    pub fn rows(&self) -> &[(u32, Stored)] {
        &self.rows
    }

    /// What a journal in this state tells.
    pub fn told(&self) -> Told {
        let mut told = self.rest.clone();
        for (learner, stored) in &self.rows {
            let entries = told.entries.entry(*learner).or_default();
            let same =
                |old: &&mut Stored| (old.session, old.entry.trial) == (stored.session, stored.entry.trial);
            match entries.iter_mut().rev().find(same) {
                Some(old) if stored.entry.judge == Judge::Facilitator => *old = *stored,
                _ => entries.push(*stored),
            }
        }
        told.session = 1 + self.rows.iter().map(|(_, stored)| stored.session).max().unwrap_or(0);
        told
    }

    /// The state after a call that was done.
    #[must_use]
    pub fn after(&self, act: &Act) -> Self {
        let mut next = self.clone();
        let rest = &mut next.rest;
        match act {
            Act::Append(learner, stored) => next.rows.push((*learner, *stored)),
            Act::Profile(learner, profile) => {
                rest.profiles.insert(*learner, *profile);
            }
            Act::Keeping(keeping) => rest.keeping = *keeping,
            Act::Sharing(sharing) => {
                rest.sharing = sharing.clone();
                rest.outbox.retain(|_| sharing.on);
            }
            Act::Refusal(learner, refuses) => {
                rest.refusals.retain(|one| one != learner);
                rest.refusals.extend(refuses.then_some(*learner));
                rest.refusals.sort_unstable();
            }
            Act::Spend(report, epsilon_milli) => {
                rest.budget.push((report.period, *epsilon_milli));
                rest.outbox.push(report.clone());
            }
            Act::Sent(period, day) => {
                let report = rest.outbox.iter_mut().filter(|report| report.period == *period);
                report.for_each(|report| report.sent_day = Some(*day));
            }
            Act::Tried(period, day) => {
                for report in rest.outbox.iter_mut().filter(|report| report.period == *period) {
                    report.tries += 1;
                    report.due_day = *day;
                }
            }
            Act::Erase(learner) => {
                let gone = |one: u32| learner.is_none_or(|learner| learner == one);
                next.rows.retain(|(one, _)| !gone(*one));
                rest.profiles.retain(|one, _| !gone(*one));
            }
            Act::Expire(first) => next.rows.retain(|(_, stored)| stored.day == 0 || stored.day >= *first),
        }
        next
    }

    /// What might be done next.
    pub fn choose(&self, chance: &mut Random) -> Act {
        let learner = 1 + chance.below(LEARNERS);
        let day = FIRST_DAY + self.rows.len() as u32;
        let waiting = |chance: &mut Random| {
            let outbox = &self.rest.outbox;
            outbox.get(chance.below(outbox.len() as u32) as usize).map(|report| report.period)
        };
        match chance.below(20) {
            0 | 1 => Act::Profile(learner, profile(chance)),
            2 => {
                let retention_days = (chance.below(2) == 0).then(|| chance.below(1_000));
                Act::Keeping(Keeping { retention_days, learner })
            }
            3 => {
                let on = chance.below(4) > 0;
                Act::Sharing(Sharing { on, since_day: day, group: format!("group-{}", chance.below(100)) })
            }
            4 => Act::Refusal(learner, chance.below(3) > 0),
            5 | 6 => {
                let period = 600 + self.rest.budget.len() as u16;
                let message = (0..REPORT_BYTES).map(|_| chance.below(256) as u8).collect();
                let report = Outgoing { period, message, due_day: day, tries: 0, sent_day: None };
                Act::Spend(report, 1 + chance.below(1_000) as u16)
            }
            7 => waiting(chance).map_or(Act::Refusal(learner, true), |period| Act::Sent(period, day)),
            8 => waiting(chance).map_or(Act::Refusal(learner, false), |period| Act::Tried(period, day + 3)),
            9 if chance.below(2) == 0 => Act::Erase((chance.below(4) > 0).then_some(learner)),
            10 if chance.below(2) == 0 => Act::Expire(FIRST_DAY + chance.below(8)),
            11 | 12 if !self.rows.is_empty() => {
                let (learner, stored) = self.rows[chance.below(self.rows.len() as u32) as usize];
                let outcome = [Outcome::Same, Outcome::Different][chance.below(2) as usize];
                let entry = Entry { outcome, judge: Judge::Facilitator, ..stored.entry };
                Act::Append(learner, Stored { entry, ..stored })
            }
            _ => self.trial(learner, day, chance),
        }
    }

    /// The next trial of a learner.
    pub fn trial(&self, learner: u32, day: u32, chance: &mut Random) -> Act {
        let entry = Entry {
            trial: self.rows.len() as u16,
            exercise: Exercise::ALL[chance.below(Exercise::COUNT as u32) as usize],
            item: chance.below(2_000) as u16,
            target: Emotion::ALL[chance.below(Emotion::COUNT as u32) as usize],
            answer: None,
            outcome: Outcome::Skipped,
            channel: Channel::Button,
            intensity: Permille::new(chance.below(1_001) as u16),
            latency_ms: chance.below(100_000),
            helped: chance.below(2) == 0,
            ability_ml: chance.below(6_000) as i16 - 3_000,
            spread_ml: chance.below(2_000) as i16,
            purpose: Purpose::Training,
            judge: Judge::Device,
            moves: Moves::NONE,
        };
        Act::Append(learner, Stored { session: 1 + self.rows.len() as u32 / 4, day, entry })
    }
}

fn profile(chance: &mut Random) -> Profile {
    let comfort = Comfort { large_text: chance.below(2) == 0, ..Comfort::default() };
    let exercises = Exercises::ALL.set(Exercise::Mirror, chance.below(2) == 0);
    let age = [Age::Child, Age::Adult][chance.below(2) as usize];
    Profile { age, comfort, exercises, ..Profile::default() }
}
