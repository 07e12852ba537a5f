//! The words of the feedback, over the whole built-in content, in both languages.

use petri_core::choose::{Stimulus, Trial};
use petri_core::explain::{self, Body};
use petri_core::pack::REPLIES_MAX;
use petri_core::{Actor, Emotion, Exercise, Language, Move, Moves, Outcome, Pack, Permille, Purpose};

const fn trial(exercise: Exercise, stimulus: Stimulus, target: Emotion, item: u16) -> Trial {
    Trial {
        exercise,
        purpose: Purpose::Training,
        stimulus,
        target,
        item,
        key: 0,
        actor: Actor::Ada,
        intensity: Permille::FULL,
        options: [target, Emotion::Calm, Emotion::Sad],
        open: false,
        difficulty_ml: 0,
    }
}

/// A trial of each item of the built-in content, and of each drawn feeling.
fn every_trial(pack: &Pack<'_>) -> Vec<Trial> {
    let mut trials = Vec::new();
    for emotion in Emotion::ALL {
        for exercise in [Exercise::ReadTheFace, Exercise::Mirror] {
            trials.push(trial(exercise, Stimulus::Face, emotion, 0));
        }
    }
    for (i, item) in (0..).zip(pack.texts()) {
        for exercise in [Exercise::ReadTheWords, Exercise::SayIt] {
            trials.push(trial(exercise, Stimulus::Text, item.tag.feeling, i));
        }
        trials.push(trial(Exercise::Together, Stimulus::FaceAndText, item.tag.feeling, i));
    }
    for (i, item) in (0..).zip(pack.situations()) {
        trials.push(trial(Exercise::ReadTheSituation, Stimulus::Situation, item.tag.feeling, i));
    }
    trials
}

fn is_whole(body: &Body) -> bool {
    body.ends_with(['.', '。', '？', '?', '！', '!'])
}

#[test]
fn every_feedback_ends_as_a_whole_sentence_and_names_what_was_confused() {
    let pack = Pack::starter();
    for language in Language::ALL {
        let read = language.pick("You read ", "你读到的是");
        for trial in every_trial(&pack) {
            for answer in Emotion::ALL.into_iter().map(Some).chain([None]) {
                let body = explain::reason(&trial, answer, &pack, language);
                assert!(is_whole(&body), "cut: {body}");
                let other = answer.is_some_and(|answer| answer != trial.target);
                let told = other && trial.exercise != Exercise::Mirror;
                assert_eq!(body.contains(read), told, "{trial:?} {answer:?}: {body}");
            }
            assert!(is_whole(&explain::hint(&trial, &pack, language)));
            assert!(!explain::question(&trial, &pack, language).is_empty());
            for outcome in [Outcome::Same, Outcome::Different, Outcome::Skipped] {
                let verdict = explain::verdict(&trial, outcome, language);
                let muscles = trial.exercise == Exercise::Mirror && cfg!(not(feature = "therapy"));
                assert_eq!(verdict.contains(trial.target.name(language)), !muscles, "{verdict}");
            }
            if trial.stimulus == Stimulus::Situation {
                let why = pack.situation(trial.item).expect("an item").why[0].pick(language);
                let body = explain::other_reason(&trial, &pack, language);
                assert!(is_whole(&body) && body.contains(why), "{body}");
            }
        }
    }
}

#[test]
fn a_contrast_names_a_muscle_that_differs() {
    let pack = Pack::starter();
    let scared = trial(Exercise::ReadTheFace, Stimulus::Face, Emotion::Scared, 0);
    let body = explain::reason(&scared, Some(Emotion::Surprised), &pack, Language::English);
    assert!(body.contains("lips pulled wide"), "{body}");
    let body = explain::reason(&scared, Some(Emotion::Surprised), &pack, Language::Chinese);
    assert!(body.contains("嘴唇横拉"), "{body}");
}

/// Every set of moves.
fn every_moves() -> impl Iterator<Item = Moves> {
    (0..1u32 << Move::COUNT)
        .map(|bits| (0..).zip(Move::ALL).filter(|(i, _)| bits & (1 << i) != 0).map(|(_, one)| one).collect())
}

#[test]
fn a_reply_is_told_what_it_does_and_one_thing_to_try() {
    for language in Language::ALL {
        for made in every_moves() {
            for needs in [Moves::NONE.with(Move::Asks), Move::GOOD.into_iter().collect()] {
                let body = explain::reply_reason(made, needs, language);
                assert!(is_whole(&body), "cut: {body}");
                for one in made.iter().take(4) {
                    assert!(body.contains(one.does(language)), "{made:?}: {body}");
                }
                let perfect = made.poor().is_empty() && needs.without(made).is_empty();
                let tries = body.contains(language.pick("Try adding", "试着再"));
                assert!(!(perfect && tries), "{body}");
                assert!(perfect || tries || !made.poor().is_empty(), "{body}");
            }
        }
    }
}

#[test]
fn feedback_never_judges_the_person() {
    let pack = Pack::starter();
    let english =
        ["wrong", "bad ", "fail", "incorrect", "you are ", "smart", "good job", "well done", "clever"];
    let chinese = ["错", "笨", "聪明", "真棒", "失败", "不对", "你是"];
    let own = |body: &Body, item: &str| body.replace(item, "").to_lowercase();
    for language in Language::ALL {
        let words: &[&str] = language.pick(&english, &chinese);
        let check = |said: String| {
            for word in words {
                assert!(!said.contains(word), "`{word}` in: {said}");
            }
        };
        for trial in every_trial(&pack) {
            for answer in Emotion::ALL {
                let item = match trial.stimulus {
                    Stimulus::Situation => pack.situation(trial.item).map(|item| item.why[0].pick(language)),
                    Stimulus::Text => pack.text(trial.item).map(|item| item.clue.pick(language)),
                    _ => None,
                };
                let body = explain::reason(&trial, Some(answer), &pack, language);
                check(own(&body, item.unwrap_or("\0")));
            }
        }
        for made in every_moves() {
            check(explain::reply_reason(made, Moves::NONE, language).to_lowercase());
            for outcome in [Outcome::Same, Outcome::Different, Outcome::Skipped] {
                check(explain::reply_verdict(made, outcome, "Mia", language).to_lowercase());
            }
        }
    }
}

#[test]
fn the_built_in_content_is_what_was_promised() {
    let pack = Pack::starter();
    assert!(pack.texts().count() >= 120);
    assert!(pack.situations().count() >= 40);
    assert!(pack.cares().count() >= 24);
    assert!(pack.talks().count() >= 6);
    for item in pack.cares() {
        let meets = |moves: Moves| item.needs.without(moves).is_empty() && moves.poor().is_empty();
        assert_eq!(item.replies.iter().filter(|said| meets(said.moves)).count(), 1, "{}", item.says.en);
        assert_eq!(item.replies.len(), REPLIES_MAX);
    }
}
