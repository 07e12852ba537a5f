//! What a decoder makes of damaged, foreign and hostile bytes.

mod samples;

use petri_link::{Decoder, FRAME_BYTES_MAX, Fault, Packet, ToDevice, encode};
use samples::{to_device, to_peer};

type Got = Result<Packet<ToDevice>, Fault>;

fn frame(packet: &Packet<ToDevice>) -> Vec<u8> {
    let mut room = [0; FRAME_BYTES_MAX];
    encode(packet, &mut room).expect("it fits").to_vec()
}

fn decode(decoder: &mut Decoder, mut bytes: &[u8]) -> Vec<Got> {
    let mut got = Vec::new();
    while !bytes.is_empty() {
        let (used, one) = decoder.push(bytes);
        assert!(used > 0 && used <= bytes.len());
        got.extend(one);
        bytes = &bytes[used..];
    }
    got
}

#[test]
fn frames_are_found_however_the_bytes_are_cut() {
    let packets = to_device();
    let stream: Vec<u8> = packets.iter().flat_map(frame).collect();
    for size in [1, 2, 3, 254, 255, 256, 1_000, stream.len()] {
        let mut decoder = Decoder::new();
        let got: Vec<Got> = stream.chunks(size).flat_map(|chunk| decode(&mut decoder, chunk)).collect();
        let got: Vec<_> = got.into_iter().collect::<Result<_, _>>().expect("whole");
        assert!(got == packets, "in pieces of {size}");
    }
}

#[test]
fn one_flipped_bit_costs_one_frame_and_is_never_taken_for_a_message() {
    let packets = to_device();
    let good = frame(&packets[6]);
    for packet in packets.iter().filter(|packet| frame(packet).len() < 64) {
        let whole = frame(packet);
        for bit in 0..8 * whole.len() {
            let mut damaged = whole.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let mut decoder = Decoder::new();
            // The second frame stands for what comes next: a lost zero joins the two.
            let got = decode(&mut decoder, &[damaged, good.clone(), good.clone()].concat());
            assert_eq!(got.last(), Some(&Ok(packets[6].clone())));
            let taken = got.iter().filter(|one| one.is_ok()).count();
            assert!(taken <= 2, "bit {bit} of {packet:?} was not noticed: {got:?}");
        }
    }
}

#[test]
fn a_frame_that_is_too_long_is_skipped_and_the_next_is_found() {
    let packets = to_device();
    let mut decoder = Decoder::new();
    for length in [FRAME_BYTES_MAX - 1, FRAME_BYTES_MAX, 100_000] {
        let mut bytes = vec![1; length];
        bytes.push(0);
        bytes.extend(frame(&packets[0]));
        assert_eq!(decode(&mut decoder, &bytes), [Err(Fault::Damaged), Ok(packets[0].clone())]);
        assert!(!decoder.is_amid());
    }
    decode(&mut decoder, &[9; 10]);
    assert!(decoder.is_amid());
    decoder.reset();
    assert_eq!(decode(&mut decoder, &frame(&packets[1])), [Ok(packets[1].clone())]);
}

#[test]
fn zeros_between_frames_are_nothing() {
    let packets = to_device();
    let bytes = [vec![0; 100], frame(&packets[0]), vec![0; 3], frame(&packets[1])].concat();
    let got = decode(&mut Decoder::new(), &bytes);
    assert_eq!(got, [Ok(packets[0].clone()), Ok(packets[1].clone())]);
}

/// A frame with any content, and the right checksum.
fn sealed(content: &[u8]) -> Vec<u8> {
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC).checksum(content);
    let mut bytes = cobs::encode_vec(&[content, &crc.to_le_bytes()[..]].concat());
    bytes.push(0);
    bytes
}

#[test]
fn messages_of_a_later_version_are_told_from_damage_with_their_number() {
    for content in [
        &[42, 200, 1][..],                // a variant that is not there yet
        &[42],                            // no body
        &[42, 1, 0],                      // a ping that says more
        &[42, 5, 99],                     // an exercise that is not there yet
        &[42, 7, 2, 0xC3, 0x28],          // a text that is not UTF-8
        &[42, 7, 0xFF, 0xFF, 0x7F, 0x41], // a text that claims to be longer than the frame
    ] {
        assert_eq!(decode(&mut Decoder::new(), &sealed(content)), [Err(Fault::Unknown(42))], "{content:?}");
    }
    // Without even a number.
    assert_eq!(decode(&mut Decoder::new(), &sealed(&[])), [Err(Fault::Damaged)]);
    assert_eq!(decode(&mut Decoder::new(), &sealed(&[0xFF; 5])), [Err(Fault::Damaged)]);
}

#[test]
fn the_longest_messages_leave_room_in_the_largest_frame() {
    let mut room = [0; FRAME_BYTES_MAX];
    let mut longest = 0;
    for packet in to_device() {
        longest = longest.max(encode(&packet, &mut room).expect("it fits").len());
    }
    for packet in to_peer() {
        longest = longest.max(encode(&packet, &mut room).expect("it fits").len());
    }
    assert!((1_000..=FRAME_BYTES_MAX).contains(&longest), "{longest}");
}
