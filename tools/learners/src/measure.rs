//! The figures of the report.

use crate::baseline;
use crate::course::{Practice, SESSION, Step, fixed_trial};
use crate::dice::Dice;
use crate::learner::{Kind, Learner, Learning};
use petri_core::choose::MASTERED_ML;
use petri_core::{Emotion, Exercise, Pack};

/// Learners of each kind.
pub const LEARNERS: u64 = 200;
/// Sessions of a course.
pub const SESSIONS: usize = 4;
/// Items of a focused test, and how far it is followed.
pub const TEST: usize = 20;
/// Items that a focused test is followed for.
pub const TEST_LONG: usize = 30;
/// Nobody practises longer than this for mastery.
pub const ITEMS_MAX: usize = 4_000;
/// Seeds at which each measure begins; the tuning of the baselines has its own.
const SEEDS: [u64; 4] = [10_000, 20_000, 30_000, 90_000];
/// The first seed of the learners of mastery.
pub const MASTERY_SEED: u64 = SEEDS[2];
/// Bins of calibration.
pub const BINS: usize = 10;

/// A focused test of one feeling in drawn faces, over learners of one kind.
#[derive(Debug, Clone)]
pub struct Focused {
    /// Which.
    pub kind: Kind,
    /// Whether they learn during the test.
    pub learning: Learning,
    /// Mean standard error after each item, in logits.
    pub error: Vec<f64>,
    /// Share of learners whose standard error was 0.3 or less within the test.
    pub reached: f64,
    /// Mean of estimate less truth at the end of the test.
    pub bias: f64,
    /// Root of the mean squared difference.
    pub rms: f64,
    /// Share of truths within 1.96 standard errors.
    pub covered: f64,
}

/// A course of practice, over learners of one kind.
#[derive(Debug, Clone)]
pub struct Course {
    /// Which.
    pub kind: Kind,
    /// Share of learners who met the target, for each trial.
    pub success: Vec<f64>,
    /// The lowest mean of ten trials in a row, and the first.
    pub worst_ten: f64,
    /// The same for the first ten.
    pub first_ten: f64,
    /// Share of single learners' ten trials in a row with fewer than six successes.
    pub low_windows: f64,
    /// Rests offered in a session.
    pub rests: f64,
    /// Log-loss in nats of the engine, of the constant rate and of Elo.
    pub loss: [f64; 3],
    /// For each bin of the prediction: how many, the sum of predictions, and of successes; engine, then Elo.
    pub bins: [[[f64; 3]; BINS]; 2],
    /// Of the abilities with five answers or more: bias, root mean square and coverage at 1.96 standard
    /// errors.
    pub estimates: [f64; 3],
}

/// Items until mastery, learner by learner.
#[derive(Debug, Clone)]
pub struct Mastery {
    /// Which.
    pub kind: Kind,
    /// With the engine.
    pub adaptive: Vec<usize>,
    /// In the fixed order.
    pub fixed: Vec<usize>,
}

impl Mastery {
    /// Share of learners who needed 60 % of the fixed order's items or less.
    pub fn within(&self) -> f64 {
        let pairs = self.adaptive.iter().zip(&self.fixed);
        let within = pairs.filter(|(adaptive, fixed)| **adaptive * 10 <= **fixed * 6).count();
        within as f64 / self.adaptive.len() as f64
    }
}

/// The number that this share of `values` does not exceed.
pub fn quantile(values: &[usize], share: f64) -> usize {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let at = libm::ceil(share * sorted.len() as f64) as usize;
    sorted[at.clamp(1, sorted.len()) - 1]
}

