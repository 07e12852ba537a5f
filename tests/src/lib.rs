//! Tests across crates: see the folder `tests`. And [`parsers`]: everything that takes bytes from outside, as the fuzz
//! targets call it and as a test on a stable compiler calls it with the committed corpus.

pub mod mutation;
pub mod parsers;
