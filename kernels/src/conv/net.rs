//! A network that is ready to run.

use super::buffer::{Aligned, Layout};
use super::slots::{Slot, slots};
use super::spatial::{Depthwise, Pool};
use super::tile::{Activation, Job, Panels, Sink, TILE_MAX, dense, vectors, vectors_mut};
use pulp::{Arch, Simd, WithSimd};
use std::mem::take;
use std::sync::{Mutex, PoisonError};

/// A depthwise convolution gives as many rows at a time as have about this many floats,
const ROWS_FLOATS: usize = 4096;
/// but at least this many pixels, so that the weights behind it are not loaded for few.
const ROWS_PIXELS: usize = 24;
/// Pixels of one call of the inner product, at most, unless a single row has more.
const PIXELS: usize = 96;

/// Floats in a vector of this processor.
pub(super) fn lanes() -> usize {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;
        fn with_simd<S: Simd>(self, _: S) -> usize {
            S::F32_LANES
        }
    }
    Arch::new().dispatch(Lanes)
}

/// A dense convolution, perhaps behind a depthwise one.
#[derive(Debug)]
pub(super) struct Sums {
    pub(super) panels: Panels,
    pub(super) depthwise: Option<Depthwise>,
    /// Runs of adjacent floats of the window, down and across.
    pub(super) runs: [usize; 2],
    pub(super) stride: usize,
    pub(super) before: [usize; 2],
    /// Height and width of the result.
    pub(super) size: [usize; 2],
}

/// One pass over memory. Numbers are values.
#[derive(Debug)]
// A network has few passes, and most of them are sums.
#[allow(clippy::large_enum_variant)]
pub(super) enum Pass {
    Sums {
        from: usize,
        sums: Sums,
        add: Option<usize>,
        raw: Option<usize>,
        active: Option<(Activation, usize)>,
    },
    Pool {
        from: usize,
        pool: Pool,
        to: usize,
    },
    Combine {
        from: usize,
        add: Option<usize>,
        active: Option<Activation>,
        to: usize,
    },
}

impl Pass {
    pub(super) fn reads(&self) -> [Option<usize>; 2] {
        match self {
            Self::Sums { from, add, .. } | Self::Combine { from, add, .. } => [Some(*from), *add],
            Self::Pool { from, .. } => [Some(*from), None],
        }
    }

    pub(super) fn writes(&self) -> [Option<usize>; 2] {
        match self {
            Self::Sums { raw, active, .. } => [*raw, active.as_ref().map(|(_, value)| *value)],
            Self::Pool { to, .. } | Self::Combine { to, .. } => [Some(*to), None],
        }
    }
}

/// A network of convolutions on one image. Runs on one thread; several may run it at once.
#[derive(Debug)]
pub struct Net {
    layouts: Vec<Layout>,
    passes: Vec<Pass>,
    outputs: Vec<usize>,
    /// The buffer of each value; one serves several values, one after the other.
    slots: Vec<Slot>,
    /// Floats of each buffer.
    floats: Vec<usize>,
    spare: Mutex<Vec<Memory>>,
}

/// What a run works in.
#[derive(Debug)]
struct Memory {
    buffers: Vec<Aligned>,
    rows: Aligned,
    places: Places,
}

#[derive(Debug, Default)]
struct Places {
    from: Vec<usize>,
    add: Vec<usize>,
    raw: Vec<usize>,
    active: Vec<usize>,
}

impl Net {
    pub(super) fn new(layouts: Vec<Layout>, passes: Vec<Pass>, outputs: Vec<usize>) -> Self {
        let (slots, floats) = slots(&layouts, &passes, &outputs);
        Self { layouts, passes, outputs, slots, floats, spare: Mutex::default() }
    }

    /// Channels, height and width of the image that comes in.
    pub fn input(&self) -> [usize; 3] {
        shape(&self.layouts[0])
    }

    #[cfg(test)]
    pub(super) fn parts(&self) -> (&[Layout], &[Pass], &[usize]) {
        (&self.layouts, &self.passes, &self.outputs)
    }

    /// Channels, height and width of each image that it gives.
    pub fn outputs(&self) -> impl Iterator<Item = [usize; 3]> {
        self.outputs.iter().map(|value| shape(&self.layouts[*value]))
    }

