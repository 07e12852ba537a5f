//! The invariants: what must hold whatever happens, and a record of its own of what did.
//!
//! The checker hears what the ports saw, what the people did and what the journal says. It knows nothing of how the
//! device works: it keeps its own list of what every learner's trials are, and compares.

mod invariant;
mod rows;

pub use invariant::{Broken, Invariant};

use petri_core::{Entry, Judge, Screen, Sensor};
use petri_report::Report;
use petri_runtime::journal::Profile;
use std::collections::BTreeMap;

/// A screen is blank, or of the past, no longer than this while its display works.
pub(crate) const BLANK_MS_MAX: u64 = 2_000;
/// A session that was told to stop has ended after this: the goodbye stays 4 s, and a button may be asked 2 s late.
pub(crate) const STOP_MS_MAX: u64 = 6_500;
/// A device whose sign is gone has let go of the sensor after this.
pub(crate) const OPEN_MS_MAX: u64 = 250;
/// A trial is in the journal after this, as soon as the journal can be written.
pub(crate) const KEEP_MS_MAX: u64 = 5_000;
/// So many starts in a row may show no screen: those of a set that does not come up.
pub(crate) const STARTS_MAX: u32 = petri_update::STARTS_MAX as u32;
/// A term's budget, in thousandths of an epsilon.
pub(crate) const BUDGET_MILLI: u32 = 1_000;

pub(crate) type Check = Result<(), Broken>;

fn broken<T>(invariant: Invariant, what: impl Into<String>) -> Result<T, Broken> {
    Err(Broken { invariant, what: what.into() })
}

/// A trial as it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    /// The session, counted by the checker.
    pub(crate) sitting: u64,
    pub(crate) day: u32,
    pub(crate) entry: Entry,
}

/// Who sits there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sitting {
    pub(crate) learner: u32,
    number: u64,
    day: u32,
    /// The question whether the device may look and listen was answered by button.
    asked: bool,
    stop_asked_ms: Option<u64>,
    /// Trials that ended.
    trials: u16,
    /// A screen of it was shown.
    shown: bool,
}

/// What the checker knows.
#[derive(Debug, Default)]
pub struct Checker {
    kept: BTreeMap<u32, Vec<Row>>,
    /// Trials that ended and are not acknowledged, of the learner who did them.
    pending: Vec<(u32, Row)>,
    pending_since_ms: u64,
    pub(crate) profiles: BTreeMap<u32, Profile>,
    sittings: u64,
    /// Whose session was cut short: it may just have kept their settings.
    cut_short: Option<u32>,
    pub(crate) sitting: Option<Sitting>,
    reports: BTreeMap<u16, ([u8; 16], Vec<u8>)>,
    /// What was spent as of the last look.
    spent: BTreeMap<u16, u16>,
    open: [bool; 2],
    unsigned_since_ms: [Option<u64>; 2],
    wrong_since_ms: Option<u64>,
    failed_starts: u32,
    accepted: u32,
}

fn place(sensor: Sensor) -> usize {
    usize::from(sensor == Sensor::Microphone)
}

impl Checker {
    /// A session begins for `learner`, who has to be one of those that were let in.
    pub(crate) fn begins(&mut self, learner: u32, let_in: &[u32], day: u32) -> Check {
        self.sittings += 1;
        let number = self.sittings;
        let fresh =
            Sitting { learner, number, day, asked: false, stop_asked_ms: None, trials: 0, shown: false };
        self.sitting = Some(fresh);
        if !let_in.contains(&learner) {
            return broken(
                Invariant::Apart,
                format!("a session began for learner {learner}; the turn is of {let_in:?}"),
            );
        }
        Ok(())
    }

    /// The process died.
    pub(crate) fn died(&mut self) {
        self.open = [false; 2];
        self.wrong_since_ms = None;
        self.cut_short = self.sitting.take().map(|sitting| sitting.learner).or(self.cut_short);
    }

    /// A trial ended.
    pub(crate) fn entry(&mut self, now_ms: u64, entry: &Entry) -> Check {
        let Some(sitting) = &mut self.sitting else {
            return broken(Invariant::Apart, "a trial ended and no session runs");
        };
        if entry.judge == Judge::Device {
            if entry.trial != sitting.trials {
                let what = format!("trial {} follows {} trials of this session", entry.trial, sitting.trials);
                return broken(Invariant::Apart, what);
            }
            sitting.trials += 1;
        }
        let sitting = *sitting;
        if self.pending.is_empty() {
            self.pending_since_ms = now_ms;
        }
        let row = Row { sitting: sitting.number, day: sitting.day, entry: *entry };
        self.pending.push((sitting.learner, row));
        Ok(())
    }

