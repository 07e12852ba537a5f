//! What the journal should hold, and whether it does.

use super::{Check, Checker, Invariant, Row, broken};
use crate::Broken;
use petri_core::Judge;
use petri_runtime::journal::{Journal, Profile, Stored};
use std::collections::{BTreeMap, BTreeSet};

impl Checker {
    /// The session is over, in order: the journal has all of it, and what the learner changed of the settings.
    pub(crate) fn ends(&mut self, journal: &Journal, disk_works: bool) -> Check {
        self.open = [false; 2];
        let Some(sitting) = self.sitting.take() else { return Ok(()) };
        if disk_works && !self.pending.is_empty() {
            let what = format!("{} trials were not kept, and the journal can be written", self.pending.len());
            return broken(Invariant::Kept, what);
        }
        // What a full disk did not take until the end is lost, and the device has said so.
        self.pending.clear();
        self.settle(journal, sitting.learner)?;
        self.journal(journal, Some(sitting.learner))
    }

    /// Takes over how a learner likes things after a session, in which nothing else of the settings may change.
    fn settle(&mut self, journal: &Journal, learner: u32) -> Check {
        let found = journal.profile(learner).map_err(|error| unreadable(&error))?;
        let Some(found) = found else { return Ok(()) };
        let known = self.profiles.get(&learner).copied().unwrap_or_default();
        let rest = |profile: Profile| (profile.age, profile.exercises, profile.sensors_off);
        if rest(found) != rest(known) {
            let what = format!("a session of learner {learner} has made {found:?} of {known:?}");
            return broken(Invariant::Apart, what);
        }
        self.profiles.insert(learner, found);
        Ok(())
    }

    /// After a start: what the journal holds is what was acknowledged, and perhaps some of what was not yet.
    pub(crate) fn reopened(&mut self, journal: &Journal) -> Check {
        for (learner, row) in std::mem::take(&mut self.pending) {
            let raw = |rows: &[Row]| folded(rows);
            let mut with = self.kept.get(&learner).cloned().unwrap_or_default();
            with.push(row);
            let stored = read(journal, learner)?;
            let same = |one: &[Row]| {
                let one = raw(one);
                one.len() == stored.len()
                    && one.iter().zip(&stored).all(|(one, other)| one.entry == other.entry)
            };
            if same(&with) {
                self.kept.insert(learner, with);
            } else {
                break;
            }
        }
        if let Some(learner) = self.cut_short.take() {
            self.settle(journal, learner)?;
        }
        self.journal(journal, None)
    }

    /// Compares the journal with what was acknowledged: of one learner, or of all.
    pub(crate) fn journal(&self, journal: &Journal, only: Option<u32>) -> Check {
        let known = journal.known().map_err(|error| unreadable(&error))?;
        let mut owners: BTreeMap<u32, u32> = BTreeMap::new();
        let learners: BTreeSet<u32> =
            known.into_iter().chain(self.kept.keys().copied()).chain(self.profiles.keys().copied()).collect();
        for learner in learners {
            if only.is_none_or(|only| only == learner) {
                let held = self.learner(learner, &read(journal, learner)?, &mut owners);
                match held {
                    Err(Broken { invariant: Invariant::Kept, what }) => {
                        let elsewhere = self.is_elsewhere(journal, learner)?;
                        let invariant = if elsewhere { Invariant::Apart } else { Invariant::Kept };
                        return broken(invariant, what);
                    }
                    held => held?,
                }
            }
            let found = journal.profile(learner).map_err(|error| unreadable(&error))?;
            let wanted = self.profiles.get(&learner).copied();
            if found != wanted {
                return broken(
                    Invariant::Apart,
                    format!("the settings of learner {learner} are {found:?} and should be {wanted:?}"),
                );
            }
        }
        Ok(())
    }

    /// Whether the journal has a trial of this learner as somebody else's.
    fn is_elsewhere(&self, journal: &Journal, learner: u32) -> Result<bool, Broken> {
        let of = |one: u32| self.kept.get(&one).map_or(&[][..], Vec::as_slice);
        for other in journal.learners().map_err(|error| unreadable(&error))? {
            let strange = |one: &Stored| of(other).iter().all(|row| row.entry != one.entry);
            let theirs = |one: &Stored| of(learner).iter().any(|row| row.entry == one.entry);
            if other != learner && read(journal, other)?.iter().any(|one| strange(one) && theirs(one)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn learner(&self, learner: u32, stored: &[Stored], owners: &mut BTreeMap<u32, u32>) -> Check {
        let wanted = folded(self.kept.get(&learner).map_or(&[], Vec::as_slice));
        let mut sessions: BTreeMap<u32, u64> = BTreeMap::new();
        for (place, pair) in wanted.iter().zip(stored).enumerate() {
            let (row, one) = pair;
            if (row.entry, row.day) != (one.entry, one.day) {
                let what = format!(
                    "trial {place} of learner {learner} in the journal is {one:?}; it was {:?} on day {}",
                    row.entry, row.day
                );
                return broken(self.foreign(learner, one), what);
            }
            if *sessions.entry(one.session).or_insert(row.sitting) != row.sitting {
                return broken(Invariant::Apart, format!("session {} is two sessions", one.session));
            }
            let owner = *owners.entry(one.session).or_insert(learner);
            if owner != learner {
                let what = format!("session {} is of learner {owner} and of {learner}", one.session);
                return broken(Invariant::Apart, what);
            }
        }
        match stored.get(wanted.len()) {
            Some(more) => broken(
                self.foreign(learner, more),
                format!("the journal has a trial of learner {learner} that they never did: {more:?}"),
            ),
            None if stored.len() < wanted.len() => broken(
                Invariant::Kept,
                format!(
                    "learner {learner} did {} trials that were acknowledged, and {} are in the journal",
                    wanted.len(),
                    stored.len()
                ),
            ),
            None => Ok(()),
        }
    }

    /// A trial that somebody else did is a mix-up; any other is a loss.
    fn foreign(&self, learner: u32, stored: &Stored) -> Invariant {
        let others = self.kept.iter().filter(|(other, _)| **other != learner);
        let theirs = others.flat_map(|(_, rows)| rows).any(|row| row.entry == stored.entry);
        if theirs { Invariant::Apart } else { Invariant::Kept }
    }
}

/// As the journal reads its rows: one that was judged anew stands as judged last.
fn folded(rows: &[Row]) -> Vec<Row> {
    let mut folded: Vec<Row> = Vec::new();
    for row in rows {
        let same = |old: &Row| (old.sitting, old.entry.trial) == (row.sitting, row.entry.trial);
        match folded.iter_mut().rev().find(|old| same(old)) {
            Some(old) if row.entry.judge == Judge::Facilitator => *old = *row,
            _ => folded.push(*row),
        }
    }
    folded
}

fn read(journal: &Journal, learner: u32) -> Result<Vec<Stored>, Broken> {
    journal.entries(learner).map_err(|error| unreadable(&error))
}

fn unreadable(error: &petri_runtime::Error) -> Broken {
    Broken { invariant: Invariant::Kept, what: format!("the journal cannot be read: {error}") }
}
