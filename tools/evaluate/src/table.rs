//! Markdown tables with aligned columns.

use std::fmt;

/// A table; the first column is text, all others are figures.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    /// Adds a row; missing cells are printed as a dash.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows[0].len();
        let cell = |row: usize, column: usize| self.rows[row].get(column).map_or("-", String::as_str);
        let width = |column: usize| (0..self.rows.len()).map(|row| cell(row, column).chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0).max(2)).collect();
        for row in 0..self.rows.len() {
            for (column, width) in widths.iter().enumerate() {
                let text = cell(row, column);
                if column == 0 { write!(f, "| {text:<width$} |")? } else { write!(f, " {text:>width$} |")? }
            }
            writeln!(f)?;
            if row == 0 {
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
pub(crate) fn percent(part: usize, whole: usize) -> String {
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
}
