//! The mesh of a face: 468 points (Kartynnik et al., arXiv:1907.06724), found in a turned square around the face and
//! followed from frame to frame.

use super::crop::Crop;
use super::detect::Face;
use super::sigmoid;
use super::still::Still;
use crate::engine::{Engine, Model, tensor};
use crate::{Error, Frame};
use petri_models::Id;
use serde::Serialize;
use tract_core::prelude::tvec;

/// Points of a mesh.
pub const POINTS: usize = 468;

/// Points by their place on the face, as the person has it.
pub(super) mod at {
    pub(crate) const RIGHT_EYE_OUTER: usize = 33;
    pub(crate) const RIGHT_EYE_INNER: usize = 133;
    pub(crate) const LEFT_EYE_OUTER: usize = 263;
    pub(crate) const LEFT_EYE_INNER: usize = 362;
    pub(crate) const NOSE_TIP: usize = 4;
    pub(crate) const UPPER_LIP_INNER: usize = 13;
    pub(crate) const LOWER_LIP_INNER: usize = 14;
    pub(crate) const RIGHT_EDGE: usize = 234;
    pub(crate) const LEFT_EDGE: usize = 454;
}

/// Places meshes.
#[derive(Clone)]
pub struct Mesher {
    model: Model,
    side: usize,
    roi_of_box: f32,
    face_min: f32,
}

/// The mesh of one face.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mesh {
    /// Confidence that there is a face under it, 0 to 1.
    pub face: f32,
    /// x and y in pixels of the picture; depth in the same unit, growing away from the camera.
    #[serde(skip)]
    pub points: Vec<[f32; 3]>,
}

/// Where a face was in the last frame, so that the next mesh needs no detector.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Track {
    square: Option<Crop>,
    looks: u32,
    still: Still,
}

impl Track {
    /// The square to look at: the followed one, unless the detector found its face elsewhere.
    pub(super) fn square(&self, mesher: &Mesher, face: &Face) -> Crop {
        let [x0, y0, x1, y1] = face.bounds;
        let inside = |crop: &Crop| {
            let [x, y] = crop.centre;
            (x0..=x1).contains(&x) && (y0..=y1).contains(&y)
        };
        self.square.filter(inside).unwrap_or_else(|| mesher.around(face))
    }

    /// The room, while nobody is in it.
    pub(super) fn still(&mut self) -> &mut Still {
        &mut self.still
    }

    /// The square that was followed so far.
    pub(super) fn followed(&self) -> Option<Crop> {
        self.square
    }

    /// Whether this look is one of every `spacing`; the first one is.
    pub(super) fn is_turn(&self, spacing: u32) -> bool {
        self.looks.is_multiple_of(spacing)
    }

    /// Counts a look.
    pub(super) fn next(&mut self) {
        self.looks = self.looks.wrapping_add(1);
    }

    /// Follows `mesh`, or nothing.
    pub(super) fn follow(&mut self, mesher: &Mesher, mesh: Option<&Mesh>) {
        self.square = mesh.map(|mesh| mesher.next(mesh));
    }
}

