//! A learner's progress as numbers for the page. What the transfer probe measures stands apart from training.

use petri_core::{Channel, Emotion, Entry, Exercise, Outcome, Progress, Purpose};
use petri_runtime::journal::Stored;
use serde::Serialize;
use std::collections::BTreeSet;

/// Points of a course; a longer one is thinned out.
const POINTS_MAX: usize = 200;
/// Half the width of a 95 % interval, in standard errors.
const Z: f64 = 1.96;

/// Everything.
#[derive(Debug, Serialize)]
pub(crate) struct Growth {
    trials: usize,
    sessions: usize,
    days: usize,
    first_day: Option<u32>,
    last_day: Option<u32>,
    /// Time from questions to answers, all together.
    answering_ms: u64,
    /// Each feeling in each exercise that was practised.
    abilities: Vec<Known>,
    /// Each feeling by the way in which it was answered.
    channels: Vec<ByChannel>,
    /// The mean ability in an exercise, trial by trial.
    courses: Vec<Course>,
    /// How often each feeling (row) was taken for each (column), in the order of [`Emotion::ALL`], in exercises in which
    /// feelings are named.
    confusion: [[u32; Emotion::COUNT]; Emotion::COUNT],
    /// The transfer probe, session by session.
    probes: Vec<ProbeOf>,
}

/// How many answers met the target, with the 95 % interval of the share after Wilson.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Met {
    #[serde(rename = "met")]
    same: u32,
    answered: u32,
    low: f64,
    high: f64,
}

#[derive(Debug, Serialize)]
struct Known {
    exercise: usize,
    emotion: &'static str,
    #[serde(flatten)]
    met: Met,
    /// Logits, after the first trial and now, with the standard error.
    first: f64,
    now: f64,
    error: f64,
}

#[derive(Debug, Serialize)]
struct ByChannel {
    channel: &'static str,
    emotion: &'static str,
    #[serde(flatten)]
    met: Met,
}

#[derive(Debug, Serialize)]
struct Course {
    exercise: usize,
    /// The number of the trial, the mean ability in logits over all feelings, and the standard error of that mean.
    points: Vec<(u32, f64, f64)>,
}

#[derive(Debug, Serialize)]
struct ProbeOf {
    session: u32,
    day: u32,
    exercise: usize,
    #[serde(flatten)]
    met: Met,
}

impl Met {
    /// Of those trials that were answered.
    fn of<'a>(trials: impl Iterator<Item = &'a Entry>) -> Self {
        let outcomes = trials.map(|entry| entry.outcome).filter(|outcome| *outcome != Outcome::Skipped);
        let (met, answered) =
            outcomes.fold((0, 0), |(met, all), outcome| (met + u32::from(outcome == Outcome::Same), all + 1));
        let (low, high) = wilson(met, answered);
        Self { same: met, answered, low, high }
    }
}

