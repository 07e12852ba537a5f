//! What the engine's predictions are compared with: a constant rate, and plain Elo.

use crate::course::Step;
use crate::dice::logistic;
use petri_core::{Emotion, Exercise};

/// Predictions are held within this of 0 and 1, so that one surprise does not count without end.
const EDGE: f64 = 0.005;

/// How surprising an outcome is, in nats.
pub fn loss(predicted: f64, same: bool) -> f64 {
    let chance = predicted.clamp(EDGE, 1.0 - EDGE);
    -libm::log(if same { chance } else { 1.0 - chance })
}

/// What plain Elo predicts for each step of one course: a rating for each feeling in each exercise, the
/// logistic function of rating less difficulty, no guessing floor, no steepness, and one step size `k`.
pub fn elo(steps: &[Step], k: f64) -> Vec<f64> {
    let mut ratings = [[0.0; Emotion::COUNT]; Exercise::COUNT];
    let mut predictions = Vec::with_capacity(steps.len());
    for step in steps {
        let trial = &step.trial;
        let rating = &mut ratings[trial.exercise.index()][trial.target.index()];
        let chance = logistic(*rating - f64::from(trial.difficulty_ml) / 1_000.0);
        predictions.push(chance);
        *rating += k * (f64::from(u8::from(step.same)) - chance);
    }
    predictions
}

/// The step size that predicts these courses best.
pub fn tuned_k(courses: &[Vec<Step>]) -> f64 {
    let total = |k: f64| -> f64 {
        let losses = courses.iter().map(|steps| {
            elo(steps, k).iter().zip(steps).map(|(chance, step)| loss(*chance, step.same)).sum::<f64>()
        });
        losses.sum()
    };
    let mut best = (f64::INFINITY, 0.0);
    for tenths in 1..=20 {
        let k = f64::from(tenths) / 10.0;
        let loss = total(k);
        if loss < best.0 {
            best = (loss, k);
        }
    }
    best.1
}

/// The share of all answers that met the target.
pub fn rate(courses: &[Vec<Step>]) -> f64 {
    let steps: usize = courses.iter().map(Vec::len).sum();
    let same = courses.iter().flatten().filter(|step| step.same).count();
    same as f64 / steps.max(1) as f64
}
