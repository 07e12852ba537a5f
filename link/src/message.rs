//! The messages. Variants are only ever added at the end; what a variant holds never changes.

use crate::feelings::{Act, Button, Emotion, Exercise, Face, TextReading};
use crate::screen::{Colour, Cue, Level, Scene, Screen};
use crate::{PIECE_BYTES_MAX, SOUND_BYTES_MAX, TEXT_BYTES_MAX, TRANSCRIPT_BYTES_MAX};
use heapless::{String, Vec};
use serde::{Deserialize, Serialize};

/// From the peer to the device. Each is answered by [`ToPeer::Done`] or [`ToPeer::Refused`] with the same number,
/// except where it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
// A microcontroller has no heap to box the long ones; one lives at a time.
#[allow(clippy::large_enum_variant)]
pub enum ToDevice {
    /// First of all. Answered by [`ToPeer::Welcome`], and where the major versions differ by a goodbye after it.
    Hello(Hello),
    /// Are you there? Also keeps a quiet connection.
    Ping,
    /// Which events to send from now on; the current state, screen and light come at once.
    Subscribe(Topics),
    /// Answered by [`ToPeer::State`].
    State,
    /// Begin an exercise; only while the menu of exercises is shown.
    Start(Exercise),
    /// A button goes down. A robot forwards what a person did, consent above all.
    Press(Button),
    /// The facilitator steps in.
    Facilitate(Act),
    /// A typed line.
    Text(String<TEXT_BYTES_MAX>),
    /// Whether this peer has sound, pictures or readings of a face to feed.
    Offer {
        /// What for.
        sensor: Sensor,
        /// Whether it has.
        has: bool,
    },
    /// A piece of sound. Never answered; see [`ToPeer::Credit`].
    Sound(Sound),
    /// What the peer's own camera made of a face.
    Face(Face),
    /// A picture follows in pieces. An earlier one that is not complete is dropped.
    Picture(Picture),
    /// A piece of the picture. Answered when it is the last one, or refused.
    Piece(Piece),
    /// The peer goes. Not answered.
    Bye,
}

/// From the device to the peer. The number is that of the message it answers; 0 is an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant)]
pub enum ToPeer {
    /// Answers hello.
    Welcome(Welcome),
    /// It is done, or handed on to the session.
    Done,
    /// It is not done.
    Refused(Refusal),
    /// Where the session stands; event and answer.
    State(State),
    /// Another screen. Only the latest waits for a slow peer.
    Screen(Screen),
    /// Another light. Only the latest waits.
    Light(Colour),
    /// A sound to play.
    Cue {
        /// Which.
        cue: Cue,
        /// How loud.
        level: Level,
    },
    /// Something was perceived. Of [`Percept::Face`] only the latest waits.
    Percept(Percept),
    /// A trial ended.
    Trial(Trial),
    /// Sound up to this sample, counted from the offer, may be sent.
    Credit {
        /// The first sample that may not be sent yet.
        until: u64,
    },
    /// Events that this peer was too slow for, since its hello.
    Dropped {
        /// How many.
        events: u32,
    },
    /// The device goes.
    Bye(Ending),
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`crate::VERSION_MAJOR`] of the peer.
    pub major: u16,
    /// [`crate::VERSION_MINOR`] of the peer.
    pub minor: u16,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// Major version of the device.
    pub major: u16,
    /// Minor version of the device.
    pub minor: u16,
    /// What it does.
    pub mode: Mode,
    /// How it was built.
    pub edition: Edition,
    /// Longest frame that it takes, in bytes.
    pub frame_bytes_max: u16,
    /// Largest picture that it takes, in bytes.
    pub picture_bytes_max: u32,
}

/// What the device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// It runs a session.
    Session,
    /// It only perceives what it is fed.
    Perception,
}

/// How the device was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edition {
    /// With expressions read from faces.
    Therapy,
    /// Without.
    School,
}

/// A set of events to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Topics(pub u16);

impl Topics {
    /// [`ToPeer::Screen`].
    pub const SCREEN: Self = Self(1);
    /// [`ToPeer::Light`].
    pub const LIGHT: Self = Self(1 << 1);
    /// [`ToPeer::Cue`].
    pub const CUE: Self = Self(1 << 2);
    /// [`ToPeer::Percept`], but for faces.
    pub const PERCEPT: Self = Self(1 << 3);
    /// [`ToPeer::Percept`] of faces: many a second.
    pub const FACE: Self = Self(1 << 4);
    /// [`ToPeer::Trial`].
    pub const TRIAL: Self = Self(1 << 5);
    /// [`ToPeer::State`].
    pub const STATE: Self = Self(1 << 6);
    /// All of them.
    pub const ALL: Self = Self(0x7F);

    /// Whether all of `other` are in the set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A way to perceive that a peer can feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sensor {
    /// Sound: [`ToDevice::Sound`].
    Microphone,
    /// Pictures: [`ToDevice::Picture`], or readings of a face: [`ToDevice::Face`].
    Camera,
}

