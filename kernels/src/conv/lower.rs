//! From operations to passes over memory: what follows a convolution is done with its sums, and images share buffers.

use super::Unsupported;
use super::buffer::{Aligned, Layout};
use super::builder::{Builder, Kind, Value, Window};
use super::net::{Net, Pass, Sums};
use super::spatial::{Depthwise, Pool};
use super::tile::{Activation, Panels};
use std::collections::BTreeMap;

/// A convolution whose sums are not stored yet.
struct Pending {
    from: Value,
    sums: Sums,
    add: Option<Value>,
}

struct Lowering<'a> {
    builder: &'a Builder<'a>,
    layouts: Vec<Layout>,
    lanes: usize,
    uses: Vec<usize>,
    pending: BTreeMap<Value, Pending>,
    deferred: BTreeMap<Value, (Value, Depthwise)>,
    passes: Vec<Pass>,
}

/// Makes passes of a description.
pub(super) fn lower(builder: &Builder<'_>, outputs: &[Value]) -> Result<Net, Unsupported> {
    let lanes = super::net::lanes();
    let mut uses = vec![0; builder.kinds.len()];
    for value in builder.kinds.iter().flat_map(Kind::reads).chain(outputs.iter().copied()) {
        uses[value.0] += 1;
    }
    let layouts = layouts(builder, lanes);
    let mut lowering = Lowering {
        builder,
        layouts,
        lanes,
        uses,
        pending: BTreeMap::new(),
        deferred: BTreeMap::new(),
        passes: Vec::new(),
    };
    for value in (0..builder.kinds.len()).map(Value) {
        lowering.operation(value)?;
    }
    for value in outputs {
        lowering.settle(*value);
    }
    if !lowering.deferred.is_empty() {
        return Err(Unsupported::Alone);
    }
    let Lowering { layouts, passes, .. } = lowering;
    Ok(Net::new(layouts, passes, outputs.iter().map(|value| value.0).collect()))
}

/// The channels of the image that comes in are not padded: it has few, and windows read them together.
fn layouts(builder: &Builder<'_>, lanes: usize) -> Vec<Layout> {
    let mut layouts: Vec<Layout> = builder
        .shapes
        .iter()
        .enumerate()
        .map(|(i, &[channels, height, width])| {
            let pixel = if i == 0 { channels } else { channels.next_multiple_of(lanes) };
            Layout { channels, height, width, pixel, border: [0; 4] }
        })
        .collect();
    for kind in &builder.kinds {
        if let Kind::Dense { from, window, .. } | Kind::Depthwise { from, window, .. } = kind {
            for (border, pad) in layouts[from.0].border.iter_mut().zip(window.pads) {
                *border = pad.max(*border);
            }
        }
    }
    layouts
}

