//! Which trial comes next: a pure function of progress, the last trials, the content and chance.
//!
//! # The criterion
//!
//! A trial is wanted that the learner meets with a chance of [`SUCCESS`], over everything that the ability
//! may be. With three choices the information of an item is greatest at a success of 0.73, whatever its
//! steepness, and at 0.75 it is still 99 % of that: so the trial that is nearest to the wanted difficulty
//! tells most, and is met three times in four. Near that rate people learn fastest and stay willing (Wilson
//! et al., "The Eighty Five Percent Rule", 2019, for two choices). A drawn face gets the very strength; of
//! the items of a pack the nearest comes.

mod item;
mod target;
#[cfg(test)]
mod tests;

use crate::ability::{Ability, Curve, FACE_STEEPNESS, ITEM_STEEPNESS};
use crate::history::History;
use crate::pack::{Age, Pack};
use crate::progress::Progress;
use crate::random::Random;
use crate::{Actor, Emotion, Exercise, Permille, Purpose};
use serde::{Deserialize, Serialize};
use target::Plan;

/// The wanted chance of meeting the target.
pub const SUCCESS: Permille = Permille::new(750);
/// An ability from which on a feeling is practised less: a face of 0.43 strength is met three times in four.
pub const MASTERED_ML: i16 = 1_000;
/// Faces are never drawn fainter: below this the drawing's lines no longer move by a pixel.
pub const INTENSITY_MIN: Permille = Permille::new(250);
/// Strengths at which the probe draws faces: fixed, so that one probe compares with the next.
pub const PROBE_INTENSITIES: [Permille; 3] = [Permille::new(400), Permille::new(600), Permille::new(800)];

/// What a choice that the target is often taken for adds to the difficulty, in thousandths of a logit.
pub const CLOSE_ML: i16 = 200;
/// What a choice adds that the learner mixes up with the target: just so, and more up to always.
const MIXED_UP_ML: i16 = 300;
const MIXED_UP_MORE_ML: i32 = 900;
/// What naming a feeling without choices adds to the difficulty of a line.
const SAY_IT_ML: i16 = 200;
/// Difficulty of the calm face beside two choices that are far from it.
const CALM_ML: i16 = -700;
/// With this much need of easy trials, choices are far apart and no mixed-up pair is practised.
const FAR_EASE_ML: i16 = 600;
/// Training asks a little less than the best estimate while it is unsure: by this share of the spread.
const KIND: Permille = Permille::new(500);

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stimulus {
    /// A drawn face.
    Face,
    /// A photograph; `item` is its index in the pack.
    Photo,
    /// A line; `item` is its index.
    Text,
    /// A drawn face that says a line; `item` is the line's index.
    FaceAndText,
    /// A situation; `item` is its index.
    Situation,
    /// Something shared; `item` is its index.
    Care,
    /// A conversation; `item` is its index.
    Talk,
}

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// What is practised.
    pub exercise: Exercise,
    /// What it is for.
    pub purpose: Purpose,
    /// What is shown.
    pub stimulus: Stimulus,
    /// The feeling to find or to make.
    pub target: Emotion,
    /// Index of the item within its kind in the pack; 0 for drawn faces.
    pub item: u16,
    /// What the journal calls the item: its key in the pack, or the index of the actor for drawn faces.
    pub key: u16,
    /// Who is drawn.
    pub actor: Actor,
    /// How strong the face is drawn.
    pub intensity: Permille,
    /// What the answer buttons offer; the target is one of them.
    pub options: [Emotion; 3],
    /// No choices are offered: any feeling may be said, as in *say it*. A focused test asks so, because a
    /// guess then meets the target once in seven instead of once in three, and each answer tells a quarter
    /// more.
    pub open: bool,
    /// Difficulty on the ability scale, in thousandths of a logit; it takes the options into account.
    pub difficulty_ml: i16,
}

impl Trial {
    /// How success at this trial depends on ability.
    pub fn curve(&self) -> Curve {
        let steepness = steepness(self.exercise, self.stimulus, self.target);
        Curve { difficulty_ml: self.difficulty_ml, steepness, guess: guess(self.exercise, self.open) }
    }

    /// The feelings that can be answered.
    pub fn choices(&self) -> &[Emotion] {
        if self.open { &Emotion::ALL } else { &self.options }
    }
}

/// What the next trial is chosen from.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// What to practise.
    pub exercise: Exercise,
    /// What for: a probe takes only what is held out, and training only what is not.
    pub purpose: Purpose,
    /// Whom for. Items for this age come first; where there are none, any will do.
    pub age: Age,
    /// What is known of the learner.
    pub progress: &'a Progress,
    /// The last trials of this session.
    pub history: &'a History,
    /// Where items come from.
    pub pack: &'a Pack<'a>,
    /// What has not been practised for long enough to be due for review. Whoever calls takes out what was
    /// practised.
    pub due: Due,
    /// A test of this one feeling: about two trials in three ask for it, and nothing is made easier to be
    /// kind.
    pub focus: Option<Emotion>,
}

