//! What makes the device comfortable, and the person who accompanies the learner.

mod play;

use petri_core::input::Sensors;
use petri_core::light::{Colour, Pattern};
use petri_core::session::{ONSET_MS, SCAN_MS};
use petri_core::{
    Ability, Button, Comfort, Emotion, Exercise, Facilitator, Input, Judge, Language, Level, Outcome,
    Purpose, Scene, Setup, TextReading,
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
