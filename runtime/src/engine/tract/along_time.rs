//! Convolutions along time with all channels of a moment together, and what is between them.
//!
//! The file has a row for each channel; the first of these convolutions reads sound, which has one channel and so lies
//! either way. From there on every value is kept turned, until the file itself turns it.

use super::graph::{Graph, inputs};
use super::operator::{Kernel, filled, floats};
use petri_kernels::conv::Strided;
use std::collections::HashSet;
use tract_core::internal::*;
use tract_onnx::pb::NodeProto;

/// A convolution of one row of moments.
#[derive(Debug)]
struct AlongTime(Strided);

impl Kernel for AlongTime {
    fn name(&self) -> &'static str {
        "PetriAlongTime"
    }

    fn shape(&self, first: &[TDim]) -> TVec<TDim> {
        // With one channel the file's order of axes is kept.
        let moments = first.get(if self.0.channels() == 1 { 2 } else { 1 }).cloned().unwrap_or(0.to_dim());
        let [window, stride] = self.0.window();
        tvec!(1.to_dim(), (moments - window) / stride + 1, self.0.outputs().to_dim())
    }

    fn run(&self, inputs: TVec<TValue>) -> TractResult<Tensor> {
        let input = args_1!(inputs);
        let shape: [usize; 3] = input.shape().try_into().context("a row of moments")?;
        let [moments, channels] =
            if self.0.channels() == 1 { [shape[2], shape[1]] } else { [shape[1], shape[2]] };
        ensure!(
            shape[0] == 1 && channels == self.0.channels(),
            "one row with {} channels",
            self.0.channels()
        );
        let moments = self.0.moments(moments).with_context(|| format!("{moments} moments are too few"))?;
        let input = floats(&input)?;
        filled(&[1, moments, self.0.outputs()], |output| self.0.run(input, output))
    }
}

/// What changes.
struct Plan {
    convolutions: Vec<(usize, String, Strided)>,
    /// Nodes that turn what is turned already.
    turns: Vec<usize>,
}

/// Puts ours in the place of each convolution, where everything between them can do with turned values.
pub(super) fn rewrite(graph: &mut Graph) -> TractResult<()> {
    if let Some(Plan { convolutions, turns }) = plan(graph) {
        for (at, input, convolution) in convolutions {
            graph.replace(at, &[&input], AlongTime(convolution));
        }
        for at in turns {
            graph.pass_on(at);
        }
    }
    Ok(())
}

fn plan(graph: &Graph) -> Option<Plan> {
    let mut turned: HashSet<&str> = HashSet::new();
    let mut plan = Plan { convolutions: Vec::new(), turns: Vec::new() };
    for (at, node) in graph.nodes().iter().enumerate() {
        let is_turned = |name: &String| turned.contains(name.as_str());
        let reads = node.input.iter().any(is_turned);
        if node.op_type == "Conv"
            && let Some(convolution) = convolution(graph, node)
            && reads == (convolution.channels() > 1)
        {
            plan.convolutions.push((at, node.input[0].clone(), convolution));
            turned.insert(node.output.first()?);
            continue;
        }
        if !reads {
            continue;
        }
        let attribute = |name: &str| node.attribute.iter().find(|attribute| attribute.name == name);
        match node.op_type.as_str() {
            "Transpose" if attribute("perm")?.ints == [0, 2, 1] => {
                plan.turns.push(at);
                continue;
            }
            "ReduceMean" if attribute("axes")?.ints == [1, 2] => {}
            "Tanh" | "PetriGelu" | "Sqrt" | "Add" | "Sub" | "Mul" | "Div" => {
                let either = |name: &String| is_turned(name) || graph.number(name).is_some();
                node.input.iter().all(either).then_some(())?;
            }
            _ => return None,
        }
        turned.insert(node.output.first()?);
    }
    let none_is_given = turned.iter().all(|name| !graph.is_output(name));
    (none_is_given && !plan.convolutions.is_empty()).then_some(plan)
}

/// A convolution along one axis, without anything around the edges.
fn convolution(graph: &Graph, node: &NodeProto) -> Option<Strided> {
    let mut stride = 1;
    for attribute in &node.attribute {
        match (attribute.name.as_str(), &attribute.ints[..]) {
            ("strides", &[every]) => stride = usize::try_from(every).ok()?,
            ("kernel_shape", &[_]) | ("pads", &[0, 0]) | ("dilations", &[1]) => {}
            ("group", _) if attribute.i == 1 => {}
            _ => return None,
        }
    }
    let ([outputs, channels, _], weights) = weights(graph, node.input.get(1)?)?;
    let bias = match node.input.get(2) {
        Some(name) => graph.floats(name)?,
        None => vec![0.0; outputs],
    };
    (bias.len() == outputs).then(|| Strided::new(channels, stride, &weights, &bias).ok())?
}

/// Weights of 16 or 32 bits, whole or in parts.
fn weights(graph: &Graph, name: &str) -> Option<([usize; 3], Vec<f32>)> {
    if let Some(made) = graph.maker(name, "Cast") {
        return weights(graph, inputs::<1>(made)?[0]);
    }
    let Some(joined) = graph.maker(name, "Concat") else {
        let (shape, values) = graph.shaped(name)?;
        return Some((shape.try_into().ok()?, values));
    };
    joined.attribute.iter().all(|axis| axis.name == "axis" && axis.i == 0).then_some(())?;
    let parts = joined.input.iter().map(|part| weights(graph, part)).collect::<Option<Vec<_>>>()?;
    let (shapes, values): (Vec<[usize; 3]>, Vec<Vec<f32>>) = parts.into_iter().unzip();
    let [_, channels, window] = *shapes.first()?;
    shapes.iter().all(|shape| shape[1..] == [channels, window]).then_some(())?;
    Some(([shapes.iter().map(|shape| shape[0]).sum(), channels, window], values.concat()))
}