/// A set of [`Sensor`]s, one bit each in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sensors(pub u8);

impl Sensors {
    /// Whether `sensor` is in the set.
    pub const fn has(self, sensor: Sensor) -> bool {
        self.0 & (1 << sensor as u8) != 0
    }

    /// The set with `sensor` in or out of it.
    #[must_use]
    pub const fn set(self, sensor: Sensor, on: bool) -> Self {
        let bit = 1 << sensor as u8;
        Self(if on { self.0 | bit } else { self.0 & !bit })
    }
}

/// A piece of sound: one channel, 16 kHz.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sound {
    /// Where it begins, in samples since the offer. A gap is lost sound; what was already there is ignored.
    pub at: u64,
    /// Samples of 16 bit, little-endian.
    pub samples: Vec<u8, SOUND_BYTES_MAX>,
}

/// A picture to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// How it is written.
    pub kind: PictureKind,
    /// Across, in pixels.
    pub width: u16,
    /// Down, in pixels.
    pub height: u16,
    /// How many bytes there are in all.
    pub bytes: u32,
}

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PictureKind {
    /// Red, green and blue bytes, row by row from the top left.
    Rgb,
    /// JPEG.
    Jpeg,
}

/// A piece of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Where it begins, in bytes. Pieces come in order and without gaps.
    pub at: u32,
    /// The bytes.
    pub bytes: Vec<u8, PIECE_BYTES_MAX>,
}

/// Why something is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// Say hello first.
    HelloFirst,
    /// The device does not know this message.
    Unknown,
    /// The session is not at a place where this means something.
    NotNow,
    /// The session does not look: without consent, or at this moment.
    NotSensing,
    /// The device has that sensor of its own, another peer feeds it, or this peer did not offer it.
    NotYours,
    /// The device is behind; try again later.
    Busy,
    /// Empty, too long, out of order, or no picture.
    Invalid,
    /// The device runs no session, or nothing but one.
    NotHere,
    /// The school edition takes no expressions.
    Edition,
    /// Too many peers.
    Full,
}

/// Where things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Where in the session; `None` when none runs.
    pub scene: Option<Scene>,
    /// What the device perceives with right now, shown on its screen.
    pub sensing: Sensors,
    /// What it would perceive with, but lost.
    pub lost: Sensors,
    /// What it takes from peers right now.
    pub wanted: Sensors,
    /// Trials that ended in this session.
    pub trials: u16,
}

/// Something that was perceived. Confidences are in thousandths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant)]
pub enum Percept {
    /// A word of the list was said.
    Word {
        /// Which, in English.
        word: String<24>,
        /// How sure.
        confidence: u16,
    },
    /// Something was said: no word of the list, and too short for a reply.
    Unclear,
    /// A sentence was said.
    Speech {
        /// What was said; empty if it hints at danger.
        text: String<TRANSCRIPT_BYTES_MAX>,
        /// What it says.
        reading: TextReading,
    },
    /// A typed line was read.
    Line(TextReading),
    /// A look at a face.
    Face {
        /// What the last moments show.
        face: Face,
        /// What this one picture shows.
        seen: Face,
        /// How many faces there are.
        count: u8,
        /// Left, top, right and bottom of the first, in pixels of the picture.
        bounds: Option<[i16; 4]>,
    },
    /// A sensor came or went.
    Sensor {
        /// Which.
        sensor: Sensor,
        /// Whether it works now.
        works: bool,
    },
    /// A model failed on an input.
    Failed,
}

/// A trial that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
// Each says something of its own, as in the journal.
#[allow(clippy::struct_excessive_bools)]
pub struct Trial {
    /// Its number in the session. A later trial with the same number takes the place of this one.
    pub number: u16,
    /// What was practised.
    pub exercise: Exercise,
    /// The feeling that was meant.
    pub target: Emotion,
    /// The feeling that was answered.
    pub answer: Option<Emotion>,
    /// How they compare.
    pub outcome: Outcome,
    /// How the answer came.
    pub channel: Channel,
    /// From the question to the answer.
    pub latency_ms: u32,
    /// A hint was asked for.
    pub helped: bool,
    /// It belongs to the transfer probe.
    pub probe: bool,
    /// The facilitator has judged it.
    pub by_facilitator: bool,
    /// What a reply did for the other; bits as in [`TextReading::moves`].
    pub moves: u8,
}

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The answer was what was meant.
    Same,
    /// The answer was another feeling.
    Different,
    /// There was no answer.
    Skipped,
}

/// The way an answer took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    /// A button.
    Button,
    /// A spoken word.
    Voice,
    /// A face.
    Face,
    /// A reply in words.
    Text,
}

/// Why the device goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// The session is over.
    Over,
    /// The peer sent something that is no frame, where nothing gets lost on the way.
    NotAFrame,
    /// The peer was silent for too long.
    Silent,
    /// The peer does not read what it asked for.
    TooSlow,
    /// The major versions differ; the welcome before tells the device's.
    Version,
}
