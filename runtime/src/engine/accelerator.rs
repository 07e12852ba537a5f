//! Which accelerator is used, and what happens when it cannot be.
//!
//! Nothing here fails: whatever an accelerator refuses runs on tract, and the reason is reported, once for each
//! model or once for all.

#[cfg(feature = "onnxruntime")]
use super::onnxruntime;
use super::{Ahead, Backend, Golden, Model, Program, on_tract};
use crate::Error;
use petri_models::{Id, Store};
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use tract_core::prelude::*;

/// Which accelerator is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Choice {
    /// None: tract on the CPU.
    #[default]
    Cpu,
    /// For each model the first that can run it.
    Auto,
    /// A provider of onnxruntime.
    OnnxRuntime {
        /// Its short name, as `cpu` or `qnn`.
        provider: String,
        /// What the provider is told, as `backend_path` and a path.
        options: Vec<(String, String)>,
    },
}

/// A name that is no accelerator's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no accelerator `{0}`; use cpu, auto, onnxruntime or onnxruntime:PROVIDER[,KEY=VALUE]...")]
pub struct NoSuchAccelerator(String);

impl FromStr for Choice {
    type Err = NoSuchAccelerator;

    fn from_str(name: &str) -> Result<Self, NoSuchAccelerator> {
        let wrong = || NoSuchAccelerator(name.to_owned());
        match name {
            "cpu" => return Ok(Self::Cpu),
            "auto" => return Ok(Self::Auto),
            _ => {}
        }
        let rest = name.strip_prefix("onnxruntime").filter(|rest| !rest.contains('\0')).ok_or_else(wrong)?;
        if rest.is_empty() {
            return Ok(Self::OnnxRuntime { provider: "cpu".to_owned(), options: Vec::new() });
        }
        let mut parts = rest.strip_prefix(':').ok_or_else(wrong)?.split(',');
        let provider = parts.next().filter(|provider| !provider.is_empty()).ok_or_else(wrong)?.to_owned();
        let option = |part: &str| part.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
        let options = parts.map(option).collect::<Option<_>>().ok_or_else(wrong)?;
        Ok(Self::OnnxRuntime { provider, options })
    }
}

type Report = dyn Fn(&str) + Send + Sync;

/// The accelerators of this run, in the order in which each model tries them. Behind them is always tract.
#[derive(Clone)]
pub struct Accelerator {
    backends: Vec<Arc<dyn Backend>>,
    report: Arc<Report>,
}

impl Accelerator {
    /// Starts what was chosen. `library` is the onnxruntime library, else the system's is looked for. `report` is
    /// given one line for each decision that the user should know of: what is not used and why.
    pub fn start(
        choice: &Choice,
        library: Option<&Path>,
        report: impl Fn(&str) + Send + Sync + 'static,
    ) -> Self {
        let library = library.unwrap_or(Path::new("libonnxruntime.so"));
        let opened = match choice {
            Choice::Cpu => Ok(Vec::new()),
            Choice::Auto => available(library),
            Choice::OnnxRuntime { provider, options } => {
                open(library, provider, options).map(|backend| vec![backend])
            }
        };
        let backends = opened.unwrap_or_else(|reason| {
            report(&format!("every model runs on tract: {reason}"));
            Vec::new()
        });
        let accelerator = Self { backends, report: Arc::new(report) };
        if *choice == Choice::Auto && !accelerator.backends.is_empty() {
            (accelerator.report)(&format!("each model takes the first that can run it: {accelerator}"));
        }
        accelerator
    }

    /// The model on the first backend that passes the trial with its golden pair.
    fn model(&self, store: &Store, id: Id) -> Result<Option<Model>, Error> {
        for backend in &self.backends {
            let bytes = store.model(id)?;
            let tried = backend.load(petri_models::get(id), bytes).and_then(|program| {
                let golden = Golden::read(store, id).map_err(|error| error.to_string())?;
                golden.judge(&program.run(golden.inputs())?)?;
                Ok(program)
            });
            let name = backend.name();
            match tried {
                Ok(program) => {
                    let guarded = Guarded {
                        program,
                        id,
                        name: name.to_owned(),
                        store: store.clone(),
                        report: Arc::clone(&self.report),
                        spare: OnceLock::new(),
                    };
                    return Ok(Some(Model { id, program: Arc::new(guarded), runs_on: name.to_owned() }));
                }
                Err(reason) => {
                    (self.report)(&format!("{} does not run on {name}: {reason}", id.folder()));
                }
            }
        }
        Ok(None)
    }
}

impl fmt::Display for Accelerator {
    /// The names, in order; tract is the last.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for backend in &self.backends {
            write!(f, "{}, ", backend.name())?;
        }
        write!(f, "tract")
    }
}

