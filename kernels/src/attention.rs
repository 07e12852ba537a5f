//! Attention of several heads (Vaswani et al. 2017), with what the models put around it: positions turned into the
//! first numbers of queries and keys (Su et al. 2021), and a mask.
// These are called from generic code that must end up in one function with the unit's instructions.
#![allow(clippy::inline_always)]

use crate::elementwise::{exp, folded, sum};
use crate::matmul::unit::{Job, Unit, dispatch};
use crate::unrolled::alike;

const LANES: usize = 16;

/// Lengths of the tensors of an attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Sequences; each looks at its own keys.
    pub batch: usize,
    /// Queries of a sequence.
    pub queries: usize,
    /// Keys and values of a sequence.
    pub keys: usize,
    /// Heads.
    pub heads: usize,
    /// Numbers of a head.
    pub width: usize,
}

/// Cosines and sines of each position. The first and second half of twice their number of a head are turned.
#[derive(Debug, Clone, Copy)]
pub struct Rotary<'a> {
    /// Of each position.
    pub cosines: &'a [f32],
    /// Of each position.
    pub sines: &'a [f32],
    /// How many of each position.
    pub angles: usize,
}

/// What goes in. Queries, keys and values are `[batch, length, heads, width]`.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// What asks.
    pub queries: &'a [f32],
    /// What is compared with it.
    pub keys: &'a [f32],
    /// What is mixed.
    pub values: &'a [f32],
    /// Scores are multiplied with this.
    pub scale: f32,
    /// Where positions are turned in.
    pub rotary: Option<Rotary<'a>>,
    /// Is added to the scores: `[queries, keys]`, the same for every sequence and head.
    pub mask: Option<&'a [f32]>,
}

/// Working memory of [`attend`], to be used again.
#[derive(Debug, Default)]
pub struct Scratch {
    queries: Vec<f32>,
    turned: Vec<f32>,
    keys: Vec<[f32; LANES]>,
    values: Vec<[f32; LANES]>,
    scores: Vec<f32>,
}

/// Writes the mixed values, `[batch, queries, heads, width]`.
///
/// # Panics
/// When lengths do not fit.
pub fn attend(shape: Shape, inputs: Inputs<'_>, scratch: &mut Scratch, output: &mut [f32]) {
    let Shape { batch, queries, keys, heads, width } = shape;
    let all = batch * heads * width;
    assert!(
        inputs.queries.len() == all * queries && output.len() == all * queries,
        "queries as the shape says"
    );
    assert!(inputs.keys.len() == all * keys && inputs.values.len() == all * keys, "keys as the shape says");
    assert!(inputs.mask.is_none_or(|mask| mask.len() == queries * keys), "a mask for every score");
    assert!(
        inputs.rotary.is_none_or(|Rotary { cosines, sines, angles }| {
            let longest = queries.max(keys) * angles;
            2 * angles <= width && cosines.len() >= longest && sines.len() >= longest
        }),
        "angles for every position"
    );
    dispatch(Work { shape, inputs, scratch, output });
}

struct Work<'a> {
    shape: Shape,
    inputs: Inputs<'a>,
    scratch: &'a mut Scratch,
    output: &'a mut [f32],
}

impl Job for Work<'_> {
    #[inline(always)]
    fn run<U: Unit>(self, unit: U) {
        let Self { shape, inputs, scratch, output } = self;
        let Shape { batch, queries, keys, heads, width } = shape;
        let stride = heads * width;
        let padded = keys.next_multiple_of(LANES);
        scratch.scores.resize(queries * padded, 0.0);
        for at in 0..batch * heads {
            let (sequence, head) = (at / heads, at % heads);
            let start = |length: usize| sequence * length * stride + head * width;
            let from = start(queries);
            gather(&inputs.queries[from..], [queries, width, stride], inputs.rotary, &mut scratch.queries);
            scratch.queries.iter_mut().for_each(|x| *x *= inputs.scale);
            let from = start(keys);
            gather(&inputs.keys[from..], [keys, width, stride], inputs.rotary, &mut scratch.turned);
            columns_of_rows(&scratch.turned, [keys, width], &mut scratch.keys);
            multiply(
                unit,
                [queries, width, keys],
                &scratch.queries,
                width,
                &scratch.keys,
                &mut scratch.scores,
                padded,
            );
            for (row, scores) in scratch.scores.chunks_exact_mut(padded).enumerate() {
                let scores = &mut scores[..keys];
                if let Some(mask) = inputs.mask {
                    for (score, mask) in scores.iter_mut().zip(&mask[row * keys..]) {
                        *score += mask;
                    }
                }
                softmax(scores);
            }
            gather(&inputs.values[from..], [keys, width, stride], None, &mut scratch.turned);
            columns(&scratch.turned, [keys, width], &mut scratch.values);
            let to = start(queries);
            multiply(
                unit,
                [queries, keys, width],
                &scratch.scores,
                padded,
                &scratch.values,
                &mut output[to..],
                stride,
            );
        }
    }
}

