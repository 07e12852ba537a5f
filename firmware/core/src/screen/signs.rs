//! Signs: which sensors are in use, and how an answer compares with the target.

use super::{Ink, Palette, Tint, dots};
use crate::art::{Path, Sketch, at, paint};
use crate::input::Sensor;
use crate::reply::Mark;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::Rectangle;

/// A sensor sign this small is set dot by dot.
pub(super) const DOTS_SIDE: u32 = 7;
/// A mark smaller than this is set dot by dot.
const SMOOTH_SIDE_MIN: u32 = 20;

/// How wide the sign of a sensor is where signs are `side` high.
pub(super) const fn width(sensor: Sensor, side: u32) -> u32 {
    match sensor {
        Sensor::Microphone if side <= DOTS_SIDE => 5,
        Sensor::Keyboard if side <= DOTS_SIDE => 6,
        _ => side,
    }
}

/// Draws the sign of a sensor in use.
pub(super) fn sensor<D, C>(
    sensor: Sensor,
    area: Rectangle,
    palette: Palette,
    target: &mut D,
) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    if area.size.height > DOTS_SIDE {
        let sketch = match sensor {
            Sensor::Camera => camera(),
            Sensor::Microphone => microphone(),
            Sensor::Keyboard => keyboard(),
        };
        return paint(&sketch, palette, area, target);
    }
    let rows = match sensor {
        Sensor::Camera => dots::CAMERA,
        Sensor::Microphone => dots::MICROPHONE,
        Sensor::Keyboard => dots::KEYBOARD,
    };
    dots::draw(rows, area.top_left, C::tinted(Tint::Accent, palette), target)
}

/// Draws a stroke through a sign: this sensor was lost.
pub(super) fn crossed_out<D, C>(area: Rectangle, palette: Palette, target: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    if area.size.height > DOTS_SIDE {
        let mut sketch = Sketch::new();
        for (width, tint) in [(260, Tint::Paper), (110, Tint::Text)] {
            sketch.stroke(&Path::new(at(900, 100)).line(at(100, 900)), width, tint);
        }
        return paint(&sketch, palette, area, target);
    }
    let (width, height) = (area.size.width as i32, area.size.height as i32);
    let stroke = (0..height).flat_map(|y| {
        let x = (width - 1) - y * (width - 1) / (height - 1).max(1);
        [(x - 1, Tint::Paper), (x + 1, Tint::Paper), (x, Tint::Text)]
            .map(|(x, tint)| (Point::new(x, y), tint))
    });
    let inside = stroke.filter(|(place, _)| (0..width).contains(&place.x));
    target.draw_iter(inside.map(|(place, tint)| Pixel(area.top_left + place, C::tinted(tint, palette))))
}

fn camera() -> Sketch {
    let mut sketch = Sketch::new();
    let bump = Path::new(at(330, 320)).line(at(410, 180)).line(at(590, 180)).line(at(670, 320));
    sketch.fill(&bump, Tint::Accent);
    slab(&mut sketch, 90, 300, 910, 800);
    sketch.fill(&Path::oval(500, 555, 190, 190), Tint::Paper);
    sketch.fill(&Path::oval(500, 555, 105, 105), Tint::Accent);
    sketch
}

fn microphone() -> Sketch {
    let mut sketch = Sketch::new();
    sketch.stroke(&Path::new(at(500, 210)).line(at(500, 450)), 300, Tint::Accent);
    let cradle = Path::new(at(230, 440)).cubic(at(230, 820), at(770, 820), at(770, 440));
    sketch.stroke(&cradle, 85, Tint::Accent);
    sketch.stroke(&Path::new(at(500, 740)).line(at(500, 900)), 85, Tint::Accent);
    sketch.stroke(&Path::new(at(320, 905)).line(at(680, 905)), 85, Tint::Accent);
    sketch
}

fn keyboard() -> Sketch {
    let mut sketch = Sketch::new();
    slab(&mut sketch, 80, 270, 920, 790);
    for (y, first) in [(400, 200), (540, 260)] {
        for key in 0..4 {
            let x = first + key * 180;
            sketch.stroke(&Path::new(at(x - 15, y)).line(at(x + 15, y)), 80, Tint::Paper);
        }
    }
    sketch.stroke(&Path::new(at(330, 690)).line(at(670, 690)), 80, Tint::Paper);
    sketch
}

/// A filled box with round corners.
fn slab(sketch: &mut Sketch, left: i32, top: i32, right: i32, bottom: i32) {
    let path = Path::new(at(left, top)).line(at(right, top)).line(at(right, bottom)).line(at(left, bottom));
    let slab = sketch.fill(&path.line(at(left, top)), Tint::Accent);
    sketch.outline(slab, 110, Tint::Accent);
}

/// Draws the badge of a mark: a tick, two arrows (one with two heads where it is small) or a dot. The shapes
/// differ, not only the colours.
pub(super) fn mark<D, C>(
    mark: Mark,
    area: Rectangle,
    palette: Palette,
    target: &mut D,
) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    if area.size.width < SMOOTH_SIDE_MIN {
        target.fill_solid(&area, C::tinted(Tint::Paper, palette))?;
        let rows = match mark {
            Mark::Same => dots::TICK,
            Mark::Different => dots::ARROWS,
            Mark::Open => dots::DOT,
        };
        let room = area.size.saturating_sub(Size::new_equal(dots::MARK_SIDE));
        let corner = area.top_left + Point::new(room.width as i32 / 2, room.height as i32 / 2);
        return dots::draw(rows, corner, C::tinted(Tint::Text, palette), target);
    }
    let ground = match mark {
        Mark::Same => Tint::Same,
        Mark::Different => Tint::Different,
        Mark::Open => Tint::Open,
    };
    let mut sketch = Sketch::new();
    sketch.fill(&Path::oval(500, 500, 500, 500), Tint::Paper);
    sketch.fill(&Path::oval(500, 500, 440, 440), ground);
    match mark {
        Mark::Same => {
            let tick = Path::new(at(265, 520)).line(at(430, 680)).line(at(735, 330));
            sketch.stroke(&tick, 120, Tint::OnBadge);
        }
        Mark::Different => {
            arrow(&mut sketch, 240, 760, 375);
            arrow(&mut sketch, 760, 240, 625);
        }
        Mark::Open => {
            sketch.fill(&Path::oval(500, 500, 165, 165), Tint::OnBadge);
        }
    }
    paint(&sketch, palette, area, target)
}

fn arrow(sketch: &mut Sketch, from: i32, to: i32, y: i32) {
    let back = to - (to - from).signum() * 135;
    sketch.stroke(&Path::new(at(from, y)).line(at(to, y)), 80, Tint::OnBadge);
    sketch.stroke(&Path::new(at(back, y - 125)).line(at(to, y)).line(at(back, y + 125)), 80, Tint::OnBadge);
}
