//! tract: runs every model on every CPU, and whatever an accelerator refuses.
//!
//! Between the file and tract's own optimizer stand our rewrites: what tract does slowly, or would unfold to floats,
//! becomes one operator with a kernel of `petri-kernels`. There is one file for each operator.

// What makes an operator stands in tract's `internal`, and its macros need all of it; rewrites have one signature.
#![allow(clippy::wildcard_imports, clippy::unnecessary_wraps)]

mod along_time;
mod attention;
mod elementwise;
mod file;
mod graph;
mod matmul;
mod network;
mod operator;
mod weights;

use super::{Backend, Program, one_line};
use graph::Graph;
use petri_kernels::matmul::Arithmetic;
use petri_models::Manifest;
use std::sync::Arc;
use tract_core::prelude::*;
use tract_onnx::prelude::InferenceModelExt;

/// Rewrites of the file's graph, in this order: its weights are still 8-bit, its shapes are not known.
const ON_THE_FILE: [fn(&mut Graph) -> TractResult<()>; 5] =
    [elementwise::rewrite, along_time::rewrite, attention::rewrite, matmul::rewrite, network::rewrite];

/// The tolerance of a manifest from which on rounded rows are fine enough. The logits of the speech decoder are not: in
/// whole numbers they are off by a hundredth, and a thousandth is allowed.
const WHOLE_FROM: f32 = 0.002;

/// The engine that is always there.
pub(super) struct Tract;

struct Plan(Arc<TypedRunnableModel>);

impl Backend for Tract {
    fn name(&self) -> &'static str {
        "tract"
    }

    fn load(&self, manifest: &'static Manifest, bytes: Vec<u8>) -> Result<Arc<dyn Program>, String> {
        let arithmetic = if manifest.tolerance < WHOLE_FROM { Arithmetic::Floats } else { Arithmetic::Whole };
        let plan = plan(bytes, arithmetic).map_err(|error| one_line(&format!("{error:#}")))?;
        Ok(Arc::new(Plan(plan)))
    }
}

impl Program for Plan {
    fn run(&self, inputs: TVec<TValue>) -> Result<TVec<TValue>, String> {
        self.0.run(inputs).map_err(|error| one_line(&format!("{error:#}")))
    }
}

/// The file is freed before tract optimizes what is left of it.
fn plan(bytes: Vec<u8>, arithmetic: Arithmetic) -> TractResult<Arc<TypedRunnableModel>> {
    let onnx = tract_onnx::onnx();
    let mut graph = Graph::read(bytes, arithmetic)?;
    for rewrite in ON_THE_FILE {
        rewrite(&mut graph)?;
        graph.prune();
    }
    graph.unfold();
    let mut typed = graph.parse(&onnx)?.into_typed()?;
    typed.declutter()?;
    typed.optimize()?;
    typed.into_runnable()
}
