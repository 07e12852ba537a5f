//! The words of the feedback: always the reason, never a verdict on the person.

use crate::choose::Trial;
use crate::content::Content;
use crate::reply::{BODY_BYTES_MAX, TITLE_BYTES_MAX};
use crate::{Action, Actions, Emotion, Exercise, Outcome, Permille};
use core::fmt::Write;
use heapless::String;

/// A first line.
pub type Title = String<TITLE_BYTES_MAX>;
/// Running text.
pub type Body = String<BODY_BYTES_MAX>;

/// Actions weaker than this are not named: they can hardly be seen.
const NAMED_MIN: Permille = Permille::new(300);

/// Writes into a bounded string. What does not fit is dropped as a whole piece, never cut inside a word; the
/// tests hold every text of the built-in content against the limit.
pub(crate) fn put<const N: usize>(text: &mut String<N>, piece: core::fmt::Arguments<'_>) {
    let length = text.len();
    if text.write_fmt(piece).is_err() {
        text.truncate(length);
    }
}

/// The question of an exercise.
pub fn question(exercise: Exercise) -> &'static str {
    match exercise {
        Exercise::ReadTheFace => "What does this face show?",
        Exercise::ReadTheWords => "How does the writer feel?",
        Exercise::Mirror => "Make this face",
    }
}

/// One thing to look at, without giving the answer away.
pub fn hint(trial: &Trial, content: &Content<'_>) -> Body {
    let mut body = Body::new();
    match trial.exercise {
        Exercise::ReadTheFace | Exercise::Mirror => {
            let face = Actions::of(trial.target, Permille::FULL);
            match face.strongest(NAMED_MIN).first() {
                Some(action) => put(&mut body, format_args!("Look closely: {}.", action.name())),
                None => put(&mut body, format_args!("Look closely: no muscle is working.")),
            }
        }
        Exercise::ReadTheWords => {
            if let Some(item) = content.texts.get(usize::from(trial.item)) {
                put(&mut body, format_args!("{}\nLook at: {}.", item.text, item.clue));
            }
        }
    }
    body
}

/// The first line of the feedback.
pub fn verdict(trial: &Trial, outcome: Outcome) -> Title {
    let mut title = Title::new();
    let word = trial.target.word();
    match (trial.exercise, outcome) {
        (Exercise::Mirror, Outcome::Same) => put(&mut title, format_args!("A match: {word}")),
        (Exercise::Mirror, _) => put(&mut title, format_args!("For another time: {word}")),
        (_, Outcome::Same) => put(&mut title, format_args!("Yes: {word}")),
        (_, _) => put(&mut title, format_args!("Here it is: {word}")),
    }
    title
}

/// The reason, what was confused with what, and one thing to try.
pub fn reason(trial: &Trial, answer: Option<Emotion>, content: &Content<'_>) -> Body {
    let mut body = Body::new();
    match trial.exercise {
        Exercise::ReadTheFace => {
            put(&mut body, format_args!("In this face: "));
            list_actions(&mut body, trial.target);
            contrast(&mut body, trial.target, answer);
        }
        Exercise::ReadTheWords => {
            if let Some(item) = content.texts.get(usize::from(trial.item)) {
                put(&mut body, format_args!("The words that carry it: {}.", item.clue));
            }
            if let Some(answer) = answer.filter(|answer| *answer != trial.target) {
                let (answer, target) = (answer.word(), trial.target.word());
                put(
                    &mut body,
                    format_args!(
                        "\nYou read {answer}. Ask what would have to change to make it {answer}, not {target}."
                    ),
                );
            }
        }
        Exercise::Mirror => {
            put(&mut body, format_args!("This face is made of: "));
            list_actions(&mut body, trial.target);
            if answer.is_none() {
                put(&mut body, format_args!("\nOne muscle at a time is a good way in."));
            }
        }
    }
    body
}

fn list_actions(body: &mut Body, emotion: Emotion) {
    let face = Actions::of(emotion, Permille::FULL);
    let actions = face.strongest(NAMED_MIN);
    for (i, action) in actions.iter().take(3).enumerate() {
        put(body, format_args!("{}{}", if i > 0 { ", " } else { "" }, action.name()));
    }
    put(body, format_args!("{}", if actions.is_empty() { "no muscle working." } else { "." }));
}

/// Names the action that tells the target from the answer best.
fn contrast(body: &mut Body, target: Emotion, answer: Option<Emotion>) {
    let Some(answer) = answer.filter(|answer| *answer != target) else { return };
    let (shown, other) = (Actions::of(target, Permille::FULL), Actions::of(answer, Permille::FULL));
    let gap = |action: &Action| shown.get(*action).get().abs_diff(other.get(*action).get());
    let Some(action) = Action::ALL.into_iter().max_by_key(gap) else { return };
    let word = answer.word();
    let name = action.name();
    if shown.get(action) > other.get(action) {
        put(body, format_args!("\nYou read {word}, which has no {name}. Try looking there first."));
    } else {
        put(body, format_args!("\nYou read {word}, which has {name}. Try looking there first."));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content;

    fn every_trial() -> impl Iterator<Item = Trial> {
        let trial = |exercise, target, item| Trial {
            exercise,
            target,
            item,
            intensity: Permille::FULL,
            options: [target, Emotion::Calm, Emotion::Sad],
            difficulty_ml: 0,
        };
        let faces = Emotion::ALL.into_iter().flat_map(move |emotion| {
            [Exercise::ReadTheFace, Exercise::Mirror].map(|e| trial(e, emotion, emotion.index() as u16))
        });
        let texts = content::STARTER.texts.iter().enumerate();
        faces.chain(texts.map(move |(i, item)| trial(Exercise::ReadTheWords, item.feeling, i as u16)))
    }

    #[test]
    fn every_feedback_ends_as_a_whole_sentence_within_the_limit() {
        for trial in every_trial() {
            for answer in Emotion::ALL.into_iter().map(Some).chain([None]) {
                let body = reason(&trial, answer, &content::STARTER);
                assert!(body.ends_with('.'), "cut: {body}");
                let different =
                    trial.exercise != Exercise::Mirror && answer.is_some_and(|a| a != trial.target);
                assert_eq!(body.contains("You read"), different, "{trial:?} {answer:?}: {body}");
            }
            assert!(hint(&trial, &content::STARTER).ends_with('.'));
            for outcome in [Outcome::Same, Outcome::Different, Outcome::Skipped] {
                assert!(verdict(&trial, outcome).contains(trial.target.word()));
            }
        }
    }

    #[test]
    fn a_contrast_names_a_muscle_that_differs() {
        let trial = every_trial().find(|t| t.target == Emotion::Scared).expect("scared is a feeling");
        let body = reason(&trial, Some(Emotion::Surprised), &content::STARTER);
        assert!(body.contains("lips pulled wide"), "{body}");
    }

    #[test]
    fn feedback_never_judges_the_person() {
        for trial in every_trial() {
            for answer in Emotion::ALL {
                let body = reason(&trial, Some(answer), &content::STARTER);
                for word in ["wrong", "bad", "fail", "incorrect", "you are", "smart", "good job"] {
                    assert!(!body.to_ascii_lowercase().contains(word), "{body}");
                }
            }
        }
    }
}
