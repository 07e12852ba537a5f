//! Floats times 8-bit weights.
//!
//! The weights stay 8-bit in memory and are widened in registers. In whole numbers, a row of floats is rounded to up
//! to 15 bits and one scale, so that the sums of products still fit 32 bits. Sums of whole numbers are the same in any
//! order, so every processor gives the same. Where 15 bits are too few, the same weights are multiplied as floats.

// Sums stay in registers only while they are indexed by constants.
#![allow(clippy::needless_range_loop)]

mod pack;
#[cfg(test)]
mod tests;
pub(crate) mod unit;

pub use pack::{Layout, LayoutError, Weights};

use crate::elementwise::sum;
use crate::unrolled::alike;
use unit::{Block, Job, Unit, dispatch};

/// Columns of a block of weights.
const LANES: usize = 16;

/// Panels that are multiplied together, at most.
const MOST: usize = 4;

/// Rows of weights that one call can take: with more, too few bits would be left for a row of floats.
pub const INPUTS_MAX: usize = 4_096;

/// How products are formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// In whole numbers; a row keeps 12 to 15 bits, the fewer the longer it is.
    Whole,
    /// In floats: slower, and as exact as floats are.
    Floats,
}

/// Working memory of [`multiply`], to be used again.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The rounded rows, each padded to whole pairs.
    pairs: Vec<[i16; 2]>,
    rows: Vec<Row>,
}

/// What a rounded row needs besides its numbers.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// What a one is worth.
    scale: f32,
    /// The sum of its whole numbers.
    sum: f32,
}

/// Multiplies the rows of `input` with `weights` into `output`, and adds `bias` to each row.
///
/// # Panics
/// When a length does not fit: `input` is `rows * weights.inputs()` long, `output` `rows * weights.outputs()`.
pub fn multiply(
    weights: &Weights,
    input: &[f32],
    bias: Option<&[f32]>,
    arithmetic: Arithmetic,
    scratch: &mut Scratch,
    output: &mut [f32],
) {
    let rows = input.len() / weights.inputs();
    assert_eq!(input.len(), rows * weights.inputs(), "whole rows go in");
    assert_eq!(output.len(), rows * weights.outputs(), "whole rows come out");
    assert!(bias.is_none_or(|bias| bias.len() == weights.outputs()), "a bias for each column");
    dispatch(Multiply { weights, input, bias, arithmetic, scratch, output });
}

/// The largest whole number that leaves the sum of `inputs` products with weights of -128 to 127 within 32 bits.
fn largest(inputs: usize) -> i16 {
    let fits = i32::MAX as usize / (128 * inputs.max(1));
    fits.min(i16::MAX as usize) as i16
}

struct Multiply<'a> {
    weights: &'a Weights,
    input: &'a [f32],
    bias: Option<&'a [f32]>,
    arithmetic: Arithmetic,
    scratch: &'a mut Scratch,
    output: &'a mut [f32],
}

impl Job for Multiply<'_> {
    #[inline(always)]
    fn run<U: Unit>(self, unit: U) {
        let Self { weights, input, bias, arithmetic, scratch, output } = self;
        match arithmetic {
            Arithmetic::Whole => round(input, weights.inputs(), scratch),
            Arithmetic::Floats => keep(input, weights.inputs(), scratch),
        }
        let (panels, rows) = (weights.panels(), scratch.rows.len());
        let mut tile = Tile { weights, input, scratch, bias, arithmetic, panel: 0, first: 0, output };
        while tile.panel < panels {
            let together = together::<U>(panels - tile.panel, rows);
            tile.first = 0;
            while tile.first < rows {
                tile.first += match together {
                    1 => tile.rows::<U, 1>(unit, rows),
                    2 => tile.rows::<U, 2>(unit, rows),
                    3 => tile.rows::<U, 3>(unit, rows),
                    _ => tile.few::<U>(unit, rows),
                };
            }
            tile.panel += together;
        }
    }
}

/// How many of the panels that are left are multiplied together: for one or two rows as many as keep the unit busy,
/// else as many as leave registers for the sums of eight rows.
fn together<U: Unit>(left: usize, rows: usize) -> usize {
    if !U::WIDE {
        1
    } else if rows <= 2 {
        if left >= MOST { MOST } else { 1 }
    } else if left == MOST {
        2
    } else {
        left.min(3)
    }
}

