//! Every text that a session can show fits every display, in both languages.

mod play;

use petri_core::input::Sensors;
use petri_core::random::Random;
use petri_core::screen::{Display, fits, has_glyph};
use petri_core::{Age, Comfort, Language, Scene, Screen, Setup};
use play::{Play, any_input, pack};
use std::collections::BTreeSet;

/// Walks through many sessions and shows each different screen once.
fn every_screen(language: Language, mut see: impl FnMut(&Screen)) -> BTreeSet<&'static str> {
    let (mut known, mut scenes) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let age = Age::ALL[(seed % 3) as usize];
        let comfort = Comfort { language, ..Comfort::default() };
        let setup =
            Setup { sensors: Sensors::ALL, age, comfort, trials_per_round: 3, ..Setup::new(seed, pack()) };
        let mut play = Play::of(setup);
        for step in 0..1_500 {
            // Time passes in leaps, so that faces are drawn and questions open.
            play.now += 400;
            let input = any_input(&mut random);
            let input =
                if step == 1_499 { petri_core::Input::Button(petri_core::Button::Stop) } else { input };
            let screen = play.step(input).screen;
            scenes.insert(screen.scene.name());
            // Settings may have changed the language on the way.
            let own = screen.comfort.language == language;
            if own && known.insert((screen.title.clone(), screen.body.clone(), screen.choices.clone())) {
                see(&screen);
            }
        }
    }
    scenes
}

/// All combinations of the settings that take room.
fn comforts(language: Language) -> impl Iterator<Item = Comfort> {
    (0..4).map(move |bits| Comfort {
        language,
        large_text: bits & 1 > 0,
        wide_spacing: bits & 2 > 0,
        ..Comfort::default()
    })
}

#[test]
fn no_text_of_a_session_is_cut() {
    for language in Language::ALL {
        let mut cut = Vec::new();
        let scenes = every_screen(language, |screen| {
            for (comfort, display) in comforts(language).flat_map(|c| Display::ALL.map(|d| (c, d))) {
                if !fits(&Screen { comfort, ..screen.clone() }, display) {
                    let (large, wide) = (comfort.large_text, comfort.wide_spacing);
                    let Screen { title, body, choices, .. } = screen;
                    cut.push(format!("{display:?} {large} {wide}: {title} | {body} | {choices:?}"));
                }
            }
        });
        assert_eq!(scenes.len(), Scene::ALL.len(), "not every scene was met: {scenes:?}");
        assert!(cut.is_empty(), "{} cut, first: {:#?}", cut.len(), &cut[..cut.len().min(12)]);
    }
}

#[test]
fn every_character_has_a_glyph() {
    for language in Language::ALL {
        let missing = |text: &str| text.chars().find(|c| *c != '\n' && !has_glyph(*c));
        every_screen(language, |screen| {
            for text in [screen.title.as_str(), screen.body.as_str()] {
                assert_eq!(missing(text), None, "{text}");
            }
        });
    }
}
