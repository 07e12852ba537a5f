//! Which trial comes next: a pure function of progress, recent targets and chance.

use crate::ability::Progress;
use crate::content::{Content, TextItem};
use crate::random::Random;
use crate::{Emotion, Exercise, Permille};
use serde::{Deserialize, Serialize};

/// The logit of success without guessing at which three choices are met 75 % of the time:
/// 0.75 = 1/3 + 2/3 s gives s = 0.625. Near that rate people learn fastest and stay willing (Wilson et al.,
/// "The Eighty Five Percent Rule", 2019, for two choices).
pub const HEADROOM_ML: i16 = 510;

/// Faces are never drawn fainter: below this the drawing's lines no longer move by a pixel.
pub const INTENSITY_MIN: Permille = Permille::new(250);

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// What is practised.
    pub exercise: Exercise,
    /// The feeling to find or to make.
    pub target: Emotion,
    /// Index of the text item, or of the target feeling for drawn faces.
    pub item: u16,
    /// How strong the face is drawn.
    pub intensity: Permille,
    /// What the answer buttons offer; the target is one of them.
    pub options: [Emotion; 3],
    /// Difficulty on the ability scale, in thousandths of a logit.
    pub difficulty_ml: i16,
}

/// The last targets of this session, newest first.
pub type Recent = [Option<Emotion>; 2];

/// Chooses the next trial of `exercise`.
///
/// The feeling known least about, or read least well, comes first; the last two come last. A drawn face gets
/// the intensity, a text the difficulty, that is met about three times in four.
pub fn next_trial(
    exercise: Exercise,
    progress: &Progress,
    recent: Recent,
    content: &Content<'_>,
    random: &mut Random,
) -> Trial {
    let target = next_target(exercise, progress, recent, content, random);
    let wanted_ml = progress.get(exercise, target).mean_ml - HEADROOM_ML;
    let (item, intensity, difficulty_ml) = match exercise {
        Exercise::ReadTheFace => {
            let intensity = intensity_for(target, wanted_ml);
            (target.index() as u16, intensity, face_difficulty_ml(target, intensity))
        }
        Exercise::ReadTheWords => match nearest_text(content, target, wanted_ml, random) {
            Some((index, item)) => (index, Permille::FULL, item.difficulty_ml),
            None => (0, Permille::FULL, 0),
        },
        Exercise::Mirror => (target.index() as u16, Permille::FULL, 0),
    };
    let hard = progress.get(exercise, target).mean_ml > 0;
    Trial { exercise, target, item, intensity, options: options(target, hard, random), difficulty_ml }
}

/// How hard a drawn face is: fainter is harder. Calm has no strength, only likeness to faint sadness.
pub const fn face_difficulty_ml(target: Emotion, intensity: Permille) -> i16 {
    match target {
        Emotion::Calm => -500,
        _ => 2_500 - 4 * intensity.get() as i16,
    }
}

fn intensity_for(target: Emotion, wanted_ml: i16) -> Permille {
    if target == Emotion::Calm {
        return Permille::FULL;
    }
    let strength = (2_500 - i32::from(wanted_ml)) / 4;
    Permille::new(strength.clamp(i32::from(INTENSITY_MIN.get()), 1_000) as u16)
}

fn next_target(
    exercise: Exercise,
    progress: &Progress,
    recent: Recent,
    content: &Content<'_>,
    random: &mut Random,
) -> Emotion {
    // Calm cannot be mirrored in any telling way, and a feeling without a text cannot be read in words.
    let possible = |emotion: Emotion| match exercise {
        Exercise::ReadTheFace => true,
        Exercise::ReadTheWords => content.texts.iter().any(|item| item.feeling == emotion),
        Exercise::Mirror => emotion != Emotion::Calm,
    };
    let mut best = (i32::MIN, Emotion::Happy);
    for emotion in Emotion::ALL {
        let ability = progress.get(exercise, emotion);
        let mut need = i32::from(ability.spread_ml) - i32::from(ability.mean_ml) / 2;
        need += random.below(400) as i32;
        match recent {
            [Some(last), _] if last == emotion => need -= 20_000,
            [_, Some(last)] if last == emotion => need -= 3_000,
            _ => {}
        }
        if possible(emotion) && need > best.0 {
            best = (need, emotion);
        }
    }
    best.1
}

