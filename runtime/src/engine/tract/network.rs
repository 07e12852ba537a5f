//! Networks of convolutions on one image, as a whole: convolutions, what is added, activations and maxima that hang
//! together run as one operator that keeps the channels of a pixel together.

use super::graph::{Graph, inputs};
use super::operator::floats;
use petri_kernels::conv::{Builder, Net, Unsupported, Value, Window};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use tract_core::internal::*;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::infer::{InferenceResult, Solver, TensorProxy};
use tract_onnx::tract_hir::internal::expand;
use tract_onnx::tract_hir::ops::expandable::Expansion;

/// Fewer convolutions than this are left to tract.
const CONVOLUTIONS_MIN: usize = 4;

/// One operation of a network. Values are numbered: 0 comes in, each operation makes the next.
#[derive(Debug)]
enum Step {
    Dense { from: usize, window: Window, weights: Vec<f32>, bias: Vec<f32> },
    Depthwise { from: usize, window: Window, weights: Vec<f32>, bias: Vec<f32> },
    Pool { from: usize, window: Window },
    Add { one: usize, other: usize },
    Relu { from: usize },
    Slopes { from: usize, slopes: Vec<f32> },
}

/// A network, before its image is known.
#[derive(Debug)]
struct Description {
    tint: Option<Tint>,
    steps: Vec<Step>,
    outputs: Vec<usize>,
}

/// Makes planes of colour of what comes in: each is scaled and moved.
#[derive(Debug, Clone, PartialEq)]
struct Tint {
    scale: Vec<f32>,
    offset: Vec<f32>,
}

impl Tint {
    /// What makes `start` by constants for each of several channels, and what it makes it of.
    fn of(graph: &Graph, start: &str) -> Option<(String, Self)> {
        let each = |name: &str| {
            let (shape, values) = graph.shaped(name)?;
            (shape == [1, values.len(), 1, 1] && values.len() > 1).then_some(values)
        };
        let [scaled, offset] = inputs(graph.maker(start, "Add")?)?;
        let [image, scale] = inputs(graph.maker(scaled, "Mul")?)?;
        let tint = Self { scale: each(scale)?, offset: each(offset)? };
        (tint.scale.len() == tint.offset.len()).then(|| (image.to_owned(), tint))
    }

    /// Channels, height and width of what comes out of an image; one plane is taken for all channels.
    fn shape(&self, [channels, height, width]: [usize; 3]) -> TractResult<[usize; 3]> {
        ensure!(channels == 1 || channels == self.scale.len(), "one plane, or one for each channel");
        Ok([self.scale.len(), height, width])
    }

    fn apply(&self, image: &[f32], plane: usize) -> Vec<f32> {
        let mut tinted = Vec::with_capacity(self.scale.len() * plane);
        let planes = image.chunks_exact(plane.max(1)).cycle();
        for (plane, (scale, offset)) in planes.zip(self.scale.iter().zip(&self.offset)) {
            tinted.extend(plane.iter().map(|value| value * scale + offset));
        }
        tinted
    }
}

impl Description {
    /// The image that the network reads when this one comes in.
    fn image(&self, shape: &[TDim]) -> TractResult<[usize; 3]> {
        let image = image(shape)?;
        self.tint.as_ref().map_or(Ok(image), |tint| tint.shape(image))
    }

    fn builder(&self, image: [usize; 3]) -> Result<(Builder<'_>, Vec<Value>), Unsupported> {
        let (mut builder, input) = Builder::new(image);
        let mut values = vec![input];
        for step in &self.steps {
            let made = match step {
                Step::Dense { from, window, weights, bias } => {
                    builder.dense(values[*from], *window, weights, bias)?
                }
                Step::Depthwise { from, window, weights, bias } => {
                    builder.depthwise(values[*from], *window, weights, bias)?
                }
                Step::Pool { from, window } => builder.max_pool(values[*from], *window)?,
                Step::Add { one, other } => builder.add(values[*one], values[*other])?,
                Step::Relu { from } => builder.relu(values[*from]),
                Step::Slopes { from, slopes } => builder.slopes(values[*from], slopes)?,
            };
            values.push(made);
        }
        let outputs = self.outputs.iter().map(|value| values[*value]).collect();
        Ok((builder, outputs))
    }
}

/// What tract's analysis of shapes sees.
#[derive(Debug, Clone)]
struct Planned(Arc<Description>);

/// Channels, height and width of a single image.
fn image(shape: &[TDim]) -> TractResult<[usize; 3]> {
    ensure!(shape.len() == 4 && shape[0] == 1.to_dim(), "one image at a time");
    Ok([shape[1].to_usize()?, shape[2].to_usize()?, shape[3].to_usize()?])
}

fn facts(shapes: impl Iterator<Item = [usize; 3]>) -> TVec<TVec<TDim>> {
    shapes.map(|[c, h, w]| tvec!(1.to_dim(), c.to_dim(), h.to_dim(), w.to_dim())).collect()
}

