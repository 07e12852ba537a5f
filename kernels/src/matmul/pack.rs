//! Weights in the order in which they are read.

use super::unit::{Block, PAIRED};
use super::{INPUTS_MAX, LANES};
use std::array::from_fn;

/// Order of the weights that are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One row of `outputs` weights for each input.
    InputsFirst,
    /// One row of `inputs` weights for each output, as a table of words has it.
    OutputsFirst,
}

/// Weights that do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Too many products in a sum, or none.
    #[error("a matrix has 1 to {INPUTS_MAX} inputs and at least one output, not {inputs} and {outputs}")]
    Shape {
        /// Inputs asked for.
        inputs: usize,
        /// Outputs asked for.
        outputs: usize,
    },
    /// Not a number for each weight or column.
    #[error("{found} {what} do not fit; {expected} are needed")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
}

/// What sixteen columns need besides their weights.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    /// What a one is worth.
    pub(super) scale: [f32; LANES],
    /// Is added to each weight.
    pub(super) offset: [f32; LANES],
}

/// A matrix of 8-bit weights, packed once. It takes one byte for each weight.
#[derive(Debug)]
pub struct Weights {
    inputs: usize,
    outputs: usize,
    /// Panel by panel of sixteen columns; in a panel two inputs after two inputs.
    blocks: Vec<Block>,
    columns: Vec<Columns>,
}

impl Weights {
    /// Packs `values`. A weight is `scale * (value - zero)`, with one scale and zero for each output or for all.
    ///
    /// # Errors
    /// When the counts do not fit each other.
    pub fn pack(
        shape: [usize; 2],
        layout: Layout,
        values: &[i8],
        scales: &[f32],
        zeros: &[f32],
    ) -> Result<Self, LayoutError> {
        Self::pack_of(shape, layout, &[values], |value| value, scales, zeros)
    }

    /// The same for weights of -128 to 127 as a file has them, each one byte in two's complement; in parts of whole
    /// rows, one below the other.
    ///
    /// # Errors
    /// When the counts do not fit each other.
    pub fn pack_bytes(
        shape: [usize; 2],
        layout: Layout,
        parts: &[&[u8]],
        scales: &[f32],
        zeros: &[f32],
    ) -> Result<Self, LayoutError> {
        Self::pack_of(shape, layout, parts, |value| value as i8, scales, zeros)
    }

    /// The same for weights of 0 to 255.
    ///
    /// # Errors
    /// When the counts do not fit each other.
    pub fn pack_unsigned(
        shape: [usize; 2],
        layout: Layout,
        parts: &[&[u8]],
        scales: &[f32],
        zeros: &[f32],
    ) -> Result<Self, LayoutError> {
        let zeros: Vec<f32> = zeros.iter().map(|zero| zero - 128.0).collect();
        Self::pack_of(shape, layout, parts, |value| (value ^ 128) as i8, scales, &zeros)
    }

    /// Every value is read where it lies, and turned to a weight when it is put in its place.
    fn pack_of<T: Copy>(
        [inputs, outputs]: [usize; 2],
        layout: Layout,
        parts: &[&[T]],
        weight: impl Fn(T) -> i8 + Copy,
        scales: &[f32],
        zeros: &[f32],
    ) -> Result<Self, LayoutError> {
        if inputs == 0 || inputs > INPUTS_MAX || outputs == 0 {
            return Err(LayoutError::Shape { inputs, outputs });
        }
        let width = if layout == Layout::InputsFirst { outputs } else { inputs };
        count("weights", parts.iter().map(|part| part.len()).sum(), inputs * outputs)?;
        if let Some(torn) = parts.iter().find(|part| !part.len().is_multiple_of(width)) {
            let whole = torn.len() / width * width;
            return Err(LayoutError::Count { what: "weights of a part", found: torn.len(), expected: whole });
        }
        let rows = parts.iter().flat_map(|part| part.chunks_exact(width));
        for (what, found) in [("scales", scales.len()), ("zeros", zeros.len())] {
            count(what, found, if found == 1 { 1 } else { outputs })?;
        }
        let of = |list: &[f32], column: usize| match list {
            [one] => *one,
            list => list.get(column).copied().unwrap_or(0.0),
        };
        let panels = outputs.div_ceil(LANES);
        let columns = (0..panels).map(|panel| Columns {
            scale: from_fn(|lane| of(scales, panel * LANES + lane)),
            offset: from_fn(|lane| -of(zeros, panel * LANES + lane)),
        });
        let columns = columns.collect();
        let mut packed = Self { inputs, outputs, blocks: Vec::new(), columns };
        match layout {
            Layout::InputsFirst => packed.take_inputs(rows, weight),
            Layout::OutputsFirst => packed.take_outputs(rows, weight),
        }
        Ok(packed)
    }

