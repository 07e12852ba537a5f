//! A character's hidden feelings in a conversation: how replies move them, and how they show.

use crate::moves::{Move, Moves};
use crate::pack::{Answer, Mood};
use crate::{Action, Actions, Emotion, Permille};

/// No dimension of a mood goes beyond plus and minus this.
pub const MOOD_MAX: i16 = 1_000;

/// What one move does to valence, arousal and trust.
const fn pull(one: Move) -> (i16, i16, i16) {
    match one {
        Move::Names => (60, -120, 140),
        Move::Asks => (40, -40, 120),
        Move::Offers => (120, -80, 120),
        Move::Judges => (-180, 200, -260),
        Move::TurnsToSelf => (-60, 20, -140),
        Move::Dismisses => (-100, 80, -180),
        Move::Advises => (-40, 60, -90),
    }
}

impl Mood {
    /// The mood after a reply that makes these moves. A reply without any leaves a little trust behind.
    ///
    /// A design choice, not a measured law: care settles and opens, blame stirs up and shuts, and one hurt outweighs
    /// one kindness.
    #[must_use]
    pub fn after(self, made: Moves) -> Self {
        let (mut valence, mut arousal, mut trust) = (self.valence, self.arousal, self.trust);
        for one in made.iter() {
            let (by_valence, by_arousal, by_trust) = pull(one);
            valence = valence.saturating_add(by_valence);
            arousal = arousal.saturating_add(by_arousal);
            trust = trust.saturating_add(by_trust);
        }
        if made.is_empty() {
            trust = trust.saturating_sub(20);
        }
        let held = |value: i16| value.clamp(-MOOD_MAX, MOOD_MAX);
        Self { valence: held(valence), arousal: held(arousal), trust: held(trust) }
    }

    /// How the mood shows in a face whose turn shows `feeling`: arousal sets how strongly, valence draws the mouth.
    pub fn face(self, feeling: Emotion) -> Actions {
        let strength = 550 + i32::from(self.arousal) / 4 + i32::from(self.valence.unsigned_abs()) / 5;
        let face = Actions::of(feeling, Permille::new(strength.clamp(300, 1_000) as u16));
        let (action, against) = if self.valence < 0 {
            (Action::MouthCornersDown, Action::MouthCornersUp)
        } else {
            (Action::MouthCornersUp, Action::MouthCornersDown)
        };
        if face.get(against) > Permille::ZERO {
            return face;
        }
        let drawn = self.valence.unsigned_abs() / 3;
        face.with(action, face.get(action).max(Permille::new(drawn)))
    }
}

/// The ready reply that does what a free reply does: the most moves that both make, then the fewest that only
/// one of them makes.
pub fn nearest(replies: &[Answer<'_>], made: Moves) -> Option<usize> {
    let apart = |answer: &Answer<'_>| {
        let moves = answer.said.moves;
        // A poor move in one and not in the other weighs twice: it changes the tone of what follows.
        let poor = moves.poor().without(made.poor()).len() + made.poor().without(moves.poor()).len();
        let apart = moves.without(made).len() + made.without(moves).len() + poor;
        i16::from(apart) - 2 * i16::from(moves.and(made).len())
    };
    replies.iter().enumerate().min_by_key(|(_, answer)| apart(answer)).map(|(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Both, pack::Said};

    const CARING: Moves = Moves::NONE.with(Move::Names).with(Move::Asks);

    #[test]
    fn care_opens_and_settles_and_blame_shuts() {
        let start = Mood { valence: -400, arousal: 300, trust: 0 };
        let cared = start.after(CARING);
        assert!(cared.trust > 0 && cared.arousal < 300 && cared.valence > -400);
        let blamed = start.after(Moves::NONE.with(Move::Judges));
        assert!(blamed.trust < 0 && blamed.arousal > 300);
        assert!(start.trust - blamed.trust > start.after(Moves::NONE.with(Move::Names)).trust - start.trust);
    }

    #[test]
    fn no_mood_leaves_its_bounds() {
        for one in Move::ALL {
            let mut mood = Mood { valence: 900, arousal: -900, trust: -900 };
            for _ in 0..50 {
                mood = mood.after(Moves::NONE.with(one));
                for value in [mood.valence, mood.arousal, mood.trust] {
                    assert!(value.abs() <= MOOD_MAX, "{mood:?}");
                }
            }
        }
    }

    #[test]
    fn a_mood_that_a_pack_sets_out_of_bounds_is_held() {
        let all: Moves = Move::ALL.into_iter().collect();
        for value in [i16::MIN, i16::MAX] {
            let mood = Mood { valence: value, arousal: value, trust: value };
            let bound = value.clamp(-MOOD_MAX, MOOD_MAX);
            for made in [Moves::NONE, CARING, all] {
                let after = mood.after(made);
                assert_eq!(Mood { valence: bound, arousal: bound, trust: bound }, after);
            }
            let corner = if value < 0 { Action::MouthCornersDown } else { Action::MouthCornersUp };
            assert_eq!(mood.face(Emotion::Calm).get(corner), Permille::FULL);
        }
    }

    #[test]
    fn a_calmer_character_shows_less() {
        let stirred = Mood { valence: -300, arousal: 800, trust: 0 }.face(Emotion::Angry);
        let quiet = Mood { valence: -300, arousal: -600, trust: 0 }.face(Emotion::Angry);
        assert!(stirred.get(Action::BrowDown) > quiet.get(Action::BrowDown));
        let glad = Mood { valence: 600, arousal: -200, trust: 500 }.face(Emotion::Calm);
        assert!(glad.get(Action::MouthCornersUp) > Permille::ZERO);
    }

    #[test]
    fn a_free_reply_finds_the_ready_one_that_does_the_same() {
        let answer = |moves, next| Answer { said: Said { text: Both { en: "", zh: "" }, moves }, next };
        let poor = Moves::NONE.with(Move::Dismisses);
        let replies = [answer(Moves::NONE, 1), answer(poor, 2), answer(CARING, 3)];
        assert_eq!(nearest(&replies, Moves::NONE.with(Move::Names)), Some(2));
        assert_eq!(nearest(&replies, poor.with(Move::Asks)), Some(1));
        assert_eq!(nearest(&replies, Moves::NONE), Some(0));
        assert_eq!(nearest(&[], CARING), None);
    }
}