impl Expansion for Planned {
    fn name(&self) -> StaticName {
        "PetriNetwork".into()
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(self.0.outputs.len())
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        let image = self.0.image(&model.outlet_fact(inputs[0])?.shape)?;
        let (builder, outputs) = self.0.builder(image)?;
        let network = Network { net: builder.build(&outputs)?.into(), tint: self.0.tint.clone() };
        model.wire_node(prefix, network, inputs)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        for output in outputs {
            solver.equals(&output.datum_type, f32::datum_type())?;
        }
        solver.given(&inputs[0].shape, move |solver, shape| {
            let (builder, values) = self.0.builder(self.0.image(&shape)?)?;
            let shapes = facts(values.iter().map(|value| builder.shape(*value)));
            for (output, shape) in outputs.iter().zip(shapes) {
                solver.equals(&output.shape, shape)?;
            }
            Ok(())
        })
    }
}

/// What runs.
#[derive(Debug, Clone)]
struct Network {
    net: Arc<Net>,
    tint: Option<Tint>,
}

/// Two networks are one when they share their weights.
impl PartialEq for Network {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.net, &other.net)
    }
}

impl Eq for Network {}

impl Op for Network {
    fn name(&self) -> StaticName {
        "PetriNetwork".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Network {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        let mut tensors: Vec<Tensor> = Vec::new();
        for [channels, height, width] in self.net.outputs() {
            tensors.push(Tensor::zero::<f32>(&[1, channels, height, width])?);
        }
        let mut plain =
            tensors.iter_mut().map(Tensor::try_as_plain_ram_mut).collect::<TractResult<Vec<_>>>()?;
        let mut outputs =
            plain.iter_mut().map(|plain| plain.as_slice_mut::<f32>()).collect::<TractResult<Vec<_>>>()?;
        let [_, height, width] = self.net.input();
        let image = floats(&input)?;
        let tinted = self.tint.as_ref().map(|tint| tint.apply(image, height * width));
        self.net.run(tinted.as_deref().unwrap_or(image), &mut outputs);
        Ok(tensors.into_iter().map(Tensor::into_tvalue).collect())
    }
}

impl TypedOp for Network {
    as_op!();

    fn output_facts(&self, _: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(facts(self.net.outputs()).into_iter().map(|shape| f32::fact(&*shape)).collect())
    }
}

/// A part of the file that hangs together.
struct Part {
    values: BTreeMap<String, usize>,
    /// Channels of each value.
    channels: Vec<usize>,
    steps: Vec<Step>,
    /// Values that a `Pad` claims to have more channels: only a sum may read them.
    widened: BTreeMap<String, usize>,
    nodes: Vec<usize>,
}

/// Puts a network in the place of each part of the file that is one.
pub(super) fn rewrite(graph: &mut Graph) -> TractResult<()> {
    let mut tried: HashSet<String> = HashSet::new();
    let mut at = 0;
    while at < graph.nodes().len() {
        let node = &graph.nodes()[at];
        let start = node.input.first().filter(|_| node.op_type == "Conv" && !graph.is_ours(node)).cloned();
        if let Some(start) = start.filter(|start| !tried.contains(start)) {
            if let Some(part) = part(graph, &start, at) {
                replace(graph, &start, part);
            }
            tried.insert(start);
        }
        at += 1;
    }
    Ok(())
}

/// All that follows from `start`, from the node `first` on.
fn part(graph: &Graph, start: &str, first: usize) -> Option<Part> {
    let shape = weights(graph, &graph.nodes()[first])?.0;
    let mut part = Part {
        values: BTreeMap::from([(start.to_owned(), 0)]),
        channels: vec![shape[1]],
        steps: Vec::new(),
        widened: BTreeMap::new(),
        nodes: Vec::new(),
    };
    for (at, node) in graph.nodes().iter().enumerate().skip(first) {
        if graph.is_ours(node) {
            continue;
        }
        if part.widens(graph, node).is_some() {
            part.nodes.push(at);
        } else if let Some((step, channels)) = part.step(graph, node) {
            part.steps.push(step);
            part.channels.push(channels);
            part.values.insert(node.output.first()?.clone(), part.steps.len());
            part.nodes.push(at);
        }
    }
    let convolutions = part.steps.iter().filter(|step| matches!(step, Step::Dense { .. })).count();
    (convolutions >= CONVOLUTIONS_MIN).then_some(part)
}

impl Part {
    fn widens(&mut self, graph: &Graph, node: &NodeProto) -> Option<()> {
        (node.op_type == "Pad").then_some(())?;
        let value = *self.values.get(node.input.first()?)?;
        let zero = node.input.get(2).is_none_or(|fill| graph.number(fill) == Some(0.0));
        let constant = node.attribute.iter().all(|mode| mode.name != "mode" || mode.s == b"constant");
        let pads = graph.floats(node.input.get(1)?)?;
        let [0.0, 0.0, 0.0, 0.0, 0.0, more, 0.0, 0.0] = pads[..] else { return None };
        (zero && constant && more >= 0.0).then_some(())?;
        let output = node.output.first()?.clone();
        let mut readers = graph.nodes().iter().filter(|node| node.input.contains(&output));
        readers.all(|node| node.op_type == "Add" && !graph.is_output(&output)).then_some(())?;
        self.widened.insert(output, value);
        Some(())
    }

