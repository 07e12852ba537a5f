//! Screens as pixels: what the simulator shows, what `--shots` writes, what a replay compares.

use crate::Error;
use embedded_graphics::pixelcolor::{BinaryColor, PixelColor, Rgb565, Rgb888, RgbColor};
use embedded_graphics::prelude::*;
use image::{Rgb, RgbImage};
use petri_core::screen::{Display, Ink, Tint, draw};
use petri_core::{Pack, Screen, light::Colour};
use std::path::Path;

/// A picture in memory that core's painter can draw on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas<C> {
    size: Size,
    pixels: Vec<C>,
}

impl<C: Ink> Canvas<C> {
    /// Blank paper of `size`.
    pub fn blank(size: Size) -> Self {
        Self { size, pixels: vec![C::of(Tint::Paper); (size.width * size.height) as usize] }
    }

    /// The painted `screen` on a display of `size`; photographs come from `pack`.
    pub fn of(screen: &Screen, pack: &Pack<'_>, size: Size) -> Self {
        let mut canvas = Self::blank(size);
        let Ok(()) = draw(screen, pack, &mut canvas);
        canvas
    }
}

impl<C: Copy> Canvas<C> {
    /// The pixel at `x`, `y`; `None` outside.
    pub fn pixel(&self, x: u32, y: u32) -> Option<C> {
        (x < self.size.width).then(|| self.pixels.get((y * self.size.width + x) as usize).copied()).flatten()
    }
}

impl<C> OriginDimensions for Canvas<C> {
    fn size(&self) -> Size {
        self.size
    }
}

impl<C: PixelColor> DrawTarget for Canvas<C> {
    type Color = C;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<C>>>(&mut self, pixels: I) -> Result<(), Self::Error> {
        let area = self.bounding_box();
        for Pixel(point, colour) in pixels {
            if area.contains(point) {
                self.pixels[(point.y as u32 * self.size.width + point.x as u32) as usize] = colour;
            }
        }
        Ok(())
    }
}

/// Red, green and blue bytes of `screen` on `display`, from the top left. Mono is white on black, as on an OLED.
pub fn pixels(screen: &Screen, pack: &Pack<'_>, display: Display) -> Vec<u8> {
    let bytes = |colour: Rgb888| [colour.r(), colour.g(), colour.b()];
    if display.is_colour() {
        let drawn = Canvas::<Rgb565>::of(screen, pack, display.size());
        return drawn.pixels.into_iter().flat_map(|pixel| bytes(pixel.into())).collect();
    }
    let lit = |pixel: BinaryColor| if pixel.is_on() { Rgb888::WHITE } else { Rgb888::BLACK };
    let drawn = Canvas::<BinaryColor>::of(screen, pack, display.size());
    drawn.pixels.into_iter().flat_map(|pixel| bytes(lit(pixel))).collect()
}

/// `screen` as a picture, twice as large for mono, with a strip in the colour of the lights below it.
fn tile(screen: &Screen, pack: &Pack<'_>, light: Colour, display: Display) -> RgbImage {
    const STRIP_PIXELS: u32 = 6;
    let Size { width, height } = display.size();
    let drawn = RgbImage::from_raw(width, height, pixels(screen, pack, display)).unwrap_or_default();
    let zoom = if display.is_colour() { 1 } else { 2 };
    RgbImage::from_fn(width * zoom, height * zoom + STRIP_PIXELS, |x, y| {
        if y < height * zoom {
            *drawn.get_pixel(x / zoom, y / zoom)
        } else {
            Rgb([light.red, light.green, light.blue])
        }
    })
}

fn save(picture: &RgbImage, path: &Path) -> Result<(), Error> {
    picture
        .save(path)
        .map_err(|error| Error::Write { path: path.to_owned(), source: std::io::Error::other(error) })
}

/// Writes `screen` as a PNG file, twice as large for mono, with a strip in the colour of the lights below it.
///
/// # Errors
/// When the file cannot be written.
pub fn write_png(
    screen: &Screen,
    pack: &Pack<'_>,
    light: Colour,
    display: Display,
    path: &Path,
) -> Result<(), Error> {
    save(&tile(screen, pack, light, display), path)
}

/// Many screens in one picture, row by row.
#[derive(Debug)]
pub struct Sheet {
    columns: u32,
    tiles: Vec<RgbImage>,
}

impl Default for Sheet {
    fn default() -> Self {
        Self::with_columns(SHEET_COLUMNS)
    }
}

/// Most screens on one sheet.
pub const SHEET_SCREENS_MAX: usize = 120;
const SHEET_COLUMNS: u32 = 4;
const SHEET_GAP_PIXELS: u32 = 8;

impl Sheet {
    /// An empty sheet with this many screens, at least one, in a row.
    pub fn with_columns(columns: u32) -> Self {
        Self { columns: columns.max(1), tiles: Vec::new() }
    }

    /// Adds a screen; beyond [`SHEET_SCREENS_MAX`] none is added.
    pub fn push(&mut self, screen: &Screen, pack: &Pack<'_>, light: Colour, display: Display) {
        if self.tiles.len() < SHEET_SCREENS_MAX {
            self.tiles.push(tile(screen, pack, light, display));
        }
    }

    /// Writes the sheet as a PNG file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let (width, height) = self.tiles.first().map_or((1, 1), RgbImage::dimensions);
        let (width, height) = (width + SHEET_GAP_PIXELS, height + SHEET_GAP_PIXELS);
        let columns = self.columns.min(self.tiles.len().max(1) as u32);
        let rows = (self.tiles.len() as u32).div_ceil(columns).max(1);
        let size = (columns * width + SHEET_GAP_PIXELS, rows * height + SHEET_GAP_PIXELS);
        let mut sheet = RgbImage::from_pixel(size.0, size.1, Rgb([128, 128, 128]));
        for (place, tile) in (0..).zip(&self.tiles) {
            let corner = |steps: u32, step: u32| i64::from(steps * step + SHEET_GAP_PIXELS);
            let (x, y) = (corner(place % columns, width), corner(place / columns, height));
            image::imageops::replace(&mut sheet, tile, x, y);
        }
        save(&sheet, path)
    }
}
