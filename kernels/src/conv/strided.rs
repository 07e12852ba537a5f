//! A convolution along time, where all channels of a moment lie together: a product of rows that overlap.

use super::Unsupported;
use super::net::lanes;
use super::tile::{Job, Panels, Sink, TILE_MAX, dense};
use pulp::{Arch, Simd, WithSimd};

/// Moments of one call of the inner product, at most.
const MOMENTS: usize = 96;

/// A convolution along time. Each window is one run of floats where it lies, so nothing is copied.
#[derive(Debug)]
pub struct Strided {
    panels: Panels,
    channels: usize,
    outputs: usize,
    /// Moments of a window, and from one window to the next.
    window: usize,
    stride: usize,
}

impl Strided {
    /// `weights` has, for each of `bias.len()` outputs, each channel, and of that each moment, as ONNX has them.
    ///
    /// # Errors
    /// When the numbers do not fit each other, or the outputs do not fill vectors of this processor.
    pub fn new(channels: usize, stride: usize, weights: &[f32], bias: &[f32]) -> Result<Self, Unsupported> {
        let (outputs, lanes) = (bias.len(), lanes());
        let inputs = weights.len() / outputs.max(1);
        if inputs == 0 || channels == 0 || stride == 0 {
            return Err(Unsupported::Shapes);
        }
        let fits = weights.len() == inputs * outputs && inputs.is_multiple_of(channels);
        if !fits || !outputs.is_multiple_of(lanes) {
            return Err(Unsupported::Shapes);
        }
        let window = inputs / channels;
        let place = |at: usize| at % window * channels + at / window;
        let panels = Panels::pack(weights, bias, lanes, inputs, place);
        Ok(Self { panels, channels, outputs, window, stride })
    }

    /// Channels of a moment that goes in.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Channels of a moment that comes out.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Moments that a window sees, and from one window to the next.
    pub fn window(&self) -> [usize; 2] {
        [self.window, self.stride]
    }

    /// How many moments come out of so many, if it is any.
    pub fn moments(&self, of: usize) -> Option<usize> {
        Some(of.checked_sub(self.window)? / self.stride + 1)
    }

    /// Runs on `input`, moment after moment, into `output`.
    ///
    /// # Panics
    /// When a slice does not hold whole moments, or not as many as come out.
    pub fn run(&self, input: &[f32], output: &mut [f32]) {
        assert!(input.len().is_multiple_of(self.channels), "whole moments go in");
        let moments = self.moments(input.len() / self.channels).unwrap_or(0);
        assert_eq!(output.len(), moments * self.outputs, "a place for each moment that comes out");
        Arch::new().dispatch(Run { of: self, input, output, moments });
    }
}

struct Run<'a> {
    of: &'a Strided,
    input: &'a [f32],
    output: &'a mut [f32],
    moments: usize,
}

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { of, input, output, moments } = self;
        let mut first = 0;
        while first < moments {
            let count = MOMENTS.min(moments - first);
            let places = |step: usize| -> Vec<usize> {
                (0..count + TILE_MAX - 1).map(|at| (first + at.min(count - 1)) * step).collect()
            };
            let (from, to) = (places(of.stride * of.channels), places(of.outputs));
            let mut job = Job {
                source: input,
                count,
                at: &from,
                runs: [1, 1],
                run_step: [0, 0],
                add: None,
                raw: Some(Sink { values: &mut *output, at: &to }),
                active: None,
            };
            dense(simd, &mut job, &of.panels);
            first += count;
        }
    }
}
