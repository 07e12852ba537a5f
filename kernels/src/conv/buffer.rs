//! Where the floats of an image lie.

use std::ops::{Deref, DerefMut};

const LINE_BYTES: usize = 64;
const LINE_FLOATS: usize = LINE_BYTES / size_of::<f32>();

/// Floats that begin at a cache line: a vector that crosses two lines loads at half the speed.
#[derive(Debug, Default)]
pub(super) struct Aligned {
    data: Vec<f32>,
    start: usize,
    length: usize,
}

impl Aligned {
    /// Zeros.
    pub(super) fn zeros(length: usize) -> Self {
        let data = vec![0.0; length + LINE_FLOATS];
        let start = (LINE_BYTES - data.as_ptr().addr() % LINE_BYTES) % LINE_BYTES / size_of::<f32>();
        Self { data, start, length }
    }

    /// A copy of `values`, zeros behind it up to `length`.
    pub(super) fn padded(values: &[f32], length: usize) -> Self {
        let mut made = Self::zeros(length);
        made[..values.len()].copy_from_slice(values);
        made
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.data[self.start..self.start + self.length]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.data[self.start..self.start + self.length]
    }
}

/// Rows of pixels, the channels of a pixel together, a border of zeros around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    /// Floats from one pixel to the next.
    pub(super) pixel: usize,
    /// Pixels at the top, left, bottom and right.
    pub(super) border: [usize; 4],
}

impl Layout {
    /// Floats from one row to the next.
    pub(super) fn row(&self) -> usize {
        (self.width + self.border[1] + self.border[3]) * self.pixel
    }

    /// Floats altogether.
    pub(super) fn length(&self) -> usize {
        (self.height + self.border[0] + self.border[2]) * self.row()
    }

    /// Makes the border zero.
    pub(super) fn clear_border(&self, values: &mut [f32]) {
        let ([top, left, ..], inside) = (self.border, self.width * self.pixel);
        let mut from = 0;
        for y in 0..self.height {
            let to = (top + y) * self.row() + left * self.pixel;
            values[from..to].fill(0.0);
            from = to + inside;
        }
        values[from..self.length()].fill(0.0);
    }

    /// Where a pixel begins; one of the border has coordinates below zero, which `before` is taken off for.
    pub(super) fn at(&self, y: usize, x: usize, before: [usize; 2]) -> usize {
        (y + self.border[0] - before[0]) * self.row() + (x + self.border[1] - before[1]) * self.pixel
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_begin_at_a_cache_line_also_after_they_moved() {
        let buffers: Vec<Aligned> = (1..40).map(Aligned::zeros).collect();
        assert!(buffers.iter().all(|buffer| buffer.as_ptr().addr().is_multiple_of(LINE_BYTES)));
    }

    #[test]
    fn a_border_moves_the_first_pixel() {
        let layout = Layout { channels: 3, height: 2, width: 5, pixel: 4, border: [1, 2, 0, 1] };
        assert_eq!((layout.row(), layout.length()), (32, 96));
        assert_eq!(layout.at(0, 0, [0, 0]), 40);
        assert_eq!(layout.at(0, 0, [1, 2]), 0);
    }
}
