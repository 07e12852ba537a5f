//! Simulated learners practise with the real engine of `petri-core`. [`report`] measures the engine's goals
//! and writes the page and the pictures that `docs/` holds.
//!
//! Nothing here depends on a clock, on hash order or on the machine: the same sources give the same bytes.

pub mod baseline;
pub mod content;
pub mod course;
pub mod dice;
pub mod learner;
pub mod measure;
pub mod oracle;
mod page;
pub mod pictures;
mod plots;

use anyhow::Context;
use learner::{Kind, Learning};
use measure::{Baselines, Course, Focused, LEARNERS, Mastery};
use petri_core::Pack;
use std::path::Path;

/// A goal and what was measured.
#[derive(Debug, Clone)]
pub struct Goal {
    /// The goal in words.
    pub words: &'static str,
    /// What was measured, in words.
    pub measured: String,
    /// Whether it is reached.
    pub reached: bool,
    /// Whether the figure is no worse than what the project holds itself to: the goal, or what was possible.
    pub held: bool,
}

/// Everything that was measured.
#[derive(Debug)]
pub struct Figures {
    pub(crate) baselines: Baselines,
    pub(crate) cycles: usize,
    pub(crate) focused: Vec<Focused>,
    pub(crate) courses: Vec<Course>,
    pub(crate) mastery: Vec<Mastery>,
    pub(crate) mastery_by_any: Vec<Mastery>,
    /// For each kind of `mastery`, the items that a teacher needs who sees into the learner.
    pub(crate) oracle: Vec<Vec<usize>>,
}

impl Figures {
    /// Runs every learner.
    pub fn measure() -> Self {
        let pack = Pack::starter();
        // Who only guesses learns nothing, and who is weak in words is a normal learner in faces.
        let trains = |kind: &Kind| !matches!(kind, Kind::Guessing | Kind::WeakWords);
        let trained: Vec<Kind> = Kind::ALL.into_iter().filter(trains).collect();
        let baselines = measure::baselines(&pack);
        let cycles = measure::tuned_cycles(&pack, &trained, Learning::Intermediate);
        let tested = [Kind::Normal, Kind::Slow, Kind::Fast, Kind::Shallow, Kind::Steep];
        let focused = |learning| tested.map(|kind| measure::focused(&pack, kind, learning));
        let mastery = |learning, cycles| {
            trained.iter().map(|kind| measure::mastery(&pack, *kind, learning, cycles)).collect()
        };
        let oracle = |kind: &Kind| {
            let seeds = (0..LEARNERS).map(|seed| measure::MASTERY_SEED + seed);
            seeds.map(|seed| oracle::items(&pack, *kind, Learning::Intermediate, seed)).collect()
        };
        Self {
            baselines,
            cycles,
            focused: [focused(Learning::Intermediate), focused(Learning::None)].concat(),
            courses: Kind::ALL.map(|kind| measure::course(&pack, kind, baselines)).into(),
            mastery: mastery(Learning::Intermediate, cycles),
            mastery_by_any: mastery(Learning::Any, cycles),
            oracle: trained.iter().map(oracle).collect(),
        }
    }

    /// The goals, each with what was measured.
    pub fn goals(&self) -> Vec<Goal> {
        let of_model = |focused: &&Focused| {
            focused.learning == Learning::Intermediate
                && matches!(focused.kind, Kind::Normal | Kind::Slow | Kind::Fast)
        };
        let tests: Vec<&Focused> = self.focused.iter().filter(of_model).collect();
        let error = tests.iter().map(|test| test.error[measure::TEST - 1]).fold(0.0, f64::max);
        let reached = tests.iter().map(|test| test.reached).fold(1.0, f64::min);
        let practising = || self.courses.iter().filter(|course| course.kind != Kind::Guessing);
        let loss = |which: usize| {
            practising().map(|course| course.loss[which]).sum::<f64>() / practising().count() as f64
        };
        let [engine, constant, elo] = [loss(0), loss(1), loss(2)];
        let within = self.mastery.iter().map(Mastery::within).sum::<f64>() / self.mastery.len() as f64;
        let length = self.course_length();
        let worst = practising().map(|course| course.worst_ten).fold(1.0, f64::min);
        vec![
            Goal {
                words: "Ability standard error of 0.3 logits or less in 20 items or less, for a focused test",
                measured: format!(
                    "{error:.2} on average after 20 items for the worst kind; 0.3 within 20 items by {:.0} % \
                     of its learners",
                    reached * 100.0
                ),
                reached: error <= 0.3,
                held: error <= 0.3,
            },
            Goal {
                words: "Predicted answers have a lower log-loss than a constant rate and than plain Elo \
                        (without random guessing)",
                measured: format!("{engine:.3} against {constant:.3} and {elo:.3} nats"),
                reached: engine < constant && engine < elo,
                held: engine < constant && engine < elo,
            },
            Goal {
                words: "Mastery in 60 % or less of the items of a fixed order, learner by learner, \
                        for 95 % or more",
                measured: format!("{:.0} % of learners", within * 100.0),
                reached: within >= 0.95,
                held: within >= 0.4,
            },
            Goal {
                words: "The same for the length of a course that brings 95 % or more of the learners \
                        to mastery",
                measured: format!("{:.0} % of the fixed order's items", length * 100.0),
                reached: length <= 0.6,
                held: length <= 0.6,
            },
            Goal {
                words: "No learner type below 60 % success over any 10 items in a row, except random \
                        guessing",
                measured: format!("{:.0} % in the worst ten of the worst kind", worst * 100.0),
                reached: worst >= 0.6,
                held: worst >= 0.6,
            },
        ]
    }