/// Which feelings in which exercises are due for review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Due([u8; Exercise::COUNT]);

impl Due {
    /// Nothing is.
    pub const NONE: Self = Self([0; Exercise::COUNT]);

    /// Whether this feeling is due in this exercise.
    pub const fn has(&self, exercise: Exercise, emotion: Emotion) -> bool {
        *exercise.pick(&self.0) & (1 << emotion.index()) != 0
    }

    /// Puts a feeling in or takes it out.
    pub const fn set(&mut self, exercise: Exercise, emotion: Emotion, due: bool) {
        let bit = 1 << emotion.index();
        let row = exercise.pick_mut(&mut self.0);
        *row = if due { *row | bit } else { *row & !bit };
    }

    /// How many feelings are due in an exercise.
    pub const fn count(&self, exercise: Exercise) -> u32 {
        exercise.pick(&self.0).count_ones()
    }
}

/// Chooses the next trial; nothing when the pack has no item for the exercise.
///
/// What is due comes first, then a pair that is mixed up, then the feeling that is known least about or read
/// least well. The last two targets and the items seen lately rest. After misses the next trials are easier
/// ([`History::ease_ml`]).
pub fn next_trial(wish: &Wish<'_>, random: &mut Random) -> Option<Trial> {
    let plan = target::plan(wish, random);
    let actor = next_actor(wish, random);
    let mut trial = Trial {
        exercise: wish.exercise,
        purpose: wish.purpose,
        stimulus: next_stimulus(wish, random),
        target: plan.target,
        item: 0,
        key: actor.index() as u16,
        actor,
        intensity: Permille::FULL,
        options: target::options(wish, &plan, random),
        open: wish.focus.is_some() || wish.exercise == Exercise::SayIt,
        difficulty_ml: 0,
    };
    if trial.stimulus != Stimulus::Face {
        let found = item::nearest(wish, &trial, wanted_ml(wish, &trial), random)?;
        (trial.item, trial.key, trial.intensity) = (found.index, found.tag.key, found.intensity);
        if trial.target != found.tag.feeling {
            trial.target = found.tag.feeling;
            trial.options = target::options(wish, &Plan { target: trial.target, contrast: None }, random);
        }
        trial.difficulty_ml = found.tag.difficulty_ml() + extra_ml(wish, &trial);
    } else if wish.exercise != Exercise::Mirror {
        let base_ml = wanted_ml(wish, &trial) - extra_ml(wish, &trial);
        trial.intensity = match wish.purpose {
            Purpose::Training => intensity_for(trial.target, base_ml),
            Purpose::Probe => probe_intensity(random),
        };
        trial.difficulty_ml = face_difficulty_ml(trial.target, trial.intensity) + extra_ml(wish, &trial);
    }
    Some(trial)
}

/// Chance of meeting the target, as far as the learner and the moment are known.
pub fn expected(trial: &Trial, progress: &Progress, history: &History) -> Permille {
    let curve = trial.curve();
    let chance = progress.get(trial.exercise, trial.target).chance(&curve);
    let lost = i32::from(chance.get()) - i32::from(curve.guess.get());
    Permille::new((i32::from(chance.get()) - history.guessed().of(lost)) as u16)
}

/// Which exercise comes next when the learner leaves it to the device.
///
/// Of the `possible` ones that with most feelings due; then that in which most can be learned. What was
/// practised lately waits, so that there is variety. With nothing possible it is reading faces, which needs
/// nothing.
pub fn recommend(
    progress: &Progress,
    due: Due,
    history: &History,
    possible: &[Exercise],
    random: &mut Random,
) -> Exercise {
    let mut best = (i32::MIN, Exercise::ReadTheFace);
    for exercise in possible.iter().copied() {
        let needs: i32 = Emotion::ALL.into_iter().map(|e| target::need_ml(progress.get(exercise, e))).sum();
        let lately = history.newest_first().take(8).filter(|past| past.exercise == exercise).count() as i32;
        let last = history.newest_first().next().is_some_and(|past| past.exercise == exercise);
        let score = needs / Emotion::COUNT as i32
            + 3_000 * i32::from(due.count(exercise) > 0)
            + 300 * due.count(exercise) as i32
            - 400 * lately
            - 800 * i32::from(last)
            + random.below(300) as i32;
        if score > best.0 {
            best = (score, exercise);
        }
    }
    best.1
}

/// How hard a drawn face is beside choices that are far from it: fainter is harder, by a logit for each
/// quarter of the full strength. Calm has no strength, only likeness to faint sadness.
pub const fn face_difficulty_ml(target: Emotion, intensity: Permille) -> i16 {
    match target {
        Emotion::Calm => CALM_ML,
        _ => 2_500 - 4 * intensity.get() as i16,
    }
}

