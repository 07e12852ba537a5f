//! The exercises that need more than one answer: situations, caring replies, conversations, and the transfer probe.

mod play;

use petri_core::input::Sensors;
use petri_core::pack::Turn;
use petri_core::session::{ONSET_MS, PROBE_TRIALS, TRIALS_MAX};
use petri_core::{
    Actor, Age, Button, Channel, Cue, Exercise, Input, Mark, Move, Outcome, Pack, Picture, Purpose, Scene,
    Setup, TextReading, Word,
};
use play::{Play, button, pack};

fn situation(body: &str) -> petri_core::pack::Situation<'static> {
    pack().situations().find(|item| item.story.en == body).expect("a situation of the pack")
}

/// Looks through reasons or replies until `text` is shown, and takes it.
fn take(play: &mut Play, text: &str) -> petri_core::Reply {
    for _ in 0..3 {
        let reply = play.step(Input::Tick);
        if reply.screen.body == text {
            return play.press(Button::A);
        }
        play.press(Button::B);
    }
    panic!("`{text}` is not offered")
}

#[test]
fn a_situation_asks_for_the_feeling_and_then_for_the_reason() {
    let (mut play, question) = Play::to_question(Sensors::NONE, Exercise::ReadTheSituation);
    let item = situation(&question.screen.body);
    let why = play.press(button(&question.screen, item.tag.feeling.word()));
    assert_eq!((why.screen.scene, why.entry), (Scene::Why, None));
    // The story can be read once more.
    assert_eq!(play.press(Button::C).screen.body, item.story.en);
    play.press(Button::C);
    let reply = take(&mut play, item.why[0].en);
    let entry = reply.entry.expect("a trial");
    assert_eq!((entry.outcome, entry.answer), (Outcome::Same, Some(item.tag.feeling)));
    assert!(reply.screen.body.starts_with(item.why[0].en));
}

#[test]
fn another_reason_is_told_apart_from_another_feeling() {
    let (mut play, question) = Play::to_question(Sensors::NONE, Exercise::ReadTheSituation);
    let item = situation(&question.screen.body);
    play.press(button(&question.screen, item.tag.feeling.word()));
    let reply = take(&mut play, item.why[1].en);
    let entry = reply.entry.expect("a trial");
    assert_eq!((entry.outcome, entry.answer), (Outcome::Different, Some(item.tag.feeling)));
    assert!(reply.screen.body.contains("The feeling is the one that was meant"), "{}", reply.screen.body);
    assert!(reply.screen.body.contains(item.why[0].en));
}

#[test]
fn a_reason_is_pointed_to_in_words() {
    let (mut play, question) = Play::to_question(Sensors::ALL, Exercise::ReadTheSituation);
    let item = situation(&question.screen.body);
    play.word(Word::Feeling(item.tag.feeling));
    let place = (0..3).find(|_| {
        let shown = play.step(Input::Tick).screen.body == item.why[0].en;
        if !shown {
            play.press(Button::B);
        }
        shown
    });
    let reading = TextReading { choice: place, ..TextReading::default() };
    let entry = play.text(reading).entry.expect("a trial");
    assert_eq!((entry.outcome, entry.channel), (Outcome::Same, Channel::Text));
}

#[test]
fn say_it_takes_the_word_and_shows_words_only_as_help() {
    let (mut play, question) = Play::to_question(Sensors::ALL, Exercise::SayIt);
    let item = pack().texts().find(|item| item.text.en == question.screen.body).expect("a line");
    assert!(question.screen.choices.iter().all(|label| label != item.tag.feeling.word()));
    let entry = play.word(Word::Feeling(item.tag.feeling)).entry.expect("a trial");
    assert_eq!((entry.outcome, entry.channel, entry.helped), (Outcome::Same, Channel::Voice, false));

    let (mut play, question) = Play::to_question(Sensors::ALL, Exercise::SayIt);
    let item = pack().texts().find(|item| item.text.en == question.screen.body).expect("a line");
    let shown = play.press(Button::A);
    let entry = play.press(button(&shown.screen, item.tag.feeling.word())).entry.expect("a trial");
    assert!(entry.helped && entry.outcome == Outcome::Same);
}

