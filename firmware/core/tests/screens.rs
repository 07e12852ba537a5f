//! Screens as they stand on the displays.

mod canvas;

use canvas::{Canvas, compare};
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::pixelcolor::{BinaryColor, Rgb565};
use embedded_graphics::primitives::Rectangle;
use heapless::String;
use petri_core::input::Sensors;
use petri_core::reply::Bar;
use petri_core::screen::{Display, Ink, Palette, Tint, draw, fits};
use petri_core::{
    Actions, Actor, Comfort, Emotion, Mark, Pack, Permille, Picture, Portrait, Scene, Screen, Sensor,
};

/// A screen with nothing on it.
fn blank(scene: Scene) -> Screen {
    Screen {
        scene,
        title: String::new(),
        body: String::new(),
        picture: Picture::None,
        choices: heapless::Vec::new(),
        meter: None,
        sensing: Sensors::NONE,
        focus: None,
        comfort: Comfort::default(),
    }
}

fn written(scene: Scene, title: &str, body: &str, choices: [&str; 3]) -> Screen {
    Screen {
        title: String::try_from(title).expect("the title is short enough"),
        body: String::try_from(body).expect("the body is short enough"),
        choices: choices.map(|label| String::try_from(label).expect("the label is short enough")).into(),
        ..blank(scene)
    }
}

fn drawn<C: Ink>(screen: &Screen, size: Size) -> Canvas<C> {
    let mut canvas = Canvas::new(size);
    let Ok(()) = draw(screen, &Pack::starter(), &mut canvas);
    canvas
}

fn mono(screen: &Screen) -> Canvas<BinaryColor> {
    drawn(screen, Display::Mono128x64.size())
}

fn portrait(actor: Actor, emotion: Emotion, intensity: u16) -> Portrait {
    Portrait { actor, actions: Actions::of(emotion, Permille::new(intensity)) }
}

fn face(emotion: Emotion, intensity: u16) -> Picture {
    Picture::Face(portrait(Actor::Petri, emotion, intensity))
}

fn marked(mark: Mark) -> Picture {
    Picture::Marked { mark, portrait: portrait(Actor::Petri, Emotion::Scared, 1000) }
}

fn growth(bars: &[(&str, u16, u16)]) -> Picture {
    let bar = |(name, before, now): &(&str, u16, u16)| Bar {
        label: String::try_from(*name).expect("the name is short enough"),
        before: Permille::new(*before),
        now: Permille::new(*now),
    };
    Picture::Growth(bars.iter().map(bar).collect())
}

/// All combinations of the settings that change the picture.
fn comforts() -> impl Iterator<Item = Comfort> {
    (0..8).map(|bits| Comfort {
        large_text: bits & 1 > 0,
        wide_spacing: bits & 2 > 0,
        high_contrast: bits & 4 > 0,
        ..Comfort::default()
    })
}

#[test]
fn one_screen_of_each_scene_looks_as_committed() {
    let greet = written(Scene::Greet, "Hello", "Let us practise reading faces and words.", ["start", "", ""]);
    let consent = written(
        Scene::Consent,
        "May I look and listen?",
        "No is fine: buttons do it all.",
        ["yes", "no", ""],
    );
    let choose =
        written(Scene::Choose, "What shall we do?", "Pick an exercise.", ["Faces", "Words", "Mirror"]);
    let show = written(Scene::Show, "What does this face show?", "", ["surprised", "scared", "disgusted"]);
    let listen = written(Scene::Listen, "Make this face", "Hold it for a moment.", ["", "hint", "skip"]);
    let reason = "In this face: inner brows up, lips pulled wide, eyes wide.\nYou read surprised, which has no lips \
                  pulled wide. Try looking there first.";
    let explain = written(Scene::Explain, "Here it is: scared", reason, ["next", "", ""]);
    let close = written(Scene::Close, "Until next time", "9 of 12 answers met the feeling.", ["bye", "", ""]);
    let screens = [
        Screen { picture: face(Emotion::Happy, 500), ..greet },
        Screen { sensing: Sensors::NONE.set(Sensor::Keyboard, true), ..consent },
        Screen { sensing: Sensors::ALL, ..choose },
        Screen { picture: face(Emotion::Surprised, 800), sensing: Sensors::ALL, ..show },
        Screen {
            picture: face(Emotion::Sad, 1000),
            meter: Some(Permille::new(450)),
            sensing: Sensors::ALL,
            ..listen
        },
        Screen { picture: marked(Mark::Different), meter: Some(Permille::new(600)), ..explain },
        Screen { picture: growth(&[("faces", 600, 830), ("words", 400, 600), ("care", 250, 250)]), ..close },
    ];
    for screen in &screens {
        compare(&format!("screen-{}", screen.scene.name()), &mono(screen));
    }
}

