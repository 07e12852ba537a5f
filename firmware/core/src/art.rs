//! Drawn faces: eleven muscle actions as one picture.
//!
//! The device's own face is nobody's: a round head in a colour that no person has, without hair, age or sex,
//! so that only the muscles speak. The other actors are people of several ages and origins; the same features
//! move in all of them, and a table of looks says how the features differ. Every action moves the drawing in
//! proportion to its strength.

mod features;
mod hair;
mod look;
mod raster;
mod sketch;

use look::Look;
use raster::SIDE_MAX;
pub(crate) use raster::paint;
use sketch::Point;
pub(crate) use sketch::{Path, Sketch, at};

use crate::reply::Portrait;
use crate::screen::{Ink, Palette};
use crate::{Action, Actions};
use embedded_graphics::{draw_target::DrawTarget, primitives::Rectangle};

/// Draws the face that these actions make into the largest square in the middle of `area`.
///
/// Pixels outside the head are left as they are. From about 40 pixels a side the feelings can be told apart.
///
/// # Errors
/// Whatever the target fails with.
pub fn face<D, C>(
    portrait: &Portrait,
    palette: Palette,
    area: Rectangle,
    target: &mut D,
) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let side = area.size.width.min(area.size.height).min(SIDE_MAX) as i32;
    let plain = (C::SAMPLES == 1 && side > 0).then_some(side);
    paint(&sketch_of(portrait, plain), palette.worn_by(portrait.actor), area, target)
}

/// The whole face as shapes. Where edges are not smoothed, `plain` is the side in pixels: fine folds are left
/// out and pupils stand on whole pixels.
fn sketch_of(portrait: &Portrait, plain: Option<i32>) -> Sketch {
    let look = Look::of(portrait.actor);
    let pose = Pose { actions: &portrait.actions, look, plain };
    let mut sketch = Sketch::framed(look.frame);
    hair::draw(look.behind, &pose, &mut sketch);
    features::head(&pose, &mut sketch);
    features::cheeks(&pose, &mut sketch);
    hair::draw(look.before, &pose, &mut sketch);
    features::age(&pose, &mut sketch);
    features::nose(&pose, &mut sketch);
    features::mouth(&pose, &mut sketch);
    for side in [-1, 1] {
        features::eye(&pose, side, &mut sketch);
        features::brow(&pose, side, &mut sketch);
    }
    features::frown(&pose, &mut sketch);
    features::glasses(&pose, &mut sketch);
    sketch
}

/// How far the muscles move things in whose face.
struct Pose<'a> {
    actions: &'a Actions,
    look: &'static Look,
    plain: Option<i32>,
}

impl Pose<'_> {
    /// What is left of `full` units at the strength of an action.
    fn by(&self, action: Action, full: i32) -> i32 {
        self.actions.get(action).of(full)
    }

    /// The middle of the pixel of the picture that holds a place of the sketch, where pixels matter.
    fn snapped(&self, x: i32, y: i32) -> Point {
        let Some(side) = self.plain else { return at(x, y) };
        let snap = |units: i32| (units * side / 1000 * 1000 + 500) / side;
        let frame = self.look.frame;
        let (across, down) = (500 + (x - 500) * frame.size / 1000, y * frame.size / 1000 + frame.down);
        at(500 + (snap(across) - 500) * 1000 / frame.size, (snap(down) - frame.down) * 1000 / frame.size)
    }
}

#[cfg(test)]
mod tests {
    use super::sketch::{PATH_MAX, POINTS_MAX, SHAPES_MAX};
    use super::*;
    use crate::{Actor, Emotion, Permille};

    #[test]
    fn no_face_is_cut_by_the_limits_of_a_sketch() {
        let all =
            Action::ALL.into_iter().fold(Actions::REST, |face, action| face.with(action, Permille::FULL));
        let faces = Emotion::ALL.map(|emotion| Actions::of(emotion, Permille::FULL));
        for actions in faces.into_iter().chain([all]) {
            for actor in Actor::ALL {
                let (points, shapes) = sketch_of(&Portrait { actor, actions }, None).used();
                assert!(points < POINTS_MAX - PATH_MAX, "{actor:?}: {points} points");
                assert!(shapes < SHAPES_MAX, "{actor:?}: {shapes} shapes");
            }
        }
    }
}
