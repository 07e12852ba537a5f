//! Face detection: BlazeFace short range (Bazarevsky et al., arXiv:1907.05047).

use super::shrink::shrink;
use super::sigmoid;
use super::still::Still;
use crate::engine::{Engine, Model, tensor};
use crate::{Error, Frame};
use image::RgbImage;
use image::imageops::{self, FilterType};
use petri_models::Id;
use serde::Serialize;
use tract_core::prelude::tvec;

/// Finds faces.
#[derive(Clone)]
pub struct Detector {
    model: Model,
    side: u32,
    anchors: Vec<[f32; 2]>,
    score_min: f32,
    overlap_max: f32,
}

/// A picture in the size in which it is searched, and where it lies in the model's input.
struct Scaled {
    small: RgbImage,
    scale: f32,
    left: u32,
    top: u32,
}

/// A point of the picture, in pixels from its top left edge.
pub type Point = [f32; 2];

/// One face.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Face {
    /// Confidence that this is a face, 0 to 1.
    pub score: f32,
    /// Left, top, right, bottom, in pixels.
    #[serde(rename = "box")]
    pub bounds: [f32; 4],
    /// Right eye, left eye, nose tip, mouth, right ear, left ear, as the person has them.
    pub points: [Point; 6],
}

/// At most this many faces are reported.
pub const FACES_MAX: usize = 8;
const CANDIDATE_VALUES: usize = 16;

impl Detector {
    /// Loads the detector.
    ///
    /// # Errors
    /// When the model is missing, not trusted, or does not run.
    pub fn load<'a>(engine: impl Into<Engine<'a>>) -> Result<Self, Error> {
        let model = Model::load(engine, Id::FaceDetect)?;
        let settings = model.manifest();
        let grids = settings.numbers("anchor_grid_cells").iter().zip(settings.numbers("anchor_repeats"));
        let anchors =
            grids.flat_map(|(cells, repeats)| anchors(*cells as usize, *repeats as usize)).collect();
        Ok(Self {
            side: settings.number("input_side") as u32,
            anchors,
            score_min: settings.number("min_score"),
            overlap_max: settings.number("max_overlap"),
            model,
        })
    }

    /// The faces of a picture, the surest first, at most [`FACES_MAX`].
    ///
    /// # Errors
    /// When the engine fails.
    pub fn detect(&self, frame: &Frame) -> Result<Vec<Face>, Error> {
        self.search(&self.scaled(frame, 1.0))
    }

    /// As [`Detector::detect`], for the next frame of a stream.
    pub(super) fn detect_next(&self, frame: &Frame, still: &mut Still) -> Result<Vec<Face>, Error> {
        let scaled = self.scaled(frame, 1.0);
        if still.is_still_empty(&scaled.small) {
            return Ok(Vec::new());
        }
        let faces = self.search(&scaled)?;
        still.searched(scaled.small, faces.is_empty());
        Ok(faces)
    }

    /// As [`Detector::detect`], with a second look at the picture made smaller if the first finds nothing.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn detect_tight(&self, frame: &Frame) -> Result<Vec<Face>, Error> {
        let faces = self.detect(frame)?;
        if faces.is_empty() {
            self.search(&self.scaled(frame, self.model.manifest().number("second_pass_fill")))
        } else {
            Ok(faces)
        }
    }

    /// A picture whose longer side fills `fill` of the model's input.
    fn scaled(&self, frame: &Frame, fill: f32) -> Scaled {
        let side = self.side as f32;
        let scale = side * fill / frame.width().max(frame.height()) as f32;
        let scaled = |pixels: u32| ((pixels as f32 * scale).round() as u32).clamp(1, self.side);
        let (width, height) = (scaled(frame.width()), scaled(frame.height()));
        let small = resized(frame.image(), width, height);
        Scaled { small, scale, left: (self.side - width) / 2, top: (self.side - height) / 2 }
    }

    fn search(&self, scaled: &Scaled) -> Result<Vec<Face>, Error> {
        let Scaled { small, scale, left, top } = scaled;
        let (side, scale, left, top) = (self.side as f32, *scale, *left, *top);
        let pixels = self.planes(small, left, top);
        let shape = [1, 3, self.side as usize, self.side as usize];
        let outputs = self.model.floats(tvec![tensor(&self.model, &shape, &pixels)?])?;
        let [boxes, scores] = &outputs[..] else { return Ok(Vec::new()) };
        let candidates = self.candidates(boxes, scores);
        let to_frame = |[x, y]: Point| [(x * side - left as f32) / scale, (y * side - top as f32) / scale];
        let faces = merge(candidates, self.overlap_max).into_iter().map(|face| {
            let [low, high] =
                [[face.bounds[0], face.bounds[1]], [face.bounds[2], face.bounds[3]]].map(to_frame);
            Face {
                score: face.score,
                bounds: [low[0], low[1], high[0], high[1]],
                points: face.points.map(to_frame),
            }
        });
        Ok(faces.collect())
    }

    /// The model's input: three planes, -1 to 1, grey around the picture.
    fn planes(&self, small: &RgbImage, left: u32, top: u32) -> Vec<f32> {
        let input = &self.model.manifest().inputs[0];
        let plane = (self.side * self.side) as usize;
        let grey = self.model.manifest().number("fill_value");
        let mut pixels = vec![grey * input.scale[0] + input.offset[0]; 3 * plane];
        for (x, y, pixel) in small.enumerate_pixels() {
            let at = ((y + top) * self.side + x + left) as usize;
            for channel in 0..3 {
                pixels[channel * plane + at] =
                    f32::from(pixel.0[channel]) * input.scale[channel] + input.offset[channel];
            }
        }
        pixels
    }

    /// Candidates over the score threshold, in shares of the input's side.
    fn candidates(&self, boxes: &[f32], scores: &[f32]) -> Vec<Face> {
        let settings = self.model.manifest();
        let (unit, limit) = (settings.number("coordinate_scale"), settings.number("logit_limit"));
        let rows = boxes.chunks_exact(CANDIDATE_VALUES).zip(scores).zip(&self.anchors);
        rows.filter_map(|((row, logit), anchor)| {
            let score = sigmoid(logit.clamp(-limit, limit));
            if score < self.score_min {
                return None;
            }
            let point = |i: usize| [row[i] / unit + anchor[0], row[i + 1] / unit + anchor[1]];
            let (middle, half) = (point(0), [row[2] / unit / 2.0, row[3] / unit / 2.0]);
            Some(Face {
                score,
                bounds: [middle[0] - half[0], middle[1] - half[1], middle[0] + half[0], middle[1] + half[1]],
                points: [4, 6, 8, 10, 12, 14].map(point),
            })
        })
        .collect()
    }
}