    fn take_inputs<'a, T: Copy + 'a>(
        &mut self,
        mut rows: impl Iterator<Item = &'a [T]>,
        weight: impl Fn(T) -> i8 + Copy,
    ) {
        let pairs = self.pairs();
        self.blocks = vec![Block([0; 2 * LANES]); self.panels() * pairs];
        for pair in 0..pairs {
            let (first, second) = (rows.next().unwrap_or_default(), rows.next().unwrap_or_default());
            for (panel, first) in first.chunks(LANES).enumerate() {
                let second = second.get(panel * LANES..).unwrap_or_default();
                let block = &mut self.blocks[panel * pairs + pair];
                if let (Some(first), Some(second)) = (first.first_chunk(), second.first_chunk()) {
                    *block = weave(first, second, weight);
                } else {
                    for (lane, value) in first.iter().enumerate() {
                        block.0[place(lane, 0)] = weight(*value);
                    }
                    for (lane, value) in second.iter().take(LANES).enumerate() {
                        block.0[place(lane, 1)] = weight(*value);
                    }
                }
            }
        }
    }

    /// Sixteen rows at a time, so that each block is written once.
    fn take_outputs<'a, T: Copy + 'a>(
        &mut self,
        mut rows: impl Iterator<Item = &'a [T]>,
        weight: impl Fn(T) -> i8 + Copy,
    ) {
        let (inputs, pairs, panels) = (self.inputs, self.pairs(), self.panels());
        self.blocks = Vec::with_capacity(panels * pairs);
        for _ in 0..panels {
            let rows: [Option<&[T]>; LANES] = from_fn(|_| rows.next());
            let whole = if rows.iter().all(Option::is_some) { inputs / 2 } else { 0 };
            let twos: [&[[T; 2]]; LANES] = rows.map(|row| &row.unwrap_or_default().as_chunks().0[..whole]);
            self.blocks.extend((0..whole).map(|pair| {
                let mut block = [0; 2 * LANES];
                for (lane, row) in twos.iter().enumerate() {
                    let [first, second] = row[pair];
                    block[place(lane, 0)] = weight(first);
                    block[place(lane, 1)] = weight(second);
                }
                Block(block)
            }));
            for pair in whole..pairs {
                let mut block = [0; 2 * LANES];
                for (lane, row) in rows.iter().enumerate() {
                    for (of, value) in row.unwrap_or_default().iter().skip(2 * pair).take(2).enumerate() {
                        block[place(lane, of)] = weight(*value);
                    }
                }
                self.blocks.push(Block(block));
            }
        }
    }

    /// Length of a row that goes in.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Length of a row that comes out.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Writes the weights of one output, as floats.
    ///
    /// # Panics
    /// When there is no such output, or `row` is not [`Weights::inputs`] long.
    pub fn read(&self, output: usize, row: &mut [f32]) {
        assert!(output < self.outputs && row.len() == self.inputs, "a row of the matrix");
        let (panel, lane) = (output / LANES, output % LANES);
        let Columns { scale, offset } = self.columns(panel);
        for (of_pair, block) in row.chunks_mut(2).zip(self.panel(panel)) {
            for (of, weight) in of_pair.iter_mut().enumerate() {
                *weight = (f32::from(block.0[place(lane, of)]) + offset[lane]) * scale[lane];
            }
        }
    }

    pub(super) fn pairs(&self) -> usize {
        self.inputs.div_ceil(2)
    }

    pub(super) fn panels(&self) -> usize {
        self.columns.len()
    }

    #[inline]
    pub(super) fn panel(&self, panel: usize) -> &[Block] {
        &self.blocks[panel * self.pairs()..][..self.pairs()]
    }

    #[inline]
    pub(super) fn columns(&self, panel: usize) -> &Columns {
        &self.columns[panel]
    }
}

fn count(what: &'static str, found: usize, expected: usize) -> Result<(), LayoutError> {
    if found == expected { Ok(()) } else { Err(LayoutError::Count { what, found, expected }) }
}

/// Where in a block the weight of a column and of the first or second input lies.
fn place(lane: usize, of: usize) -> usize {
    if PAIRED { 2 * lane + of } else { LANES * of + lane }
}

fn weave<T: Copy>(first: &[T; LANES], second: &[T; LANES], weight: impl Fn(T) -> i8) -> Block {
    Block(from_fn(|at| {
        let (lane, of) = if PAIRED { (at / 2, at % 2) } else { (at % LANES, at / LANES) };
        weight(if of == 0 { first[lane] } else { second[lane] })
    }))
}
