//! What one learner adds to the sums of a term, clipped.

use crate::{CELL_ANSWERS_MAX, CELLS_MAX, TRANSFER_ANSWERS_MAX};
use petri_core::{Age, Emotion, Entry, Exercise, Outcome, Purpose};
use petri_report::{CELLS, CHANNELS, Cell, GAIN_UNIT_ML, cell_index, cell_of};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// One learner's part: cells by their place, no larger in all than what the noise is made for.
///
/// It holds exact numbers of one person. It can be added to [`Sums`](crate::Sums) and looked at, and has no form in
/// which it could be stored or sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    cells: Vec<(usize, Cell)>,
}

/// The channel through which an exercise brings a feeling to the learner, as an index into [`CHANNELS`].
pub const fn channel(exercise: Exercise) -> usize {
    match exercise {
        Exercise::ReadTheFace | Exercise::Mirror => 0,
        Exercise::ReadTheWords | Exercise::SayIt => 1,
        Exercise::ReadTheSituation => 2,
        Exercise::ReplyWithCare | Exercise::Converse => 3,
        Exercise::Together => 4,
    }
}

/// The ability after the first and after the last answer to a feeling in an exercise, in thousandths of a logit.
type Course = (i16, i16);

impl Part {
    /// The part of a learner of this age who did these trials in the term, oldest first. Skipped trials do not count.
    pub fn of<'a>(age: Age, entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut answers: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
        let mut courses: BTreeMap<(usize, usize), Course> = BTreeMap::new();
        let mut probe = Vec::new();
        for entry in entries {
            if entry.outcome == Outcome::Skipped {
                continue;
            }
            let cell = cell_index(entry.target.index(), channel(entry.exercise), age as usize);
            let met = entry.outcome == Outcome::Same;
            match entry.purpose {
                Purpose::Probe => probe.push((cell, met)),
                Purpose::Training => {
                    answers.entry(cell).or_default().push(met);
                    let course = courses.entry((cell, entry.exercise.index()));
                    course.or_insert((entry.ability_ml, entry.ability_ml)).1 = entry.ability_ml;
                }
            }
        }
        let mut cells = BTreeMap::new();
        let mut most: Vec<(usize, Vec<bool>)> = answers.into_iter().collect();
        most.sort_by_key(|(cell, answers)| (Reverse(answers.len()), *cell));
        for (cell, answers) in most.into_iter().take(CELLS_MAX) {
            cells.insert(cell, trained(last(&answers, CELL_ANSWERS_MAX), gained_ml(&courses, cell)));
        }
        for (cell, met) in last(&probe, TRANSFER_ANSWERS_MAX) {
            let cell: &mut Cell = cells.entry(*cell).or_default();
            *(if *met { &mut cell.transfer_met } else { &mut cell.transfer_other }) += 1;
        }
        Self { cells: cells.into_iter().collect() }
    }

    /// The part that changes the sums most of all: as many cells, answers and gains as can count, and all of one kind.
    pub fn largest(age: Age) -> Self {
        let places = (0..CELLS).filter(|cell| {
            let (_, channel, band) = cell_of(*cell);
            band == age as usize && channel + 1 < CHANNELS.len()
        });
        let (answers, probe) = (CELL_ANSWERS_MAX as i32, (TRANSFER_ANSWERS_MAX / CELLS_MAX) as i32);
        let cell = Cell::from_values([answers, 0, GAIN_UNIT_ML, 0, probe, 0]);
        Self { cells: places.take(CELLS_MAX).map(|place| (place, cell)).collect() }
    }

    /// The cells that it changes, by their place in a report.
    pub fn cells(&self) -> &[(usize, Cell)] {
        &self.cells
    }

    /// By how much it changes the answers, the gain and the probe: the sums of the sizes of its numbers.
    pub fn sizes(&self) -> [i64; 3] {
        let sum = |places: [usize; 2]| {
            let of =
                |cell: &Cell| places.map(|place| i64::from(cell.values()[place].abs())).iter().sum::<i64>();
            self.cells.iter().map(|(_, cell)| of(cell)).sum()
        };
        [sum([0, 1]), sum([2, 3]), sum([4, 5])]
    }
}

fn last<T>(items: &[T], most: usize) -> &[T] {
    &items[items.len().saturating_sub(most)..]
}

/// The mean over the exercises of the channel, clipped.
fn gained_ml(courses: &BTreeMap<(usize, usize), Course>, cell: usize) -> i32 {
    let of_cell = courses.range((cell, 0)..(cell, Exercise::COUNT));
    let gains: Vec<i32> = of_cell.map(|(_, (first, now))| i32::from(*now) - i32::from(*first)).collect();
    let mean = gains.iter().sum::<i32>() / (gains.len() as i32).max(1);
    mean.clamp(-GAIN_UNIT_ML, GAIN_UNIT_ML)
}

fn trained(answers: &[bool], gained_ml: i32) -> Cell {
    let met = answers.iter().filter(|met| **met).count() as i32;
    let up = i32::midpoint(GAIN_UNIT_ML, gained_ml);
    Cell { met, other: answers.len() as i32 - met, up, down: GAIN_UNIT_ML - up, ..Cell::default() }
}

const _: () =
    assert!(Emotion::COUNT == petri_report::EMOTIONS.len() && Age::ALL.len() == petri_report::AGES.len());
