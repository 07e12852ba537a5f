//! Signs too small for curves, dot by dot.

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::Point;

/// Rows of dots; `#` is drawn.
pub(super) type Dots = &'static [&'static str];

pub(super) const CAMERA: Dots =
    &["..###..", "#######", "##...##", "#.###.#", "#.###.#", "##...##", "#######"];
pub(super) const MICROPHONE: Dots = &[".###.", ".###.", ".###.", "#.#.#", ".###.", "..#..", "#####"];
pub(super) const KEYBOARD: Dots = &["......", "######", "#.##.#", "######", "#.##.#", "######", "......"];

/// The side of each of the three marks.
pub(super) const MARK_SIDE: u32 = 9;

pub(super) const TICK: Dots = &[
    ".......##",
    "......##.",
    "......##.",
    ".....##..",
    "##...##..",
    ".##.##...",
    "..####...",
    "...##....",
    ".........",
];
pub(super) const ARROWS: Dots = &[
    ".........",
    ".........",
    "..#...#..",
    ".##...##.",
    "#########",
    ".##...##.",
    "..#...#..",
    ".........",
    ".........",
];
pub(super) const DOT: Dots = &[
    ".........",
    ".........",
    "...###...",
    "..#####..",
    "..#####..",
    "..#####..",
    "...###...",
    ".........",
    ".........",
];

/// Draws the dots with their top left one at `corner`.
pub(super) fn draw<D: DrawTarget>(
    dots: Dots,
    corner: Point,
    ink: D::Color,
    target: &mut D,
) -> Result<(), D::Error> {
    let places = (0..).zip(dots).flat_map(|(y, row)| (0..).zip(row.bytes()).map(move |(x, dot)| (x, y, dot)));
    let lit = places.filter(|(_, _, dot)| *dot == b'#');
    target.draw_iter(lit.map(|(x, y, _)| Pixel(corner + Point::new(x, y), ink)))
}
