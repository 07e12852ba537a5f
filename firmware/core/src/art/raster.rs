//! Turns a sketch into pixels, one row at a time, so that no picture is ever held in memory.

use super::sketch::{Brush, Point, SQUARE, Shape, Sketch};
use crate::screen::{Ink, Palette, Tint};
use embedded_graphics::{Pixel, draw_target::DrawTarget, geometry, primitives::Rectangle};
use heapless::Vec;

/// The largest side of a picture, in pixels; in a larger area it is centred.
pub(crate) const SIDE_MAX: u32 = 256;
/// Samples to a pixel along one axis, at most.
const SAMPLES_MAX: usize = 4;
/// Samples in a row of pixels: the row buffer of [`paint`].
const ROW_MAX: usize = SIDE_MAX as usize * SAMPLES_MAX;
/// Crossings of one row with the outline of a filled shape.
const CROSSINGS_MAX: usize = 16;
/// A line thinner than this share of a pixel, in hundredths, is drawn one pixel wide where edges are not smoothed.
const HAIRLINE_MAX: i32 = 150;

/// Paints a sketch into the largest square in the middle of `area`.
pub(crate) fn paint<D, C>(
    sketch: &Sketch,
    palette: Palette,
    area: Rectangle,
    target: &mut D,
) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let side = area.size.width.min(area.size.height).min(SIDE_MAX);
    let samples = C::SAMPLES.clamp(1, SAMPLES_MAX);
    let left = area.top_left.x.saturating_add((area.size.width - side) as i32 / 2);
    let top = area.top_left.y.saturating_add((area.size.height - side) as i32 / 2);
    let seen = target.bounding_box();
    let grid = Grid { count: side as i32 * samples as i32, smooth: samples > 1 };
    let width = side as usize * samples;
    let mut buffer = [[None; ROW_MAX]; SAMPLES_MAX];
    let mut rows: Vec<&mut [Option<Tint>], SAMPLES_MAX> =
        buffer.iter_mut().take(samples).filter_map(|row| row.get_mut(..width)).collect();
    for y in 0..side as i32 {
        let row_y = top.saturating_add(y);
        let Some(last) = seen.bottom_right().filter(|last| row_y >= seen.top_left.y && row_y <= last.y)
        else {
            continue;
        };
        for (i, row) in (0..).zip(&mut rows) {
            row.fill(None);
            grid.paint_row(sketch, y * samples as i32 + i, row);
        }
        let pixels = (0..side as usize).filter_map(|x| {
            let place = geometry::Point::new(left.saturating_add(x as i32), row_y);
            let mut block: Vec<Option<Tint>, { SAMPLES_MAX * SAMPLES_MAX }> = Vec::new();
            for row in &rows {
                block.extend_from_slice(row.get(x * samples..(x + 1) * samples)?).ok()?;
            }
            let colour = C::mean(&block, palette)?;
            (place.x >= seen.top_left.x && place.x <= last.x).then_some(Pixel(place, colour))
        });
        target.draw_iter(pixels)?;
    }
    Ok(())
}

/// The samples that cover the square of a sketch, `count` along each axis.
struct Grid {
    count: i32,
    smooth: bool,
}

impl Grid {
    /// The middle of a sample, in sixteenths of a unit.
    fn middle(&self, index: i32) -> i32 {
        // Counted from the centre, so that rounding treats both halves alike.
        SQUARE / 2 + (2 * index + 1 - self.count) * (SQUARE / 2) / self.count
    }

    /// The first sample whose middle is at `fine` or beyond.
    fn from(&self, fine: i32) -> i32 {
        let fine = fine.clamp(-SQUARE, 2 * SQUARE);
        (2 * self.count * fine - SQUARE).div_euclid(2 * SQUARE) + 1
    }

    /// The sample that holds `fine`.
    fn holding(&self, fine: i32) -> i32 {
        (self.count * fine.clamp(-SQUARE, 2 * SQUARE)).div_euclid(SQUARE)
    }

    /// The sample that holds `start + rise * run / length`, without rounding on the way, so that a line and its
    /// mirror image meet the same samples.
    fn crossed(&self, start: i32, rise: i32, run: i32, length: i32) -> i32 {
        let [start, rise, run, length] = [start, rise, run, length].map(i64::from);
        let fine = (start * length + rise * run) * length.signum();
        (i64::from(self.count) * fine).div_euclid(i64::from(SQUARE) * length.abs()) as i32
    }

