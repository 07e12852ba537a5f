//! A checksum over each of the two tables that are not sealed, renewed by every change of it: damage is noticed.

use rusqlite::{Connection, params, types::ValueRef};

pub(super) const TABLE: &str =
    "CREATE TABLE sync_sum (name TEXT PRIMARY KEY, crc32 INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/// A table that is summed up. It is small, and its first column is its key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Summed {
    Budget,
    Outbox,
}

impl Summed {
    const fn name(self) -> &'static str {
        match self {
            Summed::Budget => "sync_budget",
            Summed::Outbox => "outbox",
        }
    }

    /// Renews the sum, in the transaction that changes the table.
    pub(super) fn renew(self, db: &Connection) -> rusqlite::Result<()> {
        let put = "INSERT OR REPLACE INTO sync_sum (name, crc32) VALUES (?1, ?2)";
        db.execute(put, params![self.name(), self.sum(db)?]).map(drop)
    }

    /// Whether the table is as it was written, at one moment.
    pub(super) fn is_right(self, db: &Connection) -> rusqlite::Result<bool> {
        let mut select = db.prepare_cached("SELECT crc32 FROM sync_sum WHERE name = ?1")?;
        let kept: Vec<u32> = select.query_map([self.name()], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(kept == [self.sum(db)?])
    }

    fn sum(self, db: &Connection) -> rusqlite::Result<u32> {
        let mut hasher = crc32fast::Hasher::new();
        let mut statement = db.prepare_cached(&format!("SELECT * FROM {} ORDER BY 1", self.name()))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                let number;
                let (kind, bytes): (u8, &[u8]) = match row.get_ref(column)? {
                    ValueRef::Null => (0, &[]),
                    ValueRef::Integer(value) => {
                        number = value.to_le_bytes();
                        (1, &number)
                    }
                    ValueRef::Real(value) => {
                        number = value.to_le_bytes();
                        (2, &number)
                    }
                    ValueRef::Text(text) => (3, text),
                    ValueRef::Blob(blob) => (4, blob),
                };
                hasher.update(&[kind]);
                hasher.update(&(bytes.len() as u64).to_le_bytes());
                hasher.update(bytes);
            }
        }
        Ok(hasher.finalize())
    }
}
