//! The session as a learner meets it: every scene, every channel, and what must never happen.

use petri_core::input::Sensors;
use petri_core::random::Random;
use petri_core::session::{HOLD_MS, ONSET_MS};
use petri_core::{
    Action, Actions, Button, Channel, Cue, Emotion, Entry, Exercise, FaceReading, Input, Mark, Millis,
    Outcome, Permille, Picture, Reply, Scene, Sensor, Session, Setup, TextReading, Word, content,
};

/// A session with its own clock.
struct Play {
    session: Session<'static>,
    now: u64,
    entries: Vec<Entry>,
}

impl Play {
    fn new(sensors: Sensors) -> Self {
        let setup = Setup { sensors, ..Setup::new(11, &content::STARTER) };
        Self { session: Session::new(setup), now: 0, entries: Vec::new() }
    }

    fn step(&mut self, input: Input) -> Reply {
        self.now += 33;
        let reply = self.session.step(Millis(self.now), input);
        self.entries.extend(reply.entry);
        reply
    }

    fn press(&mut self, button: Button) -> Reply {
        self.step(Input::Button(button))
    }

    fn word(&mut self, word: Word) -> Reply {
        self.step(Input::Word { word, confidence: Permille::new(900) })
    }

    /// Lets time pass.
    fn wait(&mut self, ms: u64) -> Reply {
        let end = self.now + ms;
        loop {
            let reply = self.step(Input::Tick);
            if self.now >= end {
                return reply;
            }
        }
    }

    /// To the menu, with consent where it is asked.
    fn to_menu(sensors: Sensors) -> Self {
        let mut play = Self::new(sensors);
        let reply = play.press(Button::A);
        if reply.screen.scene == Scene::Consent {
            play.press(Button::A);
        }
        play
    }

    /// To the open question of an exercise.
    fn to_question(sensors: Sensors, button: Button) -> (Self, Reply) {
        let mut play = Self::to_menu(sensors);
        assert_eq!(play.press(button).screen.scene, Scene::Show);
        let reply = play.wait(ONSET_MS + 50);
        assert_eq!(reply.screen.scene, Scene::Listen);
        (play, reply)
    }
}

fn drawn(reply: &Reply) -> Actions {
    match reply.screen.picture {
        Picture::Face(face) | Picture::Marked { face, .. } => face,
        other => panic!("no face but {other:?}"),
    }
}

/// The offered feeling whose prototype is most like the drawn face: what a perfect learner answers.
fn readable(reply: &Reply) -> (Button, Emotion) {
    let face = drawn(reply);
    let buttons = [Button::A, Button::B, Button::C];
    let offered = reply.screen.choices.iter().filter_map(|label| Emotion::from_word(label));
    let likeness = |emotion: Emotion| {
        (1..=10)
            .map(|i| Actions::of(emotion, Permille::new(i * 100)).likeness(&face))
            .max()
            .unwrap_or_default()
    };
    buttons.into_iter().zip(offered).max_by_key(|(_, emotion)| likeness(*emotion)).expect("three choices")
}

#[test]
fn a_face_is_read_by_button_and_the_answer_is_explained_at_once() {
    let (mut play, question) = Play::to_question(Sensors::NONE, Button::A);
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
    let (mut play, question) = Play::to_question(Sensors::NONE, Button::A);
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
    let (mut play, question) = Play::to_question(Sensors::ALL, Button::B);
    let item = content::STARTER.texts.iter().find(|item| item.text == question.screen.body).expect("an item");
    let reply = play.word(Word::Feeling(item.feeling));
    let entry = reply.entry.expect("a trial");
    assert_eq!(
        (entry.outcome, entry.channel, entry.exercise),
        (Outcome::Same, Channel::Voice, Exercise::ReadTheWords)
    );
    assert!(reply.screen.body.contains(item.clue));

    let question = play.press(Button::A);
    let item = content::STARTER.texts.iter().find(|item| item.text == question.screen.body).expect("an item");
    let named = TextReading { named: Some(item.feeling), read: None, confidence: Permille::ZERO };
    let entry = play.step(Input::Text(named)).entry.expect("a trial");
    assert_eq!((entry.outcome, entry.channel), (Outcome::Same, Channel::Text));
}