    /// Runs on `image`, plane after plane, into `outputs`, which are written plane after plane.
    ///
    /// # Panics
    /// When a slice has another length than its image.
    pub fn run(&self, image: &[f32], outputs: &mut [&mut [f32]]) {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut memory = spare.unwrap_or_else(|| self.memory());
        self.take_in(image, &mut memory.buffers[0]);
        let arch = Arch::new();
        for pass in &self.passes {
            arch.dispatch(Run { net: self, pass, memory: &mut memory });
        }
        for (value, to) in self.outputs.iter().zip(outputs) {
            give_out(&memory.buffers[self.slots[*value].number], &self.layouts[*value], to);
        }
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    }

    fn memory(&self) -> Memory {
        let buffers = self.floats.iter().map(|floats| Aligned::zeros(*floats)).collect();
        Memory { buffers, rows: Aligned::default(), places: Places::default() }
    }

    fn take_in(&self, image: &[f32], to: &mut [f32]) {
        let layout = &self.layouts[0];
        let plane = layout.height * layout.width;
        assert_eq!(image.len(), plane * layout.channels, "the image has another size than the network's");
        for y in 0..layout.height {
            let start = layout.at(y, 0, [0, 0]);
            let row = &mut to[start..start + layout.width * layout.pixel];
            for (channel, from) in image.chunks_exact(plane).enumerate() {
                let from = &from[y * layout.width..(y + 1) * layout.width];
                if layout.pixel == 1 {
                    row.copy_from_slice(from);
                    continue;
                }
                for (to, value) in row.iter_mut().skip(channel).step_by(layout.pixel).zip(from) {
                    *to = *value;
                }
            }
        }
    }
}

fn shape(layout: &Layout) -> [usize; 3] {
    [layout.channels, layout.height, layout.width]
}

fn give_out(from: &[f32], layout: &Layout, to: &mut [f32]) {
    let plane = layout.height * layout.width;
    assert_eq!(to.len(), plane * layout.channels, "the place for an image has another size than the image");
    for y in 0..layout.height {
        let start = layout.at(y, 0, [0, 0]);
        let row = &from[start..start + layout.width * layout.pixel];
        for (channel, to) in to.chunks_exact_mut(plane).enumerate() {
            let to = &mut to[y * layout.width..(y + 1) * layout.width];
            for (to, value) in to.iter_mut().zip(row.iter().skip(channel).step_by(layout.pixel)) {
                *to = *value;
            }
        }
    }
}

struct Run<'a> {
    net: &'a Net,
    pass: &'a Pass,
    memory: &'a mut Memory,
}

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { net, pass, memory } = self;
        let (layouts, slots) = (&net.layouts, &net.slots);
        let written = pass.writes();
        let [mut first, mut second] =
            written.map(|value| value.map(|value| take(&mut memory.buffers[slots[value].number])));
        for (value, buffer) in written.iter().zip([&mut first, &mut second]) {
            if let (Some(value), Some(buffer)) = (*value, buffer)
                && slots[value].is_foreign
            {
                layouts[value].clear_border(buffer);
            }
        }
        let buffers = &memory.buffers;
        let image = |value: usize| (&buffers[slots[value].number][..], &layouts[value]);
        match pass {
            Pass::Sums { from, sums, add, raw, active } => {
                let raw = raw.and_then(|value| Some((first.as_deref_mut()?, &layouts[value])));
                let active = active.as_ref().and_then(|(activation, value)| {
                    Some((activation, second.as_deref_mut()?, &layouts[*value]))
                });
                let (rows, places) = (&mut memory.rows, &mut memory.places);
                let ends = Ends { from: image(*from), add: add.map(image), raw, active };
                sums.run(simd, ends, rows, places);
            }
            Pass::Pool { from, pool, to } => {
                if let Some(values) = first.as_deref_mut() {
                    pool.run(simd, image(*from), (values, &layouts[*to]));
                }
            }
            Pass::Combine { from, add, active, to } => {
                if let Some(values) = first.as_deref_mut() {
                    combine(simd, image(*from), add.map(image), active.as_ref(), (values, &layouts[*to]));
                }
            }
        }
        for (value, buffer) in written.into_iter().zip([first, second]) {
            if let (Some(value), Some(buffer)) = (value, buffer) {
                memory.buffers[slots[value].number] = buffer;
            }
        }
    }
}

/// What a pass reads and writes.
struct Ends<'a> {
    from: (&'a [f32], &'a Layout),
    add: Option<(&'a [f32], &'a Layout)>,
    raw: Option<(&'a mut [f32], &'a Layout)>,
    active: Option<(&'a Activation, &'a mut [f32], &'a Layout)>,
}

