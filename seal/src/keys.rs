//! The keys of one journal, the tags of its records, and their boxes.

use crate::Error;
use crate::key::{Key, fill};
use blake2::Blake2bMac;
use blake2::digest::Mac;
use blake2::digest::consts::U16;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// Bytes of a tag.
pub const TAG_BYTES: usize = 16;
/// Bytes of the name of a set of keys.
pub const GENERATION_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
/// By how much a box is longer than what is in it: its nonce, and what shows that it is whole.
pub const BOX_EXTRA_BYTES: usize = NONCE_BYTES + 16;
/// What a box is bound to besides its tag, so that keys are never taken for a record.
const OF_KEYS: &[u8] = b"petri journal keys 1";
const OF_RECORD: &[u8] = b"petri journal record 1";

/// What a record is stored under in place of its name.
pub type Tag = [u8; TAG_BYTES];
/// The name of a set of keys: another one means that everything was sealed anew.
pub type Generation = [u8; GENERATION_BYTES];

/// The keys of one journal: one seals, one makes tags.
pub struct Keys {
    generation: Generation,
    /// 32 bytes that seal, and 32 that make tags.
    bytes: Zeroizing<[u8; 64]>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Keys({:02x?})", self.generation)
    }
}

impl Keys {
    /// New keys, from the system.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn random() -> Result<Self, Error> {
        let (mut generation, mut bytes) = ([0; GENERATION_BYTES], Zeroizing::new([0; 64]));
        fill(&mut generation)?;
        fill(&mut bytes[..])?;
        Ok(Self { generation, bytes })
    }

    /// Their name.
    pub fn generation(&self) -> &Generation {
        &self.generation
    }

    /// These keys, sealed.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn wrap(&self, key: &Key) -> Result<Vec<u8>, Error> {
        seal(key.bytes(), &[OF_KEYS, &self.generation].concat(), &self.bytes[..])
    }

    /// Unseals the keys of the name `generation`.
    ///
    /// # Errors
    /// When the key is another, or the box was changed.
    pub fn unwrap(generation: Generation, wrapped: &[u8], key: &Key) -> Result<Self, Error> {
        let plain = open(key.bytes(), &[OF_KEYS, &generation].concat(), wrapped)?;
        let mut bytes = Zeroizing::new([0; 64]);
        if plain.len() != bytes.len() {
            return Err(Error::Damaged);
        }
        bytes.copy_from_slice(&plain);
        Ok(Self { generation, bytes })
    }

    /// The tag of a record by its name.
    pub fn tag(&self, name: &[u8]) -> Tag {
        match <Blake2bMac<U16> as blake2::digest::KeyInit>::new_from_slice(&self.bytes[32..]) {
            Ok(mac) => mac.chain_update(name).finalize().into_bytes().into(),
            // Not to be had: the length is right.
            Err(_) => [0; TAG_BYTES],
        }
    }

    /// Seals a record to lie under `tag`.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn seal(&self, tag: &Tag, plain: &[u8]) -> Result<Vec<u8>, Error> {
        seal(&self.bytes[..32], &[OF_RECORD, tag].concat(), plain)
    }

    /// Opens a record that lay under `tag`.
    ///
    /// # Errors
    /// When it was damaged, or sealed for another tag or with other keys.
    pub fn open(&self, tag: &Tag, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        open(&self.bytes[..32], &[OF_RECORD, tag].concat(), sealed)
    }
}

fn seal(key: &[u8], bound_to: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_| Error::Damaged)?;
    let mut nonce = [0; NONCE_BYTES];
    fill(&mut nonce)?;
    let payload = Payload { msg: plain, aad: bound_to };
    // It fails only on more bytes than memory has.
    let sealed = cipher.encrypt(XNonce::from_slice(&nonce), payload).map_err(|_| Error::Damaged)?;
    Ok([&nonce[..], &sealed].concat())
}

fn open(key: &[u8], bound_to: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_| Error::Damaged)?;
    let (nonce, rest) = sealed.split_at_checked(NONCE_BYTES).ok_or(Error::Damaged)?;
    let payload = Payload { msg: rest, aad: bound_to };
    cipher.decrypt(XNonce::from_slice(nonce), payload).map(Zeroizing::new).map_err(|_| Error::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_opens_under_its_tag_and_its_keys_only_and_no_bit_of_it_may_differ() {
        let (keys, others) = (Keys::random().expect("chance"), Keys::random().expect("chance"));
        let (one, other) = (keys.tag(b"trial 1"), keys.tag(b"trial 2"));
        assert!(one != other && one == keys.tag(b"trial 1") && one != others.tag(b"trial 1"));
        let plain = b"whoever practised, on whatever day";
        let sealed = keys.seal(&one, plain).expect("sealed");
        assert_eq!(sealed.len(), plain.len() + BOX_EXTRA_BYTES);
        assert_eq!(&keys.open(&one, &sealed).expect("opened")[..], plain);
        assert!(keys.open(&other, &sealed).is_err() && others.open(&one, &sealed).is_err());
        for bit in 0..8 * sealed.len() {
            let mut damaged = sealed.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(keys.open(&one, &damaged).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(keys.open(&one, &sealed[..length]).is_err(), "{length} bytes");
        }
        assert_ne!(keys.seal(&one, plain).expect("sealed"), sealed, "the same text twice looks the same");
    }

    #[test]
    fn keys_come_back_with_their_key_and_under_their_name_only() {
        let (keys, key) = (Keys::random().expect("chance"), Key::random().expect("chance"));
        let wrapped = keys.wrap(&key).expect("sealed");
        let back = Keys::unwrap(*keys.generation(), &wrapped, &key).expect("opened");
        assert_eq!(back.tag(b"x"), keys.tag(b"x"));
        assert!(Keys::unwrap([7; GENERATION_BYTES], &wrapped, &key).is_err());
        assert!(Keys::unwrap(*keys.generation(), &wrapped, &Key::random().expect("chance")).is_err());
        assert!(Keys::unwrap(*keys.generation(), &wrapped[1..], &key).is_err());
    }

    /// Appendix A.3.1 of draft-irtf-cfrg-xchacha-03: that the crate does what the paper says.
    #[test]
    fn the_cipher_gives_what_its_paper_says() {
        let key: Vec<u8> = (0x80..=0x9f).collect();
        let nonce: Vec<u8> = (0x40..=0x57).collect();
        let aad = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let text: &[u8] =
            b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
            future, sunscreen would be it.";
        let cipher = XChaCha20Poly1305::new_from_slice(&key).expect("a key");
        let sealed =
            cipher.encrypt(XNonce::from_slice(&nonce), Payload { msg: text, aad: &aad }).expect("sealed");
        assert_eq!(sealed[..8], [0xbd, 0x6d, 0x17, 0x9d, 0x3e, 0x83, 0xd4, 0x3b]);
        let end =
            [0xc0, 0x87, 0x59, 0x24, 0xc1, 0xc7, 0x98, 0x79, 0x47, 0xde, 0xaf, 0xd8, 0x78, 0x0a, 0xcf, 0x49];
        assert_eq!(sealed[text.len()..], end);
    }
}