    /// The device acknowledged a trial.
    pub(crate) fn acknowledged(&mut self, now_ms: u64, entry: &Entry) -> Check {
        if self.pending.first().is_none_or(|(_, row)| row.entry != *entry) {
            return broken(Invariant::Kept, "a trial was acknowledged out of order");
        }
        let (learner, row) = self.pending.remove(0);
        self.pending_since_ms = now_ms;
        self.kept.entry(learner).or_default().push(row);
        Ok(())
    }

    /// A learner was erased, or everybody.
    pub(crate) fn erased(&mut self, learner: Option<u32>) {
        if let Some(learner) = learner {
            self.kept.remove(&learner);
            self.profiles.remove(&learner);
        } else {
            self.kept.clear();
            self.profiles.clear();
        }
    }

    /// Trials of days before `first` were erased.
    pub(crate) fn expired(&mut self, first: u32) {
        for rows in self.kept.values_mut() {
            rows.retain(|row| row.day == 0 || row.day >= first);
        }
    }

    /// A report came to the collector.
    pub(crate) fn arrived(&mut self, bytes: &[u8], sync_is_on: bool) -> Check {
        let report = match Report::decode(bytes) {
            Ok(report) => report,
            Err(error) => return broken(Invariant::Budget, format!("a report that cannot be read: {error}")),
        };
        if !sync_is_on {
            return broken(Invariant::Budget, "a report came while sync is off");
        }
        if u32::from(report.noise.epsilon_milli) > BUDGET_MILLI {
            return broken(Invariant::Budget, format!("a report that cost {}", report.noise.epsilon_milli));
        }
        let period = report.period.number();
        let first = self.reports.entry(period).or_insert_with(|| (report.id, bytes.to_vec()));
        if *first != (report.id, bytes.to_vec()) {
            return broken(Invariant::Budget, format!("two different reports of term {period} came"));
        }
        Ok(())
    }

    /// What the journal says was spent.
    pub(crate) fn budget(&mut self, spent: &[(u16, u16)]) -> Check {
        for (period, milli) in spent {
            if u32::from(*milli) > BUDGET_MILLI {
                return broken(Invariant::Budget, format!("term {period} has cost {milli} thousandths"));
            }
            if self.spent.get(period).is_some_and(|before| before > milli) {
                return broken(Invariant::Budget, format!("what was spent for term {period} was forgotten"));
            }
        }
        let now: BTreeMap<u16, u16> = spent.iter().copied().collect();
        if let Some(period) = self.spent.keys().chain(self.reports.keys()).find(|one| !now.contains_key(one))
        {
            return broken(Invariant::Budget, format!("that term {period} was paid for was forgotten"));
        }
        self.spent = now;
        Ok(())
    }

    /// Reports that came, by term.
    pub(crate) fn reports(&self) -> usize {
        self.reports.len()
    }

    /// A sensor is read while the display shows `visible`.
    pub(crate) fn senses(&mut self, sensor: Sensor, visible: Option<&Screen>) -> Check {
        self.open[place(sensor)] = true;
        let Some(sitting) = self.sitting else {
            return broken(Invariant::Privacy, format!("{sensor:?} is read and no session runs"));
        };
        if !sitting.asked {
            return broken(Invariant::Privacy, format!("{sensor:?} is read and nobody has allowed it"));
        }
        let refused =
            self.profiles.get(&sitting.learner).is_some_and(|profile| profile.sensors_off.has(sensor));
        if refused {
            let what = format!("{sensor:?} is read, and it is off for learner {}", sitting.learner);
            return broken(Invariant::Privacy, what);
        }
        if !visible.is_some_and(|screen| screen.sensing.has(sensor)) {
            return broken(
                Invariant::Privacy,
                format!("{sensor:?} is read and its sign is not on the display"),
            );
        }
        Ok(())
    }

    /// A sensor's device was let go of.
    pub(crate) fn rests(&mut self, sensor: Sensor) {
        self.open[place(sensor)] = false;
    }

    /// The question about camera and microphone was on the screen, and a button was pressed.
    pub(crate) fn asked(&mut self) {
        if let Some(sitting) = &mut self.sitting {
            sitting.asked = true;
        }
    }

