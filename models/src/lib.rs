//! The trusted artifacts of Petri.
//!
//! A model is a folder: an ONNX file, a golden pair (inputs, and the outputs of the float model it was made
//! from), perhaps a vocabulary, and a manifest. Manifests are compiled in, so the program decides which bytes it
//! trusts: a file on disk whose SHA-256 differs is refused, whoever put it there.
//!
//! ```
//! let vad = petri_models::get(petri_models::Id::VoiceActivity);
//! assert_eq!(vad.licence, "MIT");
//! assert_eq!(vad.sha256.len(), 64);
//! ```

mod adopt;
mod manifest;
mod store;

pub use adopt::AdoptError;
pub use manifest::{Asset, Golden, Input, Manifest, Output, Source};
pub use store::{Error, Store, hex};

use std::sync::OnceLock;

/// The models of this edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Id {
    /// Finds faces and six points in each.
    FaceDetect,
    /// Places 468 points on a face.
    FaceMesh,
    /// Names the expression of an aligned face.
    #[cfg(feature = "therapy")]
    FaceExpression,
    /// Tells speech from everything else, 32 ms at a time.
    VoiceActivity,
    /// Turns sound into features for the decoder.
    SpeechEncoder,
    /// Scores words and writes speech down.
    SpeechDecoder,
    /// Reads emotions and sentiment in a sentence.
    TextEmotion,
    /// The same with half of the layers, for boards with little memory.
    TextEmotionSmall,
    /// Reads emotions and sentiment in a Chinese sentence.
    TextEmotionZh,
    /// Notices hints at danger in a text.
    TextSigns,
}

impl Id {
    /// All of them.
    pub const ALL: &'static [Id] = &[
        Id::FaceDetect,
        Id::FaceMesh,
        #[cfg(feature = "therapy")]
        Id::FaceExpression,
        Id::VoiceActivity,
        Id::SpeechEncoder,
        Id::SpeechDecoder,
        Id::TextEmotion,
        Id::TextEmotionSmall,
        Id::TextEmotionZh,
        Id::TextSigns,
    ];

    /// The name of its folder.
    pub const fn folder(self) -> &'static str {
        match self {
            Id::FaceDetect => "face-detect",
            Id::FaceMesh => "face-mesh",
            #[cfg(feature = "therapy")]
            Id::FaceExpression => "face-expression",
            Id::VoiceActivity => "voice-activity",
            Id::SpeechEncoder => "speech-encoder",
            Id::SpeechDecoder => "speech-decoder",
            Id::TextEmotion => "text-emotion",
            Id::TextEmotionSmall => "text-emotion-small",
            Id::TextEmotionZh => "text-emotion-zh",
            Id::TextSigns => "text-signs",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Id::FaceDetect => include_str!("../face-detect/manifest.toml"),
            Id::FaceMesh => include_str!("../face-mesh/manifest.toml"),
            #[cfg(feature = "therapy")]
            Id::FaceExpression => include_str!("../face-expression/manifest.toml"),
            Id::VoiceActivity => include_str!("../voice-activity/manifest.toml"),
            Id::SpeechEncoder => include_str!("../speech-encoder/manifest.toml"),
            Id::SpeechDecoder => include_str!("../speech-decoder/manifest.toml"),
            Id::TextEmotion => include_str!("../text-emotion/manifest.toml"),
            Id::TextEmotionSmall => include_str!("../text-emotion-small/manifest.toml"),
            Id::TextEmotionZh => include_str!("../text-emotion-zh/manifest.toml"),
            Id::TextSigns => include_str!("../text-signs/manifest.toml"),
        }
    }
}

/// Those in use: the compiled-in ones, unless [`adopt`] was called first.
static MANIFESTS: OnceLock<Vec<Manifest>> = OnceLock::new();

fn compiled() -> Vec<Manifest> {
    let parse = |id: &Id| match Manifest::parse(id.text()) {
        Ok(manifest) => manifest,
        Err(error) => panic!("models/{}/manifest.toml: {error}", id.folder()),
    };
    Id::ALL.iter().map(parse).collect()
}

/// Trusts the manifests of the set in `folder` from now on, in place of the compiled-in ones.
///
/// Whoever calls it vouches for them: they decide which bytes are run. The one caller has verified a signature over
/// each. Graphs have to have the inputs, outputs and constants that the program was written for.
///
/// # Errors
/// When a manifest is missing or does not fit, or when any manifest was already asked for.
///
/// # Panics
/// As [`get`].
pub fn adopt(folder: &std::path::Path) -> Result<(), AdoptError> {
    let theirs = adopt::read(folder, &compiled())?;
    MANIFESTS.set(theirs).map_err(|_| AdoptError::Late)
}

/// The manifest of a model.
///
/// # Panics
/// If a compiled-in manifest does not parse, which a test of this crate excludes.
pub fn get(id: Id) -> &'static Manifest {
    let all = MANIFESTS.get_or_init(compiled);
    let position = Id::ALL.iter().position(|other| *other == id);
    &all[position.unwrap_or(0)]
}
