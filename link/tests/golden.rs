//! The wire does not change by accident: every message is compared with its golden frame, in `golden.json`, which the
//! Python client's tests read as well. After a message was added, `PETRI_GOLDEN=write cargo test -p petri-link` writes
//! the file anew; what stood in it before must stay.

mod samples;

use petri_link::{Decoder, FRAME_BYTES_MAX, Packet, ToDevice, ToPeer, encode};
use samples::{to_device, to_peer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Debug;
use std::fmt::Write as _;
use std::path::Path;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn golden<T: Serialize>(packets: &[Packet<T>]) -> Vec<Value> {
    let one = |packet: &Packet<T>| {
        let mut frame = [0; FRAME_BYTES_MAX];
        let frame = encode(packet, &mut frame).expect("it fits");
        json!({ "number": packet.number, "body": packet.body, "frame": hex(frame) })
    };
    packets.iter().map(one).collect()
}

#[test]
fn every_message_has_its_golden_bytes() {
    let now = json!({ "to_device": golden(&to_device()), "to_peer": golden(&to_peer()) });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden.json");
    if std::env::var_os("PETRI_GOLDEN").is_some_and(|what| what == "write") {
        let lines = |direction: &str| -> String {
            let list = now[direction].as_array().expect("a list");
            list.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n")
        };
        let (device, peer) = (lines("to_device"), lines("to_peer"));
        let text = format!("{{\"to_device\": [\n{device}\n], \"to_peer\": [\n{peer}\n]}}\n");
        std::fs::write(&path, text).expect("written");
    }
    let text = std::fs::read_to_string(&path).expect("golden.json");
    let then: Value = serde_json::from_str(&text).expect("JSON");
    for direction in ["to_device", "to_peer"] {
        let pairs = then[direction]
            .as_array()
            .expect("a list")
            .iter()
            .zip(now[direction].as_array().expect("a list"));
        for (then, now) in pairs {
            assert_eq!(then, now, "the wire has changed");
        }
    }
    assert_eq!(then, now, "messages were added or lost");
}

fn there_and_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(packets: &[Packet<T>]) {
    let mut decoder = Decoder::new();
    for packet in packets {
        let mut frame = [0; FRAME_BYTES_MAX];
        let frame = encode(packet, &mut frame).expect("it fits");
        let (used, got) = decoder.push::<T>(frame);
        assert_eq!(used, frame.len());
        assert_eq!(got.and_then(Result::ok).as_ref(), Some(packet));
    }
}

#[test]
fn every_message_comes_back_as_it_was() {
    there_and_back::<ToDevice>(&to_device());
    there_and_back::<ToPeer>(&to_peer());
}