    /// Somebody told the session to stop, in a way that works.
    pub(crate) fn stop_asked(&mut self, now_ms: u64) {
        if let Some(sitting) = &mut self.sitting {
            sitting.stop_asked_ms.get_or_insert(now_ms);
        }
    }

    /// The buttons broke before the press was noticed.
    pub(crate) fn stop_unheard(&mut self) {
        if let Some(sitting) = &mut self.sitting {
            sitting.stop_asked_ms = None;
        }
    }

    /// The device wants to show this.
    pub(crate) fn shows(&mut self, screen: &Screen, is_notice: bool) -> Check {
        if let Some(sitting) = self.sitting.as_mut().filter(|sitting| !sitting.shown) {
            sitting.shown = true;
            let profile = self.profiles.get(&sitting.learner).copied().unwrap_or_default();
            if screen.comfort != profile.comfort && !is_notice {
                let what = format!(
                    "learner {} is greeted with {:?} and likes {:?}",
                    sitting.learner, screen.comfort, profile.comfort
                );
                return broken(Invariant::Apart, what);
            }
        }
        if screen.title.is_empty() && screen.body.is_empty() {
            return broken(Invariant::Blank, format!("a screen without words: {screen:?}"));
        }
        if !is_notice && screen.choices.iter().all(|label| label.is_empty()) {
            return broken(Invariant::Stop, format!("a screen without a way on: {screen:?}"));
        }
        Ok(())
    }

    /// Time passed: `works` says that the display could show, `right` that it shows what the device wants.
    pub(crate) fn passed(
        &mut self,
        now_ms: u64,
        (works, right): (bool, bool),
        journal_works_since_ms: Option<u64>,
        visible: Option<&Screen>,
    ) -> Check {
        if works && !right {
            let since = *self.wrong_since_ms.get_or_insert(now_ms);
            if now_ms - since > BLANK_MS_MAX {
                let shown = if visible.is_some() { "of the past" } else { "blank" };
                let what = format!("the display works and has been {shown} for {} ms", now_ms - since);
                return broken(Invariant::Blank, what);
            }
        } else {
            self.wrong_since_ms = None;
        }
        for sensor in [Sensor::Camera, Sensor::Microphone] {
            let signed = visible.is_some_and(|screen| screen.sensing.has(sensor));
            let unsigned = &mut self.unsigned_since_ms[place(sensor)];
            if !self.open[place(sensor)] || signed {
                *unsigned = None;
                continue;
            }
            let since = *unsigned.get_or_insert(now_ms);
            if now_ms - since > OPEN_MS_MAX {
                let what = format!("{sensor:?} is open for {} ms without its sign", now_ms - since);
                return broken(Invariant::Privacy, what);
            }
        }
        if let Some(asked) = self.sitting.and_then(|sitting| sitting.stop_asked_ms)
            && now_ms - asked > STOP_MS_MAX
        {
            let what = format!("the session goes on {} ms after it was told to stop", now_ms - asked);
            return broken(Invariant::Stop, what);
        }
        if let (Some(works_ms), false) = (journal_works_since_ms, self.pending.is_empty()) {
            let waited = now_ms - works_ms.max(self.pending_since_ms);
            if waited > KEEP_MS_MAX {
                let what = format!("a trial waits for {waited} ms while the journal can be written");
                return broken(Invariant::Kept, what);
            }
        }
        Ok(())
    }

    /// A start, which has version `content` of the content, 0 for what is built in; and the highest that was accepted.
    pub(crate) fn starts(&mut self, content: u32, accepted: u32) -> Check {
        if accepted < self.accepted {
            return broken(
                Invariant::ComesUp,
                format!("version {accepted} counts as the highest and {} was accepted before", self.accepted),
            );
        }
        self.accepted = accepted;
        if content > accepted {
            return broken(Invariant::ComesUp, format!("version {content} starts and was never accepted"));
        }
        Ok(())
    }

    /// A start showed no screen, and nobody had pulled the plug.
    pub(crate) fn failed(&mut self) -> Check {
        self.failed_starts += 1;
        if self.failed_starts > STARTS_MAX {
            let what = format!("{} starts in a row showed no screen", self.failed_starts);
            return broken(Invariant::ComesUp, what);
        }
        Ok(())
    }

    /// The first screen is there.
    pub(crate) fn came_up(&mut self) {
        self.failed_starts = 0;
    }

    /// Trials that were acknowledged and stand in the journal.
    pub(crate) fn rows(&self) -> usize {
        self.kept.values().map(Vec::len).sum()
    }
}
