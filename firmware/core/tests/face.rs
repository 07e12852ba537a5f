//! The drawn face: feelings that can be told apart, and muscles that move in proportion.

mod canvas;

use canvas::{Canvas, compare};
use embedded_graphics::geometry::{Dimensions, Point, Size};
use embedded_graphics::pixelcolor::{BinaryColor, Rgb565};
use embedded_graphics::primitives::Rectangle;
use petri_core::screen::Ink;
use petri_core::{Action, Actions, Actor, Emotion, Permille, Portrait, art};

fn drawn<C: Ink>(actor: Actor, actions: &Actions, side: u32) -> Canvas<C> {
    let mut canvas = Canvas::new(Size::new_equal(side));
    let Ok(()) = art::face(&Portrait { actor, actions: *actions }, canvas.bounding_box(), &mut canvas);
    canvas
}

fn small(actions: &Actions) -> Canvas<BinaryColor> {
    drawn(Actor::Petri, actions, 44)
}

fn large(actions: &Actions) -> Canvas<Rgb565> {
    drawn(Actor::Petri, actions, 160)
}

#[test]
fn feelings_look_as_committed() {
    for emotion in Emotion::ALL {
        compare(&format!("face-{}", emotion.word()), &small(&Actions::of(emotion, Permille::FULL)));
    }
    compare("face-happy-300", &small(&Actions::of(Emotion::Happy, Permille::new(300))));
}

#[test]
fn any_two_feelings_can_be_told_apart() {
    for (i, one) in Emotion::ALL.into_iter().enumerate() {
        for other in Emotion::ALL.into_iter().skip(i + 1) {
            let (one_face, other_face) =
                (Actions::of(one, Permille::FULL), Actions::of(other, Permille::FULL));
            let dots = small(&one_face).distance(&small(&other_face));
            assert!(dots >= 60, "{one:?} and {other:?} differ in {dots} dots only");
            let pixels = large(&one_face).distance(&large(&other_face));
            assert!(pixels >= 1200, "{one:?} and {other:?} differ in {pixels} pixels only");
        }
    }
}

#[test]
fn the_picture_moves_away_from_rest_as_the_feeling_grows() {
    for emotion in Emotion::ALL.into_iter().filter(|emotion| *emotion != Emotion::Calm) {
        let away = |intensity| {
            let face = Actions::of(emotion, Permille::new(intensity));
            (small(&face).distance(&small(&Actions::REST)), large(&face).distance(&large(&Actions::REST)))
        };
        let steps = [0, 300, 600, 1000].map(away);
        assert_eq!(steps[0], (0, 0), "{emotion:?} at nothing is a face at rest");
        assert!(steps[1].0 >= 10 && steps[1].1 >= 200, "{emotion:?} at 300 cannot be seen: {steps:?}");
        let grows = |a: (usize, usize), b: (usize, usize)| a.0 < b.0 && a.1 < b.1;
        assert!(steps.windows(2).all(|pair| grows(pair[0], pair[1])), "{emotion:?}: {steps:?}");
    }
}

#[test]
fn every_muscle_shows_on_its_own_and_more_when_it_works_harder() {
    for action in Action::ALL {
        let away = |strength| {
            let face = Actions::REST.with(action, Permille::new(strength));
            large(&face).distance(&large(&Actions::REST))
        };
        let steps = [300, 600, 1000].map(away);
        assert!(steps[0] >= 60 && steps.is_sorted(), "{action:?}: {steps:?}");
        let face = Actions::REST.with(action, Permille::FULL);
        let dots = small(&face).distance(&small(&Actions::REST));
        assert!(dots >= 12, "{action:?} moves {dots} dots of the small picture only");
    }
}

#[test]
fn both_halves_of_a_face_are_alike() {
    for emotion in Emotion::ALL {
        let canvas = small(&Actions::of(emotion, Permille::FULL));
        for (y, row) in canvas.pixels().chunks(44).enumerate() {
            assert!(row.iter().eq(row.iter().rev()), "{emotion:?}: row {y} is lopsided");
        }
    }
}