/// Focused tests of learners of one kind, a sixth of them for each feeling that has a strength.
pub fn focused(pack: &Pack<'_>, kind: Kind, learning: Learning) -> Focused {
    let mut error = vec![0.0; TEST_LONG];
    let (mut reached, mut bias, mut squares, mut covered) = (0, 0.0, 0.0, 0);
    for seed in 0..LEARNERS {
        let focus = Emotion::ALL[(seed % 6) as usize];
        let mut practice = Practice::new(kind, learning, SEEDS[0] + seed, pack);
        let mut within = false;
        for (item, sum) in error.iter_mut().enumerate() {
            practice.step(Exercise::ReadTheFace, Some(focus));
            let belief = practice.progress.get(Exercise::ReadTheFace, focus);
            *sum += f64::from(belief.spread_ml) / 1_000.0 / LEARNERS as f64;
            within |= item < TEST && belief.spread_ml <= 300;
            if item + 1 == TEST {
                let truth = practice.learner.ability(Exercise::ReadTheFace, focus);
                let difference = f64::from(belief.mean_ml) / 1_000.0 - truth;
                bias += difference;
                squares += difference * difference;
                covered += usize::from(difference.abs() <= 1.96 * f64::from(belief.spread_ml) / 1_000.0);
            }
        }
        reached += usize::from(within);
    }
    let n = LEARNERS as f64;
    Focused {
        kind,
        learning,
        error,
        reached: reached as f64 / n,
        bias: bias / n,
        rms: libm::sqrt(squares / n),
        covered: covered as f64 / n,
    }
}

/// What the constant rate and Elo take from learners of their own.
#[derive(Debug, Clone, Copy)]
pub struct Baselines {
    /// The constant rate.
    pub rate: f64,
    /// Elo's step size.
    pub k: f64,
}

/// Tunes the baselines on 40 learners of each kind that are measured nowhere else.
pub fn baselines(pack: &Pack<'_>) -> Baselines {
    let courses: Vec<Vec<Step>> = Kind::ALL
        .into_iter()
        .flat_map(|kind| (0..40).map(move |seed| (kind, SEEDS[3] + seed)))
        .map(|(kind, seed)| {
            Practice::new(kind, Learning::Intermediate, seed, pack).course(SESSIONS, only(kind))
        })
        .collect();
    Baselines { rate: baseline::rate(&courses), k: baseline::tuned_k(&courses) }
}

/// What the kind practises, where that is not left to the engine.
fn only(kind: Kind) -> Option<Exercise> {
    match kind {
        Kind::WeakWords => Some(Exercise::ReadTheWords),
        Kind::MixedUp | Kind::Shallow | Kind::Steep => Some(Exercise::ReadTheFace),
        _ => None,
    }
}

/// Courses of learners of one kind.
pub fn course(pack: &Pack<'_>, kind: Kind, baselines: Baselines) -> Course {
    let trials = SESSIONS * SESSION;
    let mut course = Course {
        kind,
        success: vec![0.0; trials],
        worst_ten: 1.0,
        first_ten: 0.0,
        low_windows: 0.0,
        rests: 0.0,
        loss: [0.0; 3],
        bins: [[[0.0; 3]; BINS]; 2],
        estimates: [0.0; 3],
    };
    let n = LEARNERS as f64;
    let mut cells = 0.0;
    for seed in 0..LEARNERS {
        let mut practice = Practice::new(kind, Learning::Intermediate, SEEDS[1] + seed, pack);
        let steps = practice.course(SESSIONS, only(kind));
        predict(&mut course, &steps, baselines);
        for (sum, step) in course.success.iter_mut().zip(&steps) {
            *sum += f64::from(u8::from(step.same)) / n;
        }
        let low = steps.windows(10).filter(|ten| ten.iter().filter(|step| step.same).count() < 6).count();
        course.low_windows += low as f64 / (trials - 9) as f64 / n;
        course.rests += steps.iter().filter(|step| step.tired).count() as f64 / SESSIONS as f64 / n;
        cells += estimate(&mut course, &practice, &steps);
    }
    let mean = |ten: &[f64]| ten.iter().sum::<f64>() / 10.0;
    course.worst_ten = course.success.windows(10).map(mean).fold(1.0, f64::min);
    course.first_ten = mean(&course.success[..10]);
    course.loss = course.loss.map(|loss| loss / n / trials as f64);
    let [bias, squares, covered] = course.estimates.map(|sum| sum / cells);
    course.estimates = [bias, libm::sqrt(squares), covered];
    course
}

