//! Perception: from signals to percepts, on models that an engine runs.
//!
//! Every result can be `unsure` or `nothing`, and carries a confidence.

pub mod actions;
pub mod adapt;
mod chinese;
pub mod choice;
pub mod concern;
mod crop;
pub mod detect;
pub mod enrol;
pub mod explain;
#[cfg(feature = "therapy")]
pub mod expression;
pub mod listener;
pub mod mesh;
pub mod moves;
mod phrase;
pub mod rest;
mod shrink;
pub mod smooth;
pub mod speech;
mod still;
pub mod text;
pub mod tokens;
pub mod vocabulary;
pub mod voice;

use crate::engine::{Ahead, Engine};
use crate::{Clip, Error, Frame};
use serde::Serialize;

/// All models, loaded. A clone shares their weights and remembers its own sound.
#[derive(Clone)]
pub struct Perception {
    /// Sees.
    pub sight: Sight,
    /// Notices speech.
    pub voice: voice::VoiceActivity,
    /// Understands speech.
    pub speech: speech::Speech,
    /// Reads.
    pub text: text::Text,
}

impl Perception {
    /// Loads every model of this edition.
    ///
    /// # Errors
    /// When a file is missing, not trusted, or does not run.
    pub fn load<'a>(engine: impl Into<Engine<'a>>) -> Result<Self, Error> {
        Ahead::during(engine.into(), |engine| {
            // The largest first, which lowers the peak: memory that a model frees when it is loaded serves the next.
            // The other cores begin with the smallest, so the largest are still loaded one after the other.
            let speech = speech::Speech::load(engine)?;
            let text = text::Text::load(engine)?;
            Ok(Self { sight: Sight::load(engine)?, voice: voice::VoiceActivity::load(engine)?, speech, text })
        })
    }
}

/// Finds a face and the mesh on it, and in the therapy edition reads its expression.
#[derive(Clone)]
pub struct Sight {
    detector: detect::Detector,
    mesher: mesh::Mesher,
    #[cfg(feature = "therapy")]
    expression: expression::Expression,
}

/// Frames of a stream from one mesh to the next in the therapy edition.
pub const MESH_SPACING: u32 = 3;

/// What one picture shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seen {
    /// The faces, the surest first.
    pub faces: Vec<detect::Face>,
    /// The mesh of the first face, where one was placed and lies well.
    pub mesh: Option<mesh::Mesh>,
    /// The expression of the first face.
    #[cfg(feature = "therapy")]
    pub expression: Option<expression::Reading>,
}