fn nearest_text<'a>(
    content: &'a Content<'_>,
    target: Emotion,
    wanted_ml: i16,
    random: &mut Random,
) -> Option<(u16, &'a TextItem<'a>)> {
    let mut best: Option<(u32, u16, &TextItem<'_>)> = None;
    for (index, item) in content.texts.iter().enumerate() {
        // The jitter lets items of like difficulty take turns.
        let distance =
            (i32::from(item.difficulty_ml) - i32::from(wanted_ml)).unsigned_abs() + random.below(900);
        if item.feeling == target && best.is_none_or(|(least, ..)| distance < least) {
            best = Some((distance, index as u16, item));
        }
    }
    best.map(|(_, index, item)| (index, item))
}

/// The target among two others, in random order. Once the learner reads a feeling well, the one that it is most
/// often taken for is among them.
fn options(target: Emotion, hard: bool, random: &mut Random) -> [Emotion; 3] {
    let mut others = Emotion::ALL;
    random.shuffle(&mut others);
    let mut others = others.into_iter().filter(|emotion| *emotion != target);
    let close = target.often_taken_for()[0];
    let first = if hard { close } else { others.next().unwrap_or(close) };
    let second = others.find(|emotion| *emotion != first).unwrap_or(close);
    let mut options = [target, first, second];
    random.shuffle(&mut options);
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ability, content};

    fn trials(exercise: Exercise, progress: &Progress, seed: u64) -> heapless::Vec<Trial, 64> {
        let mut random = Random::new(seed);
        let mut recent = [None; 2];
        core::iter::repeat_with(|| {
            let trial = next_trial(exercise, progress, recent, &content::STARTER, &mut random);
            recent = [Some(trial.target), recent[0]];
            trial
        })
        .take(64)
        .collect()
    }

    #[test]
    fn options_hold_the_target_and_no_double() {
        for seed in 0..200 {
            for exercise in Exercise::ALL {
                for trial in trials(exercise, &Progress::default(), seed) {
                    let [a, b, c] = trial.options;
                    assert!(a != b && b != c && a != c, "{trial:?}");
                    assert!(trial.options.contains(&trial.target), "{trial:?}");
                }
            }
        }
    }

    #[test]
    fn no_target_comes_twice_in_a_row_and_all_come() {
        for exercise in Exercise::ALL {
            let trials = trials(exercise, &Progress::default(), 5);
            assert!(trials.windows(2).all(|pair| pair[0].target != pair[1].target));
            for emotion in Emotion::ALL {
                let expected = exercise != Exercise::Mirror || emotion != Emotion::Calm;
                assert_eq!(trials.iter().any(|t| t.target == emotion), expected, "{exercise:?} {emotion:?}");
            }
        }
    }

    #[test]
    fn weak_feelings_come_more_often() {
        let mut progress = Progress::default();
        for emotion in Emotion::ALL {
            progress.set(Exercise::ReadTheFace, emotion, Ability { mean_ml: 1_500, spread_ml: 300 });
        }
        progress.set(Exercise::ReadTheFace, Emotion::Scared, Ability { mean_ml: -500, spread_ml: 400 });
        let trials = trials(Exercise::ReadTheFace, &progress, 1);
        let count = |emotion| trials.iter().filter(|t| t.target == emotion).count();
        assert!(count(Emotion::Scared) > 2 * count(Emotion::Happy));
    }

    #[test]
    fn stronger_learners_meet_fainter_faces_and_their_confusions() {
        let mut progress = Progress::default();
        let mut last = Permille::FULL;
        for mean_ml in [-4_000, -1_000, 0, 1_000, 4_000] {
            for emotion in Emotion::ALL {
                progress.set(Exercise::ReadTheFace, emotion, Ability { mean_ml, spread_ml: 300 });
            }
            let drawn = trials(Exercise::ReadTheFace, &progress, 2);
            let sad = drawn.iter().find(|t| t.target == Emotion::Sad).expect("sad comes in 64 trials");
            assert!(sad.intensity <= last && sad.intensity >= INTENSITY_MIN);
            assert!(mean_ml <= 0 || sad.options.contains(&Emotion::Calm));
            last = sad.intensity;
        }
        assert_eq!(last, INTENSITY_MIN);
    }
}
