//! Hair and headscarf: shapes from a table.

use super::Pose;
use super::features::{MIDDLE, OUTLINE};
use super::sketch::{Path, Sketch, at};
use crate::screen::Tint;

/// A step along an outline; numbers are units to the right of the middle and units down.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// Straight to a place.
    Line(i32, i32),
    /// Along a cubic Bezier curve: two control points and the end.
    Curve([i32; 6]),
}

/// How often a shape stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sides {
    /// Once, as the table has it.
    One,
    /// Twice, the second time mirrored.
    Pair,
    /// Once; the table has its left half, from the top of the middle line to the bottom.
    Halves,
}

/// One shape.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lock {
    pub(super) sides: Sides,
    /// What it is filled with; a line without filling has none.
    pub(super) fill: Option<Tint>,
    /// Whether it is left out where edges are not smoothed.
    pub(super) fine: bool,
    /// Whether its outline is drawn.
    pub(super) outline: bool,
    /// Straight pieces to each curve.
    pub(super) pieces: i32,
    pub(super) start: (i32, i32),
    pub(super) steps: &'static [Step],
}

/// Hair with an outline.
pub(super) const ONE: Lock = Lock {
    sides: Sides::One,
    fill: Some(Tint::Hair),
    fine: false,
    outline: true,
    pieces: 8,
    start: (0, 0),
    steps: &[],
};
/// The same on both sides.
pub(super) const PAIR: Lock = Lock { sides: Sides::Pair, ..ONE };
/// The same, given by its left half.
pub(super) const HALVES: Lock = Lock { sides: Sides::Halves, ..ONE };

/// Draws the shapes, the later over the earlier.
pub(super) fn draw(locks: &[Lock], pose: &Pose<'_>, sketch: &mut Sketch) {
    let width = if pose.plain.is_some() { OUTLINE } else { 16 };
    for lock in locks.iter().filter(|lock| pose.plain.is_none() || !lock.fine) {
        let mirrored = (lock.sides == Sides::Pair).then_some(-1);
        for side in [Some(1), mirrored].into_iter().flatten() {
            let path = path(lock, side);
            match lock.fill {
                Some(tint) => {
                    let shape = sketch.fill(&path, tint);
                    if lock.outline {
                        let first = Path::new(at(MIDDLE + side * lock.start.0, lock.start.1));
                        sketch.outline(shape, width, Tint::Strand);
                        sketch.stroke(&first.line(path.last()), width, Tint::Strand);
                    }
                }
                None => sketch.stroke(&path, width * 3 / 4, Tint::Strand),
            }
        }
    }
}

fn path(lock: &Lock, side: i32) -> Path {
    let left = along(lock, side);
    if lock.sides == Sides::Halves { left.back_along(&along(lock, -side)) } else { left }
}

fn along(lock: &Lock, side: i32) -> Path {
    let place = |x: i32, y: i32| at(MIDDLE + side * x, y);
    lock.steps.iter().fold(Path::new(place(lock.start.0, lock.start.1)), |path, step| match *step {
        Step::Line(x, y) => path.line(place(x, y)),
        Step::Curve([ax, ay, bx, by, x, y]) => {
            path.curve(place(ax, ay), place(bx, by), place(x, y), lock.pieces)
        }
    })
}
