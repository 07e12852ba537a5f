//! The small files that are fitted on a device.

use petri_models::Id;
use petri_runtime::perception::adapt;
use petri_runtime::perception::enrol::{Base, Enrolled};
use std::sync::LazyLock;

/// Features and outputs of the adapter that the target reads.
const SHAPE: (usize, usize) = (3, 2);

/// The file of an adapter, with its checksum written anew.
pub fn adapter(data: &[u8]) -> bool {
    let _ = adapt::parse(data, Id::TextEmotion, SHAPE.0, SHAPE.1);
    let adapter = adapt::parse(&sealed(data), Id::TextEmotion, SHAPE.0, SHAPE.1);
    if let Ok(adapter) = &adapter {
        let mut logits = [0.0; SHAPE.1];
        adapter.apply(&[1.0; SHAPE.0], &mut logits);
        assert!(adapter.fits(SHAPE.0, SHAPE.1), "{adapter:?}");
    }
    adapter.is_ok()
}

static BASE: LazyLock<Base> = LazyLock::new(|| {
    Base::parse(&super::file("models/speech-encoder/words.safetensors")).expect("a file of ours")
});

/// The file of enrolled words, with its checksum written anew.
pub fn words_file(data: &[u8]) -> bool {
    let _ = Enrolled::parse(data, &BASE);
    let enrolled = Enrolled::parse(&sealed(data), &BASE);
    if let Ok(enrolled) = &enrolled {
        // As bytes: limits of senseless numbers may be none, which equal nothing.
        let again = Enrolled::parse(&enrolled.bytes(), &BASE).map(|again| again.bytes());
        assert_eq!(again, Ok(enrolled.bytes()));
        assert!(enrolled.words().all(|(_, recordings)| (3..=5).contains(&recordings)));
    }
    enrolled.is_ok()
}

fn sealed(content: &[u8]) -> Vec<u8> {
    [content, &crc32fast::hash(content).to_le_bytes()].concat()
}
