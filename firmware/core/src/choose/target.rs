//! Which feeling comes next, and between which choices.

use super::{FAR_EASE_ML, MASTERED_ML, Wish};
use crate::ability::Ability;
use crate::progress::Pair;
use crate::random::Random;
use crate::{Emotion, Exercise, Outcome, Purpose};

/// From these abilities on one and two of the choices are feelings that the target is often taken for.
const CLOSE_FROM_ML: [i16; 2] = [0, 1_000];
/// At most this many of the last ten trials practise a mixed-up pair.
const CONTRASTS_MAX: usize = 5;

/// What to ask for.
pub(super) struct Plan {
    /// The feeling.
    pub(super) target: Emotion,
    /// What it must be told from, because the two are mixed up.
    pub(super) contrast: Option<Emotion>,
}

/// How much a feeling needs practice, in thousandths of a logit: what is missing, and what is not known.
pub(super) fn need_ml(ability: Ability) -> i32 {
    let missing = i32::from(MASTERED_ML) + 300 - i32::from(ability.mean_ml);
    missing + i32::from(ability.spread_ml)
}

pub(super) fn plan(wish: &Wish<'_>, random: &mut Random) -> Plan {
    let plain = |target| Plan { target, contrast: None };
    if wish.purpose == Purpose::Probe {
        return plain(least_met(wish, random));
    }
    if let Some(focus) = wish.focus {
        return plain(focused(wish, focus, random));
    }
    if let Some(pair) = wish.progress.mixed_up().filter(|pair| contrasts_now(wish, *pair)) {
        let last = wish.history.newest_first().map(|past| past.target).find(|target| pair.has(*target));
        let target = pair.partner(last.unwrap_or(pair.one));
        return Plan { target, contrast: Some(pair.partner(target)) };
    }
    plain(most_needed(wish, random))
}

/// Every other trial at most, never while easy trials are needed, and only where choices are offered.
fn contrasts_now(wish: &Wish<'_>, pair: Pair) -> bool {
    let named =
        matches!(wish.exercise, Exercise::ReadTheFace | Exercise::ReadTheWords | Exercise::ReadTheSituation);
    let mut lately = wish.history.newest_first().take(10).map(|past| pair.has(past.target));
    let rested = !lately.next().unwrap_or(false);
    named
        && rested
        && lately.filter(|of_pair| *of_pair).count() < CONTRASTS_MAX
        && wish.history.ease_ml() < FAR_EASE_ML
}

/// Three trials in four, at most four in a row: who always answers the same must not be right.
fn focused(wish: &Wish<'_>, focus: Emotion, random: &mut Random) -> Emotion {
    let run = wish.history.newest_first().take_while(|past| past.target == focus).count();
    if run == 0 || (run < 4 && random.below(4) > 0) {
        return focus;
    }
    let mut others = Emotion::ALL;
    random.shuffle(&mut others);
    others.into_iter().find(|other| *other != focus && possible(wish, *other)).unwrap_or(focus)
}

/// Calm cannot be mirrored in any telling way.
fn possible(wish: &Wish<'_>, emotion: Emotion) -> bool {
    wish.exercise != Exercise::Mirror || emotion != Emotion::Calm
}

fn least_met(wish: &Wish<'_>, random: &mut Random) -> Emotion {
    let mut all = Emotion::ALL;
    random.shuffle(&mut all);
    let met = |emotion: &Emotion| wish.history.newest_first().filter(|past| past.target == *emotion).count();
    all.into_iter().filter(|emotion| possible(wish, *emotion)).min_by_key(met).unwrap_or(Emotion::Happy)
}

fn most_needed(wish: &Wish<'_>, random: &mut Random) -> Emotion {
    let mut best = (i32::MIN, Emotion::Happy);
    for emotion in Emotion::ALL.into_iter().filter(|emotion| possible(wish, *emotion)) {
        let mut need = need_ml(wish.progress.get(wish.exercise, emotion)) + random.below(200) as i32;
        if wish.due.has(wish.exercise, emotion) {
            need += 5_000;
        }
        for (past, rest) in wish.history.newest_first().zip([20_000, 10_000, 0]) {
            need -= if past.target == emotion { rest } else { 0 };
        }
        let lately = || wish.history.newest_first().take(8).filter(|past| past.target == emotion);
        // Twice in vain is enough for now.
        if lately().count() >= 2 && lately().all(|past| past.outcome != Outcome::Same) {
            need -= 6_000;
        }
        if need > best.0 {
            best = (need, emotion);
        }
    }
    best.1
}

/// The target among two others, in random order. The better the learner reads a feeling, the closer they are.
pub(super) fn options(wish: &Wish<'_>, plan: &Plan, random: &mut Random) -> [Emotion; 3] {
    let target = plan.target;
    let ability_ml = wish.progress.get(wish.exercise, target).mean_ml;
    let training = wish.purpose == Purpose::Training;
    let far_apart = training && wish.history.ease_ml() >= FAR_EASE_ML;
    let mut close = 0;
    if training && !far_apart {
        close = CLOSE_FROM_ML.iter().filter(|from_ml| ability_ml >= **from_ml).count();
    }
    let mixed_up = wish.progress.mixed_up().filter(|pair| pair.has(target)).map(|pair| pair.partner(target));
    let mut others = Emotion::ALL;
    random.shuffle(&mut others);
    // Lower comes first; the shuffle decides among equals.
    let rank = |other: &Emotion| {
        let place = target.often_taken_for().iter().position(|taken| taken == other);
        let far = place.is_none() && !other.often_taken_for().contains(&target);
        if plan.contrast == Some(*other) {
            return 0;
        }
        match place {
            Some(place) if place < close => 1,
            _ if mixed_up == Some(*other) && (far_apart || plan.contrast.is_none()) => 5,
            _ if far_apart || plan.contrast.is_some() => 2 + u8::from(!far),
            _ => 3,
        }
    };
    others.sort_unstable_by_key(rank);
    let mut rest = others.into_iter().filter(|other| *other != target);
    let [first, second] = [rest.next().unwrap_or(target), rest.next().unwrap_or(target)];
    let mut options = [target, first, second];
    if let Some(focus) = wish.focus.filter(|focus| !options.contains(focus)) {
        options[2] = focus;
    }
    random.shuffle(&mut options);
    options
}
