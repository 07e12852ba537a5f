//! 8-bit weights of a file, packed instead of unfolded.

use super::graph::{Bytes, Graph};
use petri_kernels::matmul::{Layout, Weights};
use std::collections::HashMap;
use std::sync::Arc;

/// Matrices that were packed already, by the name of the value that they are. A table of words is kept once, for
/// whoever reads words from it and for whoever scores words with it.
#[derive(Default)]
pub(super) struct Packed(HashMap<String, Arc<Weights>>);

/// 8-bit constants one below the other, with what makes them floats.
struct Table<'a> {
    values: Vec<Bytes<'a>>,
    scales: Vec<f32>,
    zeros: Vec<f32>,
}

impl Packed {
    /// The matrix that a product multiplies with, if it is made of 8-bit constants.
    pub(super) fn matrix(&mut self, graph: &Graph, value: &str) -> Option<Arc<Weights>> {
        match graph.maker(value, "Transpose") {
            Some(turned) if turned.attribute.first().is_some_and(|perm| perm.ints == [1, 0]) => {
                let (parts, table) = dequantized(graph, &turned.input[0])?;
                self.pack(&parts, &table, Layout::OutputsFirst)
            }
            Some(_) => None,
            None => {
                let (parts, table) = dequantized(graph, value)?;
                self.pack(&parts, &table, Layout::InputsFirst)
            }
        }
    }

    /// The table whose rows are gathered before they are made floats.
    pub(super) fn rows(&mut self, graph: &Graph, value: &str, factors: &[String]) -> Option<Arc<Weights>> {
        let parts = parts(graph, value);
        self.pack(&parts.join(" "), &Table::read(graph, &parts, factors)?, Layout::OutputsFirst)
    }

    fn pack(&mut self, name: &str, table: &Table<'_>, layout: Layout) -> Option<Arc<Weights>> {
        if let Some(packed) = self.0.get(name) {
            return Some(Arc::clone(packed));
        }
        let [_, width] = table.values[0].shape;
        let height: usize = table.values.iter().map(|part| part.shape[0]).sum();
        let shape = if layout == Layout::InputsFirst { [height, width] } else { [width, height] };
        let pack = if table.values[0].signed { Weights::pack_bytes } else { Weights::pack_unsigned };
        let values: Vec<&[u8]> = table.values.iter().map(|part| part.values).collect();
        let packed = pack(shape, layout, &values, &table.scales, &table.zeros);
        let packed = Arc::new(packed.ok()?);
        self.0.insert(name.to_owned(), Arc::clone(&packed));
        Some(packed)
    }
}

/// The constants that a value is joined of, or itself.
fn parts(graph: &Graph, value: &str) -> Vec<String> {
    match graph.maker(value, "Concat") {
        Some(joined) if joined.attribute.first().is_some_and(|axis| axis.i == 0) => joined.input.clone(),
        _ => vec![value.to_owned()],
    }
}

/// A matrix that was made floats, whole or in parts.
fn dequantized<'a>(graph: &'a Graph, value: &str) -> Option<(String, Table<'a>)> {
    let made: Vec<_> = parts(graph, value)
        .iter()
        .map(|part| graph.maker(part, "DequantizeLinear"))
        .collect::<Option<_>>()?;
    let names: Vec<String> = made.iter().map(|node| node.input[0].clone()).collect();
    let factors = &made[0].input[1..];
    let alike = |other: &[String]| {
        other.len() == factors.len()
            && other
                .iter()
                .zip(factors)
                .all(|(a, b)| a == b || graph.number(a).is_some_and(|a| Some(a) == graph.number(b)))
    };
    made.iter().all(|node| alike(&node.input[1..])).then_some(())?;
    let per_column = made[0].attribute.iter().all(|axis| axis.name != "axis" || matches!(axis.i, 1 | -1));
    let table = Table::read(graph, &names, factors)?;
    (table.scales.len() == 1 || per_column && names.len() == 1).then(|| (names.join(" "), table))
}

impl<'a> Table<'a> {
    fn read(graph: &'a Graph, names: &[String], factors: &[String]) -> Option<Self> {
        let values: Vec<Bytes<'a>> = names.iter().map(|name| graph.bytes(name)).collect::<Option<_>>()?;
        let first = values.first()?;
        let alike = |part: &Bytes<'_>| part.signed == first.signed && part.shape[1] == first.shape[1];
        values.iter().all(alike).then_some(())?;
        let scales = graph.floats(factors.first()?)?;
        let zeros = factors.get(1).map_or_else(|| Some(vec![0.0]), |name| graph.floats(name))?;
        Some(Self { values, scales, zeros })
    }
}
