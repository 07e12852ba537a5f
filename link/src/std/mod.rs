//! Where a peer is, and how bytes get there.

mod address;
mod connection;

pub use address::{Address, NotAnAddress};
pub use connection::{Connection, READ_WAIT_MS, WRITE_WAIT_MS};
