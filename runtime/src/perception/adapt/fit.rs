//! Fits an adapter and decides whether it is worth having.

use super::{Adapter, moved};

/// Fewest examples that can show anything.
pub const EXAMPLES_MIN: usize = 10;
/// Most examples that are looked at.
pub const EXAMPLES_MAX: usize = 2_000;
/// Parts of the examples; each is read once by weights that have not learned from it.
const FOLDS: usize = 5;
const STEPS_MAX: usize = 200;
/// Steps without a better loss after which the fit stops.
const PATIENCE: usize = 15;
/// Pull towards the shipped model.
const PENALTY: f32 = 0.01;
/// An adapter is taken when chance alone would do as well in fewer than this share of all cases.
const CHANCE_MAX: f64 = 0.025;

/// One labelled answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What the model's last layer sees.
    pub features: Vec<f32>,
    /// What the shipped model says.
    pub logits: Vec<f32>,
    /// 1 or 0 for each logit; `None` where the label says nothing.
    pub targets: Vec<Option<f32>>,
    /// The label as a number, for an even split.
    pub label: usize,
}

/// How an adapter is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Each logit moves by its own feature only: a scale and a bias for each.
    pub diagonal: bool,
    /// Exactly one output is right, rather than each by itself.
    pub one_of: bool,
}

/// What a fit has shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Answers that were read.
    pub examples: usize,
    /// Read rightly by the shipped model.
    pub before: usize,
    /// Read rightly with adapters that had not learned from the answer.
    pub after: usize,
    /// Right now, and not before. To fall silent is no gain.
    pub gained: usize,
    /// Not right any more, or wrong where the shipped model is unsure.
    pub lost: usize,
    /// How often chance alone gives such a gain: one-sided sign test on the pairs that differ.
    pub chance: f64,
    /// The adapter, fitted on all answers, when it is worth having.
    pub adapter: Option<Adapter>,
}

/// Fits an adapter to `examples`; `score` is 1 where logits read an example as it was labelled, 0 where they are
/// unsure, and -1 where they are wrong: a guess in place of an unsure answer is no gain by itself.
///
/// The same examples in the same order give the same weights.
pub fn fit(examples: &[Example], plan: Plan, score: &dyn Fn(&Example, &[f32]) -> i8) -> Outcome {
    let examples = &examples[..examples.len().min(EXAMPLES_MAX)];
    let mut outcome = Outcome {
        examples: examples.len(),
        before: 0,
        after: 0,
        gained: 0,
        lost: 0,
        chance: 1.0,
        adapter: None,
    };
    if examples.len() < EXAMPLES_MIN {
        return outcome;
    }
    let task = Task::new(examples, plan);
    let folds = folds(examples);
    let mut steps = Vec::new();
    for fold in 0..FOLDS {
        let learn: Vec<usize> = (0..examples.len()).filter(|i| folds[*i] != fold).collect();
        let watch = (fold + 1) % FOLDS;
        let part = |watched: bool| -> Vec<usize> {
            learn.iter().copied().filter(|i| (folds[*i] == watch) == watched).collect()
        };
        let best = task.best_steps(&part(false), &part(true));
        steps.push(best);
        let adapter = task.adapter(&task.descend(&learn, best, &mut |_| true));
        for (example, _) in examples.iter().zip(&folds).filter(|(_, other)| **other == fold) {
            let mut logits = example.logits.clone();
            let before = score(example, &logits);
            adapter.apply(&example.features, &mut logits);
            let after = score(example, &logits);
            outcome.before += usize::from(before == 1);
            outcome.after += usize::from(after == 1);
            outcome.gained += usize::from(after == 1 && before < 1);
            outcome.lost += usize::from(after < before);
        }
    }
    outcome.chance = sign_test(outcome.gained, outcome.lost);
    if outcome.chance <= CHANCE_MAX {
        steps.sort_unstable();
        let all: Vec<usize> = (0..examples.len()).collect();
        outcome.adapter = Some(task.adapter(&task.descend(&all, steps[FOLDS / 2], &mut |_| true)));
    }
    outcome
}

