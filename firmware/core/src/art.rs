//! The drawn face: eleven muscle actions as one picture.
//!
//! Petri's face is nobody's: a round head in a colour that no person has, without hair, age or sex, so that
//! only the muscles speak. The other actors have the same muscles under another skin and other hair. Every
//! action moves the drawing in proportion to its strength.

mod features;
mod people;
mod raster;
mod sketch;

use people::Look;
use raster::SIDE_MAX;
pub(crate) use raster::paint;
pub(crate) use sketch::{Path, Sketch, at};

use crate::reply::Portrait;
use crate::screen::Ink;
use crate::{Action, Actions};
use embedded_graphics::{draw_target::DrawTarget, primitives::Rectangle};

/// Draws the face that these actions make into the largest square in the middle of `area`.
///
/// Pixels outside the head are left as they are. From about 40 pixels a side the feelings can be told apart.
///
/// # Errors
/// Whatever the target fails with.
pub fn face<D, C>(portrait: &Portrait, area: Rectangle, target: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let side = area.size.width.min(area.size.height).min(SIDE_MAX) as i32;
    let plain = (C::SAMPLES == 1 && side > 0).then_some(side);
    paint(&sketch_of(portrait, plain), area, target)
}

/// The whole face as shapes. Where edges are not smoothed, `plain` is the side in pixels: fine folds are left out
/// and pupils stand on whole pixels.
fn sketch_of(portrait: &Portrait, plain: Option<i32>) -> Sketch {
    let pose = Pose { look: Look::of(portrait.actor), actions: &portrait.actions, plain };
    let mut sketch = Sketch::new();
    people::behind(&pose, &mut sketch);
    features::head(&pose, &mut sketch);
    features::cheeks(&pose, &mut sketch);
    features::nose(&pose, &mut sketch);
    features::mouth(&pose, &mut sketch);
    people::before(&pose, &mut sketch);
    people::years(&pose, &mut sketch);
    for side in [-1, 1] {
        features::eye(&pose, side, &mut sketch);
    }
    people::glasses(&pose, &mut sketch);
    for side in [-1, 1] {
        features::brow(&pose, side, &mut sketch);
    }
    features::frown(&pose, &mut sketch);
    sketch
}

/// Whose face it is, and how far the muscles move things.
struct Pose<'a> {
    look: &'static Look,
    actions: &'a Actions,
    plain: Option<i32>,
}

impl Pose<'_> {
    /// What is left of `full` units at the strength of an action.
    fn by(&self, action: Action, full: i32) -> i32 {
        self.actions.get(action).of(full)
    }

    /// The middle of the pixel that holds `units`, where pixels matter.
    fn snapped(&self, units: i32) -> i32 {
        self.plain.map_or(units, |side| (units * side / 1000 * 1000 + 500) / side)
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
