//! Facial actions: how far muscles have moved a face from its own rest, measured on its mesh.
//!
//! Everything here is geometry. Distances are taken in a frame that turns and grows with the head, in shares of the
//! distance between the outer corners of the eyes, and only their change against the learner's own face at rest
//! says anything.

use super::mesh::{Mesh, POINTS, at};
use petri_core::{Action, Actions, Permille};
use serde::Serialize;

/// How far the head may be turned aside before actions are unsure.
pub const YAW_DEGREES_MAX: f32 = 25.0;
/// How far it may be raised or lowered from where it is at rest.
pub const PITCH_DEGREES_MAX: f32 = 20.0;
/// Lids nearer to each other than this share of their distance at rest are closed.
pub const CLOSED_SHARE_MAX: f32 = 0.3;

/// Where the head points, in degrees; all 0 for a face straight before the camera. Coarse: some degrees.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Turn {
    /// Aside; positive towards the own right.
    pub yaw: f32,
    /// Positive up.
    pub pitch: f32,
    /// Tilt; positive towards the own left shoulder.
    pub roll: f32,
}

/// What is measured on one mesh.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measures {
    /// Where the head points.
    pub turn: Turn,
    /// In the order of [`Distance`]. Shares of the distance between the outer corners of the eyes; the opening of
    /// the eyes is a share of their width.
    pub distances: [f32; Distance::COUNT],
}

/// What the distances of [`Measures`] are, each the mean of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// Inner end of the brow above the inner corner of the eye.
    InnerBrow,
    /// Outer half of the brow above the outer corner of the eye.
    OuterBrow,
    /// Between the lids.
    EyeOpen,
    /// From the line of the inner corners of the eyes down to the wings of the nose.
    NoseDrop,
    /// Between the wings of the nose.
    NoseWidth,
    /// Between the corners of the mouth.
    MouthWidth,
    /// Corners of the mouth above the middle of the mouth; a quarter of its opening is counted in, because the
    /// corners follow the jaw that far.
    CornerLift,
    /// Between the lips.
    LipGap,
}

impl Distance {
    /// How many there are.
    pub const COUNT: usize = 8;
}

/// Left out of the frame's pitch by hand: what raising the head by a degree does to a face at rest, as 292 pictures
/// of faces at rest show it.
const EYE_OPEN_PER_DEGREE: f32 = -0.0017;
const BROW_PER_DEGREE: f32 = -0.0007;

const INNER_BROWS: [usize; 4] = [107, 55, 336, 285];
const OUTER_BROWS: [usize; 8] = [70, 46, 63, 53, 300, 276, 293, 283];
const INNER_EYES: [usize; 2] = [at::RIGHT_EYE_INNER, at::LEFT_EYE_INNER];
const OUTER_EYES: [usize; 2] = [at::RIGHT_EYE_OUTER, at::LEFT_EYE_OUTER];
const LIDS: [[usize; 2]; 6] = [[159, 145], [158, 153], [160, 144], [386, 374], [385, 380], [387, 373]];
const NOSE_WINGS: [usize; 4] = [129, 358, 64, 294];
const LIPS: [[usize; 2]; 3] = [[13, 14], [82, 87], [312, 317]];
const MOUTH_CORNERS: [usize; 2] = [61, 291];
const BRIDGE: usize = 168;
const FOREHEAD: usize = 10;
const NOSE_BASE: usize = 2;

type Vector = [f32; 3];

fn minus(a: Vector, b: Vector) -> Vector {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: Vector, b: Vector) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The direction of `a`; nothing for a vector of no length.
fn unit(a: Vector) -> Option<Vector> {
    let length = dot(a, a).sqrt();
    (length.is_finite() && length > 1e-6).then(|| a.map(|value| value / length))
}

impl Measures {
    /// Measures a mesh; nothing when it has no extent, as a mesh gone wrong.
    pub fn of(mesh: &Mesh) -> Option<Self> {
        let points: &[Vector; POINTS] = mesh.points.as_slice().try_into().ok()?;
        // The frame of the head: across along the eyes and the edges of the face, down along forehead and nose,
        // which no muscle moves far, and back.
        let eyes = minus(points[at::LEFT_EYE_OUTER], points[at::RIGHT_EYE_OUTER]);
        let edges = minus(points[at::LEFT_EDGE], points[at::RIGHT_EDGE]);
        let across = unit([0, 1, 2].map(|i| eyes[i] + 0.5 * edges[i]))?;
        let nose = minus(points[NOSE_BASE], points[FOREHEAD]);
        let aside = dot(nose, across);
        let down = unit([0, 1, 2].map(|i| nose[i] - aside * across[i]))?;
        let back = cross(across, down);
        let scale = dot(eyes, eyes).sqrt();
        if !scale.is_finite() || scale < 1e-3 {
            return None;
        }
        let head = points.map(|point| {
            let from = minus(point, points[BRIDGE]);
            [dot(from, across) / scale, dot(from, down) / scale, dot(from, back) / scale]
        });
        let turn = Turn {
            yaw: back[0].atan2(back[2]).to_degrees(),
            pitch: back[1].clamp(-1.0, 1.0).asin().to_degrees(),
            roll: across[1].atan2(across[0]).to_degrees(),
        };
        let distances = distances(&head);
        distances.iter().all(|value| value.is_finite()).then_some(Self { turn, distances })
    }

