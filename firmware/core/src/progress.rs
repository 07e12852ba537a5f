//! Everything that is known of a learner: an ability for each feeling in each exercise, and which feelings
//! are mixed up. Integers only.

use crate::ability::Ability;
use crate::choose::Trial;
use crate::{Emotion, Entry, Exercise, Outcome, Permille, Purpose};
use serde::{Deserialize, Serialize};

/// How far two abilities of a new learner go together, in thousandths: other feelings in the same exercise,
/// the same feeling in another exercise, and any other two. Assumptions, to be replaced once learners have
/// been measured.
const TOGETHER: [i64; 3] = [500, 350, 200];
/// Variance that practice adds before each answer: whoever practises changes. Millionths of a squared logit.
const PRACTICE_VARIANCE: i64 = 1600;
/// What a trial teaches, as long as nothing is known of the learner, and at most: thousandths of a logit.
const GAIN_ML: i16 = 40;
const GAIN_ML_MAX: i16 = 120;
/// The part of each surprise by which the gain is corrected: one in so many.
const GAIN_MEMORY: i32 = 12;
/// Variance that each day without practice adds, in the same unit: from 0.25 to 0.35 logits in two weeks.
const DAY_VARIANCE: i64 = 4_000;
/// What a right answer after a hint counts.
const HELPED_WEIGHT: Permille = Permille::new(250);
/// What an answer counts while the learner guesses.
const GUESSING_WEIGHT: Permille = Permille::new(150);

/// What one mix-up adds to its count, and the share of the count that is forgotten with each answer to the
/// feeling: a feeling that is always taken for one other approaches 240.
const MIX_UP: u8 = 32;
const MIX_UP_FORGOTTEN: u8 = 8;
/// From here on two feelings count as mixed up: three mix-ups within a few answers.
const MIX_UPS_MIN: u16 = 80;

