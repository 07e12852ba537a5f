//! A learner's progress as a table and as a picture.

use crate::Error;
use crate::journal::Stored;
use petri_core::{Ability, Emotion, Entry, Exercise, Language, Outcome, Progress, Purpose};
use plotters::prelude::*;
use std::fmt::Write;
use std::path::Path;

/// A table with one row for each feeling in each exercise that was practised: the answers that met the target, and
/// the ability in logits with its standard error. What the transfer probe found stands apart, below it.
pub fn table(entries: &[Stored]) -> String {
    let mut progress = Progress::default();
    for stored in entries {
        progress.absorb(&stored.entry);
    }
    let mut text = format!("{:<16}{:<11}{:>7}  ability\n{}", "exercise", "feeling", "met", "-".repeat(52));
    for exercise in Exercise::TRAINED {
        for emotion in Emotion::ALL {
            let of = |e: &Entry| e.exercise == exercise && e.target == emotion;
            let (same, answered) = met(entries, Purpose::Training, of);
            if answered > 0 {
                let ability = logits(progress.get(exercise, emotion));
                let (name, word) = (exercise.name(Language::English), emotion.word());
                let share = format!("{same}/{answered}");
                let _ = write!(text, "\n{name:<16}{word:<11}{share:>7}  {ability}");
            }
        }
    }
    let sessions: std::collections::BTreeSet<u32> = entries.iter().map(|stored| stored.session).collect();
    let _ = write!(
        text,
        "\n{} trials in {} sessions; ability in logits, +- one standard error",
        entries.len(),
        sessions.len()
    );
    let parts = [Exercise::ReadTheFace, Exercise::ReadTheWords, Exercise::Together].map(|exercise| {
        let (same, answered) = met(entries, Purpose::Probe, |e| e.exercise == exercise);
        (answered > 0).then(|| format!("{} {same}/{answered}", exercise.name(Language::English)))
    });
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        let _ = write!(text, "\nwhat carries over to new people and words: {}", parts.join(", "));
    }
    text
}

/// How many answers of these trials met the target, and how many there were.
fn met(entries: &[Stored], purpose: Purpose, of: impl Fn(&Entry) -> bool) -> (usize, usize) {
    let trials = entries.iter().map(|stored| &stored.entry).filter(|e| e.purpose == purpose && of(e));
    let answered = trials.filter(|entry| entry.outcome != Outcome::Skipped);
    answered.fold((0, 0), |(same, all), entry| (same + usize::from(entry.outcome == Outcome::Same), all + 1))
}

fn logits(ability: Ability) -> String {
    format!("{:+.2} +- {:.2}", f32::from(ability.mean_ml) / 1_000.0, f32::from(ability.spread_ml) / 1_000.0)
}

/// Mean ability over all feelings in one exercise after each trial, with the standard error of that mean.
fn course(entries: &[Stored], exercise: Exercise) -> Vec<(f32, f32, f32)> {
    let mut progress = Progress::default();
    let mut points = Vec::new();
    let practised =
        |stored: &Stored| stored.entry.exercise == exercise && stored.entry.purpose == Purpose::Training;
    for (i, stored) in entries.iter().enumerate().filter(|(_, stored)| practised(stored)) {
        progress.absorb(&stored.entry);
        let abilities = Emotion::ALL.map(|emotion| progress.get(exercise, emotion));
        let count = Emotion::COUNT as f32;
        let mean = abilities.iter().map(|a| f32::from(a.mean_ml)).sum::<f32>() / count / 1_000.0;
        let variance: f32 = abilities.iter().map(|a| (f32::from(a.spread_ml) / 1_000.0).powi(2)).sum();
        points.push((i as f32 + 1.0, mean, variance.sqrt() / count));
    }
    points
}

/// Writes the course of a learner's abilities as an SVG file: one line per exercise with a band of one standard
/// error.
///
/// # Errors
/// When the file cannot be written.
pub fn write_svg(entries: &[Stored], path: &Path) -> Result<(), Error> {
    let mut svg = String::new();
    let drawn = draw(entries, &mut svg);
    let failed = |source| Error::Write { path: path.to_owned(), source };
    drawn.map_err(|reason| failed(std::io::Error::other(reason)))?;
    std::fs::write(path, svg).map_err(failed)
}

fn draw(entries: &[Stored], svg: &mut String) -> Result<(), String> {
    // Okabe & Ito's palette, which colour-blind readers can tell apart.
    const COLOURS: [RGBColor; Exercise::TRAINED.len()] = [
        RGBColor(0, 114, 178),
        RGBColor(230, 159, 0),
        RGBColor(0, 158, 115),
        RGBColor(213, 94, 0),
        RGBColor(204, 121, 167),
        RGBColor(86, 180, 233),
        RGBColor(90, 90, 90),
    ];
    let courses = Exercise::TRAINED.map(|exercise| course(entries, exercise));
    let values = || courses.iter().flatten();
    let low = values().map(|(_, mean, error)| mean - error).fold(-1.0, f32::min);
    let high = values().map(|(_, mean, error)| mean + error).fold(1.0, f32::max);
    let area = SVGBackend::with_string(svg, (720, 400)).into_drawing_area();
    let said = |error: DrawingAreaErrorKind<std::io::Error>| error.to_string();
    area.fill(&WHITE).map_err(said)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .caption("Ability by exercise", ("sans-serif", 20))
        .x_label_area_size(36)
        .y_label_area_size(52)
        .build_cartesian_2d(0.0..(entries.len().max(1) as f32 + 1.0), low - 0.1..high + 0.1)
        .map_err(said)?;
    chart
        .configure_mesh()
        .x_desc("trial")
        .y_desc("logits")
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.1}"))
        .light_line_style(WHITE)
        .draw()
        .map_err(said)?;
    for ((exercise, course), colour) in Exercise::TRAINED.into_iter().zip(&courses).zip(COLOURS) {
        if course.is_empty() {
            continue;
        }
        let upper = course.iter().map(|(x, mean, error)| (*x, mean + error));
        let lower = course.iter().rev().map(|(x, mean, error)| (*x, mean - error));
        let band: Vec<(f32, f32)> = upper.chain(lower).collect();
        chart.draw_series([Polygon::new(band, colour.mix(0.15))]).map_err(said)?;
        chart
            .draw_series(LineSeries::new(
                course.iter().map(|(x, mean, _)| (*x, *mean)),
                colour.stroke_width(2),
            ))
            .map_err(said)?
            .label(exercise.name(Language::English))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()
        .map_err(said)?;
    area.present().map_err(said)
}