impl Mesher {
    /// Loads the model.
    ///
    /// # Errors
    /// When the model is missing, not trusted, or does not run.
    pub fn load<'a>(engine: impl Into<Engine<'a>>) -> Result<Self, Error> {
        let model = Model::load(engine, Id::FaceMesh)?;
        let settings = model.manifest();
        Ok(Self {
            side: settings.number("input_side") as usize,
            roi_of_box: settings.number("roi_of_box"),
            face_min: settings.number("face_min"),
            model,
        })
    }

    /// The mesh of the face in a square of `frame`; nothing where the model sees no face.
    pub(super) fn place(&self, frame: &Frame, square: &Crop) -> Result<Option<Mesh>, Error> {
        // A square of no size, or one far outside, comes of a mesh that has slipped.
        if !(square.side >= 1.0 && square.side <= 8.0 * frame.width().max(frame.height()) as f32) {
            return Ok(None);
        }
        let input = &self.model.manifest().inputs[0];
        let colours = square.sample(frame.image(), self.side, |rgb| rgb);
        let plane = |c: usize| colours.iter().map(move |rgb| rgb[c] * input.scale[c] + input.offset[c]);
        let pixels: Vec<f32> = (0..3).flat_map(plane).collect();
        let outputs =
            self.model.floats(tvec![tensor(&self.model, &[1, 3, self.side, self.side], &pixels)?])?;
        let [points, flag] = &outputs[..] else { return Ok(None) };
        let face = flag.first().map_or(0.0, |logit| sigmoid(*logit));
        if face < self.face_min {
            return Ok(None);
        }
        let unit = square.side / self.side as f32;
        let middle = self.side as f32 / 2.0;
        let (triples, _) = points.as_chunks::<3>();
        let placed = triples.iter().map(|[x, y, depth]| {
            let [x, y] = square.to_picture([(x - middle) * unit, (y - middle) * unit]);
            [x, y, depth * unit]
        });
        Ok(Some(Mesh { face, points: placed.collect() }))
    }

    /// The square around a detected face, upright along its eyes.
    fn around(&self, face: &Face) -> Crop {
        let [right, left, ..] = face.points;
        let [x0, y0, x1, y1] = face.bounds;
        Crop {
            centre: [f32::midpoint(x0, x1), f32::midpoint(y0, y1)],
            side: self.roi_of_box * (x1 - x0).max(y1 - y0),
            angle: (left[1] - right[1]).atan2(left[0] - right[0]),
        }
    }

    /// The square in which the face of a mesh is looked for in the next frame.
    fn next(&self, mesh: &Mesh) -> Crop {
        let [right, left] = [at::RIGHT_EYE_OUTER, at::LEFT_EYE_OUTER].map(|i| mesh.points[i]);
        let angle = (left[1] - right[1]).atan2(left[0] - right[0]);
        let upright = Crop { centre: [0.0, 0.0], side: 0.0, angle: -angle };
        let (low, high) = bounds(mesh.points.iter().map(|[x, y, _]| upright.to_picture([*x, *y])));
        let middle = [f32::midpoint(low[0], high[0]), f32::midpoint(low[1], high[1])];
        let turned = Crop { centre: [0.0, 0.0], side: 0.0, angle };
        let side = self.roi_of_box * (high[0] - low[0]).max(high[1] - low[1]);
        Crop { centre: turned.to_picture(middle), side, angle }
    }
}

impl Mesh {
    /// The mesh as a detector would have found its face.
    pub fn face(&self) -> Face {
        let flat = |i: usize| [self.points[i][0], self.points[i][1]];
        let between = |a: usize, b: usize| {
            let ([ax, ay], [bx, by]) = (flat(a), flat(b));
            [f32::midpoint(ax, bx), f32::midpoint(ay, by)]
        };
        let (low, high) = bounds(self.points.iter().map(|[x, y, _]| [*x, *y]));
        Face {
            score: self.face,
            bounds: [low[0], low[1], high[0], high[1]],
            points: [
                between(at::RIGHT_EYE_OUTER, at::RIGHT_EYE_INNER),
                between(at::LEFT_EYE_OUTER, at::LEFT_EYE_INNER),
                flat(at::NOSE_TIP),
                between(at::UPPER_LIP_INNER, at::LOWER_LIP_INNER),
                flat(at::RIGHT_EDGE),
                flat(at::LEFT_EDGE),
            ],
        }
    }
}

fn bounds(points: impl Iterator<Item = [f32; 2]>) -> ([f32; 2], [f32; 2]) {
    points.fold(([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]), |(low, high), [x, y]| {
        ([low[0].min(x), low[1].min(y)], [high[0].max(x), high[1].max(y)])
    })
}
