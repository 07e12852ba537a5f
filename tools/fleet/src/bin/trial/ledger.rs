//! What was sent, in exact numbers, to compare with what was counted.

use anyhow::{bail, ensure};
use petri_fleet::sums::{Sums, Terms, UNDATED};
use petri_report::{CELLS, Report, cell_of};
use std::collections::BTreeMap;

/// Sums of reports and of what they would be without noise. It adds up by itself, apart from the code that it checks.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    terms: BTreeMap<(u16, u8), Entry>,
}

#[derive(Debug)]
struct Entry {
    reports: u64,
    sums: Vec<i64>,
    /// Answers in training of each cell.
    truth: Vec<i64>,
}

impl Ledger {
    /// Enters a report that is sent for the first time; `trials` are the answers in each cell before the noise.
    pub(crate) fn enter(&mut self, report: &Report, is_dated: bool, trials: &[i64]) {
        let term = if is_dated { report.period } else { UNDATED };
        let entry = self.terms.entry((term.number(), report.edition)).or_insert_with(|| Entry {
            reports: 0,
            sums: vec![0; CELLS * 6],
            truth: vec![0; CELLS],
        });
        entry.reports += 1;
        let values = report.cells.iter().flat_map(petri_report::Cell::values);
        entry.sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += i64::from(value));
        entry.truth.iter_mut().zip(trials).for_each(|(sum, value)| *sum += value);
    }

    /// Adds another.
    pub(crate) fn join(&mut self, other: Self) {
        for (term, theirs) in other.terms {
            match self.terms.get_mut(&term) {
                None => drop(self.terms.insert(term, theirs)),
                Some(ours) => {
                    ours.reports += theirs.reports;
                    ours.sums.iter_mut().zip(theirs.sums).for_each(|(sum, value)| *sum += value);
                    ours.truth.iter_mut().zip(theirs.truth).for_each(|(sum, value)| *sum += value);
                }
            }
        }
    }

    pub(crate) fn reports(&self) -> u64 {
        self.terms.values().map(|entry| entry.reports).sum()
    }

    /// Compares every number; what is lost or counted twice would show.
    pub(crate) fn compare(&self, counted: &Terms) -> anyhow::Result<()> {
        ensure!(
            self.terms.len() == counted.len(),
            "{} terms were sent, {} counted",
            self.terms.len(),
            counted.len()
        );
        for (term, Entry { reports, sums, .. }) in &self.terms {
            let Some(found) = counted.get(term) else { bail!("nothing was counted of {term:?}") };
            ensure!(found.reports == *reports, "{term:?}: {reports} reports sent, {} counted", found.reports);
            let cells = found.cells.iter().flatten();
            for (index, (sent, counted)) in sums.iter().zip(cells).enumerate() {
                ensure!(sent == counted, "{term:?}, number {index}: {sent} sent, {counted} counted");
            }
        }
        Ok(())
    }

    /// How many of the intervals of answers hold the truth, and how many intervals there are.
    pub(crate) fn covered(&self, counted: &Terms) -> (u32, u32) {
        let (mut held, mut all) = (0, 0);
        for (term, entry) in &self.terms {
            let Some(Sums { cells, variances, .. }) = counted.get(term) else { continue };
            for (index, truth) in entry.truth.iter().enumerate().filter(|(index, _)| cell_of(*index).1 != 4) {
                let [one, other, ..] = cells[index];
                let pair = petri_fleet::stats::Pair { one, other, variance: variances[0] };
                let interval = pair.sum();
                all += 1;
                held += u32::from(interval.low <= *truth as f64 && *truth as f64 <= interval.high);
            }
        }
        (held, all)
    }
}
