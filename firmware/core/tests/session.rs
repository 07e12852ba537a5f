//! The session as a learner meets it: every scene, every channel, and what must never happen.

mod play;

#[cfg(feature = "therapy")]
use petri_core::FaceReading;
use petri_core::input::Sensors;
use petri_core::light;
use petri_core::random::Random;
use petri_core::session::ONSET_MS;
use petri_core::{
    Actions, Age, Button, Channel, Comfort, Cue, Emotion, Entry, Exercise, Exercises, Input, Judge, Language,
    Mark, Millis, Outcome, Permille, Picture, Purpose, Reply, Scene, Sensor, Setup, TextReading, Word,
};
use play::{Play, any_input, drawn, pack, readable};

#[test]
fn a_face_is_read_by_button_and_the_answer_is_explained_at_once() {
    let (mut play, question) = Play::to_question(Sensors::NONE, Exercise::ReadTheFace);
    let (button, emotion) = readable(&question);
    let reply = play.press(button);
    assert_eq!(reply.screen.scene, Scene::Explain);
    assert_eq!(reply.cue, Some(Cue::Same));
    assert!(matches!(reply.screen.picture, Picture::Marked { mark: Mark::Same, .. }));
    let entry = reply.entry.expect("a trial");
    assert_eq!((entry.target, entry.answer, entry.outcome), (emotion, Some(emotion), Outcome::Same));
    assert_eq!((entry.exercise, entry.channel), (Exercise::ReadTheFace, Channel::Button));
    assert!(entry.ability_ml > 0 && entry.spread_ml < 1_000, "{entry:?}");
    assert!(u64::from(entry.latency_ms) > ONSET_MS);
}

#[test]
fn another_feeling_is_explained_by_what_tells_the_two_apart() {
    let (mut play, question) = Play::to_question(Sensors::NONE, Exercise::ReadTheFace);
    let (button, emotion) = readable(&question);
    let other = [Button::A, Button::B, Button::C].into_iter().find(|b| *b != button).expect("three buttons");
    let reply = play.press(other);
    assert!(matches!(reply.screen.picture, Picture::Marked { mark: Mark::Different, .. }));
    assert!(reply.screen.title.contains(emotion.word()));
    assert!(reply.screen.body.contains("You read"), "{}", reply.screen.body);
    assert!(reply.entry.expect("a trial").ability_ml < 0);
}

#[test]
fn words_are_read_by_voice_and_by_text() {
    let (mut play, question) = Play::to_question(Sensors::ALL, Exercise::ReadTheWords);
    let item = pack().texts().find(|item| item.text.en == question.screen.body).expect("an item");
    let reply = play.word(Word::Feeling(item.tag.feeling));
    let entry = reply.entry.expect("a trial");
    assert_eq!(
        (entry.outcome, entry.channel, entry.exercise),
        (Outcome::Same, Channel::Voice, Exercise::ReadTheWords)
    );
    assert!(reply.screen.body.contains(item.clue.en));

    let question = play.press(Button::A);
    let item = pack().texts().find(|item| item.text.en == question.screen.body).expect("an item");
    let named = TextReading { named: Some(item.tag.feeling), ..TextReading::default() };
    let entry = play.step(Input::Text(named)).entry.expect("a trial");
    assert_eq!((entry.outcome, entry.channel), (Outcome::Same, Channel::Text));
}

#[test]
fn unclear_speech_is_asked_for_again_and_never_judged() {
    let (mut play, _) = Play::to_question(Sensors::ALL, Exercise::ReadTheWords);
    let doubtful = Input::Word { word: Word::Feeling(Emotion::Sad), confidence: Permille::new(300) };
    let empty = Input::Text(TextReading::default());
    for input in [Input::UnclearSpeech, doubtful, empty] {
        let reply = play.step(input);
        assert_eq!((reply.screen.scene, reply.cue, reply.entry), (Scene::Listen, Some(Cue::Unclear), None));
        assert!(reply.screen.title.contains("could not make that out"));
    }
}

#[test]
fn a_hint_helps_and_does_not_count_as_knowing() {
    let (mut play, question) = Play::to_question(Sensors::ALL, Exercise::ReadTheFace);
    let reply = play.word(Word::Help);
    assert!(reply.screen.body.starts_with("Look closely: "), "{}", reply.screen.body);
    let entry = play.press(readable(&question).0).entry.expect("a trial");
    assert!(entry.helped && entry.outcome == Outcome::Same);
    let mut unhelped = Play::to_question(Sensors::ALL, Exercise::ReadTheFace).0;
    let knowing = unhelped.press(readable(&question).0).entry.expect("a trial");
    assert!(2 * entry.ability_ml < knowing.ability_ml, "{entry:?} {knowing:?}");
}

