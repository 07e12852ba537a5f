//! What the tables say of sums, and what they keep to themselves.

use petri_fleet::sums::{Sums, Terms};
use petri_fleet::view::{ANSWERS_MIN, By, REPORTS_MIN, csv, table};
use petri_report::{CELLS, Cell, Noise, Period, Report, cell_of};

const NOISE: Noise = Noise { epsilon_milli: 1000, answers: 240, gain: 48_000, transfer: 100 };

/// Draws of discrete Laplace noise from a linear congruential generator (Knuth's MMIX constants).
struct Draws(u64);

impl Draws {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn draw(&mut self, scale: u32) -> i32 {
        let mut geometric = || (-self.unit().ln() * f64::from(scale)).floor() as i32;
        geometric() - geometric()
    }
}

/// Reports of as many devices, each with these exact numbers in every cell, and noise.
fn terms(devices: u64, exact: [i32; 6], seed: u64) -> Terms {
    let (mut draws, mut sums) = (Draws(seed), Sums::default());
    for _ in 0..devices {
        let mut cell = || {
            let mut values = exact;
            values.iter_mut().zip(NOISE.scales()).for_each(|(value, scale)| *value += draws.draw(scale));
            Cell::from_values(values)
        };
        let cells = (0..CELLS).map(|_| cell()).collect();
        sums.add(&Report { id: [0; 16], period: Period::new(170), edition: 0, noise: NOISE, cells });
    }
    Terms::from([((170, 0), sums)])
}

const FINE: By = By { emotion: true, channel: true, age: true, edition: true };

#[test]
fn the_intervals_hold_the_truth_as_often_as_they_say() {
    // For each device 600 answers, 200 learners who gained 0.25 logits each, and 180 transfer answers.
    let exact = [400, 200, 125_000, 75_000, 120, 60];
    let (mut all, mut held) = ([0_u32; 5], [0_u32; 5]);
    for seed in 0..30 {
        for row in table(&terms(100, exact, seed), FINE) {
            let truths = [
                (row.trials, 60_000.0),
                (row.learners, 20_000.0),
                (row.met, 2.0 / 3.0),
                (row.gained, 0.25),
                (row.transferred, 2.0 / 3.0),
            ];
            for (at, (estimate, truth)) in truths.into_iter().enumerate() {
                if let Some(estimate) = estimate {
                    all[at] += 1;
                    held[at] += u32::from(estimate.low <= truth && truth <= estimate.high);
                }
            }
        }
    }
    for (held, all) in held.into_iter().zip(all) {
        let share = f64::from(held) / f64::from(all);
        // Of 2000 intervals or more, the share is within 1.5 points of 95 percent with certainty.
        assert!(all > 2000 && (0.935..=0.965).contains(&share), "{held} of {all}");
    }
}

#[test]
fn too_few_reports_show_nothing() {
    let rows = table(&terms(REPORTS_MIN - 1, [1000; 6], 1), FINE);
    assert!(!rows.is_empty());
    for row in &rows {
        let nothing = [row.learners, row.trials, row.met, row.gained, row.transfers, row.transferred];
        assert!(row.reports.is_none() && nothing.iter().all(Option::is_none), "{row:?}");
    }
    let line = csv(&rows).lines().nth(1).expect("a line").to_owned();
    assert!(line.ends_with(&",".repeat(18)), "{line}");
}

#[test]
fn a_small_cell_is_not_shown() {
    // Nobody, and then one answer of each kind on each device: 200 in all, which the noise of 100 devices hides.
    for exact in [[0; 6], [1; 6]] {
        let rows = table(&terms(100, exact, 7), FINE);
        let shown = rows.iter().flat_map(|row| [row.trials, row.transfers]).flatten();
        let lows: Vec<f64> = shown.map(|estimate| estimate.low).collect();
        assert!(lows.iter().all(|low| *low >= ANSWERS_MIN), "{lows:?}");
        // 105 cells with the probe and 84 with training; one interval in forty lies above the truth by chance.
        assert!(lows.len() < 20, "{} of 189", lows.len());
    }
    let rows = table(&terms(400, [900; 6], 7), FINE);
    assert!(rows.iter().all(|row| row.transfers.is_some()), "a large cell is");
}

#[test]
fn a_ratio_of_noise_is_not_shown() {
    for row in table(&terms(100, [0; 6], 1), FINE) {
        assert!(row.reports == Some(100));
        assert!(row.met.is_none() && row.gained.is_none() && row.transferred.is_none(), "{row:?}");
    }
}

#[test]
fn a_channel_that_only_the_probe_has_shows_no_training() {
    for row in table(&terms(1000, [100; 6], 1), FINE) {
        assert_eq!(row.trials.is_none() && row.gained.is_none(), row.channel == "both", "{row:?}");
        assert!(row.transfers.is_some());
    }
}

#[test]
fn cells_told_together_add_up_with_their_noise() {
    let terms = terms(1000, [100, 100, 600, 400, 10, 10], 1);
    let fine = table(&terms, FINE);
    let all = table(&terms, By::default());
    assert_eq!((fine.len(), all.len()), (CELLS, 1));
    let sum = |values: &dyn Fn(usize) -> Option<f64>| (0..CELLS).filter_map(values).sum::<f64>();
    let trials = sum(&|at| Some(fine[at].trials?.value));
    let whole = all[0].trials.expect("it is shown");
    assert!((trials - whole.value).abs() < 1e-6);
    let squares = sum(&|at| Some((fine[at].trials?.high - fine[at].trials?.value).powi(2)));
    assert!((squares.sqrt() / (whole.high - whole.value) - 1.0).abs() < 1e-9);
    assert_eq!(
        (0..CELLS).filter(|at| cell_of(*at).1 == 4).count(),
        fine.iter().filter(|row| row.trials.is_none()).count()
    );
    assert_eq!(all[0].term, "2026-3");
}