impl Sums {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, mut ends: Ends<'_>, scratch: &mut Aligned, places: &mut Places) {
        let [height, width] = self.size;
        let (source, layout) = ends.from;
        let step = match &self.depthwise {
            Some(_) => rows_at_a_time(width, layout.pixel),
            None => (PIXELS / width).max(1),
        };
        if self.depthwise.is_some() && scratch.len() < step * width * layout.pixel {
            *scratch = Aligned::zeros(step * width * layout.pixel);
        }
        let mut top = 0;
        while top < height {
            let rows = top..height.min(top + step);
            let fill = |places: &mut Vec<usize>, at: &dyn Fn(usize, usize) -> usize| {
                places.clear();
                for y in rows.clone() {
                    let (start, next) = (at(y, 0), at(y, 1));
                    places.extend((0..width).map(|x| start + x * (next - start)));
                }
                let last = places.last().copied().unwrap_or(0);
                places.extend([last; TILE_MAX - 1]);
            };
            if self.depthwise.is_some() {
                fill(&mut places.from, &|y, x| ((y - top) * width + x) * layout.pixel);
            } else {
                let stride = self.stride;
                fill(&mut places.from, &|y, x| layout.at(y * stride, x * stride, self.before));
            }
            let plain = |layout: &Layout, y, x| layout.at(y, x, [0, 0]);
            if let Some((_, layout)) = &ends.add {
                fill(&mut places.add, &|y, x| plain(layout, y, x));
            }
            if let Some((_, layout)) = &ends.raw {
                fill(&mut places.raw, &|y, x| plain(layout, y, x));
            }
            if let Some((.., layout)) = &ends.active {
                fill(&mut places.active, &|y, x| plain(layout, y, x));
            }
            if let Some(depthwise) = &self.depthwise {
                depthwise.rows(simd, source, layout, (rows.clone(), width), scratch);
            }
            let mut job = Job {
                source: if self.depthwise.is_some() { &*scratch } else { source },
                count: rows.len() * width,
                at: &places.from,
                runs: self.runs,
                run_step: [layout.row(), layout.pixel],
                add: ends.add.map(|(values, layout)| (values, &places.add[..], layout.pixel)),
                raw: ends.raw.as_mut().map(|(values, _)| Sink { values, at: &places.raw }),
                active: ends
                    .active
                    .as_mut()
                    .map(|(activation, values, _)| (&**activation, Sink { values, at: &places.active })),
            };
            dense(simd, &mut job, &self.panels);
            top = rows.end;
        }
    }
}

/// Of a depthwise convolution: of those that are not much more than fit the cache, the number of rows whose pixels fill
/// tiles best.
fn rows_at_a_time(width: usize, pixel: usize) -> usize {
    let least = (ROWS_FLOATS / (width * pixel)).max(ROWS_PIXELS.div_ceil(width)).max(1);
    let wasted = |rows: &usize| {
        let pixels = rows * width;
        (pixels.next_multiple_of(TILE_MAX) - pixels) * 1_000 / pixels
    };
    (least..=2 * least).min_by_key(wasted).unwrap_or(least)
}

/// Adds and activates without a convolution.
#[inline(always)]
fn combine<S: Simd>(
    simd: S,
    (source, from): (&[f32], &Layout),
    add: Option<(&[f32], &Layout)>,
    active: Option<&Activation>,
    (values, layout): (&mut [f32], &Layout),
) {
    let zero = simd.splat_f32s(0.0);
    for y in 0..layout.height {
        for x in 0..layout.width {
            let to = layout.at(y, x, [0, 0]);
            for channel in (0..layout.pixel).step_by(S::F32_LANES) {
                let mut sum = vectors::<S, 1>(source, from.at(y, x, [0, 0]) + channel)[0];
                if let Some((other, layout)) = add.filter(|(_, layout)| channel < layout.pixel) {
                    let other = vectors::<S, 1>(other, layout.at(y, x, [0, 0]) + channel)[0];
                    sum = simd.add_f32s(sum, other);
                }
                let over = simd.max_f32s(sum, zero);
                vectors_mut::<S, 1>(values, to + channel)[0] = match active {
                    None => sum,
                    Some(Activation::Relu) => over,
                    Some(Activation::Slopes(slopes)) => {
                        let slope = vectors::<S, 1>(slopes, channel)[0];
                        simd.mul_add_e_f32s(simd.min_f32s(sum, zero), slope, over)
                    }
                };
            }
        }
    }
}
