//! Golden inputs of a model, as tract takes them.

use anyhow::{Context, bail};
use petri_models::{Id, Store};
use safetensors::{Dtype, SafeTensors};
use tract_core::prelude::{IntoTValue, TValue, TVec, Tensor};

/// Values in the order of the manifest.
pub(super) type Inputs = TVec<TValue>;

/// Reads the inputs of the golden pair.
pub(super) fn inputs(store: &Store, id: Id) -> anyhow::Result<Inputs> {
    let manifest = petri_models::get(id);
    let bytes = store.golden(id)?;
    let file = SafeTensors::deserialize(&bytes).with_context(|| damaged(&manifest.id))?;
    let read = |name: &str| -> anyhow::Result<TValue> {
        let view = file.tensor(name).with_context(|| damaged(&manifest.id))?;
        let made = match view.dtype() {
            Dtype::F32 => Tensor::from_shape(view.shape(), &numbers(view.data(), f32::from_le_bytes)),
            Dtype::I64 => Tensor::from_shape(view.shape(), &numbers(view.data(), i64::from_le_bytes)),
            other => {
                bail!("the golden input {name} of {} has the type {other:?}; use F32 or I64", manifest.id)
            }
        };
        Ok(made?.into_tvalue())
    };
    manifest.inputs.iter().map(|input| read(&input.name)).collect()
}

fn damaged(id: &str) -> String {
    format!("the golden pair of {id} does not hold its inputs; convert the model again")
}

fn numbers<T, const N: usize>(bytes: &[u8], from: fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().map(|chunk| from(*chunk)).collect()
}
