//! A display in memory, and its dots as text beside the committed ones.

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use embedded_graphics::primitives::Rectangle;
use petri_core::screen::{Ink, Tint};
use std::convert::Infallible;
use std::{fs, path::PathBuf};

/// Pixels of one colour type. What is drawn outside is counted, not kept.
pub(crate) struct Canvas<C> {
    size: Size,
    pixels: Vec<C>,
    outside: usize,
}

impl<C: Ink> Canvas<C> {
    pub(crate) fn new(size: Size) -> Self {
        let pixels = vec![C::of(Tint::Paper); size.width as usize * size.height as usize];
        Self { size, pixels, outside: 0 }
    }

    pub(crate) fn pixels(&self) -> &[C] {
        &self.pixels
    }

    /// How many pixels were drawn beyond the edges.
    #[allow(dead_code, reason = "not every test binary asks")]
    pub(crate) fn outside(&self) -> usize {
        self.outside
    }

    /// How many pixels differ.
    pub(crate) fn distance(&self, other: &Self) -> usize {
        assert_eq!(self.size, other.size);
        self.pixels.iter().zip(&other.pixels).filter(|(a, b)| a != b).count()
    }

    /// The pixels of a part, row by row.
    #[allow(dead_code, reason = "not every test binary asks")]
    pub(crate) fn part(&self, area: Rectangle) -> Vec<C> {
        let places = (0..).zip(&self.pixels).map(|(i, pixel)| (self.place(i), pixel));
        places.filter(|(place, _)| area.contains(*place)).map(|(_, pixel)| *pixel).collect()
    }

    /// Pixels outside `area` that are no longer paper.
    #[allow(dead_code, reason = "not every test binary asks")]
    pub(crate) fn stains_outside(&self, area: Rectangle) -> usize {
        let stained = (0..).zip(&self.pixels).filter(|(_, pixel)| **pixel != C::of(Tint::Paper));
        stained.filter(|(i, _)| !area.contains(self.place(*i))).count()
    }

    /// The first and the last column within `area` with a pixel that is no longer paper.
    #[allow(dead_code, reason = "not every test binary asks")]
    pub(crate) fn stained_columns(&self, area: Rectangle) -> Option<(i32, i32)> {
        let stained = (0..).zip(&self.pixels).filter(|(_, pixel)| **pixel != C::of(Tint::Paper));
        let places = stained.map(|(i, _)| self.place(i)).filter(|place| area.contains(*place));
        places.fold(None, |range, Point { x, .. }| {
            let (first, last) = range.unwrap_or((x, x));
            Some((first.min(x), last.max(x)))
        })
    }

    /// Rows of text: `#` for ink.
    #[allow(dead_code, reason = "not every test binary asks")]
    pub(crate) fn rows(&self) -> String {
        let rows = self.pixels.chunks(self.size.width as usize);
        let dot = |pixel: &C| if *pixel == C::of(Tint::Paper) { '.' } else { '#' };
        rows.map(|row| row.iter().map(dot).chain(['\n']).collect::<String>()).collect()
    }

    fn place(&self, index: u32) -> Point {
        Point::new((index % self.size.width) as i32, (index / self.size.width) as i32)
    }
}

impl<C> OriginDimensions for Canvas<C> {
    fn size(&self) -> Size {
        self.size
    }
}

impl<C: Ink> DrawTarget for Canvas<C> {
    type Color = C;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<C>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(Point { x, y }, colour) in pixels {
            let inside =
                (0..self.size.width as i32).contains(&x) && (0..self.size.height as i32).contains(&y);
            if inside {
                self.pixels[y as usize * self.size.width as usize + x as usize] = colour;
            } else {
                self.outside += 1;
            }
        }
        Ok(())
    }
}

/// Holds the dots against `tests/golden/<name>.txt`; with `UPDATE_GOLDEN=1` in the environment, writes that file.
#[allow(dead_code, reason = "not every test binary asks")]
pub(crate) fn compare<C: Ink>(name: &str, canvas: &Canvas<C>) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.txt"));
    let now = canvas.rows();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &now).expect("the folder tests/golden can be written to");
        return;
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == now,
        "{name} is drawn differently. Committed:\n{golden}\nNow:\n{now}\nIf this is meant, run the tests with \
         UPDATE_GOLDEN=1 and look at the difference before you commit it."
    );
}
