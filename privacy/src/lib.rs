//! From what learners did to what may leave the device: [`Part`] clips what one learner did in a term, [`Sums`] adds
//! the parts up, and [`Sums::release`], once, adds noise and gives a [`petri_report::Report`]. Nothing here reads a clock
//! or a file.
//!
//! # The claim
//!
//! Let `D` and `D'` be two journals that differ in all trials of one learner, who is in `D` and not in `D'`. For every
//! set `S` of reports, `P(release(D) in S) <= exp(1) P(release(D') in S)` and the other way round: pure differential
//! privacy with epsilon 1 for a learner in a term (Dwork, `McSherry`, Nissim & Smith, "Calibrating noise to sensitivity
//! in private data analysis", 2006).
//!
//! # Why it holds
//!
//! 1. *A part depends on one learner.* [`Part::of`] sees the trials and the age band of one learner and nothing of
//!    the others, and sums are sums of parts. So `D` and `D'` differ in sums by one part.
//! 2. *A part is small.* In at most [`CELLS_MAX`] cells it has at most [`CELL_ANSWERS_MAX`] answers each, and each
//!    answer raises one number by 1: the sums of answers differ by at most [`ANSWERS_L1`] in all. In each of these
//!    cells `up` and `down` rise by 1000 together: at most [`GAIN_L1`]. At most [`TRANSFER_L1`] answers of the probe
//!    count. (`no_part_is_larger_than_what_the_noise_is_made_for`)
//! 3. *Noise covers a part.* Independent discrete Laplace noise of scale `b` on whole numbers that differ by at most
//!    `s` in sum costs `s / b` (Ghosh, Roughgarden & Sundararajan, "Universally utility-maximizing privacy
//!    mechanisms", 2009). Here that is 120/240, 12 000/48 000 and 24/96: a half, a quarter and a quarter. The noise
//!    is drawn by `OpenDP`'s exact sampler (Canonne, Kamath & Steinke, "The discrete Gaussian for differential
//!    privacy", 2020), which does not round as floating point would, and its own privacy map is asked for the cost
//!    before anything is drawn.
//! 4. *The three costs add up to 1*, by composition. That numbers are cut at
//!    [`VALUE_MAX`](petri_report::VALUE_MAX) afterwards looks at noisy numbers only and costs nothing.
//!
//! Every cell gets noise, whether anybody was in it or not, and there is a report of every term, whether there were
//! learners or not. A threshold such as "nothing for fewer than five" would itself tell of one learner: with five
//! there is a report and with four there is none. So there is none, and the noise alone protects, even one learner.

mod part;
mod sums;

pub use part::{Part, channel};
pub use sums::{Error, Sums};

use petri_report::{GAIN_UNIT_ML, Noise};

/// Cells in which one learner's training counts: those with the most answers.
pub const CELLS_MAX: usize = 12;
/// Answers of one learner that count in a cell: the last ones.
pub const CELL_ANSWERS_MAX: usize = 10;
/// Answers of one learner in the transfer probe that count: the last ones.
pub const TRANSFER_ANSWERS_MAX: usize = 24;

/// By how much one learner can change all `met` and `other` together.
pub const ANSWERS_L1: i64 = (CELLS_MAX * CELL_ANSWERS_MAX) as i64;
/// By how much one learner can change all `up` and `down` together, in thousandths of a logit.
pub const GAIN_L1: i64 = CELLS_MAX as i64 * GAIN_UNIT_ML as i64;
/// By how much one learner can change all `transfer_met` and `transfer_other` together.
pub const TRANSFER_L1: i64 = TRANSFER_ANSWERS_MAX as i64;

/// The noise of every report: half of the budget for answers, a quarter each for the gain and for the probe.
pub const NOISE: Noise = Noise { epsilon_milli: 1_000, answers: 240, gain: 48_000, transfer: 96 };
