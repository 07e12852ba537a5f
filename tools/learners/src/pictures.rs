//! The pictures of the report.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

const COLOURS: [RGBColor; 10] = [
    RGBColor(38, 99, 196),
    RGBColor(196, 112, 18),
    RGBColor(24, 134, 92),
    RGBColor(150, 60, 160),
    RGBColor(120, 120, 120),
    RGBColor(200, 50, 60),
    RGBColor(90, 70, 40),
    RGBColor(20, 150, 170),
    RGBColor(160, 160, 30),
    RGBColor(80, 80, 200),
];

/// A named line.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
}

/// A picture of lines.
#[derive(Debug, Clone)]
pub struct Plot {
    /// Above it.
    pub title: &'static str,
    /// Below and beside it.
    pub axes: [&'static str; 2],
    /// From the least to the greatest that is shown, across.
    pub across: [f64; 2],
    /// The same upwards.
    pub upwards: [f64; 2],
    /// A thin line to compare with.
    pub aim: Vec<(f64, f64)>,
    /// Whether the names of the lines stand below, as the lines are above.
    pub names_below: bool,
    /// The lines.
    pub lines: Vec<Line>,
}

/// Draws a plot as an SVG file's text.
///
/// # Errors
/// When the picture cannot be drawn.
pub fn svg(plot: &Plot) -> anyhow::Result<String> {
    let mut text = String::new();
    draw(plot, &mut text).map_err(|reason| anyhow::anyhow!("cannot draw `{}`: {reason}", plot.title))?;
    text.push('\n');
    Ok(text)
}

fn draw(plot: &Plot, text: &mut String) -> Result<(), String> {
    let area = SVGBackend::with_string(text, (760, 420)).into_drawing_area();
    let said = |error: DrawingAreaErrorKind<std::io::Error>| error.to_string();
    area.fill(&WHITE).map_err(said)?;
    let (across, upwards) = (plot.across[0]..plot.across[1], plot.upwards[0]..plot.upwards[1]);
    let mut chart: ChartContext<'_, _, Cartesian2d<RangedCoordf64, RangedCoordf64>> = ChartBuilder::on(&area)
        .margin(12)
        .caption(plot.title, ("sans-serif", 20))
        .x_label_area_size(36)
        .y_label_area_size(52)
        .build_cartesian_2d(across.clone(), upwards)
        .map_err(said)?;
    let wide = across.end > 5.0;
    chart
        .configure_mesh()
        .x_desc(plot.axes[0])
        .y_desc(plot.axes[1])
        .x_label_formatter(&|x| if wide { format!("{x:.0}") } else { format!("{x:.1}") })
        .y_label_formatter(&|y| format!("{y:.1}"))
        .light_line_style(WHITE)
        .draw()
        .map_err(said)?;
    let thin = BLACK.mix(0.5).stroke_width(1);
    chart.draw_series(LineSeries::new(plot.aim.iter().copied(), thin)).map_err(said)?;
    for (line, colour) in plot.lines.iter().zip(COLOURS) {
        let style = colour.stroke_width(2);
        chart
            .draw_series(LineSeries::new(line.points.iter().copied(), style))
            .map_err(said)?
            .label(line.name.as_str())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    let names =
        if plot.names_below { SeriesLabelPosition::LowerRight } else { SeriesLabelPosition::UpperRight };
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .position(names)
        .draw()
        .map_err(said)?;
    area.present().map_err(said)
}
