//! Screens as pixels: what the simulator shows, what `--shots` writes, what a replay compares.

use crate::Error;
use embedded_graphics::pixelcolor::{BinaryColor, PixelColor, Rgb565, Rgb888, RgbColor};
use embedded_graphics::prelude::*;
use petri_core::screen::{Ink, Tint, draw};
use petri_core::{Screen, light::Colour};
use std::path::Path;

/// A display that the device is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Display {
    /// 128 x 64, one bit: SSD1306 and alike.
    Mono,
    /// 240 x 240 colour: ST7789 and alike.
    Square,
    /// 320 x 240 colour: ILI9341 and alike.
    Wide,
}

impl Display {
    /// All of them.
    pub const ALL: [Display; 3] = [Display::Mono, Display::Square, Display::Wide];

    /// Width and height in pixels.
    pub const fn size(self) -> (u32, u32) {
        match self {
            Display::Mono => (128, 64),
            Display::Square => (240, 240),
            Display::Wide => (320, 240),
        }
    }
}

/// A picture in memory that core's painter can draw on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas<C> {
    size: Size,
    pixels: Vec<C>,
}

impl<C: Ink> Canvas<C> {
    /// The painted `screen` at `width` x `height`.
    pub fn of(screen: &Screen, (width, height): (u32, u32)) -> Self {
        let mut canvas = Self {
            size: Size::new(width, height),
            pixels: vec![C::of(Tint::Paper); (width * height) as usize],
        };
        let Ok(()) = draw(screen, &mut canvas);
        canvas
    }
}

impl<C: Copy> Canvas<C> {
    /// Width and height.
    pub fn size(&self) -> (u32, u32) {
        (self.size.width, self.size.height)
    }

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
    if display == Display::Mono {
        let on = |pixel: BinaryColor| if pixel.is_on() { Rgb888::WHITE } else { Rgb888::BLACK };
        Canvas::<BinaryColor>::of(screen, display.size())
            .pixels
            .into_iter()
            .flat_map(|p| bytes(on(p)))
            .collect()
    } else {
        Canvas::<Rgb565>::of(screen, display.size())
            .pixels
            .into_iter()
            .flat_map(|p| bytes(p.into()))
            .collect()
    }
}

/// Writes `screen` as a PNG file, twice as large for mono, with a strip in the colour of the lights below it.
///
/// # Errors
/// When the file cannot be written.
pub fn write_png(screen: &Screen, light: Colour, display: Display, path: &Path) -> Result<(), Error> {
    const STRIP_PIXELS: u32 = 6;
    let (width, height) = display.size();
    let drawn = image::RgbImage::from_raw(width, height, pixels(screen, display)).unwrap_or_default();
    let zoom = if display == Display::Mono { 2 } else { 1 };
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
