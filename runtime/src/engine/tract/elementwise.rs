//! Chains of small operators that are one: layer norm, GELU, `SwiGLU`, an image of even contrast.

use super::graph::{Graph, inputs};
use super::operator::{Kernel, filled, floats, rows_of};
use petri_kernels::elementwise::{Activation, activate, evened, gated, layer_norm};
use tract_core::internal::*;
use tract_onnx::pb::NodeProto;

/// Layer norm over the last axis.
#[derive(Debug)]
struct LayerNorm {
    weight: Vec<f32>,
    bias: Option<Vec<f32>>,
    epsilon: f32,
}

impl Kernel for LayerNorm {
    fn name(&self) -> &'static str {
        "PetriLayerNorm"
    }

    fn run(&self, inputs: TVec<TValue>) -> TractResult<Tensor> {
        let input = args_1!(inputs);
        ensure!(input.shape().last() == Some(&self.weight.len()), "rows of {}", self.weight.len());
        let values = floats(&input)?;
        filled(input.shape(), |output| {
            layer_norm(values, &self.weight, self.bias.as_deref(), self.epsilon, output);
        })
    }
}

#[derive(Debug)]
struct Gelu;

impl Kernel for Gelu {
    fn name(&self) -> &'static str {
        "PetriGelu"
    }

    fn run(&self, inputs: TVec<TValue>) -> TractResult<Tensor> {
        let mut tensor = args_1!(inputs).into_tensor();
        activate(Activation::Gelu, tensor.try_as_plain_ram_mut()?.as_slice_mut::<f32>()?);
        Ok(tensor)
    }
}

/// The first half of a row, gated by the second.
#[derive(Debug)]
struct Gated {
    width: usize,
}

impl Kernel for Gated {
    fn name(&self) -> &'static str {
        "PetriGated"
    }

    fn shape(&self, first: &[TDim]) -> TVec<TDim> {
        rows_of(first, self.width)
    }

    fn run(&self, inputs: TVec<TValue>) -> TractResult<Tensor> {
        let input = args_1!(inputs);
        let mut shape: TVec<usize> = input.shape().into();
        let last = shape.last_mut().filter(|last| **last == 2 * self.width);
        *last.with_context(|| format!("rows of {}", 2 * self.width))? = self.width;
        let values = floats(&input)?;
        filled(&shape, |output| gated(values, self.width, output))
    }
}

/// Planes with the same mean and deviation as all others.
#[derive(Debug)]
struct Even {
    target: f32,
    floor: f32,
}

impl Kernel for Even {
    fn name(&self) -> &'static str {
        "PetriEven"
    }

    fn run(&self, inputs: TVec<TValue>) -> TractResult<Tensor> {
        let input = args_1!(inputs);
        let values = floats(&input)?;
        let [.., height, width] = *input.shape() else { bail!("an image has a height and a width") };
        filled(input.shape(), |output| {
            for (plane, output) in
                values.chunks_exact(height * width).zip(output.chunks_exact_mut(height * width))
            {
                evened(plane, self.target, self.floor, output);
            }
        })
    }
}

/// Puts ours in the place of each chain.
pub(super) fn rewrite(graph: &mut Graph) -> TractResult<()> {
    for at in 0..graph.nodes().len() {
        let node = &graph.nodes()[at];
        if let Some((input, norm)) = declared_norm(graph, node).or_else(|| norm(graph, node)) {
            graph.replace(at, &[&input], norm);
        } else if let Some(input) = gelu(graph, node) {
            graph.replace(at, &[&input], Gelu);
        } else if let Some((input, width)) = gate(graph, node) {
            graph.replace(at, &[&input], Gated { width });
        } else if let Some((input, even)) = even(graph, node) {
            graph.replace(at, &[&input], even);
        }
    }
    Ok(())
}

fn declared_norm(graph: &Graph, node: &NodeProto) -> Option<(String, LayerNorm)> {
    let attribute = |name: &str| node.attribute.iter().find(|attribute| attribute.name == name);
    let last = attribute("axis").is_none_or(|axis| axis.i == -1);
    (node.op_type == "LayerNormalization" && node.output.len() == 1 && last).then_some(())?;
    let weight = graph.floats(&node.input[1])?;
    let bias = match node.input.get(2) {
        Some(bias) => Some(graph.floats(bias)?),
        None => None,
    };
    let epsilon = attribute("epsilon").map_or(1e-5, |epsilon| epsilon.f);
    Some((node.input[0].clone(), LayerNorm { weight, bias, epsilon }))
}

