//! Mutations of inputs, the same on every run: a poor relation of a fuzzer that needs no other compiler.

/// Numbers that parsers stumble over.
const EDGES: [u8; 6] = [0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF];
/// Changes of one mutation.
const CHANGES_MAX: u64 = 6;
/// Longest stretch that is copied, doubled or removed, in bytes.
const STRETCH_BYTES_MAX: u64 = 64;

/// A source of mutations.
#[derive(Debug, Clone)]
pub struct Mutator {
    state: u64,
    bytes_max: usize,
}

impl Mutator {
    /// Mutations that follow from `seed`, of inputs up to `bytes_max`.
    pub const fn new(seed: u64, bytes_max: usize) -> Self {
        Self { state: seed, bytes_max }
    }

    /// Splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// One of `inputs`, changed in a few places; at times with a stretch of another of them.
    pub fn mutate(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let picked = self.below(inputs.len());
        let mut bytes = inputs.get(picked).cloned().unwrap_or_default();
        for _ in 0..=self.below(CHANGES_MAX as usize) {
            let at = self.below(bytes.len() + 1);
            let length = self.below(STRETCH_BYTES_MAX as usize).min(bytes.len() - at);
            match (self.below(8), bytes.get_mut(at)) {
                (0, Some(byte)) => *byte ^= 1 << (self.next() % 8),
                (1, Some(byte)) => *byte = EDGES[(self.next() % EDGES.len() as u64) as usize],
                (2, Some(byte)) => *byte = self.next() as u8,
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
                    let stretch = &other[from..(from + STRETCH_BYTES_MAX as usize).min(other.len())];
                    bytes.splice(at..at + length, stretch.iter().copied());
                }
                _ => bytes.insert(at, self.next() as u8),
            }
        }
        bytes.truncate(self.bytes_max);
        bytes
    }
}
