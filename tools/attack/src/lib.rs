//! Membership inference against reports, by the strongest attacker that the claim is about.
//!
//! The attacker knows the trials of all other learners, the mechanism and its parameters, and the trials that the
//! target would have. The target is the learner who changes the sums most of all. A coin decides whether the target is
//! in; the attacker sees the report and says which. Its rule is the likelihood ratio, which no other rule beats
//! (Neyman & Pearson 1933).
//!
//! Its *advantage* is the share of reports with the target that it calls right less the share of reports without that
//! it calls wrong: 0 for guessing, 1 for knowing. Under epsilon it is at most `(e^epsilon - 1) / (e^epsilon + 1)`
//! (Humphries et al., "Investigating membership inference attacks under data dependencies", 2023; it follows from the
//! definition).

use petri_core::Age;
use petri_privacy::{Error, NOISE, Part, Sums};
use petri_report::{CELLS, Period, Report};

/// Other learners on the device.
const OTHERS: usize = 12;
/// Half the width of a 99 % interval, in standard errors.
const Z: f64 = 2.576;

/// How often the attacker was right and wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    /// Reports with the target, and how many of them were called so.
    pub with: (u32, u32),
    /// Reports without it, and how many of them were called reports with it.
    pub without: (u32, u32),
}

impl Tally {
    fn count(&mut self, is_in: bool, called_in: bool) {
        let side = if is_in { &mut self.with } else { &mut self.without };
        side.0 += 1;
        side.1 += u32::from(called_in);
    }

    fn join(self, other: Self) -> Self {
        let add = |a: (u32, u32), b: (u32, u32)| (a.0 + b.0, a.1 + b.1);
        Self { with: add(self.with, other.with), without: add(self.without, other.without) }
    }

    /// The advantage and half the width of its 99 % interval (normal approximation).
    pub fn advantage(&self) -> (f64, f64) {
        let share = |(all, called): (u32, u32)| {
            let (all, called) = (f64::from(all.max(1)), f64::from(called));
            (called / all, called / all * (1.0 - called / all) / all)
        };
        let ((right, right_variance), (wrong, wrong_variance)) = (share(self.with), share(self.without));
        (right - wrong, Z * (right_variance + wrong_variance).sqrt())
    }
}

/// What came of the attack and of the two controls.
#[derive(Debug, Clone, Copy, Default)]
pub struct Findings {
    /// Against reports as they are sent.
    pub reports: Tally,
    /// The same attacker when the noise is off: it has to know.
    pub without_noise: Tally,
    /// The same attacker when the whole budget is spent on one number: it has to come to 1 - exp(-1/2) = 0.393.
    pub one_number: Tally,
}

/// The advantage that epsilon allows at most.
pub fn bound(epsilon: f64) -> f64 {
    (epsilon.exp() - 1.0) / (epsilon.exp() + 1.0)
}

/// The budget of a report.
pub fn epsilon() -> f64 {
    f64::from(NOISE.epsilon_milli) / 1_000.0
}

/// Exact sums over parts, which the device never has in this form.
fn exact(parts: &[Part]) -> Vec<[i32; 6]> {
    let mut cells = vec![[0; 6]; CELLS];
    for (place, cell) in parts.iter().flat_map(Part::cells) {
        for (sum, value) in cells[*place].iter_mut().zip(cell.values()) {
            *sum += value;
        }
    }
    cells
}

/// The logarithm of how much likelier the seen cells are with the target than without: for Laplace noise, the sum of
/// `(|y - s| - |y - s - d|) / scale` over all numbers that the target changes.
pub fn likelihood_ratio(seen: &[[i32; 6]], others: &[[i32; 6]], target: &Part) -> f64 {
    let scales = NOISE.scales();
    let of_cell = |(place, cell): &(usize, petri_report::Cell)| -> f64 {
        let numbers = cell.values().into_iter().enumerate();
        numbers
            .map(|(i, change)| {
                let rest = seen[*place][i] - others[*place][i];
                f64::from(rest.abs() - (rest - change).abs()) / f64::from(scales[i])
            })
            .sum()
    };
    target.cells().iter().map(of_cell).sum()
}

fn values(report: &Report) -> Vec<[i32; 6]> {
    report.cells.iter().map(petri_report::Cell::values).collect()
}

/// Attacks so many reports, half of them with the target.
///
/// # Errors
/// When no noise can be drawn.
pub fn attack(trials: u32) -> Result<Findings, Error> {
    let target = Part::largest(Age::Teen);
    // The others are as active as the target; that they are alike changes nothing, since they are known.
    let others = vec![Part::largest(Age::Teen); OTHERS];
    let known = exact(&others);
    let mut all = others.clone();
    all.push(target.clone());
    let known_with = exact(&all);
    let mut result = Findings::default();
    for trial in 0..trials {
        let is_in = trial % 2 == 0;
        let mut sums = Sums::default();
        let (parts, exactly) = if is_in { (&all, &known_with) } else { (&others, &known) };
        for part in parts {
            sums.add(part);
        }
        let report = values(&sums.release([0; 16], Period::new(170), 0)?);
        result.reports.count(is_in, likelihood_ratio(&report, &known, &target) > 0.0);
        result.without_noise.count(is_in, likelihood_ratio(exactly, &known, &target) > 0.0);
        // One draw of the report's own noise, in a number of the last cell, which nobody changes.
        let noise = f64::from(report[CELLS - 1][0] - exactly[CELLS - 1][0]);
        let (scale, step) = (f64::from(NOISE.answers), epsilon() * f64::from(NOISE.answers));
        let seen = if is_in { noise + step } else { noise };
        result.one_number.count(is_in, (seen.abs() - (seen - step).abs()) / scale > 0.0);
    }
    Ok(result)
}

/// The same with all processors.
///
/// # Errors
/// When no noise can be drawn.
///
/// # Panics
/// When a thread does.
pub fn attack_in_parallel(trials: u32) -> Result<Findings, Error> {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u32).min(16);
    let each = trials.div_ceil(threads);
    let started: Vec<_> = (0..threads).map(|_| std::thread::spawn(move || attack(each))).collect();
    let mut all = Findings::default();
    for thread in started {
        let one = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        all = Findings {
            reports: all.reports.join(one.reports),
            without_noise: all.without_noise.join(one.without_noise),
            one_number: all.one_number.join(one.one_number),
        };
    }
    Ok(all)
}