/// Rounds rows of `inputs` floats each.
#[inline(always)]
fn round(input: &[f32], inputs: usize, scratch: &mut Scratch) {
    /// A float plus this has its whole number, rounded to even, in its lowest bits.
    const WHOLE: f32 = 12_582_912.0;
    let (most, stride) = (f32::from(largest(inputs)), inputs.div_ceil(2));
    scratch.rows.clear();
    scratch.pairs.resize(input.len() / inputs * stride, [0; 2]);
    for (row, pairs) in input.chunks_exact(inputs).zip(scratch.pairs.chunks_exact_mut(stride)) {
        let (chunks, rest) = row.as_chunks::<LANES>();
        let mut highest = [0.0f32; LANES];
        for chunk in chunks {
            for (highest, x) in highest.iter_mut().zip(chunk) {
                *highest = highest.max(x.abs());
            }
        }
        let highest = highest.iter().copied().chain(rest.iter().map(|x| x.abs())).fold(0.0, f32::max);
        let finer = if highest > 0.0 { most / highest } else { 0.0 };
        let whole = |x: f32| ((x * finer + WHOLE).to_bits() as i32).wrapping_sub(WHOLE.to_bits() as i32);
        let numbers = pairs.as_flattened_mut();
        let mut sum = 0i32;
        for (number, x) in numbers.iter_mut().zip(row) {
            let whole = whole(*x) as i16;
            *number = whole;
            sum = sum.wrapping_add(i32::from(whole));
        }
        if let Some(padding) = numbers.get_mut(inputs) {
            *padding = 0;
        }
        scratch.rows.push(Row { scale: highest / most, sum: sum as f32 });
    }
}

/// Leaves the rows as they are.
#[inline(always)]
fn keep(input: &[f32], inputs: usize, scratch: &mut Scratch) {
    scratch.rows.clear();
    let row = |row: &[f32]| Row { scale: 1.0, sum: sum(row, |x| x) };
    scratch.rows.extend(input.chunks_exact(inputs).map(row));
}

/// Some rows times some panels.
struct Tile<'a> {
    weights: &'a Weights,
    input: &'a [f32],
    scratch: &'a Scratch,
    bias: Option<&'a [f32]>,
    arithmetic: Arithmetic,
    panel: usize,
    first: usize,
    output: &'a mut [f32],
}

impl Tile<'_> {
    /// One or two rows times the most panels. Returns how many.
    #[inline(always)]
    fn few<U: Unit>(&mut self, unit: U, rows: usize) -> usize {
        match rows - self.first {
            1 => self.compute::<U, 1, MOST>(unit, 1),
            _ => self.compute::<U, 2, MOST>(unit, 2),
        }
    }

    /// The next rows; what is missing at the end is computed twice and stored once. Returns how many.
    #[inline(always)]
    fn rows<U: Unit, const PANELS: usize>(&mut self, unit: U, rows: usize) -> usize {
        match rows - self.first {
            1 => self.compute::<U, 1, PANELS>(unit, 1),
            2 => self.compute::<U, 2, PANELS>(unit, 2),
            left if left <= 4 || !U::WIDE => self.compute::<U, 4, PANELS>(unit, left.min(4)),
            left => self.compute::<U, 8, PANELS>(unit, left.min(8)),
        }
    }

    #[inline(always)]
    fn compute<U: Unit, const ROWS: usize, const PANELS: usize>(&mut self, unit: U, count: usize) -> usize {
        let pairs = self.weights.pairs();
        let mut panels: [&[Block]; PANELS] = [&[]; PANELS];
        unrolled!(PANELS, PANEL, { panels[PANEL] = &self.weights.panel(self.panel + PANEL)[..pairs] });
        let at = |row: usize| self.first + row.min(count - 1);
        let mut sums = [[[0.0; LANES]; PANELS]; ROWS];
        match self.arithmetic {
            Arithmetic::Whole => {
                let mut rows: [&[[i16; 2]]; ROWS] = [&[]; ROWS];
                unrolled!(ROWS, ROW, { rows[ROW] = &self.scratch.pairs[at(ROW) * pairs..][..pairs] });
                let whole = sums_whole(unit, &rows, &panels);
                unrolled!(ROWS, ROW, {
                    unrolled!(PANELS, PANEL, {
                        sums[ROW][PANEL] = unit.read(whole[ROW][PANEL]).map(|sum| sum as f32);
                    });
                });
            }
            Arithmetic::Floats => {
                let inputs = self.weights.inputs();
                let mut rows: [&[f32]; ROWS] = [&[]; ROWS];
                unrolled!(ROWS, ROW, { rows[ROW] = &self.input[at(ROW) * inputs..][..inputs] });
                let floats = sums_floats(unit, &rows, &panels);
                unrolled!(ROWS, ROW, {
                    unrolled!(PANELS, PANEL, { sums[ROW][PANEL] = unit.read_floats(floats[ROW][PANEL]) });
                });
            }
        }
        for (row, sums) in sums.iter().take(count).enumerate() {
            for (panel, sums) in sums.iter().enumerate() {
                self.store(self.first + row, self.panel + panel, sums);
            }
        }
        count
    }

    #[inline(always)]
    fn store(&mut self, row: usize, panel: usize, sums: &[f32; LANES]) {
        let Row { scale, sum } = self.scratch.rows[row];
        let column = self.weights.columns(panel);
        let outputs = self.weights.outputs();
        let start = panel * LANES;
        let width = LANES.min(outputs - start);
        // A loop, since `from_fn` may be a call, and what is called lacks the unit's instructions.
        let mut values = [0.0; LANES];
        for lane in 0..LANES {
            values[lane] = (sums[lane] + column.offset[lane] * sum) * (column.scale[lane] * scale);
        }
        if let Some(bias) = self.bias {
            add(&mut values, &bias[start..][..width]);
        }
        let place = &mut self.output[row * outputs + start..][..width];
        match <&mut [f32; LANES]>::try_from(&mut *place) {
            Ok(place) => *place = values,
            Err(_) => place.copy_from_slice(&values[..width]),
        }
    }
}