    /// The items after which 95 % of all learners have mastered faces, as a share of the fixed order's.
    fn course_length(&self) -> f64 {
        let all = |items: fn(&Mastery) -> &Vec<usize>| -> Vec<usize> {
            self.mastery.iter().flat_map(items).copied().collect()
        };
        let adaptive = measure::quantile(&all(|mastery| &mastery.adaptive), 0.95);
        adaptive as f64 / measure::quantile(&all(|mastery| &mastery.fixed), 0.95) as f64
    }

    /// The files of the report: the name within `docs/`, and the text.
    ///
    /// # Errors
    /// When a picture cannot be drawn.
    pub fn files(&self) -> anyhow::Result<Vec<(String, String)>> {
        let mut files = vec![("learners.md".to_owned(), page::page(self))];
        for (name, plot) in plots::all(self) {
            files.push((format!("learners/{name}.svg"), pictures::svg(&plot)?));
        }
        Ok(files)
    }
}

/// Measures everything, and writes `learners.md` and the pictures into `dir`.
///
/// # Errors
/// When a file cannot be written.
pub fn report(dir: &Path) -> anyhow::Result<Vec<Goal>> {
    let figures = Figures::measure();
    std::fs::create_dir_all(dir.join("learners"))
        .with_context(|| format!("cannot make {}", dir.display()))?;
    for (name, text) in figures.files()? {
        let path = dir.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(figures.goals())
}

/// Measures everything, and compares with the files in `dir`; returns the goals and the names of stale files.
///
/// # Errors
/// When a picture cannot be drawn.
pub fn check(dir: &Path) -> anyhow::Result<(Vec<Goal>, Vec<String>)> {
    let figures = Figures::measure();
    let stale = |(name, text): (String, String)| {
        (std::fs::read_to_string(dir.join(&name)).ok() != Some(text)).then_some(name)
    };
    let stale = figures.files()?.into_iter().filter_map(stale).collect();
    Ok((figures.goals(), stale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use course::Practice;
    use petri_core::{Emotion, Exercise};

    fn in_pack<T>(measure: impl FnOnce(&Pack<'_>) -> T) -> T {
        measure(&Pack::starter())
    }

    #[test]
    fn the_same_seed_gives_the_same_course() {
        in_pack(|pack| {
            let course =
                |seed| Practice::new(Kind::Normal, Learning::Intermediate, seed, pack).course(1, None);
            let same = |seed| course(seed).iter().map(|step| (step.trial, step.same)).collect::<Vec<_>>();
            assert_eq!(same(1), same(1));
            assert_ne!(same(1), same(2));
        });
    }

    #[test]
    fn estimates_follow_the_truth() {
        in_pack(|pack| {
            let test = measure::focused(pack, Kind::Normal, Learning::None);
            assert!(test.error[measure::TEST - 1] <= 0.3 && test.bias.abs() < 0.15, "{test:?}");
            assert!(test.rms < 0.4 && test.covered > 0.85, "{test:?}");
        });
    }

    #[test]
    fn a_guesser_is_noticed_and_a_reader_is_not() {
        in_pack(|pack| {
            let guessed = |kind| {
                let steps = Practice::new(kind, Learning::Intermediate, 3, pack).course(2, None);
                steps.iter().filter(|step| step.guessing).count()
            };
            assert!(guessed(Kind::Guessing) > 60);
            assert_eq!(guessed(Kind::Normal), 0);
        });
    }

    #[test]
    fn a_mixed_up_pair_is_practised_until_it_is_told_apart() {
        in_pack(|pack| {
            let pair = |emotion| matches!(emotion, Emotion::Sad | Emotion::Calm);
            let share = |kind| {
                let mut practice = Practice::new(kind, Learning::Intermediate, 4, pack);
                let steps = practice.course(2, Some(Exercise::ReadTheFace));
                steps.iter().filter(|step| pair(step.trial.target)).count()
            };
            assert!(share(Kind::MixedUp) > share(Kind::Normal));
        });
    }
}
