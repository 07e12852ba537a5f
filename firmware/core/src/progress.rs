//! Everything that is known of a learner: an ability for each feeling in each exercise, and which feelings are mixed
//! up. Integers only.

use crate::ability::Ability;
use crate::choose::Trial;
use crate::{Emotion, Entry, Exercise, Outcome, Permille, Purpose};
use serde::{Deserialize, Serialize};

/// How far two abilities of a new learner go together, in thousandths: other feelings in the same exercise, the same
/// feeling in another exercise, and any other two. Assumptions, to be replaced once learners have been measured.
const TOGETHER: [i64; 3] = [500, 350, 200];
/// Variance that practice adds before each answer: whoever practises changes. Millionths of a squared logit.
const PRACTICE_VARIANCE: i64 = 1_600;
/// Variance that each day without practice adds, in the same unit: from 0.25 to 0.35 logits in two weeks.
const DAY_VARIANCE: i64 = 4_000;
/// What a right answer after a hint counts.
const HELPED_WEIGHT: Permille = Permille::new(250);
/// What an answer counts while the learner guesses.
const GUESSING_WEIGHT: Permille = Permille::new(150);

/// What one mix-up adds to its count, and the share of the count that is forgotten with each answer to the feeling:
/// a feeling that is always taken for one other approaches 240.
const MIX_UP: u8 = 32;
const MIX_UP_FORGOTTEN: u8 = 8;
/// From here on two feelings count as mixed up: three mix-ups within a few answers.
const MIX_UPS_MIN: u16 = 80;

/// Abilities for every feeling in every exercise, and how often one feeling was taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    abilities: [[Ability; Emotion::COUNT]; Exercise::COUNT],
    mix_ups: [[u8; Emotion::COUNT]; Emotion::COUNT],
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            abilities: [[Ability::UNKNOWN; Emotion::COUNT]; Exercise::COUNT],
            mix_ups: [[0; Emotion::COUNT]; Emotion::COUNT],
        }
    }
}

/// Two feelings that the learner mixes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// One, the earlier in [`Emotion::ALL`].
    pub one: Emotion,
    /// The other.
    pub other: Emotion,
    /// How much, from 0 for just so to 1000 for always.
    pub strength: Permille,
}

impl Pair {
    /// Whether `emotion` is one of the two.
    pub fn has(&self, emotion: Emotion) -> bool {
        self.one == emotion || self.other == emotion
    }

    /// The feeling that `emotion` is mixed up with.
    pub fn partner(&self, emotion: Emotion) -> Emotion {
        if self.one == emotion { self.other } else { self.one }
    }
}

impl Progress {
    /// The belief about one feeling in one exercise.
    pub fn get(&self, exercise: Exercise, emotion: Emotion) -> Ability {
        self.abilities[exercise.index()][emotion.index()]
    }

    /// Replaces the belief about one feeling in one exercise, and no other.
    pub fn set(&mut self, exercise: Exercise, emotion: Emotion, ability: Ability) {
        self.abilities[exercise.index()][emotion.index()] = ability;
    }

    /// Takes over what a journal entry says; entries come oldest first.
    pub fn absorb(&mut self, entry: &Entry) {
        if entry.purpose == Purpose::Probe {
            return;
        }
        let ability = Ability { mean_ml: entry.ability_ml, spread_ml: entry.spread_ml };
        self.share(entry.exercise, entry.target, ability);
        self.count(entry.exercise, entry.target, entry.answer);
    }