/// Abilities for every feeling in every exercise, and how often one feeling was taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    abilities: [[Ability; Emotion::COUNT]; Exercise::COUNT],
    mix_ups: [[u8; Emotion::COUNT]; Emotion::COUNT],
    /// What a trial teaches this learner, in 1024ths of a thousandth of a logit.
    gain: i32,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            abilities: [[Ability::UNKNOWN; Emotion::COUNT]; Exercise::COUNT],
            mix_ups: [[0; Emotion::COUNT]; Emotion::COUNT],
            gain: i32::from(GAIN_ML) << 10,
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
        *emotion.pick(exercise.pick(&self.abilities))
    }

    /// Replaces the belief about one feeling in one exercise, and no other.
    pub fn set(&mut self, exercise: Exercise, emotion: Emotion, ability: Ability) {
        *emotion.pick_mut(exercise.pick_mut(&mut self.abilities)) = ability;
    }

    /// Takes over what a journal entry says; entries come oldest first.
    pub fn absorb(&mut self, entry: &Entry) {
        if entry.purpose == Purpose::Probe {
            return;
        }
        let ability = Ability { mean_ml: entry.ability_ml, spread_ml: entry.spread_ml };
        let gain_ml = if entry.outcome == Outcome::Skipped { 0 } else { self.gain_ml() };
        self.share(entry.exercise, entry.target, gain_ml, ability);
        self.count(entry.exercise, entry.target, entry.answer);
    }

    /// Learns from one trial and returns the belief about its feeling after it.
    ///
    /// A skipped trial and a probe change nothing. A right answer after a hint (`helped`) says little, and so
    /// does any answer while the learner guesses ([`History::guessing`](crate::history::History::guessing)).
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
        let gain_ml = self.gain_ml();
        let practised = before.moved(gain_ml).loosened(PRACTICE_VARIANCE);
        let after = practised.after(&trial.curve(), same, weight);
        self.share(trial.exercise, trial.target, gain_ml, after);
        if !guessing {
            self.count(trial.exercise, trial.target, answer);
        }
        after
    }

    /// What one trial teaches this learner, as far as the answers tell, in thousandths of a logit.
    pub fn gain_ml(&self) -> i16 {
        (self.gain >> 10) as i16
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
        let count = |target: Emotion, answer: Emotion| u16::from(*answer.pick(target.pick(&self.mix_ups)));
        count(one, other) + count(other, one)
    }

    /// Sets one belief, and lets the others follow what was surprising in it, each the more the less is known
    /// of it. What was gained by practice (`gain_ml`) was gained for this feeling alone. Who keeps doing
    /// better than expected learns faster than expected.
    ///
    /// With the covariance of two beliefs taken as r s²t²/p² (r how far they go together, s and t their
    /// spreads, p the spread before any answer) this is the conditional normal distribution, and it needs no
    /// table of covariances: another belief follows by r t²/p² of the change.
    fn share(&mut self, exercise: Exercise, emotion: Emotion, gain_ml: i16, after: Ability) {
        let before = self.get(exercise, emotion);
        let surprise = i64::from(after.mean_ml) - i64::from(before.mean_ml) - i64::from(gain_ml);
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
                let mean_ml = i64::from(cell.mean_ml) + surprise * follow / 1_000_000;
                let shrunk = narrowed.saturating_mul(follow * follow / 1_000_000) / 1_000_000;
                let variance = cell.variance() - shrunk;
                *cell = Ability::of(mean_ml, variance);
            }
        }
        self.set(exercise, emotion, after);
        let most = i32::from(GAIN_ML_MAX) << 10;
        let corrected = self.gain.saturating_add((surprise as i32 * 1_024) / GAIN_MEMORY);
        self.gain = corrected.clamp(0, most);
    }

    /// Counts a mix-up in the exercises in which feelings are named.
    fn count(&mut self, exercise: Exercise, target: Emotion, answer: Option<Emotion>) {
        let Some(answer) = answer else { return };
        if matches!(exercise, Exercise::Mirror | Exercise::ReplyWithCare | Exercise::Converse) {
            return;
        }
        for (emotion, count) in Emotion::ALL.into_iter().zip(target.pick_mut(&mut self.mix_ups)) {
            *count -= count.div_ceil(MIX_UP_FORGOTTEN);
            if emotion == answer && answer != target {
                *count = count.saturating_add(MIX_UP);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Actor;
    use crate::choose::Stimulus;
    use crate::entry::{Channel, Judge};
    use crate::moves::Moves;

    fn trial(exercise: Exercise, target: Emotion) -> Trial {
        Trial {
            exercise,
            purpose: Purpose::Training,
            stimulus: Stimulus::Face,
            target,
            item: 0,
            key: 1,
            actor: Actor::Mia,
            intensity: Permille::new(600),
            options: [target, Emotion::Happy, Emotion::Scared],
            open: false,
            difficulty_ml: 100,
        }
    }

    const SAD: Emotion = Emotion::Sad;
    const FACE: Exercise = Exercise::ReadTheFace;

    #[test]
    fn skips_and_probes_change_nothing() {
        let mut progress = Progress::default();
        let before = progress.clone();
        progress.learn(&trial(FACE, SAD), None, Outcome::Skipped, false, false);
        let probe = Trial { purpose: Purpose::Probe, ..trial(FACE, SAD) };
        progress.learn(&probe, Some(Emotion::Calm), Outcome::Different, false, false);
        assert_eq!(progress, before);
    }

    #[test]
    fn hints_and_guesses_say_less() {
        let mean = |helped, guessing| {
            let mut progress = Progress::default();
            progress.learn(&trial(FACE, SAD), Some(SAD), Outcome::Same, helped, guessing).mean_ml
        };
        assert!(mean(true, false) < mean(false, false) && mean(false, true) < mean(true, false));
        assert!(mean(false, true) > 0);
    }

    #[test]
    fn an_answer_informs_what_is_unknown_and_mostly_what_is_near() {
        let mut progress = Progress::default();
        for _ in 0..6 {
            progress.learn(&trial(FACE, SAD), Some(SAD), Outcome::Same, false, false);
        }
        let mean = |exercise, emotion| progress.get(exercise, emotion).mean_ml;
        let near = mean(FACE, Emotion::Angry);
        let far = mean(Exercise::ReadTheWords, Emotion::Angry);
        assert!(mean(FACE, SAD) > near && near > far && far > 0, "{near} {far}");
        let spread = progress.get(FACE, Emotion::Angry).spread_ml;
        assert!(spread < 1_000 && spread > progress.get(FACE, SAD).spread_ml);
    }

    #[test]
    fn the_journal_gives_back_what_was_learned() {
        let mut learned = Progress::default();
        let mut absorbed = Progress::default();
        for number in 0..60u16 {
            let target = Emotion::ALL[usize::from(number % 7)];
            let answer = if number % 4 == 0 { Emotion::Calm } else { target };
            let outcome = if answer == target { Outcome::Same } else { Outcome::Different };
            let exercise = if number % 3 == 0 { Exercise::ReadTheWords } else { FACE };
            let ability = learned.learn(&trial(exercise, target), Some(answer), outcome, false, false);
            absorbed.absorb(&Entry {
                trial: number,
                exercise,
                item: 0,
                target,
                answer: Some(answer),
                outcome,
                channel: Channel::Button,
                intensity: Permille::FULL,
                latency_ms: 1_000,
                helped: false,
                ability_ml: ability.mean_ml,
                spread_ml: ability.spread_ml,
                purpose: Purpose::Training,
                judge: Judge::Device,
                moves: Moves::NONE,
            });
        }
        assert_eq!(learned, absorbed);
    }

    #[test]
    fn mix_ups_count_in_both_directions_and_fade() {
        let mut progress = Progress::default();
        let calm = Trial { stimulus: Stimulus::Face, ..trial(FACE, Emotion::Calm) };
        for _ in 0..2 {
            progress.learn(&trial(FACE, SAD), Some(Emotion::Calm), Outcome::Different, false, false);
            progress.learn(&calm, Some(SAD), Outcome::Different, false, false);
        }
        let pair = progress.mixed_up().expect("the pair should be found");
        assert_eq!((pair.one, pair.other), (SAD, Emotion::Calm));
        assert_eq!(pair.partner(SAD), Emotion::Calm);
        for _ in 0..20 {
            progress.learn(&trial(FACE, SAD), Some(SAD), Outcome::Same, false, false);
            progress.learn(&calm, Some(Emotion::Calm), Outcome::Same, false, false);
        }
        assert_eq!(progress.mixed_up(), None);
    }

    #[test]
    fn whatever_a_damaged_file_says_of_a_learner_can_be_learned_from() {
        for mean_ml in [i16::MIN, 0, i16::MAX] {
            for spread_ml in [i16::MIN, 0, i16::MAX] {
                for gain in [i32::MIN, i32::MAX] {
                    let stored = Progress {
                        abilities: [[Ability { mean_ml, spread_ml }; Emotion::COUNT]; Exercise::COUNT],
                        mix_ups: [[u8::MAX; Emotion::COUNT]; Emotion::COUNT],
                        gain,
                    };
                    for (answer, outcome) in [(SAD, Outcome::Same), (Emotion::Calm, Outcome::Different)] {
                        let mut progress = stored.clone();
                        progress.learn(&trial(FACE, SAD), Some(answer), outcome, false, false);
                        progress.rest(u32::MAX);
                        assert!((0..=GAIN_ML_MAX).contains(&progress.gain_ml()), "{progress:?}");
                        for ability in progress.abilities.iter().flatten() {
                            assert!(ability.mean_ml.unsigned_abs() <= Ability::MEAN_ML_MAX as u16);
                            assert_eq!(ability.spread_ml, Ability::UNKNOWN.spread_ml);
                        }
                        assert_eq!(progress.mixed_up().map(|pair| pair.strength), Some(Permille::FULL));
                    }
                }
            }
        }
    }

    #[test]
    fn days_without_practice_make_unsure_but_not_worse() {
        let mut progress = Progress::default();
        for _ in 0..20 {
            progress.learn(&trial(FACE, SAD), Some(SAD), Outcome::Same, false, false);
        }
        let before = progress.get(FACE, SAD);
        progress.rest(14);
        let after = progress.get(FACE, SAD);
        assert!(after.mean_ml == before.mean_ml && after.spread_ml > before.spread_ml);
        progress.rest(u32::MAX);
        assert_eq!(progress.get(FACE, SAD).spread_ml, Ability::UNKNOWN.spread_ml);
    }
}