#[test]
fn comfort_and_chinese_look_as_committed() {
    let comfort = Comfort::default();
    let chinese = written(
        Scene::Show,
        "小明感到怎么样？",
        "朋友要搬走了。他低着头，不想说话。",
        ["难过", "惊讶", "害怕"],
    );
    let english =
        written(Scene::Show, "How does Leo feel?", "His friend moves away.", ["sad", "surprised", "scared"]);
    let close = written(Scene::Close, "今天的收获", "你今天练习了十二次。", ["再见", "", ""]);
    let grown = growth(&[("看表情", 300, 500), ("读文字", 600, 800), ("安慰", 200, 700), ("说话", 500, 400)]);
    let leo = || Picture::Face(portrait(Actor::Leo, Emotion::Sad, 1000));
    let screens = [
        ("chinese", Screen { picture: leo(), sensing: Sensors::ALL, ..chinese }),
        ("growth", Screen { picture: grown, ..close }),
        (
            "large",
            Screen { picture: leo(), comfort: Comfort { large_text: true, ..comfort }, ..english.clone() },
        ),
        (
            "spaced",
            Screen { picture: leo(), comfort: Comfort { wide_spacing: true, ..comfort }, ..english.clone() },
        ),
        ("focus", Screen { focus: Some(1), ..english }),
    ];
    for (name, screen) in &screens {
        assert!(fits(screen, Display::Mono128x64), "{name}");
        compare(&format!("screen-{name}"), &mono(screen));
    }
}

#[test]
fn the_choice_in_focus_stands_out_without_colour() {
    let plain = written(Scene::Show, "", "", ["yes", "no", "stop"]);
    for (i, display) in (0..3).flat_map(|i| Display::ALL.map(|display| (i, display))) {
        let lit = Screen { focus: Some(i), ..plain.clone() };
        let change = drawn::<BinaryColor>(&lit, display.size()).distance(&drawn(&plain, display.size()));
        assert!(change >= 200, "{display:?}: {change} dots");
    }
}

#[test]
fn strong_colours_are_few_and_strong() {
    let strong = Comfort { high_contrast: true, ..Comfort::default() };
    let screen = Screen {
        comfort: strong,
        focus: Some(0),
        meter: Some(Permille::new(400)),
        sensing: Sensors::ALL,
        ..written(Scene::Show, "Title", "A body of text.", ["yes", "no", "stop"])
    };
    let palette = Palette::of(strong);
    let canvas = drawn::<Rgb565>(&screen, Display::Colour320x240.size());
    let known = [Tint::Paper, Tint::Text, Tint::Accent].map(|tint| Rgb565::tinted(tint, palette));
    let strange = canvas.pixels().iter().filter(|pixel| !known.contains(pixel)).count();
    assert!(strange < 400, "{strange} pixels that only smooth the signs are too many");
}

#[test]
fn what_grew_shows_without_colour() {
    for display in Display::ALL {
        let at = |before, now| {
            let picture = growth(&[("faces", before, now)]);
            drawn::<BinaryColor>(&Screen { picture, ..blank(Scene::Close) }, display.size())
        };
        assert!(at(300, 600).distance(&at(600, 600)) >= 30, "{display:?}");
        assert!(at(300, 600).distance(&at(300, 300)) >= 30, "{display:?}");
    }
}

