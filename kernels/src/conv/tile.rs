//! The inner product that every dense convolution comes down to.

use super::buffer::Aligned;
use pulp::Simd;
use std::array::from_fn;

/// Vectors of output channels that share a load of a pixel: with the pixels that share a load of the weights, as many
/// sums as registers hold.
const VECTORS_MAX: usize = 3;
/// The same where a panel of three would not fit the nearest cache, or where there are sixteen vector registers.
const VECTORS_MAX_NARROW: usize = 2;
/// Rows of a panel from here on are too many for three.
const DEEP: usize = 160;

/// Weights of a dense convolution, cut into panels of a few vectors of output channels.
#[derive(Debug)]
pub(super) struct Panels {
    panels: Vec<Panel>,
    bias: Aligned,
}

#[derive(Debug)]
struct Panel {
    /// The first output channel.
    first: usize,
    vectors: usize,
    /// For each input value one row of `vectors` vectors.
    weights: Aligned,
}

impl Panels {
    /// Packs `weights`, which lie output by output as ONNX has them, for vectors of `lanes`. A pixel's window has `rows`
    /// values, and `place` says which of them an input is.
    pub(super) fn pack(
        weights: &[f32],
        bias: &[f32],
        lanes: usize,
        rows: usize,
        place: impl Fn(usize) -> usize,
    ) -> Self {
        let outputs = bias.len();
        let inputs = weights.len() / outputs.max(1);
        let mut left = outputs.div_ceil(lanes);
        let most = if lanes == 8 || rows > DEEP { VECTORS_MAX_NARROW } else { VECTORS_MAX };
        let (mut panels, mut first) = (Vec::new(), 0);
        while left > 0 {
            let vectors = left.div_ceil(left.div_ceil(most));
            let width = vectors * lanes;
            let of = &weights[first * inputs..outputs.min(first + width) * inputs];
            let mut packed = Aligned::zeros(rows * width);
            for input in 0..inputs {
                let to = &mut packed[place(input) * width..][..width];
                for (to, from) in to.iter_mut().zip(of[input..].iter().step_by(inputs)) {
                    *to = *from;
                }
            }
            panels.push(Panel { first, vectors, weights: packed });
            left -= vectors;
            first += width;
        }
        Self { panels, bias: Aligned::padded(bias, first) }
    }
}

/// What is done with a sum before it is stored.
#[derive(Debug)]
pub(super) enum Activation {
    /// Negative values become 0.
    Relu,
    /// Negative values are multiplied by a slope of their channel.
    Slopes(Aligned),
}

/// Where sums go: as they are, activated, or both.
pub(super) struct Sink<'a> {
    pub(super) values: &'a mut [f32],
    /// Where each pixel begins.
    pub(super) at: &'a [usize],
}

/// Pixels of one call.
pub(super) struct Job<'a> {
    pub(super) source: &'a [f32],
    pub(super) count: usize,
    /// Where the window of each pixel begins. As all places, with the last repeated for a tile more.
    pub(super) at: &'a [usize],
    /// A window is this many runs of adjacent floats down, and so many across,
    pub(super) runs: [usize; 2],
    /// this far from each other.
    pub(super) run_step: [usize; 2],
    /// What is added, where each of its pixels begins, and how many channels it has.
    pub(super) add: Option<(&'a [f32], &'a [usize], usize)>,
    pub(super) raw: Option<Sink<'a>>,
    pub(super) active: Option<(&'a Activation, Sink<'a>)>,
}

/// All output channels of all pixels of a job.
#[inline(always)]
pub(super) fn dense<S: Simd>(simd: S, job: &mut Job<'_>, panels: &Panels) {
    for panel in &panels.panels {
        match panel.vectors {
            1 => pixels::<S, 1>(simd, job, panel, &panels.bias),
            2 => pixels::<S, 2>(simd, job, panel, &panels.bias),
            _ => pixels::<S, VECTORS_MAX>(simd, job, panel, &panels.bias),
        }
    }
}

/// Pixels of a tile, at most: a list of places is filled up to whole tiles of so many.
pub(super) const TILE_MAX: usize = 12;

#[inline(always)]
fn pixels<S: Simd, const V: usize>(simd: S, job: &mut Job<'_>, panel: &Panel, bias: &[f32]) {
    let mut first = 0;
    while first < job.count {
        let left = job.count - first;
        // AVX2 has sixteen registers, everything else thirty-two: for sums of twelve pixels by two vectors, or eight by
        // three.
        first += match left {
            1 => tile::<S, 1, V>(simd, job, panel, bias, first),
            2..=4 => tile::<S, 4, V>(simd, job, panel, bias, first),
            _ if S::F32_LANES == 8 => tile::<S, 6, V>(simd, job, panel, bias, first),
            9.. if V == VECTORS_MAX_NARROW => tile::<S, TILE_MAX, V>(simd, job, panel, bias, first),
            _ => tile::<S, 8, V>(simd, job, panel, bias, first),
        };
    }
}

