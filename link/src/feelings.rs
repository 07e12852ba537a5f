//! Feelings, exercises and readings, as they go over the wire.

use serde::{Deserialize, Serialize};

/// The muscle actions of a face.
pub const MUSCLES: usize = 11;

/// A feeling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Emotion {
    /// Joy.
    Happy,
    /// Sadness.
    Sad,
    /// Anger.
    Angry,
    /// Fear.
    Scared,
    /// Surprise.
    Surprised,
    /// Disgust.
    Disgusted,
    /// No strong feeling.
    Calm,
}

/// What a learner practises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exercise {
    /// Name the feeling of a face.
    ReadTheFace,
    /// Name the feeling of a line.
    ReadTheWords,
    /// Make the face that is drawn.
    Mirror,
    /// Name what somebody in a situation feels, and why.
    ReadTheSituation,
    /// Say the word for a feeling.
    SayIt,
    /// Reply to somebody who shares something.
    ReplyWithCare,
    /// Talk with a character.
    Converse,
    /// A face and a line together: held out, for the transfer probe. It cannot be started.
    Together,
}

/// A button of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Button {
    /// First choice.
    A,
    /// Second choice.
    B,
    /// Third choice.
    C,
    /// Ends the session from anywhere.
    Stop,
}

/// What the person who accompanies the learner can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// The last answer counts as the one that was meant.
    CountsAsSame,
    /// The last answer counts as a different one.
    CountsAsDifferent,
    /// The last trial does not count.
    DoesNotCount,
    /// I am here: the signal light may go out.
    AllClear,
}

/// What a look at a face gave. Shares are in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Face {
    /// Nobody in sight.
    None,
    /// A face, but nothing to say of it with confidence.
    Unsure,
    /// How strong each muscle action is, from 0 to 1000, in the order of `docs/link.md`.
    Actions([u16; MUSCLES]),
    /// The feeling that the face shows. A device of the school edition refuses it and never sends it.
    Expression {
        /// Which.
        emotion: Emotion,
        /// How sure, in thousandths.
        confidence: u16,
    },
}

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextReading {
    /// The feeling that it names outright, if just one.
    pub named: Option<Emotion>,
    /// The feeling that is read in it, if the model is sure of one.
    pub read: Option<Emotion>,
    /// How sure the model is of `read`, in thousandths.
    pub confidence: u16,
    /// The choice that it points to: 0 for A.
    pub choice: Option<u8>,
    /// What it does for the other, one bit each: names the feeling (0), asks (1), offers (2), judges (3), turns to
    /// oneself (4), dismisses (5), advises (6).
    pub moves: u8,
    /// It hints at self-harm or danger: somebody should look after the person.
    pub concern: bool,
}