#[test]
fn any_screen_can_be_drawn_at_any_size() {
    let long = written(Scene::Listen, &"m".repeat(48), &"w".repeat(240), ["mmmmmmmmmmmmmmmmmmmmmmmm"; 3]);
    let spaced = written(Scene::Listen, &"to be ".repeat(8), &"or not ".repeat(34), ["a b c d e f g h"; 3]);
    let chinese = written(Scene::Listen, &"看".repeat(16), &"听，a。".repeat(22), ["说一说想一想。"; 3]);
    let foreign = written(
        Scene::Listen,
        "\u{e4}\u{f6}\u{fc} \u{4f60}",
        "\u{1f600} na\u{ef}ve\n\n\t\u{7f}",
        ["\u{df}", "", "\0"],
    );
    let pictures = [
        Picture::None,
        face(Emotion::Angry, 1000),
        marked(Mark::Open),
        Picture::Photo { index: 0, mark: Some(Mark::Same) },
        growth(&[
            ("看表情", 0, 1000),
            ("a name of 24 characters.", 500, 500),
            ("words", 1000, 10),
            ("", 3, 4),
        ]),
    ];
    let sizes = [
        (0, 0),
        (1, 1),
        (16, 16),
        (64, 128),
        (128, 64),
        (129, 65),
        (200, 180),
        (240, 240),
        (320, 240),
        (800, 480),
    ];
    for text in [long, spaced, chinese, foreign, blank(Scene::Show)] {
        for (picture, comfort) in pictures.iter().flat_map(|picture| comforts().map(move |c| (picture, c))) {
            let few = comfort != Comfort::default();
            for meter in [None, Some(Permille::ZERO), Some(Permille::new(3)), Some(Permille::FULL)] {
                let picture = picture.clone();
                let screen =
                    Screen { picture, meter, sensing: Sensors::ALL, comfort, focus: Some(1), ..text.clone() };
                for (width, height) in sizes.into_iter().skip(if few { 4 } else { 0 }) {
                    let size = Size::new(width, height);
                    if meter.is_none() || !few {
                        assert_eq!(drawn::<BinaryColor>(&screen, size).outside(), 0, "{size}");
                        assert_eq!(drawn::<Rgb565>(&screen, size).outside(), 0, "{size}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_display_that_does_not_start_at_zero_is_used_whole() {
    use embedded_graphics::draw_target::DrawTargetExt;
    let screen = Screen {
        picture: face(Emotion::Calm, 0),
        ..written(Scene::Show, "Title", "Body", ["yes", "no", "go"])
    };
    let area = Rectangle::new(Point::new(7, 9), Display::Mono128x64.size());
    let mut canvas = Canvas::<BinaryColor>::new(Size::new(150, 90));
    let Ok(()) = draw(&screen, &Pack::starter(), &mut canvas.clipped(&area));
    assert_eq!(canvas.part(area), mono(&screen).pixels());
    assert_eq!(canvas.stains_outside(area), 0);
}

/// Draws only choice number `which`.
fn one_choice<C: Ink>(which: usize, panel: Display) -> Canvas<C> {
    let mut labels = [""; 3];
    labels[which] = "same";
    drawn(&written(Scene::Listen, "", "", labels), panel.size())
}

fn check_choices<C: Ink>(panel: Display) {
    let Size { width, height } = panel.size();
    let bottom = Rectangle::new(Point::new(0, height as i32 * 3 / 4), Size::new(width, height / 4));
    let cap = |i: usize| {
        let canvas = one_choice::<C>(i, panel);
        let (first, last) = canvas.stained_columns(bottom).expect("the choice is drawn");
        let third = |i: usize| (width as usize * i / 3) as i32;
        assert!(first >= third(i) && last <= third(i + 1), "{panel:?}: choice {i} leaves its third");
        let cap_width = if panel.is_colour() { 16 } else { 5 };
        canvas.part(Rectangle::new(Point::new(first, bottom.top_left.y), Size::new(cap_width, height / 4)))
    };
    // All three have the same label, so it is the letters that differ.
    let [a, b, c] = [0, 1, 2].map(cap);
    assert!(a != b && b != c && a != c, "{panel:?}: the caps are alike");
}

#[test]
fn each_choice_stands_over_its_button_and_bears_its_letter() {
    check_choices::<BinaryColor>(Display::Mono128x64);
    check_choices::<Rgb565>(Display::Colour240x240);
    check_choices::<Rgb565>(Display::Colour320x240);
}

#[test]
fn a_choice_without_label_is_left_out() {
    let none = written(Scene::Listen, "Hi", "there", ["", "", ""]);
    let empty = Screen { choices: heapless::Vec::new(), ..none.clone() };
    assert_eq!(mono(&none).distance(&mono(&empty)), 0);
}

#[test]
fn marks_differ_in_shape() {
    let marks = [Mark::Same, Mark::Different, Mark::Open];
    for (i, one) in marks.into_iter().enumerate() {
        for other in marks.into_iter().skip(i + 1) {
            let text = written(Scene::Explain, "Yes", "Reason.", ["next", "", ""]);
            let with = |mark| Screen { picture: marked(mark), ..text.clone() };
            let dots = mono(&with(one)).distance(&mono(&with(other)));
            assert!(dots >= 10, "{one:?} and {other:?} differ in {dots} dots");
            for panel in [Display::Colour240x240, Display::Colour320x240] {
                let sign = |mark| -> Vec<bool> {
                    let canvas = drawn::<Rgb565>(&with(mark), panel.size());
                    canvas.pixels().iter().map(|pixel| *pixel == Rgb565::of(Tint::OnBadge)).collect()
                };
                let apart = sign(one).iter().zip(sign(other)).filter(|(a, b)| **a != *b).count();
                assert!(
                    apart >= 60,
                    "{one:?} and {other:?} differ in {apart} pixels of the sign on {panel:?}"
                );
            }
        }
    }
}

#[test]
fn every_sensor_in_use_has_a_sign_of_its_own() {
    let sensors = [Sensor::Camera, Sensor::Microphone, Sensor::Keyboard];
    let text = written(Scene::Listen, "Title", "Body", ["yes", "no", ""]);
    let plain = text.clone();
    let signs = sensors.map(|sensor| Screen { sensing: Sensors::NONE.set(sensor, true), ..text.clone() });
    for (i, one) in signs.iter().enumerate() {
        assert!(mono(one).distance(&mono(&plain)) >= 15, "{:?} has no sign", sensors[i]);
        for (j, other) in signs.iter().enumerate().skip(i + 1) {
            assert!(mono(one).distance(&mono(other)) >= 8, "{:?} looks like {:?}", sensors[i], sensors[j]);
        }
    }
}

#[test]
fn a_lost_sensor_is_crossed_out() {
    let text = written(Scene::Listen, "Title", "Body", ["yes", "no", ""]);
    for sensor in [Sensor::Camera, Sensor::Microphone] {
        let [plain, on, lost] = [
            Sensors::NONE,
            Sensors::NONE.set(sensor, true),
            Sensors::NONE.set(sensor, true).set(sensor, false).set_lost(sensor, true),
        ]
        .map(|sensing| Screen { sensing, ..text.clone() });
        assert!(mono(&lost).distance(&mono(&on)) >= 8, "{sensor:?} looks the same");
        assert!(mono(&lost).distance(&mono(&plain)) >= 15, "{sensor:?} cannot be seen");
        for panel in [Display::Colour240x240, Display::Colour320x240] {
            let pixels = |screen| drawn::<Rgb565>(screen, panel.size()).pixels().to_vec();
            let apart = pixels(&lost).iter().zip(pixels(&on)).filter(|(a, b)| **a != *b).count();
            assert!(apart >= 40, "{sensor:?} differs in {apart} pixels on {panel:?}");
        }
    }
}

#[test]
fn a_meter_grows_with_its_share() {
    for panel in Display::ALL {
        let filled = |share| {
            let screen =
                Screen { meter: Some(Permille::new(share)), ..written(Scene::Listen, "", "", [""; 3]) };
            let canvas = drawn::<Rgb565>(&screen, panel.size());
            canvas.pixels().iter().filter(|pixel| **pixel == Rgb565::of(Tint::Accent)).count()
        };
        let steps = [0, 250, 500, 1000].map(filled);
        assert!(steps[0] == 0 && steps.is_sorted_by(|a, b| a < b), "{panel:?}: {steps:?}");
    }
}

#[test]
fn panels_are_found_by_their_names() {
    for panel in Display::ALL {
        assert_eq!(Display::from_name(panel.name()), Some(panel));
        assert_eq!(panel.is_colour(), panel.name().starts_with("colour"));
    }
    assert_eq!(Display::from_name("paper"), None);
}
