//! Expressions on FER2013's small grey pictures: as they are, and through the whole chain of a session.

use super::faces::{FOLDERS, Picture, enlarged, pictures};
use super::{Floor, Limit, in_parallel};
use crate::statistics::interval;
use crate::table::{Table, percent};
use petri_core::Emotion;
use petri_models::Store;
use petri_runtime::intake;
use petri_runtime::perception::{Sight, expression::Reading};
use std::path::Path;

const CALIBRATION_BINS: usize = 15;

/// What was read in one picture: directly, and through detection if a face was found.
struct Answer {
    shown: Emotion,
    direct: Reading,
    found: Option<Reading>,
}

/// Prints the tables of the expression part.
pub(super) fn measure(store: &Store, folder: &Path) -> anyhow::Result<Vec<Floor>> {
    let sight = Sight::load(store)?;
    let pictures = pictures(folder)?;
    let answers = in_parallel(&pictures, |picture| answer(&sight, picture))?;
    let direct: Vec<(Emotion, Reading)> =
        answers.iter().map(|answer| (answer.shown, answer.direct)).collect();
    let chain: Vec<(Emotion, Reading)> =
        answers.iter().filter_map(|answer| Some((answer.shown, answer.found?))).collect();
    println!(
        "## expression\n\nFaces found in enlarged pictures: {} of {} ({}).\n",
        chain.len(),
        answers.len(),
        percent(chain.len(), answers.len())
    );
    by_class(&direct, &chain);
    let mut table = Table::new(&[
        "",
        "n",
        "right %",
        "95 % interval",
        "calibration error",
        "sure enough to answer",
        "right among these",
    ]);
    for (name, readings) in [("picture as it is", &direct), ("found, cropped, read", &chain)] {
        table.row(summary(name, readings));
    }
    println!("{table}\nSure means a confidence of {} or more.\n", sight.expression().unsure_below());
    let accuracy =
        |readings: &[(Emotion, Reading)]| 100.0 * right(readings) as f64 / readings.len().max(1) as f64;
    Ok(vec![
        Floor {
            what: "expression, picture as it is",
            value: accuracy(&direct),
            limit: Limit::AtLeast(55.0),
            unit: " %",
        },
        Floor {
            what: "expression, found face",
            value: accuracy(&chain),
            limit: Limit::AtLeast(55.0),
            unit: " %",
        },
    ])
}

fn answer(sight: &Sight, picture: &Picture) -> anyhow::Result<Answer> {
    let frame = intake::frame(&picture.path)?;
    let direct = sight.expression().read_crop(&frame)?;
    let found = sight.look_closely(&enlarged(&frame)?)?.expression;
    Ok(Answer { shown: picture.shown, direct, found })
}

fn right(readings: &[(Emotion, Reading)]) -> usize {
    readings.iter().filter(|(shown, reading)| reading.best() == *shown).count()
}

fn by_class(direct: &[(Emotion, Reading)], chain: &[(Emotion, Reading)]) {
    let mut table =
        Table::new(&["shown", "n", "recall, as it is", "precision", "n found", "recall, found", "precision"]);
    for (_, emotion) in FOLDERS {
        let cells = |readings: &[(Emotion, Reading)]| {
            let shown = readings.iter().filter(|(shown, _)| *shown == emotion).count();
            let said = readings.iter().filter(|(_, reading)| reading.best() == emotion).count();
            let both = readings
                .iter()
                .filter(|(shown, reading)| *shown == emotion && reading.best() == emotion)
                .count();
            [shown.to_string(), percent(both, shown), percent(both, said)]
        };
        let [n, recall, precision] = cells(direct);
        let [n_found, recall_found, precision_found] = cells(chain);
        table.row([emotion.word().to_owned(), n, recall, precision, n_found, recall_found, precision_found]);
    }
    println!("{table}");
}

fn summary(name: &str, readings: &[(Emotion, Reading)]) -> [String; 7] {
    let n = readings.len();
    let answers: Vec<(f32, bool)> =
        readings.iter().map(|(shown, reading)| (reading.confidence, reading.best() == *shown)).collect();
    let sure: Vec<(Emotion, Reading)> =
        readings.iter().filter(|(_, reading)| reading.emotion.is_some()).copied().collect();
    let error = 100.0 * calibration_error(&answers, CALIBRATION_BINS);
    [
        name.to_owned(),
        n.to_string(),
        percent(right(readings), n),
        interval(right(readings), n),
        format!("{error:.1} %"),
        percent(sure.len(), n),
        percent(right(&sure), sure.len()),
    ]
}

/// Expected calibration error: how far confidence is from the share that is right, over bins of equal width.
fn calibration_error(answers: &[(f32, bool)], bins: usize) -> f64 {
    let mut sums = vec![(0.0f64, 0.0f64); bins];
    for (confidence, right) in answers {
        let bin = ((confidence * bins as f32) as usize).min(bins - 1);
        sums[bin].0 += f64::from(*confidence);
        sums[bin].1 += f64::from(u8::from(*right));
    }
    sums.iter().map(|(confidence, right)| (confidence - right).abs()).sum::<f64>()
        / answers.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calibration_error_is_zero_when_confidence_is_the_share_that_is_right() {
        let calibrated: Vec<(f32, bool)> = (0..10).map(|i| (0.7, i < 7)).collect();
        assert!(calibration_error(&calibrated, 15) < 1e-6);
        let boasting: Vec<(f32, bool)> = (0..10).map(|i| (1.0, i < 7)).collect();
        assert!((calibration_error(&boasting, 15) - 0.3).abs() < 1e-6);
    }
}
