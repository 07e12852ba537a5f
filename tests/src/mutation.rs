//! Mutations of inputs, the same on every run: a poor relation of a fuzzer that needs no other compiler.

use petri_core::random::Random;

/// Numbers that parsers stumble over.
const EDGES: [u8; 6] = [0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF];
/// Changes of one mutation.
const CHANGES_MAX: usize = 6;
/// Longest stretch that is copied, doubled or removed, in bytes.
const STRETCH_BYTES_MAX: usize = 64;

/// A source of mutations.
#[derive(Debug, Clone)]
pub struct Mutator {
    chance: Random,
    bytes_max: usize,
}

impl Mutator {
    /// Mutations that follow from `seed`, of inputs up to `bytes_max`.
    pub const fn new(seed: u64, bytes_max: usize) -> Self {
        Self { chance: Random::new(seed), bytes_max }
    }

    fn below(&mut self, end: usize) -> usize {
        self.chance.below(end as u32) as usize
    }

    fn byte(&mut self) -> u8 {
        self.chance.below(256) as u8
    }

    /// One of `inputs`, changed in a few places; at times with a stretch of another of them.
    pub fn mutate(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let picked = self.below(inputs.len());
        let mut bytes = inputs.get(picked).cloned().unwrap_or_default();
        for _ in 0..=self.below(CHANGES_MAX) {
            let at = self.below(bytes.len() + 1);
            let length = self.below(STRETCH_BYTES_MAX).min(bytes.len() - at);
            match (self.below(8), bytes.get_mut(at)) {
                (0, Some(byte)) => *byte ^= 1 << self.below(8),
                (1, Some(byte)) => *byte = EDGES[self.below(EDGES.len())],
                (2, Some(byte)) => *byte = self.byte(),
                (3, _) => drop(bytes.drain(at..at + length)),
                (4, _) => bytes.truncate(at),
                (5, _) => {
                    let stretch = bytes[at..at + length].to_vec();
                    bytes.splice(at..at, stretch);
                }
                (6, _) => {
                    let other = self.below(inputs.len());
                    let other = inputs.get(other).map_or(&[][..], Vec::as_slice);
                    let from = self.below(other.len() + 1);
                    let stretch = &other[from..(from + STRETCH_BYTES_MAX).min(other.len())];
                    bytes.splice(at..at + length, stretch.iter().copied());
                }
                _ => bytes.insert(at, self.byte()),
            }
        }
        bytes.truncate(self.bytes_max);
        bytes
    }
}
