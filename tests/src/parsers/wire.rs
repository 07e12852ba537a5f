//! What comes over a link and to a collector.

use petri_link::{Decoder, FRAME_BYTES_MAX, Packet, ToDevice, ToPeer, encode};
use petri_report::{REPORT_BYTES, Report, VERSION, topic};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// The decoder of the link, from both ends.
///
/// The first byte says how the rest comes: as a stream of bytes cut into pieces, or as the content of one sound frame,
/// which gets past the checksum. Whatever is taken for a message must encode to a frame that decodes to the same.
pub fn link_frames(data: &[u8]) -> bool {
    let Some((how, rest)) = data.split_first() else { return false };
    let size = usize::from(*how >> 1) + 1;
    let bytes = if how & 1 == 0 { rest.to_vec() } else { framed(rest) };
    decode::<ToDevice>(&bytes, size) | decode::<ToPeer>(&bytes, size)
}

fn framed(content: &[u8]) -> Vec<u8> {
    let whole = [content, &crc32fast::hash(content).to_le_bytes()[..]].concat();
    // One byte more than the longest encoding, and it stays zero: the end of the frame.
    let mut frame = vec![0; cobs::max_encoding_length(whole.len()) + 1];
    let used = cobs::encode(&whole, &mut frame);
    frame.truncate(used + 1);
    frame
}

fn decode<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8], size: usize) -> bool {
    let (mut decoder, mut taken) = (Decoder::new(), false);
    for chunk in bytes.chunks(size) {
        let mut rest = chunk;
        while !rest.is_empty() {
            let (used, packet) = decoder.push::<T>(rest);
            assert!(used > 0 && used <= rest.len());
            rest = &rest[used..];
            if let Some(Ok(packet)) = packet {
                comes_back(&packet);
                taken = true;
            }
        }
    }
    taken
}

fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(packet: &Packet<T>) {
    let mut frame = [0; FRAME_BYTES_MAX];
    let frame = encode(packet, &mut frame).expect("a message that came in a frame fits one");
    let (used, again) = Decoder::new().push::<T>(frame);
    assert_eq!(used, frame.len());
    assert_eq!(again.and_then(Result::ok).as_ref(), Some(packet));
}

/// A report: as it is, and made as long as every report. What is taken has no other encoding. And a topic.
pub fn report(data: &[u8]) -> bool {
    let mut whole = data.to_vec();
    if let Some(version) = whole.first_mut() {
        *version = VERSION;
    }
    whole.resize(REPORT_BYTES, 0);
    let mut taken = false;
    for bytes in [data, &whole] {
        if let Ok(report) = Report::decode(bytes) {
            assert_eq!(report.encode().as_deref(), Ok(bytes));
            taken = true;
        }
    }
    let name = String::from_utf8_lossy(data);
    if let Some(group) = topic::group_of(&name) {
        assert_eq!(topic::topic(group), name);
    }
    taken
}