#[test]
fn unclear_speech_is_asked_for_again_and_never_judged() {
    let (mut play, _) = Play::to_question(Sensors::ALL, Button::B);
    let doubtful = Input::Word { word: Word::Feeling(Emotion::Sad), confidence: Permille::new(300) };
    let empty = Input::Text(TextReading { named: None, read: None, confidence: Permille::ZERO });
    for input in [Input::UnclearSpeech, doubtful, empty] {
        let reply = play.step(input);
        assert_eq!((reply.screen.scene, reply.cue, reply.entry), (Scene::Listen, Some(Cue::Unclear), None));
        assert!(reply.screen.title.contains("could not make that out"));
    }
}

#[test]
fn a_hint_helps_and_does_not_count_as_knowing() {
    let (mut play, question) = Play::to_question(Sensors::ALL, Button::A);
    let reply = play.word(Word::Help);
    assert!(reply.screen.body.starts_with("Look closely: "), "{}", reply.screen.body);
    let entry = play.press(readable(&question).0).entry.expect("a trial");
    assert!(entry.helped && entry.outcome == Outcome::Same);
    assert_eq!(entry.ability_ml, 0);
}

#[test]
fn next_leaves_a_question_open_without_a_mark_against_it() {
    let (mut play, _) = Play::to_question(Sensors::ALL, Button::A);
    let reply = play.word(Word::Next);
    let entry = reply.entry.expect("a trial");
    assert_eq!((entry.outcome, entry.answer, entry.ability_ml), (Outcome::Skipped, None, 0));
    assert_eq!(reply.cue, None);
}

#[test]
fn again_unfolds_the_face_once_more() {
    let (mut play, question) = Play::to_question(Sensors::ALL, Button::A);
    let reply = play.word(Word::Again);
    assert_eq!(reply.screen.scene, Scene::Show);
    assert_eq!(drawn(&reply), Actions::REST);
    assert_eq!(drawn(&play.wait(ONSET_MS + 50)), drawn(&question));
}

#[test]
fn muscle_actions_mirror_a_face_once_held() {
    let (mut play, question) = Play::to_question(Sensors::ALL, Button::C);
    let target = drawn(&question);
    let reply = play.step(Input::Face(FaceReading::NoFace));
    assert!(reply.screen.body.contains("no face"));
    let half = Actions::REST.with(Action::LipsPressed, Permille::FULL);
    let reply = play.step(Input::Face(FaceReading::Actions(half)));
    assert!(reply.screen.body.contains("lips pressed"), "{}", reply.screen.body);
    let mut reply = play.step(Input::Face(FaceReading::Actions(target)));
    let begin = play.now;
    while reply.entry.is_none() {
        assert!(reply.screen.meter.is_some());
        reply = play.step(Input::Face(FaceReading::Actions(target)));
    }
    assert!(play.now - begin >= HOLD_MS);
    let entry = reply.entry.expect("a trial");
    assert_eq!(
        (entry.outcome, entry.channel, entry.exercise),
        (Outcome::Same, Channel::Face, Exercise::Mirror)
    );
}

#[cfg(feature = "therapy")]
#[test]
fn an_expression_mirrors_a_face_only_without_a_break() {
    let (mut play, question) = Play::to_question(Sensors::ALL, Button::C);
    let target =
        Emotion::ALL.into_iter().find(|e| Actions::of(*e, Permille::FULL) == drawn(&question)).expect("one");
    let shown = Input::Face(FaceReading::Expression { emotion: target, confidence: Permille::new(900) });
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
        let setup =
            Setup { sensors: Sensors::ALL, face_answers: allowed, ..Setup::new(11, &content::STARTER) };
        let mut play = Play { session: Session::new(setup), now: 0, entries: Vec::new() };
        for _ in 0..3 {
            play.press(Button::A);
        }
        let question = play.wait(ONSET_MS + 50);
        let offered = question.screen.choices.iter().filter_map(|label| Emotion::from_word(label));
        let emotion = offered.into_iter().find(|e| *e != Emotion::Calm).expect("a feeling");
        let shown = Input::Face(FaceReading::Expression { emotion, confidence: Permille::new(900) });
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
    assert_eq!(menu.screen.choices[2], "", "no mirror without a camera");
    assert_eq!(play.press(Button::C).screen.scene, Scene::Choose);
}