#[test]
fn next_leaves_a_question_open_without_a_mark_against_it() {
    let (mut play, _) = Play::to_question(Sensors::ALL, Exercise::ReadTheFace);
    let reply = play.word(Word::Next);
    let entry = reply.entry.expect("a trial");
    assert_eq!((entry.outcome, entry.answer, entry.ability_ml), (Outcome::Skipped, None, 0));
    assert_eq!(reply.cue, None);
}

#[test]
fn again_unfolds_the_face_once_more() {
    let (mut play, question) = Play::to_question(Sensors::ALL, Exercise::ReadTheFace);
    let reply = play.word(Word::Again);
    assert_eq!(reply.screen.scene, Scene::Show);
    assert_eq!(drawn(&reply), Actions::REST);
    assert_eq!(drawn(&play.wait(ONSET_MS + 50)), drawn(&question));
}

#[cfg(feature = "therapy")]
#[test]
fn an_expression_mirrors_a_face_only_without_a_break() {
    let (mut play, question) = Play::to_question(Sensors::ALL, Exercise::Mirror);
    let target =
        Emotion::ALL.into_iter().find(|e| Actions::of(*e, Permille::FULL) == drawn(&question)).expect("one");
    let shown = Input::Face(FaceReading::Expression {
        emotion: target,
        confidence: Permille::new(900),
        actions: None,
    });
    for _ in 0..3 {
        for _ in 0..20 {
            assert_eq!(play.step(shown).entry, None);
        }
        assert_eq!(play.step(Input::Face(FaceReading::Unsure)).entry, None);
    }
    let reply = (0..40).map(|_| play.step(shown)).find(|reply| reply.entry.is_some()).expect("held");
    assert_eq!(reply.entry.expect("a trial").answer, Some(target));
}

#[cfg(feature = "therapy")]
#[test]
fn a_face_answers_questions_only_where_that_is_allowed() {
    for allowed in [false, true] {
        let setup = Setup { sensors: Sensors::ALL, face_answers: allowed, ..Setup::new(11, pack()) };
        let mut play = Play::of(setup);
        play.reach_menu();
        play.start("Faces");
        let question = play.wait(ONSET_MS + 50);
        let offered = question.screen.choices.iter().filter_map(|label| Emotion::from_word(label));
        let emotion = offered.into_iter().find(|e| *e != Emotion::Calm).expect("a feeling");
        let shown =
            Input::Face(FaceReading::Expression { emotion, confidence: Permille::new(900), actions: None });
        let answered = (0..60).any(|_| play.step(shown).entry.is_some());
        assert_eq!(answered, allowed);
    }
}

#[test]
fn nothing_senses_before_consent_after_a_no_or_at_the_end() {
    let off = |reply: &Reply| {
        !reply.screen.sensing.has(Sensor::Camera) && !reply.screen.sensing.has(Sensor::Microphone)
    };
    let mut play = Play::new(Sensors::ALL);
    assert!(off(&play.step(Input::Tick)));
    let consent = play.press(Button::A);
    assert_eq!(consent.screen.scene, Scene::Consent);
    assert!(off(&consent));
    // A voice cannot consent: nobody may be listening yet.
    assert_eq!(play.word(Word::Yes).screen.scene, Scene::Consent);
    assert!(!off(&play.press(Button::A)));
    assert!(off(&play.press(Button::Stop)));

    let mut play = Play::new(Sensors::ALL);
    play.press(Button::A);
    let menu = play.press(Button::B);
    assert!(off(&menu));
    for _ in 0..12 {
        let menu = play.press(Button::B);
        assert!(!menu.screen.title.ends_with("Mirror"), "no mirror without a camera");
    }
}

#[test]
fn a_lost_camera_is_said_and_a_found_one_is_used_again() {
    let (mut play, _) = Play::to_question(Sensors::ALL, Exercise::Mirror);
    let lost = play.step(Input::Sensor { sensor: Sensor::Camera, works: false });
    assert!(lost.screen.body.contains("camera has gone") && !lost.screen.sensing.has(Sensor::Camera));
    assert!(lost.screen.sensing.has_lost(Sensor::Camera));
    let found = play.step(Input::Sensor { sensor: Sensor::Camera, works: true });
    assert!(found.screen.sensing.has(Sensor::Camera) && !found.screen.sensing.has_lost(Sensor::Camera));
    play.step(Input::Sensor { sensor: Sensor::Camera, works: false });
    assert_eq!(play.press(Button::C).screen.scene, Scene::Explain);
    assert_eq!(play.press(Button::A).screen.scene, Scene::Choose);
}

