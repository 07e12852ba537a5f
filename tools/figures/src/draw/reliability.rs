//! A reliability diagram: bars of what was right over confidence, and how many answers each rests on.

use super::{COLOURS, Drawn, MARGIN_PX, TEXT_PX, TITLE_PX, canvas, said};
use crate::figure::wilson;
use crate::reliability::Reliability;
use plotters::prelude::*;

pub(super) fn draw(diagram: &Reliability, text: &mut String) -> Drawn {
    let title =
        format!("{} (expected calibration error {:.3}, n = {})", diagram.title, diagram.error(), diagram.n());
    let area = canvas(text, (760, 520), &title)?;
    let area = area.margin(MARGIN_PX + TITLE_PX + 4, MARGIN_PX, MARGIN_PX, MARGIN_PX);
    let (upper, lower) = area.split_vertically(340);
    shares(diagram, &upper).map_err(|error| said(&error))?;
    counts(diagram, &lower).map_err(|error| said(&error))?;
    area.present().map_err(|error| said(&error))
}

type Failed = DrawingAreaErrorKind<std::io::Error>;

fn shares(diagram: &Reliability, area: &super::Area<'_>) -> Result<(), Failed> {
    let mut chart = ChartBuilder::on(area)
        .x_label_area_size(20)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
    chart
        .configure_mesh()
        .y_desc("share that is right")
        .x_label_formatter(&|x| format!("{x:.1}"))
        .y_label_formatter(&|y| format!("{y:.1}"))
        .light_line_style(WHITE)
        .draw()?;
    let [bars, points] = [COLOURS[0].mix(0.3).filled(), COLOURS[0].filled()];
    let width = 1.0 / diagram.bins.len() as f64;
    let filled = || diagram.bins.iter().enumerate().filter(|(_, bin)| bin.n > 0);
    chart.draw_series(filled().map(|(number, bin)| {
        let left = number as f64 * width;
        Rectangle::new([(left, 0.0), (left + width, bin.right as f64 / bin.n as f64)], bars)
    }))?;
    let thin = BLACK.mix(0.5).stroke_width(1);
    chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], thin))?;
    chart.draw_series(filled().map(|(_, bin)| {
        let [low, high] = wilson(bin.right, bin.n).map(|percent| percent / 100.0);
        PathElement::new([(bin.confidence, low), (bin.confidence, high)], COLOURS[0].stroke_width(2))
    }))?;
    chart.draw_series(
        filled().map(|(_, bin)| Circle::new((bin.confidence, bin.right as f64 / bin.n as f64), 4, points)),
    )?;
    Ok(())
}

fn counts(diagram: &Reliability, area: &super::Area<'_>) -> Result<(), Failed> {
    let most = diagram.bins.iter().map(|bin| bin.n).max().unwrap_or(0).max(1) as f64;
    let mut chart = ChartBuilder::on(area)
        .x_label_area_size(36)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..1.0, 0.0..most * 1.25)?;
    chart
        .configure_mesh()
        .x_desc("confidence (points: mean of the bin; lines: 95 % interval; bars below: answers)")
        .y_desc("answers")
        .y_labels(3)
        .x_label_formatter(&|x| format!("{x:.1}"))
        .y_label_formatter(&|y| format!("{y:.0}"))
        .light_line_style(WHITE)
        .draw()?;
    let width = 1.0 / diagram.bins.len() as f64;
    let filled = || diagram.bins.iter().enumerate().filter(|(_, bin)| bin.n > 0);
    let grey = BLACK.mix(0.35).filled();
    chart.draw_series(filled().map(|(number, bin)| {
        let left = number as f64 * width;
        Rectangle::new([(left, 0.0), (left + width, bin.n as f64)], grey)
    }))?;
    let font = ("sans-serif", TEXT_PX - 2).into_font().color(&BLACK);
    chart.draw_series(filled().map(|(number, bin)| {
        let at = ((number as f64 + 0.1) * width, bin.n as f64 + most * 0.2);
        Text::new(bin.n.to_string(), at, font.clone())
    }))?;
    Ok(())
}
