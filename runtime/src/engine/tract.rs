//! tract: runs every model on every CPU, and whatever an accelerator refuses.

use super::{Backend, Program, one_line};
use petri_models::Manifest;
use std::sync::Arc;
use tract_core::prelude::*;
use tract_onnx::prelude::{Framework, InferenceModelExt};

/// The engine that is always there.
pub(super) struct Tract;

struct Plan(Arc<TypedRunnableModel>);

impl Backend for Tract {
    fn name(&self) -> &'static str {
        "tract"
    }

    fn load(&self, _: &'static Manifest, bytes: Vec<u8>) -> Result<Arc<dyn Program>, String> {
        let plan = plan(bytes).map_err(|error| one_line(&format!("{error:#}")))?;
        Ok(Arc::new(Plan(plan)))
    }
}

impl Program for Plan {
    fn run(&self, inputs: TVec<TValue>) -> Result<TVec<TValue>, String> {
        self.0.run(inputs).map_err(|error| one_line(&format!("{error:#}")))
    }
}

/// The file is freed before its weights are unfolded.
fn plan(bytes: Vec<u8>) -> TractResult<Arc<TypedRunnableModel>> {
    let parsed = tract_onnx::onnx().model_for_read(&mut bytes.as_slice())?;
    drop(bytes);
    parsed.into_typed()?.into_optimized()?.into_runnable()
}