/// `(x - mean) / sqrt(mean((x - mean)^2) + epsilon) * weight`.
fn norm(graph: &Graph, node: &NodeProto) -> Option<(String, LayerNorm)> {
    (node.op_type == "Mul").then_some(())?;
    let [scaled, weight] = inputs(node)?;
    let [centred, deviation] = inputs(graph.maker(scaled, "Div")?)?;
    let [x, mean] = inputs(graph.maker(centred, "Sub")?)?;
    (last_mean(graph, mean)? == x).then_some(())?;
    let [variance] = inputs(graph.maker(deviation, "Sqrt")?)?;
    let [squares, epsilon] = inputs(graph.maker(variance, "Add")?)?;
    let product = graph.maker(last_mean(graph, squares)?, "Mul")?;
    (inputs(product)? == [centred, centred]).then_some(())?;
    let weight = graph.floats(weight).filter(|weight| weight.len() > 1)?;
    Some((x.to_owned(), LayerNorm { weight, bias: None, epsilon: graph.number(epsilon)? }))
}

/// `(x - mean) * (target / (sqrt(mean((x - mean)^2)) + floor))`, with means over planes.
fn even(graph: &Graph, node: &NodeProto) -> Option<(String, Even)> {
    const PLANE: [i64; 2] = [2, 3];
    (node.op_type == "Mul").then_some(())?;
    let [centred, ratio] = inputs(node)?;
    let [target, divisor] = inputs(graph.maker(ratio, "Div")?)?;
    let [deviation, floor] = inputs(graph.maker(divisor, "Add")?)?;
    let [variance] = inputs(graph.maker(deviation, "Sqrt")?)?;
    let squares = graph.maker(mean(graph, variance, &PLANE)?, "Mul")?;
    let [x, centre] = inputs(graph.maker(centred, "Sub")?)?;
    let same = inputs(squares)? == [centred, centred] && mean(graph, centre, &PLANE)? == x;
    let even = Even { target: graph.number(target)?, floor: graph.number(floor)? };
    same.then(|| (x.to_owned(), even))
}

/// What a value is the mean of, over the last axis.
fn last_mean<'a>(graph: &'a Graph, value: &str) -> Option<&'a str> {
    mean(graph, value, &[-1])
}

/// What a value is the mean of, over these axes.
fn mean<'a>(graph: &'a Graph, value: &str, over: &[i64]) -> Option<&'a str> {
    let node = graph.maker(value, "ReduceMean")?;
    let axes = node.attribute.iter().any(|axes| axes.name == "axes" && axes.ints == over);
    let kept = node.attribute.iter().all(|keep| keep.name != "keepdims" || keep.i == 1);
    (axes && kept).then(|| node.input[0].as_str())
}

/// `x / 2 * (erf(x / sqrt(2)) + 1)`.
fn gelu(graph: &Graph, node: &NodeProto) -> Option<String> {
    (node.op_type == "Mul").then_some(())?;
    let [halved, shifted] = inputs(node)?;
    let x = times(graph, halved, 0.5)?;
    let [erf, one] = inputs(graph.maker(shifted, "Add")?)?;
    let [ratio] = inputs(graph.maker(erf, "Erf")?)?;
    let same = times(graph, ratio, std::f32::consts::FRAC_1_SQRT_2)? == x;
    (same && graph.number(one) == Some(1.0)).then(|| x.to_owned())
}

/// What a value is the product of with a number.
fn times<'a>(graph: &'a Graph, value: &str, number: f32) -> Option<&'a str> {
    let [x, factor] = inputs(graph.maker(value, "Mul")?)?;
    (graph.number(factor)? - number).abs().le(&1e-6).then_some(x)
}

/// `gate * sigmoid(gate) * value`, where gate and value are the halves of one value.
fn gate(graph: &Graph, node: &NodeProto) -> Option<(String, usize)> {
    (node.op_type == "Mul").then_some(())?;
    let [open, value] = inputs(node)?;
    let [gate, share] = inputs(graph.maker(open, "Mul")?)?;
    let [of] = inputs(graph.maker(share, "Sigmoid")?)?;
    (of == gate).then_some(())?;
    let ((first, [from, width]), (second, [middle, end])) = (graph.slice(value)?, graph.slice(gate)?);
    (first == second && from == 0 && middle == width && end == 2 * width).then(|| (first.to_owned(), width))
}
