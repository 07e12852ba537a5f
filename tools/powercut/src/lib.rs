//! Cuts the power of a storage in memory while the real journal writes to it, and looks at what is left.
//!
//! SQLite reaches its files through a layer that a program may put in; here it leads to a disk in memory
//! ([`storage`]), which notes every change in order. A scenario ([`scenario`]) is a random life of a journal: trials,
//! judgements changed by the facilitator, settings, reports, erasures, restarts, a second program beside the first. It is
//! played once, and each return of a call is an acknowledgement. Then the power is cut ([`cut`]) after every change of
//! the disk, several times with different luck, and the journal is opened on what is left ([`proof`]): it has to hold
//! exactly what was acknowledged, with or without the one call that was under way. [`rot`] flips bits instead.
#![cfg(feature = "storage")]

pub mod cut;
pub mod disk;
pub mod proof;
pub mod rot;
pub mod scenario;
mod shared;
pub mod state;
pub mod storage;