#[test]
fn say_it_needs_somebody_who_hears_or_a_keyboard() {
    let mut play = Play::new(Sensors::NONE);
    play.reach_menu();
    for _ in 0..12 {
        assert!(!play.press(Button::B).screen.title.ends_with("Say it"));
    }
}

#[test]
fn a_caring_reply_in_own_words_is_read_for_what_it_does() {
    let (mut play, question) = Play::to_question(Sensors::ALL, Exercise::ReplyWithCare);
    let item = pack().cares().find(|item| item.says.en == question.screen.body).expect("an item");
    let needs: Vec<Move> = item.needs.iter().collect();
    let reply = play.replies(&needs);
    let entry = reply.entry.expect("a trial");
    assert_eq!((entry.outcome, entry.channel, entry.moves), (Outcome::Same, Channel::Text, item.needs));
    assert!(reply.screen.title.contains(item.name.en));
}

#[test]
fn a_poor_move_is_named_with_a_reason_an_example_and_another_try() {
    let (mut play, question) = Play::to_question(Sensors::ALL, Exercise::ReplyWithCare);
    let item = pack().cares().find(|item| item.says.en == question.screen.body).expect("an item");
    let reply = play.replies(&[Move::Dismisses]);
    assert_eq!(reply.entry.expect("a trial").outcome, Outcome::Different);
    assert!(reply.screen.body.contains("plays it down"), "{}", reply.screen.body);
    let example = play.press(Button::A);
    assert!(example.screen.body.contains(item.better.en), "{}", example.screen.body);
    let again = play.press(button(&example.screen, "try again"));
    assert_eq!(again.screen.scene, Scene::Show);
    play.wait(ONSET_MS + 50);
    let needs: Vec<Move> = item.needs.iter().collect();
    let entry = play.replies(&needs).entry.expect("a trial");
    assert!(entry.helped && entry.outcome == Outcome::Same, "{entry:?}");
}

#[test]
fn trying_again_ends_with_the_session() {
    let (mut play, _) = Play::to_question(Sensors::ALL, Exercise::ReplyWithCare);
    let offers = |screen: &petri_core::Screen| screen.choices.iter().any(|label| label == "try again");
    for trial in 1..=TRIALS_MAX {
        let entry = play.replies(&[Move::Dismisses]).entry.expect("a trial");
        assert_eq!((entry.trial + 1, entry.outcome), (trial, Outcome::Different));
        let example = play.press(Button::A);
        assert_eq!(offers(&example.screen), trial < TRIALS_MAX, "trial {trial}");
        if trial < TRIALS_MAX {
            play.press(button(&example.screen, "try again"));
            play.wait(ONSET_MS + 50);
        }
    }
    assert_eq!(play.press(Button::A).screen.scene, Scene::Close);
}

#[test]
fn a_reply_that_cannot_be_read_is_never_judged() {
    for exercise in [Exercise::ReplyWithCare, Exercise::Converse] {
        let (mut play, _) = Play::to_question(Sensors::ALL, exercise);
        if exercise == Exercise::Converse {
            play.press(Button::A);
        }
        let reply = play.replies(&[]);
        assert_eq!((reply.entry, reply.cue), (None, Some(Cue::Unclear)), "{exercise:?}");
        assert!(reply.screen.title.starts_with("I could not"), "{}", reply.screen.title);
    }
}

#[test]
fn ready_replies_are_offered_one_at_a_time() {
    let (mut play, question) = Play::to_question(Sensors::NONE, Exercise::ReplyWithCare);
    let item = pack().cares().find(|item| item.says.en == question.screen.body).expect("an item");
    assert_eq!(play.press(Button::A).screen.scene, Scene::Pick);
    let meets = |moves: petri_core::Moves| item.needs.without(moves).is_empty() && moves.poor().is_empty();
    let good = item.replies.iter().find(|said| meets(said.moves)).expect("one that meets the needs");
    let entry = take(&mut play, good.text.en).entry.expect("a trial");
    assert_eq!((entry.outcome, entry.channel), (Outcome::Same, Channel::Button));
}