    fn paint_row(&self, sketch: &Sketch, row_index: i32, row: &mut [Option<Tint>]) {
        let y = self.middle(row_index);
        for shape in sketch.shapes() {
            let outline = sketch.corners(shape);
            match shape.brush {
                Brush::Fill => {
                    let limits =
                        shape.within.and_then(|id| sketch.shape(id)).map(|s| crossings(sketch.corners(s), y));
                    self.fill_row(&crossings(outline, y), limits.as_deref(), shape, row);
                }
                Brush::Stroke(width) => {
                    let thin = width * self.count * 100 < SQUARE * HAIRLINE_MAX;
                    for (a, b) in outline.iter().zip(outline.iter().skip(1)) {
                        if !self.smooth && thin {
                            self.hairline_row(*a, *b, row_index, shape.tint, row);
                        } else {
                            self.stroke_row(*a, *b, y, width / 2, shape.tint, row);
                        }
                    }
                }
            }
        }
    }

    fn fill_row(&self, spans: &[i32], limits: Option<&[i32]>, shape: &Shape, row: &mut [Option<Tint>]) {
        let paint = Some(shape.tint);
        for [from, to] in spans.as_chunks().0 {
            match limits {
                None => self.between(*from, *to, row).1.fill(paint),
                Some(limits) => {
                    for [least, most] in limits.as_chunks().0 {
                        self.between(*from.max(least), *to.min(most), row).1.fill(paint);
                    }
                }
            }
        }
    }

    /// The samples of a row from `from` up to `to`, and the index of the first one.
    fn between<'r>(&self, from: i32, to: i32, row: &'r mut [Option<Tint>]) -> (i32, &'r mut [Option<Tint>]) {
        let first = self.from(from).max(0);
        let end = (self.from(to).max(0) as usize).min(row.len());
        (first, row.get_mut(first as usize..end).unwrap_or_default())
    }

    /// Samples within `reach` of the piece from `a` to `b`.
    fn stroke_row(&self, a: Point, b: Point, y: i32, reach: i32, tint: Tint, row: &mut [Option<Tint>]) {
        if y < a.y.min(b.y) - reach || y > a.y.max(b.y) + reach {
            return;
        }
        let (first, samples) = self.between(a.x.min(b.x) - reach, a.x.max(b.x) + reach + 1, row);
        for (index, sample) in (first..).zip(samples) {
            if is_near(a, b, Point { x: self.middle(index), y }, reach) {
                *sample = Some(tint);
            }
        }
    }

    /// A line one sample wide: one sample of each column, or of each row where the line is steep, whose middle the
    /// piece from `a` to `b` passes.
    fn hairline_row(&self, a: Point, b: Point, row_index: i32, tint: Tint, row: &mut [Option<Tint>]) {
        let mut dot = |x: i32| {
            if let Ok(x) = usize::try_from(x)
                && let Some(sample) = row.get_mut(x)
            {
                *sample = Some(tint);
            }
        };
        let (first, last) = (self.holding(a.y.min(b.y)), self.holding(a.y.max(b.y)));
        if row_index < first || row_index > last {
            return;
        }
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        if dx.abs() > dy.abs() {
            let (left, right) = (a.x.min(b.x), a.x.max(b.x));
            for index in self.holding(left)..=self.holding(right) {
                let x = self.middle(index);
                if (left..=right).contains(&x) && self.crossed(a.y, dy, x - a.x, dx) == row_index {
                    dot(index);
                }
            }
        } else {
            let y = self.middle(row_index);
            if dy != 0 && (a.y.min(b.y)..=a.y.max(b.y)).contains(&y) {
                dot(self.crossed(a.x, dx, y - a.y, dy));
            }
        }
    }
}

/// Where the row at `y` enters and leaves the closed outline, from left to right.
fn crossings(outline: &[Point], y: i32) -> Vec<i32, CROSSINGS_MAX> {
    let mut found: Vec<i32, CROSSINGS_MAX> = Vec::new();
    let mut from = match outline.last() {
        Some(last) => *last,
        None => return found,
    };
    for to in outline {
        if (from.y <= y) != (to.y <= y) {
            let _ = found.push(from.x + (to.x - from.x) * (y - from.y) / (to.y - from.y));
        }
        from = *to;
    }
    found.sort_unstable();
    found
}

/// Whether `p` is within `reach` of the straight piece from `a` to `b`.
fn is_near(a: Point, b: Point, p: Point, reach: i32) -> bool {
    let square = |x: i32, y: i32| i64::from(x) * i64::from(x) + i64::from(y) * i64::from(y);
    let reach_squared = i64::from(reach) * i64::from(reach);
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let along = i64::from(p.x - a.x) * i64::from(dx) + i64::from(p.y - a.y) * i64::from(dy);
    if along <= 0 {
        square(p.x - a.x, p.y - a.y) <= reach_squared
    } else if along >= square(dx, dy) {
        square(p.x - b.x, p.y - b.y) <= reach_squared
    } else {
        let across = i64::from(p.x - a.x) * i64::from(dy) - i64::from(p.y - a.y) * i64::from(dx);
        across * across <= reach_squared * square(dx, dy)
    }
}
