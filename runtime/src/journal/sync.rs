//! What the journal keeps of sync: whether it is on, who said no, what was spent, and what waits to be sent.
//!
//! A report is noise and sums already when it comes here. Spending the budget and keeping the report are one
//! transaction: after a power cut there are both or neither.

use super::store::{Head, Root};
use super::sums::Summed;
use super::{Journal, explain, refuse};
use crate::Error;
use rusqlite::{ErrorCode, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

/// Reports that may wait to be sent; four years of terms.
pub const OUTBOX_MAX: usize = 12;
/// Reports that were sent and are still shown.
const SENT_KEPT_MAX: u32 = 12;

/// What stays in the clear: terms, and noise that is made to leave. The budget has to outlive a lost key.
pub(super) const TABLES: &str = "
    CREATE TABLE sync_budget (
        period INTEGER PRIMARY KEY,
        epsilon_milli INTEGER NOT NULL CHECK (epsilon_milli BETWEEN 1 AND 1000)
    ) STRICT;
    CREATE TABLE outbox (
        period INTEGER PRIMARY KEY,
        message BLOB NOT NULL,
        crc32 INTEGER NOT NULL,
        due_day INTEGER NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        sent_day INTEGER
    ) STRICT;";

/// As of version 5: beside the tables above, two whose rows are sealed today.
pub(super) const TABLES_5: &str = "
    CREATE TABLE sharing (id INTEGER PRIMARY KEY CHECK (id = 1), settings TEXT NOT NULL) STRICT;
    CREATE TABLE sync_refusal (learner INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE sync_budget (
        period INTEGER PRIMARY KEY,
        epsilon_milli INTEGER NOT NULL CHECK (epsilon_milli BETWEEN 1 AND 1000)
    ) STRICT;
    CREATE TABLE outbox (
        period INTEGER PRIMARY KEY,
        message BLOB NOT NULL,
        crc32 INTEGER NOT NULL,
        due_day INTEGER NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        sent_day INTEGER
    ) STRICT;";

/// Whether anything may leave the device.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sharing {
    /// The facilitator has turned it on.
    pub on: bool,
    /// Trials of earlier days do not count; days since 1970-01-01.
    pub since_day: u32,
    /// The group of devices that this one is counted with.
    pub group: String,
}

/// A report that waits to be sent, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The number of its term.
    pub period: u16,
    /// The message, noise and all: the same bytes at every try.
    pub message: Vec<u8>,
    /// Not before this day; days since 1970-01-01.
    pub due_day: u32,
    /// Days on which it was tried in vain.
    pub tries: u32,
    /// The day on which the broker took it over.
    pub sent_day: Option<u32>,
}

