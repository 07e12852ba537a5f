//! The parts of the face, in thousandths of the sketch. `side` is -1 for the left one of a pair, 1 for the
//! right.

use super::Pose;
use super::sketch::{Path, Sketch, at};
use crate::Action;
use crate::screen::Tint;

pub(super) const MIDDLE: i32 = 500;
pub(super) const OUTLINE: i32 = 20;
/// Shorter folds are no more than a speck.
const CREASE_MIN: i32 = 18;

/// Head and ears. A dropped jaw makes the head longer.
pub(super) fn head(pose: &Pose<'_>, sketch: &mut Sketch) {
    let head = &pose.look.head;
    if head.ear > 0 {
        for side in [-1, 1] {
            let ear = Path::oval(MIDDLE + side * (head.half + 2), 510, 50, head.ear);
            let ear = sketch.fill(&ear, Tint::Skin);
            sketch.outline(ear, OUTLINE, Tint::Line);
        }
    }
    let chin = head.chin + pose.by(Action::MouthOpen, 52);
    let (left, right, widest) = (MIDDLE - head.half, MIDDLE + head.half, head.widest);
    let skull = Path::new(at(left, widest))
        .cubic(at(left, head.temple), at(MIDDLE - 250, head.crown), at(MIDDLE, head.crown))
        .cubic(at(MIDDLE + 250, head.crown), at(right, head.temple), at(right, widest))
        .cubic(at(right, head.jaw), at(MIDDLE + head.jaw_out, chin), at(MIDDLE, chin))
        .cubic(at(MIDDLE - head.jaw_out, chin), at(left, head.jaw), at(left, widest));
    let skull = sketch.fill(&skull, Tint::Skin);
    sketch.outline(skull, OUTLINE, Tint::Line);
}

/// Cheeks, which rise and swell.
pub(super) fn cheeks(pose: &Pose<'_>, sketch: &mut Sketch) {
    let rise = pose.by(Action::EyesNarrow, 32) + pose.by(Action::MouthCornersUp, 26);
    let swell = pose.by(Action::MouthCornersUp, 18) + pose.by(Action::EyesNarrow, 8);
    for side in [-1, 1] {
        let x = MIDDLE + side * (pose.look.head.half - 136);
        sketch.fill(&Path::oval(x, 660 - rise, 74 + swell, 48 + swell / 2), Tint::Cheek);
    }
    if pose.plain.is_none() {
        for (x, y) in pose.look.freckles {
            for side in [-1, 1] {
                let dot = at(MIDDLE + side * x, y - rise);
                sketch.stroke(&Path::new(dot).line(dot), 17, Tint::Crease);
            }
        }
    }
}

/// One eye: white, iris, glint and lids, and the fold that a raised cheek pushes up.
pub(super) fn eye(pose: &Pose<'_>, side: i32, sketch: &mut Sketch) {
    let plain = pose.plain.is_some();
    let sized = |units: i32| units * pose.look.eyes / 1000;
    let (x, y, half) = (MIDDLE + side * 193, 455, sized(112));
    let upper = 92 + pose.by(Action::EyesWide, 58)
        - pose.by(Action::EyesNarrow, 20)
        - pose.by(Action::BrowDown, 22)
        - pose.by(Action::NoseWrinkle, 12);
    let lower = 66 + pose.by(Action::EyesWide, 18)
        - pose.by(Action::EyesNarrow, 96)
        - pose.by(Action::NoseWrinkle, 10);
    // Raised inner brows pull the lid up towards the nose; lowered ones press it down there.
    let slant = pose.by(Action::InnerBrowUp, 22) - pose.by(Action::BrowDown, 30);
    let (inner, outer) = (at(x - side * half, y + 8), at(x + side * half, y));
    let lid = |towards: i32, height: i32| at(x + side * sized(towards), y - sized(height) * 4 / 3);
    let top = Path::new(inner).cubic(lid(-80, upper + slant), lid(80, upper - slant), outer);
    let bottom = Path::new(inner).cubic(lid(-74, -lower), lid(74, -lower), outer);
    let open = sketch.fill(&top.clone().back_along(&bottom), Tint::White);
    let centre = pose.snapped(x, y - 8);
    let iris = if plain { 43_000 / pose.look.frame.size } else { sized(60) };
    sketch.fill_within(&Path::round(centre, iris), Tint::Iris, open);
    if !plain {
        sketch.fill_within(&Path::round(centre, iris * 11 / 20), Tint::Line, open);
        let iris_y = y - 8;
        sketch.fill_within(&Path::oval(x + 20, iris_y - 20, 18, 18), Tint::White, open);
    }
    sketch.stroke(&bottom, 13, Tint::Line);
    sketch.stroke(&top, 24, Tint::Line);
    if pose.look.lashes && !plain {
        let lash = Path::new(outer).line(at(x + side * (half + 26), y - 22));
        sketch.stroke(&lash, 18, Tint::Line);
    }
    let fold = pose.by(Action::EyesNarrow, 72);
    if !plain && fold > CREASE_MIN {
        let y = y + 96 - pose.by(Action::EyesNarrow, 42);
        sketch.stroke(&arc(x, y, fold, fold / 5), 12, Tint::Crease);
    }
}

