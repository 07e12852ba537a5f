//! Products with 8-bit weights, and rows of a table of 8-bit words.

use super::graph::{Graph, inputs};
use super::operator::{Kernel, filled, floats, rows_of};
use super::weights::Packed;
use petri_kernels::elementwise::weighted_sum;
use petri_kernels::matmul::{Arithmetic, INPUTS_MAX, Scratch, Weights, multiply};
use std::sync::Arc;
use tract_core::internal::*;

/// A product with 8-bit weights, and a bias for each column.
#[derive(Debug)]
struct Dense {
    weights: Arc<Weights>,
    bias: Option<Vec<f32>>,
    arithmetic: Arithmetic,
}

impl Kernel for Dense {
    fn name(&self) -> &'static str {
        "PetriDense"
    }

    fn shape(&self, first: &[TDim]) -> TVec<TDim> {
        rows_of(first, self.weights.outputs())
    }

    fn run(&self, inputs: TVec<TValue>) -> TractResult<Tensor> {
        let input = args_1!(inputs);
        let mut shape: TVec<usize> = input.shape().into();
        let last = shape.last_mut().filter(|last| **last == self.weights.inputs());
        *last.with_context(|| format!("rows of {} are multiplied", self.weights.inputs()))? =
            self.weights.outputs();
        let (input, bias) = (floats(&input)?, self.bias.as_deref());
        let mut scratch = Scratch::default();
        filled(&shape, |output| {
            multiply(&self.weights, input, bias, self.arithmetic, &mut scratch, output);
        })
    }
}

/// A product with one column of 8-bit weights, too long for [`Weights`]. Its sums are floats.
#[derive(Debug)]
struct Column {
    weights: Vec<u8>,
    scale: f32,
    zero: f32,
    bias: f32,
}

impl Kernel for Column {
    fn name(&self) -> &'static str {
        "PetriColumn"
    }

    fn shape(&self, first: &[TDim]) -> TVec<TDim> {
        rows_of(first, 1)
    }

    fn run(&self, inputs: TVec<TValue>) -> TractResult<Tensor> {
        let input = args_1!(inputs);
        let mut shape: TVec<usize> = input.shape().into();
        let last = shape.last_mut().filter(|last| **last == self.weights.len());
        *last.with_context(|| format!("rows of {} are multiplied", self.weights.len()))? = 1;
        let rows = floats(&input)?.chunks_exact(self.weights.len());
        filled(&shape, |output| {
            for (row, output) in rows.zip(output) {
                let [plain, weighted] = weighted_sum(&self.weights, row);
                *output = (weighted - self.zero * plain) * self.scale + self.bias;
            }
        })
    }
}

/// Rows of a table of words.
#[derive(Debug)]
struct Words(Arc<Weights>);

impl Kernel for Words {
    fn name(&self) -> &'static str {
        "PetriWords"
    }

    fn shape(&self, first: &[TDim]) -> TVec<TDim> {
        let mut shape: TVec<TDim> = first.into();
        shape.push(self.0.inputs().to_dim());
        shape
    }

    fn run(&self, inputs: TVec<TValue>) -> TractResult<Tensor> {
        words_of(&args_1!(inputs), self.0.outputs(), self.0.inputs(), |word, row| self.0.read(word, row))
    }
}

/// Rows of a table of 8-bit words, each with a scale of its own.
#[derive(Debug)]
struct ScaledWords {
    values: Vec<u8>,
    signed: bool,
    scales: Vec<f32>,
}

impl ScaledWords {
    fn width(&self) -> usize {
        self.values.len() / self.scales.len()
    }
}

impl Kernel for ScaledWords {
    fn name(&self) -> &'static str {
        "PetriScaledWords"
    }

    fn shape(&self, first: &[TDim]) -> TVec<TDim> {
        let mut shape: TVec<TDim> = first.into();
        shape.push(self.width().to_dim());
        shape
    }

    fn run(&self, inputs: TVec<TValue>) -> TractResult<Tensor> {
        let width = self.width();
        words_of(&args_1!(inputs), self.scales.len(), width, |word, row| {
            let (values, scale) = (&self.values[word * width..][..width], self.scales[word]);
            for (number, value) in row.iter_mut().zip(values) {
                let value = if self.signed { f32::from(*value as i8) } else { f32::from(*value) };
                *number = value * scale;
            }
        })
    }
}

/// One row of `width` for each word of `count`.
fn words_of(
    input: &TValue,
    count: usize,
    width: usize,
    read: impl Fn(usize, &mut [f32]),
) -> TractResult<Tensor> {
    let words = input.cast_to::<i64>()?;
    let words = words.try_as_plain_ram()?.as_slice::<i64>()?;
    ensure!(words.iter().all(|word| (0..count as i64).contains(word)), "words are 0 to {count}");
    let shape: TVec<usize> = input.shape().iter().copied().chain([width]).collect();
    filled(&shape, |output| {
        for (row, word) in output.chunks_exact_mut(width).zip(words) {
            read(*word as usize, row);
        }
    })
}

