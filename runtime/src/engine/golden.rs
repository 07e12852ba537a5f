//! Golden pairs: inputs, and what the float model that a file was made from gives for them.

use super::one_line;
use petri_models::{Id, Manifest, Store};
use safetensors::{Dtype, SafeTensors};
use tract_core::prelude::*;

/// The golden pair of a model, read.
pub struct Golden {
    manifest: &'static Manifest,
    inputs: TVec<TValue>,
    outputs: Vec<Tensor>,
}

impl Golden {
    /// Reads and verifies the golden pair of a model.
    ///
    /// # Errors
    /// When the file is missing, not the trusted one, or lacks a tensor of the manifest.
    pub fn read(store: &Store, id: Id) -> Result<Self, crate::Error> {
        let manifest = petri_models::get(id);
        let bytes = store.golden(id)?;
        let damaged = |reason: String| super::engine_error(id, format!("its golden pair {reason}"));
        let file = SafeTensors::deserialize(&bytes).map_err(|error| damaged(error.to_string()))?;
        let read = |name: &str| tensor(&file, name).map_err(damaged);
        let inputs = manifest.inputs.iter().map(|input| Ok(read(&input.name)?.into_tvalue()));
        let outputs = manifest.outputs.iter().map(|output| read(&output.name));
        Ok(Self {
            manifest,
            inputs: inputs.collect::<Result<_, crate::Error>>()?,
            outputs: outputs.collect::<Result<_, _>>()?,
        })
    }

    /// The inputs, in the order of the manifest.
    pub fn inputs(&self) -> TVec<TValue> {
        self.inputs.clone()
    }

    /// The largest absolute difference between `found` and the outputs of the float model.
    ///
    /// # Errors
    /// One line, when `found` has other shapes or types, or holds what is no finite number.
    pub fn worst_difference(&self, found: &[TValue]) -> Result<f32, String> {
        if found.len() != self.outputs.len() {
            return Err(format!("it gives {} outputs, not {}", found.len(), self.outputs.len()));
        }
        let mut worst = 0.0f32;
        for ((found, expected), declared) in found.iter().zip(&self.outputs).zip(&self.manifest.outputs) {
            let (name, shape) = (&declared.name, expected.shape());
            if found.shape() != shape {
                return Err(format!("its output {name} is {:?}, not {shape:?}", found.shape()));
            }
            let differences =
                differences(found, expected).map_err(|error| one_line(&format!("{error:#}")))?;
            for difference in differences {
                if !difference.is_finite() {
                    return Err(format!("its output {name} holds what is no finite number"));
                }
                worst = worst.max(difference);
            }
        }
        Ok(worst)
    }

    /// Whether `found` is within the tolerance of the manifest.
    ///
    /// # Errors
    /// One line that says how it is not.
    pub fn judge(&self, found: &[TValue]) -> Result<f32, String> {
        let (worst, tolerance) = (self.worst_difference(found)?, self.manifest.tolerance);
        if worst > tolerance {
            return Err(format!("it is off by {worst} on the golden pair, and {tolerance} is allowed"));
        }
        Ok(worst)
    }
}

fn differences(found: &Tensor, expected: &Tensor) -> TractResult<Vec<f32>> {
    let (found, expected) = (found.to_plain_array_view::<f32>()?, expected.to_plain_array_view::<f32>()?);
    Ok(found.iter().zip(expected.iter()).map(|(found, expected)| (found - expected).abs()).collect())
}

fn tensor(file: &SafeTensors<'_>, name: &str) -> Result<Tensor, String> {
    let view = file.tensor(name).map_err(|error| format!("lacks {name}: {error}"))?;
    let made = match view.dtype() {
        Dtype::F32 => Tensor::from_shape(view.shape(), &numbers(view.data(), f32::from_le_bytes)),
        Dtype::I64 => Tensor::from_shape(view.shape(), &numbers(view.data(), i64::from_le_bytes)),
        other => return Err(format!("has {name} as {other:?}; use F32 or I64")),
    };
    made.map_err(|error| one_line(&format!("{error:#}")))
}

fn numbers<T, const N: usize>(bytes: &[u8], from: fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().map(|chunk| from(*chunk)).collect()
}
