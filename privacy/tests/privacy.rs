//! What the proof rests on: no part is larger than the noise is made for, and the noise is what it is said to be.

use petri_core::{Age, Channel, Emotion, Entry, Exercise, Judge, Moves, Outcome, Permille, Purpose};
use petri_privacy::{ANSWERS_L1, CELLS_MAX, GAIN_L1, NOISE, Part, Sums, TRANSFER_L1, channel};
use petri_report::{AGES, CELLS, CHANNELS, Cell, EMOTIONS, Period, Report, cell_index, cell_of, variance};
use proptest::prelude::*;

fn entry(exercise: Exercise, target: Emotion, outcome: Outcome, ability_ml: i16, purpose: Purpose) -> Entry {
    Entry {
        trial: 0,
        exercise,
        item: 1,
        target,
        answer: Some(target),
        outcome,
        channel: Channel::Button,
        intensity: Permille::FULL,
        latency_ms: 1_000,
        helped: false,
        ability_ml,
        spread_ml: 500,
        purpose,
        judge: Judge::Device,
        moves: Moves::NONE,
    }
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let outcome = prop_oneof![Just(Outcome::Same), Just(Outcome::Different), Just(Outcome::Skipped)];
    let purpose = prop_oneof![3 => Just(Purpose::Training), 1 => Just(Purpose::Probe)];
    let one = (0..Exercise::COUNT, 0..Emotion::COUNT, outcome, any::<i16>(), purpose);
    let one = one.prop_map(|(exercise, target, outcome, ability_ml, purpose)| {
        entry(Exercise::ALL[exercise], Emotion::ALL[target], outcome, ability_ml, purpose)
    });
    prop::collection::vec(one, 0..1_500)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_part_is_larger_than_what_the_noise_is_made_for(trials in entries(), age in 0..3usize) {
        let part = Part::of(Age::ALL[age], &trials);
        let [answers, gain, transfer] = part.sizes();
        prop_assert!(answers <= ANSWERS_L1 && gain <= GAIN_L1 && transfer <= TRANSFER_L1);
        prop_assert!(part.cells().iter().all(|(place, _)| cell_of(*place).2 == age), "one age band");
        prop_assert!(part.cells().iter().all(|(_, cell)| cell.values().iter().all(|value| *value >= 0)));
        let practised = part.cells().iter().filter(|(_, cell)| cell.trials() > 0).count();
        prop_assert!(practised <= CELLS_MAX);
    }
}

#[test]
fn the_largest_part_is_as_large_as_the_noise_is_made_for() {
    for age in Age::ALL {
        assert_eq!(Part::largest(age).sizes(), [ANSWERS_L1, GAIN_L1, TRANSFER_L1]);
    }
    let cost = |size: i64, scale: u32| size as f64 / f64::from(scale);
    let all = cost(ANSWERS_L1, NOISE.answers) + cost(GAIN_L1, NOISE.gain) + cost(TRANSFER_L1, NOISE.transfer);
    assert!(all <= f64::from(NOISE.epsilon_milli) / 1_000.0, "{all}");
}

#[test]
fn a_part_counts_the_last_answers_the_gain_and_the_probe() {
    let trained = |outcome, ability_ml| {
        entry(Exercise::ReadTheFace, Emotion::Sad, outcome, ability_ml, Purpose::Training)
    };
    // The first two do not count any more; the skipped one never does.
    let mut trials = vec![trained(Outcome::Different, -300), trained(Outcome::Different, -250)];
    trials.extend((0..7).map(|_| trained(Outcome::Same, 100)));
    trials.push(trained(Outcome::Skipped, 100));
    trials.extend((0..3).map(|_| trained(Outcome::Different, 90)));
    trials.push(entry(Exercise::Together, Emotion::Calm, Outcome::Same, 0, Purpose::Probe));
    let part = Part::of(Age::Teen, &trials);
    let sad = cell_index(Emotion::Sad.index(), channel(Exercise::ReadTheFace), Age::Teen as usize);
    let calm = cell_index(Emotion::Calm.index(), channel(Exercise::Together), Age::Teen as usize);
    let expected = [
        (sad, Cell { met: 7, other: 3, up: 695, down: 305, ..Cell::default() }),
        (calm, Cell { transfer_met: 1, ..Cell::default() }),
    ];
    assert_eq!(part.cells(), expected);
}

#[test]
fn the_cells_with_the_most_answers_count() {
    let mut trials = Vec::new();
    for (i, emotion) in Emotion::ALL.into_iter().enumerate() {
        for exercise in [Exercise::ReadTheFace, Exercise::ReadTheWords] {
            let one = entry(exercise, emotion, Outcome::Same, 0, Purpose::Training);
            trials.extend(std::iter::repeat_n(one, i + 1));
        }
    }
    let part = Part::of(Age::Child, &trials);
    let feelings: Vec<usize> = part.cells().iter().map(|(place, _)| cell_of(*place).0).collect();
    assert_eq!(part.cells().len(), CELLS_MAX);
    assert!(!feelings.contains(&Emotion::Happy.index()), "the two cells with one answer each are left out");
}

#[test]
fn names_and_indices_of_the_report_are_those_of_the_device() {
    assert_eq!(EMOTIONS, Emotion::ALL.map(Emotion::word));
    assert_eq!(AGES, Age::ALL.map(Age::name));
    assert!(Exercise::ALL.into_iter().all(|exercise| channel(exercise) < CHANNELS.len()));
    assert!(Age::ALL.into_iter().enumerate().all(|(i, age)| age as usize == i));
}

/// Many reports of the same learners: their mean nears the sums, and they spread as the noise says.
#[test]
fn the_noise_has_no_bias_and_the_variance_that_the_report_says() {
    const REPORTS: usize = 60;
    let part = Part::largest(Age::Adult);
    let reports: Vec<Report> = (0..REPORTS)
        .map(|_| {
            let mut sums = Sums::default();
            sums.add(&part);
            sums.add(&part);
            sums.release([7; 16], Period::new(170), 0).expect("released")
        })
        .collect();
    let exact = |place: usize| {
        part.cells().iter().find(|(own, _)| *own == place).map_or([0; 6], |(_, cell)| cell.values())
    };
    for (value, scale) in NOISE.scales().into_iter().enumerate() {
        let (mut sum, mut squares) = (0.0, 0.0);
        for report in &reports {
            for (place, cell) in report.cells.iter().enumerate() {
                let noise = f64::from(cell.values()[value] - 2 * exact(place)[value]);
                (sum, squares) = (sum + noise, squares + noise * noise);
            }
        }
        let draws = (REPORTS * CELLS) as f64;
        let (mean, spread) = (sum / draws, squares / draws);
        // Six standard errors; the fourth moment of a Laplace variable is six times its squared variance.
        assert!(mean.abs() < 6.0 * (variance(scale) / draws).sqrt(), "value {value}: mean {mean}");
        let error = (5.0 / draws).sqrt();
        assert!((spread / variance(scale) - 1.0).abs() < 6.0 * error, "value {value}: variance {spread}");
    }
}

#[test]
fn a_report_without_learners_looks_like_any_other() {
    let report = Sums::default().release([1; 16], Period::new(170), 1).expect("released");
    let silent = report.cells.iter().flat_map(Cell::values).filter(|value| *value == 0).count();
    assert!(silent < 20, "every number has noise; {silent} of {} are 0", 6 * CELLS);
    assert_eq!(Report::decode(&report.encode().expect("encoded")).expect("decoded"), report);
}
