//! Screens as pixels: what the simulator shows, what `--shots` writes, what a replay compares.

use crate::Error;
use embedded_graphics::pixelcolor::{BinaryColor, PixelColor, Rgb565, Rgb888, RgbColor};
use embedded_graphics::prelude::*;
use petri_core::screen::{Display, Ink, Tint, draw};
use petri_core::{Screen, light::Colour};
use std::path::Path;

/// A picture in memory that core's painter can draw on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas<C> {
    size: Size,
    pixels: Vec<C>,
}

impl<C: Ink> Canvas<C> {
    /// The painted `screen` on a display of `size`.
    pub fn of(screen: &Screen, size: Size) -> Self {
        let pixels = vec![C::of(Tint::Paper); (size.width * size.height) as usize];
        let mut canvas = Self { size, pixels };
        let Ok(()) = draw(screen, &mut canvas);
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
pub fn pixels(screen: &Screen, display: Display) -> Vec<u8> {
    let bytes = |colour: Rgb888| [colour.r(), colour.g(), colour.b()];
    if display.is_colour() {
        let drawn = Canvas::<Rgb565>::of(screen, display.size());
        return drawn.pixels.into_iter().flat_map(|pixel| bytes(pixel.into())).collect();
    }
    let lit = |pixel: BinaryColor| if pixel.is_on() { Rgb888::WHITE } else { Rgb888::BLACK };
    let drawn = Canvas::<BinaryColor>::of(screen, display.size());
    drawn.pixels.into_iter().flat_map(|pixel| bytes(lit(pixel))).collect()
}

/// Writes `screen` as a PNG file, twice as large for mono, with a strip in the colour of the lights below it.
///
/// # Errors
/// When the file cannot be written.
pub fn write_png(screen: &Screen, light: Colour, display: Display, path: &Path) -> Result<(), Error> {
    const STRIP_PIXELS: u32 = 6;
    let Size { width, height } = display.size();
    let drawn = image::RgbImage::from_raw(width, height, pixels(screen, display)).unwrap_or_default();
    let zoom = if display.is_colour() { 1 } else { 2 };
    let picture = image::RgbImage::from_fn(width * zoom, height * zoom + STRIP_PIXELS, |x, y| {
        if y < height * zoom {
            *drawn.get_pixel(x / zoom, y / zoom)
        } else {
            image::Rgb([light.red, light.green, light.blue])
        }
    });
    picture
        .save(path)
        .map_err(|error| Error::Write { path: path.to_owned(), source: std::io::Error::other(error) })
}
