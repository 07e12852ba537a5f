//! Expressions on FER2013's small grey pictures: as they are, and through the whole chain of a session.

use super::faces::{DATA, FOLDERS, Picture, enlarged, pictures};
use super::{Part, in_parallel};
use crate::statistics::{interval, surest};
use crate::table::{Table, percent};
use petri_core::Emotion;
use petri_figures::{Confusion, Figure, Limit, Reliability, Report};
use petri_models::{Id, Store};
use petri_runtime::intake;
use petri_runtime::perception::{Sight, expression::Reading};
use std::path::Path;

pub(super) const PART: Part = Part {
    name: "expression",
    title: "Expression of a face",
    needs: &[DATA],
    models: &[Id::FaceDetect, Id::FaceExpression],
    measure,
};

const CALIBRATION_BINS: usize = 15;

/// What was read in one picture: directly, and through detection if a face was found.
struct Answer {
    shown: Emotion,
    direct: Reading,
    found: Option<Reading>,
}

/// Writes the tables of the expression part.
fn measure(store: &Store, data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let sight = Sight::load(store)?;
    let pictures = pictures(&data.join(DATA))?;
    let answers = in_parallel(&pictures, |picture| answer(&sight, picture))?;
    let direct: Readings = answers.iter().map(|answer| (answer.shown, answer.direct)).collect();
    let chain: Readings = answers.iter().filter_map(|answer| Some((answer.shown, answer.found?))).collect();
    report.text(format!(
        "Faces found in enlarged pictures: {} of {} ({}).",
        chain.len(),
        answers.len(),
        percent(chain.len(), answers.len())
    ));
    report.table(by_class(&direct, &chain));
    let mut table = Table::new(&[
        "",
        "n",
        "right %",
        "95 % interval",
        "calibration error",
        "sure enough to answer",
        "right among these",
    ]);
    for (name, words, readings) in
        [("direct", "picture as it is", &direct), ("found", "found, cropped, read", &chain)]
    {
        let reliability = reliability(name, words, readings);
        table.row(summary(words, readings, &reliability));
        report.confusion(confusion(name, words, readings));
        figures(report, (name, words), readings, &reliability);
        report.reliability(reliability);
    }
    report.table(table);
    report.text(format!("Sure means a confidence of {} or more.", sight.expression().unsure_below()));
    Ok(())
}

type Readings = Vec<(Emotion, Reading)>;

/// Confidences, and whether each answer is right.
fn judged(readings: &[(Emotion, Reading)]) -> Vec<(f64, bool)> {
    let judge =
        |(shown, reading): &(Emotion, Reading)| (f64::from(reading.confidence), reading.best() == *shown);
    readings.iter().map(judge).collect()
}

fn reliability(name: &str, words: &str, readings: &[(Emotion, Reading)]) -> Reliability {
    let title = format!("Expression, {words}");
    Reliability::of(&format!("reliability-{name}"), &title, judged(readings), CALIBRATION_BINS)
}

fn confusion(name: &str, words: &str, readings: &[(Emotion, Reading)]) -> Confusion {
    let labels = FOLDERS.map(|(_, emotion)| emotion.word());
    let place = |wanted: Emotion| FOLDERS.iter().position(|(_, emotion)| *emotion == wanted).unwrap_or(0);
    let mut confusion =
        Confusion::new(&format!("confusion-{name}"), &format!("Expression, {words}"), &labels);
    for (shown, reading) in readings {
        confusion.count(place(*shown), place(reading.best()));
    }
    confusion
}

fn figures(
    report: &mut Report,
    (name, words): (&str, &str),
    readings: &[(Emotion, Reading)],
    reliability: &Reliability,
) {
    let (n, answers) = (readings.len(), judged(readings));
    let all = Figure::share(name, &format!("expression right, {words}"), right(readings), n, 0.5);
    report.figure(all.floor(Limit::AtLeast(55.0)));
    let (sure, chosen, _) = surest(&answers, 0.5);
    let what = format!("right among the surest half, {words}");
    report.figure(Figure::share(&format!("{name}-sure"), &what, sure, chosen, 0.8));
    let what = format!("expected calibration error, {words}");
    report.figure(Figure::new(&format!("{name}-error"), &what, reliability.error(), "", 0.005).n(n));
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

fn by_class(direct: &[(Emotion, Reading)], chain: &[(Emotion, Reading)]) -> Table {
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
    table
}

fn summary(words: &str, readings: &[(Emotion, Reading)], reliability: &Reliability) -> [String; 7] {
    let n = readings.len();
    let sure: Readings = readings.iter().filter(|(_, reading)| reading.emotion.is_some()).copied().collect();
    [
        words.to_owned(),
        n.to_string(),
        percent(right(readings), n),
        interval(right(readings), n),
        format!("{:.1} %", 100.0 * reliability.error()),
        percent(sure.len(), n),
        percent(right(&sure), sure.len()),
    ]
}
