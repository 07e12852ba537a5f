//! A teacher who sees into the learner: about the best that any order can do.

use crate::course::{SESSION, fixed_trial};
use crate::dice::Dice;
use crate::learner::{Kind, Learner, Learning};
use crate::measure::ITEMS_MAX;
use petri_core::choose::MASTERED_ML;
use petri_core::{Emotion, Exercise, Pack, Permille};

/// Items until mastery when each trial asks for the feeling that is truly read worst, but for the last two,
/// at the strength at which this learner truly learns most.
pub fn items(pack: &Pack<'_>, kind: Kind, learning: Learning, seed: u64) -> usize {
    let face = Exercise::ReadTheFace;
    let level = f64::from(MASTERED_ML) / 1_000.0;
    let mut learner = Learner::new(kind, learning, seed);
    let mut dice = Dice::new(seed + 7);
    let mut last = [None; 2];
    let mut items = 0;
    while items < ITEMS_MAX && !learner.has_mastered(face, level) {
        if items % SESSION == 0 {
            learner.begin_session();
        }
        let mut worst = (f64::INFINITY, Emotion::Happy);
        for emotion in Emotion::ALL.into_iter().filter(|emotion| !last.contains(&Some(*emotion))) {
            let ability = learner.ability(face, emotion);
            worst = if ability < worst.0 { (ability, emotion) } else { worst };
        }
        last = [Some(worst.1), last[0]];
        let mut trial = fixed_trial(worst.1.index(), 1, &mut dice);
        // The difficulty is the ability, less what two choices add on average.
        let strength = (2.5 - (worst.0 - 0.2)) / 4.0 * 1_000.0;
        trial.intensity = Permille::new(strength.clamp(250.0, 1_000.0) as u16);
        learner.answer(pack, &trial);
        items += 1;
    }
    items
}
