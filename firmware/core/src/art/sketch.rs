//! Shapes made of curves, in a square of 1000 by 1000 units, worked out in integers.

use crate::screen::Tint;
use heapless::Vec;

/// A place in the square of 1000 units, in sixteenths of a unit. The origin is at the top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Point {
    pub(super) x: i32,
    pub(super) y: i32,
}

/// Sixteenths to a unit.
pub(super) const FINE: i32 = 16;
/// The side of the square, in sixteenths.
pub(super) const SQUARE: i32 = 1000 * FINE;
/// Straight pieces to a curve, and to a quarter of an oval.
const CURVE_PIECES: i32 = 12;
const OVAL_PIECES: i32 = 8;
/// Corners of the longest path.
pub(super) const PATH_MAX: usize = 80;
/// Corners of a whole sketch; a drawn face has about 1000 at most.
pub(super) const POINTS_MAX: usize = 1_152;
/// Shapes of a whole sketch; a drawn face has about 60 at most.
pub(super) const SHAPES_MAX: usize = 72;

/// The place at `x`, `y` units.
pub(crate) const fn at(x: i32, y: i32) -> Point {
    Point { x: x * FINE, y: y * FINE }
}

/// A line of straight pieces. What goes beyond the limit is left out.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    points: Vec<Point, PATH_MAX>,
}

impl Path {
    /// A path that starts at `start`.
    pub(crate) fn new(start: Point) -> Self {
        let mut points = Vec::new();
        let _ = points.push(start);
        Self { points }
    }

    /// Goes on straight to `end`.
    pub(crate) fn line(mut self, end: Point) -> Self {
        let _ = self.points.push(end);
        self
    }

    /// Goes on to `end` along a cubic Bezier curve with these control points.
    pub(crate) fn cubic(self, first: Point, second: Point, end: Point) -> Self {
        self.curve(first, second, end, CURVE_PIECES)
    }

    /// The same in `pieces` straight pieces.
    pub(crate) fn curve(mut self, first: Point, second: Point, end: Point, pieces: i32) -> Self {
        let start = self.points.last().copied().unwrap_or(end);
        for step in 1..=pieces {
            let (done, left) = (i64::from(step), i64::from(pieces - step));
            let weights =
                [left * left * left, 3 * left * left * done, 3 * left * done * done, done * done * done];
            let along = |places: [i32; 4]| {
                // Counted from the centre, so that rounding treats both halves alike.
                let terms =
                    places.iter().zip(weights).map(|(place, weight)| i64::from(place - SQUARE / 2) * weight);
                SQUARE / 2 + (terms.sum::<i64>() / i64::from(pieces * pieces * pieces)) as i32
            };
            let x = along([start.x, first.x, second.x, end.x]);
            let y = along([start.y, first.y, second.y, end.y]);
            let _ = self.points.push(Point { x, y });
        }
        self
    }

    /// Where the path ends.
    pub(crate) fn last(&self) -> Point {
        self.points.last().copied().unwrap_or(at(0, 0))
    }

    /// Goes on to the corners of `other`, last one first.
    pub(crate) fn back_along(mut self, other: &Path) -> Self {
        for point in other.points.iter().rev() {
            let _ = self.points.push(*point);
        }
        self
    }

    /// A closed circle around a place.
    pub(crate) fn round(centre: Point, radius: i32) -> Self {
        Self::oval(centre.x / FINE, centre.y / FINE, radius, radius)
    }

    /// A closed oval around `x`, `y` with these half-axes, in units.
    pub(crate) fn oval(x: i32, y: i32, across: i32, down: i32) -> Self {
        // The control points of the cubic that comes closest to a quarter of a circle stand at 0.5523 of the
        // axis.
        let (kx, ky) = (across * 552 / 1000, down * 552 / 1000);
        Path::new(at(x - across, y))
            .curve(at(x - across, y - ky), at(x - kx, y - down), at(x, y - down), OVAL_PIECES)
            .curve(at(x + kx, y - down), at(x + across, y - ky), at(x + across, y), OVAL_PIECES)
            .curve(at(x + across, y + ky), at(x + kx, y + down), at(x, y + down), OVAL_PIECES)
            .curve(at(x - kx, y + down), at(x - across, y + ky), at(x - across, y), OVAL_PIECES)
    }
}

