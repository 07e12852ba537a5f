//! A confusion matrix: the darker a cell, the larger its share of the row.

use super::{Drawn, MARGIN_PX, TEXT_PX, TITLE_PX, canvas, said, width_px, write};
use crate::confusion::Confusion;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

/// The colour of a share of one.
const FULL: RGBColor = RGBColor(38, 99, 196);
/// From this share on, letters in a cell are white.
const DARK: f64 = 0.55;
const LETTERS_MAX: usize = 16;

pub(super) fn draw(confusion: &Confusion, text: &mut String) -> Drawn {
    let large = confusion.columns.len() <= 12;
    let (cell, high) = if large { (62, 40) } else { (24, 24) };
    let rows: Vec<String> = confusion.rows.iter().zip(&confusion.counts).map(named).collect();
    let short = |label: &String| label.chars().take(LETTERS_MAX).collect::<String>();
    let columns: Vec<String> = confusion.columns.iter().map(short).collect();
    let widest = |labels: &[String]| labels.iter().map(|label| width_px(label, TEXT_PX)).max().unwrap_or(0);
    let (left, top) = (MARGIN_PX + widest(&rows) + 8, MARGIN_PX + TITLE_PX + 48);
    // Names that are wider than their column stand on end.
    let on_end = widest(&columns) > cell - 4;
    let top = if on_end { top + widest(&columns) - TEXT_PX } else { top };
    let (across, down) = (cell * columns.len() as i32, high * rows.len() as i32);
    let title_px = width_px(&confusion.title, TITLE_PX) + 2 * MARGIN_PX;
    let size = ((left + across + MARGIN_PX).max(title_px), top + down + MARGIN_PX);
    let area = canvas(text, size, &confusion.title)?;
    let note =
        "rows: what was there (n); columns: what was said; a cell: how often, and its share of the row";
    let note_px = if width_px(note, 11) <= size.0 - MARGIN_PX { note } else { "rows: there; columns: said" };
    write(&area, note_px, (size.0 / 2, MARGIN_PX + TITLE_PX + 4), 11, BLACK, (HPos::Center, VPos::Top))?;
    for (column, label) in columns.iter().enumerate() {
        let at = (left + cell * column as i32 + cell / 2, top - 6);
        if on_end {
            let font = ("sans-serif", TEXT_PX).into_font().transform(FontTransform::Rotate270);
            area.draw(&Text::new(label.clone(), (at.0 - TEXT_PX / 2, at.1), font.color(&BLACK)))
                .map_err(|error| said(&error))?;
        } else {
            write(&area, label, at, TEXT_PX, BLACK, (HPos::Center, VPos::Bottom))?;
        }
    }
    for (row, (label, counts)) in rows.iter().zip(&confusion.counts).enumerate() {
        let y = top + high * row as i32;
        write(&area, label, (left - 6, y + high / 2), TEXT_PX, BLACK, (HPos::Right, VPos::Center))?;
        let n: usize = counts.iter().sum();
        for (column, count) in counts.iter().enumerate() {
            let share = *count as f64 / n.max(1) as f64;
            let corner = (left + cell * column as i32, y);
            let corners = [corner, (corner.0 + cell, corner.1 + high)];
            let colour = FULL.mix(share);
            let draw =
                |style: ShapeStyle| area.draw(&Rectangle::new(corners, style)).map_err(|error| said(&error));
            draw(colour.filled())?;
            draw(BLACK.mix(0.15).stroke_width(1))?;
            let letters = if share < DARK { BLACK } else { WHITE };
            let middle = corner.0 + cell / 2;
            let centre = (HPos::Center, VPos::Center);
            if !large {
                let count = if *count == 0 { String::new() } else { count.to_string() };
                write(&area, &count, (middle, y + high / 2), 9, letters, centre)?;
                continue;
            }
            write(&area, &count.to_string(), (middle, y + 13), TEXT_PX, letters, centre)?;
            write(&area, &format!("{:.0} %", 100.0 * share), (middle, y + 28), 10, letters, centre)?;
        }
    }
    area.present().map_err(|error| said(&error))
}

/// A row's name with its n.
fn named((label, counts): (&String, &Vec<usize>)) -> String {
    let label: String = label.chars().take(LETTERS_MAX).collect();
    format!("{label} ({})", counts.iter().sum::<usize>())
}