/// `P` pixels, `V` vectors of channels. What is missing at the end is computed and stored twice. Returns `P`.
#[inline(always)]
fn tile<S: Simd, const P: usize, const V: usize>(
    simd: S,
    job: &mut Job<'_>,
    panel: &Panel,
    bias: &[f32],
    first: usize,
) -> usize {
    let starts = places::<P>(job.at, first);
    let sums = sums::<S, P, V>(simd, job, panel, *vectors::<S, V>(bias, panel.first), *starts);
    finish::<S, P, V>(simd, job, panel.first, first, sums);
    P
}

#[inline(always)]
fn places<const P: usize>(at: &[usize], first: usize) -> &[usize; P] {
    &at[first..first + P].as_chunks::<P>().0[0]
}

/// Nothing here is indexed by what is known at run time only, so that the sums stay in registers.
#[inline(always)]
fn sums<S: Simd, const P: usize, const V: usize>(
    simd: S,
    job: &Job<'_>,
    panel: &Panel,
    bias: [S::f32s; V],
    starts: [usize; P],
) -> [[S::f32s; V]; P] {
    let mut sums = [bias; P];
    let ([down, across], [row_step, step]) = (job.runs, job.run_step);
    for (run, weights) in panel.weights.chunks_exact(panel.weights.len() / (down * across)).enumerate() {
        let weights = S::as_simd_f32s(weights).0.as_chunks::<V>().0;
        let from = run / across * row_step + run % across * step;
        let rows: [&[f32]; P] = from_fn(|p| &job.source[starts[p] + from..][..weights.len()]);
        for (k, weight) in weights.iter().enumerate() {
            for p in 0..P {
                let value = simd.splat_f32s(rows[p][k]);
                for v in 0..V {
                    sums[p][v] = simd.mul_add_e_f32s(value, weight[v], sums[p][v]);
                }
            }
        }
    }
    sums
}

/// Adds, activates and stores the sums, one after the other for all pixels.
#[inline(always)]
fn finish<S: Simd, const P: usize, const V: usize>(
    simd: S,
    job: &mut Job<'_>,
    channel: usize,
    first: usize,
    mut sums: [[S::f32s; V]; P],
) {
    if let Some((values, at, channels)) = job.add {
        let at = places::<P>(at, first);
        for v in 0..V {
            let from = channel + v * S::F32_LANES;
            if from < channels {
                for p in 0..P {
                    sums[p][v] = simd.add_f32s(sums[p][v], vectors::<S, 1>(values, at[p] + from)[0]);
                }
            }
        }
    }
    if let Some(sink) = &mut job.raw {
        let at = places::<P>(sink.at, first);
        for p in 0..P {
            *vectors_mut::<S, V>(sink.values, at[p] + channel) = sums[p];
        }
    }
    if let Some((activation, sink)) = &mut job.active {
        let (zero, at) = (simd.splat_f32s(0.0), places::<P>(sink.at, first));
        match activation {
            Activation::Relu => {
                for p in 0..P {
                    let to = vectors_mut::<S, V>(sink.values, at[p] + channel);
                    for v in 0..V {
                        to[v] = simd.max_f32s(sums[p][v], zero);
                    }
                }
            }
            Activation::Slopes(slopes) => {
                let slope = *vectors::<S, V>(slopes, channel);
                for p in 0..P {
                    let to = vectors_mut::<S, V>(sink.values, at[p] + channel);
                    for v in 0..V {
                        let (over, under) =
                            (simd.max_f32s(sums[p][v], zero), simd.min_f32s(sums[p][v], zero));
                        to[v] = simd.mul_add_e_f32s(under, slope[v], over);
                    }
                }
            }
        }
    }
}

#[inline(always)]
pub(super) fn vectors<S: Simd, const V: usize>(values: &[f32], at: usize) -> &[S::f32s; V] {
    &S::as_simd_f32s(&values[at..at + V * S::F32_LANES]).0.as_chunks::<V>().0[0]
}

#[inline(always)]
pub(super) fn vectors_mut<S: Simd, const V: usize>(values: &mut [f32], at: usize) -> &mut [S::f32s; V] {
    &mut S::as_mut_simd_f32s(&mut values[at..at + V * S::F32_LANES]).0.as_chunks_mut::<V>().0[0]
}
