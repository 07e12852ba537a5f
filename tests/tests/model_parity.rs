//! Every model gives what the float model it was made from gives, within the manifest's tolerance: in tract, and with
//! the feature `onnxruntime` in the onnxruntime library that `ORT_DYLIB_PATH` names, too.
//!
//! How far each is off is printed: `cargo xtask cross` puts it into its table.
#![allow(clippy::print_stdout)]

use petri_models::{Id, Store, get};
use petri_runtime::Model;
use safetensors::{Dtype, SafeTensors};
use tract_core::prelude::*;

fn store() -> Store {
    Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"))
}

fn tensor(golden: &SafeTensors<'_>, name: &str) -> Tensor {
    let view = golden.tensor(name).unwrap_or_else(|error| panic!("the golden pair lacks {name}: {error}"));
    let made = match view.dtype() {
        Dtype::F32 => {
            let values: Vec<f32> = view
                .data()
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes(b.try_into().expect("four bytes")))
                .collect();
            Tensor::from_shape(view.shape(), &values)
        }
        Dtype::I64 => {
            let values: Vec<i64> = view
                .data()
                .chunks_exact(8)
                .map(|b| i64::from_le_bytes(b.try_into().expect("eight bytes")))
                .collect();
            Tensor::from_shape(view.shape(), &values)
        }
        other => panic!("{name} is of type {other:?}"),
    };
    made.expect("a tensor")
}

fn golden_pair(id: Id) {
    let model = Model::load(&store(), id).expect("the model loads");
    assert_eq!(model.runs_on(), "tract");
    gives_the_golden_outputs(id, &model);
    #[cfg(feature = "onnxruntime")]
    gives_the_golden_outputs(id, &accelerated::model(id));
}

fn gives_the_golden_outputs(id: Id, model: &Model) {
    let (store, manifest) = (store(), get(id));
    let bytes = store.golden(id).expect("the golden pair is the trusted one");
    let golden = SafeTensors::deserialize(&bytes).expect("a safetensors file");
    let inputs = manifest.inputs.iter().map(|input| tensor(&golden, &input.name).into_tvalue()).collect();
    let outputs = model.run(inputs).expect("the model runs");
    assert_eq!(outputs.len(), manifest.outputs.len());
    for (output, declared) in outputs.iter().zip(&manifest.outputs) {
        let expected = tensor(&golden, &declared.name);
        assert_eq!(output.shape(), expected.shape(), "{}", declared.name);
        let found = output.to_plain_array_view::<f32>().expect("floats");
        let expected = expected.to_plain_array_view::<f32>().expect("floats");
        let mut worst = 0.0f32;
        for (found, expected) in found.iter().zip(expected.iter()) {
            assert!(found.is_finite(), "{} is not finite", declared.name);
            worst = worst.max((found - expected).abs());
        }
        assert!(
            worst <= manifest.tolerance,
            "{} {} on {}: off by {worst}, tolerance {}",
            manifest.id,
            declared.name,
            model.runs_on(),
            manifest.tolerance
        );
        println!(
            "\nparity {} {}: off by {worst:.1e}, tolerance {:.1e}",
            manifest.id, declared.name, manifest.tolerance
        );
        let spread = expected.iter().copied().fold(f32::MIN, f32::max)
            - expected.iter().copied().fold(f32::MAX, f32::min);
        assert!(
            expected.len() == 1 || spread > 0.0,
            "{}: a constant golden output proves nothing",
            declared.name
        );
    }
}

#[test]
fn face_detect() {
    golden_pair(Id::FaceDetect);
}

#[test]
fn face_mesh() {
    golden_pair(Id::FaceMesh);
}

#[cfg(feature = "therapy")]
#[test]
fn face_expression() {
    golden_pair(Id::FaceExpression);
}

#[test]
fn voice_activity() {
    golden_pair(Id::VoiceActivity);
}

#[test]
fn speech_encoder() {
    golden_pair(Id::SpeechEncoder);
}

#[test]
fn speech_decoder() {
    golden_pair(Id::SpeechDecoder);
}

#[test]
fn text_signs() {
    golden_pair(Id::TextSigns);
}

#[test]
fn text_emotion_zh() {
    golden_pair(Id::TextEmotionZh);
}

#[test]
fn text_emotion() {
    golden_pair(Id::TextEmotion);
}

#[test]
fn text_emotion_small() {
    golden_pair(Id::TextEmotionSmall);
}