/// Which model reads English sentences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reader {
    /// The one that reads best.
    #[default]
    Large,
    /// One with half of the layers, for a board with little memory.
    Small,
}

impl Reader {
    /// With less memory than this the small one leaves more room for everything else. A Raspberry Pi Zero 2 W has half.
    const LARGE_MEMORY_BYTES_MIN: u64 = 900 << 20;

    /// The one for a machine with so much memory.
    pub fn for_memory(bytes: u64) -> Self {
        if bytes < Self::LARGE_MEMORY_BYTES_MIN { Self::Small } else { Self::Large }
    }

    /// Its model.
    pub const fn id(self) -> Id {
        match self {
            Self::Large => Id::TextEmotion,
            Self::Small => Id::TextEmotionSmall,
        }
    }

    /// Whether a device with this reader has no use for a model.
    pub(super) fn spares(self, id: Id) -> bool {
        [Self::Large, Self::Small].iter().any(|other| *other != self && other.id() == id)
    }
}

/// Where models come from and what runs them. A store alone means tract.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    store: &'a Store,
    accelerator: Option<&'a Accelerator>,
    adapters: Option<&'a Path>,
    reader: Reader,
    ahead: Option<&'a Ahead>,
}

impl<'a> Engine<'a> {
    /// Models of `store` on `accelerator`.
    pub fn new(store: &'a Store, accelerator: &'a Accelerator) -> Self {
        Self { accelerator: Some(accelerator), ..store.into() }
    }

    /// The same with this model for English sentences.
    #[must_use]
    pub fn reading(self, reader: Reader) -> Self {
        Self { reader, ..self }
    }

    /// Which model reads English sentences.
    pub(crate) fn reader(&self) -> Reader {
        self.reader
    }

    /// The same with what a site has fitted and keeps in `folder` (`docs/adaptation.md`).
    #[must_use]
    pub fn adapted(self, folder: Option<&'a Path>) -> Self {
        Self { adapters: folder, ..self }
    }

    /// Where a site keeps what it has fitted.
    pub(crate) fn adapters(&self) -> Option<&'a Path> {
        self.adapters
    }

    /// Reports what does not run as it was meant to.
    pub(crate) fn tell(&self, line: &str) {
        if let Some(accelerator) = self.accelerator {
            (accelerator.report)(line);
        }
    }

    /// Where models come from.
    pub fn store(&self) -> &'a Store {
        self.store
    }

    /// The same, where other cores load models ahead.
    pub(super) fn with(self, ahead: &'a Ahead) -> Self {
        Self { ahead: Some(ahead), ..self }
    }

    /// What other cores load ahead.
    pub(super) fn ahead(&self) -> Option<&'a Ahead> {
        self.ahead
    }

    /// Whether a model may run on something else than tract.
    pub(super) fn is_accelerated(&self) -> bool {
        self.accelerator.is_some_and(|accelerator| !accelerator.backends.is_empty())
    }

    pub(super) fn accelerated(self, id: Id) -> Result<Option<Model>, Error> {
        self.accelerator.map_or(Ok(None), |accelerator| accelerator.model(self.store, id))
    }
}

impl<'a> From<&'a Store> for Engine<'a> {
    fn from(store: &'a Store) -> Self {
        Self { store, accelerator: None, adapters: None, reader: Reader::default(), ahead: None }
    }
}

/// A program that tract takes over from when it fails in the middle of a session.
struct Guarded {
    program: Arc<dyn Program>,
    id: Id,
    name: String,
    store: Store,
    report: Arc<Report>,
    spare: OnceLock<Result<Arc<dyn Program>, String>>,
}

impl Program for Guarded {
    fn run(&self, inputs: TVec<TValue>) -> Result<TVec<TValue>, String> {
        if self.spare.get().is_none() {
            match self.program.run(inputs.clone()) {
                Ok(outputs) => return Ok(outputs),
                Err(reason) => (self.report)(&format!(
                    "{} goes on in tract, it failed on {}: {reason}",
                    self.id.folder(),
                    self.name
                )),
            }
        }
        let spare = self
            .spare
            .get_or_init(|| on_tract((&self.store).into(), self.id).map_err(|error| error.to_string()));
        spare.as_ref().map_err(Clone::clone)?.run(inputs)
    }
}

#[cfg(feature = "onnxruntime")]
fn open(library: &Path, provider: &str, options: &[(String, String)]) -> Result<Arc<dyn Backend>, String> {
    onnxruntime::open(library, provider, options)
}

#[cfg(feature = "onnxruntime")]
fn available(library: &Path) -> Result<Vec<Arc<dyn Backend>>, String> {
    onnxruntime::available(library)
}

