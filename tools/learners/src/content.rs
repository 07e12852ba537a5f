//! What the built-in pack says of its items.

use petri_core::{Exercise, Pack, choose::Trial};

/// What the pack says of the difficulty of a trial's item, in logits; nothing for drawn faces.
pub fn nominal_difficulty(pack: &Pack<'_>, trial: &Trial) -> Option<f64> {
    let tag = match trial.exercise {
        Exercise::ReadTheWords | Exercise::SayIt => pack.text(trial.item)?.tag,
        Exercise::ReadTheSituation => pack.situation(trial.item)?.tag,
        _ => return None,
    };
    Some(f64::from(tag.difficulty_ml()) / 1_000.0)
}
