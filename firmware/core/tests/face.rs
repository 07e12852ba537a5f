//! The drawn face: feelings that can be told apart, and muscles that move in proportion.

mod canvas;

use canvas::{Canvas, compare};
use embedded_graphics::geometry::{Dimensions, Point, Size};
use embedded_graphics::pixelcolor::{BinaryColor, Rgb565};
use embedded_graphics::primitives::Rectangle;
use petri_core::screen::{Ink, Palette};
use petri_core::{Action, Actions, Actor, Emotion, Permille, Portrait, art};

fn drawn<C: Ink>(actions: &Actions, side: u32) -> Canvas<C> {
    portrait(Actor::Petri, *actions, side)
}

fn portrait<C: Ink>(actor: Actor, actions: Actions, side: u32) -> Canvas<C> {
    let mut canvas = Canvas::new(Size::new_equal(side));
    let portrait = Portrait { actor, actions };
    let Ok(()) = art::face(&portrait, Palette::default(), canvas.bounding_box(), &mut canvas);
    canvas
}

fn small(actions: &Actions) -> Canvas<BinaryColor> {
    drawn(actions, 44)
}

fn large(actions: &Actions) -> Canvas<Rgb565> {
    drawn(actions, 160)
}

#[test]
fn feelings_look_as_committed() {
    for emotion in Emotion::ALL {
        compare(&format!("face-{}", emotion.word()), &small(&Actions::of(emotion, Permille::FULL)));
    }
    compare("face-happy-300", &small(&Actions::of(Emotion::Happy, Permille::new(300))));
}

#[test]
fn people_look_as_committed() {
    for (actor, emotion) in [
        (Actor::Mia, Emotion::Happy),
        (Actor::Leo, Emotion::Surprised),
        (Actor::Ravi, Emotion::Angry),
        (Actor::Noor, Emotion::Sad),
        (Actor::Ada, Emotion::Calm),
        (Actor::Chen, Emotion::Scared),
    ] {
        let canvas = portrait::<BinaryColor>(actor, Actions::of(emotion, Permille::FULL), 44);
        compare(&format!("actor-{}", actor.name()), &canvas);
    }
}

#[test]
fn any_two_feelings_can_be_told_apart_in_every_face() {
    for actor in Actor::ALL {
        let faces = Emotion::ALL.map(|emotion| {
            let actions = Actions::of(emotion, Permille::FULL);
            (portrait::<BinaryColor>(actor, actions, 44), portrait::<Rgb565>(actor, actions, 120))
        });
        for (i, (one, large)) in faces.iter().enumerate() {
            for (j, (other, other_large)) in faces.iter().enumerate().skip(i + 1) {
                let (dots, pixels) = (one.distance(other), large.distance(other_large));
                let pair = (Emotion::ALL[i], Emotion::ALL[j]);
                assert!(dots >= 50, "{actor:?}: {pair:?} differ in {dots} dots only");
                assert!(pixels >= 450, "{actor:?}: {pair:?} differ in {pixels} pixels only");
            }
        }
    }
}

#[test]
fn any_two_people_can_be_told_apart() {
    for emotion in Emotion::ALL {
        let actions = Actions::of(emotion, Permille::FULL);
        let faces = Actor::ALL.map(|actor| {
            (portrait::<BinaryColor>(actor, actions, 44), portrait::<Rgb565>(actor, actions, 120))
        });
        for (i, (one, large)) in faces.iter().enumerate() {
            for (j, (other, other_large)) in faces.iter().enumerate().skip(i + 1) {
                let (dots, pixels) = (one.distance(other), large.distance(other_large));
                let pair = (Actor::ALL[i], Actor::ALL[j]);
                assert!(dots >= 150, "{pair:?} differ in {dots} dots only");
                assert!(pixels >= 4_000, "{pair:?} differ in {pixels} pixels only");
            }
        }
    }
}

#[test]
fn every_muscle_shows_in_every_face() {
    for (actor, action) in Actor::ALL.into_iter().flat_map(|actor| Action::ALL.map(|action| (actor, action)))
    {
        let face = Actions::REST.with(action, Permille::FULL);
        let dots = portrait::<BinaryColor>(actor, face, 44).distance(&portrait(actor, Actions::REST, 44));
        let pixels = portrait::<Rgb565>(actor, face, 120).distance(&portrait(actor, Actions::REST, 120));
        assert!(dots >= 8 && pixels >= 80, "{actor:?}: {action:?} moves {dots} dots and {pixels} pixels");
    }
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
    let everyone = faces
        .into_iter()
        .chain([every])
        .flat_map(|actions| Actor::ALL.map(|actor| Portrait { actor, actions }));
    for face in everyone {
        for (x, y, width, height) in
            [(10, 20, 44, 44), (3, 5, 90, 40), (0, 0, 21, 80), (30, 30, 1, 1), (5, 5, 0, 9)]
        {
            let area = Rectangle::new(Point::new(x, y), Size::new(width, height));
            let mut canvas = Canvas::<Rgb565>::new(Size::new(100, 100));
            let Ok(()) = art::face(&face, Palette::default(), area, &mut canvas);
            assert_eq!(canvas.stains_outside(area), 0, "{area:?}");
            let mut canvas = Canvas::<BinaryColor>::new(Size::new(100, 100));
            let Ok(()) = art::face(&face, Palette::default(), area, &mut canvas);
            assert_eq!(canvas.stains_outside(area), 0, "{area:?}");
        }
    }
}

#[test]
fn an_area_beyond_the_display_is_harmless() {
    for corner in
        [Point::new(-30, -30), Point::new(80, 10), Point::new_equal(i32::MAX), Point::new_equal(i32::MIN)]
    {
        for side in [0, 60, 255, 256, 5_000, u32::MAX] {
            let mut canvas = Canvas::<Rgb565>::new(Size::new(100, 100));
            let area = Rectangle::new(corner, Size::new_equal(side));
            let actions = Actions::of(Emotion::Scared, Permille::FULL);
            let portrait = Portrait { actor: Actor::Ada, actions };
            let Ok(()) = art::face(&portrait, Palette::default(), area, &mut canvas);
            assert_eq!(canvas.outside(), 0, "{area:?}");
        }
    }
}
