//! Which pictures the report has.

use crate::Figures;
use crate::learner::{Kind, Learning};
use crate::measure::{BINS, Mastery};
use crate::pictures::{Line, Plot};

/// Every picture with its file name.
pub(crate) fn all(figures: &Figures) -> Vec<(&'static str, Plot)> {
    vec![
        ("error", error(figures)),
        ("success", success(figures)),
        ("mastery", mastery(figures)),
        ("calibration", calibration(figures)),
    ]
}

fn line(name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Line {
    Line { name: name.into(), points: points.into_iter().collect() }
}

fn error(figures: &Figures) -> Plot {
    let tests = figures.focused.iter().filter(|test| test.learning == Learning::Intermediate);
    let course = |error: &[f64]| -> Vec<(f64, f64)> {
        error.iter().enumerate().map(|(item, error)| (item as f64 + 1.0, *error)).collect()
    };
    Plot {
        title: "Standard error in a focused test",
        axes: ["items", "logits"],
        across: [0.0, 31.0],
        upwards: [0.0, 1.0],
        aim: vec![(0.0, 0.3), (20.0, 0.3), (20.0, 0.0)],
        names_below: false,
        lines: tests.map(|test| line(test.kind.name(), course(&test.error))).collect(),
    }
}

fn success(figures: &Figures) -> Plot {
    let tens = |success: &[f64]| -> Vec<(f64, f64)> {
        let mean = |ten: &[f64]| ten.iter().sum::<f64>() / 10.0;
        success.windows(10).enumerate().map(|(first, ten)| (first as f64 + 10.0, mean(ten))).collect()
    };
    Plot {
        title: "Success over the last ten trials",
        axes: ["trial", "share of answers that met the target"],
        across: [0.0, 215.0],
        upwards: [0.2, 1.0],
        aim: vec![(0.0, 0.6), (160.0, 0.6)],
        names_below: false,
        lines: figures.courses.iter().map(|course| line(course.kind.name(), tens(&course.success))).collect(),
    }
}

fn mastery(figures: &Figures) -> Plot {
    let share = |items: Vec<usize>| -> Vec<(f64, f64)> {
        let mut sorted = items;
        sorted.sort_unstable();
        let n = sorted.len() as f64;
        sorted.iter().enumerate().map(|(i, items)| (*items as f64, (i + 1) as f64 / n)).collect()
    };
    let of = |kinds: &dyn Fn(Kind) -> bool, items: fn(&Mastery) -> &Vec<usize>| -> Vec<usize> {
        figures.mastery.iter().filter(|m| kinds(m.kind)).flat_map(items).copied().collect()
    };
    let (all, normal) = (|_: Kind| true, |kind: Kind| kind == Kind::Normal);
    Plot {
        title: "Learners who have mastered all feelings in faces",
        axes: ["items", "share of learners"],
        across: [0.0, 2_000.0],
        upwards: [0.0, 1.0],
        aim: vec![(0.0, 0.95), (2_000.0, 0.95)],
        names_below: true,
        lines: vec![
            line("all, with the engine", share(of(&all, |m| &m.adaptive))),
            line("all, fixed order", share(of(&all, |m| &m.fixed))),
            line("normal, with the engine", share(of(&normal, |m| &m.adaptive))),
            line("normal, fixed order", share(of(&normal, |m| &m.fixed))),
        ],
    }
}

fn calibration(figures: &Figures) -> Plot {
    let pooled = |which: usize| -> Vec<(f64, f64)> {
        (0..BINS)
            .filter_map(|bin| {
                let mut sums = [0.0; 3];
                for course in &figures.courses {
                    for (sum, part) in sums.iter_mut().zip(course.bins[which][bin]) {
                        *sum += part;
                    }
                }
                (sums[0] >= 200.0).then(|| (sums[1] / sums[0], sums[2] / sums[0]))
            })
            .collect()
    };
    Plot {
        title: "Predicted and met",
        axes: ["predicted success", "share of answers that met the target"],
        across: [0.0, 1.0],
        upwards: [0.0, 1.0],
        aim: vec![(0.0, 0.0), (1.0, 1.0)],
        names_below: true,
        lines: vec![line("engine", pooled(0)), line("plain Elo", pooled(1))],
    }
}
