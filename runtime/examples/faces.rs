//! Draws every person with every feeling on one sheet: `cargo run --package petri-runtime --example faces -- FILE`.

use embedded_graphics::pixelcolor::{Rgb565, Rgb888, RgbColor};
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use image::{Rgb, RgbImage};
use petri_core::screen::Palette;
use petri_core::{Actions, Actor, Emotion, Permille, Portrait, art};
use petri_runtime::picture::Canvas;
use std::error::Error;

const SIDE_PIXELS: u32 = 150;
const GAP_PIXELS: u32 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name the file to write")?;
    let (columns, rows) = (Emotion::COUNT as u32, Actor::COUNT as u32);
    let step = SIDE_PIXELS + GAP_PIXELS;
    let size = Size::new(columns * step + GAP_PIXELS, rows * step + GAP_PIXELS);
    let mut canvas = Canvas::<Rgb565>::blank(size);
    for (row, actor) in (0..).zip(Actor::ALL) {
        for (column, emotion) in (0..).zip(Emotion::ALL) {
            let actions = Actions::of(emotion, Permille::FULL);
            let corner = Point::new(column, row) * step as i32 + Point::new_equal(GAP_PIXELS as i32);
            let area = Rectangle::new(corner, Size::new_equal(SIDE_PIXELS));
            art::face(&Portrait { actor, actions }, Palette::default(), area, &mut canvas)?;
        }
    }
    let colour = |x, y| canvas.pixel(x, y).map_or(Rgb888::WHITE, Rgb888::from);
    let sheet = RgbImage::from_fn(size.width, size.height, |x, y| {
        let colour = colour(x, y);
        Rgb([colour.r(), colour.g(), colour.b()])
    });
    sheet.save(path)?;
    Ok(())
}