/// Chance of meeting the target without reading anything; `open` where no choices are offered.
pub const fn guess(exercise: Exercise, open: bool) -> Permille {
    Permille::new(match exercise {
        Exercise::Mirror => 0,
        Exercise::ReplyWithCare => 100,
        Exercise::Converse => 330,
        _ if open => 143,
        _ => 333,
    })
}

/// Logits of success per logit of ability, in thousandths. Only the strength of a drawn feeling is steep.
fn steepness(exercise: Exercise, stimulus: Stimulus, target: Emotion) -> u16 {
    let drawn = exercise == Exercise::ReadTheFace && stimulus == Stimulus::Face;
    if drawn && target != Emotion::Calm { FACE_STEEPNESS } else { ITEM_STEEPNESS }
}

/// The wanted difficulty, choices included, in thousandths of a logit.
fn wanted_ml(wish: &Wish<'_>, trial: &Trial) -> i16 {
    let mut belief = wish.progress.get(trial.exercise, trial.target);
    let curve = trial.curve();
    let mut easier = KIND.of(i32::from(belief.spread_ml)) + i32::from(wish.history.ease_ml());
    if wish.focus.is_some() {
        // What tells most is asked at the best estimate, however unsure that is.
        belief.spread_ml = Ability::SPREAD_ML_MIN;
        easier = 0;
    }
    // Easier by so many logits of success, which are fewer logits of ability where the curve is steep.
    let easier_ml = easier * 1_000 / i32::from(curve.steepness);
    belief.difficulty_for(SUCCESS, curve.steepness, curve.guess) - easier_ml as i16
}

/// What the choices, or their absence, add to the difficulty.
fn extra_ml(wish: &Wish<'_>, trial: &Trial) -> i16 {
    if matches!(trial.exercise, Exercise::Mirror | Exercise::ReplyWithCare | Exercise::Converse) {
        return 0;
    }
    let recalled = if trial.exercise == Exercise::SayIt { SAY_IT_ML } else { 0 };
    let pair = wish.progress.mixed_up().filter(|pair| pair.has(trial.target));
    let close = trial.target.often_taken_for();
    let add = |choice: &Emotion| {
        if let Some(pair) = pair.filter(|pair| pair.partner(trial.target) == *choice) {
            MIXED_UP_ML + pair.strength.of(MIXED_UP_MORE_ML) as i16
        } else if close.contains(choice) {
            CLOSE_ML
        } else {
            0
        }
    };
    recalled + trial.choices().iter().filter(|choice| **choice != trial.target).map(add).sum::<i16>()
}

fn intensity_for(target: Emotion, wanted_ml: i16) -> Permille {
    if target == Emotion::Calm {
        return Permille::FULL;
    }
    let strength = (2_500 - i32::from(wanted_ml)) / 4;
    Permille::new(strength.clamp(i32::from(INTENSITY_MIN.get()), 1_000) as u16)
}

fn probe_intensity(random: &mut Random) -> Permille {
    let [faint, middle, strong] = PROBE_INTENSITIES;
    match random.below(3) {
        0 => faint,
        1 => middle,
        _ => strong,
    }
}

/// Anybody but the one who was drawn last.
fn next_actor(wish: &Wish<'_>, random: &mut Random) -> Actor {
    let actors: &[Actor] = if wish.purpose == Purpose::Probe { &Actor::HELD_OUT } else { &Actor::TRAINED };
    let chosen = random.below(actors.len() as u32) as usize;
    let drawn = |past: &&crate::history::Past| past.stimulus == Stimulus::Face;
    let last = wish.history.newest_first().find(drawn).map(|past| past.key);
    let mut two = actors.iter().copied().cycle().skip(chosen).take(2);
    two.find(|actor| last != Some(actor.index() as u16)).unwrap_or_default()
}

/// Photographs, where the pack has any, come in one trial of three that reads faces.
fn next_stimulus(wish: &Wish<'_>, random: &mut Random) -> Stimulus {
    let held_out = wish.purpose == Purpose::Probe;
    match wish.exercise {
        Exercise::Mirror => Stimulus::Face,
        Exercise::ReadTheFace => {
            let photos = || wish.pack.photos().any(|photo| photo.tag.held_out == held_out);
            if random.below(3) == 0 && wish.focus.is_none() && photos() {
                Stimulus::Photo
            } else {
                Stimulus::Face
            }
        }
        Exercise::ReadTheWords | Exercise::SayIt => Stimulus::Text,
        Exercise::Together => Stimulus::FaceAndText,
        Exercise::ReadTheSituation => Stimulus::Situation,
        Exercise::ReplyWithCare => Stimulus::Care,
        Exercise::Converse => Stimulus::Talk,
    }
}
