//! onnxruntime: a library that is loaded at the start, with the providers that its vendor built into it.

use super::{Backend, Program, one_line};
use ort::ep::{self, ArbitrarilyConfigurableExecutionProvider, ExecutionProvider, ExecutionProviderDispatch};
use ort::session::{Session, SessionInputValue};
use ort::value::TensorRef;
use petri_models::Manifest;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tract_core::prelude::*;

type Options = [(String, String)];

/// A provider that a user can name.
struct Provider {
    name: &'static str,
    available: fn() -> ort::Result<bool>,
    build: fn(&Options) -> Result<ExecutionProviderDispatch, String>,
}

/// The providers in the order of `auto`: processors made for models first, the CPU last.
const PROVIDERS: [Provider; 10] = [
    tunable::<ep::QNN>("qnn"),
    plain::<ep::RKNPU>("rknpu"),
    plain::<ep::VSINPU>("vsinpu"),
    tunable::<ep::CANN>("cann"),
    tunable::<ep::TensorRT>("tensorrt"),
    tunable::<ep::CUDA>("cuda"),
    tunable::<ep::OpenVINO>("openvino"),
    plain::<ep::ACL>("acl"),
    tunable::<ep::XNNPACK>("xnnpack"),
    plain::<ep::CPU>("cpu"),
];