/// The chance of at least `gained` heads in `gained + lost` throws of a fair coin.
fn sign_test(gained: usize, lost: usize) -> f64 {
    let throws = gained + lost;
    // Logarithms: the counts reach thousands.
    let mut ways_ln = 0.0;
    let mut total = 0.0;
    for heads in 0..=throws {
        if heads > 0 {
            ways_ln += ((throws - heads + 1) as f64 / heads as f64).ln();
        }
        if heads >= gained {
            total += (ways_ln - throws as f64 * std::f64::consts::LN_2).exp();
        }
    }
    total.min(1.0)
}

/// The part that each example belongs to; every label is spread over all parts.
fn folds(examples: &[Example]) -> Vec<usize> {
    let scattered = |i: usize| (i as u32).wrapping_add(1).wrapping_mul(0x9E37_79B1);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    order.sort_by_key(|i| (examples[*i].label, scattered(*i)));
    let mut folds = vec![0; examples.len()];
    for (place, i) in order.into_iter().enumerate() {
        folds[i] = place % FOLDS;
    }
    folds
}

/// One row for each output, as in [`Adapter`], for features of about unit size.
type Weights = Vec<Vec<f32>>;

struct Task<'a> {
    examples: &'a [Example],
    plan: Plan,
    /// Makes features about unit size.
    scale: f32,
    features: usize,
    outputs: usize,
}

impl<'a> Task<'a> {
    fn new(examples: &'a [Example], plan: Plan) -> Self {
        let first = examples.first();
        let features = first.map_or(0, |example| example.features.len());
        let values = examples.iter().flat_map(|example| &example.features);
        let mean = values.map(|value| value * value).sum::<f32>() / (examples.len() * features).max(1) as f32;
        let scale = if mean > 0.0 { mean.sqrt().recip() } else { 1.0 };
        Self { examples, plan, scale, features, outputs: first.map_or(0, |example| example.logits.len()) }
    }

    fn adapter(&self, weights: &Weights) -> Adapter {
        let mut rows = weights.clone();
        for row in &mut rows {
            row.iter_mut().take(self.features).for_each(|weight| *weight *= self.scale);
        }
        Adapter { features: self.features, rows }
    }

    /// After how many steps of learning on `learn` the loss on `watch` was least.
    fn best_steps(&self, learn: &[usize], watch: &[usize]) -> usize {
        let (mut step, mut best) = (0, (0, self.loss(&self.start(), watch)));
        self.descend(learn, STEPS_MAX, &mut |weights| {
            step += 1;
            let loss = self.loss(weights, watch);
            if loss < best.1 {
                best = (step, loss);
            }
            step < best.0 + PATIENCE
        });
        best.0
    }

    fn start(&self) -> Weights {
        vec![vec![0.0; self.features + 1]; self.outputs]
    }

    /// Adam (Kingma and Ba, arXiv:1412.6980) on all of `rows` at once, until `goes_on` says no.
    fn descend(&self, rows: &[usize], steps: usize, goes_on: &mut dyn FnMut(&Weights) -> bool) -> Weights {
        let mut weights = self.start();
        let (mut first, mut second) = (self.start(), self.start());
        let rate = (self.features.max(20) as f32).recip();
        for step in 1..=steps {
            let slopes = self.slopes(&weights, rows);
            let (fade1, fade2) = (1.0 - 0.9_f32.powi(step as i32), 1.0 - 0.999_f32.powi(step as i32));
            for output in 0..self.outputs {
                for (k, slope) in slopes[output].iter().enumerate() {
                    let (m, v) = (&mut first[output][k], &mut second[output][k]);
                    *m = 0.9 * *m + 0.1 * slope;
                    *v = 0.999 * *v + 0.001 * slope * slope;
                    weights[output][k] -= rate * (*m / fade1) / ((*v / fade2).sqrt() + 1e-8);
                }
            }
            if !goes_on(&weights) {
                break;
            }
        }
        weights
    }

    /// What the weights make of an example: the chance of each output.
    fn chances(&self, weights: &Weights, example: &Example, scaled: &[f32]) -> Vec<f32> {
        let logits = weights.iter().zip(&example.logits).map(|(row, logit)| logit + moved(row, scaled));
        if !self.plan.one_of {
            return logits.map(crate::perception::sigmoid).collect();
        }
        let logits: Vec<f32> = logits.collect();
        let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f32 = logits.iter().map(|logit| (logit - top).exp()).sum();
        logits.iter().map(|logit| (logit - top).exp() / total).collect()
    }

