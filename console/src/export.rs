//! The journal as a file for the facilitator: no more than the journal has.

use petri_core::{Entry, Move};
use petri_runtime::Error;
use petri_runtime::journal::{Journal, Stored};
use serde_json::{Value, json};

const COLUMNS: [&str; 18] = [
    "learner",
    "session",
    "date",
    "trial",
    "exercise",
    "item",
    "target",
    "answer",
    "outcome",
    "channel",
    "intensity_permille",
    "latency_ms",
    "helped",
    "ability_millilogits",
    "spread_millilogits",
    "purpose",
    "judge",
    "moves",
];

/// Year, month and day of a day since 1970-01-01.
pub(crate) fn date(day: u32) -> String {
    // Years begin in March, so that the day that some years have more is their last.
    let shifted = i64::from(day) + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + i64::from(month <= 2))
}

fn name(value: impl std::fmt::Debug) -> String {
    format!("{value:?}")
}

fn moves(entry: &Entry) -> String {
    entry.moves.iter().map(|one: Move| name(one)).collect::<Vec<_>>().join(" ")
}

/// A text as a cell that no program takes for a formula, or for more than one cell.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let mark = if formula { "'" } else { "" };
    if formula || text.contains(['"', ',', '\n', '\r', ';', '\t']) {
        format!("\"{mark}{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn row(learner: u32, stored: &Stored) -> [String; COLUMNS.len()] {
    let entry = &stored.entry;
    [
        learner.to_string(),
        stored.session.to_string(),
        cell(&date(stored.day)),
        entry.trial.to_string(),
        cell(&name(entry.exercise)),
        entry.item.to_string(),
        cell(entry.target.word()),
        cell(entry.answer.map(petri_core::Emotion::word).unwrap_or_default()),
        cell(&name(entry.outcome)),
        cell(&name(entry.channel)),
        entry.intensity.get().to_string(),
        entry.latency_ms.to_string(),
        entry.helped.to_string(),
        entry.ability_ml.to_string(),
        entry.spread_ml.to_string(),
        cell(&name(entry.purpose)),
        cell(&name(entry.judge)),
        cell(&moves(entry)),
    ]
}

/// One line for each trial.
pub(crate) fn csv(journal: &Journal, learners: &[u32]) -> Result<String, Error> {
    let mut text = COLUMNS.join(",") + "\r\n";
    for learner in learners {
        for stored in journal.entries(*learner)? {
            text += &row(*learner, &stored).join(",");
            text += "\r\n";
        }
    }
    Ok(text)
}

/// Each learner with their settings and trials.
pub(crate) fn json(journal: &Journal, learners: &[u32]) -> Result<String, Error> {
    let all: Vec<Value> = learners
        .iter()
        .map(|learner| {
            let trials: Vec<Value> = journal.entries(*learner)?.iter().map(trial).collect();
            Ok(json!({ "learner": learner, "settings": journal.profile(*learner)?, "trials": trials }))
        })
        .collect::<Result<_, Error>>()?;
    Ok(serde_json::to_string_pretty(&json!({ "format": "petri journal", "version": 1, "learners": all }))
        .unwrap_or_default())
}

fn trial(stored: &Stored) -> Value {
    let entry = &stored.entry;
    json!({
        "session": stored.session,
        "date": date(stored.day),
        "trial": entry.trial,
        "exercise": name(entry.exercise),
        "item": entry.item,
        "target": entry.target.word(),
        "answer": entry.answer.map(petri_core::Emotion::word),
        "outcome": name(entry.outcome),
        "channel": name(entry.channel),
        "intensity_permille": entry.intensity.get(),
        "latency_ms": entry.latency_ms,
        "helped": entry.helped,
        "ability_millilogits": entry.ability_ml,
        "spread_millilogits": entry.spread_ml,
        "purpose": name(entry.purpose),
        "judge": name(entry.judge),
        "moves": entry.moves.iter().map(name).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        for (day, wanted) in
            [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_782, "2026-11-25")]
        {
            assert_eq!(date(day), wanted);
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=HYPERLINK(\"x\")"] {
            let cell = cell(text);
            assert!(cell.starts_with("\"'"), "{cell}");
            assert_eq!(cell.matches('"').count() % 2, 0, "{cell}");
        }
        assert_eq!(
            (cell("sad"), cell("a,b"), cell("say \"a\"")),
            ("sad".into(), "\"a,b\"".into(), "\"say \"\"a\"\"\"".into())
        );
    }
}
