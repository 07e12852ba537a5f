//! One checksum over all settings, budgets and reports, renewed by every change of them: damage to one of them is
//! noticed when the journal is opened. Trials have a checksum each.

use rusqlite::{Connection, types::ValueRef};

pub(super) const TABLE: &str =
    "CREATE TABLE seal (id INTEGER PRIMARY KEY CHECK (id = 1), crc32 INTEGER NOT NULL) STRICT;";

/// What is sealed. Each table is small, and its first column is its key.
const SEALED: [&str; 6] = ["profile", "device", "sharing", "sync_refusal", "sync_budget", "outbox"];

/// Renews the seal, in the transaction that changes what is sealed.
pub(super) fn renew(db: &Connection) -> rusqlite::Result<()> {
    db.execute("INSERT OR REPLACE INTO seal (id, crc32) VALUES (1, ?1)", [sum(db)?]).map(drop)
}

/// Whether all that is sealed is as it was written.
pub(super) fn is_whole(db: &Connection) -> rusqlite::Result<bool> {
    // Between the two another program must not change anything.
    let read = db.unchecked_transaction()?;
    let sealed: Vec<u32> =
        read.prepare("SELECT crc32 FROM seal")?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(sealed == [sum(&read)?])
}

fn sum(db: &Connection) -> rusqlite::Result<u32> {
    let mut hasher = crc32fast::Hasher::new();
    for table in SEALED {
        let mut statement = db.prepare_cached(&format!("SELECT * FROM {table} ORDER BY 1"))?;
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
        hasher.update(table.as_bytes());
    }
    Ok(hasher.finalize())
}
