//! A key as it lies in a file or a credential: 64 hexadecimal digits, so that it can be kept on paper, too.

use crate::Error;
use blake2::Blake2bMac;
use blake2::digest::consts::U8;
use blake2::digest::{KeyInit, Mac};
use std::fmt;
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;
/// Bytes of a key in text, with the end of its line.
pub const KEY_TEXT_BYTES: usize = 2 * KEY_BYTES + 1;

/// A key that unseals a journal's own keys.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; KEY_BYTES]>);

/// By what a key is known without telling it: a keyed hash of nothing, cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 8]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let gap = if at > 0 && at % 2 == 0 { "-" } else { "" };
            write!(out, "{gap}{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Key({})", self.fingerprint())
    }
}

impl Key {
    /// A new key, from the system.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn random() -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        fill(&mut bytes[..])?;
        Ok(Self(bytes))
    }

    /// Reads a key: 64 hexadecimal digits, with space around them at most. `None` when it is none.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let digits = text.trim_ascii();
        if digits.len() != 2 * KEY_BYTES {
            return None;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
            *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
        }
        Some(Self(bytes))
    }

    /// The key as a line of text.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(KEY_TEXT_BYTES));
        for nibble in self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
        text.push('\n');
        text
    }

    /// By what it is known.
    pub fn fingerprint(&self) -> Fingerprint {
        match <Blake2bMac<U8> as KeyInit>::new_from_slice(&self.0[..]) {
            Ok(mac) => Fingerprint(mac.chain_update(b"petri fingerprint").finalize().into_bytes().into()),
            // Not to be had: the length is right.
            Err(_) => Fingerprint([0; 8]),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|error| Error::System(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_line_of_text_and_is_told_by_its_fingerprint_only() {
        let key = Key::random().expect("chance");
        let text = key.to_text();
        assert_eq!(
            (text.len(), text.capacity()),
            (KEY_TEXT_BYTES, KEY_TEXT_BYTES),
            "no copy was left behind"
        );
        let again = Key::parse(text.as_bytes()).expect("a key");
        assert_eq!(again.fingerprint(), key.fingerprint());
        assert_ne!(Key::random().expect("chance").fingerprint(), key.fingerprint());
        assert!(Key::parse(text.to_uppercase().as_bytes()).is_some());
        let shown = format!("{key:?}");
        assert!(shown.len() == "Key(0123-4567-89ab-cdef)".len() && !text.contains(&shown[4..8]), "{shown}");
        for wrong in ["", "ab", &text[1..], &"g".repeat(64), &"0".repeat(65)] {
            assert!(Key::parse(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }
}
