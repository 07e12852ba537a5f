//! Pictures made smaller by the mean of what each pixel covers: at every frame of a camera the first thing that is done.

use image::RgbImage;
use std::ops::Range;

/// `picture` at `width` x `height`, neither of them more than the picture's own nor 0: pixel for pixel what
/// `image::imageops::thumbnail` makes of it, but row by row and so in a tenth of the time.
pub(super) fn shrink(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let columns = covered(picture.width(), width);
    let mut small = RgbImage::new(width, height);
    let row_bytes = 3 * picture.width() as usize;
    let mut sums = vec![0u32; row_bytes];
    let rows = small.chunks_exact_mut(3 * width as usize);
    for (row, covers) in rows.zip(covered(picture.height(), height)) {
        sums.fill(0);
        let from = covers.start * row_bytes..covers.end * row_bytes;
        for line in picture.as_raw().get(from).unwrap_or_default().chunks_exact(row_bytes) {
            for (sum, byte) in sums.iter_mut().zip(line) {
                *sum += u32::from(*byte);
            }
        }
        for (pixel, across) in row.chunks_exact_mut(3).zip(&columns) {
            let count = (across.len() * covers.len()) as u32;
            let mut total = [count / 2; 3];
            for column in sums.chunks_exact(3).skip(across.start).take(across.len()) {
                for (total, sum) in total.iter_mut().zip(column) {
                    *total += sum;
                }
            }
            for (value, total) in pixel.iter_mut().zip(total) {
                *value = (total / count.max(1)) as u8;
            }
        }
    }
    small
}

/// Which of `from` places each of `to` covers, `to` being at most `from`.
fn covered(from: u32, to: u32) -> Vec<Range<usize>> {
    let ratio = from as f32 / to as f32;
    let edge = |at: f32, low: u32, high: u32| (at.ceil() as u32).clamp(low, high);
    let places = (0..to).map(|place| {
        let start = place as f32 * ratio;
        let first = edge(start, 0, from.saturating_sub(1));
        first as usize..edge(start + ratio, first, from) as usize
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::imageops::thumbnail;

    #[test]
    fn it_is_pixel_for_pixel_what_the_library_makes() {
        let picture = |width: u32, height: u32| {
            RgbImage::from_fn(width, height, |x, y| {
                let noise = (x * 7_919 + y * 104_729).wrapping_mul(2_654_435_761) >> 24;
                image::Rgb([noise as u8, (x * 255 / width) as u8, (noise ^ y) as u8])
            })
        };
        for (from, to) in [
            ((640, 480), (128, 96)),
            ((512, 512), (128, 128)),
            ((641, 359), (128, 72)),
            ((320, 240), (128, 96)),
            ((130, 97), (128, 96)),
            ((128, 96), (128, 96)),
            ((1_920, 1_080), (128, 72)),
            ((3, 700), (1, 128)),
            ((5, 1), (5, 1)),
        ] {
            let picture = picture(from.0, from.1);
            assert!(shrink(&picture, to.0, to.1) == thumbnail(&picture, to.0, to.1), "{from:?} to {to:?}");
        }
    }
}
