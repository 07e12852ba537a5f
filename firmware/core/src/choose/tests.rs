extern crate std;

use super::*;
use crate::Outcome;
use crate::lang::Both;
use crate::pack::{MAGIC, Tag, Text, VERSION, crc32};
use std::vec::Vec;

/// A pack of lines: one for each age, feeling and level, and as many held out.
fn pack_bytes() -> Vec<u8> {
    let text = Both { en: "A line.", zh: "A line." };
    let mut items: Vec<Vec<u8>> = Vec::new();
    for key in 0..126u16 {
        let tag = Tag {
            key: 500 + key,
            age: Age::ALL[usize::from(key / 7 % 3)],
            feeling: Emotion::ALL[usize::from(key % 7)],
            level: (key / 21 % 3) as u8 + 1,
            held_out: key >= 63,
        };
        let mut buffer = [0; 64];
        let item = postcard::to_slice(&Text { tag, text, clue: text }, &mut buffer).expect("it should fit");
        items.push(item.to_vec());
    }
    let mut bytes = MAGIC.to_vec();
    for number in [VERSION, items.len() as u16, 0, 0, 0, 0, 0] {
        bytes.extend(number.to_le_bytes());
    }
    let mut offset = bytes.len() + 4 * items.len();
    for item in &items {
        bytes.extend((offset as u32).to_le_bytes());
        offset += item.len();
    }
    bytes.extend(items.concat());
    let sum = crc32(&bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

/// A learner whose answers are given by a rule.
struct Learner {
    progress: Progress,
    history: History,
    random: Random,
    bytes: Vec<u8>,
}

impl Learner {
    fn new(seed: u64) -> Self {
        Self {
            progress: Progress::default(),
            history: History::default(),
            random: Random::new(seed),
            bytes: pack_bytes(),
        }
    }

    fn next(&mut self, exercise: Exercise, purpose: Purpose, due: Due, focus: Option<Emotion>) -> Trial {
        let pack = Pack::open(&self.bytes).expect("the pack should open");
        let (progress, history) = (&self.progress, &self.history);
        let wish = Wish { exercise, purpose, age: Age::Teen, progress, history, pack: &pack, due, focus };
        next_trial(&wish, &mut self.random).expect("there is always an item")
    }

    fn train(&mut self, exercise: Exercise) -> Trial {
        self.next(exercise, Purpose::Training, Due::NONE, None)
    }

    fn answer(&mut self, trial: &Trial, answer: Emotion) {
        let outcome = if answer == trial.target { Outcome::Same } else { Outcome::Different };
        self.history.push(trial, Some(answer), outcome, 2_000);
        self.progress.learn(trial, Some(answer), outcome, false, self.history.guessing());
    }

    /// Meets the target with `chance`, else takes the first of the others.
    fn chance(&mut self, trial: &Trial, chance: u32) {
        let same = self.random.below(100) < chance;
        let answer = if same { trial.target } else { wrong(trial) };
        self.answer(trial, answer);
    }
}

fn wrong(trial: &Trial) -> Emotion {
    trial.options[usize::from(trial.options[0] == trial.target)]
}

#[test]
fn the_target_is_one_of_three_different_options() {
    let mut learner = Learner::new(1);
    for exercise in [Exercise::ReadTheFace, Exercise::ReadTheWords, Exercise::SayIt, Exercise::Together] {
        for purpose in [Purpose::Training, Purpose::Probe] {
            for _ in 0..60 {
                let trial = learner.next(exercise, purpose, Due::NONE, None);
                let [a, b, c] = trial.options;
                assert!(a != b && b != c && a != c && trial.options.contains(&trial.target), "{trial:?}");
                learner.chance(&trial, 70);
            }
        }
    }
}

#[test]
fn probes_and_training_never_share_an_item_or_an_actor() {
    for seed in 0..20 {
        let mut learner = Learner::new(seed);
        let mut seen = [Vec::new(), Vec::new()];
        for _ in 0..40 {
            for exercise in [Exercise::ReadTheFace, Exercise::ReadTheWords] {
                for (purpose, seen) in [Purpose::Training, Purpose::Probe].into_iter().zip(&mut seen) {
                    let trial = learner.next(exercise, purpose, Due::NONE, None);
                    seen.push((exercise, trial.key));
                    learner.chance(&trial, 70);
                }
            }
        }
        assert!(seen[0].iter().all(|item| !seen[1].contains(item)), "seed {seed}");
    }
}

#[test]
fn a_trial_comes_for_whatever_a_damaged_file_says_of_a_learner() {
    for mean_ml in [i16::MIN, i16::MAX] {
        for spread_ml in [i16::MIN, 0, i16::MAX] {
            let mut learner = Learner::new(3);
            for exercise in [Exercise::ReadTheFace, Exercise::ReadTheWords, Exercise::SayIt, Exercise::Mirror]
            {
                for emotion in Emotion::ALL {
                    learner.progress.set(exercise, emotion, Ability { mean_ml, spread_ml });
                }
                let trial = learner.train(exercise);
                assert!(trial.exercise == exercise && trial.intensity >= INTENSITY_MIN, "{trial:?}");
            }
            let random = &mut Random::new(3);
            let possible = [Exercise::Mirror];
            let next = recommend(&learner.progress, Due::NONE, &learner.history, &possible, random);
            assert_eq!(next, Exercise::Mirror);
        }
    }
}

#[test]
fn mixed_up_feelings_come_as_contrast_pairs_that_alternate_and_fade() {
    for seed in 0..20 {
        let mut learner = Learner::new(seed);
        let pair = [Emotion::Sad, Emotion::Calm];
        for _ in 0..60 {
            let trial = learner.train(Exercise::ReadTheFace);
            let other = pair.into_iter().find(|other| *other != trial.target);
            let taken = other.filter(|other| pair.contains(&trial.target) && trial.options.contains(other));
            learner.answer(&trial, taken.unwrap_or(trial.target));
        }
        let found = learner.progress.mixed_up().expect("a pair should be found");
        assert!(found.has(Emotion::Sad) && found.has(Emotion::Calm), "{found:?}");
        // Now the two are told apart.
        let mut contrasts = Vec::new();
        for _ in 0..60 {
            let trial = learner.train(Exercise::ReadTheFace);
            if pair.iter().all(|emotion| trial.options.contains(emotion)) && pair.contains(&trial.target) {
                contrasts.push(trial);
            }
            learner.answer(&trial, trial.target);
        }
        assert!(contrasts.len() >= 4, "seed {seed}: {}", contrasts.len());
        // Now and then the plain choice falls on one of the two in between.
        let turns = contrasts[..4].windows(2).filter(|two| two[0].target != two[1].target).count();
        assert!(turns >= 2, "seed {seed}");
        assert_eq!(learner.progress.mixed_up(), None, "seed {seed}");
        let sad: Vec<u16> =
            contrasts.iter().filter(|t| t.target == Emotion::Sad).map(|t| t.intensity.get()).collect();
        assert!(sad.first() > sad.last(), "seed {seed}: {sad:?}");
    }
}

#[test]
fn misses_bring_far_options_and_full_strength_and_then_other_feelings() {
    for seed in 0..20 {
        let mut learner = Learner::new(seed);
        let mut met = [0; Emotion::COUNT];
        for number in 0..40 {
            let trial = learner.train(Exercise::ReadTheFace);
            met[trial.target.index()] += 1;
            if number >= 10 {
                let close = trial.target.often_taken_for();
                assert!(trial.intensity >= Permille::new(950), "seed {seed}: {trial:?}");
                // Of the far ones, one that is mixed up with the target stays away.
                let close = trial.options.iter().filter(|option| close.contains(option)).count();
                assert!(close <= 1, "seed {seed}: {trial:?}");
            }
            learner.answer(&trial, wrong(&trial));
        }
        assert!(met.iter().all(|count| (1..=10).contains(count)), "seed {seed}: {met:?}");
    }
}

#[test]
fn no_target_comes_twice_within_three_trials() {
    for seed in 0..20 {
        let mut learner = Learner::new(seed);
        let mut last = [None; 2];
        for _ in 0..60 {
            let trial = learner.train(Exercise::ReadTheWords);
            assert!(!last.contains(&Some(trial.target)), "seed {seed}");
            last = [Some(trial.target), last[0]];
            // Chance is spread over the wrong answers, so no pair is mixed up for long.
            learner.answer(&trial, trial.target);
        }
    }
}

#[test]
fn what_is_due_comes_first() {
    let mut due = Due::NONE;
    due.set(Exercise::ReadTheFace, Emotion::Disgusted, true);
    for seed in 0..20 {
        let mut learner = Learner::new(seed);
        let trial = learner.next(Exercise::ReadTheFace, Purpose::Training, due, None);
        assert_eq!(trial.target, Emotion::Disgusted);
        let possible = [Exercise::ReadTheWords, Exercise::ReadTheFace, Exercise::SayIt];
        let next = recommend(&learner.progress, due, &learner.history, &possible, &mut learner.random);
        assert_eq!(next, Exercise::ReadTheFace);
    }
}

#[test]
fn recommendations_vary_and_stay_within_what_is_possible() {
    let mut learner = Learner::new(5);
    let possible = [Exercise::ReadTheWords, Exercise::ReadTheFace];
    let mut met = Vec::new();
    for _ in 0..12 {
        let next = recommend(&learner.progress, Due::NONE, &learner.history, &possible, &mut learner.random);
        met.push(next);
        for _ in 0..4 {
            let trial = learner.train(next);
            learner.chance(&trial, 75);
        }
    }
    for exercise in possible {
        assert!(met.iter().filter(|other| **other == exercise).count() >= 3, "{met:?}");
    }
    let none = recommend(&learner.progress, Due::NONE, &learner.history, &[], &mut learner.random);
    assert_eq!(none, Exercise::ReadTheFace);
}

#[test]
fn a_focused_test_asks_for_its_feeling_mostly_but_never_five_times_in_a_row() {
    let mut learner = Learner::new(3);
    let mut run = 0;
    let mut asked = 0;
    for _ in 0..200 {
        let trial = learner.next(Exercise::ReadTheFace, Purpose::Training, Due::NONE, Some(Emotion::Scared));
        assert!(trial.open);
        run = if trial.target == Emotion::Scared { run + 1 } else { 0 };
        asked += usize::from(run > 0);
        assert!(run <= 4);
        learner.chance(&trial, 75);
    }
    assert!((120..170).contains(&asked), "{asked}");
}

#[test]
fn a_better_reader_gets_fainter_faces_and_closer_options() {
    let mut strengths = [0u32; 2];
    let mut close = [0; 2];
    for (i, chance) in [50, 100].into_iter().enumerate() {
        let mut learner = Learner::new(11);
        for _ in 0..80 {
            let trial = learner.train(Exercise::ReadTheFace);
            strengths[i] += u32::from(trial.intensity.get());
            close[i] += trial.options.iter().filter(|o| trial.target.often_taken_for().contains(o)).count();
            learner.chance(&trial, chance);
        }
    }
    assert!(strengths[1] < strengths[0] && close[1] > close[0], "{strengths:?} {close:?}");
}