#[test]
fn a_lost_camera_is_said_and_a_found_one_is_used_again() {
    let (mut play, _) = Play::to_question(Sensors::ALL, Button::C);
    let lost = play.step(Input::Sensor { sensor: Sensor::Camera, works: false });
    assert!(lost.screen.body.contains("camera has gone") && !lost.screen.sensing.has(Sensor::Camera));
    let found = play.step(Input::Sensor { sensor: Sensor::Camera, works: true });
    assert!(found.screen.sensing.has(Sensor::Camera));
    play.step(Input::Sensor { sensor: Sensor::Camera, works: false });
    assert_eq!(play.press(Button::C).screen.scene, Scene::Explain);
    assert_eq!(play.press(Button::A).screen.scene, Scene::Choose);
}

#[test]
fn any_walk_keeps_the_promises() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let sensors = if seed % 2 == 0 { Sensors::ALL } else { Sensors::NONE };
        let setup = Setup { sensors, trials_per_round: 3, ..Setup::new(seed, &content::STARTER) };
        let mut play = Play { session: Session::new(setup), now: 0, entries: Vec::new() };
        for _ in 0..2_000 {
            let reply = play.step(any_input(&mut random));
            let screen = &reply.screen;
            assert!(!screen.title.is_empty(), "a blank screen: {screen:?}");
            assert!(!screen.choices.is_empty(), "no way on: {screen:?}");
            let explained = screen.scene == Scene::Explain;
            assert!(reply.entry.is_none() || explained, "an entry without its explanation");
        }
        let numbers: Vec<u16> = play.entries.iter().map(|entry| entry.trial).collect();
        assert!(numbers.iter().copied().eq(0..numbers.len() as u16), "{numbers:?}");
        assert_eq!(play.press(Button::Stop).screen.scene, Scene::Close);
        play.press(Button::A);
        assert!(play.session.is_over());
    }
}

/// Anything but stop.
fn any_input(random: &mut Random) -> Input {
    let words = Word::ALL;
    match random.below(12) {
        0 | 1 => Input::Button(Button::A),
        2 => Input::Button(Button::B),
        3 => Input::Button(Button::C),
        4 => {
            let word = words[random.below(words.len() as u32 - 1) as usize];
            Input::Word { word, confidence: Permille::new(random.below(1_001) as u16) }
        }
        5 => Input::UnclearSpeech,
        6 => {
            let emotion = Emotion::ALL[random.below(7) as usize];
            Input::Text(TextReading {
                named: None,
                read: Some(emotion),
                confidence: Permille::new(random.below(1_001) as u16),
            })
        }
        7 => {
            let emotion = Emotion::ALL[random.below(7) as usize];
            Input::Face(FaceReading::Actions(Actions::of(emotion, Permille::new(random.below(1_001) as u16))))
        }
        8 => Input::Face(FaceReading::NoFace),
        9 => Input::Sensor { sensor: Sensor::Camera, works: random.below(2) == 0 },
        _ => Input::Tick,
    }
}

#[test]
fn entries_survive_their_stored_form_and_damage_is_noticed() {
    let (mut play, _) = Play::to_question(Sensors::NONE, Button::A);
    let mut entry = play.press(Button::B).entry.expect("a trial");
    (entry.trial, entry.item, entry.latency_ms) = (u16::MAX, u16::MAX, u32::MAX);
    (entry.ability_ml, entry.spread_ml) = (i16::MIN, i16::MAX);
    let bytes = entry.to_bytes();
    assert!(bytes.len() <= 26, "{} bytes", bytes.len());
    assert_eq!(Entry::from_bytes(&bytes), Ok(entry));
    assert!(Entry::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
    assert!(Entry::from_bytes(&longer).is_err());
}
