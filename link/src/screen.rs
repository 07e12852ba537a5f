//! What the device shows, as it goes over the wire.

use crate::feelings::MUSCLES;
use heapless::{String, Vec};
use serde::{Deserialize, Serialize};

/// A screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    /// Where in the session this is.
    pub scene: Scene,
    /// The language of the texts.
    pub language: Language,
    /// First line.
    pub title: String<48>,
    /// Running text.
    pub body: String<240>,
    /// What buttons A, B and C do; an empty label is a button without use.
    pub choices: Vec<String<24>, 3>,
    /// The choice that is lit, where one button does everything.
    pub focus: Option<u8>,
    /// A bar from 0 to 1000.
    pub meter: Option<u16>,
    /// The picture.
    pub shown: Shown,
}

/// Where in a session the learner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scene {
    /// Hello.
    Greet,
    /// May camera and microphone be used?
    Consent,
    /// Which exercise?
    Choose,
    /// The question unfolds.
    Show,
    /// The device waits for an answer.
    Listen,
    /// Feedback.
    Explain,
    /// Goodbye.
    Close,
    /// Which reason?
    Why,
    /// Which reply?
    Pick,
    /// A rest is offered.
    Pause,
    /// Settings.
    Settings,
    /// A caring word; the light calls the facilitator.
    Concern,
}

/// The language of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    English,
    /// Simplified Chinese.
    Chinese,
}

/// The picture of a screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    /// None.
    Nothing,
    /// A face.
    Face {
        /// Who: 0 is the device's own face.
        actor: u8,
        /// What the muscles do, from 0 to 1000 each.
        actions: [u16; MUSCLES],
        /// How the answer compares, once there is one.
        mark: Option<Mark>,
    },
    /// A photograph of the content pack.
    Photo {
        /// Which.
        index: u16,
        /// How the answer compares, once there is one.
        mark: Option<Mark>,
    },
    /// What grew.
    Growth(Vec<Bar, 4>),
}

/// Something that grew, from 0 to 1000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// What it is.
    pub label: String<24>,
    /// Where it was.
    pub before: u16,
    /// Where it is.
    pub now: u16,
}

/// How an answer compares with what was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// The same.
    Same,
    /// Another.
    Different,
    /// No answer.
    Open,
}

/// The light, 8 bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colour {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

/// A short sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cue {
    /// The session begins.
    Hello,
    /// A question is ready for its answer.
    Ask,
    /// The answer was the same feeling.
    Same,
    /// The answer was another feeling.
    Different,
    /// Please try again.
    Unclear,
    /// The session ends.
    Bye,
}

/// How loud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// Silent.
    Off,
    /// A third.
    Soft,
    /// Full.
    Full,
}
