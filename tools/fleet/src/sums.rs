//! Sums of reports.

use petri_report::{CELLS, Noise, Period, Report, variance};
use std::collections::{BTreeMap, HashSet};

/// Reports of a term that lies before this one (2020-1), or after the next, say only that a clock is wrong. They are counted
/// under [`UNDATED`], so that nothing is lost and nobody can fill the store with terms.
pub const FIRST_TERM: Period = Period::new(50 * 3);
/// The term of reports whose own cannot be.
pub const UNDATED: Period = Period::new(0);

/// The sums of one term and edition.
#[derive(Debug, Clone, PartialEq)]
pub struct Sums {
    /// How many reports.
    pub reports: u64,
    /// The six numbers of each cell, in the order of [`petri_report::Cell::values`].
    pub cells: Vec<[i64; 6]>,
    /// The variance of the noise in each number of answers, gain and transfer: that of one draw, over all reports.
    pub variances: [f64; 3],
}

impl Default for Sums {
    fn default() -> Self {
        Self { reports: 0, cells: vec![[0; 6]; CELLS], variances: [0.0; 3] }
    }
}

impl Sums {
    /// Adds a report.
    pub fn add(&mut self, report: &Report) {
        self.reports += 1;
        for (sums, cell) in self.cells.iter_mut().zip(&report.cells) {
            for (sum, value) in sums.iter_mut().zip(cell.values()) {
                *sum += i64::from(value);
            }
        }
        let Noise { answers, gain, transfer, .. } = report.noise;
        for (sum, scale) in self.variances.iter_mut().zip([answers, gain, transfer]) {
            *sum += variance(scale);
        }
    }
}

/// Sums by term and edition.
pub type Terms = BTreeMap<(u16, u8), Sums>;

/// The reports of `batch` whose ids are in `new`, added up.
pub(crate) fn add_up(batch: &[Report], new: &HashSet<[u8; 16]>) -> Terms {
    let (mut terms, mut done) = (Terms::new(), HashSet::new());
    for report in batch {
        if new.contains(&report.id) && done.insert(report.id) {
            terms.entry((report.period.number(), report.edition)).or_default().add(report);
        }
    }
    terms
}

/// Puts a report whose term cannot be on `today` under [`UNDATED`].
pub fn place(report: &mut Report, today: Period) {
    let last = today.next().unwrap_or(today);
    if !(FIRST_TERM..=last).contains(&report.period) {
        report.period = UNDATED;
    }
}
