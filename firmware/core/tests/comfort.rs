//! What makes the device comfortable, and the person who accompanies the learner.

mod canvas;
mod play;

use canvas::Canvas;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::pixelcolor::{BinaryColor, Rgb565, RgbColor};
use petri_core::input::Sensors;
use petri_core::light::{Colour, Pattern};
use petri_core::screen::{Display, Ink, draw};
use petri_core::session::{ONSET_MS, SCAN_MS};
use petri_core::{
    Ability, Button, Comfort, Emotion, Exercise, Facilitator, Input, Judge, Language, Level, Outcome,
    Permille, Picture, Purpose, Scene, Screen, Setup, TextReading,
};
use play::{Play, button, pack, readable};

fn with(comfort: Comfort) -> Play {
    Play::of(Setup { comfort, ..Setup::new(11, pack()) })
}

#[test]
fn the_language_is_switched_on_the_device() {
    let mut play = Play::new(Sensors::NONE);
    play.reach_menu();
    assert_eq!(play.press(Button::C).screen.scene, Scene::Settings);
    let chinese = play.press(Button::A);
    assert_eq!(chinese.screen.body, "语言：中文");
    assert_eq!(play.session.comfort().language, Language::Chinese);
    let menu = play.press(Button::C);
    assert!(menu.screen.title.starts_with("为你推荐"), "{}", menu.screen.title);
    play.start("读话语");
    let question = play.wait(ONSET_MS + 50);
    assert!(pack().texts().any(|item| item.text.zh == question.screen.body));
    assert!(question.screen.choices.iter().all(|label| !label.is_ascii()));
}

#[test]
fn every_setting_can_be_changed_and_changed_back() {
    let mut play = Play::new(Sensors::NONE);
    play.reach_menu();
    play.press(Button::C);
    let start = play.session.comfort();
    for setting in 0..8 {
        let mut seen = vec![start];
        for _ in 0..3 {
            // The left hand and the one button move the buttons of this very screen.
            let screen = play.step(Input::Tick).screen;
            let label = ["change", "更改"].into_iter().find(|l| screen.choices.iter().any(|c| c == l));
            let pressed = button(&screen, label.expect("a button to change it"));
            let comfort = play.session.comfort();
            let pressed = if comfort.one_button { Button::A } else { pressed };
            play.press(pressed);
            seen.push(play.session.comfort());
        }
        assert!(seen[1] != start, "setting {setting} does nothing");
        assert!(seen[2] == start || seen[3] == start, "setting {setting} has no way back");
        play = Play::new(Sensors::NONE);
        play.reach_menu();
        play.press(Button::C);
        for _ in 0..=setting {
            play.press(Button::B);
        }
    }
}

/// A screen with nothing but this text on it.
fn lone(body: &str, comfort: Comfort) -> Screen {
    Screen {
        scene: Scene::Why,
        title: heapless::String::new(),
        body: heapless::String::try_from(body).expect("the text is short enough"),
        picture: Picture::None,
        choices: heapless::Vec::new(),
        meter: None,
        sensing: Sensors::NONE,
        focus: None,
        comfort,
    }
}

fn drawn<C: Ink>(screen: &Screen, display: Display) -> Canvas<C> {
    let mut canvas = Canvas::new(display.size());
    let Ok(()) = draw(screen, pack(), &mut canvas);
    canvas
}

/// Width and height of all ink on a display without greys, less the rule under the title.
fn extent(body: &str, comfort: Comfort, display: Display) -> Size {
    let canvas = drawn::<BinaryColor>(&lone(body, comfort), display);
    let (width, top) = (display.size().width, if display.is_colour() { 40 } else { 8 });
    let lit = (0..).zip(canvas.pixels()).filter(|(_, pixel)| **pixel == BinaryColor::On);
    let places = lit.map(|(i, _)| Point::new((i % width) as i32, (i / width) as i32));
    let ink = places.filter(|place| place.y >= top);
    let (low, high) = ink.fold((Point::new_equal(i32::MAX), Point::zero()), |(low, high), place| {
        (low.component_min(place), high.component_max(place))
    });
    Size::new((high.x + 1 - low.x) as u32, (high.y + 1 - low.y) as u32)
}

/// One letter, and a word of six of them.
const LETTERS: [[&str; 2]; 2] =
    [["n", "nnnnnn"], ["\u{56fd}", "\u{56fd}\u{56fd}\u{56fd}\u{56fd}\u{56fd}\u{56fd}"]];

#[test]
fn large_letters_are_larger() {
    let large = Comfort { large_text: true, ..Comfort::default() };
    for (display, [letter, _]) in Display::ALL.into_iter().flat_map(|d| LETTERS.map(|l| (d, l))) {
        let (small, large) = (extent(letter, Comfort::default(), display), extent(letter, large, display));
        assert!(large.height * 4 >= small.height * 5, "{display:?} {letter}: {small} becomes {large}");
        assert!(large.width * 4 >= small.width * 5, "{display:?} {letter}: {small} becomes {large}");
    }
}

