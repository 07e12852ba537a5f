//! What is wrong with a pack, and where.

use crate::limits::FAULTS_MAX;
use std::ops::Range;
use thiserror::Error;

/// One fault of a pack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Error)]
#[error("{file}:{line}: {what}")]
pub struct Fault {
    /// The file, relative to the folder of the pack.
    pub file: String,
    /// The line in it, counted from 1.
    pub line: usize,
    /// What is wrong, and after a semicolon what to do.
    pub what: String,
}

/// The faults, one per line; the last line says when there may be more.
pub(crate) fn report(faults: &[Fault]) -> String {
    let mut lines: Vec<String> = faults.iter().map(Fault::to_string).collect();
    if faults.len() >= FAULTS_MAX {
        lines.push(format!(
            "no more than {FAULTS_MAX} faults are reported at once; mend these and check again"
        ));
    }
    lines.join("\n")
}

/// The faults in the order of files and lines, and no more than [`FAULTS_MAX`].
pub(crate) fn sorted(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort();
    faults.truncate(FAULTS_MAX);
    faults
}

/// Collects the faults of one file.
pub(crate) struct Notes<'a> {
    file: &'a str,
    text: &'a str,
    /// The faults so far.
    pub(crate) faults: Vec<Fault>,
}

impl<'a> Notes<'a> {
    pub(crate) const fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, faults: Vec::new() }
    }

    /// The line of the byte `span` begins at.
    fn line(&self, span: &Range<usize>) -> usize {
        1 + self.text.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
    }

    /// Notes a fault at `span`.
    pub(crate) fn add(&mut self, span: &Range<usize>, what: impl Into<String>) {
        if self.faults.len() < FAULTS_MAX {
            let fault = Fault { file: self.file.to_owned(), line: self.line(span), what: what.into() };
            self.faults.push(fault);
        }
    }
}