fn talk_of(reply: &petri_core::Reply) -> petri_core::pack::Talk<'static> {
    pack().talks().find(|talk| talk.title.en == reply.screen.title).expect("a conversation of the pack")
}

/// Talks to the end, always taking the first reply that `wanted` likes; the last screen and how many turns it took.
fn talk(play: &mut Play, wanted: impl Fn(petri_core::Moves) -> bool) -> (petri_core::Reply, usize) {
    let talk = talk_of(play.last.as_ref().expect("the scene of a conversation"));
    let mut reply = play.press(Button::A);
    let mut turn: Turn<'static> = pack().turn(&talk, 0).expect("a first turn");
    for turns in 0..11 {
        assert_eq!(reply.screen.scene, Scene::Listen);
        if turn.replies.is_empty() {
            return (play.press(Button::A), turns);
        }
        let liked = turn.replies.iter().find(|answer| wanted(answer.said.moves)).unwrap_or(&turn.replies[0]);
        let (text, next) = (liked.said.text.en, liked.next);
        play.press(Button::A);
        let explained = take(play, text);
        assert_eq!(explained.screen.scene, Scene::Explain);
        assert!(explained.entry.is_some());
        turn = pack().turn(&talk, next).expect("the next turn");
        reply = play.press(Button::A);
    }
    panic!("the conversation does not end")
}

#[test]
fn a_conversation_opens_with_care_and_closes_gently_without() {
    let (mut play, _) = Play::to_question(Sensors::NONE, Exercise::Converse);
    let (end, turns) = talk(&mut play, |moves| moves.poor().is_empty() && !moves.is_empty());
    assert!((4..=10).contains(&turns), "{turns} turns");
    assert!(end.screen.body.contains("Trust grew"), "{}", end.screen.body);
    let trust = end.screen.meter.expect("a bar of trust");
    assert_eq!(play.press(Button::A).screen.scene, Scene::Choose);

    let (mut play, _) = Play::to_question(Sensors::NONE, Exercise::Converse);
    let (end, _) = talk(&mut play, |moves| !moves.poor().is_empty());
    assert!(end.screen.body.contains("The door is not shut"), "{}", end.screen.body);
    assert!(end.screen.meter.expect("a bar of trust") < trust);
}

#[test]
fn the_mood_shows_in_face_light_and_words() {
    let (mut play, shown) = Play::to_question(Sensors::ALL, Exercise::Converse);
    let talk = talk_of(&shown);
    let first = play.press(Button::A);
    let turn = pack().turn(&talk, 0).expect("a first turn");
    assert_eq!(first.screen.body, turn.open.en);
    let hurt = play.replies(&[Move::Judges, Move::Dismisses]);
    assert!(hurt.screen.title.contains("draws back"), "{}", hurt.screen.title);
    assert_ne!(hurt.light.colour, first.light.colour);
    assert!(matches!(hurt.screen.picture, Picture::Marked { mark: Mark::Different, .. }));
    let next = play.press(Button::A);
    let lines: Vec<Turn<'_>> = (0..talk.turns as u8).filter_map(|i| pack().turn(&talk, i)).collect();
    let said = lines.iter().find(|turn| [turn.open.en, turn.closed.en].contains(&next.screen.body.as_str()));
    let said = said.expect("a line of the conversation");
    assert_eq!(next.screen.body, if said.closed.en.is_empty() { said.open.en } else { said.closed.en });
}

#[test]
fn every_conversation_of_every_age_ends_by_any_way() {
    for age in Age::ALL {
        for seed in 0..12 {
            let mut play = Play::of(Setup { age, ..Setup::new(seed, pack()) });
            play.reach_menu();
            play.start("Talk");
            play.wait(ONSET_MS + 50);
            let chosen = seed as u8 % 3;
            let (end, turns) = talk(&mut play, |moves| match chosen {
                0 => moves.has(Move::Asks),
                1 => moves.is_empty(),
                _ => moves.has(Move::Advises),
            });
            assert!((4..=10).contains(&turns), "{turns} turns");
            assert_eq!(end.screen.scene, Scene::Explain);
        }
    }
}

