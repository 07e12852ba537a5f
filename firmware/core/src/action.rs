//! Facial actions: what the muscles of a face do, apart from what it may mean.

use crate::table::tables;
use crate::{Emotion, Language, Permille};
use core::cmp::Reverse;
use serde::{Deserialize, Serialize};

/// One visible muscle action. Numbers are action units of the Facial Action Coding System (Ekman & Friesen 1978).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Inner ends of the brows up (AU 1).
    InnerBrowUp,
    /// Outer ends of the brows up (AU 2).
    OuterBrowUp,
    /// Brows down and together (AU 4).
    BrowDown,
    /// Upper lids up, eyes wide (AU 5).
    EyesWide,
    /// Cheeks up, eyes narrowed from below (AU 6 and 7).
    EyesNarrow,
    /// Nose wrinkled, upper lip up (AU 9 and 10).
    NoseWrinkle,
    /// Mouth corners up (AU 12).
    MouthCornersUp,
    /// Mouth corners down (AU 15).
    MouthCornersDown,
    /// Lips pulled wide (AU 20).
    LipsWide,
    /// Lips pressed together (AU 23 and 24).
    LipsPressed,
    /// Jaw dropped, mouth open (AU 26).
    MouthOpen,
}

tables!(
    Action: InnerBrowUp,
    OuterBrowUp,
    BrowDown,
    EyesWide,
    EyesNarrow,
    NoseWrinkle,
    MouthCornersUp,
    MouthCornersDown,
    LipsWide,
    LipsPressed,
    MouthOpen,
);

impl Action {
    /// What one sees, in words that name muscles and no feeling.
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Action::InnerBrowUp => language.pick("inner brows up", "眉头上扬"),
            Action::OuterBrowUp => language.pick("outer brows up", "眉尾上扬"),
            Action::BrowDown => language.pick("brows down", "眉毛下压"),
            Action::EyesWide => language.pick("eyes wide", "眼睛睁大"),
            Action::EyesNarrow => language.pick("eyes narrow", "眼睛眯起"),
            Action::NoseWrinkle => language.pick("nose wrinkled", "鼻子皱起"),
            Action::MouthCornersUp => language.pick("mouth corners up", "嘴角上扬"),
            Action::MouthCornersDown => language.pick("mouth corners down", "嘴角下垂"),
            Action::LipsWide => language.pick("lips pulled wide", "嘴唇横拉"),
            Action::LipsPressed => language.pick("lips pressed", "嘴唇紧闭"),
            Action::MouthOpen => language.pick("mouth open", "嘴巴张开"),
        }
    }
}

impl Action {
    /// Whether a camera can tell how strong it is. The mesh of a face does not follow the red of the lips.
    pub const fn is_seen_by_camera(self) -> bool {
        !matches!(self, Action::LipsPressed)
    }

    /// The action that moves the same part the other way.
    pub const fn opposite(self) -> Option<Action> {
        match self {
            Action::InnerBrowUp | Action::OuterBrowUp => Some(Action::BrowDown),
            Action::BrowDown => Some(Action::OuterBrowUp),
            Action::EyesWide => Some(Action::EyesNarrow),
            Action::EyesNarrow => Some(Action::EyesWide),
            Action::MouthCornersUp => Some(Action::MouthCornersDown),
            Action::MouthCornersDown => Some(Action::MouthCornersUp),
            Action::NoseWrinkle | Action::LipsWide | Action::LipsPressed | Action::MouthOpen => None,
        }
    }
}

/// How strong each action is: a whole face as eleven numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Actions {
    strengths: [Permille; Action::COUNT],
}

impl Actions {
    /// A face at rest.
    pub const REST: Self = Self { strengths: [Permille::ZERO; Action::COUNT] };

    /// The strength of one action.
    pub const fn get(&self, action: Action) -> Permille {
        *action.pick(&self.strengths)
    }

    /// The same face with `action` at `strength`.
    #[must_use]
    pub const fn with(mut self, action: Action, strength: Permille) -> Self {
        *action.pick_mut(&mut self.strengths) = strength;
        self
    }

    /// The prototype of `emotion` at `intensity`: calm, and every feeling at 0, is a face at rest.
    ///
    /// Prototypes follow the emotion table of the FACS Investigator's Guide (Ekman, Friesen & Hager 2002).
    pub const fn of(emotion: Emotion, intensity: Permille) -> Self {
        let mut face = Self::REST;
        let mut prototype = prototype(emotion);
        while let [(action, full), rest @ ..] = prototype {
            face = face.with(*action, Permille::new((*full as u32 * intensity.get() as u32 / 1000) as u16));
            prototype = rest;
        }
        face
    }

    /// The actions of at least `least`, the strongest first; ties in the order of [`Action::ALL`].
    pub fn strongest(&self, least: Permille) -> heapless::Vec<Action, { Action::COUNT }> {
        let mut seen: heapless::Vec<Action, { Action::COUNT }> =
            Action::ALL.into_iter().filter(|action| self.get(*action) >= least).collect();
        // The standard sort that is stable needs a heap.
        seen.sort_unstable_by_key(|action| (Reverse(self.get(*action)), *action as usize));
        seen
    }

    /// How alike two faces are: 1000 when every action is as strong in both.
    ///
    /// One minus the summed difference over the summed strength of both (Bray-Curtis), so that muscles at rest
    /// in both faces do not count. Two faces at rest are alike.
    pub fn likeness(&self, other: &Self) -> Permille {
        let (mut apart, mut total) = (0u64, 0u64);
        for (a, b) in self.strengths.iter().zip(&other.strengths) {
            apart += u64::from(a.get().abs_diff(b.get()));
            total += u64::from(a.get()) + u64::from(b.get());
        }
        if total == 0 { Permille::FULL } else { Permille::ratio(total - apart, total) }
    }
}

const fn prototype(emotion: Emotion) -> &'static [(Action, u16)] {
    match emotion {
        Emotion::Happy => {
            &[(Action::MouthCornersUp, 1000), (Action::EyesNarrow, 700), (Action::MouthOpen, 250)]
        }
        Emotion::Sad => {
            &[(Action::MouthCornersDown, 1000), (Action::InnerBrowUp, 900), (Action::BrowDown, 200)]
        }
        Emotion::Angry => &[(Action::BrowDown, 1000), (Action::LipsPressed, 900), (Action::EyesNarrow, 500)],
        Emotion::Scared => &[
            (Action::EyesWide, 900),
            (Action::InnerBrowUp, 1000),
            (Action::OuterBrowUp, 400),
            (Action::LipsWide, 1000),
            (Action::MouthOpen, 350),
        ],
        Emotion::Surprised => &[
            (Action::MouthOpen, 1000),
            (Action::EyesWide, 900),
            (Action::InnerBrowUp, 900),
            (Action::OuterBrowUp, 1000),
        ],
        Emotion::Disgusted => &[
            (Action::NoseWrinkle, 1000),
            (Action::MouthCornersDown, 450),
            (Action::EyesNarrow, 600),
            (Action::BrowDown, 450),
        ],
        Emotion::Calm => &[],
    }
}
