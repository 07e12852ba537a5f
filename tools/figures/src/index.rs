//! The page that leads to all parts.

use crate::book::{ALONE, FOLDER};
use crate::{Limit, Report, Table};
use std::fmt::Write;

/// The page of all parts.
pub(crate) fn index(reports: &[Report]) -> String {
    let parts = || reports.iter().filter(|report| !ALONE.contains(&report.part.as_str()));
    let mut page = INTRODUCTION.to_owned();
    page.push_str("## Parts\n\n");
    let alone = reports.iter().filter(|report| ALONE.contains(&report.part.as_str()));
    for Report { part, title, command, .. } in alone {
        let _ = writeln!(page, "- [{title}]({part}.md): `{command}`");
    }
    for report in parts() {
        let Report { part, title, command, .. } = report;
        let _ = writeln!(page, "- [{title}]({FOLDER}/{part}.md): `{command}`");
    }
    page.push_str("\n## What the project holds itself to, and what it is after\n\n");
    let mut table = Table::new(&["figure", "name", "measured", "n", "floor", "goal", ""]);
    for report in parts() {
        for figure in report.figures.iter().filter(|figure| figure.floor.or(figure.goal).is_some()) {
            let limit = |limit: Option<Limit>| limit.map_or("-".to_owned(), |limit| limit.to_string());
            let verdict = match (figure.kept(), figure.reached()) {
                (false, _) => "MISSED",
                (true, Some(false)) => "kept, goal not reached",
                (true, Some(true)) => "reached",
                (true, None) => "kept",
            };
            table.row([
                figure.what.clone(),
                format!("`{}.{}`", report.part, figure.name),
                figure.shown(),
                figure.n.map_or("-".to_owned(), |n| n.to_string()),
                limit(figure.floor),
                limit(figure.goal),
                verdict.to_owned(),
            ]);
        }
    }
    page.push_str(&table.to_string());
    page
}

const INTRODUCTION: &str = "\
# How good the models are

Measured in tract, through the same code that a session runs. `cargo xtask evaluate` measures and writes everything here;
`--part NAME` renews one part, `--check` compares without writing. The data is no part of the project: point `--data` or
`PETRI_DATA` at it.

- *n* is how many cases a figure rests on; the interval holds the true share in 95 of 100 such measurements (Wilson).
  Differences within it are chance.
- *Macro-F1* is the mean over the classes of F1, which is high only when most of what was there was found and most of
  what was said was there. Each class weighs the same, so a rare one that is never found pulls it down.
- *Expected calibration error* (ECE) is how far the stated confidence is from the share that is right, in the mean over
  all answers: at 0.05 a model that says 80 % is right in 75 to 85 of 100 cases, roughly. 0 would be honest throughout.
- *Coverage* is the share of cases in which the model is sure enough to answer; to the others it says that it is not
  sure. Accuracy at 50 % coverage counts only the half that it is surest of.
- *Floor*: below it a model is not shipped, and the command fails. *Goal*: what the project is after.

";
