//! An empty room is not searched for faces again while nothing moves in it: that is most of what a camera sees in a
//! day, and the detector most of what it costs.

use image::RgbImage;

/// Pictures that may pass unsearched, one after the other: half a second of a camera's.
const PASSES_MAX: u32 = 7;
/// Sides of the blocks that are compared. Over one of them the noise of a camera averages out.
const BLOCK_PIXELS: u32 = 8;
/// Something moved where the pixels of a block differ by this on average; each has values from 0 to 255.
const MOVED_MIN: u32 = 3;

/// The last picture in which nobody was found.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Still {
    empty: Option<RgbImage>,
    passed: u32,
}

impl Still {
    /// Whether nobody can have come into this picture since the last one that was searched.
    pub(super) fn is_still_empty(&mut self, picture: &RgbImage) -> bool {
        let same =
            self.passed < PASSES_MAX && self.empty.as_ref().is_some_and(|empty| !moved(empty, picture));
        self.passed = if same { self.passed + 1 } else { 0 };
        same
    }

    /// Takes a picture that was searched, unless somebody was found in it.
    pub(super) fn searched(&mut self, picture: RgbImage, nobody: bool) {
        self.empty = nobody.then_some(picture);
    }
}

/// Without the picture.
impl std::fmt::Debug for Still {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Still({} passed)", self.passed)
    }
}

fn moved(before: &RgbImage, now: &RgbImage) -> bool {
    if before.dimensions() != now.dimensions() {
        return true;
    }
    let across = now.width().div_ceil(BLOCK_PIXELS) as usize;
    let row_bytes = 3 * now.width() as usize;
    let rows = |picture| RgbImage::as_raw(picture).chunks(row_bytes * BLOCK_PIXELS as usize);
    rows(before).zip(rows(now)).any(|(before, now)| {
        let (mut sums, mut counts) = (vec![0u32; across], vec![0u32; across]);
        for (before, now) in before.chunks(row_bytes).zip(now.chunks(row_bytes)) {
            let blocks = |row| <[u8]>::chunks(row, 3 * BLOCK_PIXELS as usize);
            for (block, (before, now)) in blocks(before).zip(blocks(now)).enumerate() {
                let differ = before.iter().zip(now).map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>();
                if let (Some(sum), Some(count)) = (sums.get_mut(block), counts.get_mut(block)) {
                    *sum += differ;
                    *count += before.len() as u32;
                }
            }
        }
        sums.iter().zip(counts).any(|(sum, count)| *sum >= MOVED_MIN * count.max(1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An uneven room in a camera's noise, and something in it.
    fn room(seed: u32, thing: Option<[u32; 2]>) -> RgbImage {
        RgbImage::from_fn(128, 96, |x, y| {
            let noise = (x * 131 + y * 7_919 + seed * 104_729).wrapping_mul(2_654_435_761) >> 30;
            let inside = thing.is_some_and(|[left, top]| x.abs_diff(left) < 5 && y.abs_diff(top) < 6);
            let light = 60 + x / 4 + y / 3 + noise + if inside { 25 } else { 0 };
            image::Rgb([light as u8; 3])
        })
    }

    #[test]
    fn noise_is_no_movement_and_somebody_small_is() {
        let mut still = Still::default();
        assert!(!still.is_still_empty(&room(0, None)), "nothing was searched yet");
        still.searched(room(0, None), true);
        assert!(still.is_still_empty(&room(1, None)));
        assert!(!still.is_still_empty(&room(2, Some([60, 40]))));
        assert!(!still.is_still_empty(&room(3, Some([124, 92]))));
    }

    #[test]
    fn a_room_is_searched_again_after_half_a_second_and_at_once_after_a_face() {
        let mut still = Still::default();
        still.searched(room(0, None), true);
        let passed = (0..20).take_while(|seed| still.is_still_empty(&room(*seed, None))).count();
        assert_eq!(passed, PASSES_MAX as usize);
        still.searched(room(0, None), false);
        assert!(!still.is_still_empty(&room(0, None)));
    }
}
