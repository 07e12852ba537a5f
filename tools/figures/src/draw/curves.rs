//! Curves with bands, and bars.

use super::{COLOURS, Drawn, MARGIN_PX, TEXT_PX, TITLE_PX, canvas, said, width_px, write};
use crate::lines::{Bars, Lines};
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

const SIZE: (i32, i32) = (760, 420);

pub(super) fn draw_lines(lines: &Lines, text: &mut String) -> Drawn {
    let area = canvas(text, SIZE, &lines.title)?;
    let inner = area.margin(MARGIN_PX + TITLE_PX + 8, MARGIN_PX, MARGIN_PX, MARGIN_PX);
    plot(lines, &inner).map_err(|error| said(&error))?;
    area.present().map_err(|error| said(&error))
}

fn plot(lines: &Lines, area: &super::Area<'_>) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
    let ends = lines.across[0]..lines.across[1];
    let across = Across { ends: ends.into(), places: lines.places.len() };
    let mut chart = ChartBuilder::on(area)
        .x_label_area_size(36)
        .y_label_area_size(60)
        .build_cartesian_2d(across, lines.upwards[0]..lines.upwards[1])?;
    let wide = |ends: [f64; 2]| usize::from(ends[1] - ends[0] < 10.0);
    let [x_decimals, y_decimals] = [wide(lines.across), wide(lines.upwards)];
    let numbers = lines.places.is_empty();
    chart
        .configure_mesh()
        .x_desc(lines.axes[0].as_str())
        .y_desc(lines.axes[1].as_str())
        .x_label_formatter(&|x| if numbers { format!("{x:.x_decimals$}") } else { lines.place(*x) })
        .y_label_formatter(&|y| format!("{y:.y_decimals$}"))
        .light_line_style(WHITE)
        .draw()?;
    let thin = BLACK.mix(0.5).stroke_width(1);
    chart.draw_series(LineSeries::new(lines.aim.iter().map(|[x, y]| (*x, *y)), thin))?;
    for (line, colour) in lines.series.iter().zip(COLOURS) {
        let lower = line.points.iter().zip(&line.intervals).map(|([x, _], [low, _])| (*x, *low));
        let upper = line.points.iter().zip(&line.intervals).map(|([x, _], [_, high])| (*x, *high));
        let band: Vec<(f64, f64)> = upper.chain(lower.rev()).collect();
        if !band.is_empty() {
            chart.draw_series([Polygon::new(band, colour.mix(0.15))])?;
        }
        let style = colour.stroke_width(2);
        let points = || line.points.iter().map(|[x, y]| (*x, *y));
        chart
            .draw_series(LineSeries::new(points(), style))?
            .label(line.name.as_str())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        if !numbers {
            chart.draw_series(points().map(|point| Circle::new(point, 3, colour.filled())))?;
        }
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .position(SeriesLabelPosition::LowerLeft)
        .draw()
}

/// An axis of numbers, marked at every named place where there are names.
struct Across {
    ends: RangedCoordf64,
    places: usize,
}

impl Ranged for Across {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.ends.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if self.places == 0 {
            return self.ends.key_points(hint);
        }
        (0..self.places).map(|place| place as f64).collect()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.ends.range()
    }
}

pub(super) fn draw_bars(bars: &Bars, text: &mut String) -> Drawn {
    const BAR_PX: i32 = 18;
    const STEP_PX: i32 = 26;
    const VALUE_PX: i32 = 56;
    let most = bars.values.iter().copied().chain(bars.aim).fold(f64::MIN_POSITIVE, f64::max);
    let names = bars.labels.iter().map(|label| width_px(label, TEXT_PX)).max().unwrap_or(0);
    let (left, top) = (MARGIN_PX + names + 8, MARGIN_PX + TITLE_PX + 14);
    let bottom = top + STEP_PX * bars.labels.len() as i32;
    let area = canvas(text, (SIZE.0, bottom + 20 + MARGIN_PX), &bars.title)?;
    let room = SIZE.0 - left - VALUE_PX - MARGIN_PX;
    let long = |value: f64| (f64::from(room) * value / most).round() as i32;
    let failed = |error: DrawingAreaErrorKind<std::io::Error>| said(&error);
    for (row, (label, value)) in bars.labels.iter().zip(&bars.values).enumerate() {
        let y = top + STEP_PX * row as i32;
        let middle = y + BAR_PX / 2;
        write(&area, label, (left - 6, middle), TEXT_PX, BLACK, (HPos::Right, VPos::Center))?;
        let corners = [(left, y), (left + long(*value), y + BAR_PX)];
        area.draw(&Rectangle::new(corners, COLOURS[0].filled())).map_err(failed)?;
        let at = (left + long(*value) + 6, middle);
        write(&area, &format!("{value:.2}"), at, TEXT_PX, BLACK, (HPos::Left, VPos::Center))?;
    }
    if let Some(aim) = bars.aim {
        let x = left + long(aim);
        let style = BLACK.mix(0.6).stroke_width(1);
        area.draw(&PathElement::new([(x, top - 4), (x, bottom)], style)).map_err(failed)?;
    }
    let at = (left + room / 2, bottom + 4);
    write(&area, &bars.axis, at, TEXT_PX, BLACK, (HPos::Center, VPos::Top))?;
    area.present().map_err(failed)
}