/// `picture` at `width` x `height`, each pixel the mean of what it covers.
fn resized(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    if width <= picture.width() && height <= picture.height() {
        shrink(picture, width, height)
    } else {
        imageops::resize(picture, width, height, FilterType::Triangle)
    }
}

/// Centres of a grid's cells, row by row, each `repeats` times.
fn anchors(cells: usize, repeats: usize) -> impl Iterator<Item = [f32; 2]> {
    let centre = move |i: usize| (i as f32 + 0.5) / cells as f32;
    (0..cells * cells * repeats).map(move |i| [centre(i / repeats % cells), centre(i / repeats / cells)])
}

/// Averages the candidates of one face by their scores, as BlazeFace's authors do for steadier boxes.
fn merge(mut candidates: Vec<Face>, overlap_max: f32) -> Vec<Face> {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut faces = Vec::new();
    while faces.len() < FACES_MAX && !candidates.is_empty() {
        let best = candidates[0];
        let (group, rest): (Vec<Face>, Vec<Face>) = candidates
            .into_iter()
            .partition(|face| *face == best || overlap(&best.bounds, &face.bounds) > overlap_max);
        candidates = rest;
        let total: f32 = group.iter().map(|face| face.score).sum();
        let mut merged = Face { score: best.score, bounds: [0.0; 4], points: [[0.0; 2]; 6] };
        for face in group {
            let share = face.score / total;
            merged.bounds.iter_mut().zip(face.bounds).for_each(|(sum, value)| *sum += share * value);
            for (sum, point) in merged.points.iter_mut().zip(face.points) {
                sum[0] += share * point[0];
                sum[1] += share * point[1];
            }
        }
        faces.push(merged);
    }
    faces
}

/// Intersection over union.
fn overlap(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    let area = |r: &[f32; 4]| (r[2] - r[0]).max(0.0) * (r[3] - r[1]).max(0.0);
    let inside = area(&[a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]);
    let union = area(a) + area(b) - inside;
    if union > 0.0 { inside / union } else { 0.0 }
}