#[test]
fn manifests_are_complete() {
    let store = store();
    for id in Id::ALL {
        let manifest = get(*id);
        assert_eq!(manifest.id, id.folder());
        let own = manifest.licence == "MIT OR Apache-2.0";
        assert!(!manifest.licence.is_empty() && manifest.sources.is_empty() == own, "{}", manifest.id);
        for source in &manifest.sources {
            assert!(["PyPI", "npm", "Debian"].contains(&source.registry.as_str()), "{source:?}");
            assert_eq!(source.archive_sha256.len(), 64, "{source:?}");
        }
        assert!(
            store.folder().join("cards").join(format!("{}.md", manifest.id)).is_file(),
            "{} has no card",
            manifest.id
        );
        for asset in &manifest.assets {
            store.asset(*id, &asset.file).expect("a trusted asset");
        }
    }
}

#[test]
fn a_model_that_is_not_the_trusted_one_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let store_there = Store::new(folder.path());
    let manifest = get(Id::VoiceActivity);
    let path = folder.path().join(&manifest.id).join(&manifest.file);
    let refused = |what: &str| {
        let error = Model::load(&store_there, Id::VoiceActivity).err().expect("refused").to_string();
        assert!(error.contains(what) && error.lines().count() == 1, "{error}");
    };
    refused("cannot read the model file");
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let mut bytes = store().model(Id::VoiceActivity).expect("the model");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).expect("written");
    refused("its SHA-256 is");
    std::fs::write(&path, &bytes[..100]).expect("written");
    refused("it has 100 bytes");
}

#[cfg(feature = "onnxruntime")]
mod accelerated {
    use super::*;
    use petri_runtime::engine::{Accelerator, Engine};
    use std::sync::OnceLock;

    /// A model in onnxruntime. A refusal is a failed test here, not a reason for tract.
    pub(super) fn model(id: Id) -> Model {
        static ACCELERATOR: OnceLock<Accelerator> = OnceLock::new();
        let accelerator = ACCELERATOR.get_or_init(|| {
            let library =
                std::env::var_os("ORT_DYLIB_PATH").expect("ORT_DYLIB_PATH names the onnxruntime library");
            let choice = "onnxruntime:cpu".parse().expect("an accelerator");
            Accelerator::start(&choice, Some(library.as_ref()), |line| panic!("{line}"))
        });
        let model = Model::load(Engine::new(&store(), accelerator), id).expect("the model loads");
        assert_eq!(model.runs_on(), "onnxruntime:cpu");
        model
    }

    fn floats<T: Datum + Copy>(models: &[Model; 2], inputs: &[(&[usize], &[T])]) -> [Vec<Vec<f32>>; 2] {
        let tensor = |(shape, values): &(&[usize], &[T])| {
            Tensor::from_shape(shape, values).expect("a tensor").into_tvalue()
        };
        let run = |model: &Model| model.floats(inputs.iter().map(tensor).collect()).expect("the model runs");
        [run(&models[0]), run(&models[1])]
    }

    fn both(id: Id) -> [Model; 2] {
        [Model::load(&store(), id).expect("the model loads"), model(id)]
    }

    fn close(id: Id, found: &[Vec<Vec<f32>>; 2]) {
        for (one, other) in found[0].iter().zip(&found[1]) {
            assert_eq!(one.len(), other.len());
            let worst = one.iter().zip(other).fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs()));
            assert!(worst <= get(id).tolerance, "{}: tract and onnxruntime differ by {worst}", id.folder());
        }
    }

    #[test]
    fn a_state_is_carried_from_run_to_run() {
        let models = both(Id::VoiceActivity);
        let mut states = [vec![0.0f32; 256], vec![0.0f32; 256]];
        for frame in 0..20u16 {
            let audio: Vec<f32> = (0..576u16)
                .map(|i| (f32::from(i + frame * 512) * 0.07).sin() * f32::from(frame) / 40.0)
                .collect();
            let run = |of: usize| {
                let inputs: [(&[usize], &[f32]); 2] = [(&[1, 576], &audio), (&[2, 1, 128], &states[of])];
                floats(&models, &inputs)[of].clone()
            };
            let found = [run(0), run(1)];
            close(Id::VoiceActivity, &found);
            states = found.map(|mut outputs| outputs.pop().expect("a state"));
        }
        assert!(states[0].iter().any(|value| *value != 0.0));
    }

    #[test]
    fn shapes_differ_from_run_to_run() {
        for id in [Id::TextEmotion, Id::TextEmotionSmall] {
            let models = both(id);
            for length in [3i64, 40, 7] {
                let ids: Vec<i64> = (0..length).map(|i| 100 + i * 37).collect();
                let inputs: [(&[usize], &[i64]); 1] = [(&[1, ids.len()], &ids)];
                close(id, &floats(&models, &inputs));
            }
        }
    }
}
