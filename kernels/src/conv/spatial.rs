//! What looks at neighbours and at one channel alone: depthwise convolution and maximum.

use super::buffer::{Aligned, Layout};
use super::tile::vectors;
use pulp::Simd;
use std::ops::Range;

/// Side of every depthwise window.
pub(super) const SIDE: usize = 3;
/// Pixels that share the weights in registers.
const PIXELS: usize = 4;

/// A depthwise convolution of 3 x 3.
#[derive(Debug)]
pub(super) struct Depthwise {
    /// For each place of the window one row of channels.
    pub(super) weights: Aligned,
    pub(super) bias: Aligned,
    pub(super) stride: usize,
    /// Of zeros above and left.
    pub(super) before: [usize; 2],
}

impl Depthwise {
    /// Rows of the result, pixel after pixel, into `to`.
    #[inline(always)]
    pub(super) fn rows<S: Simd>(
        &self,
        simd: S,
        source: &[f32],
        layout: &Layout,
        (rows, width): (Range<usize>, usize),
        to: &mut [f32],
    ) {
        for (row, to) in rows.zip(to.chunks_exact_mut(width * layout.pixel)) {
            let lines: [&[f32]; SIDE] =
                std::array::from_fn(|ky| &source[layout.at(row * self.stride + ky, 0, self.before)..]);
            if self.stride == 1 {
                self.near::<S, 1>(simd, lines, layout.pixel, width, to);
            } else {
                self.near::<S, 2>(simd, lines, layout.pixel, width, to);
            }
        }
    }

    /// Tells the compiler how far neighbours are from each other, where that is usual.
    #[inline(always)]
    fn near<S: Simd, const STRIDE: usize>(
        &self,
        simd: S,
        lines: [&[f32]; SIDE],
        pixel: usize,
        width: usize,
        to: &mut [f32],
    ) {
        match pixel / S::F32_LANES {
            1 => self.row::<S, STRIDE>(simd, lines, S::F32_LANES, width, to),
            2 => self.row::<S, STRIDE>(simd, lines, 2 * S::F32_LANES, width, to),
            4 => self.row::<S, STRIDE>(simd, lines, 4 * S::F32_LANES, width, to),
            8 => self.row::<S, STRIDE>(simd, lines, 8 * S::F32_LANES, width, to),
            16 => self.row::<S, STRIDE>(simd, lines, 16 * S::F32_LANES, width, to),
            _ => self.row::<S, STRIDE>(simd, lines, pixel, width, to),
        }
    }

    #[inline(always)]
    fn row<S: Simd, const STRIDE: usize>(
        &self,
        simd: S,
        lines: [&[f32]; SIDE],
        pixel: usize,
        width: usize,
        to: &mut [f32],
    ) {
        let step = pixel / S::F32_LANES;
        let lines = lines.map(|line| S::as_simd_f32s(line).0);
        let to = S::as_mut_simd_f32s(to).0;
        for channel in 0..step {
            let bias = vectors::<S, 1>(&self.bias, channel * S::F32_LANES)[0];
            let weights: [S::f32s; SIDE * SIDE] = std::array::from_fn(|k| {
                vectors::<S, 1>(&self.weights, k * pixel + channel * S::F32_LANES)[0]
            });
            let mut x = 0;
            while x + PIXELS <= width {
                let lines = lines.map(|line| &line[x * STRIDE * step + channel..]);
                let sums = block::<S, STRIDE, PIXELS>(simd, lines, step, bias, &weights);
                for (i, sum) in sums.into_iter().enumerate() {
                    to[(x + i) * step + channel] = sum;
                }
                x += PIXELS;
            }
            while x < width {
                let lines = lines.map(|line| &line[x * STRIDE * step + channel..]);
                let [sum] = block::<S, STRIDE, 1>(simd, lines, step, bias, &weights);
                to[x * step + channel] = sum;
                x += 1;
            }
        }
    }
}

#[inline(always)]
fn block<S: Simd, const STRIDE: usize, const P: usize>(
    simd: S,
    lines: [&[S::f32s]; SIDE],
    step: usize,
    bias: S::f32s,
    weights: &[S::f32s; SIDE * SIDE],
) -> [S::f32s; P] {
    let mut sums = [bias; P];
    for (ky, line) in lines.iter().enumerate() {
        let line = &line[..=(((P - 1) * STRIDE + SIDE - 1) * step)];
        for kx in 0..SIDE {
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = simd.mul_add_e_f32s(line[(i * STRIDE + kx) * step], weights[ky * SIDE + kx], *sum);
            }
        }
    }
    sums
}

/// The largest value of a window, in each channel.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) side: usize,
    pub(super) stride: usize,
    /// Of nothing above and left: what lies outside the image does not count.
    pub(super) before: [usize; 2],
}

impl Pool {
    /// The whole image.
    #[inline(always)]
    pub(super) fn run<S: Simd>(&self, simd: S, source: (&[f32], &Layout), to: (&mut [f32], &Layout)) {
        let ((source, from), (values, layout)) = (source, to);
        let source = S::as_simd_f32s(source).0;
        let step = from.pixel / S::F32_LANES;
        let inside = |at: usize, before: usize, size: usize| {
            let low = (at * self.stride).saturating_sub(before);
            low..(at * self.stride + self.side - before).min(size)
        };
        for y in 0..layout.height {
            let rows = inside(y, self.before[0], from.height);
            let start = layout.at(y, 0, [0, 0]);
            let line = &mut values[start..start + layout.width * layout.pixel];
            for (x, pixel) in S::as_mut_simd_f32s(line).0.chunks_exact_mut(step).enumerate() {
                let columns = inside(x, self.before[1], from.width);
                for (channel, to) in pixel.iter_mut().enumerate() {
                    let mut most = simd.splat_f32s(f32::NEG_INFINITY);
                    for row in rows.clone() {
                        let at = from.at(row, columns.start, [0, 0]) / S::F32_LANES + channel;
                        for column in 0..columns.len() {
                            most = simd.max_f32s(most, source[at + column * step]);
                        }
                    }
                    *to = most;
                }
            }
        }
    }
}