impl Journal {
    /// Whether anything may leave the device: no, unless somebody has said so.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sharing(&self) -> Result<Sharing, Error> {
        Ok(self.read(|store| Ok(store.root()?.sharing))?.unwrap_or_default())
    }

    /// Keeps whether anything may leave. A no also drops all reports that are kept; what was spent stays spent.
    ///
    /// # Errors
    /// When the disk is full or read-only; then what was kept before stays.
    pub fn set_sharing(&mut self, sharing: &Sharing) -> Result<(), Error> {
        self.change(|store| {
            if !sharing.on {
                let dropped = store.db.execute("DELETE FROM outbox", []);
                dropped.and_then(|_| Summed::Outbox.renew(store.db)).map_err(|error| store.fail(&error))?;
            }
            store.set_root(&Root { sharing: Some(sharing.clone()), ..store.root()? })
        })
    }

    /// Learners whose trials never count for a report. A no outlives the erasing of the learner.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sync_refusals(&self) -> Result<Vec<u32>, Error> {
        self.with(|head| head.refuses)
    }

    /// Keeps whether a learner's trials may count.
    ///
    /// # Errors
    /// When the disk is full or read-only; then what was kept before stays.
    pub fn set_sync_refusal(&mut self, learner: u32, refuses: bool) -> Result<(), Error> {
        self.change(|store| {
            let head = store.head(learner)?;
            store.set_head(learner, &Head { refuses, ..head })
        })
    }

    /// Takes over what another journal has spent, before anything was spent here.
    pub(super) fn inherit(&mut self, spent: &[(u16, u16)]) -> Result<(), Error> {
        let insert = "INSERT INTO sync_budget (period, epsilon_milli) VALUES (?1, ?2)";
        self.change(|store| {
            for (period, epsilon_milli) in spent {
                let row = params![period, epsilon_milli];
                store.db.execute(insert, row).map_err(|error| store.fail(&error))?;
            }
            Summed::Budget.renew(store.db).map_err(|error| store.fail(&error))
        })
    }

    /// What was spent of each term's budget: the number of the term, and thousandths of an epsilon.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sync_budget(&self) -> Result<Vec<(u16, u16)>, Error> {
        let fail = |error: rusqlite::Error| explain(&self.path, &error);
        let moment = self.db.unchecked_transaction().map_err(fail)?;
        if !Summed::Budget.is_right(&moment).map_err(fail)? {
            let what = "what was spent of the budget is damaged, so no report is made; keep a copy for repair and name a new file with --journal";
            return Err(refuse(&self.path, what));
        }
        let select = "SELECT period, epsilon_milli FROM sync_budget ORDER BY period";
        let mut statement = moment.prepare(select).map_err(fail)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(fail)?;
        rows.collect::<Result<_, _>>().map_err(fail)
    }

    /// Spends a term's budget and keeps its report, both or neither.
    ///
    /// # Errors
    /// When the budget does not suffice, too much waits already, or the disk is full. Then nothing was spent, and the
    /// report must be forgotten.
    pub fn spend_and_keep(&mut self, report: &Outgoing, epsilon_milli: u16) -> Result<(), Error> {
        // Nothing is spent of a budget that is damaged.
        self.sync_budget()?;
        let waiting = self.outbox()?.iter().filter(|one| one.sent_day.is_none()).count();
        if waiting >= OUTBOX_MAX {
            return Err(refuse(
                &self.path,
                format!(
                    "{waiting} reports wait to be sent, and no more are made; bring the device online, or turn sync off"
                ),
            ));
        }
        let spend = "INSERT INTO sync_budget (period, epsilon_milli) VALUES (?1, ?2)
            ON CONFLICT (period) DO UPDATE SET epsilon_milli = epsilon_milli + excluded.epsilon_milli";
        let keep = "INSERT INTO outbox (period, message, crc32, due_day) VALUES (?1, ?2, ?3, ?4)";
        let forget = "DELETE FROM outbox WHERE sent_day IS NOT NULL AND period NOT IN
            (SELECT period FROM outbox WHERE sent_day IS NOT NULL ORDER BY period DESC LIMIT ?1)";
        let sum = crc32fast::hash(&report.message);
        let done = self.db.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|change| {
            change.execute(spend, params![report.period, epsilon_milli])?;
            change.execute(keep, params![report.period, report.message, sum, report.due_day])?;
            change.execute(forget, [SENT_KEPT_MAX])?;
            Summed::Budget.renew(&change)?;
            Summed::Outbox.renew(&change)?;
            change.commit()
        });
        done.map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => {
                refuse(&self.path, "the budget of this term is spent; there is no second report of a term")
            }
            _ => explain(&self.path, &error),
        })
    }

    /// The reports that wait to be sent and the last that were, the earliest term first.
    ///
    /// # Errors
    /// When the file cannot be read or a report in it is damaged.
    pub fn outbox(&self) -> Result<Vec<Outgoing>, Error> {
        let fail = |error: rusqlite::Error| explain(&self.path, &error);
        let select = "SELECT period, message, due_day, tries, sent_day, crc32 FROM outbox ORDER BY period";
        let moment = self.db.unchecked_transaction().map_err(fail)?;
        let right = Summed::Outbox.is_right(&moment).map_err(fail)?;
        let mut statement = moment.prepare(select).map_err(fail)?;
        let rows = statement.query_map([], |row| {
            let (period, message, due_day) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let report = Outgoing { period, message, due_day, tries: row.get(3)?, sent_day: row.get(4)? };
            Ok((report, row.get::<_, u32>(5)?))
        });
        let rows: Vec<(Outgoing, u32)> = rows.map_err(fail)?.collect::<Result<_, _>>().map_err(fail)?;
        if !right || rows.iter().any(|(report, sum)| crc32fast::hash(&report.message) != *sum) {
            let what = "a report that waits in it is damaged; turn sync off, which drops it, and on again";
            return Err(refuse(&self.path, what));
        }
        Ok(rows.into_iter().map(|(report, _)| report).collect())
    }

    /// The broker has taken a report over: it is never sent again.
    ///
    /// # Errors
    /// When the disk is full or read-only; then the report may be sent once more, with the same id.
    pub fn mark_sent(&mut self, period: u16, day: u32) -> Result<(), Error> {
        let update = "UPDATE outbox SET sent_day = ?2 WHERE period = ?1";
        self.update(update, params![period, day])
    }

    /// A report could not be sent: it is tried again on `due_day`.
    ///
    /// # Errors
    /// When the disk is full or read-only.
    pub fn mark_tried(&mut self, period: u16, due_day: u32) -> Result<(), Error> {
        let update = "UPDATE outbox SET tries = tries + 1, due_day = ?2 WHERE period = ?1";
        self.update(update, params![period, due_day])
    }

    fn update(&mut self, update: &str, row: &[&dyn rusqlite::ToSql]) -> Result<(), Error> {
        self.outbox()?;
        let done = self.db.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|change| {
            change.execute(update, row)?;
            Summed::Outbox.renew(&change)?;
            change.commit()
        });
        done.map_err(|error| explain(&self.path, &error))
    }
}

#[cfg(test)]
mod tests;