/// One brow.
pub(super) fn brow(pose: &Pose<'_>, side: i32, sketch: &mut Sketch) {
    let place = |x: i32, y: i32, inner: i32, outer: i32, down: i32| {
        let rise = pose.by(Action::InnerBrowUp, inner) + pose.by(Action::OuterBrowUp, outer)
            - pose.by(Action::BrowDown, down);
        at(MIDDLE + side * (x - pose.by(Action::BrowDown, 18)), y - rise - pose.by(Action::EyesWide, 8))
    };
    let line = Path::new(place(92, 304, 84, 20, 84)).cubic(
        place(150, 266, 76, 56, 68),
        place(244, 258, 4, 80, 12),
        place(308, 314, -26, 58, -14),
    );
    sketch.stroke(&line, pose.look.brows, Tint::Brow);
}

/// The lines on forehead and bridge.
pub(super) fn frown(pose: &Pose<'_>, sketch: &mut Sketch) {
    if pose.plain.is_some() {
        return;
    }
    let frown = pose.by(Action::BrowDown, 88);
    if frown > CREASE_MIN {
        for side in [-1, 1] {
            let line = Path::new(at(MIDDLE + side * 24, 376)).line(at(MIDDLE + side * 20, 376 - frown));
            sketch.stroke(&line, 14, Tint::Crease);
        }
    }
    let raised = pose.by(Action::InnerBrowUp, 96);
    if raised > CREASE_MIN {
        sketch.stroke(&arc(MIDDLE, 142, raised, -raised / 8), 13, Tint::Crease);
    }
}

/// The nose, which wrinkles upwards.
pub(super) fn nose(pose: &Pose<'_>, sketch: &mut Sketch) {
    let (lift, flare) = (pose.by(Action::NoseWrinkle, 36), pose.by(Action::NoseWrinkle, 22));
    let (wing, base) = (pose.look.nose + flare, 632 - lift);
    let (wing_y, under_y) = (base - 14 - lift / 2, base + 22 - lift / 2);
    let tip = Path::new(at(MIDDLE - wing, wing_y))
        .cubic(at(MIDDLE - wing - 6, under_y), at(MIDDLE - 20, base + 30), at(MIDDLE, base + 18))
        .cubic(at(MIDDLE + 20, base + 30), at(MIDDLE + wing + 6, under_y), at(MIDDLE + wing, wing_y));
    sketch.stroke(&tip, 18, Tint::Line);
    let wrinkle = pose.by(Action::NoseWrinkle, 60);
    if wrinkle > 0 {
        for (y, reach) in [(482, wrinkle * 3 / 4), (524, wrinkle)] {
            if pose.plain.is_none() || y < 500 {
                sketch.stroke(&arc(MIDDLE, y - wrinkle / 4, reach, wrinkle / 3), 14, Tint::Line);
            }
        }
    }
}

