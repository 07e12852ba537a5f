//! What a session answers with: plain data for display, light, sound and journal.

use crate::comfort::Comfort;
use crate::{Actions, Actor, Cue, Entry, Light, Permille, input::Sensors};
use heapless::{String, Vec};
use serde::{Deserialize, Serialize};

/// The whole answer to one input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// What the display shows now.
    pub screen: Screen,
    /// What the lights do now.
    pub light: Light,
    /// A sound to play once.
    pub cue: Option<Cue>,
    /// A finished trial for the journal. The feedback on `screen` may be shown only once this is safe or refused.
    pub entry: Option<Entry>,
}

/// Longest title, in bytes.
pub const TITLE_BYTES_MAX: usize = 48;
/// Longest body, in bytes. Whether a text fits a display depends on its script: `screen::fits` tells.
pub const BODY_BYTES_MAX: usize = 240;
/// Longest label of a choice, in bytes.
pub const CHOICE_BYTES_MAX: usize = 24;
/// One choice for each answer button.
pub const CHOICES_MAX: usize = 3;
/// Bars in a picture of growth.
pub const BARS_MAX: usize = 4;

/// The words on the display and the picture beside them. One layout serves every scene.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    /// Where in the session this is.
    pub scene: Scene,
    /// First line.
    pub title: String<TITLE_BYTES_MAX>,
    /// Running text, wrapped by the painter.
    pub body: String<BODY_BYTES_MAX>,
    /// The picture.
    pub picture: Picture,
    /// What buttons A, B and C do, in this order; an empty label is a button without use.
    pub choices: Vec<String<CHOICE_BYTES_MAX>, CHOICES_MAX>,
    /// A bar from 0 to 1000: progress of the session, or how long a face has been held.
    pub meter: Option<Permille>,
    /// The sensors in use, shown as signs all the time that they are on; those that were lost are crossed out.
    pub sensing: Sensors,
    /// The choice that is lit, where one button does everything.
    pub focus: Option<u8>,
    /// How to show it.
    pub comfort: Comfort,
}

/// Where in a session the learner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scene {
    /// Hello.
    Greet,
    /// May the camera and the microphone be used?
    Consent,
    /// Which exercise?
    Choose,
    /// The situation unfolds.
    Show,
    /// The device waits for an answer.
    Listen,
    /// Feedback, with the reason.
    Explain,
    /// What was practised, and goodbye.
    Close,
    /// Which reason?
    Why,
    /// Which of the ready replies?
    Pick,
    /// A rest is offered.
    Pause,
    /// What makes it comfortable?
    Settings,
    /// A caring word, and a light for the facilitator.
    Concern,
}

impl Scene {
    /// All of them, in the order of their indices.
    pub const ALL: [Scene; 12] = [
        Scene::Greet,
        Scene::Consent,
        Scene::Choose,
        Scene::Show,
        Scene::Listen,
        Scene::Explain,
        Scene::Close,
        Scene::Why,
        Scene::Pick,
        Scene::Pause,
        Scene::Settings,
        Scene::Concern,
    ];

    /// Its name in scripts and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Scene::Greet => "greet",
            Scene::Consent => "consent",
            Scene::Choose => "choose",
            Scene::Show => "show",
            Scene::Listen => "listen",
            Scene::Explain => "explain",
            Scene::Close => "close",
            Scene::Why => "why",
            Scene::Pick => "pick",
            Scene::Pause => "pause",
            Scene::Settings => "settings",
            Scene::Concern => "concern",
        }
    }
}

/// The picture of a screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Picture {
    /// None: the text has the room.
    None,
    /// A drawn face.
    Face(Portrait),
    /// A sign of how answer and target compare, with the face that was meant.
    Marked {
        /// The sign.
        mark: Mark,
        /// The face.
        portrait: Portrait,
    },
    /// A photograph of the pack, by its index.
    Photo {
        /// Which.
        index: u16,
        /// The sign on it, once there is an answer.
        mark: Option<Mark>,
    },
    /// What grew: one bar each.
    Growth(Vec<Bar, BARS_MAX>),
}

/// A drawn person and what their face does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Portrait {
    /// Who.
    pub actor: Actor,
    /// What the muscles do.
    pub actions: Actions,
}

/// Something that grew, on a scale from 0 to 1000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// What it is.
    pub label: String<CHOICE_BYTES_MAX>,
    /// Where it was when the session began.
    pub before: Permille,
    /// Where it is now.
    pub now: Permille,
}

/// How an answer compares with the target. Shapes differ, so that colour is never the only sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// A tick: the same feeling.
    Same,
    /// Two arrows: another feeling.
    Different,
    /// A dot: no answer, or none that could be made out.
    Open,
}
