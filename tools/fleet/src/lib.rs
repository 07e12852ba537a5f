//! The other end of the reports: collects them from an MQTT broker, counts each once, adds them up, and shows what the
//! sums say in spite of the noise that every device put into its numbers.
//!
//! ```text
//! devices ──► broker ──► collect (any number side by side) ──► Store (SQLite or PostgreSQL) ──► view ──► dashboard
//! ```
//!
//! A message is acknowledged only after the store has committed it, and the store counts an id once; so whatever is
//! killed or restarted, nothing is lost and nothing counts twice. Only ids and sums are kept, no report.

pub mod collect;
pub mod dashboard;
pub mod postgres;
pub mod servers;
pub mod sqlite;
pub mod stats;
pub mod store;
pub mod sums;
pub mod view;