/// Where the mouth is.
struct Mouth {
    /// Half its width.
    half: i32,
    corner_y: i32,
    /// The middle of the upper and the lower edge of the opening.
    upper_y: i32,
    lower_y: i32,
    /// How far out the edges stay level, from the middle: more makes the mouth squarer.
    level: i32,
    /// How thick the lips show.
    lip: i32,
}

impl Mouth {
    fn of(pose: &Pose<'_>) -> Self {
        let by = |action, full| pose.by(action, full);
        let half = pose.look.mouth + by(Action::MouthCornersUp, 62) + by(Action::LipsWide, pose.look.grin)
            - by(Action::MouthOpen, 50)
            - by(Action::LipsPressed, 22)
            - by(Action::NoseWrinkle, 6);
        let corner_y = 758 - by(Action::MouthCornersUp, 62)
            + by(Action::MouthCornersDown, 46)
            + by(Action::MouthOpen, 18)
            + by(Action::LipsWide, 8);
        let middle = 762 + by(Action::MouthCornersUp, 32) - by(Action::MouthCornersDown, 36);
        let upper_y = middle
            - by(Action::MouthOpen, 44)
            - by(Action::NoseWrinkle, 46)
            - by(Action::LipsWide, pose.look.grin / 7);
        let lower_y =
            middle + by(Action::MouthOpen, 112) - by(Action::NoseWrinkle, 6) + by(Action::LipsWide, 8);
        let square =
            420 + by(Action::LipsWide, 330) + by(Action::NoseWrinkle, 200) + by(Action::MouthOpen, 340);
        let lip = 32 - by(Action::LipsPressed, 26) - by(Action::LipsWide, 8) - by(Action::MouthCornersUp, 10);
        let lip = lip * pose.look.lips / 1000;
        Self { half, corner_y, upper_y, lower_y, level: half * square.min(950) / 1000, lip: lip.max(2) }
    }

    /// An edge from the left to the right corner with its middle at `y`.
    fn edge(&self, y: i32) -> Path {
        // A cubic with both control points at height c has its middle at (3c + corner) / 4.
        let control = (4 * y - self.corner_y) / 3;
        Path::new(at(MIDDLE - self.half, self.corner_y)).cubic(
            at(MIDDLE - self.level, control),
            at(MIDDLE + self.level, control),
            at(MIDDLE + self.half, self.corner_y),
        )
    }
}

/// The mouth: lips, opening, teeth and tongue, and the folds around it.
pub(super) fn mouth(pose: &Pose<'_>, sketch: &mut Sketch) {
    let mouth = Mouth::of(pose);
    let (upper, lower) = (mouth.edge(mouth.upper_y), mouth.edge(mouth.lower_y));
    let lips =
        mouth.edge(mouth.upper_y - mouth.lip).back_along(&mouth.edge(mouth.lower_y + mouth.lip * 5 / 4));
    sketch.fill(&lips, Tint::Lip);
    let opening = sketch.fill(&upper.clone().back_along(&lower), Tint::Mouth);
    let tongue =
        Path::oval(MIDDLE, mouth.lower_y + 16, mouth.half * 6 / 10, 20 + pose.by(Action::MouthOpen, 44));
    sketch.fill_within(&tongue, Tint::Tongue, opening);
    let teeth = 22 + pose.by(Action::MouthCornersUp, 24) + pose.by(Action::LipsWide, 16);
    sketch.fill_within(&upper.clone().back_along(&mouth.edge(mouth.upper_y + teeth)), Tint::White, opening);
    sketch.stroke(&lower, 20, Tint::Line);
    let firm = if pose.plain.is_some() { 34 } else { 22 };
    sketch.stroke(&upper, 20 + pose.by(Action::LipsPressed, firm), Tint::Line);
    let under = 60
        - pose.by(Action::LipsPressed, 60)
        - pose.by(Action::MouthCornersUp, 40)
        - pose.by(Action::MouthOpen, 60);
    if under > CREASE_MIN {
        sketch.stroke(&arc(MIDDLE, mouth.lower_y + 62, under, under / 6), 14, Tint::Crease);
    }
    folds(pose, &mouth, sketch);
}