impl Sight {
    /// Loads the models.
    ///
    /// # Errors
    /// When a file is missing, not trusted, or does not run.
    pub fn load<'a>(engine: impl Into<Engine<'a>>) -> Result<Self, Error> {
        let engine = engine.into();
        Ok(Self {
            detector: detect::Detector::load(engine)?,
            mesher: mesh::Mesher::load(engine)?,
            #[cfg(feature = "therapy")]
            expression: expression::Expression::load(engine)?,
        })
    }

    /// Looks at a frame by itself: one pass of the detector.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn look(&self, frame: &Frame) -> Result<Seen, Error> {
        self.see(frame, self.detector.detect(frame)?, &mut mesh::Track::default())
    }

    /// Looks at a single picture, twice if need be: a face that fills the picture is missed at first.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn look_closely(&self, frame: &Frame) -> Result<Seen, Error> {
        let faces = self.detector.detect_tight(frame)?;
        let mesh = self.place(frame, &faces, &mut mesh::Track::default())?;
        self.read_closely(frame, faces, mesh)
    }

    /// Looks at the next frame of a stream, whose mesh `track` follows.
    ///
    /// In the school edition the detector rests while the mesh is on its face. The therapy edition cuts the face for
    /// its expression from the detector's box, so it detects in each frame, and places a mesh in one of
    /// [`MESH_SPACING`]: muscles give the reason there, and a tenth of a second is soon enough for that. Every other
    /// frame is read as its mirror image, so that the mean over time is one of both. A room in
    /// which nothing moves since nobody was found in it is not searched again for half a second.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn follow(&self, frame: &Frame, track: &mut mesh::Track) -> Result<Seen, Error> {
        if cfg!(feature = "therapy") {
            let faces = self.detector.detect_next(frame, track.still())?;
            let mirrored = !track.is_turn(2);
            let mesh = if track.is_turn(MESH_SPACING) { self.place(frame, &faces, track)? } else { None };
            track.next();
            return self.read(frame, faces, mesh, mirrored);
        }
        if let Some(square) = track.followed()
            && let Some(mesh) = self.mesher.place(frame, &square)?
        {
            track.follow(&self.mesher, Some(&mesh));
            let faces = vec![mesh.face()];
            return self.read(frame, faces, Some(mesh), false);
        }
        let faces = self.detector.detect_next(frame, track.still())?;
        self.see(frame, faces, track)
    }

    fn see(&self, frame: &Frame, faces: Vec<detect::Face>, track: &mut mesh::Track) -> Result<Seen, Error> {
        let mesh = self.place(frame, &faces, track)?;
        self.read(frame, faces, mesh, false)
    }

    fn place(
        &self,
        frame: &Frame,
        faces: &[detect::Face],
        track: &mut mesh::Track,
    ) -> Result<Option<mesh::Mesh>, Error> {
        let mesh = match faces.first() {
            Some(face) => self.mesher.place(frame, &track.square(&self.mesher, face))?,
            None => None,
        };
        track.follow(&self.mesher, mesh.as_ref());
        Ok(mesh)
    }

    #[cfg(feature = "therapy")]
    fn read(
        &self,
        frame: &Frame,
        faces: Vec<detect::Face>,
        mesh: Option<mesh::Mesh>,
        mirrored: bool,
    ) -> Result<Seen, Error> {
        let expression = faces.first().map(|face| self.expression.read(frame, face, mirrored)).transpose()?;
        Ok(Seen { faces, mesh, expression })
    }

    #[cfg(feature = "therapy")]
    fn read_closely(
        &self,
        frame: &Frame,
        faces: Vec<detect::Face>,
        mesh: Option<mesh::Mesh>,
    ) -> Result<Seen, Error> {
        let expression = faces.first().map(|face| self.expression.read_closely(frame, face)).transpose()?;
        Ok(Seen { faces, mesh, expression })
    }

    #[cfg(not(feature = "therapy"))]
    #[allow(clippy::unnecessary_wraps, clippy::unused_self)]
    fn read(
        &self,
        _: &Frame,
        faces: Vec<detect::Face>,
        mesh: Option<mesh::Mesh>,
        _: bool,
    ) -> Result<Seen, Error> {
        Ok(Seen { faces, mesh })
    }

    /// What the shipped model sees in the first face of a picture, whatever a site has fitted.
    #[cfg(feature = "therapy")]
    pub(super) fn shipped_expression(
        &self,
        frame: &Frame,
    ) -> Result<Option<[f32; petri_core::Emotion::COUNT]>, Error> {
        let faces = self.detector.detect_tight(frame)?;
        faces.first().map(|face| self.expression.shipped(frame, face)).transpose()
    }

    #[cfg(not(feature = "therapy"))]
    fn read_closely(
        &self,
        frame: &Frame,
        faces: Vec<detect::Face>,
        mesh: Option<mesh::Mesh>,
    ) -> Result<Seen, Error> {
        self.read(frame, faces, mesh, false)
    }

    /// The expression model.
    #[cfg(feature = "therapy")]
    pub fn expression(&self) -> &expression::Expression {
        &self.expression
    }
}

/// What a recording says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sound {
    /// Whether there was speech in it at all.
    pub speech: bool,
    /// The word of the list.
    #[serde(flatten)]
    pub heard: speech::Heard,
    /// All that was said.
    pub transcript: String,
}

impl Perception {
    /// Listens to a whole recording: is it speech, one of `words`, and what does it say?
    ///
    /// # Errors
    /// When the engine fails.
    pub fn listen(&mut self, clip: &Clip, words: &speech::Words) -> Result<Sound, Error> {
        let utterances = self.voice.utterances(clip)?;
        if utterances.is_empty() {
            let heard = speech::Heard::default();
            return Ok(Sound { speech: false, heard, transcript: String::new() });
        }
        let said: Vec<String> =
            utterances.iter().map(|utterance| self.speech.transcribe(utterance)).collect::<Result<_, _>>()?;
        // A word stands alone. A short recording is scored whole: its edges are the speaker's own.
        let heard = if clip.samples().len() <= WORD_SAMPLES_MAX {
            self.speech.word(clip, words)?
        } else {
            match utterances.as_slice() {
                [only] => self.speech.word(only, words)?,
                _ => speech::Heard::default(),
            }
        };
        let transcript = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
        Ok(Sound { speech: true, heard, transcript })
    }
}

/// Longest clip that is scored against the word list as it is: three seconds.
pub const WORD_SAMPLES_MAX: usize = 3 * crate::media::SAMPLE_RATE_HZ as usize;

pub(crate) fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}
