//! The expression of a face: seven classes with a calibrated confidence, or unsure. Therapy edition only.

use super::adapt::{self, Adapter};
use super::crop::Crop;
use super::detect::Face;
use crate::engine::{Engine, Model, tensor};
use crate::{Error, Frame};
use image::RgbImage;
use petri_core::Emotion;
use petri_models::Id;
use serde::Serialize;
use std::path::Path;
use tract_core::prelude::tvec;

/// Reads expressions.
#[derive(Clone)]
pub struct Expression {
    model: Model,
    labels: [Emotion; Emotion::COUNT],
    side: usize,
    temperature: f32,
    temperature_closely: f32,
    whole_from: f32,
    unsure_below: f32,
    adapter: Option<Adapter>,
}

/// A picture whose longer side is at most this times the shorter one may be a portrait, cut by whoever took it.
const PORTRAIT_SIDES_MAX: f32 = 1.25;

/// The expression of one face.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Reading {
    /// What the face shows; `None` when the model is unsure.
    pub emotion: Option<Emotion>,
    /// Confidence in `emotion`, or in the best guess that was too weak: 0 to 1.
    pub confidence: f32,
    /// Probability of each emotion, in the order of [`Emotion::ALL`].
    pub probabilities: [f32; Emotion::COUNT],
}

impl Reading {
    /// A reading from probabilities: unsure when none reaches `unsure_below`.
    pub fn new(probabilities: [f32; Emotion::COUNT], unsure_below: f32) -> Self {
        let best = Emotion::ALL
            .into_iter()
            .max_by(|a, b| probabilities[a.index()].total_cmp(&probabilities[b.index()]));
        let confidence = best.map_or(0.0, |emotion| probabilities[emotion.index()]);
        Self { emotion: best.filter(|_| confidence >= unsure_below), confidence, probabilities }
    }

    /// The likeliest emotion, sure or not.
    pub fn best(&self) -> Emotion {
        Reading::new(self.probabilities, 0.0).emotion.unwrap_or(Emotion::Calm)
    }
}

impl Expression {
    /// Loads the model.
    ///
    /// # Errors
    /// When the model is missing, not trusted, does not run, or its labels are not the seven emotions.
    pub fn load<'a>(engine: impl Into<Engine<'a>>) -> Result<Self, Error> {
        let engine = engine.into();
        let model = Model::load(engine, Id::FaceExpression)?;
        let settings = model.manifest();
        let labels: Option<Vec<Emotion>> =
            settings.labels.iter().map(|label| Emotion::from_word(label)).collect();
        let labels = labels.and_then(|labels| labels.try_into().ok()).ok_or_else(|| Error::Engine {
            id: Id::FaceExpression.folder(),
            reason: "its labels are not the seven emotions".to_owned(),
        })?;
        Ok(Self {
            labels,
            side: settings.number("crop_side") as usize,
            temperature: settings.number("temperature"),
            temperature_closely: settings.number("temperature_closely"),
            whole_from: settings.number("whole_from_side_share"),
            unsure_below: settings.number("unsure_below"),
            adapter: engine.adapters().and_then(|folder| adapter(engine, folder)),
            model,
        })
    }

    /// The confidence below which a reading is unsure.
    pub fn unsure_below(&self) -> f32 {
        self.unsure_below
    }

    /// Reads the expression of `face`, which was found in `frame`; `mirrored` reads its mirror image. What a mirror
    /// image is misread as is another thing, so whoever averages over frames takes turns.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn read(&self, frame: &Frame, face: &Face, mirrored: bool) -> Result<Reading, Error> {
        let shares = self.shares(frame, &self.around(face), mirrored)?;
        Ok(self.reading(self.tempered(shares, self.temperature)))
    }

    /// Reads the expression of `face` in a single picture, which takes longer: the mean of the found square and its
    /// mirror image and, where that square fills a portrait, of the whole picture and its mirror image.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn read_closely(&self, frame: &Frame, face: &Face) -> Result<Reading, Error> {
        Ok(self.reading(self.shipped(frame, face)?))
    }

    /// The probabilities of the shipped model for a single picture, whatever a site has fitted.
    pub(super) fn shipped(&self, frame: &Frame, face: &Face) -> Result<[f32; Emotion::COUNT], Error> {
        let found = self.around(face);
        let whole = (self.fills(frame, &found)).then(|| whole(frame));
        self.mean(frame, [found].into_iter().chain(whole))
    }

    /// Reads the expression in a picture that is nothing but an aligned face, as closely.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn read_crop(&self, frame: &Frame) -> Result<Reading, Error> {
        Ok(self.reading(self.mean(frame, [whole(frame)].into_iter())?))
    }

    fn fills(&self, frame: &Frame, found: &Crop) -> bool {
        let [shorter, longer] =
            [frame.width().min(frame.height()), frame.width().max(frame.height())].map(|side| side as f32);
        longer <= PORTRAIT_SIDES_MAX * shorter && found.side >= self.whole_from * shorter
    }

    fn mean(
        &self,
        frame: &Frame,
        squares: impl Iterator<Item = Crop>,
    ) -> Result<[f32; Emotion::COUNT], Error> {
        let mut sum = [0.0; Emotion::COUNT];
        for square in squares {
            for mirrored in [false, true] {
                let shares = self.shares(frame, &square, mirrored)?;
                sum.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share);
            }
        }
        Ok(self.tempered(sum, self.temperature_closely))
    }

    fn around(&self, face: &Face) -> Crop {
        let number = |name: &str| self.model.manifest().number(name);
        around(
            face,
            number("crop_size_of_box_width"),
            number("crop_centre_below_eyes"),
            number("crop_rotation_share"),
        )
    }

    /// The model's probabilities, in the order of its labels.
    fn shares(&self, frame: &Frame, square: &Crop, mirrored: bool) -> Result<[f32; Emotion::COUNT], Error> {
        let mut grey = grey(square, frame.image(), self.side);
        if mirrored {
            grey.chunks_exact_mut(self.side).for_each(<[f32]>::reverse);
        }
        let input = tensor(&self.model, &[1, 1, self.side, self.side], &grey)?;
        let outputs = self.model.floats(tvec![input])?;
        let mut shares = [0.0; Emotion::COUNT];
        for (share, score) in shares.iter_mut().zip(outputs.first().into_iter().flatten()) {
            *share = score.exp();
        }
        Ok(shares)
    }

    /// Probabilities by emotion of shares that need not sum up to one, made as sure as such readings are right.
    fn tempered(&self, shares: [f32; Emotion::COUNT], temperature: f32) -> [f32; Emotion::COUNT] {
        let weights = shares.map(|share| share.max(f32::MIN_POSITIVE).powf(1.0 / temperature));
        let total: f32 = weights.iter().sum();
        let mut probabilities = [0.0; Emotion::COUNT];
        for (emotion, weight) in self.labels.iter().zip(weights) {
            probabilities[emotion.index()] = weight / total;
        }
        probabilities
    }

    fn reading(&self, probabilities: [f32; Emotion::COUNT]) -> Reading {
        let adapted = |adapter| adapt::face::adapted(adapter, probabilities);
        Reading::new(self.adapter.as_ref().map_or(probabilities, adapted), self.unsure_below)
    }
}

