use super::*;
use crate::choose::Trial;
use crate::input::{Button, FaceReading, Input, Sensor, Sensors, Word};
use crate::random::Random;
use crate::screen::{Display, in_use, signs};
use crate::{
    Actions, Emotion, Exercise, Mark, Millis, Outcome, Permille, Scene, Session, Setup, content, explain,
};
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
    }
}

fn layout(screen: &Screen, size: Size) -> Layout {
    let scale = Scale::of(size);
    let signs_width = in_use(screen).map(|sensor| signs::width(sensor, scale.sign) + scale.sign_gap).sum();
    Layout::of(screen, size, scale, signs_width)
}

fn pictures() -> [Picture; 4] {
    let face = Actions::of(Emotion::Sad, Permille::FULL);
    let marked = Picture::Marked { mark: Mark::Different, face };
    [Picture::None, Picture::Face(face), marked, Picture::Growth([Permille::new(400); 3])]
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
                let layout = layout(&screen(title, body, picture, choices), size);
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
            let layout = layout(&screen(title, body, picture, choices), panel.size());
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
    let layout = layout(&screen(title, body, pictures()[1], choices), Display::Mono128x64.size());
    let text = layout.body_text.expect("some of the body has room");
    let start = text.shown().strip_suffix("...").expect("a cut text ends in dots");
    assert!(body.starts_with(start) && start.len() > 60, "{start}");
}

/// Every feedback and hint of the built-in content, on every display, with all signs on.
#[test]
fn no_text_of_the_built_in_content_is_cut() {
    let texts = content::STARTER.texts.iter().enumerate();
    let words = texts.map(|(i, item)| (Exercise::ReadTheWords, item.feeling, i as u16));
    let faces = Emotion::ALL
        .into_iter()
        .flat_map(|e| [Exercise::ReadTheFace, Exercise::Mirror].map(|x| (x, e, e.index() as u16)));
    for (exercise, target, item) in words.chain(faces) {
        let options = [target, Emotion::Surprised, Emotion::Disgusted];
        let trial = Trial { exercise, target, item, intensity: Permille::FULL, options, difficulty_ml: 0 };
        let face = Actions::of(target, Permille::FULL);
        for answer in Emotion::ALL.into_iter().map(Some).chain([None]) {
            let outcome = if answer == Some(target) { Outcome::Same } else { Outcome::Different };
            let body = explain::reason(&trial, answer, &content::STARTER);
            let marked = Picture::Marked { mark: Mark::Different, face };
            whole(&screen(&explain::verdict(&trial, outcome), &body, marked, ["next", "", ""]));
        }
        let picture = if exercise == Exercise::ReadTheWords { Picture::None } else { Picture::Face(face) };
        let hint = explain::hint(&trial, &content::STARTER);
        whole(&Screen {
            meter: None,
            ..screen(explain::question(exercise), &hint, picture, options.map(Emotion::word))
        });
    }
}

/// A walk through many sessions meets every other text: greetings, questions, notes and goodbyes.
#[test]
fn no_text_of_a_session_is_cut() {
    let mut seen = [0; Scene::ALL.len()];
    for seed in 0..12 {
        let mut random = Random::new(seed);
        let setup =
            Setup { sensors: Sensors::ALL, trials_per_round: 3, ..Setup::new(seed, &content::STARTER) };
        let mut session = Session::new(setup);
        for step in 0..400 {
            let emotion = Emotion::ALL[random.below(7) as usize];
            let face = Actions::of(emotion, Permille::new(random.below(1_001) as u16));
            let input = match random.below(10) {
                0 | 1 => Input::Button(Button::A),
                2 => Input::Button(Button::B),
                3 => Input::Button(Button::C),
                4 => Input::Word { word: Word::Help, confidence: Permille::FULL },
                5 => Input::UnclearSpeech,
                6 => Input::Face(FaceReading::Actions(face)),
                7 => Input::Face([FaceReading::NoFace, FaceReading::Unsure][random.below(2) as usize]),
                8 => Input::Sensor { sensor: Sensor::Camera, works: random.below(2) == 0 },
                _ => Input::Tick,
            };
            let input = if step == 399 { Input::Button(Button::Stop) } else { input };
            let screen = session.step(Millis(step * 400), input).screen;
            seen[screen.scene as usize] += 1;
            whole(&screen);
        }
    }
    assert!(seen.iter().all(|count| *count > 0), "not every scene was met: {seen:?}");
}

fn whole(screen: &Screen) {
    for panel in Display::ALL {
        let layout = layout(screen, panel.size());
        let title = layout.title_text.as_ref().map_or("", Fitted::shown);
        let body = layout.body_text.as_ref().map_or("", Fitted::shown);
        assert_eq!(title, screen.title.as_str(), "the title is cut on {panel:?}");
        assert_eq!(body, screen.body.as_str(), "the body is cut on {panel:?}");
    }
}
