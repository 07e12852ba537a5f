use super::*;
use crate::input::Sensors;
use crate::reply::Bar;
use crate::screen::{Display, in_use, signs};
use crate::{Actions, Actor, Comfort, Emotion, Mark, Permille, Portrait, Scene};
use heapless::String;

fn screen(title: &str, body: &str, picture: Picture, choices: [&str; 3]) -> Screen {
    Screen {
        scene: Scene::Listen,
        title: String::try_from(title).expect("the title is short enough"),
        body: String::try_from(body).expect("the body is short enough"),
        picture,
        choices: choices.map(|label| String::try_from(label).expect("the label is short enough")).into(),
        meter: Some(Permille::new(500)),
        sensing: Sensors::ALL,
        focus: None,
        comfort: Comfort::default(),
    }
}

fn layout(screen: &Screen, size: Size) -> Layout {
    let scale = Scale::of(size);
    let signs_width = in_use(screen).map(|sensor| signs::width(sensor, scale.sign) + scale.sign_gap).sum();
    Layout::of(screen, size, scale, signs_width)
}

fn pictures() -> [Picture; 4] {
    let face = Actions::of(Emotion::Sad, Permille::FULL);
    let portrait = Portrait { actor: Actor::Petri, actions: face };
    let marked = Picture::Marked { mark: Mark::Different, portrait };
    let bar = Bar { label: String::new(), before: Permille::ZERO, now: Permille::new(400) };
    let growth = Picture::Growth([bar.clone(), bar.clone(), bar].into_iter().collect());
    [Picture::None, Picture::Face(portrait), marked, growth]
}

/// 32, 160 and 16 bytes: all that a screen can hold.
const LONGEST: (&str, &str, [&str; 3]) = (
    "A title of thirty-two characters",
    "This text has one hundred and sixty characters, which is the very most that a screen can hold, and they are \
     to be read to the end on each of our three displays.",
    ["sixteen letters.", "surprised person", "disgusted people"],
);

#[test]
fn no_part_overlaps_another_or_leaves_the_display() {
    let sizes = Display::ALL.map(Display::size).into_iter().chain([
        Size::new(128, 128),
        Size::new(160, 80),
        Size::new(480, 320),
        Size::new(199, 300),
        Size::new(240, 180),
    ]);
    for size in sizes {
        for picture in pictures() {
            for (title, body, choices) in
                [LONGEST, ("Hi", "", ["", "", ""]), ("", "Short.", ["go", "", "stop"])]
            {
                let layout = layout(&screen(title, body, picture.clone(), choices), size);
                let parts =
                    [layout.title, layout.signs, layout.picture, layout.body, layout.meter, layout.choices];
                let display = Rectangle::new(Point::zero(), size);
                for (i, part) in parts.iter().enumerate() {
                    let seen = part.intersection(&display);
                    assert!(
                        part.is_zero_sized() || seen == *part,
                        "{size} {picture:?}: part {i} at {part:?}"
                    );
                    for (j, other) in parts.iter().enumerate().skip(i + 1) {
                        // The last, blank column of the title may lie under the gap before the signs.
                        let shared = part.intersection(other).size;
                        let blank = i == 0 && j == 1 && shared.width <= 1;
                        assert!(
                            shared.width == 0 || shared.height == 0 || blank,
                            "{size} {picture:?}: {i} on {j}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn colour_displays_show_the_longest_texts_whole() {
    let (title, body, choices) = LONGEST;
    for panel in [Display::Colour240x240, Display::Colour320x240] {
        for picture in pictures() {
            let layout = layout(&screen(title, body, picture.clone(), choices), panel.size());
            assert_eq!(layout.title_text.expect("the title has room").shown(), title);
            assert_eq!(layout.body_text.expect("the body has room").shown(), body, "{panel:?} {picture:?}");
        }
    }
}

#[test]
fn the_small_display_shows_the_longest_text_whole_while_no_sensor_takes_room_from_it() {
    let (title, body, choices) = LONGEST;
    let full = Screen { sensing: Sensors::NONE, meter: None, ..screen(title, body, Picture::None, choices) };
    let layout = layout(&full, Display::Mono128x64.size());
    assert_eq!(layout.title_text.expect("the title has room").shown(), title);
    assert_eq!(layout.body_text.expect("the body has room").shown(), body);
}

#[test]
fn what_does_not_fit_ends_in_dots() {
    let (title, body, choices) = LONGEST;
    let layout = layout(&screen(title, body, pictures()[1].clone(), choices), Display::Mono128x64.size());
    let text = layout.body_text.expect("some of the body has room");
    let shown = text.shown();
    let start = shown.strip_suffix("...").expect("a cut text ends in dots");
    assert!(body.starts_with(start) && start.len() > 60, "{start}");
}
