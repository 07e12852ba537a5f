//! The store of one site: a file.

use crate::store::{Error, Kept, Store};
use crate::sums::{Sums, Terms, add_up};
use petri_report::{CELLS, Report};
use rusqlite::{Connection, TransactionBehavior, params};
use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS report (id BLOB PRIMARY KEY, period INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS term (
        period INTEGER NOT NULL, edition INTEGER NOT NULL, reports INTEGER NOT NULL,
        variance_answers REAL NOT NULL, variance_gain REAL NOT NULL, variance_transfer REAL NOT NULL,
        PRIMARY KEY (period, edition)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS cell (
        period INTEGER NOT NULL, edition INTEGER NOT NULL, cell INTEGER NOT NULL,
        met INTEGER NOT NULL, other INTEGER NOT NULL, up INTEGER NOT NULL, down INTEGER NOT NULL,
        transfer_met INTEGER NOT NULL, transfer_other INTEGER NOT NULL,
        PRIMARY KEY (period, edition, cell)) WITHOUT ROWID;";
/// Others may write for this long.
const BUSY: Duration = Duration::from_secs(30);

/// An SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
}

impl SqliteStore {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// When it cannot be written or is no SQLite file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(TABLES)?;
        Ok(Self { connection })
    }
}

impl Store for SqliteStore {
    fn keep(&mut self, batch: &[Report]) -> Result<Kept, Error> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut new = HashSet::new();
        {
            let mut insert = transaction.prepare_cached("INSERT OR IGNORE INTO report VALUES (?1, ?2)")?;
            for report in batch {
                if insert.execute(params![report.id, report.period.number()])? == 1 {
                    new.insert(report.id);
                }
            }
            let mut term = transaction.prepare_cached(
                "INSERT INTO term VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET
                 reports = reports + excluded.reports,
                 variance_answers = variance_answers + excluded.variance_answers,
                 variance_gain = variance_gain + excluded.variance_gain,
                 variance_transfer = variance_transfer + excluded.variance_transfer",
            )?;
            let mut cell = transaction.prepare_cached(
                "INSERT INTO cell VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE SET
                 met = met + excluded.met, other = other + excluded.other, up = up + excluded.up,
                 down = down + excluded.down, transfer_met = transfer_met + excluded.transfer_met,
                 transfer_other = transfer_other + excluded.transfer_other",
            )?;
            for ((period, edition), Sums { reports, cells, variances: [answers, gain, transfer] }) in
                add_up(batch, &new)
            {
                term.execute(params![period, edition, reports as i64, answers, gain, transfer])?;
                for (index, [met, other, up, down, transfer_met, transfer_other]) in cells.iter().enumerate()
                {
                    let index = index as i64;
                    cell.execute(params![
                        period,
                        edition,
                        index,
                        met,
                        other,
                        up,
                        down,
                        transfer_met,
                        transfer_other
                    ])?;
                }
            }
        }
        transaction.commit()?;
        Ok(Kept { new: new.len(), again: batch.len() - new.len() })
    }

    fn terms(&mut self) -> Result<Terms, Error> {
        // One transaction, so that a batch that comes meanwhile is seen as a whole or not at all.
        let transaction = self.connection.transaction()?;
        let mut terms = Terms::new();
        let mut select = transaction.prepare(
            "SELECT period, edition, reports, variance_answers, variance_gain, variance_transfer FROM term",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let variances = [row.get(3)?, row.get(4)?, row.get(5)?];
            let sums = Sums { reports: row.get::<_, i64>(2)? as u64, variances, ..Sums::default() };
            terms.insert((row.get(0)?, row.get(1)?), sums);
        }
        let mut select = transaction.prepare(
            "SELECT period, edition, cell, met, other, up, down, transfer_met, transfer_other FROM cell",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (term, index): (_, usize) = ((row.get(0)?, row.get(1)?), row.get::<_, u16>(2)?.into());
            let sums = terms.get_mut(&term).filter(|_| index < CELLS);
            let sums = sums.ok_or_else(|| Error::Foreign(format!("a cell {index} of {term:?}")))?;
            for (column, sum) in sums.cells[index].iter_mut().enumerate() {
                *sum = row.get(3 + column)?;
            }
        }
        Ok(terms)
    }
}