#[inline(always)]
fn add(values: &mut [f32; LANES], more: &[f32]) {
    if let Ok(more) = <&[f32; LANES]>::try_from(more) {
        for (value, more) in values.iter_mut().zip(more) {
            *value += more;
        }
    } else {
        for (value, more) in values.iter_mut().zip(more) {
            *value += more;
        }
    }
}

// Functions, not closures: a closure that is not inlined lacks the unit's instructions.

#[inline(always)]
fn sums_whole<U: Unit, const ROWS: usize, const PANELS: usize>(
    unit: U,
    rows: &[&[[i16; 2]]; ROWS],
    panels: &[&[Block]; PANELS],
) -> [[U::Sum; PANELS]; ROWS] {
    let (rows, panels, count) = (alike(rows), alike(panels), panels[0].len());
    let mut sums = [[unit.zero(); PANELS]; ROWS];
    for pair in 0..count {
        let mut blocks = [unit.widen(&panels[0][pair]); PANELS];
        unrolled!(PANELS, PANEL, { blocks[PANEL] = unit.widen(&panels[PANEL][pair]) });
        unrolled!(ROWS, ROW, {
            let x = rows[ROW][pair];
            unrolled!(PANELS, PANEL, { sums[ROW][PANEL] = unit.add(sums[ROW][PANEL], blocks[PANEL], x) });
        });
    }
    sums
}

#[inline(always)]
fn sums_floats<U: Unit, const ROWS: usize, const PANELS: usize>(
    unit: U,
    rows: &[&[f32]; ROWS],
    panels: &[&[Block]; PANELS],
) -> [[U::Floats; PANELS]; ROWS] {
    let mut sums = [[unit.nothing(); PANELS]; ROWS];
    let mut pairs: [&[[f32; 2]]; ROWS] = [&[]; ROWS];
    unrolled!(ROWS, ROW, { pairs[ROW] = rows[ROW].as_chunks().0 });
    let (whole, mut blocks) = (pairs[0].len(), *panels);
    blocks[0] = &blocks[0][..whole];
    let (pairs, blocks) = (alike(&pairs), alike(&blocks));
    for pair in 0..whole {
        let mut floats = [unit.floats(&blocks[0][pair]); PANELS];
        unrolled!(PANELS, PANEL, { floats[PANEL] = unit.floats(&blocks[PANEL][pair]) });
        unrolled!(ROWS, ROW, {
            let [even, odd] = pairs[ROW][pair];
            unrolled!(PANELS, PANEL, {
                let sum = unit.add_floats(sums[ROW][PANEL], floats[PANEL][0], even);
                sums[ROW][PANEL] = unit.add_floats(sum, floats[PANEL][1], odd);
            });
        });
    }
    // The last of an odd number of inputs.
    if panels[0].len() > whole {
        unrolled!(ROWS, ROW, {
            unrolled!(PANELS, PANEL, {
                let [even, _] = unit.floats(&panels[PANEL][whole]);
                sums[ROW][PANEL] = unit.add_floats(sums[ROW][PANEL], even, rows[ROW][2 * whole]);
            });
        });
    }
    sums
}
