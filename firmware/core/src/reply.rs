//! What a session answers with: plain data for display, light, sound and journal.

use crate::{Actions, Cue, Entry, Light, Permille, input::Sensors};
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
pub const TITLE_BYTES_MAX: usize = 32;
/// Longest body, in bytes: what the small display can show.
pub const BODY_BYTES_MAX: usize = 160;
/// Longest label of a choice, in bytes.
pub const CHOICE_BYTES_MAX: usize = 16;
/// One choice for each answer button.
pub const CHOICES_MAX: usize = 3;

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
    /// The sensors in use, shown as signs all the time that they are on.
    pub sensing: Sensors,
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
}

impl Scene {
    /// All of them, in the order of a session.
    pub const ALL: [Scene; 7] = [
        Scene::Greet,
        Scene::Consent,
        Scene::Choose,
        Scene::Show,
        Scene::Listen,
        Scene::Explain,
        Scene::Close,
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
        }
    }
}

/// The picture of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Picture {
    /// None: the text has the room.
    None,
    /// A drawn face.
    Face(Actions),
    /// A sign of how answer and target compare, with the face that was meant.
    Marked {
        /// The sign.
        mark: Mark,
        /// The face.
        face: Actions,
    },
    /// One bar per exercise: the share of answers that met the target.
    Growth([Permille; crate::Exercise::COUNT]),
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