#[test]
fn wide_spacing_moves_letters_and_lines_apart() {
    let wide = Comfort { wide_spacing: true, ..Comfort::default() };
    for (display, [letter, word]) in Display::ALL.into_iter().flat_map(|d| LETTERS.map(|l| (d, l))) {
        let both = |body| (extent(body, Comfort::default(), display), extent(body, wide, display));
        let (close, apart) = both(letter);
        assert_eq!(close, apart, "{display:?} {letter}: the letters themselves stay as they are");
        let (close, apart) = both(word);
        assert!(apart.width >= close.width + 5, "{display:?} {word}: {close} becomes {apart}");
        let (close, apart) = both(&format!("{letter}\n{letter}"));
        assert!(apart.height > close.height, "{display:?} {letter}: {close} becomes {apart}");
    }
    let both = ["nn nn", "nnnn"].map(|body| extent(body, wide, Display::Colour320x240).width);
    let close = ["nn nn", "nnnn"].map(|body| extent(body, Comfort::default(), Display::Colour320x240).width);
    assert!(both[0] - both[1] > close[0] - close[1], "words stand further apart, too");
}

/// The relative luminance of WCAG 2.2.
fn luminance(colour: Rgb565) -> f64 {
    let channel = |value: u8, max: u8| {
        let share = f64::from(value) / f64::from(max);
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    let (red, green, blue) = (channel(colour.r(), 31), channel(colour.g(), 63), channel(colour.b(), 31));
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(a: Rgb565, b: Rgb565) -> f64 {
    let (low, high) = (luminance(a).min(luminance(b)), luminance(a).max(luminance(b)));
    (high + 0.05) / (low + 0.05)
}

/// The colours of a screen, the darkest first.
fn colours(screen: &Screen, display: Display) -> Vec<Rgb565> {
    let canvas = drawn::<Rgb565>(screen, display);
    let mut found: Vec<Rgb565> = canvas.pixels().to_vec();
    found.sort_by_key(|colour| (colour.r(), colour.g(), colour.b()));
    found.dedup();
    found
}

#[test]
fn strong_contrast_is_black_on_white_with_few_and_strong_colours() {
    let strong = Comfort { high_contrast: true, ..Comfort::default() };
    for display in [Display::Colour240x240, Display::Colour320x240] {
        let text = colours(&lone("A text, and nothing else.", strong), display);
        assert_eq!(text, [Rgb565::BLACK, Rgb565::WHITE], "{display:?}");

        let labels = ["yes", "no", "more"].map(|label| heapless::String::try_from(label).expect("short"));
        let full = lone("A text.", strong);
        let full = Screen { choices: labels.into(), meter: Some(Permille::new(500)), focus: Some(1), ..full };
        let found = colours(&full, display);
        assert!(found.len() <= 3, "{display:?}: {found:?}");
        for colour in found.into_iter().filter(|colour| *colour != Rgb565::WHITE) {
            let ratio = contrast(colour, Rgb565::WHITE);
            assert!(ratio >= 7.0, "{display:?}: {colour:?} is {ratio} to 1");
        }
    }
    // One colour is as strong as it can be.
    let plain = lone("A text.", Comfort::default());
    let mono = |screen| drawn::<BinaryColor>(screen, Display::Mono128x64);
    assert_eq!(mono(&plain).distance(&mono(&lone("A text.", strong))), 0);
}

#[test]
fn each_setting_is_seen_on_the_settings_screen_at_once() {
    let mut play = Play::new(Sensors::NONE);
    play.reach_menu();
    play.press(Button::C);
    let seen = |reply: &petri_core::Reply| drawn::<Rgb565>(&reply.screen, Display::Colour320x240);
    for setting in 0..8 {
        let shown = play.step(Input::Tick);
        let changed = play.press(Button::A);
        assert!(seen(&shown).distance(&seen(&changed)) >= 40, "setting {setting}");
        // Back, and on to the next one, wherever the buttons are by now.
        play = Play::new(Sensors::NONE);
        play.reach_menu();
        play.press(Button::C);
        for _ in 0..=setting {
            play.press(Button::B);
        }
    }
}

#[test]
fn choices_for_the_left_hand_stand_from_right_to_left() {
    let mut play = with(Comfort { left_handed: true, ..Comfort::default() });
    let greet = play.step(Input::Tick);
    assert_eq!(greet.screen.choices.as_slice(), ["", "", "start"]);
    assert_eq!(play.press(Button::A).screen.scene, Scene::Greet);
    assert_eq!(play.press(Button::C).screen.scene, Scene::Choose);
}

#[test]
fn one_button_does_everything_and_ends_the_session() {
    let mut play = with(Comfort { one_button: true, ..Comfort::default() });
    let greet = play.step(Input::Tick);
    assert_eq!(greet.screen.focus, Some(0));
    let menu = play.press(Button::C);
    assert_eq!((menu.screen.scene, menu.screen.focus), (Scene::Choose, Some(0)));
    let lit = play.wait(SCAN_MS + 50);
    assert_eq!(lit.screen.focus, Some(1));
    let other = play.press(Button::C);
    assert_ne!(other.screen.title, menu.screen.title, "the lit choice was taken: another exercise");
    let stop = play.wait(3 * SCAN_MS + 50);
    assert_eq!((stop.screen.focus, stop.screen.title.as_str()), (None, "Press now to end"));
    assert_eq!(play.press(Button::A).screen.scene, Scene::Close);
}

#[test]
fn light_and_sound_can_be_softened_and_turned_off() {
    for (level, dark) in [(Level::Off, true), (Level::Soft, false)] {
        let mut play = with(Comfort { light: level, sound: level, ..Comfort::default() });
        let reply = play.press(Button::A);
        assert_eq!(reply.cue.is_none(), level == Level::Off);
        assert_eq!(reply.light.colour == Colour::OFF, dark);
        play.start("Faces");
        let question = play.wait(ONSET_MS + 50);
        assert_ne!(question.light.pattern, Pattern::Breathe, "soft light does not move");
    }
}

fn worrying() -> TextReading {
    TextReading { concern: true, named: Some(Emotion::Sad), ..TextReading::default() }
}

#[test]
fn words_that_worry_are_answered_with_care_and_never_judged() {
    for exercise in [Exercise::ReadTheWords, Exercise::ReplyWithCare, Exercise::Converse] {
        let (mut play, _) = Play::to_question(Sensors::ALL, exercise);
        let reply = play.text(worrying());
        assert_eq!((reply.screen.scene, reply.entry, reply.cue), (Scene::Concern, None, None));
        assert_eq!((reply.light.pattern, reply.light.colour), (Pattern::Signal, Colour::SIGNAL));
        assert!(reply.screen.body.contains("You matter"));
        // The signal stays until somebody has come, whatever the learner does and likes.
        let menu = play.press(Button::A);
        assert_eq!((menu.screen.scene, menu.light.pattern), (Scene::Choose, Pattern::Signal));
        let clear = play.facilitator(Facilitator::AllClear);
        assert_ne!(clear.light.pattern, Pattern::Signal);
        assert!(play.entries.is_empty());
    }
}

#[test]
fn the_signal_shines_even_where_lights_are_off() {
    let comfort = Comfort { light: Level::Off, ..Comfort::default() };
    let mut play = Play::of(Setup { comfort, sensors: Sensors::ALL, ..Setup::new(3, pack()) });
    play.reach_menu();
    assert_eq!(play.text(worrying()).light.pattern, Pattern::Signal);
}

#[test]
fn the_facilitator_overrides_a_judgement_and_it_counts() {
    let (mut play, question) = Play::to_question(Sensors::NONE, Exercise::ReadTheFace);
    let (right, target) = readable(&question);
    let other = [Button::A, Button::B, Button::C].into_iter().find(|b| *b != right).expect("three buttons");
    let device = play.press(other).entry.expect("a trial");
    let at = |play: &Play| play.session.progress().get(Exercise::ReadTheFace, target).mean_ml;
    let lowered = at(&play);
    let reply = play.facilitator(Facilitator::CountsAsSame);
    let entry = reply.entry.expect("the trial, judged anew");
    assert_eq!((entry.trial, entry.judge, entry.outcome), (device.trial, Judge::Facilitator, Outcome::Same));
    assert!(at(&play) > lowered);
    assert_eq!(entry.ability_ml, at(&play));
    let void = play.facilitator(Facilitator::DoesNotCount).entry.expect("the trial, judged anew");
    assert_eq!((void.outcome, at(&play)), (Outcome::Skipped, Ability::UNKNOWN.mean_ml));
    // Once the next question is open, the last one is closed.
    play.press(Button::A);
    assert_eq!(play.facilitator(Facilitator::CountsAsSame).entry, None);
}

#[test]
fn a_judgement_of_a_turn_in_a_conversation_can_be_overridden_too() {
    let (mut play, _) = Play::to_question(Sensors::ALL, Exercise::Converse);
    play.press(Button::A);
    let entry = play.replies(&[petri_core::Move::Judges]).entry.expect("a turn");
    let again = play.facilitator(Facilitator::CountsAsSame).entry.expect("the turn, judged anew");
    assert_eq!((again.trial, again.target, again.outcome), (entry.trial, entry.target, Outcome::Same));
    assert_eq!(again.purpose, Purpose::Training);
}
