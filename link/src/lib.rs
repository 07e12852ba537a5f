//! The wire between Petri and a robot.
//!
//! Both ends share this crate: the messages ([`ToDevice`], [`ToPeer`]), the frames that carry them ([`encode`],
//! [`Decoder`]) and the limits. It has no heap and needs no operating system, so that a microcontroller can speak it;
//! the feature `std` adds addresses and connections for machines that have one.
//!
//! `docs/link.md` is the specification, byte for byte. Messages are only ever added at the end of their enum; what a
//! message holds never changes within a major version. A test compares every message with golden bytes.
//!
//! ```
//! use petri_link::{Button, Decoder, Packet, ToDevice, encode};
//!
//! let mut frame = [0; petri_link::FRAME_BYTES_MAX];
//! let sent = Packet { number: 7, body: ToDevice::Press(Button::A) };
//! let frame = encode(&sent, &mut frame)?;
//!
//! let mut decoder = Decoder::new();
//! let (used, packet) = decoder.push::<ToDevice>(frame);
//! assert_eq!((used, packet), (frame.len(), Some(Ok(sent))));
//! # Ok::<(), petri_link::TooLong>(())
//! ```
#![no_std]

#[cfg(feature = "std")]
extern crate std;

mod feelings;
mod frame;
mod message;
mod screen;
#[cfg(feature = "std")]
#[path = "std/mod.rs"]
mod system;

pub use feelings::{Act, Button, Emotion, Exercise, Face, MUSCLES, TextReading};
pub use frame::{Decoder, Fault, Packet, TooLong, encode};
pub use message::{Channel, Ending, Outcome};
pub use message::{
    Edition, Hello, Mode, Percept, Picture, PictureKind, Piece, Refusal, Sensor, Sensors, Sound, State,
    ToDevice, ToPeer, Topics, Trial, Welcome,
};
pub use screen::{Bar, Colour, Cue, Language, Level, Mark, Scene, Screen, Shown};
#[cfg(feature = "std")]
pub use system::{Address, Connection, NotAnAddress, READ_WAIT_MS, WRITE_WAIT_MS};

/// Peers with another major version do not understand each other.
pub const VERSION_MAJOR: u16 = 1;
/// Grows when messages are added. A peer sends only what the smaller of both minor versions knows.
pub const VERSION_MINOR: u16 = 0;

/// Longest message with its number, before framing.
pub const MESSAGE_BYTES_MAX: usize = 1_100;
/// Longest frame, with its closing zero: checksum, and one byte more for every 254.
pub const FRAME_BYTES_MAX: usize = MESSAGE_BYTES_MAX + 4 + MESSAGE_BYTES_MAX / 254 + 2;

/// Longest text that is fed, in bytes of UTF-8.
pub const TEXT_BYTES_MAX: usize = 1_024;
/// Longest transcript, in bytes of UTF-8; a longer one is cut.
pub const TRANSCRIPT_BYTES_MAX: usize = 512;
/// Most sound in one message, in bytes: 512 samples of 16 bit, 32 ms.
pub const SOUND_BYTES_MAX: usize = 1_024;
/// Sound is one channel at this rate, 16-bit little-endian.
pub const SOUND_HZ: u32 = 16_000;
/// Most sound that may be under way, in samples: half a second.
pub const SOUND_AHEAD_SAMPLES_MAX: u64 = 8_000;
/// Most of a picture in one message, in bytes.
pub const PIECE_BYTES_MAX: usize = 1_024;
/// Longest side of a picture, in pixels.
pub const PICTURE_SIDE_PIXELS_MAX: u16 = 1_280;
/// Largest picture as it is sent, in bytes: 640 x 480 without compression.
pub const PICTURE_BYTES_MAX: u32 = 640 * 480 * 3;
/// A peer that says nothing for so long is let go, unless it is on a serial line.
pub const SILENT_MS_MAX: u64 = 30_000;
/// A peer on a network or local socket says hello within this time.
pub const HELLO_MS_MAX: u64 = 5_000;