#[test]
fn the_probe_uses_only_what_training_never_does_and_teaches_nothing() {
    let pack: &'static Pack<'static> = pack();
    let mut play = Play::of(Setup::new(5, pack));
    play.reach_menu();
    let before = play.session.progress().clone();
    let mut reply = play.start("What carries over");
    for _ in 0..PROBE_TRIALS {
        assert_eq!(reply.screen.scene, Scene::Show);
        let question = play.wait(ONSET_MS + 50);
        if let Picture::Face(portrait) = &question.screen.picture {
            assert!(Actor::HELD_OUT.contains(&portrait.actor), "{portrait:?}");
        }
        if !question.screen.body.is_empty() {
            let line = pack.texts().find(|item| item.text.en == question.screen.body).expect("a line");
            assert!(line.tag.held_out);
        }
        reply = play.press(Button::A);
        assert_eq!(reply.cue, None, "no feedback on the way");
        assert_eq!(reply.entry.expect("a trial").purpose, Purpose::Probe);
    }
    assert_eq!(reply.screen.scene, Scene::Explain);
    assert!(reply.screen.body.contains(" of 9 met the feeling"), "{}", reply.screen.body);
    assert_eq!(play.session.progress(), &before);
    let exercises: Vec<Exercise> = play.entries.iter().map(|entry| entry.exercise).collect();
    for part in [Exercise::ReadTheFace, Exercise::ReadTheWords, Exercise::Together] {
        assert_eq!(exercises.iter().filter(|exercise| **exercise == part).count(), 3);
    }
    assert_eq!(play.press(Button::A).screen.scene, Scene::Choose);
}

#[test]
fn training_never_uses_what_is_held_out() {
    for exercise in [Exercise::ReadTheFace, Exercise::ReadTheWords, Exercise::ReadTheSituation] {
        let (mut play, mut question) = Play::to_question(Sensors::NONE, exercise);
        for _ in 0..40 {
            if let Picture::Face(portrait) = &question.screen.picture {
                assert!(!Actor::HELD_OUT.contains(&portrait.actor));
            }
            let line = pack().texts().find(|item| item.text.en == question.screen.body);
            let story = pack().situations().find(|item| item.story.en == question.screen.body);
            assert!(line.is_none_or(|item| !item.tag.held_out), "{}", question.screen.body);
            assert!(story.is_none_or(|item| !item.tag.held_out), "{}", question.screen.body);
            let mut reply = play.press(Button::A);
            while reply.screen.scene != Scene::Show {
                reply = match reply.screen.scene {
                    Scene::Choose => play.start(exercise.name(petri_core::Language::English)),
                    Scene::Close => return,
                    _ => play.press(Button::A),
                };
            }
            question = play.wait(ONSET_MS + 50);
        }
    }
}

#[test]
fn an_exercise_picked_from_outside_begins_where_the_menu_would_begin_it() {
    for exercise in Exercise::TRAINED {
        let mut play = Play::new(Sensors::ALL);
        assert_eq!(play.step(Input::Start(exercise)).screen.scene, Scene::Greet, "not before the menu");
        play.reach_menu();
        let mut by_hand = Play::new(Sensors::ALL);
        by_hand.step(Input::Tick);
        by_hand.reach_menu();
        by_hand.start(exercise.name(petri_core::Language::English));
        let started = play.step(Input::Start(exercise)).screen;
        assert_eq!(started.scene, by_hand.step(Input::Tick).screen.scene, "{exercise:?}");
        assert_ne!(started.scene, Scene::Choose);
    }
    let mut play = Play::new(Sensors::NONE);
    play.reach_menu();
    for impossible in [Exercise::Mirror, Exercise::SayIt, Exercise::Together] {
        assert_eq!(play.step(Input::Start(impossible)).screen.scene, Scene::Choose);
    }
}
