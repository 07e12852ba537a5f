//! Sync: a report of each term that is over, made from the journal and sent to an MQTT 5 broker over TLS.
//!
//! Nothing happens unless the facilitator has turned it on
//! ([`Sharing`](petri_runtime::journal::Sharing)). Then [`make`] draws the noise once for each term that is over and
//! keeps the report in the journal, in one transaction with what it spends of the budget, and [`send`] sends what is
//! due. The journal's outbox is the only memory: whatever is interrupted at whatever moment is done again with the
//! same bytes, and a collector counts an id once.
//!
//! Why a term passes without a look at whether there are learners, and why nothing holds back small groups, is proved
//! in [`petri_privacy`]. `docs/privacy.md` is the whole story.

mod broker;
mod error;
mod make;
mod send;
mod show;

pub use broker::{Broker, Login};
pub use error::Error;
pub use make::{DAY_MIN, HOLD_DAYS, Stamp, due, make};
pub use send::{Broken, Outcome, Patience, Post, send, send_by, wait_days, wait_ms};
pub use show::{example, message};