#[cfg(not(feature = "onnxruntime"))]
const ABSENT: &str = "this program was built without onnxruntime; build it with --features onnxruntime";

#[cfg(not(feature = "onnxruntime"))]
fn open(_: &Path, _: &str, _: &[(String, String)]) -> Result<Arc<dyn Backend>, String> {
    Err(ABSENT.to_owned())
}

#[cfg(not(feature = "onnxruntime"))]
fn available(_: &Path) -> Result<Vec<Arc<dyn Backend>>, String> {
    Err(ABSENT.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_models::Manifest;
    use std::sync::Mutex;

    /// Loads every model as something that answers as it is told.
    struct Fake(fn(TVec<TValue>) -> Result<TVec<TValue>, String>);

    struct Answer(fn(TVec<TValue>) -> Result<TVec<TValue>, String>);

    impl Backend for Fake {
        fn name(&self) -> &'static str {
            "fake"
        }

        fn load(&self, _: &'static Manifest, _: Vec<u8>) -> Result<Arc<dyn Program>, String> {
            Ok(Arc::new(Answer(self.0)))
        }
    }

    impl Program for Answer {
        fn run(&self, inputs: TVec<TValue>) -> Result<TVec<TValue>, String> {
            (self.0)(inputs)
        }
    }

    fn store() -> Store {
        Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"))
    }

    type Lines = Arc<Mutex<Vec<String>>>;

    fn with(backends: Vec<Arc<dyn Backend>>) -> (Accelerator, Lines) {
        let lines = Lines::default();
        let kept = Arc::clone(&lines);
        let report = Arc::new(move |line: &str| kept.lock().expect("lines").push(line.to_owned()));
        (Accelerator { backends, report }, lines)
    }

    #[test]
    fn names_of_accelerators() {
        let vendor = |provider: &str, options: &[(&str, &str)]| Choice::OnnxRuntime {
            provider: provider.to_owned(),
            options: options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        };
        assert_eq!("cpu".parse(), Ok(Choice::Cpu));
        assert_eq!("auto".parse(), Ok(Choice::Auto));
        assert_eq!("onnxruntime".parse(), Ok(vendor("cpu", &[])));
        let told = "onnxruntime:qnn,backend_path=/lib/libQnnHtp.so,soc_model=1".parse();
        assert_eq!(told, Ok(vendor("qnn", &[("backend_path", "/lib/libQnnHtp.so"), ("soc_model", "1")])));
        for wrong in ["", "npu", "onnxruntime:", "onnxruntimes", "onnxruntime:qnn,fast", "CPU"] {
            assert!(
                wrong.parse::<Choice>().is_err_and(|error| error.to_string().contains("use cpu")),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_model_that_is_wrong_on_an_accelerator_runs_on_tract_and_the_reason_is_told() {
        let (accelerator, lines) =
            with(vec![Arc::new(Fake(Ok)), Arc::new(Fake(|_| Err("it is busy".to_owned())))]);
        let model = Model::load(Engine::new(&store(), &accelerator), Id::VoiceActivity);
        assert_eq!(model.expect("the model").runs_on(), "tract");
        let lines = lines.lock().expect("lines");
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines[0].starts_with("voice-activity does not run on fake: its output speech is"),
            "{lines:?}"
        );
        assert_eq!(lines[1], "voice-activity does not run on fake: it is busy");
    }

    #[test]
    fn a_model_that_fails_in_mid_session_goes_on_in_tract() {
        let (accelerator, lines) = with(Vec::new());
        let golden = Golden::read(&store(), Id::VoiceActivity).expect("the golden pair");
        let guarded = Guarded {
            program: Arc::new(Answer(|_| Err("it was unplugged".to_owned()))),
            id: Id::VoiceActivity,
            name: "fake".to_owned(),
            store: store(),
            report: accelerator.report,
            spare: OnceLock::new(),
        };
        for _ in 0..2 {
            golden.judge(&guarded.run(golden.inputs()).expect("tract runs it")).expect("and is right");
        }
        let lines = lines.lock().expect("lines");
        assert_eq!(*lines, ["voice-activity goes on in tract, it failed on fake: it was unplugged"]);
    }

    #[test]
    fn a_file_that_is_not_the_trusted_one_is_an_error_on_every_accelerator() {
        let (accelerator, _) = with(vec![Arc::new(Fake(Ok))]);
        let nowhere = Store::new("/nowhere");
        let error = Model::load(Engine::new(&nowhere, &accelerator), Id::VoiceActivity).err();
        assert!(error.is_some_and(|error| error.to_string().contains("cannot read the model file")));
    }
}
