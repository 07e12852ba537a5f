//! Pictures as SVG. Sizes of text are estimated without a font, so the same report gives the same bytes everywhere.

mod curves;
mod matrix;
mod reliability;

use crate::block::Block;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The colours of lines, in order.
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
const MARGIN_PX: i32 = 12;
const TITLE_PX: i32 = 20;
const TEXT_PX: i32 = 12;
/// Width of a letter as a share of its height, in the mean.
const LETTER_SHARE: f64 = 0.58;

type Drawn = Result<(), String>;
type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn said(error: &DrawingAreaErrorKind<std::io::Error>) -> String {
    error.to_string()
}

/// The picture of a block, if it has one.
pub(crate) fn svg(block: &Block) -> anyhow::Result<Option<String>> {
    let mut text = String::new();
    let drawn = match block {
        Block::Heading { .. } | Block::Text { .. } | Block::Table(_) => return Ok(None),
        Block::Confusion(confusion) => matrix::draw(confusion, &mut text),
        Block::Reliability(diagram) => reliability::draw(diagram, &mut text),
        Block::Lines(lines) => curves::draw_lines(lines, &mut text),
        Block::Bars(bars) => curves::draw_bars(bars, &mut text),
    };
    let title = block.picture().map_or("", |(_, title)| title);
    drawn.map_err(|reason| anyhow::anyhow!("cannot draw `{title}`: {reason}"))?;
    text.push('\n');
    Ok(Some(text))
}

/// A white picture with its title.
fn canvas<'a>(text: &'a mut String, size: (i32, i32), title: &str) -> Result<Area<'a>, String> {
    let area = SVGBackend::with_string(text, (size.0 as u32, size.1 as u32)).into_drawing_area();
    area.fill(&WHITE).map_err(|error| said(&error))?;
    write(&area, title, (size.0 / 2, MARGIN_PX), TITLE_PX, BLACK, (HPos::Center, VPos::Top))?;
    Ok(area)
}

/// Letters at a place, which is where `anchor` says.
fn write(
    area: &Area<'_>,
    text: &str,
    at: (i32, i32),
    px: i32,
    colour: RGBColor,
    anchor: (HPos, VPos),
) -> Drawn {
    let style = ("sans-serif", px).into_font().color(&colour).pos(Pos::new(anchor.0, anchor.1));
    area.draw(&Text::new(text.to_owned(), at, style)).map_err(|error| said(&error))
}

/// How wide a text is, in pixels, as far as can be told without its font.
fn width_px(text: &str, px: i32) -> i32 {
    // Chinese letters are as wide as they are high.
    let wide = |letter: char| if letter.is_ascii() { LETTER_SHARE } else { 1.0 };
    (text.chars().map(wide).sum::<f64>() * f64::from(px)).ceil() as i32
}
