//! The store of a fleet: a PostgreSQL server, which any number of collectors share.

use crate::store::{Error, Kept, Store};
use crate::sums::{Sums, Terms, add_up};
use petri_report::{CELLS, Report};
use postgres::{Client, Config, NoTls, Transaction};
use std::collections::HashSet;
use std::str::FromStr;
use std::time::Duration;

/// Several collectors may begin at the same time, and `IF NOT EXISTS` alone does not make that safe.
const LOCK: i64 = 0x70_65_74_72_69;
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS report (id BYTEA PRIMARY KEY, period INT NOT NULL);
    CREATE TABLE IF NOT EXISTS term (
        period INT, edition INT, reports BIGINT NOT NULL, variance_answers FLOAT8 NOT NULL,
        variance_gain FLOAT8 NOT NULL, variance_transfer FLOAT8 NOT NULL, PRIMARY KEY (period, edition));
    CREATE TABLE IF NOT EXISTS cell (
        period INT, edition INT, cell INT, met BIGINT NOT NULL, other BIGINT NOT NULL, up BIGINT NOT NULL,
        down BIGINT NOT NULL, transfer_met BIGINT NOT NULL, transfer_other BIGINT NOT NULL,
        PRIMARY KEY (period, edition, cell)) WITH (fillfactor = 50);";
const INSERT: &str = "
    INSERT INTO report SELECT * FROM unnest($1::BYTEA[], $2::INT[]) ON CONFLICT DO NOTHING RETURNING id";
const ADD_TERM: &str = "
    INSERT INTO term VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (period, edition) DO UPDATE SET
    reports = term.reports + excluded.reports,
    variance_answers = term.variance_answers + excluded.variance_answers,
    variance_gain = term.variance_gain + excluded.variance_gain,
    variance_transfer = term.variance_transfer + excluded.variance_transfer";
const ADD_CELLS: &str = "
    INSERT INTO cell SELECT $1, $2, * FROM unnest($3::INT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[],
    $7::BIGINT[], $8::BIGINT[], $9::BIGINT[]) ON CONFLICT (period, edition, cell) DO UPDATE SET
    met = cell.met + excluded.met, other = cell.other + excluded.other, up = cell.up + excluded.up,
    down = cell.down + excluded.down, transfer_met = cell.transfer_met + excluded.transfer_met,
    transfer_other = cell.transfer_other + excluded.transfer_other";
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to a PostgreSQL server.
pub struct PostgresStore {
    client: Client,
}

impl PostgresStore {
    /// Connects, without TLS of its own: the server is on this machine or behind a tunnel.
    ///
    /// # Errors
    /// When the server does not answer or refuses.
    pub fn open(address: &str) -> Result<Self, Error> {
        let mut config = Config::from_str(address)?;
        config.connect_timeout(PATIENCE).application_name("petri-fleet");
        let mut client = config.connect(NoTls)?;
        let mut transaction = client.transaction()?;
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
        transaction.batch_execute(TABLES)?;
        transaction.commit()?;
        Ok(Self { client })
    }
}

impl Store for PostgresStore {
    fn keep(&mut self, batch: &[Report]) -> Result<Kept, Error> {
        // In the same order everywhere, so that two collectors never wait for each other.
        let mut sorted: Vec<&Report> = batch.iter().collect();
        sorted.sort_by_key(|report| report.id);
        sorted.dedup_by_key(|report| report.id);
        let ids: Vec<&[u8]> = sorted.iter().map(|report| &report.id[..]).collect();
        let periods: Vec<i32> = sorted.iter().map(|report| report.period.number().into()).collect();
        let mut transaction = self.client.transaction()?;
        let mut new = HashSet::new();
        for row in transaction.query(INSERT, &[&ids, &periods])? {
            let id: &[u8] = row.get(0);
            new.extend(<[u8; 16]>::try_from(id));
        }
        for ((period, edition), sums) in add_up(batch, &new) {
            add(&mut transaction, period.into(), edition.into(), &sums)?;
        }
        transaction.commit()?;
        Ok(Kept { new: new.len(), again: batch.len() - new.len() })
    }

    fn terms(&mut self) -> Result<Terms, Error> {
        let mut transaction = self
            .client
            .build_transaction()
            .isolation_level(postgres::IsolationLevel::RepeatableRead)
            .start()?;
        let mut terms = Terms::new();
        let select =
            "SELECT period, edition, reports, variance_answers, variance_gain, variance_transfer FROM term";
        for row in transaction.query(select, &[])? {
            let (reports, variances) = (row.get::<_, i64>(2) as u64, [row.get(3), row.get(4), row.get(5)]);
            terms.insert(key(&row)?, Sums { reports, variances, ..Sums::default() });
        }
        let select =
            "SELECT period, edition, cell, met, other, up, down, transfer_met, transfer_other FROM cell";
        for row in transaction.query(select, &[])? {
            let (term, index) = (key(&row)?, row.get::<_, i32>(2) as usize);
            let sums = terms.get_mut(&term).filter(|_| index < CELLS);
            let sums = sums.ok_or_else(|| Error::Foreign(format!("a cell {index} of {term:?}")))?;
            for (column, sum) in sums.cells[index].iter_mut().enumerate() {
                *sum = row.get(3 + column);
            }
        }
        Ok(terms)
    }
}

/// Term and edition of a row.
fn key(row: &postgres::Row) -> Result<(u16, u8), Error> {
    let (period, edition): (i32, i32) = (row.get(0), row.get(1));
    let both = u16::try_from(period).ok().zip(u8::try_from(edition).ok());
    both.ok_or_else(|| Error::Foreign(format!("the term {period} of edition {edition}")))
}

fn add(transaction: &mut Transaction<'_>, period: i32, edition: i32, sums: &Sums) -> Result<(), Error> {
    let [answers, gain, transfer] = sums.variances;
    let reports = sums.reports as i64;
    transaction.execute(ADD_TERM, &[&period, &edition, &reports, &answers, &gain, &transfer])?;
    let index: Vec<i32> = (0..CELLS as i32).collect();
    let column = |at: usize| -> Vec<i64> { sums.cells.iter().map(|cell| cell[at]).collect() };
    let columns = [0, 1, 2, 3, 4, 5].map(column);
    let [met, other, up, down, transfer_met, transfer_other] = &columns;
    let all: [&(dyn postgres::types::ToSql + Sync); 9] =
        [&period, &edition, &index, met, other, up, down, transfer_met, transfer_other];
    transaction.execute(ADD_CELLS, &all)?;
    Ok(())
}