#[test]
fn any_walk_keeps_the_promises() {
    for seed in 0..90 {
        let mut random = Random::new(seed);
        let sensors = if seed % 2 == 0 { Sensors::ALL } else { Sensors::NONE };
        let comfort = Comfort {
            language: Language::ALL[(seed / 2 % 2) as usize],
            left_handed: seed % 5 == 0,
            one_button: seed % 7 == 0,
            ..Comfort::default()
        };
        let age = Age::ALL[(seed % 3) as usize];
        let setup = Setup { sensors, age, comfort, trials_per_round: 3, ..Setup::new(seed, pack()) };
        let mut play = Play::of(setup);
        for _ in 0..2_000 {
            let input = any_input(&mut random);
            let before = play.last.as_ref().map(|reply| reply.screen.scene);
            let reply = play.step(input);
            let screen = &reply.screen;
            assert!(!screen.title.is_empty(), "a blank screen: {screen:?}");
            assert!(screen.choices.iter().any(|label| !label.is_empty()), "no way on: {screen:?}");
            let shown = screen.scene == Scene::Explain
                || reply.entry.is_some_and(|entry| entry.purpose == Purpose::Probe);
            assert!(reply.entry.is_none() || shown, "an entry without its explanation");
            let worrying = matches!(input, Input::Text(reading) if reading.concern);
            let open = before != Some(Scene::Close) && screen.scene != Scene::Close;
            assert!(!worrying || !open || screen.scene == Scene::Concern, "{screen:?}");
        }
        let own = play.entries.iter().filter(|entry| entry.judge == Judge::Device);
        let numbers: Vec<u16> = own.map(|entry| entry.trial).collect();
        assert!(numbers.iter().copied().eq(0..numbers.len() as u16), "{numbers:?}");
        assert_eq!(play.press(Button::Stop).screen.scene, Scene::Close);
        play.press(Button::A);
        assert!(play.session.is_over());
    }
}

#[test]
fn a_clock_that_leaps_or_goes_back_ends_no_session() {
    let mut random = Random::new(5);
    let comfort = Comfort { one_button: true, ..Comfort::default() };
    for comfort in [Comfort::default(), comfort] {
        let mut play = Play::of(Setup { sensors: Sensors::ALL, comfort, ..Setup::new(5, pack()) });
        play.reach_menu();
        for _ in 0..2_000 {
            play.now = [0, 1_000, u64::MAX / 2, u64::MAX - 33][random.below(4) as usize];
            let reply = play.step(any_input(&mut random));
            assert!(!reply.screen.title.is_empty());
            light::sample(&reply.light, Millis(play.now));
            light::sample(&reply.light, Millis(u64::MAX));
        }
        assert!(!play.entries.is_empty());
    }
}

#[test]
fn entries_survive_their_stored_form_and_damage_is_noticed() {
    let (mut play, _) = Play::to_question(Sensors::NONE, Exercise::ReadTheFace);
    let mut entry = play.press(Button::B).entry.expect("a trial");
    (entry.trial, entry.item, entry.latency_ms) = (u16::MAX, u16::MAX, u32::MAX);
    (entry.ability_ml, entry.spread_ml) = (i16::MIN, i16::MAX);
    let bytes = entry.to_bytes();
    assert!(bytes.len() <= 29, "{} bytes", bytes.len());
    assert_eq!(Entry::from_bytes(&bytes), Ok(entry));
    assert!(Entry::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
    assert!(Entry::from_bytes(&longer).is_err());
}

#[test]
fn the_menu_offers_only_what_the_facilitator_allows() {
    let wanted = [Exercise::ReadTheWords, Exercise::Converse];
    let exercises = wanted.iter().fold(Exercises::NONE, |set, exercise| set.set(*exercise, true));
    assert!(!exercises.has(Exercise::Mirror) && exercises.has(Exercise::Converse));
    let mut play = Play::of(Setup { exercises, sensors: Sensors::ALL, ..Setup::new(11, pack()) });
    let mut reply = play.reach_menu();
    let mut titles = Vec::new();
    for _ in 0..3 {
        titles.push(reply.screen.title.to_string());
        reply = play.press(Button::B);
    }
    assert!(titles[0].starts_with("For you: "), "{titles:?}");
    for name in ["Words", "Talk", "What carries over"] {
        assert_eq!(titles.iter().filter(|title| title.ends_with(name)).count(), 1, "{titles:?}");
    }
    // A round ends in the same menu.
    play.start("Words");
    for _ in 0..40 {
        reply = play.press(Button::A);
        reply = if reply.screen.scene == Scene::Show { play.wait(ONSET_MS + 50) } else { reply };
        if reply.screen.scene == Scene::Choose {
            break;
        }
    }
    assert!(
        ["Words", "Talk"].iter().any(|name| reply.screen.title.ends_with(name)),
        "{}",
        reply.screen.title
    );
    let none = Play::of(Setup { exercises: Exercises::NONE, ..Setup::new(11, pack()) }).reach_menu();
    assert_eq!(none.screen.title, "For you: What carries over");
}
