//! What a robot feeds: texts, sound, pictures, readings of a face.

use crate::{Client, Error};
use petri_link::{
    Face, PICTURE_BYTES_MAX, PIECE_BYTES_MAX, Picture, PictureKind, Piece, Refusal, SOUND_BYTES_MAX, Sensor,
    Sound, ToDevice,
};
use std::time::Duration;

/// Credit comes many times a second while the device lives.
const CREDIT_MS_MAX: u64 = 5_000;

impl Client {
    /// Feeds a line of text, as if it was typed.
    ///
    /// # Errors
    /// As [`Client::ask`]; [`Error::TooLong`] over [`petri_link::TEXT_BYTES_MAX`].
    pub fn text(&self, text: &str) -> Result<(), Error> {
        self.ask(ToDevice::Text(heapless_text(text)?))
    }

    /// Whether the device takes what this sensor gives, now or within `wait`.
    pub fn wants(&self, sensor: Sensor, wait: Duration) -> bool {
        self.pending().wants(sensor, wait)
    }

    /// Offers a sensor, or takes the offer back. A new offer of sound begins at sample 0.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub fn offer(&self, sensor: Sensor, has: bool) -> Result<(), Error> {
        if sensor == Sensor::Microphone {
            self.pending().restart_sound();
        }
        self.ask(ToDevice::Offer { sensor, has })
    }

    /// Feeds sound: one channel, 16 kHz. It waits until the device has room, so that it takes about as long as the
    /// sound. While the device listens, sound should come without a break: send silence for silence.
    ///
    /// # Errors
    /// When the device gives no credit, or is gone.
    pub fn sound(&self, samples: &[i16]) -> Result<(), Error> {
        for chunk in samples.chunks(SOUND_BYTES_MAX / 2) {
            let wait = Duration::from_millis(CREDIT_MS_MAX);
            let at = self.pending().spend(chunk.len() as u64, wait).ok_or(Error::Silent)?;
            let samples = chunk.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            self.tell(ToDevice::Sound(Sound { at, samples }))?;
        }
        Ok(())
    }

    /// Feeds what the robot's own camera made of a face.
    ///
    /// # Errors
    /// As [`Client::ask`]; it is refused while the session does not look.
    pub fn face(&self, face: Face) -> Result<(), Error> {
        self.ask(ToDevice::Face(face))
    }

    /// Feeds a picture of `width` x `height` pixels.
    ///
    /// # Errors
    /// As [`Client::ask`]; it is refused while the device does not look.
    pub fn picture(&self, kind: PictureKind, width: u16, height: u16, bytes: &[u8]) -> Result<(), Error> {
        let total = u32::try_from(bytes.len()).ok().filter(|total| *total <= PICTURE_BYTES_MAX);
        let total = total.ok_or(Error::TooLong)?;
        self.ask(ToDevice::Picture(Picture { kind, width, height, bytes: total }))?;
        let pieces = bytes.chunks(PIECE_BYTES_MAX).scan(0, |at, chunk| {
            let piece = Piece { at: *at, bytes: chunk.iter().copied().collect() };
            *at += chunk.len() as u32;
            Some(piece)
        });
        for piece in pieces {
            let is_last = piece.at as usize + piece.bytes.len() == bytes.len();
            if is_last {
                return self.ask(ToDevice::Piece(piece));
            }
            self.tell(ToDevice::Piece(piece))?;
        }
        Err(Error::Refused(Refusal::Invalid))
    }
}

fn heapless_text<const N: usize>(text: &str) -> Result<heapless::String<N>, Error> {
    heapless::String::try_from(text).map_err(|_| Error::TooLong)
}
