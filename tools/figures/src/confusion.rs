//! What was said of what was there.

use crate::table::{Table, percent};
use serde::{Deserialize, Serialize};

/// A confusion matrix: rows are what was there, columns what was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confusion {
    /// Of the picture; unique in its report.
    pub name: String,
    /// Above the picture.
    pub title: String,
    /// What can be there.
    pub rows: Vec<String>,
    /// What can be said.
    pub columns: Vec<String>,
    /// For each row, how often each column was said.
    pub counts: Vec<Vec<usize>>,
}

impl Confusion {
    /// A matrix in which the same can be said as can be there.
    pub fn new(name: &str, title: &str, labels: &[&str]) -> Self {
        Self::between(name, title, labels, labels)
    }

    /// A matrix in which other things can be said, *unsure* for instance.
    pub fn between(name: &str, title: &str, there: &[&str], said: &[&str]) -> Self {
        let owned = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect();
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            rows: owned(there),
            columns: owned(said),
            counts: vec![vec![0; said.len()]; there.len()],
        }
    }

    /// Counts one case.
    ///
    /// # Panics
    /// When there is no such row or column.
    pub fn count(&mut self, there: usize, said: usize) {
        self.counts[there][said] += 1;
    }

    pub(crate) fn is_sound(&self) -> bool {
        let square = self.counts.iter().all(|row| row.len() == self.columns.len());
        square && self.counts.len() == self.rows.len() && !self.rows.is_empty() && !self.columns.is_empty()
    }

    /// The matrix in numbers; the last column is the share of a row that has the row's own name.
    pub fn table(&self) -> Table {
        let mut head = vec![""];
        head.extend(self.columns.iter().map(String::as_str));
        head.extend(["n", "right"]);
        let mut table = Table::new(&head);
        for (label, counts) in self.rows.iter().zip(&self.counts) {
            let n: usize = counts.iter().sum();
            let own = self.columns.iter().position(|column| column == label);
            let mut cells = vec![label.clone()];
            cells.extend(counts.iter().map(usize::to_string));
            cells.extend([n.to_string(), own.map_or("-".to_owned(), |own| percent(counts[own], n))]);
            table.push(cells);
        }
        table
    }
}
