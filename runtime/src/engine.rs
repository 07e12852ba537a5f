//! One verified model, ready to run on tract.

use crate::Error;
use petri_models::{Id, Manifest, Store};
use std::sync::Arc;
use tract_core::prelude::*;
use tract_onnx::prelude::{Framework, InferenceModelExt};

/// A model that was loaded from a trusted file and optimized for this machine's CPU.
#[derive(Clone)]
pub struct Model {
    id: Id,
    plan: Arc<TypedRunnableModel>,
}

impl Model {
    /// Loads, verifies and optimizes a model.
    ///
    /// # Errors
    /// When the file is missing or not the trusted one, or when tract cannot run it.
    pub fn load(store: &Store, id: Id) -> Result<Self, Error> {
        let bytes = store.model(id)?;
        let plan = load(bytes).map_err(|error| engine_error(id, &error))?;
        Ok(Self { id, plan })
    }

    /// Its manifest.
    pub fn manifest(&self) -> &'static Manifest {
        petri_models::get(self.id)
    }

    /// Runs the model on `inputs`, in the order of the manifest, and returns its outputs in that order.
    ///
    /// # Errors
    /// When shapes or types do not fit the graph.
    pub fn run(&self, inputs: TVec<TValue>) -> Result<TVec<TValue>, Error> {
        self.plan.run(inputs).map_err(|error| engine_error(self.id, &error))
    }

    /// Runs the model and returns its outputs as flat lists.
    ///
    /// # Errors
    /// As [`Model::run`], and when an output is not of type f32.
    pub fn floats(&self, inputs: TVec<TValue>) -> Result<Vec<Vec<f32>>, Error> {
        let flat = |value: &TValue| -> TractResult<Vec<f32>> {
            Ok(value.to_plain_array_view::<f32>()?.iter().copied().collect())
        };
        let outputs = self.run(inputs)?;
        outputs.iter().map(flat).collect::<TractResult<_>>().map_err(|error| engine_error(self.id, &error))
    }
}

/// Builds a plan from an ONNX file. The file is freed before its weights are unfolded: a board has no memory to
/// hold both.
fn load(bytes: Vec<u8>) -> TractResult<Arc<TypedRunnableModel>> {
    let parsed = tract_onnx::onnx().model_for_read(&mut bytes.as_slice())?;
    drop(bytes);
    parsed.into_typed()?.into_optimized()?.into_runnable()
}

/// A tensor of `shape` for [`Model::run`].
///
/// # Errors
/// When `values` has another length than `shape` says.
pub(crate) fn tensor<T: Datum + Copy>(model: &Model, shape: &[usize], values: &[T]) -> Result<TValue, Error> {
    let made = Tensor::from_shape(shape, values).map_err(|error| engine_error(model.id, &error))?;
    Ok(made.into_tvalue())
}

fn engine_error(id: Id, error: &TractError) -> Error {
    let reason = format!("{error:#}").lines().next().unwrap_or_default().to_owned();
    Error::Engine { id: id.folder(), reason }
}
