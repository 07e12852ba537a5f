//! Arithmetic that the engine lacks.
//!
//! Plain functions on slices, without an engine and without `unsafe`: [`pulp`] compiles each loop for the vector units
//! that this processor has and picks one at run time. The runtime wraps them as operators of its engine.

// What runs on a vector unit is compiled for it only where it is inlined into the dispatch.
#![allow(clippy::inline_always)]

#[macro_use]
mod unrolled;

pub mod attention;
pub mod conv;
pub mod elementwise;
pub mod matmul;
