//! Frames: COBS over a message and its checksum, closed by a zero byte.
//!
//! ```text
//! frame   = COBS(message ++ CRC-32 of message, little-endian) ++ 0x00
//! message = number (varint u32) ++ body (postcard)
//! ```

use crate::{FRAME_BYTES_MAX, MESSAGE_BYTES_MAX};
use crc::{CRC_32_ISO_HDLC, Crc};
use serde::Serialize;
use serde::de::DeserializeOwned;

const CRC32: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
const CRC_BYTES: usize = 4;

/// A message with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<T> {
    /// Counts what a peer asks, from 1; an answer has the number of what it answers, an event 0.
    pub number: u32,
    /// The message.
    pub body: T,
}

/// The message does not fit a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

impl core::fmt::Display for TooLong {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the message is over {MESSAGE_BYTES_MAX} bytes; send less at a time")
    }
}

impl core::error::Error for TooLong {}

/// Why a frame is no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is over [`FRAME_BYTES_MAX`], no COBS, too short, or its checksum is wrong.
    Damaged,
    /// It came whole, but the message is unknown or holds more or less than it should. Its number is known.
    Unknown(u32),
}

/// Writes a packet as a frame into `frame`, and gives the part that was used.
///
/// # Errors
/// [`TooLong`], which no message of this crate is.
pub fn encode<'a, T: Serialize>(
    packet: &Packet<T>,
    frame: &'a mut [u8; FRAME_BYTES_MAX],
) -> Result<&'a [u8], TooLong> {
    let mut message = [0; MESSAGE_BYTES_MAX + CRC_BYTES];
    let used = postcard::to_slice(&(packet.number, &packet.body), &mut message[..MESSAGE_BYTES_MAX])
        .map_err(|_| TooLong)?
        .len();
    let crc = CRC32.checksum(&message[..used]);
    message[used..used + CRC_BYTES].copy_from_slice(&crc.to_le_bytes());
    let length = cobs::try_encode(&message[..used + CRC_BYTES], &mut frame[..FRAME_BYTES_MAX - 1])
        .map_err(|_| TooLong)?;
    frame[length] = 0;
    Ok(&frame[..=length])
}

/// Finds frames in a stream of bytes. It needs no more room than one frame, and after damage goes on at the next zero.
pub struct Decoder {
    frame: [u8; FRAME_BYTES_MAX],
    filled: usize,
    /// The frame was too long: what comes is skipped up to its end.
    skips: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder at the start of a frame.
    pub const fn new() -> Self {
        Self { frame: [0; FRAME_BYTES_MAX], filled: 0, skips: false }
    }

    /// Forgets a frame that was begun.
    pub fn reset(&mut self) {
        self.filled = 0;
        self.skips = false;
    }

    /// Whether a frame was begun.
    pub fn is_amid(&self) -> bool {
        self.filled > 0 || self.skips
    }

    /// Takes bytes up to the end of the next frame. Gives how many were taken, and what the frame was, if it ended.
    /// Empty frames are passed over: a zero byte more does no harm.
    pub fn push<T: DeserializeOwned>(&mut self, bytes: &[u8]) -> (usize, Option<Result<Packet<T>, Fault>>) {
        let mut used = 0;
        loop {
            let rest = &bytes[used..];
            let Some(end) = rest.iter().position(|byte| *byte == 0) else {
                self.keep(rest);
                return (bytes.len(), None);
            };
            self.keep(&rest[..end]);
            used += end + 1;
            let (filled, skipped) = (self.filled, self.skips);
            self.reset();
            if skipped {
                return (used, Some(Err(Fault::Damaged)));
            }
            if filled > 0 {
                return (used, Some(open(&mut self.frame[..filled])));
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        // The closing zero is not kept.
        let room = FRAME_BYTES_MAX - 1 - self.filled;
        if bytes.len() > room {
            self.skips = true;
        }
        if self.skips {
            self.filled = 0;
            return;
        }
        self.frame[self.filled..self.filled + bytes.len()].copy_from_slice(bytes);
        self.filled += bytes.len();
    }
}

fn open<T: DeserializeOwned>(frame: &mut [u8]) -> Result<Packet<T>, Fault> {
    let length = cobs::decode_in_place(frame).map_err(|_| Fault::Damaged)?;
    let (message, crc) = frame[..length].split_last_chunk::<CRC_BYTES>().ok_or(Fault::Damaged)?;
    if CRC32.checksum(message) != u32::from_le_bytes(*crc) {
        return Err(Fault::Damaged);
    }
    let (number, body) = postcard::take_from_bytes::<u32>(message).map_err(|_| Fault::Damaged)?;
    match postcard::take_from_bytes::<T>(body) {
        Ok((body, [])) => Ok(Packet { number, body }),
        _ => Err(Fault::Unknown(number)),
    }
}