#[test]
fn nothing_is_drawn_outside_the_area() {
    let faces = Emotion::ALL.map(|emotion| Actions::of(emotion, Permille::FULL));
    let every = Action::ALL.into_iter().fold(Actions::REST, |face, action| face.with(action, Permille::FULL));
    let people = Actor::ALL.map(|actor| Portrait { actor, actions: every });
    let petri = faces.map(|actions| Portrait { actor: Actor::Petri, actions });
    for face in petri.into_iter().chain(people) {
        for (x, y, width, height) in
            [(10, 20, 44, 44), (3, 5, 90, 40), (0, 0, 21, 80), (30, 30, 1, 1), (5, 5, 0, 9)]
        {
            let area = Rectangle::new(Point::new(x, y), Size::new(width, height));
            let mut canvas = Canvas::<Rgb565>::new(Size::new(100, 100));
            let Ok(()) = art::face(&face, area, &mut canvas);
            assert_eq!(canvas.stains_outside(area), 0, "{area:?}");
            let mut canvas = Canvas::<BinaryColor>::new(Size::new(100, 100));
            let Ok(()) = art::face(&face, area, &mut canvas);
            assert_eq!(canvas.stains_outside(area), 0, "{area:?}");
        }
    }
}

#[test]
fn an_area_beyond_the_display_is_harmless() {
    let face = Portrait { actor: Actor::Chen, actions: Actions::of(Emotion::Scared, Permille::FULL) };
    for corner in
        [Point::new(-30, -30), Point::new(80, 10), Point::new_equal(i32::MAX), Point::new_equal(i32::MIN)]
    {
        for side in [0, 60, 255, 256, 5_000, u32::MAX] {
            let mut canvas = Canvas::<Rgb565>::new(Size::new(100, 100));
            let area = Rectangle::new(corner, Size::new_equal(side));
            let Ok(()) = art::face(&face, area, &mut canvas);
            assert_eq!(canvas.outside(), 0, "{area:?}");
        }
    }
}

/// The least number of pixels in which two of these pictures differ.
fn least_distance<C: Ink>(pictures: &[Canvas<C>]) -> usize {
    let pairs = pictures
        .iter()
        .enumerate()
        .flat_map(|(i, one)| pictures.iter().skip(i + 1).map(move |other| one.distance(other)));
    pairs.min().expect("there are two pictures at least")
}

#[test]
fn every_person_shows_every_feeling() {
    for actor in Actor::ALL {
        let faces = Emotion::ALL.map(|emotion| Actions::of(emotion, Permille::FULL));
        let dots = least_distance(&faces.map(|face| drawn::<BinaryColor>(actor, &face, 44)));
        assert!(dots >= 60, "{actor:?}: two feelings differ in {dots} dots only");
        let pixels = least_distance(&faces.map(|face| drawn::<Rgb565>(actor, &face, 120)));
        assert!(pixels >= 700, "{actor:?}: two feelings differ in {pixels} pixels only");
    }
}

#[test]
fn every_muscle_shows_on_every_person() {
    for actor in Actor::ALL {
        let rest =
            (drawn::<BinaryColor>(actor, &Actions::REST, 44), drawn::<Rgb565>(actor, &Actions::REST, 120));
        for action in Action::ALL {
            let face = Actions::REST.with(action, Permille::FULL);
            let dots = drawn(actor, &face, 44).distance(&rest.0);
            let pixels = drawn(actor, &face, 120).distance(&rest.1);
            assert!(dots >= 12 && pixels >= 150, "{actor:?}, {action:?}: {dots} dots, {pixels} pixels");
        }
    }
}

#[test]
fn any_two_people_can_be_told_apart() {
    for emotion in Emotion::ALL {
        let face = Actions::of(emotion, Permille::FULL);
        let dots = least_distance(&Actor::ALL.map(|actor| drawn::<BinaryColor>(actor, &face, 44)));
        assert!(dots >= 30, "{emotion:?}: two people differ in {dots} dots only");
        let pixels = least_distance(&Actor::ALL.map(|actor| drawn::<Rgb565>(actor, &face, 120)));
        assert!(pixels >= 3000, "{emotion:?}: two people differ in {pixels} pixels only");
    }
}
