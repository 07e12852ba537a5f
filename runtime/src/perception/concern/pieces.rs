//! The hashed pieces of a text that the model of signs reads. `tools/train/text/signs.py` is the reference.

use petri_models::Manifest;
use std::collections::BTreeSet;

/// What the model takes. One value for each bucket: the same for every bucket that a piece of the text falls into, so that the row has
/// length 1.
pub fn row(text: &str, manifest: &Manifest) -> Vec<f32> {
    let number = |name| manifest.number(name) as usize;
    let buckets = number("buckets").max(1);
    let found = pieces(text, buckets, number("piece_chars_max"), number("words_max"));
    let value = (found.len().max(1) as f32).sqrt().recip();
    let mut row = vec![0.0; buckets];
    for bucket in found {
        row[bucket] = value;
    }
    row
}

/// Runs of characters (single ASCII ones apart) and of English words, as buckets.
fn pieces(text: &str, buckets: usize, chars_max: usize, words_max: usize) -> BTreeSet<usize> {
    let lower = text.to_lowercase().replace('’', "'");
    let spaced = format!(" {} ", lower.split_whitespace().collect::<Vec<_>>().join(" "));
    let bucket = |kind: char, piece: &str| fnv1a(kind, piece) as usize % buckets;
    let mut found = BTreeSet::new();
    let ends: Vec<usize> = spaced.char_indices().map(|(at, _)| at).chain([spaced.len()]).collect();
    for length in 1..=chars_max {
        for span in ends.windows(length + 1) {
            let piece = &spaced[span[0]..span[length]];
            if length > 1 || !piece.is_ascii() {
                found.insert(bucket('c', piece));
            }
        }
    }
    let of_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '\'';
    let words: Vec<&str> = spaced.split(|c| !of_word(c)).filter(|word| !word.is_empty()).collect();
    for length in 1..=words_max {
        found.extend(words.windows(length).map(|run| bucket('w', &run.join(" "))));
    }
    found
}

/// FNV-1a, 32 bits.
fn fnv1a(kind: char, piece: &str) -> u32 {
    let bytes = std::iter::once(kind as u8).chain(piece.bytes());
    bytes.fold(0x811C_9DC5, |value, byte| (value ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_those_of_the_training() {
        // Printed by `pieces` of tools/train/text/signs.py.
        let found = pieces("No way, 不行", 1 << 15, 4, 3);
        assert_eq!((found.len(), found.iter().sum::<usize>()), (35, 682_499));
    }
}