/// The rows of one head, turned by their positions.
#[inline(always)]
fn gather(from: &[f32], [rows, width, stride]: [usize; 3], rotary: Option<Rotary<'_>>, to: &mut Vec<f32>) {
    to.resize(rows * width, 0.0);
    for (at, to) in to.chunks_exact_mut(width).enumerate() {
        to.copy_from_slice(&from[at * stride..][..width]);
        let Some(Rotary { cosines, sines, angles }) = rotary else { continue };
        let (first, rest) = to.split_at_mut(angles);
        let angles_here = cosines[at * angles..].iter().zip(&sines[at * angles..]);
        for ((first, second), (cosine, sine)) in first.iter_mut().zip(rest).zip(angles_here) {
            let turned = (*first * cosine - *second * sine, *second * cosine + *first * sine);
            (*first, *second) = turned;
        }
    }
}

/// Rows as blocks of columns: block after block, in a block row after row.
#[inline(always)]
fn columns(from: &[f32], [rows, width]: [usize; 2], to: &mut Vec<[f32; LANES]>) {
    to.clear();
    to.resize(width.div_ceil(LANES) * rows, [0.0; LANES]);
    for (at, row) in from.chunks_exact(width).enumerate() {
        for (block, part) in row.chunks(LANES).enumerate() {
            to[block * rows + at][..part.len()].copy_from_slice(part);
        }
    }
}

/// Rows that are the columns.
#[inline(always)]
fn columns_of_rows(from: &[f32], [rows, width]: [usize; 2], to: &mut Vec<[f32; LANES]>) {
    to.clear();
    to.resize(rows.div_ceil(LANES) * width, [0.0; LANES]);
    for (at, row) in from.chunks_exact(width).enumerate() {
        let block = &mut to[at / LANES * width..][..width];
        for (lanes, x) in block.iter_mut().zip(row) {
            lanes[at % LANES] = *x;
        }
    }
}

/// `rows` of `left` with `depth` numbers each, times blocks of columns.
#[inline(always)]
fn multiply<U: Unit>(
    unit: U,
    [rows, depth, width]: [usize; 3],
    left: &[f32],
    left_stride: usize,
    right: &[[f32; LANES]],
    output: &mut [f32],
    stride: usize,
) {
    for block in 0..width.div_ceil(LANES) {
        let mut row = 0;
        while row < rows {
            let mut tile = Tile { left, left_stride, depth, right, output, stride, width, row, block };
            row += match rows - row {
                8.. => tile.compute::<U, 8>(unit),
                4.. => tile.compute::<U, 4>(unit),
                2.. => tile.compute::<U, 2>(unit),
                _ => tile.compute::<U, 1>(unit),
            };
        }
    }
}

struct Tile<'a> {
    left: &'a [f32],
    left_stride: usize,
    depth: usize,
    right: &'a [[f32; LANES]],
    output: &'a mut [f32],
    stride: usize,
    width: usize,
    row: usize,
    block: usize,
}

impl Tile<'_> {
    /// Some rows times a block. Returns how many.
    #[inline(always)]
    fn compute<U: Unit, const ROWS: usize>(&mut self, unit: U) -> usize {
        let depth = self.depth;
        let mut rows: [&[f32]; ROWS] = [&[]; ROWS];
        unrolled!(ROWS, ROW, { rows[ROW] = &self.left[(self.row + ROW) * self.left_stride..][..depth] });
        let rows = alike(&rows);
        let block = &self.right[self.block * depth..][..rows[0].len()];
        let mut sums = [unit.nothing(); ROWS];
        for (at, numbers) in block.iter().enumerate() {
            let numbers = unit.load_floats(numbers);
            unrolled!(ROWS, ROW, { sums[ROW] = unit.add_floats(sums[ROW], numbers, rows[ROW][at]) });
        }
        let column = self.block * LANES;
        let width = LANES.min(self.width - column);
        unrolled!(ROWS, ROW, {
            let sums = unit.read_floats(sums[ROW]);
            let to = &mut self.output[(self.row + ROW) * self.stride + column..][..width];
            match <&mut [f32; LANES]>::try_from(&mut *to) {
                Ok(to) => *to = sums,
                Err(_) => to.copy_from_slice(&sums[..width]),
            }
        });
        ROWS
    }
}

