//! The graph of an ONNX file, while its nodes are replaced by our operators.

use super::file::{self, Kept};
use super::operator::{Kernel, Operator};
use petri_kernels::matmul::Arithmetic;
use std::collections::HashSet;
use tract_core::internal::tract_data::half::slice::{HalfBitsSliceExt, HalfFloatSliceExt};
use tract_core::internal::*;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};
use tract_onnx::prelude::{Framework, InferenceModel};
use tract_onnx::tract_hir::infer::InferenceOp;
use tract_onnx::tract_hir::internal::expand;
use tract_onnx::{Onnx, tensor};

/// Floats of 16 bits that are unpacked at a time.
const HALVES: usize = 256;

/// A node is replaced where it stands; what nobody reads any more goes with [`Graph::prune`].
pub(super) struct Graph {
    file: ModelProto,
    body: GraphProto,
    kept: Kept,
    /// Which node makes a value.
    makers: HashMap<String, usize>,
    /// Which initializer has a name.
    constants: HashMap<String, usize>,
    /// Our operators, by the name of their node.
    ours: HashMap<String, Box<dyn InferenceOp>>,
    arithmetic: Arithmetic,
}

impl Graph {
    /// Of a file whose products with 8-bit weights are formed so.
    pub(super) fn read(bytes: Vec<u8>, arithmetic: Arithmetic) -> TractResult<Self> {
        let (file, body, kept) = file::read(bytes)?;
        let (makers, constants, ours) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut graph = Self { file, body, kept, makers, constants, ours, arithmetic };
        graph.index();
        Ok(graph)
    }

    fn index(&mut self) {
        let makers = self.body.node.iter().enumerate();
        self.makers =
            makers.flat_map(|(at, node)| node.output.iter().map(move |name| (name.clone(), at))).collect();
        let constants = self.body.initializer.iter().enumerate();
        self.constants = constants.map(|(at, tensor)| (tensor.name.clone(), at)).collect();
    }

    /// How products with 8-bit weights are formed.
    pub(super) fn arithmetic(&self) -> Arithmetic {
        self.arithmetic
    }

    /// All nodes, in order of computation.
    pub(super) fn nodes(&self) -> &[NodeProto] {
        &self.body.node
    }

    /// The node that makes `value`, if it is a file's operator `kind`.
    pub(super) fn maker(&self, value: &str, kind: &str) -> Option<&NodeProto> {
        let node = &self.body.node[*self.makers.get(value)?];
        (node.op_type == kind && !self.ours.contains_key(&node.name)).then_some(node)
    }

    /// The constant of that name, if it is one.
    pub(super) fn constant(&self, name: &str) -> Option<Tensor> {
        let held = &self.body.initializer[*self.constants.get(name)?];
        let whole = TensorProto { raw_data: self.kept.raw(held).to_vec(), ..held.clone() };
        tensor::load_tensor(&tract_onnx::data_resolver::MmapDataResolver, &whole, None).ok()
    }