const fn plain<P>(name: &'static str) -> Provider
where
    P: ExecutionProvider + Default + Into<ExecutionProviderDispatch>,
{
    let build = |options: &Options| match options.first() {
        None => Ok(P::default().into()),
        Some((key, _)) => Err(format!("it takes no options; leave out {key}")),
    };
    Provider { name, available: available_in_library::<P>, build }
}

const fn tunable<P>(name: &'static str) -> Provider
where
    P: ExecutionProvider
        + ArbitrarilyConfigurableExecutionProvider
        + Default
        + Into<ExecutionProviderDispatch>,
{
    let build = |options: &Options| {
        let tune = |provider: P, (key, value): &(String, String)| provider.with_arbitrary_config(key, value);
        Ok(options.iter().fold(P::default(), tune).into())
    };
    Provider { name, available: available_in_library::<P>, build }
}

fn available_in_library<P: ExecutionProvider + Default>() -> ort::Result<bool> {
    P::default().is_available()
}

/// A provider of a loaded library.
struct OnnxRuntime {
    name: String,
    provider: ExecutionProviderDispatch,
}

/// Opens one provider by name.
pub(super) fn open(library: &Path, name: &str, options: &Options) -> Result<Arc<dyn Backend>, String> {
    load_library(library)?;
    let names = || PROVIDERS.map(|provider| provider.name).join(", ");
    let known = PROVIDERS.iter().find(|provider| provider.name == name);
    let known =
        known.ok_or_else(|| format!("onnxruntime:{name} is unknown; these are known: {}", names()))?;
    if !(known.available)().map_err(|error| one_line(&error.to_string()))? {
        return Err(format!(
            "{} has no provider {name}; take a library that was built with it, or one of its own: {}",
            library.display(),
            in_library().map(|provider| provider.name).collect::<Vec<_>>().join(", ")
        ));
    }
    let name = format!("onnxruntime:{name}");
    let provider = (known.build)(options).map_err(|reason| format!("{name}: {reason}"))?;
    Ok(Arc::new(OnnxRuntime { name, provider }))
}

/// Every provider of the library, the best first.
pub(super) fn available(library: &Path) -> Result<Vec<Arc<dyn Backend>>, String> {
    load_library(library)?;
    in_library().map(|provider| open(library, provider.name, &[])).collect()
}

fn in_library() -> impl Iterator<Item = &'static Provider> {
    const { &PROVIDERS }.iter().filter(|provider| (provider.available)().unwrap_or(false))
}

/// Loads the library, once in the life of a process: ort must not be asked again after a failure.
fn load_library(path: &Path) -> Result<(), String> {
    static LOADED: OnceLock<(PathBuf, Result<(), String>)> = OnceLock::new();
    let load = || {
        let reason = |error: ort::LoadDynamicError| {
            // The linker's own words are a level deeper.
            let cause = match &error {
                ort::LoadDynamicError::Dlopen { error, .. } => error.source().map(ToString::to_string),
                _ => None,
            };
            let cause = cause.unwrap_or_else(|| error.to_string());
            format!("{}; name onnxruntime 1.17 or later with --onnxruntime-library", one_line(&cause))
        };
        ort::init_from(path).map_err(reason).map(|environment| {
            environment.with_name("petri").with_telemetry(false).commit();
        })
    };
    let (first, loaded) = LOADED.get_or_init(|| (path.to_owned(), load()));
    if first != path {
        return Err(format!("{} was tried before, and a process can load one library", first.display()));
    }
    loaded.clone()
}

impl Backend for OnnxRuntime {
    fn name(&self) -> &str {
        &self.name
    }

    fn load(&self, manifest: &'static Manifest, bytes: Vec<u8>) -> Result<Arc<dyn Program>, String> {
        let session = self.session(&bytes).map_err(|error| one_line(&error.to_string()))?;
        let inputs = session.inputs().iter().map(ort::value::Outlet::name);
        if !inputs.eq(manifest.inputs.iter().map(|input| input.name.as_str())) {
            return Err("its inputs are not those of the manifest".to_owned());
        }
        Ok(Arc::new(Loaded { manifest, session: Mutex::new(session) }))
    }
}

impl OnnxRuntime {
    fn session(&self, bytes: &[u8]) -> ort::Result<Session> {
        // One thread, as tract has: the others belong to the camera, the microphone and the screen.
        Session::builder()?
            .with_intra_threads(1)?
            // Otherwise activations are rounded wherever a weight is quantized, which the models were not made for.
            .with_quant_qdq(false)?
            .with_execution_providers([self.provider.clone().error_on_failure()])?
            .commit_from_memory(bytes)
    }
}

/// A model in onnxruntime. A session must not run twice at a time.
struct Loaded {
    manifest: &'static Manifest,
    session: Mutex<Session>,
}

impl Program for Loaded {
    fn run(&self, inputs: TVec<TValue>) -> Result<TVec<TValue>, String> {
        if inputs.len() != self.manifest.inputs.len() {
            return Err(format!("it takes {} inputs, not {}", self.manifest.inputs.len(), inputs.len()));
        }
        let named = self.manifest.inputs.iter().map(|input| input.name.as_str());
        let values = named.zip(&inputs).map(|(name, value)| Ok((name, to_onnxruntime(value)?)));
        let values = values.collect::<Result<Vec<_>, String>>()?;
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let outputs = session.run(values).map_err(|error| one_line(&error.to_string()))?;
        let output = |name: &String| {
            let value = outputs.get(name).ok_or_else(|| format!("it has no output {name}"))?;
            let (shape, values) =
                value.try_extract_tensor::<f32>().map_err(|error| one_line(&error.to_string()))?;
            let shape: Vec<usize> = shape.iter().map(|length| *length as usize).collect();
            let made = Tensor::from_shape(&shape, values).map_err(|error| one_line(&error.to_string()))?;
            Ok(made.into_tvalue())
        };
        self.manifest.outputs.iter().map(|declared| output(&declared.name)).collect()
    }
}

/// The values where they lie, as onnxruntime takes them.
fn to_onnxruntime(value: &TValue) -> Result<SessionInputValue<'_>, String> {
    match value.datum_type() {
        DatumType::F32 => view::<f32>(value),
        DatumType::I64 => view::<i64>(value),
        other => Err(format!("it takes no inputs of type {other:?}")),
    }
}

fn view<T>(value: &TValue) -> Result<SessionInputValue<'_>, String>
where
    T: Datum + ort::value::PrimitiveTensorElementType + std::fmt::Debug,
{
    let array = value.to_plain_array_view::<T>().map_err(|error| one_line(&error.to_string()))?;
    let values = array.to_slice().ok_or("an input does not lie in one piece")?;
    let made = TensorRef::from_array_view((value.shape(), values));
    Ok(made.map_err(|error| one_line(&error.to_string()))?.into())
}
