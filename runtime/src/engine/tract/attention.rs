//! Attention as one operator, instead of products, softmax and the moving of axes around them.

use super::graph::{Graph, inputs};
use super::operator::{Kernel, filled, floats};
use petri_kernels::attention::{Inputs, Rotary, Scratch, Shape, attend};
use tract_core::internal::*;
use tract_onnx::pb::NodeProto;

/// Axes of `[batch, length, heads, width]` with the heads first, and back.
const HEADS_FIRST: [i64; 4] = [0, 2, 1, 3];

/// Inputs: queries, keys and values, each `[batch, length, heads, width]`; cosines and sines if it is `turned`; a
/// mask if it is `masked`. The output has the shape of the queries.
#[derive(Debug)]
struct Attention {
    scale: f32,
    turned: bool,
    masked: bool,
}

impl Kernel for Attention {
    fn name(&self) -> &'static str {
        "PetriAttention"
    }

    fn run(&self, given: TVec<TValue>) -> TractResult<Tensor> {
        ensure!(given.len() == 3 + 2 * usize::from(self.turned) + usize::from(self.masked), "all inputs");
        let (queries, keys) = (given[0].shape(), given[1].shape());
        ensure!(queries.len() == 4 && keys.len() == 4 && keys == given[2].shape(), "four axes");
        ensure!(keys[0] == queries[0] && keys[2..] == queries[2..], "keys like queries");
        let shape = Shape {
            batch: queries[0],
            queries: queries[1],
            keys: keys[1],
            heads: queries[2],
            width: queries[3],
        };
        let rotary = if self.turned {
            let (cosines, sines) = (floats(&given[3])?, floats(&given[4])?);
            let angles = given[3].shape().last().copied().unwrap_or(0);
            let enough = shape.queries.max(shape.keys) * angles;
            ensure!(cosines.len() >= enough && sines.len() >= enough && 2 * angles <= shape.width, "angles");
            Some(Rotary { cosines, sines, angles })
        } else {
            None
        };
        let mask = if self.masked { Some(floats(&given[given.len() - 1])?) } else { None };
        ensure!(mask.is_none_or(|mask| mask.len() == shape.queries * shape.keys), "a mask for every score");
        let inputs = Inputs {
            queries: floats(&given[0])?,
            keys: floats(&given[1])?,
            values: floats(&given[2])?,
            scale: self.scale,
            rotary,
            mask,
        };
        filled(given[0].shape(), |output| attend(shape, inputs, &mut Scratch::default(), output))
    }
}

/// Puts ours in the place of every attention.
pub(super) fn rewrite(graph: &mut Graph) -> TractResult<()> {
    for at in 0..graph.nodes().len() {
        if let Some((inputs, attention)) = attention(graph, &graph.nodes()[at]) {
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            graph.replace(at, &inputs, attention);
        }
    }
    Ok(())
}

/// From the end: the heads go back to their place, after shares times values.
fn attention(graph: &Graph, node: &NodeProto) -> Option<(Vec<String>, Attention)> {
    let mixed = graph.transposed(&node.output[0], HEADS_FIRST)?;
    let [shares, values] = inputs(graph.maker(mixed, "MatMul")?)?;
    let values = graph.transposed(values, HEADS_FIRST)?;
    let softmax = graph.maker(shares, "Softmax")?;
    softmax.attribute.iter().any(|axis| axis.name == "axis" && matches!(axis.i, -1 | 3)).then_some(())?;
    let [scores] = inputs(softmax)?;
    let (scores, mask) = match graph.maker(scores, "Add") {
        Some(sum) => inputs(sum).map(|[scores, mask]| (scores, Some(mask)))?,
        None => (scores, None),
    };
    let [queries, keys] = inputs(graph.maker(scores, "MatMul")?)?;
    let (queries, scale) = match graph.maker(queries, "Mul") {
        Some(scaled) => inputs(scaled).and_then(|[queries, scale]| Some((queries, graph.number(scale)?)))?,
        None => (queries, 1.0),
    };
    // Either moved twice, or once by both.
    let (queries, keys, angles) = if let Some(keys) = graph.transposed(keys, [0, 2, 3, 1]) {
        (graph.transposed(queries, HEADS_FIRST)?, keys, None)
    } else {
        let keys = graph.transposed(keys, [0, 1, 3, 2])?;
        let ((queries, angles), (keys, same)) = (turned(graph, queries), turned(graph, keys));
        (angles == same).then_some(())?;
        (graph.transposed(queries, HEADS_FIRST)?, graph.transposed(keys, HEADS_FIRST)?, angles)
    };
    let kernel = Attention { scale, turned: angles.is_some(), masked: mask.is_some() };
    let all = [queries, keys, values].into_iter().chain(angles.into_iter().flatten()).chain(mask);
    Some((all.map(str::to_owned).collect(), kernel))
}

/// What a value was before positions were turned into it, with the cosines and sines; or itself.
fn turned<'a>(graph: &'a Graph, value: &'a str) -> (&'a str, Option<[&'a str; 2]>) {
    let found = || {
        let joined = graph.maker(value, "Concat")?;
        joined.attribute.iter().any(|axis| axis.name == "axis" && axis.i == -1).then_some(())?;
        let [first, second, rest] = inputs(joined)?;
        let [kept, taken] = inputs(graph.maker(first, "Sub")?)?;
        let [x, cosines] = inputs(graph.maker(kept, "Mul")?)?;
        let [y, sines] = inputs(graph.maker(taken, "Mul")?)?;
        let [kept, added] = inputs(graph.maker(second, "Add")?)?;
        let same = inputs(graph.maker(kept, "Mul")?)? == [y, cosines]
            && inputs(graph.maker(added, "Mul")?)? == [x, sines];
        let ((whole, [0, half]), (second, second_part), (third, third_part)) =
            (graph.slice(x)?, graph.slice(y)?, graph.slice(rest)?)
        else {
            return None;
        };
        let parts = second_part == [half, 2 * half] && third_part[0] == 2 * half;
        (same && parts && whole == second && whole == third).then_some((whole, Some([cosines, sines])))
    };
    found().unwrap_or((value, None))
}