    fn scaled(&self, example: &Example) -> Vec<f32> {
        example.features.iter().map(|feature| feature * self.scale).collect()
    }

    fn slopes(&self, weights: &Weights, rows: &[usize]) -> Weights {
        let mut slopes: Weights =
            weights.iter().map(|row| row.iter().map(|weight| PENALTY * weight).collect()).collect();
        let share = (rows.len().max(1) as f32).recip();
        for example in rows.iter().map(|i| &self.examples[*i]) {
            let scaled = self.scaled(example);
            let chances = self.chances(weights, example, &scaled);
            for (output, (chance, target)) in chances.iter().zip(&example.targets).enumerate() {
                let Some(target) = target else { continue };
                let error = share * (chance - target);
                let slope = &mut slopes[output];
                if self.plan.diagonal {
                    slope[output] += error * scaled[output];
                } else {
                    slope.iter_mut().zip(&scaled).for_each(|(slope, feature)| *slope += error * feature);
                }
                slope[self.features] += error;
            }
        }
        slopes
    }

    /// Mean cross-entropy of `rows`.
    fn loss(&self, weights: &Weights, rows: &[usize]) -> f32 {
        let mut sum = 0.0;
        for example in rows.iter().map(|i| &self.examples[*i]) {
            let chances = self.chances(weights, example, &self.scaled(example));
            for (chance, target) in chances.iter().zip(&example.targets) {
                let ln = |chance: f32| chance.max(1e-6).ln();
                match target {
                    Some(target) if self.plan.one_of => sum -= target * ln(*chance),
                    Some(target) => sum -= target * ln(*chance) + (1.0 - target) * ln(1.0 - chance),
                    None => {}
                }
            }
        }
        sum / rows.len().max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: Plan = Plan { diagonal: false, one_of: true };

    /// Two classes; the shipped model always says the first. The feature tells them apart if `told`.
    fn site(count: usize, told: bool) -> Vec<Example> {
        (0..count)
            .map(|i| {
                let label = (i * 7 / 3 + i / 5) % 2;
                let sign = if label == 0 { 1.0 } else { -1.0 };
                let noise = ((i * 37 % 11) as f32 - 5.0) / 10.0;
                Example {
                    features: vec![if told { sign + noise } else { noise }, 0.3],
                    logits: vec![1.0, 0.0],
                    targets: vec![Some(1.0 - label as f32), Some(label as f32)],
                    label,
                }
            })
            .collect()
    }

    fn score(example: &Example, logits: &[f32]) -> i8 {
        if usize::from(logits[1] > logits[0]) == example.label { 1 } else { -1 }
    }

    #[test]
    fn what_helps_on_answers_it_has_not_learned_from_is_taken_and_the_rest_refused() {
        let outcome = fit(&site(60, true), PLAN, &score);
        assert!(outcome.adapter.is_some() && outcome.after > outcome.before + 20, "{outcome:?}");
        let outcome = fit(&site(60, false), PLAN, &score);
        assert_eq!(outcome.adapter, None, "{outcome:?}");
        assert_eq!(fit(&site(EXAMPLES_MIN - 1, true), PLAN, &score).adapter, None);
    }

    #[test]
    fn the_same_answers_give_the_same_weights() {
        assert_eq!(fit(&site(40, true), PLAN, &score), fit(&site(40, true), PLAN, &score));
    }

    #[test]
    fn a_diagonal_fit_leaves_the_other_weights_alone() {
        let plan = Plan { diagonal: true, one_of: true };
        let adapter = fit(&site(60, true), plan, &score).adapter.expect("a gain");
        assert!(adapter.rows[0][0].abs() > 0.0);
        assert!(adapter.rows[0][1].abs() <= 0.0);
        assert!(adapter.rows[1][0].abs() <= 0.0);
    }

    #[test]
    fn the_sign_test_knows_its_table() {
        assert!((sign_test(6, 0) - 1.0 / 64.0).abs() < 1e-12);
        assert!((sign_test(0, 0) - 1.0).abs() < 1e-12);
        assert!((sign_test(9, 1) - 11.0 / 1024.0).abs() < 1e-12);
        assert!(sign_test(1_100, 900) < 1e-4 && sign_test(900, 1_100) > 0.999);
    }
}
