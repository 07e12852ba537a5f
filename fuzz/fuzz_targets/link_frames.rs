//! The decoder of the link, from both ends.
//!
//! The first byte says how the rest comes: as a stream of bytes cut into pieces, or as the content of one sound frame,
//! which gets past the checksum. Whatever is taken for a message must encode to a frame that decodes to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use petri_link::{Decoder, FRAME_BYTES_MAX, Packet, ToDevice, ToPeer, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

fuzz_target!(|data: &[u8]| {
    let Some((how, rest)) = data.split_first() else { return };
    let size = usize::from(*how >> 1) + 1;
    let bytes = if how & 1 == 0 { rest.to_vec() } else { sealed(rest) };
    decode::<ToDevice>(&bytes, size);
    decode::<ToPeer>(&bytes, size);
});

fn sealed(content: &[u8]) -> Vec<u8> {
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC).checksum(content);
    let mut frame = cobs::encode_vec(&[content, &crc.to_le_bytes()[..]].concat());
    frame.push(0);
    frame
}

fn decode<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8], size: usize) {
    let mut decoder = Decoder::new();
    for chunk in bytes.chunks(size) {
        let mut rest = chunk;
        while !rest.is_empty() {
            let (used, packet) = decoder.push::<T>(rest);
            assert!(used > 0 && used <= rest.len());
            rest = &rest[used..];
            if let Some(Ok(packet)) = packet {
                comes_back(&packet);
            }
        }
    }
}

fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(packet: &Packet<T>) {
    let mut frame = [0; FRAME_BYTES_MAX];
    let frame = encode(packet, &mut frame).expect("a message that came in a frame fits one");
    let (used, again) = Decoder::new().push::<T>(frame);
    assert_eq!(used, frame.len());
    assert_eq!(again.and_then(Result::ok).as_ref(), Some(packet));
}
