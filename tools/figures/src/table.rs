//! Markdown tables with aligned columns.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A table; the first column is text, all others are figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|cell| (*cell).to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row; missing cells are printed as a dash.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.push(cells.into());
    }

    /// Adds a row of a length that is known only when it runs.
    pub fn push(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<&Vec<String>> = std::iter::once(&self.head).chain(&self.rows).collect();
        let cell = |row: &[String], column: usize| match row.get(column) {
            Some(text) => text.replace('|', "\\|"),
            None => "-".to_owned(),
        };
        let width = |column| lines.iter().map(|row| cell(row, column).chars().count()).max();
        let widths: Vec<usize> =
            (0..self.head.len()).map(|column| width(column).unwrap_or(0).max(2)).collect();
        for (number, row) in lines.iter().enumerate() {
            for (column, width) in widths.iter().enumerate() {
                let text = cell(row, column);
                if column == 0 { write!(f, "| {text:<width$} |")? } else { write!(f, " {text:>width$} |")? }
            }
            writeln!(f)?;
            if number == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let line = "-".repeat(width - 1);
                    if column == 0 { write!(f, "| {line}- |")? } else { write!(f, " {line}: |")? }
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

/// `part` of `whole` in percent.
pub fn percent(part: usize, whole: usize) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.1} %", 100.0 * part as f64 / whole as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_gaps_are_dashes() {
        let mut table = Table::new(&["word", "n"]);
        table.row(["yes".to_owned(), "12".to_owned()]);
        table.row(["stop".to_owned()]);
        assert_eq!(table.to_string(), "| word |  n |\n| ---- | -: |\n| yes  | 12 |\n| stop |  - |\n");
    }

    #[test]
    fn a_bar_in_a_cell_opens_no_column() {
        let mut table = Table::new(&["a|b"]);
        table.row(["c|d".to_owned()]);
        assert_eq!(table.to_string(), "| a\\|b |\n| ---- |\n| c\\|d |\n");
    }
}
