//! Floats times 8-bit weights.
//!
//! The weights stay 8-bit in memory and are widened in registers. In whole numbers, a row of floats is rounded to up
//! to 15 bits and one scale, so that the sums of products still fit 32 bits. Sums of whole numbers are the same in any
//! order, so every processor gives the same. Where 15 bits are too few, the same weights are multiplied as floats.

mod pack;
#[cfg(test)]
mod tests;
pub(crate) mod unit;

pub use pack::{Layout, LayoutError, Weights};

use crate::elementwise::sum;
use std::array::from_fn;
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
        let most = if !U::WIDE {
            1
        } else if rows <= 2 {
            MOST
        } else {
            2
        };
        let mut panel = 0;
        while panel < panels {
            let together = if panel + most <= panels { most } else { 1 };
            let mut tile = Tile { weights, input, scratch, bias, arithmetic, panel, first: 0, output };
            while tile.first < rows {
                let count = (rows - tile.first).min(if U::WIDE { 8 } else { 4 });
                match together {
                    MOST => tile.few::<U>(unit, count),
                    2 => tile.some::<U, 2>(unit, count),
                    _ => tile.some::<U, 1>(unit, count),
                }
                tile.first += count;
            }
            panel += together;
        }
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
            highest = from_fn(|lane| highest[lane].max(chunk[lane].abs()));
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
    #[inline(always)]
    fn few<U: Unit>(&mut self, unit: U, rows: usize) {
        match rows {
            1 => self.compute::<U, 1, MOST>(unit),
            _ => self.compute::<U, 2, MOST>(unit),
        }
    }

    #[inline(always)]
    fn some<U: Unit, const PANELS: usize>(&mut self, unit: U, rows: usize) {
        match rows {
            1 => self.compute::<U, 1, PANELS>(unit),
            2 => self.compute::<U, 2, PANELS>(unit),
            3 => self.compute::<U, 3, PANELS>(unit),
            4 => self.compute::<U, 4, PANELS>(unit),
            5 if U::WIDE => self.compute::<U, 5, PANELS>(unit),
            6 if U::WIDE => self.compute::<U, 6, PANELS>(unit),
            7 if U::WIDE => self.compute::<U, 7, PANELS>(unit),
            _ => self.compute::<U, 8, PANELS>(unit),
        }
    }

    #[inline(always)]
    fn compute<U: Unit, const ROWS: usize, const PANELS: usize>(&mut self, unit: U) {
        match self.arithmetic {
            Arithmetic::Whole => self.whole::<U, ROWS, PANELS>(unit),
            Arithmetic::Floats => self.floats::<U, ROWS, PANELS>(unit),
        }
    }

    #[inline(always)]
    fn floats<U: Unit, const ROWS: usize, const PANELS: usize>(&mut self, unit: U) {
        let inputs = self.weights.inputs();
        let rows: [&[f32]; ROWS] = from_fn(|row| &self.input[(self.first + row) * inputs..][..inputs]);
        let [first, second, third, fourth]: [&[Block]; MOST] = self.panels::<PANELS>();
        let [mut a, mut b, mut c, mut d] = [[unit.nothing(); ROWS]; MOST];
        for pair in 0..first.len() {
            step_floats(unit, &mut a, &rows, &first[pair], 2 * pair);
            if PANELS > 1 {
                step_floats(unit, &mut b, &rows, &second[pair], 2 * pair);
            }
            if PANELS > 2 {
                step_floats(unit, &mut c, &rows, &third[pair], 2 * pair);
                step_floats(unit, &mut d, &rows, &fourth[pair], 2 * pair);
            }
        }
        for (panel, sums) in [a, b, c, d].into_iter().take(PANELS).enumerate() {
            for (row, sum) in sums.into_iter().enumerate() {
                self.store(self.first + row, self.panel + panel, unit.read_floats(sum));
            }
        }
    }

    /// Sums of several panels are variables of their own: in an array of arrays they would not stay in registers.
    #[inline(always)]
    fn whole<U: Unit, const ROWS: usize, const PANELS: usize>(&mut self, unit: U) {
        let pairs = self.weights.pairs();
        let rows: [&[[i16; 2]]; ROWS] =
            from_fn(|row| &self.scratch.pairs[(self.first + row) * pairs..][..pairs]);
        let [first, second, third, fourth]: [&[Block]; MOST] = self.panels::<PANELS>();
        let [mut a, mut b, mut c, mut d] = [[unit.zero(); ROWS]; MOST];
        for pair in 0..first.len() {
            step_whole(unit, &mut a, &rows, &first[pair], pair);
            if PANELS > 1 {
                step_whole(unit, &mut b, &rows, &second[pair], pair);
            }
            if PANELS > 2 {
                step_whole(unit, &mut c, &rows, &third[pair], pair);
                step_whole(unit, &mut d, &rows, &fourth[pair], pair);
            }
        }
        for (panel, sums) in [a, b, c, d].into_iter().take(PANELS).enumerate() {
            for (row, sum) in sums.into_iter().enumerate() {
                self.store(self.first + row, self.panel + panel, unit.read(sum).map(|sum| sum as f32));
            }
        }
    }

    /// The panels, of one length; the last stands for those that are not wanted.
    #[inline(always)]
    fn panels<const PANELS: usize>(&self) -> [&[Block]; MOST] {
        let pairs = self.weights.pairs();
        from_fn(|panel| &self.weights.panel(self.panel + panel.min(PANELS - 1))[..pairs])
    }

    #[inline(always)]
    fn store(&mut self, row: usize, panel: usize, sums: [f32; LANES]) {
        let Row { scale, sum } = self.scratch.rows[row];
        let column = self.weights.columns(panel);
        let outputs = self.weights.outputs();
        let start = panel * LANES;
        let width = LANES.min(outputs - start);
        let mut values: [f32; LANES] =
            from_fn(|lane| (sums[lane] + column.offset[lane] * sum) * (column.scale[lane] * scale));
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
fn step_whole<U: Unit, const ROWS: usize>(
    unit: U,
    sums: &mut [U::Sum; ROWS],
    rows: &[&[[i16; 2]]; ROWS],
    block: &Block,
    at: usize,
) {
    let block = unit.widen(block);
    for (sum, row) in sums.iter_mut().zip(rows) {
        *sum = unit.add(*sum, block, row[at]);
    }
}

#[inline(always)]
fn step_floats<U: Unit, const ROWS: usize>(
    unit: U,
    sums: &mut [U::Floats; ROWS],
    rows: &[&[f32]; ROWS],
    block: &Block,
    at: usize,
) {
    let [even, odd] = unit.floats(block);
    for (sum, row) in sums.iter_mut().zip(rows) {
        *sum = unit.add_floats(*sum, even, row[at]);
        if let Some(x) = row.get(at + 1) {
            *sum = unit.add_floats(*sum, odd, *x);
        }
    }
}
