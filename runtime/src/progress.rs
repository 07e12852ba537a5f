//! A learner's progress as a table and as a picture.

use crate::Error;
use crate::journal::Stored;
use petri_core::{Ability, Emotion, Exercise, Outcome, Progress};
use plotters::prelude::*;
use std::fmt::Write;
use std::path::Path;

/// A table with one row per feeling: for each exercise the answers that met the target, and the ability in logits
/// with its standard error.
pub fn table(entries: &[Stored]) -> String {
    let mut progress = Progress::default();
    for stored in entries {
        progress.absorb(&stored.entry);
    }
    let mut text = format!("{:<11}", "feeling");
    for exercise in Exercise::ALL {
        let _ = write!(text, "| {:<20}", exercise.name());
    }
    text.push('\n');
    text.push_str(&"-".repeat(11 + 22 * Exercise::COUNT));
    for emotion in Emotion::ALL {
        let _ = write!(text, "\n{:<11}", emotion.word());
        for exercise in Exercise::ALL {
            let cell = entries
                .iter()
                .map(|stored| &stored.entry)
                .filter(|e| e.exercise == exercise && e.target == emotion);
            let answered = cell.clone().filter(|entry| entry.outcome != Outcome::Skipped).count();
            let same = cell.filter(|entry| entry.outcome == Outcome::Same).count();
            let ability = progress.get(exercise, emotion);
            let cell = match answered {
                0 => "-".to_owned(),
                _ => format!("{same}/{answered}  {}", logits(ability)),
            };
            let _ = write!(text, "| {cell:<20}");
        }
    }
    let sessions: std::collections::BTreeSet<u32> = entries.iter().map(|stored| stored.session).collect();
    let _ = write!(
        text,
        "\n{} trials in {} sessions; ability in logits, +- one standard error",
        entries.len(),
        sessions.len()
    );
    text
}

fn logits(ability: Ability) -> String {
    format!("{:+.2} +- {:.2}", f32::from(ability.mean_ml) / 1_000.0, f32::from(ability.spread_ml) / 1_000.0)
}

/// Mean ability over all feelings in one exercise after each trial, with the standard error of that mean.
fn course(entries: &[Stored], exercise: Exercise) -> Vec<(f32, f32, f32)> {
    let mut progress = Progress::default();
    let mut points = Vec::new();
    for (i, stored) in entries.iter().enumerate().filter(|(_, stored)| stored.entry.exercise == exercise) {
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
    const COLOURS: [RGBColor; Exercise::COUNT] =
        [RGBColor(38, 99, 196), RGBColor(196, 112, 18), RGBColor(24, 134, 92)];
    let courses = Exercise::ALL.map(|exercise| course(entries, exercise));
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
    for ((exercise, course), colour) in Exercise::ALL.into_iter().zip(&courses).zip(COLOURS) {
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
            .label(exercise.name())
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