/// Puts ours in the place of every product with 8-bit constants, and of every look-up in such.
pub(super) fn rewrite(graph: &mut Graph) -> TractResult<()> {
    let (mut packed, arithmetic) = (Packed::default(), graph.arithmetic());
    for at in 0..graph.nodes().len() {
        if let Some((input, weights)) = words(graph, at, &mut packed) {
            graph.replace(at, &[&input], Words(weights));
        } else if let Some((input, words)) = scaled_words(graph, at) {
            graph.replace(at, &[&input], words);
        } else if let Some((input, column)) = column(graph, at) {
            graph.replace(at, &[&input], column);
        } else if let Some((input, weights, bias)) = with_bias(graph, at, &mut packed) {
            graph.replace(at, &[&input], Dense { weights, bias: Some(bias), arithmetic });
        }
    }
    // A product whose bias was taken is read by nobody now.
    graph.prune();
    for at in 0..graph.nodes().len() {
        if let Some((input, weights)) = product(graph, &graph.nodes()[at].output[0], &mut packed) {
            graph.replace(at, &[&input], Dense { weights, bias: None, arithmetic });
        }
    }
    Ok(())
}

fn product(graph: &Graph, value: &str, packed: &mut Packed) -> Option<(String, Arc<Weights>)> {
    let node = graph.maker(value, "MatMul")?;
    Some((node.input[0].clone(), packed.matrix(graph, &node.input[1])?))
}

fn with_bias(graph: &Graph, at: usize, packed: &mut Packed) -> Option<(String, Arc<Weights>, Vec<f32>)> {
    let node = graph.maker(&graph.nodes()[at].output[0], "Add")?;
    let either = [[0, 1], [1, 0]];
    let [value, bias] = either.into_iter().find_map(|[value, bias]| {
        graph.maker(&node.input[value], "MatMul")?;
        Some([node.input[value].clone(), node.input[bias].clone()])
    })?;
    let bias = graph.constant(&bias).filter(|bias| bias.rank() == 1).and_then(|_| graph.floats(&bias))?;
    let (input, weights) = product(graph, &value, packed)?;
    (bias.len() == weights.outputs()).then_some((input, weights, bias))
}

/// A sum of a number and the product with one long column.
fn column(graph: &Graph, at: usize) -> Option<(String, Column)> {
    let [product, bias] = inputs(graph.maker(&graph.nodes()[at].output[0], "Add")?)?;
    let [input, weights] = inputs(graph.maker(product, "MatMul")?)?;
    let [values, scale, zero] = inputs(graph.maker(weights, "DequantizeLinear")?)?;
    let held = graph.bytes(values)?;
    (held.signed && held.shape[1] == 1 && held.shape[0] > INPUTS_MAX).then_some(())?;
    let number = |name: &str| graph.number(name);
    let (scale, zero, bias) = (number(scale)?, number(zero)?, number(bias)?);
    Some((input.to_owned(), Column { weights: held.values.to_vec(), scale, zero, bias }))
}

fn words(graph: &Graph, at: usize, packed: &mut Packed) -> Option<(String, Arc<Weights>)> {
    let node = graph.maker(&graph.nodes()[at].output[0], "DequantizeLinear")?;
    let rows = graph.maker(&node.input[0], "Gather")?;
    graph.number(&node.input[1])?;
    rows.attribute.iter().all(|axis| axis.name != "axis" || axis.i == 0).then_some(())?;
    Some((rows.input[1].clone(), packed.rows(graph, &rows.input[0], &node.input[1..])?))
}

/// A product of rows that are gathered and of their scales, gathered alike.
fn scaled_words(graph: &Graph, at: usize) -> Option<(String, ScaledWords)> {
    let [rows, scales] = inputs(graph.maker(&graph.nodes()[at].output[0], "Mul")?)?;
    let [rows] = inputs(graph.maker(rows, "Cast")?)?;
    let [[table, words], [scales, same]] =
        [inputs(graph.maker(rows, "Gather")?)?, inputs(graph.maker(scales, "Gather")?)?];
    let first = |rows: &str| {
        let axis = graph.maker(rows, "Gather").and_then(|rows| rows.attribute.first());
        axis.is_none_or(|axis| axis.name == "axis" && axis.i == 0)
    };
    (words == same && first(rows) && first(&graph.nodes()[at].input[1])).then_some(())?;
    let (held, (shape, scales)) = (graph.bytes(table)?, graph.shaped(scales)?);
    (shape == [held.shape[0], 1]).then_some(())?;
    Some((words.to_owned(), ScaledWords { values: held.values.to_vec(), signed: held.signed, scales }))
}