/// The folds beside the mouth: from the nose when the lip rises, at the corners when they are at work.
fn folds(pose: &Pose<'_>, mouth: &Mouth, sketch: &mut Sketch) {
    let wrinkle = pose.by(Action::NoseWrinkle, 100);
    let corner = pose
        .by(Action::LipsPressed, 36)
        .max(pose.by(Action::MouthCornersDown, 34))
        .max(pose.by(Action::MouthCornersUp, 42));
    for side in [-1, 1] {
        if wrinkle > 0 {
            let (x, y) = (MIDDLE + side * 116, 606);
            let (end_x, end_y) = (MIDDLE + side * (mouth.half + 46), mouth.corner_y - 20);
            let part = |from: i32, to: i32| from + (to - from) * wrinkle / 100;
            let fold = Path::new(at(x, y)).cubic(
                at(part(x, x + side * 54), part(y, y + 14)),
                at(part(x, end_x), part(y, end_y - 60)),
                at(part(x, end_x), part(y, end_y)),
            );
            sketch.stroke(&fold, 14, Tint::Crease);
        } else if pose.plain.is_none() && corner > 0 {
            let (x, y) = (MIDDLE + side * (mouth.half + 26), mouth.corner_y);
            let bend = x + side * corner / 3;
            let dimple = Path::new(at(x, y - corner)).cubic(
                at(bend, y - corner / 2),
                at(bend, y + corner / 2),
                at(x, y + corner),
            );
            sketch.stroke(&dimple, 14, Tint::Crease);
        }
    }
}

/// A shallow arc around `x`, `half` to each side; it hangs down by about `sag` in the middle.
fn arc(x: i32, y: i32, half: i32, sag: i32) -> Path {
    Path::new(at(x - half, y)).cubic(at(x - half / 2, y + sag), at(x + half / 2, y + sag), at(x + half, y))
}

/// What the years leave in a face at rest: lines on the forehead, at the eyes and from the nose to the mouth.
pub(super) fn age(pose: &Pose<'_>, sketch: &mut Sketch) {
    if !pose.look.lined || pose.plain.is_some() {
        return;
    }
    sketch.stroke(&arc(MIDDLE, 96, 150, -14), 11, Tint::Crease);
    sketch.stroke(&arc(MIDDLE, 146, 190, -16), 11, Tint::Crease);
    let rise = pose.by(Action::MouthCornersUp, 40);
    for side in [-1, 1] {
        let x = |x: i32| MIDDLE + side * x;
        let fold = Path::new(at(x(86), 620)).cubic(
            at(x(150), 650 - rise / 2),
            at(x(200 + rise / 2), 700 - rise),
            at(x(206 + rise), 768 - rise / 2),
        );
        sketch.stroke(&fold, 11, Tint::Crease);
        sketch.stroke(&arc(x(190), 572, 78, 18), 10, Tint::Crease);
        for (down, end) in [(-16, -34), (8, 12)] {
            let foot = Path::new(at(x(322), 462 + down)).line(at(x(358), 462 + end));
            sketch.stroke(&foot, 10, Tint::Crease);
        }
    }
}

/// Round glasses with a thin rim. Where edges are not smoothed, only bridge and side pieces, so that the rims
/// do not hide what the eyes do.
pub(super) fn glasses(pose: &Pose<'_>, sketch: &mut Sketch) {
    if !pose.look.glasses {
        return;
    }
    let (y, half) = (470, pose.look.head.half);
    sketch.stroke(&arc(MIDDLE, y - 14, 48, -24), 15, Tint::Strand);
    for side in [-1, 1] {
        let x = |x: i32| MIDDLE + side * x;
        sketch.stroke(&Path::new(at(x(338), y - 20)).line(at(x(half), y - 34)), 15, Tint::Strand);
        if pose.plain.is_none() {
            let rim = Path::oval(x(193), y + 2, 146, 128);
            sketch.stroke(&rim, 15, Tint::Strand);
        }
    }
}