    /// The step that a node is, and how many channels it gives.
    fn step(&self, graph: &Graph, node: &NodeProto) -> Option<(Step, usize)> {
        let value = |at: usize| self.values.get(node.input.get(at)?).copied();
        let from = value(0);
        match node.op_type.as_str() {
            "Conv" => {
                let from = from?;
                let ([outputs, inputs, ..], weights) = weights(graph, node)?;
                let bias = match node.input.get(2) {
                    Some(name) => graph.floats(name)?,
                    None => vec![0.0; outputs],
                };
                let channels = self.channels[from];
                let window = window(node)?;
                match number(node, "group").unwrap_or(1) {
                    1 if inputs == channels => Some((Step::Dense { from, window, weights, bias }, outputs)),
                    groups if groups as usize == channels && inputs == 1 && outputs == channels => {
                        Some((Step::Depthwise { from, window, weights, bias }, outputs))
                    }
                    _ => None,
                }
            }
            "MaxPool" if node.output.len() == 1 && number(node, "ceil_mode").unwrap_or(0) == 0 => {
                Some((Step::Pool { from: from?, window: window(node)? }, self.channels[from?]))
            }
            "Relu" => Some((Step::Relu { from: from? }, self.channels[from?])),
            "PRelu" => {
                let slopes = graph.floats(node.input.get(1)?)?;
                let channels = self.channels[from?];
                (slopes.len() == channels).then_some((Step::Slopes { from: from?, slopes }, channels))
            }
            "Add" => {
                let [one, other] = inputs(node)?;
                let either = |name: &str| self.values.get(name).or_else(|| self.widened.get(name)).copied();
                let (one, other) = (either(one)?, either(other)?);
                let channels = self.channels[one].max(self.channels[other]);
                Some((Step::Add { one, other }, channels))
            }
            _ => None,
        }
    }
}

/// What the convolutions of a part were replaced by.
fn replace(graph: &mut Graph, start: &str, part: Part) {
    let inside: HashSet<usize> = part.nodes.iter().copied().collect();
    let mut outputs: Vec<(String, usize)> = Vec::new();
    for (name, value) in &part.values {
        let outside = graph.nodes().iter().enumerate().filter(|(at, _)| !inside.contains(at));
        let read = outside.flat_map(|(_, node)| &node.input).any(|input| input == name);
        if *value > 0 && (read || graph.is_output(name)) {
            outputs.push((name.clone(), *value));
        }
    }
    let (names, outputs): (Vec<String>, Vec<usize>) = outputs.into_iter().unzip();
    let (start, tint) =
        Tint::of(graph, start).map_or((start.to_owned(), None), |(image, tint)| (image, Some(tint)));
    let description = Description { tint, steps: part.steps, outputs };
    graph.replace_all(&part.nodes, &start, &names, expand(Planned(Arc::new(description))));
}

fn number(node: &NodeProto, name: &str) -> Option<i64> {
    node.attribute.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.i)
}

fn window(node: &NodeProto) -> Option<Window> {
    let ints = |name: &str, default: &[i64]| -> Vec<usize> {
        let found = node.attribute.iter().find(|attribute| attribute.name == name);
        found.map_or(default, |found| &found.ints).iter().map(|value| *value as usize).collect()
    };
    let [height, width] = ints("kernel_shape", &[])[..] else { return None };
    let [down, across] = ints("strides", &[1, 1])[..] else { return None };
    let [top, left, bottom, right] = ints("pads", &[0; 4])[..] else { return None };
    let plain = ints("dilations", &[1, 1]) == [1, 1];
    let explicit = node.attribute.iter().all(|pad| pad.name != "auto_pad" || pad.s == b"NOTSET");
    let window = Window { side: [height, width], stride: down, pads: [top, left, bottom, right] };
    (plain && explicit && down == across).then_some(window)
}

/// Shape and values of the weights of a convolution in two dimensions.
fn weights(graph: &Graph, node: &NodeProto) -> Option<([usize; 4], Vec<f32>)> {
    let name = node.input.get(1)?;
    let (shape, values) = match graph.maker(name, "DequantizeLinear") {
        Some(made) => graph.dequantized(made)?,
        None => graph.shaped(name)?,
    };
    Some((shape.try_into().ok()?, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_plane_becomes_several_colours_and_several_keep_their_own() {
        let tint = Tint { scale: vec![2.0, -1.0], offset: vec![0.5, 0.0] };
        assert_eq!(tint.apply(&[1.0, 3.0], 2), [2.5, 6.5, -1.0, -3.0]);
        assert_eq!(tint.apply(&[1.0, 3.0, 5.0, 7.0], 2), [2.5, 6.5, -5.0, -7.0]);
        assert_eq!(tint.shape([1, 4, 6]).ok(), Some([2, 4, 6]));
        assert_eq!(tint.shape([2, 4, 6]).ok(), Some([2, 4, 6]));
        assert!(tint.shape([3, 4, 6]).is_err());
    }
}