    /// Learns from one trial and returns the belief about its feeling after it.
    ///
    /// A skipped trial and a probe change nothing. A right answer after a hint (`helped`) says little, and so does
    /// any answer while the learner guesses ([`History::guessing`](crate::history::History::guessing)).
    pub fn learn(
        &mut self,
        trial: &Trial,
        answer: Option<Emotion>,
        outcome: Outcome,
        helped: bool,
        guessing: bool,
    ) -> Ability {
        let before = self.get(trial.exercise, trial.target);
        if trial.purpose == Purpose::Probe || outcome == Outcome::Skipped {
            return before;
        }
        let same = outcome == Outcome::Same;
        let weight = if guessing {
            GUESSING_WEIGHT
        } else if helped && same {
            HELPED_WEIGHT
        } else {
            Permille::FULL
        };
        let after = before.loosened(PRACTICE_VARIANCE).after(&trial.curve(), same, weight);
        self.share(trial.exercise, trial.target, after);
        if !guessing {
            self.count(trial.exercise, trial.target, answer);
        }
        after
    }

    /// Days have passed without practice: what was known is known a little less.
    pub fn rest(&mut self, days: u32) {
        let variance = DAY_VARIANCE * i64::from(days.min(10_000));
        for ability in self.abilities.iter_mut().flatten() {
            *ability = ability.loosened(variance);
        }
    }

    /// The two feelings that are mixed up most, if any are. Both directions count.
    pub fn mixed_up(&self) -> Option<Pair> {
        let mut most: Option<(u16, Pair)> = None;
        for (i, one) in Emotion::ALL.into_iter().enumerate() {
            for other in Emotion::ALL.into_iter().skip(i + 1) {
                let count = self.mix_ups(one, other);
                if count >= MIX_UPS_MIN && most.is_none_or(|(high, _)| count > high) {
                    let strength = Permille::new((count - MIX_UPS_MIN) * 5);
                    most = Some((count, Pair { one, other, strength }));
                }
            }
        }
        most.map(|(_, pair)| pair)
    }

    fn mix_ups(&self, one: Emotion, other: Emotion) -> u16 {
        let count =
            |target: Emotion, answer: Emotion| u16::from(self.mix_ups[target.index()][answer.index()]);
        count(one, other) + count(other, one)
    }

    /// Sets one belief and lets the others follow, each the more the less is known of it.
    ///
    /// With the covariance of two beliefs taken as r s²t²/p² (r how far they go together, s and t their spreads, p
    /// the spread before any answer) this is the conditional normal distribution, and it needs no table of
    /// covariances: another belief follows by r t²/p² of the change.
    fn share(&mut self, exercise: Exercise, emotion: Emotion, after: Ability) {
        let before = self.get(exercise, emotion);
        let change = i64::from(after.mean_ml) - i64::from(before.mean_ml);
        let narrowed = (before.variance() - after.variance()).max(0);
        let whole = Ability::UNKNOWN.variance();
        for (e, row) in Exercise::ALL.into_iter().zip(&mut self.abilities) {
            for (f, cell) in Emotion::ALL.into_iter().zip(row) {
                let together = match (e == exercise, f == emotion) {
                    (true, true) => continue,
                    (true, false) => TOGETHER[0],
                    (false, true) => TOGETHER[1],
                    (false, false) => TOGETHER[2],
                };
                // In millionths.
                let follow = together * 1_000 * cell.variance() / whole;
                let mean_ml = i64::from(cell.mean_ml) + change * follow / 1_000_000;
                let variance = cell.variance() - narrowed * (follow * follow / 1_000_000) / 1_000_000;
                *cell = Ability::of(mean_ml, variance);
            }
        }
        self.set(exercise, emotion, after);
    }

    /// Counts a mix-up in the exercises in which feelings are named.
    fn count(&mut self, exercise: Exercise, target: Emotion, answer: Option<Emotion>) {
        let Some(answer) = answer else { return };
        if matches!(exercise, Exercise::Mirror | Exercise::ReplyWithCare | Exercise::Converse) {
            return;
        }
        for (emotion, count) in Emotion::ALL.into_iter().zip(&mut self.mix_ups[target.index()]) {
            *count -= count.div_ceil(MIX_UP_FORGOTTEN);
            if emotion == answer && answer != target {
                *count = count.saturating_add(MIX_UP);
            }
        }
    }
}
