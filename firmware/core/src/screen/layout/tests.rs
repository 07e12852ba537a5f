use super::*;
use crate::input::Sensors;
use crate::reply::Bar;
use crate::screen::{Display, fits, laid_out};
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

fn pictures() -> [Picture; 5] {
    let portrait = Portrait { actor: Actor::Ada, actions: Actions::of(Emotion::Sad, Permille::FULL) };
    let bar = |name| Bar {
        label: String::try_from(name).expect("the name is short enough"),
        before: Permille::new(300),
        now: Permille::new(400),
    };
    [
        Picture::None,
        Picture::Face(portrait),
        Picture::Marked { mark: Mark::Different, portrait },
        Picture::Photo { index: 0, mark: Some(Mark::Same) },
        Picture::Growth(["faces", "words", "care", "talk"].map(bar).into()),
    ]
}

/// All combinations of the settings that move things.
fn comforts() -> impl Iterator<Item = Comfort> {
    (0..4).map(|bits| Comfort { large_text: bits & 1 > 0, wide_spacing: bits & 2 > 0, ..Comfort::default() })
}

/// 48, 240 and 24 bytes: all that a screen can hold.
const LONGEST: (&str, &str, [&str; 3]) = (
    "A title of forty-eight characters, all of them..",
    "This text has two hundred and forty characters, which is the very most that a screen can hold, and \
     they are to be read to the end on those of our three displays that are large enough for them, with a \
     picture beside them or without any too.",
    ["twenty-four letters here", "a surprised person there", "the other person was sad"],
);
const LONGEST_CHINESE: (&str, &str, [&str; 3]) = (
    "小明今天在学校里心情怎么样呢？",
    "小明的好朋友下个月要搬到另一个城市去了。他放学后一个人坐在操场边，低着头，不想和别人说话。老\
     师走过来问他怎么了，他只是摇了摇头。你觉得他的心里是什么感受？",
    ["感到难过", "感到惊讶", "感到害怕"],
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
    for (size, picture) in sizes.flat_map(|size| pictures().map(|picture| (size, picture))) {
        let texts = [LONGEST, LONGEST_CHINESE, ("Hi", "", ["", "", ""]), ("", "Short.", ["go", "", "停"])];
        for ((title, body, choices), comfort) in
            texts.into_iter().flat_map(|t| comforts().map(move |c| (t, c)))
        {
            let screen = Screen { comfort, ..screen(title, body, picture.clone(), choices) };
            let layout = laid_out(&screen, size);
            let parts =
                [layout.title, layout.signs, layout.picture, layout.body, layout.meter, layout.choices];
            let display = Rectangle::new(Point::zero(), size);
            for (i, part) in parts.iter().enumerate() {
                let seen = part.intersection(&display);
                assert!(part.is_zero_sized() || seen == *part, "{size} {screen:?}: part {i} at {part:?}");
                for (j, other) in parts.iter().enumerate().skip(i + 1) {
                    // The last, blank column of the title may lie under the gap before the signs.
                    let shared = part.intersection(other).size;
                    let blank = i == 0 && j == 1 && shared.width <= 1;
                    let apart = shared.width == 0 || shared.height == 0 || blank;
                    assert!(apart, "{size} {screen:?}: {i} on {j}");
                }
            }
        }
    }
}

#[test]
fn colour_displays_show_the_longest_texts_whole() {
    for (title, body, choices) in [LONGEST, LONGEST_CHINESE] {
        for panel in [Display::Colour240x240, Display::Colour320x240] {
            for (picture, comfort) in
                pictures().into_iter().flat_map(|p| comforts().map(move |c| (p.clone(), c)))
            {
                let screen = Screen { comfort, ..screen(title, body, picture, choices) };
                assert!(fits(&screen, panel), "{panel:?} {screen:?}");
                let layout = laid_out(&screen, panel.size());
                assert_eq!(layout.title_text.expect("the title has room").shown(), title);
                assert_eq!(layout.body_text.expect("the body has room").shown(), body);
            }
        }
    }
}

#[test]
fn the_small_display_shows_long_texts_whole_while_no_sensor_takes_room_from_them() {
    let english = ("What does this person feel?", &LONGEST.1[..150], ["surprised", "disgusted", "sad"]);
    let chinese =
        ("小明感到怎么样？", "他的朋友下个月要搬走了。他一个人坐着，不想说话。", ["难过", "惊讶", "害怕"]);
    for ((title, body, choices), comfort) in
        [english, chinese].into_iter().flat_map(|text| comforts().map(move |comfort| (text, comfort)))
    {
        let full = screen(title, body, Picture::None, choices);
        let full = Screen { sensing: Sensors::NONE, meter: None, comfort, ..full };
        assert!(fits(&full, Display::Mono128x64), "{full:?}");
    }
}

#[test]
fn what_does_not_fit_ends_in_dots() {
    let [_, face, ..] = pictures();
    for ((title, body, choices), least) in [(LONGEST, 60), (LONGEST_CHINESE, 20)] {
        let screen = screen(title, body, face.clone(), choices);
        assert!(!fits(&screen, Display::Mono128x64));
        let text = laid_out(&screen, Display::Mono128x64.size()).body_text.expect("some of it has room");
        let shown = text.shown();
        let start = shown.strip_suffix("...").expect("a cut text ends in dots");
        assert!(body.starts_with(start) && start.len() > least, "{start}");
    }
}

#[test]
fn each_part_that_is_cut_is_told() {
    let cut =
        |title, body, choices, picture| !fits(&screen(title, body, picture, choices), Display::Mono128x64);
    let none = || Picture::None;
    assert!(!cut("Hello", "Welcome.", ["yes", "no", ""], none()));
    assert!(cut("Hello", LONGEST.1, ["yes", "no", ""], none()));
    assert!(cut("Hello", "Welcome.", ["yes", LONGEST.2[0], ""], none()));
    let bar = Bar {
        label: String::try_from(LONGEST.2[0]).expect("short"),
        before: Permille::ZERO,
        now: Permille::FULL,
    };
    assert!(cut("Hello", "Welcome.", ["yes", "no", ""], Picture::Growth([bar].into_iter().collect())));
}

#[test]
fn large_text_is_larger_wherever_there_is_room() {
    for display in Display::ALL {
        for body in ["A short text.", "一句话。"] {
            let [none, face, ..] = pictures();
            for picture in [none, face] {
                let plain = screen("Hi", body, picture, ["yes", "no", ""]);
                let height = |large_text| {
                    let screen = Screen { comfort: Comfort { large_text, ..plain.comfort }, ..plain.clone() };
                    laid_out(&screen, display.size()).body_text.map(|text| text.font().height())
                };
                assert!(height(true) > height(false), "{display:?} {body}");
            }
        }
        for ((title, body, choices), picture) in
            [LONGEST, LONGEST_CHINESE].into_iter().flat_map(|text| pictures().map(|picture| (text, picture)))
        {
            let plain = screen(title, body, picture, choices);
            let large = Comfort { large_text: true, ..plain.comfort };
            let readable = |comfort| {
                let screen = Screen { comfort, ..plain.clone() };
                laid_out(&screen, display.size()).readable(&screen)
            };
            assert!(readable(large) >= readable(plain.comfort), "{display:?}: {plain:?}");
        }
    }
}