/// How a shape is laid down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brush {
    /// The inside of the closed path.
    Fill,
    /// A line of this width along the path, with round ends, in sixteenths.
    Stroke(i32),
}

/// One shape of a sketch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    first: usize,
    end: usize,
    pub(super) brush: Brush,
    pub(super) tint: Tint,
    /// The shape outside which nothing of this one is seen.
    pub(super) within: Option<ShapeId>,
}

/// A shape of the sketch that gave the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShapeId(usize);

/// Where the square of a sketch stands in that of the picture: made smaller towards the middle of the top
/// edge, then moved down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Thousandths of the size.
    pub(super) size: i32,
    /// Units of the picture.
    pub(super) down: i32,
}

impl Frame {
    /// The whole picture.
    pub(crate) const WHOLE: Self = Self { size: 1000, down: 0 };

    /// Where a place of the sketch is in the picture, in sixteenths.
    const fn place(self, Point { x, y }: Point) -> Point {
        let half = SQUARE / 2;
        Point { x: half + (x - half) * self.size / 1000, y: y * self.size / 1000 + self.down * FINE }
    }
}

/// Shapes, the later over the earlier. What goes beyond the limits is left out.
#[derive(Debug, Clone)]
pub(crate) struct Sketch {
    frame: Frame,
    points: Vec<Point, POINTS_MAX>,
    shapes: Vec<Shape, SHAPES_MAX>,
}

impl Sketch {
    /// An empty sketch.
    pub(crate) const fn new() -> Self {
        Self::framed(Frame::WHOLE)
    }

    /// An empty sketch that stands in a frame.
    pub(crate) const fn framed(frame: Frame) -> Self {
        Self { frame, points: Vec::new(), shapes: Vec::new() }
    }

    /// Fills the inside of a path.
    pub(crate) fn fill(&mut self, path: &Path, tint: Tint) -> ShapeId {
        self.add(path, Brush::Fill, tint, None)
    }

    /// Fills what of a path lies within another shape.
    pub(crate) fn fill_within(&mut self, path: &Path, tint: Tint, within: ShapeId) {
        self.add(path, Brush::Fill, tint, Some(within));
    }

    /// Draws a line of `width` units around a shape.
    pub(crate) fn outline(&mut self, id: ShapeId, width: i32, tint: Tint) {
        if let Some(shape) = self.shape(id) {
            let line = Shape { brush: Brush::Stroke(width * FINE), tint, within: None, ..*shape };
            let _ = self.shapes.push(line);
        }
    }

    /// Draws a line of `width` units; 0 draws nothing.
    pub(crate) fn stroke(&mut self, path: &Path, width: i32, tint: Tint) {
        if width > 0 {
            self.add(path, Brush::Stroke(width * FINE), tint, None);
        }
    }

    fn add(&mut self, path: &Path, brush: Brush, tint: Tint, within: Option<ShapeId>) -> ShapeId {
        let id = ShapeId(self.shapes.len());
        let first = self.points.len();
        if path.points.len() <= POINTS_MAX - first {
            let frame = self.frame;
            self.points.extend(path.points.iter().map(|point| frame.place(*point)));
            let _ = self.shapes.push(Shape { first, end: self.points.len(), brush, tint, within });
        }
        id
    }

    pub(super) fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    pub(super) fn shape(&self, id: ShapeId) -> Option<&Shape> {
        self.shapes.get(id.0)
    }

    pub(super) fn corners(&self, shape: &Shape) -> &[Point] {
        self.points.get(shape.first..shape.end).unwrap_or(&[])
    }

    /// Points and shapes in use.
    #[cfg(test)]
    pub(super) fn used(&self) -> (usize, usize) {
        (self.points.len(), self.shapes.len())
    }
}
