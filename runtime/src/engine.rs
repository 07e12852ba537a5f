//! What runs a model: tract, or an accelerator that was chosen at the start.
//!
//! [`Model`] is what perception uses. Behind it stands the seam for an accelerator, two traits: `Backend` makes
//! a `Program` of the bytes of a model, and a program maps tensors to tensors. A vendor whose runtime
//! onnxruntime does not reach adds a third backend beside `tract` and `onnxruntime` (`docs/accelerators.md`).

mod accelerator;
mod ahead;
mod capabilities;
mod golden;
#[cfg(feature = "onnxruntime")]
mod onnxruntime;
mod tract;

pub use accelerator::{Accelerator, Choice, Engine, Reader};
pub(crate) use ahead::Ahead;
pub use capabilities::{Capabilities, Feature, capabilities};
pub use golden::Golden;

use crate::Error;
use petri_models::{Id, Manifest};
use std::sync::Arc;
use tract_core::prelude::*;

/// Makes programs of models.
pub(crate) trait Backend: Send + Sync {
    /// What the user calls it.
    fn name(&self) -> &str;

    /// Makes a program of a verified ONNX file, or says on one line why it cannot. The bytes are given away: a
    /// board has no memory to hold them beside the unfolded weights.
    fn load(&self, manifest: &'static Manifest, bytes: Vec<u8>) -> Result<Arc<dyn Program>, String>;
}

/// A model that is ready to run. Shapes may differ from run to run wherever the manifest has a letter.
pub(crate) trait Program: Send + Sync {
    /// Maps inputs to outputs, both in the order of the manifest, or says on one line why it cannot.
    fn run(&self, inputs: TVec<TValue>) -> Result<TVec<TValue>, String>;
}

/// A model that was loaded from a trusted file and made ready for this machine.
#[derive(Clone)]
pub struct Model {
    id: Id,
    program: Arc<dyn Program>,
    runs_on: String,
}

impl Model {
    /// Loads, verifies and optimizes a model. From a [`petri_models::Store`] alone, it runs on tract.
    ///
    /// # Errors
    /// When the file is missing or not the trusted one, or when tract cannot run it.
    pub fn load<'a>(engine: impl Into<Engine<'a>>, id: Id) -> Result<Self, Error> {
        let engine = engine.into();
        let ahead = engine.ahead().and_then(|ahead| ahead.take(engine, id));
        ahead.unwrap_or_else(|| Self::load_here(engine, id))
    }

    /// Loads it on this core, whatever others have loaded ahead.
    fn load_here(engine: Engine<'_>, id: Id) -> Result<Self, Error> {
        if let Some(model) = engine.accelerated(id)? {
            return Ok(model);
        }
        let program = on_tract(engine, id)?;
        Ok(Self { id, program, runs_on: tract::Tract.name().to_owned() })
    }

    /// Which it is.
    pub(crate) fn id(&self) -> Id {
        self.id
    }

    /// Its manifest.
    pub fn manifest(&self) -> &'static Manifest {
        petri_models::get(self.id)
    }

    /// The name of what it was loaded into: `tract`, or an accelerator such as `onnxruntime:cpu`.
    pub fn runs_on(&self) -> &str {
        &self.runs_on
    }

    /// Runs the model on `inputs`, in the order of the manifest, and returns its outputs in that order.
    ///
    /// # Errors
    /// When shapes or types do not fit the graph.
    pub fn run(&self, inputs: TVec<TValue>) -> Result<TVec<TValue>, Error> {
        self.program.run(inputs).map_err(|reason| engine_error(self.id, reason))
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
        let floats = outputs.iter().map(flat).collect::<TractResult<_>>();
        floats.map_err(|error| engine_error(self.id, one_line(&format!("{error:#}"))))
    }
}

/// The program of a model in tract.
fn on_tract(engine: Engine<'_>, id: Id) -> Result<Arc<dyn Program>, Error> {
    let bytes = engine.store().model(id)?;
    tract::Tract.load(petri_models::get(id), bytes).map_err(|reason| engine_error(id, reason))
}

/// A tensor of `shape` for [`Model::run`].
///
/// # Errors
/// When `values` has another length than `shape` says.
pub(crate) fn tensor<T: Datum + Copy>(model: &Model, shape: &[usize], values: &[T]) -> Result<TValue, Error> {
    let made = Tensor::from_shape(shape, values);
    Ok(made.map_err(|error| engine_error(model.id, one_line(&format!("{error:#}"))))?.into_tvalue())
}

fn engine_error(id: Id, reason: String) -> Error {
    Error::Engine { id: id.folder(), reason }
}

/// The first line of what an engine said; the others are a trace.
fn one_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim_end().to_owned()
}