impl Lowering<'_> {
    fn operation(&mut self, value: Value) -> Result<(), Unsupported> {
        let builder = self.builder;
        let reads_input = builder.kinds[value.0].reads().any(|read| read.0 == 0);
        if reads_input && !matches!(builder.kinds[value.0], Kind::Dense { .. }) {
            return Err(Unsupported::Input);
        }
        match &builder.kinds[value.0] {
            Kind::Input => {}
            Kind::Dense { from, window, weights, bias } => self.dense(value, *from, *window, weights, bias),
            Kind::Depthwise { from, window, weights, bias } => {
                self.settle(*from);
                let kernel = self.depthwise(*from, *window, weights, bias);
                if self.uses[value.0] != 1 {
                    return Err(Unsupported::Alone);
                }
                self.deferred.insert(value, (*from, kernel));
            }
            Kind::Pool { from, window } => {
                self.settle(*from);
                let before = [window.pads[0], window.pads[1]];
                let pool = Pool { side: window.side[0], stride: window.stride, before };
                self.passes.push(Pass::Pool { from: from.0, pool, to: value.0 });
            }
            Kind::Add { one, other } => self.add(value, *one, *other),
            Kind::Active { from, slopes } => self.active(value, *from, slopes.as_deref()),
        }
        // Whoever still waits to be read by something other than a 1 x 1 convolution has no kernel.
        let waits = |read: Value| self.deferred.contains_key(&read);
        if builder.kinds[value.0].reads().any(waits) { Err(Unsupported::Alone) } else { Ok(()) }
    }

    fn dense(&mut self, value: Value, from: Value, window: Window, weights: &[f32], bias: &[f32]) {
        let plain = window == Window { side: [1, 1], stride: 1, pads: [0; 4] };
        let (from, depthwise) = match self.deferred.remove(&from) {
            Some((before, kernel)) if plain => (before, Some(kernel)),
            Some(back) => {
                self.deferred.insert(from, back);
                return;
            }
            None => (from, None),
        };
        self.settle(from);
        let layout = &self.layouts[from.0];
        let [rows, columns] = window.side;
        let (channels, pixel) = (layout.channels, layout.pixel);
        // The window as it lies in memory: rows of pixels, with the channels that pad a pixel, unless those are half of it.
        let apart = columns == 1 || 2 * channels <= pixel;
        let pixel = if apart { channels } else { pixel };
        let places = rows * columns;
        let place = |at: usize| at % places * pixel + at / places;
        let sums = Sums {
            panels: Panels::pack(weights, bias, self.lanes, places * pixel, place),
            depthwise,
            runs: [rows, if apart { columns } else { 1 }],
            stride: window.stride,
            before: [window.pads[0], window.pads[1]],
            size: [self.layouts[value.0].height, self.layouts[value.0].width],
        };
        self.pending.insert(value, Pending { from, sums, add: None });
    }

    fn depthwise(&self, from: Value, window: Window, weights: &[f32], bias: &[f32]) -> Depthwise {
        let pixel = self.layouts[from.0].pixel;
        let places = window.side[0] * window.side[1];
        let mut packed = Aligned::zeros(places * pixel);
        for (channel, of) in weights.chunks_exact(places).enumerate() {
            for (place, weight) in of.iter().enumerate() {
                packed[place * pixel + channel] = *weight;
            }
        }
        let before = [window.pads[0], window.pads[1]];
        Depthwise { weights: packed, bias: Aligned::padded(bias, pixel), stride: window.stride, before }
    }

    fn add(&mut self, value: Value, one: Value, other: Value) {
        let free = |this: &Self, value: Value| {
            this.uses[value.0] == 1 && this.pending.get(&value).is_some_and(|pending| pending.add.is_none())
        };
        let same = self.layouts[one.0].channels == self.layouts[other.0].channels;
        let (sums, added) = if free(self, one) {
            (one, other)
        } else if same && free(self, other) {
            (other, one)
        } else {
            self.settle(one);
            self.settle(other);
            self.passes.push(Pass::Combine { from: one.0, add: Some(other.0), active: None, to: value.0 });
            return;
        };
        self.settle(added);
        if let Some(pending) = self.pending.remove(&sums) {
            self.pending.insert(value, Pending { add: Some(added), ..pending });
        }
    }

    fn active(&mut self, value: Value, from: Value, slopes: Option<&[f32]>) {
        let pixel = self.layouts[value.0].pixel;
        let active = match slopes {
            None => Activation::Relu,
            Some(slopes) => Activation::Slopes(Aligned::padded(slopes, pixel)),
        };
        if let Some(Pending { from: source, sums, add }) = self.pending.remove(&from) {
            let raw = (self.uses[from.0] > 1).then_some(from.0);
            let add = add.map(|value| value.0);
            self.passes.push(Pass::Sums { from: source.0, sums, add, raw, active: Some((active, value.0)) });
        } else {
            let pass = Pass::Combine { from: from.0, add: None, active: Some(active), to: value.0 };
            self.passes.push(pass);
        }
    }

    /// Stores sums as they are, since somebody reads them.
    fn settle(&mut self, value: Value) {
        if let Some(Pending { from, sums, add }) = self.pending.remove(&value) {
            let add = add.map(|value| value.0);
            self.passes.push(Pass::Sums { from: from.0, sums, add, raw: Some(value.0), active: None });
        }
    }
}