    /// The constant of that name, if it is a matrix of 8-bit numbers: where they lie in the file.
    pub(super) fn bytes(&self, name: &str) -> Option<Bytes<'_>> {
        let held = &self.body.initializer[*self.constants.get(name)?];
        let signed = match DataType::try_from(held.data_type) {
            Ok(DataType::Int8) => true,
            Ok(DataType::Uint8) => false,
            _ => return None,
        };
        let [rows, width] = held.dims[..] else { return None };
        let shape = [usize::try_from(rows).ok()?, usize::try_from(width).ok()?];
        let values = self.kept.raw(held);
        let whole = Some(values.len()) == shape[0].checked_mul(shape[1]);
        whole.then_some(Bytes { signed, shape, values })
    }

    /// The constant of that name, if it is one number.
    pub(super) fn number(&self, name: &str) -> Option<f32> {
        // Asked of many names: a matrix is not read to find that it is none.
        let dims = &self.body.initializer[*self.constants.get(name)?].dims;
        dims.iter().all(|dim| *dim == 1).then_some(())?;
        self.constant(name)?.cast_to_scalar::<f32>().ok()
    }

    /// The constant of that name as floats.
    pub(super) fn floats(&self, name: &str) -> Option<Vec<f32>> {
        Some(self.shaped(name)?.1)
    }

    /// The constant of that name as floats, with its shape.
    pub(super) fn shaped(&self, name: &str) -> Option<(Vec<usize>, Vec<f32>)> {
        let held = &self.body.initializer[*self.constants.get(name)?];
        let shape: Vec<usize> =
            held.dims.iter().map(|dim| usize::try_from(*dim).ok()).collect::<Option<_>>()?;
        let count = shape.iter().try_fold(1usize, |count, side| count.checked_mul(*side))?;
        let raw = self.kept.raw(held);
        // Where the numbers lie as they are, they are read there.
        let floats = match DataType::try_from(held.data_type) {
            Ok(DataType::Int8) if raw.len() == count => {
                raw.iter().map(|byte| f32::from(*byte as i8)).collect()
            }
            Ok(DataType::Uint8) if raw.len() == count => raw.iter().map(|byte| f32::from(*byte)).collect(),
            Ok(DataType::Float16) if Some(raw.len()) == count.checked_mul(2) => {
                let mut floats = vec![0.0; count];
                for (bytes, floats) in raw.chunks(HALVES * 2).zip(floats.chunks_mut(HALVES)) {
                    let mut halves = [0u16; HALVES];
                    for (half, bytes) in halves.iter_mut().zip(bytes.as_chunks().0) {
                        *half = u16::from_le_bytes(*bytes);
                    }
                    halves[..floats.len()].reinterpret_cast::<f16>().convert_to_f32_slice(floats);
                }
                floats
            }
            Ok(DataType::Float) if Some(raw.len()) == count.checked_mul(4) => {
                raw.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
            }
            _ => {
                let constant = self.constant(name)?.cast_to::<f32>().ok()?.into_owned();
                constant.try_as_plain_ram().ok()?.as_slice::<f32>().ok()?.to_vec()
            }
        };
        Some((shape, floats))
    }

    /// The floats that a node makes of 8-bit constants, with their shape.
    pub(super) fn dequantized(&self, node: &NodeProto) -> Option<(Vec<usize>, Vec<f32>)> {
        let (shape, mut values) = self.shaped(node.input.first()?)?;
        let scales = self.floats(node.input.get(1)?)?;
        let zeros = match node.input.get(2) {
            Some(zeros) => self.floats(zeros)?,
            None => vec![0.0],
        };
        // Whatever axis is counted along, one factor for all fits.
        let each = if scales.len() == 1 {
            values.len()
        } else {
            let axis = node.attribute.iter().find(|attribute| attribute.name == "axis");
            let axis = axis.map_or(1, |axis| axis.i);
            let axis = if axis < 0 { axis + shape.len() as i64 } else { axis };
            let [side, inner @ ..] = shape.get(usize::try_from(axis).ok()?..)? else { return None };
            (*side == scales.len()).then_some(())?;
            inner.iter().product()
        };
        (each > 0 && (zeros.len() == 1 || zeros.len() == scales.len())).then_some(())?;
        let zeros = zeros.iter().cycle();
        for (values, (scale, zero)) in values.chunks_exact_mut(each).zip(scales.iter().zip(zeros).cycle()) {
            for value in values {
                *value = (*value - zero) * scale;
            }
        }
        Some((shape, values))
    }

    /// Makes floats of the 8-bit constants that no operator of ours has taken: tract does the same, ten times slower.
    pub(super) fn unfold(&mut self) {
        let mut made = Vec::new();
        for (at, node) in self.body.node.iter().enumerate() {
            if node.op_type == "DequantizeLinear"
                && !self.is_ours(node)
                && let Some((shape, float_data)) = self.dequantized(node)
            {
                let dims = shape.iter().map(|side| *side as i64).collect();
                let (name, data_type) = (node.output[0].clone(), DataType::Float as i32);
                made.push((at, TensorProto { name, dims, data_type, float_data, ..TensorProto::default() }));
            }
        }
        for (at, constant) in made {
            self.body.node[at].output.clear();
            self.body.initializer.push(constant);
        }
        self.prune();
    }

    /// What a value is a part of, and which, along the last axis.
    pub(super) fn slice(&self, value: &str) -> Option<(&str, [usize; 2])> {
        let [whole, start, end, axis] = inputs(self.maker(value, "Slice")?)?;
        let bound = |name: &str| self.number(name).filter(|bound| *bound >= 0.0).map(|bound| bound as usize);
        (self.number(axis)? as i64 == -1).then_some(())?;
        Some((whole, [bound(start)?, bound(end)?]))
    }

    /// What a value is with its axes in this order.
    pub(super) fn transposed(&self, value: &str, order: [i64; 4]) -> Option<&str> {
        let [from] = inputs(self.maker(value, "Transpose")?)?;
        let node = self.maker(value, "Transpose")?;
        node.attribute.first().is_some_and(|perm| perm.ints == order).then_some(from)
    }

    /// Puts one of our operators in the place of the node `at`; it gives the first output of that node.
    pub(super) fn replace(&mut self, at: usize, inputs: &[&str], kernel: impl Kernel) {
        let node = &mut self.body.node[at];
        node.output.truncate(1);
        // As tract names a node without a name.
        node.name.clone_from(&node.output[0]);
        kernel.name().clone_into(&mut node.op_type);
        node.domain.clear();
        node.attribute.clear();
        node.input = inputs.iter().map(|&input| input.to_owned()).collect();
        self.ours.insert(node.name.clone(), expand(Operator::new(kernel)));
    }

    /// The node `at` gives its input as it is. What the file says of the shapes of values does not hold any more.
    pub(super) fn pass_on(&mut self, at: usize) {
        let node = &mut self.body.node[at];
        "Identity".clone_into(&mut node.op_type);
        node.attribute.clear();
        self.body.value_info.clear();
    }

    /// Puts one operator with several outputs in the place of all the nodes `at`.
    pub(super) fn replace_all(
        &mut self,
        at: &[usize],
        input: &str,
        outputs: &[String],
        operator: Box<dyn InferenceOp>,
    ) {
        let ([first, ..], [name, ..]) = (at, outputs) else { return };
        for node in at {
            self.body.node[*node].output.clear();
        }
        let node = &mut self.body.node[*first];
        node.op_type = operator.name().into_owned();
        node.domain.clear();
        node.attribute.clear();
        node.name.clone_from(name);
        node.input = vec![input.to_owned()];
        node.output = outputs.to_vec();
        self.ours.insert(name.clone(), operator);
    }

    /// Whether a node was put here by us.
    pub(super) fn is_ours(&self, node: &NodeProto) -> bool {
        self.ours.contains_key(&node.name)
    }

    /// Whether a value is an output of the file.
    pub(super) fn is_output(&self, value: &str) -> bool {
        self.body.output.iter().any(|output| output.name == value)
    }

    /// Drops the nodes and constants that no output depends on.
    pub(super) fn prune(&mut self) {
        let mut read: HashSet<&str> = self.body.output.iter().map(|output| output.name.as_str()).collect();
        let mut kept = vec![false; self.body.node.len()];
        for (node, kept) in self.body.node.iter().zip(&mut kept).rev() {
            if node.output.iter().any(|output| read.contains(output.as_str())) {
                *kept = true;
                read.extend(node.input.iter().map(String::as_str));
            }
        }
        let read: HashSet<String> = read.into_iter().map(str::to_owned).collect();
        let mut kept = kept.into_iter();
        self.body.node.retain(|_| kept.next().unwrap_or(true));
        self.body.initializer.retain(|tensor| read.contains(&tensor.name));
        self.index();
    }

    /// As tract reads it, with our operators in their places.
    pub(super) fn parse(self, onnx: &Onnx) -> TractResult<InferenceModel> {
        let Self { mut file, mut body, kept, mut ours, .. } = self;
        kept.restore(&mut body.initializer);
        file.graph = Some(body);
        let mut model = onnx.model_for_proto_model(&file)?;
        for node in model.nodes_mut() {
            if let Some(operator) = ours.remove(&node.name) {
                node.op = operator;
            }
        }
        Ok(model)
    }
}

/// A matrix of 8-bit numbers, row by row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a> {
    /// Whether they are two's complement.
    pub(super) signed: bool,
    pub(super) shape: [usize; 2],
    pub(super) values: &'a [u8],
}

/// The inputs of a node that has exactly so many.
pub(super) fn inputs<const N: usize>(node: &NodeProto) -> Option<[&str; N]> {
    let names: [&String; N] = node.input.iter().collect::<Vec<_>>().try_into().ok()?;
    Some(names.map(String::as_str))
}
