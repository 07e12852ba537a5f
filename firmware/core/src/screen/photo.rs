//! A photograph of the pack.

use super::Ink;
use crate::pack::{PHOTO_SIDE_PX, Photo};
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::{PointsIter, Rectangle};

/// Draws a photograph into the largest square in the middle of `area`. Each pixel is the mean of those of the
/// photograph that it covers. Where there are only two colours, contrasts are stretched first.
pub(super) fn draw<D, C>(photo: &Photo<'_>, area: Rectangle, target: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let side = area.size.width.min(area.size.height);
    let room = area.size - Size::new_equal(side);
    let corner = area.top_left + Point::new(room.width as i32 / 2, room.height as i32 / 2);
    let seen = Rectangle::new(corner, Size::new_equal(side)).intersection(&target.bounding_box());
    let (black, white) = if C::SAMPLES == 1 { range(photo.grey) } else { (0, 255) };
    let dots = seen.points().map(|place| {
        let level = i32::from(mean(photo.grey, place - corner, side));
        let level = ((level - black) * 255 / (white - black)).clamp(0, 255) as u8;
        Pixel(place, C::grey(level, place - corner))
    });
    target.draw_iter(dots)
}

/// The levels below and above which a twentieth of the pixels are; the second one is higher.
fn range(grey: &[u8]) -> (i32, i32) {
    let mut counts = [0usize; 256];
    for level in grey {
        if let Some(count) = counts.get_mut(usize::from(*level)) {
            *count += 1;
        }
    }
    let few = grey.len() / 20;
    let below = |level: i32| counts.iter().take(level as usize + 1).sum::<usize>();
    let black = (0..254).find(|level| below(*level) > few).unwrap_or(254);
    let white = (0..255).find(|level| below(*level) + few >= grey.len()).unwrap_or(255);
    (black, white.max(black + 1))
}

/// The mean of the photograph's pixels under the one at `place` of a picture with this side.
fn mean(grey: &[u8], place: Point, side: u32) -> u8 {
    let covered = |at: i32| {
        let first = at as u32 * PHOTO_SIDE_PX / side;
        first..((at as u32 + 1) * PHOTO_SIDE_PX / side).max(first + 1)
    };
    let (mut sum, mut count) = (0, 0);
    for y in covered(place.y) {
        for x in covered(place.x) {
            sum += grey.get((y * PHOTO_SIDE_PX + x) as usize).map_or(0, |level| u32::from(*level));
            count += 1;
        }
    }
    (sum / count) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Tag;
    use crate::{Age, Emotion, Permille};
    use embedded_graphics::mock_display::MockDisplay;
    use embedded_graphics::pixelcolor::{BinaryColor, Rgb565, RgbColor};

    const SIDE: usize = PHOTO_SIDE_PX as usize;

    /// Black in its left half, and from black at the top to white at the bottom in its right half.
    fn drawn<C: Ink>(area: Rectangle) -> MockDisplay<C> {
        let mut grey = [0; SIDE * SIDE];
        for (i, level) in grey.iter_mut().enumerate().filter(|(i, _)| i % SIDE >= SIDE / 2) {
            *level = (i / SIDE * 255 / (SIDE - 1)) as u8;
        }
        let tag = Tag { key: 0, age: Age::Adult, feeling: Emotion::Calm, level: 1, held_out: false };
        let photo = Photo { tag, intensity: Permille::FULL, grey: &grey };
        let mut display = MockDisplay::new();
        assert!(draw(&photo, area, &mut display).is_ok());
        display
    }

    #[test]
    fn a_photo_fills_the_square_in_the_middle_of_its_area() {
        let area = Rectangle::new(Point::new(3, 5), Size::new(50, 40));
        let display = drawn::<Rgb565>(area);
        assert_eq!(display.affected_area(), Rectangle::new(Point::new(8, 5), Size::new(40, 40)));
        let level = |x, y| display.get_pixel(Point::new(x, y)).map(|colour| colour.g());
        assert_eq!((level(8, 44), level(27, 5), level(47, 5)), (Some(0), Some(0), Some(0)));
        assert!(level(47, 44) >= Some(60) && level(47, 44) > level(47, 25) && level(47, 25) > level(47, 5));
    }

    #[test]
    fn greys_become_a_share_of_lit_dots() {
        let area = Rectangle::new(Point::zero(), Size::new(48, 48));
        let display = drawn::<BinaryColor>(area);
        let lit = |x: i32, y: i32| {
            let part = Rectangle::new(Point::new(x, y), Size::new(24, 12));
            part.points().filter(|dot| display.get_pixel(*dot) == Some(BinaryColor::On)).count()
        };
        assert_eq!([0, 12, 24, 36].map(|y| lit(0, y)), [0; 4]);
        let shares = [0, 12, 24, 36].map(|y| lit(24, y));
        assert!(shares.is_sorted_by(|a, b| a + 50 < *b), "{shares:?}");
    }
}