fn wilson(met: u32, answered: u32) -> (f64, f64) {
    if answered == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (f64::from(answered), f64::from(met) / f64::from(answered));
    let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt() / (1.0 + Z * Z / n);
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

fn logits(thousandths: i16) -> f64 {
    f64::from(thousandths) / 1_000.0
}

/// The exercises in which a feeling is answered by a feeling.
fn names_feelings(exercise: Exercise) -> bool {
    !matches!(exercise, Exercise::Mirror | Exercise::ReplyWithCare | Exercise::Converse)
}

impl Growth {
    /// Of a learner's trials, oldest first.
    pub(crate) fn of(entries: &[Stored]) -> Self {
        let trained =
            || entries.iter().map(|stored| &stored.entry).filter(|e| e.purpose == Purpose::Training);
        let mut confusion = [[0; Emotion::COUNT]; Emotion::COUNT];
        for entry in trained().filter(|entry| names_feelings(entry.exercise)) {
            if let Some(answer) = entry.answer.filter(|_| entry.outcome != Outcome::Skipped) {
                confusion[entry.target.index()][answer.index()] += 1;
            }
        }
        let sessions: BTreeSet<u32> = entries.iter().map(|stored| stored.session).collect();
        let days: BTreeSet<u32> = entries.iter().map(|stored| stored.day).collect();
        Self {
            trials: entries.len(),
            sessions: sessions.len(),
            days: days.len(),
            first_day: days.first().copied(),
            last_day: days.last().copied(),
            answering_ms: entries.iter().map(|stored| u64::from(stored.entry.latency_ms)).sum(),
            abilities: abilities(entries),
            channels: channels(trained),
            courses: Exercise::TRAINED.into_iter().filter_map(|exercise| course(entries, exercise)).collect(),
            confusion,
            probes: probes(entries),
        }
    }
}

fn abilities(entries: &[Stored]) -> Vec<Known> {
    let mut progress = Progress::default();
    for stored in entries {
        progress.absorb(&stored.entry);
    }
    let mut known = Vec::new();
    for exercise in Exercise::TRAINED {
        for emotion in Emotion::ALL {
            let of = |entry: &&Entry| {
                (entry.exercise, entry.target, entry.purpose) == (exercise, emotion, Purpose::Training)
            };
            let mut trials = entries.iter().map(|stored| &stored.entry).filter(of).peekable();
            let Some(first) = trials.peek().map(|entry| logits(entry.ability_ml)) else { continue };
            let met = Met::of(trials);
            let now = progress.get(exercise, emotion);
            known.push(Known {
                exercise: exercise.index(),
                emotion: emotion.word(),
                met,
                first,
                now: logits(now.mean_ml),
                error: logits(now.spread_ml),
            });
        }
    }
    known
}

fn channels<'a, I: Iterator<Item = &'a Entry>>(trained: impl Fn() -> I) -> Vec<ByChannel> {
    let all = [
        (Channel::Button, "button"),
        (Channel::Voice, "voice"),
        (Channel::Face, "face"),
        (Channel::Text, "text"),
    ];
    let mut found = Vec::new();
    for (channel, name) in all {
        for emotion in Emotion::ALL {
            let met = Met::of(trained().filter(|entry| (entry.channel, entry.target) == (channel, emotion)));
            if met.answered > 0 {
                found.push(ByChannel { channel: name, emotion: emotion.word(), met });
            }
        }
    }
    found
}

fn course(entries: &[Stored], exercise: Exercise) -> Option<Course> {
    let mut progress = Progress::default();
    let mut points = Vec::new();
    for (number, stored) in (1..).zip(entries) {
        progress.absorb(&stored.entry);
        if (stored.entry.exercise, stored.entry.purpose) != (exercise, Purpose::Training) {
            continue;
        }
        let abilities = Emotion::ALL.map(|emotion| progress.get(exercise, emotion));
        let count = Emotion::COUNT as f64;
        let mean = abilities.iter().map(|ability| logits(ability.mean_ml)).sum::<f64>() / count;
        let variance: f64 = abilities.iter().map(|ability| logits(ability.spread_ml).powi(2)).sum();
        points.push((number, mean, variance.sqrt() / count));
    }
    let step = points.len().div_ceil(POINTS_MAX).max(1);
    let last = points.len().checked_sub(1)?;
    let kept = (0..).zip(points).filter(|(at, _)| at % step == 0 || *at == last);
    Some(Course { exercise: exercise.index(), points: kept.map(|(_, point)| point).collect() })
}

fn probes(entries: &[Stored]) -> Vec<ProbeOf> {
    let probe = |stored: &&Stored| stored.entry.purpose == Purpose::Probe;
    let sessions: BTreeSet<(u32, u32)> =
        entries.iter().filter(probe).map(|stored| (stored.session, stored.day)).collect();
    let mut probes = Vec::new();
    for (session, day) in sessions {
        for exercise in Exercise::ALL {
            let of = |stored: &&Stored| stored.session == session && stored.entry.exercise == exercise;
            let met = Met::of(entries.iter().filter(probe).filter(of).map(|stored| &stored.entry));
            if met.answered > 0 {
                probes.push(ProbeOf { session, day, exercise: exercise.index(), met });
            }
        }
    }
    probes
}

#[cfg(test)]
mod tests;
