use super::*;
use petri_core::{Judge, Moves, Permille};

fn stored(session: u32, entry: Entry) -> Stored {
    Stored { session, day: 20_000 + session, entry }
}

fn entry(target: Emotion, answer: Emotion, ability_ml: i16) -> Entry {
    Entry {
        trial: 0,
        exercise: Exercise::ReadTheFace,
        item: 0,
        target,
        answer: Some(answer),
        outcome: if target == answer { Outcome::Same } else { Outcome::Different },
        channel: Channel::Button,
        intensity: Permille::FULL,
        latency_ms: 2_000,
        helped: false,
        ability_ml,
        spread_ml: 500,
        purpose: Purpose::Training,
        judge: Judge::Device,
        moves: Moves::NONE,
    }
}

#[test]
fn training_and_probe_stand_apart() {
    use Emotion::{Calm, Sad};
    let probe = Entry { purpose: Purpose::Probe, exercise: Exercise::Together, ..entry(Sad, Calm, 0) };
    let voice = Entry { channel: Channel::Voice, ..entry(Sad, Calm, 300) };
    let skipped = Entry { outcome: Outcome::Skipped, answer: None, ..entry(Calm, Calm, 0) };
    let growth = Growth::of(&[
        stored(1, skipped),
        stored(1, entry(Sad, Sad, 100)),
        stored(1, voice),
        stored(2, entry(Sad, Sad, 700)),
        stored(2, probe),
    ]);
    assert_eq!((growth.trials, growth.sessions, growth.days, growth.answering_ms), (5, 2, 2, 10_000));
    let sad = growth.abilities.iter().find(|known| known.emotion == "sad").expect("practised");
    assert_eq!((sad.met.same, sad.met.answered, sad.first, sad.now, sad.error), (2, 3, 0.1, 0.7, 0.5));
    assert_eq!(growth.confusion[Sad.index()][Sad.index()], 2);
    assert_eq!(growth.confusion.iter().flatten().sum::<u32>(), 3, "no probe and nothing skipped");
    assert_eq!(
        growth.channels.iter().map(|one| (one.channel, one.met.answered)).collect::<Vec<_>>(),
        [("button", 2), ("voice", 1)]
    );
    assert_eq!((growth.probes.len(), growth.probes[0].session, growth.probes[0].met.same), (1, 2, 0));
    assert_eq!(growth.courses[0].points.len(), 4);
}

#[test]
fn few_answers_say_little() {
    let (low, high) = wilson(2, 2);
    assert!((0.3..0.4).contains(&low) && high > 0.999, "{low} {high}");
    let (low, high) = wilson(50, 100);
    assert!((low - 0.404).abs() < 0.001 && (high - 0.596).abs() < 0.001, "{low} {high}");
    assert_eq!(wilson(0, 0), (0.0, 1.0));
}

#[test]
fn a_long_course_is_thinned_and_keeps_its_end() {
    let entries: Vec<Stored> = (0..999).map(|i| stored(1, entry(Emotion::Sad, Emotion::Sad, i))).collect();
    let course = course(&entries, Exercise::ReadTheFace).expect("practised");
    assert!(course.points.len() <= POINTS_MAX + 1);
    assert_eq!(course.points.last().map(|point| point.0), Some(999));
}
