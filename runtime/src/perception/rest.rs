//! The learner's own face at rest, and what the last moments show against it.

use super::actions::{self, Measures};
use super::mesh::Mesh;
use super::smooth::{LOST_AFTER_MS, kept};
use petri_core::{Action, Actions, Millis};
use std::collections::VecDeque;

/// Looks until the face at rest is known; before that nothing is said.
pub const SAMPLES_MIN: usize = 15;
/// Looks that count: half a minute, so that a face held for less than half of that does not become the face at rest.
const SAMPLES_MAX: usize = 60;
const FIRST_SPACING_MS: u64 = 100;
const SPACING_MS: u64 = 500;
/// After this long without a face, whoever comes next may be somebody else.
pub const FORGET_AFTER_MS: u64 = 10_000;

/// A running estimate of the face at rest: the median of each distance over the last half minute. It lives in memory,
/// and only while the camera is on.
#[derive(Debug, Clone, Default)]
pub struct Rest {
    samples: VecDeque<Measures>,
    sampled: Option<Millis>,
    median: Option<Measures>,
}

impl Rest {
    /// Takes a look into account; looks that follow each other closely count once.
    pub fn push(&mut self, now: Millis, measures: &Measures) {
        let spacing_ms = if self.samples.len() < SAMPLES_MIN { FIRST_SPACING_MS } else { SPACING_MS };
        let early = self.sampled.is_some_and(|sampled| now.since(sampled) < spacing_ms);
        let known = self.median.unwrap_or(*measures);
        let blinks = self.median.is_some_and(|rest| measures.eyes_closed(&rest));
        if early || blinks || !measures.faces_the_camera(known.turn.pitch) {
            return;
        }
        self.sampled = Some(now);
        if self.samples.len() == SAMPLES_MAX {
            self.samples.pop_front();
        }
        self.samples.push_back(*measures);
        if self.samples.len() >= SAMPLES_MIN {
            self.median = Some(self.middle(known));
        }
    }

    /// The face at rest, once it is known.
    pub fn face(&self) -> Option<Measures> {
        self.median
    }

    fn middle(&self, mut middle: Measures) -> Measures {
        let median = |value: &dyn Fn(&Measures) -> f32| {
            let mut values: Vec<f32> = self.samples.iter().map(value).collect();
            values.sort_by(f32::total_cmp);
            values[values.len() / 2]
        };
        for i in 0..middle.distances.len() {
            middle.distances[i] = median(&|measures| measures.distances[i]);
        }
        middle.turn.pitch = median(&|measures| measures.turn.pitch);
        middle
    }
}

/// What is known of the muscles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Muscles {
    /// The face at rest is not known yet.
    NotYet,
    /// The head is turned too far, or the mesh is lost.
    Unsure,
    /// Actions against the face at rest.
    Measured(Actions),
}

/// Follows the muscles of one face over time.
#[derive(Debug, Clone)]
pub struct Follower {
    rest: Rest,
    mean: Option<[f32; Action::COUNT]>,
    seen: Option<Millis>,
    muscles: Muscles,
}

impl Default for Follower {
    fn default() -> Self {
        Self { rest: Rest::default(), mean: None, seen: None, muscles: Muscles::NotYet }
    }
}

impl Follower {
    /// Takes a look at `now`, and says what the last moments show. A look without a mesh changes nothing for a moment:
    /// single ones are missed, or left out.
    pub fn push(&mut self, now: Millis, mesh: Option<&Mesh>) -> Muscles {
        let unseen_ms = self.seen.map_or(0, |seen| now.since(seen));
        if unseen_ms >= FORGET_AFTER_MS {
            *self = Self::default();
        }
        match mesh.and_then(Measures::of) {
            Some(measures) => {
                self.seen = Some(now);
                self.muscles = self.measured(now, unseen_ms, &measures);
            }
            None if unseen_ms < LOST_AFTER_MS => {}
            None => {
                self.mean = None;
                self.muscles = Muscles::Unsure;
            }
        }
        self.muscles
    }

    fn measured(&mut self, now: Millis, elapsed_ms: u64, measures: &Measures) -> Muscles {
        self.rest.push(now, measures);
        let Some(rest) = self.rest.face() else { return Muscles::NotYet };
        let Some(mut strengths) = measures.strengths(&rest) else {
            self.mean = None;
            return Muscles::Unsure;
        };
        let before = self.mean.unwrap_or(strengths);
        if measures.eyes_closed(&rest) {
            // Shut eyes are no narrow eyes: most often it is a blink.
            for action in [Action::EyesWide, Action::EyesNarrow] {
                strengths[action as usize] = before[action as usize];
            }
        }
        let kept = kept(elapsed_ms);
        let mean = std::array::from_fn(|i| before[i] * kept + strengths[i] * (1.0 - kept));
        self.mean = Some(mean);
        Muscles::Measured(actions::actions(&mean))
    }
}