fn predict(course: &mut Course, steps: &[Step], baselines: Baselines) {
    let elo = baseline::elo(steps, baselines.k);
    for (step, elo) in steps.iter().zip(elo) {
        let same = f64::from(u8::from(step.same));
        for (loss, chance) in course.loss.iter_mut().zip([step.predicted, baselines.rate, elo]) {
            *loss += baseline::loss(chance, step.same);
        }
        for (bins, chance) in course.bins.iter_mut().zip([step.predicted, elo]) {
            let bin = &mut bins[((chance * BINS as f64) as usize).min(BINS - 1)];
            *bin = [bin[0] + 1.0, bin[1] + chance, bin[2] + same];
        }
    }
}

/// Adds the differences between belief and truth, and returns how many.
fn estimate(course: &mut Course, practice: &Practice<'_>, steps: &[Step]) -> f64 {
    let mut cells = 0.0;
    for exercise in Exercise::ALL {
        for emotion in Emotion::ALL {
            let of_cell = |step: &&Step| step.trial.exercise == exercise && step.trial.target == emotion;
            if steps.iter().filter(of_cell).count() < 5 {
                continue;
            }
            let belief = practice.progress.get(exercise, emotion);
            let error = f64::from(belief.spread_ml) / 1_000.0;
            let difference =
                f64::from(belief.mean_ml) / 1_000.0 - practice.learner.ability(exercise, emotion);
            let covered = f64::from(u8::from(difference.abs() <= 1.96 * error));
            for (sum, part) in course.estimates.iter_mut().zip([difference, difference * difference, covered])
            {
                *sum += part;
            }
            cells += 1.0;
        }
    }
    cells
}

/// Items until every feeling in faces is mastered, for the same learners with the engine and in the fixed
/// order.
pub fn mastery(pack: &Pack<'_>, kind: Kind, learning: Learning, cycles: usize) -> Mastery {
    let level = f64::from(MASTERED_ML) / 1_000.0;
    let adaptive = |seed: u64| {
        let mut practice = Practice::new(kind, learning, SEEDS[2] + seed, pack);
        let mut items = 0;
        while items < ITEMS_MAX && !practice.learner.has_mastered(Exercise::ReadTheFace, level) {
            if items % SESSION == 0 {
                practice.next_session();
            }
            practice.step(Exercise::ReadTheFace, None);
            items += 1;
        }
        items
    };
    Mastery {
        kind,
        adaptive: (0..LEARNERS).map(adaptive).collect(),
        fixed: (0..LEARNERS).map(|seed| fixed(pack, kind, learning, SEEDS[2] + seed, cycles)).collect(),
    }
}

fn fixed(pack: &Pack<'_>, kind: Kind, learning: Learning, seed: u64, cycles: usize) -> usize {
    let level = f64::from(MASTERED_ML) / 1_000.0;
    let mut learner = Learner::new(kind, learning, seed);
    let mut dice = Dice::new(seed + 7);
    let mut items = 0;
    while items < ITEMS_MAX && !learner.has_mastered(Exercise::ReadTheFace, level) {
        if items % SESSION == 0 {
            learner.begin_session();
        }
        learner.answer(pack, &fixed_trial(items, cycles, &mut dice));
        items += 1;
    }
    items
}

/// Cycles at each strength with which the fixed order takes the fewest items, over all `kinds`.
pub fn tuned_cycles(pack: &Pack<'_>, kinds: &[Kind], learning: Learning) -> usize {
    let total = |cycles: usize| -> usize {
        let learners = kinds.iter().flat_map(|kind| (0..40).map(move |seed| (*kind, SEEDS[3] + seed)));
        learners.map(|(kind, seed)| fixed(pack, kind, learning, seed, cycles)).sum()
    };
    [1, 2, 3, 4, 6, 8, 12, 16].into_iter().min_by_key(|cycles| total(*cycles)).unwrap_or(1)
}
