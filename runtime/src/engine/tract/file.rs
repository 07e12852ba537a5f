//! An ONNX file whose large constants stay where they lie: a second copy of all weights would cost as much time and
//! memory as the file itself.

use prost::{Message, decode_length_delimiter};
use std::collections::HashMap;
use std::ops::Range;
use tract_core::internal::*;
use tract_onnx::pb::{GraphProto, ModelProto, TensorProto};

// Numbers of fields, from the description of the format (github.com/onnx/onnx, onnx.proto).
const MODEL_GRAPH: usize = 7;
const GRAPH_INITIALIZER: usize = 5;
const TENSOR_RAW_DATA: usize = 9;

/// Constants of fewer bytes are read as all else is.
const KEPT_BYTES_MIN: usize = 4_096;

/// The bytes of a file, and where its large constants lie in them.
pub(super) struct Kept {
    bytes: Vec<u8>,
    places: HashMap<String, Range<usize>>,
}

/// Reads a file, without the bytes of its large constants.
pub(super) fn read(bytes: Vec<u8>) -> TractResult<(ModelProto, GraphProto, Kept)> {
    let (mut model, mut graph, mut places) = (ModelProto::default(), GraphProto::default(), HashMap::new());
    merge(&mut model, &bytes, [MODEL_GRAPH, 0], |_, within| {
        let in_graph = bytes.get(within.clone()).unwrap_or_default();
        merge(&mut graph, in_graph, [GRAPH_INITIALIZER, KEPT_BYTES_MIN], |graph, inner| {
            let (mut tensor, mut place) = (TensorProto::default(), None);
            let start = within.start + inner.start;
            merge(
                &mut tensor,
                in_graph.get(inner).unwrap_or_default(),
                [TENSOR_RAW_DATA, KEPT_BYTES_MIN],
                |_, raw| {
                    place = Some(start + raw.start..start + raw.end);
                    Ok(())
                },
            )?;
            if let Some(place) = place {
                places.insert(tensor.name.clone(), place);
            }
            graph.initializer.push(tensor);
            Ok(())
        })
    })?;
    Ok((model, graph, Kept { bytes, places }))
}

/// Reads the fields of a message, in order. Those of a number and at least so many bytes are given to `take`.
fn merge<M: Message>(
    message: &mut M,
    bytes: &[u8],
    [number, least]: [usize; 2],
    mut take: impl FnMut(&mut M, Range<usize>) -> TractResult<()>,
) -> TractResult<()> {
    /// How a field's length is told.
    const VARINT: usize = 0;
    const EIGHT_BYTES: usize = 1;
    const COUNTED: usize = 2;
    const FOUR_BYTES: usize = 5;
    let (mut rest, mut start) = (bytes, 0);
    while !rest.is_empty() {
        let field = bytes.len() - rest.len();
        let key = decode_length_delimiter(&mut rest)?;
        let length = match key & 7 {
            VARINT => decode_length_delimiter(&mut rest).map(|_| 0)?,
            EIGHT_BYTES => 8,
            FOUR_BYTES => 4,
            COUNTED => decode_length_delimiter(&mut rest)?,
            other => bail!("a field of the file is of the unknown kind {other}"),
        };
        let from = bytes.len() - rest.len();
        rest = rest.get(length..).context("a field of the file ends behind the file")?;
        if key == ((number << 3) | COUNTED) && length >= least {
            message.merge(&bytes[start..field])?;
            start = from + length;
            take(message, from..start)?;
        }
    }
    Ok(message.merge(&bytes[start..])?)
}

impl Kept {
    /// The bytes of a constant, wherever they are.
    pub(super) fn raw<'a>(&'a self, constant: &'a TensorProto) -> &'a [u8] {
        let place = self.places.get(&constant.name).filter(|_| constant.raw_data.is_empty());
        place.and_then(|place| self.bytes.get(place.clone())).unwrap_or(&constant.raw_data)
    }

    /// Gives the constants the bytes that they lack.
    pub(super) fn restore(self, constants: &mut [TensorProto]) {
        for constant in constants {
            if self.places.contains_key(&constant.name) && constant.raw_data.is_empty() {
                constant.raw_data = self.raw(constant).to_vec();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_models::{Id, Store};

    #[test]
    fn every_model_is_read_as_a_reader_of_whole_files_reads_it() {
        let store = Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"));
        for id in Id::ALL {
            let bytes = store.model(*id).expect("the file");
            let whole = ModelProto::decode(bytes.as_slice()).expect("an ONNX file");
            let (mut model, mut graph, kept) = read(bytes).expect("an ONNX file");
            assert!(!kept.places.is_empty(), "{} has a large constant", id.folder());
            kept.restore(&mut graph.initializer);
            model.graph = Some(graph);
            assert!(model == whole, "{}", id.folder());
        }
    }

    #[test]
    fn a_file_that_was_cut_is_refused() {
        let store = Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"));
        let bytes = store.model(Id::TextSigns).expect("the file");
        for cut in [1, 100, bytes.len() / 2, bytes.len() - 1] {
            assert!(read(bytes[..cut].to_vec()).is_err(), "cut after {cut} bytes");
        }
    }
}