/// Makes shares of scores.
#[inline(always)]
fn softmax(scores: &mut [f32]) {
    let (chunks, rest) = scores.as_chunks::<LANES>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane = lane.max(*x);
        }
    }
    for (lane, x) in lanes.iter_mut().zip(rest) {
        *lane = lane.max(*x);
    }
    let highest = folded(lanes, f32::max);
    for score in &mut *scores {
        *score = exp(*score - highest);
    }
    let one = 1.0 / sum(scores, |x| x);
    for score in scores {
        *score *= one;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(count: usize, pace: f32) -> Vec<f32> {
        (0..count).map(|at| (at as f32 * pace).sin() * 2.0).collect()
    }

    /// A number of a head, with its position turned in.
    fn turned(
        shape: Shape,
        from: &[f32],
        [sequence, at, length, head]: [usize; 4],
        rotary: Rotary<'_>,
    ) -> Vec<f64> {
        let start = ((sequence * length + at) * shape.heads + head) * shape.width;
        let row: Vec<f64> = from[start..][..shape.width].iter().map(|x| f64::from(*x)).collect();
        let Rotary { cosines, sines, angles } = rotary;
        let angle = |of: usize| (f64::from(cosines[at * angles + of]), f64::from(sines[at * angles + of]));
        let mut result = row.clone();
        for of in 0..angles {
            let (cosine, sine) = angle(of);
            result[of] = row[of] * cosine - row[of + angles] * sine;
            result[of + angles] = row[of + angles] * cosine + row[of] * sine;
        }
        result
    }

    #[test]
    fn attention_is_that_of_the_definition() {
        for (batch, queries, keys, heads, width) in
            [(1, 1, 1, 1, 4), (2, 3, 3, 2, 36), (1, 20, 20, 3, 32), (1, 5, 83, 2, 36), (3, 7, 16, 1, 50)]
        {
            let shape = Shape { batch, queries, keys, heads, width };
            let all = batch * heads * width;
            let (q, k, v) = (wave(all * queries, 0.37), wave(all * keys, 0.73), wave(all * keys, 1.13));
            let (angles, mask) = (width / 4, wave(queries * keys, 0.11));
            let turns = wave(queries.max(keys) * angles, 0.05);
            let cosines: Vec<f32> = turns.iter().map(|x| x.cos()).collect();
            let sines: Vec<f32> = turns.iter().map(|x| x.sin()).collect();
            let rotary = Rotary { cosines: &cosines, sines: &sines, angles };
            let inputs = Inputs {
                queries: &q,
                keys: &k,
                values: &v,
                scale: 0.3,
                rotary: Some(rotary),
                mask: Some(&mask),
            };
            let mut output = vec![f32::NAN; q.len()];
            attend(shape, inputs, &mut Scratch::default(), &mut output);
            for (at, found) in output.iter().enumerate() {
                let (number, head) = (at % width, at / width % heads);
                let (query, sequence) = (at / width / heads % queries, at / width / heads / queries);
                let asked = turned(shape, &q, [sequence, query, queries, head], rotary);
                let score = |key: usize| {
                    let row = turned(shape, &k, [sequence, key, keys, head], rotary);
                    let product: f64 = row.iter().zip(&asked).map(|(a, b)| a * b * 0.3).sum();
                    (product + f64::from(mask[query * keys + key])).exp()
                };
                let value =
                    |key: usize| f64::from(v[((sequence * keys + key) * heads + head) * width + number]);
                let total: f64 = (0..keys).map(score).sum();
                let exact: f64 = (0..keys).map(|key| score(key) / total * value(key)).sum();
                assert!((f64::from(*found) - exact).abs() < 2e-5, "{shape:?} {at}: {found}, not {exact}");
            }
        }
    }
}