/// What a site has fitted; why it is not used is told.
fn adapter(engine: Engine<'_>, folder: &Path) -> Option<Adapter> {
    adapt::load(folder, Id::FaceExpression, Emotion::COUNT, Emotion::COUNT).unwrap_or_else(|problem| {
        engine.tell(&problem);
        None
    })
}

/// The square of a whole picture.
fn whole(frame: &Frame) -> Crop {
    let (width, height) = (frame.width() as f32, frame.height() as f32);
    Crop { centre: [width / 2.0, height / 2.0], side: width.max(height), angle: 0.0 }
}

/// The square that the model was tuned for: as wide as a share of the face's box, its middle below the eyes, turned
/// by a share of the eye line's angle.
fn around(face: &Face, width_share: f32, below: f32, rotation: f32) -> Crop {
    let [right, left, ..] = face.points;
    let eyes = [f32::midpoint(right[0], left[0]), f32::midpoint(right[1], left[1])];
    let angle = rotation * (left[1] - right[1]).atan2(left[0] - right[0]);
    let (sin, cos) = angle.sin_cos();
    let [x0, y0, x1, y1] = face.bounds;
    let side = width_share * (x1 - x0);
    let middle = [f32::midpoint(x0, x1), f32::midpoint(y0, y1)];
    let along = (middle[0] - eyes[0]) * cos + (middle[1] - eyes[1]) * sin;
    let down = side * below;
    Crop { centre: [eyes[0] + along * cos - down * sin, eyes[1] + along * sin + down * cos], side, angle }
}

/// Grey values, 0 to 255, of `side` x `side` points.
fn grey(crop: &Crop, picture: &RgbImage, side: usize) -> Vec<f32> {
    let value = |[red, green, blue]: [f32; 3]| [0.299 * red + 0.587 * green + 0.114 * blue];
    crop.sample(picture, side, value).into_iter().map(|[grey]| grey).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubt_is_a_result() {
        let mut probabilities = [0.1; 7];
        probabilities[1] = 0.4;
        assert_eq!(Reading::new(probabilities, 0.5).emotion, None);
        assert_eq!(Reading::new(probabilities, 0.4).emotion, Some(Emotion::Sad));
        assert_eq!(Reading::new(probabilities, 0.5).best(), Emotion::Sad);
    }
}