    /// One of the distances.
    pub fn get(&self, distance: Distance) -> f32 {
        self.distances[distance as usize]
    }

    /// Whether the head points near enough to the camera to measure, seen from `pitch` at rest.
    pub fn faces_the_camera(&self, pitch: f32) -> bool {
        self.turn.yaw.abs() <= YAW_DEGREES_MAX && (self.turn.pitch - pitch).abs() <= PITCH_DEGREES_MAX
    }

    /// Whether the eyes are shut, compared with a face at rest.
    pub fn eyes_closed(&self, rest: &Measures) -> bool {
        self.get(Distance::EyeOpen) < CLOSED_SHARE_MAX * rest.get(Distance::EyeOpen)
    }

    /// How strong each action is against a face at `rest`, 0 to 1000, in the order of [`Action::ALL`]; nothing when
    /// the head is turned too far.
    pub fn strengths(&self, rest: &Measures) -> Option<[f32; Action::COUNT]> {
        if !self.faces_the_camera(rest.turn.pitch) {
            return None;
        }
        let raised = self.turn.pitch - rest.turn.pitch;
        let moved = |distance: Distance| self.get(distance) - rest.get(distance);
        let inner = moved(Distance::InnerBrow) - BROW_PER_DEGREE * raised;
        let outer = moved(Distance::OuterBrow) - BROW_PER_DEGREE * raised;
        let eyes = moved(Distance::EyeOpen) - EYE_OPEN_PER_DEGREE * raised;
        let wider = moved(Distance::MouthWidth);
        let lift = moved(Distance::CornerLift);
        // A smile widens the nose and draws its wings up, too; what it explains is taken off.
        let nose = 0.5 * moved(Distance::NoseWidth) - moved(Distance::NoseDrop) - 0.5 * wider.max(0.0);
        Some(Action::ALL.map(|action| {
            let (movement, slight, full) = match action {
                Action::InnerBrowUp => (inner, 0.012, 0.06),
                Action::OuterBrowUp => (outer, 0.012, 0.05),
                Action::BrowDown => (-inner, 0.012, 0.05),
                Action::EyesWide => (eyes, 0.02, 0.09),
                Action::EyesNarrow => (-eyes, 0.02, 0.09),
                Action::NoseWrinkle => (nose, 0.015, 0.06),
                Action::MouthCornersUp => (lift + 0.15 * wider, 0.02, 0.085),
                Action::MouthCornersDown => (-lift, 0.01, 0.04),
                Action::LipsWide => (wider - 1.5 * lift.max(0.0), 0.04, 0.13),
                // The mesh does not follow the red of the lips.
                Action::LipsPressed => (0.0, 0.0, 1.0),
                Action::MouthOpen => (moved(Distance::LipGap), 0.02, 0.15),
            };
            1_000.0 * ((movement - slight) / (full - slight)).clamp(0.0, 1.0)
        }))
    }
}

/// Strengths as core takes them.
pub fn actions(strengths: &[f32; Action::COUNT]) -> Actions {
    Action::ALL.into_iter().zip(strengths).fold(Actions::REST, |actions, (action, strength)| {
        actions.with(action, Permille::new(strength.round().clamp(0.0, 1_000.0) as u16))
    })
}

/// The distances in the frame of the head, in the order of [`Distance`].
fn distances(head: &[Vector; POINTS]) -> [f32; Distance::COUNT] {
    let height = |of: &[usize]| of.iter().map(|i| head[*i][1]).sum::<f32>() / of.len() as f32;
    let gap = |[a, b]: [usize; 2]| {
        let between = minus(head[a], head[b]);
        dot(between, between).sqrt()
    };
    let mean_gap =
        |pairs: &[[usize; 2]]| pairs.iter().map(|pair| gap(*pair)).sum::<f32>() / pairs.len() as f32;
    let eye_width =
        mean_gap(&[[at::RIGHT_EYE_OUTER, at::RIGHT_EYE_INNER], [at::LEFT_EYE_OUTER, at::LEFT_EYE_INNER]]);
    let lips = mean_gap(&LIPS);
    [
        height(&INNER_EYES) - height(&INNER_BROWS),
        height(&OUTER_EYES) - height(&OUTER_BROWS),
        mean_gap(&LIDS) / eye_width,
        height(&NOSE_WINGS) - height(&INNER_EYES),
        gap([NOSE_WINGS[0], NOSE_WINGS[1]]),
        gap(MOUTH_CORNERS),
        head[at::UPPER_LIP_INNER][1] - height(&MOUTH_CORNERS) + 0.25 * lips,
        lips,
    ]
}
