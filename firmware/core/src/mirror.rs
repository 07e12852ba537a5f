//! Whether muscles do what a drawn face does: the judge of the mirror, and the words for what is met and missing.
//!
//! Only muscles are compared. Nothing here knows a feeling.

use crate::explain::{Body, put};
use crate::lang::{Language, say};
use crate::{Action, Actions, Permille};
use core::slice;
use heapless::Vec;

/// Drawn actions weaker than this can hardly be seen: they are not asked for.
pub const WANTED_MIN: Permille = Permille::new(300);
/// An action is met from this share of the drawn strength on: faces differ in how far they move.
pub const MET_SHARE: Permille = Permille::new(500);
/// From this share on it has begun.
pub const BEGUN_SHARE: Permille = Permille::new(150);
/// A face matches when the actions that are met make up this share of what is drawn.
pub const MATCH_SHARE: Permille = Permille::new(500);
/// An action from this strength on is in the way when the drawn face has its opposite, or rests.
pub const IN_THE_WAY_MIN: Permille = Permille::new(500);
/// More actions of a kind are not named: a small display has no room, and nobody can do them all at once.
const NAMED_MAX: usize = 2;

/// Drawn against seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Drawn, and done.
    pub met: Vec<Action, { Action::COUNT }>,
    /// Drawn, and begun.
    pub begun: Vec<Action, { Action::COUNT }>,
    /// Drawn, and not seen.
    pub missing: Vec<Action, { Action::COUNT }>,
    /// Strong, though its opposite is drawn or nothing is.
    pub in_the_way: Vec<Action, { Action::COUNT }>,
    /// The met strength and the drawn one.
    share: (u32, u32),
}

impl Comparison {
    /// Compares the muscles `seen` with the `drawn` ones. What a camera cannot see is left out.
    pub fn of(drawn: &Actions, seen: &Actions) -> Self {
        let mut comparison = Self::default();
        let wanted = drawn.strongest(WANTED_MIN);
        for action in wanted.iter().copied().filter(|action| action.is_seen_by_camera()) {
            let strength = i32::from(drawn.get(action).get());
            let now = i32::from(seen.get(action).get());
            let kind = if now >= MET_SHARE.of(strength) {
                comparison.share.0 += strength as u32;
                &mut comparison.met
            } else if now >= BEGUN_SHARE.of(strength) {
                &mut comparison.begun
            } else {
                &mut comparison.missing
            };
            comparison.share.1 += strength as u32;
            let _ = kind.push(action);
        }
        for action in seen.strongest(IN_THE_WAY_MIN) {
            let against = action.opposite().is_some_and(|opposite| wanted.contains(&opposite));
            if wanted.is_empty() || (against && !wanted.contains(&action)) {
                let _ = comparison.in_the_way.push(action);
            }
        }
        comparison
    }

    /// Whether the drawn face is there.
    pub fn matches(&self) -> bool {
        let (met, drawn) = self.share;
        self.in_the_way.is_empty() && met >= MATCH_SHARE.of(drawn as i32) as u32
    }

    /// What is met, what wants a bit more, and what to try: muscles and nothing else.
    pub fn tell(&self, body: &mut Body, language: Language) {
        if !self.met.is_empty() {
            say!(language, *body, "Yes: ", "做到了：");
            list(&self.met, body, language);
        }
        if !self.in_the_way.is_empty() {
            say!(language, *body, "Let go: ", "放松：");
            list(&self.in_the_way, body, language);
        }
        if !self.begun.is_empty() {
            say!(language, *body, "A bit more: ", "再多一点：");
            list(&self.begun, body, language);
        } else if let Some(first) = self.missing.first() {
            say!(language, *body, "Try: ", "试试：");
            // One muscle at a time is a good way in.
            list(slice::from_ref(first), body, language);
        }
        body.truncate(body.trim_end().len());
    }
}

fn list(actions: &[Action], body: &mut Body, language: Language) {
    for (i, action) in actions.iter().take(NAMED_MAX).enumerate() {
        let gap = if i > 0 { language.pick(", ", "、") } else { "" };
        put(body, format_args!("{gap}{}", action.name(language)));
    }
    say!(language, *body, ". ", "。");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Emotion;

    fn told(drawn: &Actions, seen: &Actions) -> Body {
        let mut body = Body::new();
        Comparison::of(drawn, seen).tell(&mut body, Language::English);
        body
    }

    #[test]
    fn what_is_done_begun_and_missing_is_told_apart() {
        let drawn = Actions::of(Emotion::Surprised, Permille::FULL);
        let seen = Actions::REST
            .with(Action::MouthOpen, Permille::new(500))
            .with(Action::EyesWide, Permille::new(200));
        let comparison = Comparison::of(&drawn, &seen);
        assert_eq!(comparison.met, [Action::MouthOpen]);
        assert_eq!(comparison.begun, [Action::EyesWide]);
        assert_eq!(comparison.missing, [Action::OuterBrowUp, Action::InnerBrowUp]);
        assert!(!comparison.matches());
        assert_eq!(told(&drawn, &seen), "Yes: mouth open. A bit more: eyes wide.");
        let more = seen.with(Action::EyesWide, Permille::new(450));
        assert!(Comparison::of(&drawn, &more).matches());
    }

    #[test]
    fn a_face_at_rest_is_met_by_rest_alone() {
        let smile = Actions::REST.with(Action::MouthCornersUp, Permille::new(700));
        assert!(Comparison::of(&Actions::REST, &Actions::REST).matches());
        assert!(!Comparison::of(&Actions::REST, &smile).matches());
        assert_eq!(told(&Actions::REST, &smile), "Let go: mouth corners up.");
    }

    #[test]
    fn an_opposite_action_is_in_the_way_and_what_no_camera_sees_is_not_asked_for() {
        let drawn = Actions::of(Emotion::Angry, Permille::FULL);
        let brows = Actions::REST.with(Action::BrowDown, Permille::new(600));
        assert!(Comparison::of(&drawn, &brows).matches());
        assert!(!told(&drawn, &Actions::REST).contains("pressed"));
        let wide = brows.with(Action::EyesWide, Permille::new(900));
        assert!(!Comparison::of(&drawn, &wide).matches());
    }

    #[test]
    fn every_drawn_face_is_met_by_itself_and_by_no_face_at_rest() {
        for emotion in Emotion::ALL {
            let drawn = Actions::of(emotion, Permille::FULL);
            assert!(Comparison::of(&drawn, &drawn).matches(), "{emotion:?}");
            assert_eq!(
                Comparison::of(&drawn, &Actions::REST).matches(),
                drawn == Actions::REST,
                "{emotion:?}"
            );
        }
    }
}
