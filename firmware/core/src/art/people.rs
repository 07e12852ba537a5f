//! Who is drawn: colours, hair, headscarf and glasses. None of them moves.

use super::Pose;
use super::sketch::{Path, Point, Sketch, at};
use crate::Actor;
use crate::screen::Tint;

const MIDDLE: i32 = 500;
const OUTLINE: i32 = 20;

/// What sets one person apart from another.
pub(super) struct Look {
    pub(super) skin: Tint,
    pub(super) cheek: Tint,
    pub(super) lip: Tint,
    pub(super) crease: Tint,
    /// Outlines, eyes and nose.
    pub(super) line: Tint,
    pub(super) brow: Tint,
    /// Half the width of the jaw: the younger, the rounder.
    pub(super) jaw: i32,
    hair: Hair,
    hair_tint: Tint,
    glasses: bool,
    /// Whether years have left lines.
    creases: bool,
}

/// What is on the head.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hair {
    None,
    /// Parted in the middle, with a bunch on each side.
    Bunches,
    /// Cut short, with a straight front.
    Cropped,
    /// Combed over to one side.
    Swept,
    /// Large curls down to the jaw.
    Curls,
    /// Left at the temples only.
    Thin,
    Headscarf,
}

const PETRI: Look = Look {
    skin: Tint::Skin,
    cheek: Tint::Cheek,
    lip: Tint::Lip,
    crease: Tint::Crease,
    line: Tint::Line,
    brow: Tint::Line,
    jaw: 262,
    hair: Hair::None,
    hair_tint: Tint::Skin,
    glasses: false,
    creases: false,
};

const LIGHT: Look = Look {
    skin: Tint::SkinLight,
    cheek: Tint::CheekLight,
    lip: Tint::LipLight,
    crease: Tint::CreaseLight,
    ..PETRI
};

const TAN: Look =
    Look { skin: Tint::SkinTan, cheek: Tint::CheekTan, lip: Tint::LipTan, crease: Tint::CreaseTan, ..PETRI };

const BROWN: Look = Look {
    skin: Tint::SkinBrown,
    cheek: Tint::CheekBrown,
    lip: Tint::LipBrown,
    crease: Tint::CreaseBrown,
    line: Tint::LineDeep,
    brow: Tint::LineDeep,
    ..PETRI
};

const DARK: Look = Look {
    skin: Tint::SkinDark,
    cheek: Tint::CheekDark,
    lip: Tint::LipDark,
    crease: Tint::CreaseDark,
    ..BROWN
};

/// By the index of the actor.
static LOOKS: [Look; Actor::COUNT] = [
    PETRI,
    Look { jaw: 286, hair: Hair::Bunches, hair_tint: Tint::HairRed, ..LIGHT },
    Look { jaw: 280, hair: Hair::Cropped, hair_tint: Tint::HairBlack, ..DARK },
    Look { jaw: 238, hair: Hair::Swept, hair_tint: Tint::HairBlack, ..BROWN },
    Look { jaw: 240, hair: Hair::Headscarf, hair_tint: Tint::Scarf, ..TAN },
    Look { jaw: 222, hair: Hair::Curls, hair_tint: Tint::HairBrown, ..TAN },
    Look {
        jaw: 214,
        hair: Hair::Thin,
        hair_tint: Tint::HairGrey,
        brow: Tint::BrowGrey,
        glasses: true,
        creases: true,
        ..LIGHT
    },
];

impl Look {
    pub(super) fn of(actor: Actor) -> &'static Look {
        &LOOKS[actor.index()]
    }

    /// Whether the ears can be seen.
    pub(super) fn has_ears(&self) -> bool {
        !matches!(self.hair, Hair::Headscarf | Hair::Curls)
    }
}

/// `x` units to the right of the middle.
const fn off(x: i32, y: i32) -> Point {
    at(MIDDLE + x, y)
}

/// What lies behind the head.
pub(super) fn behind(pose: &Pose<'_>, sketch: &mut Sketch) {
    let look = pose.look;
    match look.hair {
        Hair::Bunches => {
            for side in [-1, 1] {
                lay(&Path::oval(MIDDLE + side * 392, 150, 94, 116), look, sketch);
            }
        }
        Hair::Headscarf => {
            let cloth = Path::new(off(-300, 990)).cubic(off(-560, 800), off(-540, 10), off(0, 12)).cubic(
                off(540, 10),
                off(560, 800),
                off(300, 990),
            );
            lay(&cloth, look, sketch);
        }
        Hair::Curls => lay(&curls(), look, sketch),
        Hair::None | Hair::Cropped | Hair::Swept | Hair::Thin => {}
    }
}

/// What lies over the forehead, above where the brows can reach.
pub(super) fn before(pose: &Pose<'_>, sketch: &mut Sketch) {
    let look = pose.look;
    match look.hair {
        Hair::Bunches => {
            let front = Path::new(off(-376, 420)).cubic(off(-384, 110), off(-180, 150), off(0, 64)).cubic(
                off(180, 150),
                off(384, 110),
                off(376, 420),
            );
            lay(&cap(18, 420).back_along(&front), look, sketch);
        }
        Hair::Cropped => {
            let front = Path::new(off(-374, 340))
                .line(off(-328, 224))
                .cubic(off(-280, 100), off(-230, 106), off(0, 102))
                .cubic(off(230, 106), off(280, 100), off(328, 224))
                .line(off(374, 340));
            lay(&cap(24, 340).back_along(&front), look, sketch);
        }
        Hair::Swept => {
            let front = Path::new(off(-374, 380)).cubic(off(-335, 210), off(-255, 130), off(-190, 88)).cubic(
                off(-80, 120),
                off(370, 50),
                off(376, 380),
            );
            let top = Path::new(off(-432, 380)).cubic(off(-440, 150), off(-330, 40), off(-210, 50)).cubic(
                off(-20, -50),
                off(470, 0),
                off(432, 380),
            );
            lay(&top.back_along(&front), look, sketch);
        }
        Hair::Headscarf => {
            let front = Path::new(off(-402, 660)).cubic(off(-370, 60), off(-250, 122), off(0, 116)).cubic(
                off(250, 122),
                off(370, 60),
                off(402, 660),
            );
            let edge = Path::new(off(-428, 660)).cubic(off(-470, 210), off(-260, 24), off(0, 30)).cubic(
                off(260, 24),
                off(470, 210),
                off(428, 660),
            );
            sketch.fill(&edge.back_along(&front), look.hair_tint);
            sketch.stroke(&front, OUTLINE, look.line);
        }
        Hair::Curls => lay(&fringe(), look, sketch),
        Hair::Thin => thin(pose, sketch),
        Hair::None => {}
    }
}

/// What is left of hair at the temples, and three strands.
fn thin(pose: &Pose<'_>, sketch: &mut Sketch) {
    let look = pose.look;
    for side in [-1, 1] {
        let temple = Path::new(off(side * 436, 470))
            .cubic(off(side * 460, 300), off(side * 390, 160), off(side * 250, 110))
            .cubic(off(side * 310, 190), off(side * 366, 270), off(side * 380, 440));
        lay(&temple, look, sketch);
    }
    if pose.plain.is_none() {
        for x in [-90, 0, 90] {
            let strand = Path::new(off(x - 70, 64)).cubic(off(x - 20, 22), off(x + 40, 22), off(x + 90, 70));
            sketch.stroke(&strand, 16, look.hair_tint);
        }
    }
}

/// Glasses, below the brows.
pub(super) fn glasses(pose: &Pose<'_>, sketch: &mut Sketch) {
    if !pose.look.glasses {
        return;
    }
    let bridge = Path::new(off(-56, 462)).cubic(off(-20, 436), off(20, 436), off(56, 462));
    sketch.stroke(&bridge, 14, Tint::Glasses);
    for side in [-1, 1] {
        let arm = Path::new(off(side * 334, 462)).line(off(side * 412, 446));
        sketch.stroke(&arm, 14, Tint::Glasses);
        // In few dots a whole rim would be taken for a lid.
        if pose.plain.is_none() {
            sketch.stroke(&rim(side), 14, Tint::Glasses);
        }
    }
}

/// One rim, around the whole eye.
fn rim(side: i32) -> Path {
    let (inner, outer, top, bottom) = (side * 52, side * 338, 352, 606);
    Path::new(off(inner, 462)).cubic(off(inner, top - 18), off(outer, top - 18), off(outer, 462)).cubic(
        off(outer, bottom + 46),
        off(inner, bottom + 46),
        off(inner, 462),
    )
}

/// The lines that stay when no muscle works.
pub(super) fn years(pose: &Pose<'_>, sketch: &mut Sketch) {
    if !pose.look.creases || pose.plain.is_some() {
        return;
    }
    let tint = pose.look.crease;
    sketch.stroke(&Path::new(off(-130, 108)).cubic(off(-60, 96), off(60, 96), off(130, 108)), 9, tint);
    for side in [-1, 1] {
        for (y, end_y) in [(440, 418), (476, 482)] {
            sketch.stroke(&Path::new(off(side * 350, y)).line(off(side * 386, end_y)), 9, tint);
        }
        let hollow = Path::new(off(side * 318, 700)).cubic(
            off(side * 330, 730),
            off(side * 326, 760),
            off(side * 308, 786),
        );
        sketch.stroke(&hollow, 10, tint);
    }
}

/// The outer edge of hair that lies close, from ear to ear.
fn cap(top: i32, side_y: i32) -> Path {
    Path::new(off(-430, side_y)).cubic(off(-444, 170), off(-270, top), off(0, top)).cubic(
        off(270, top),
        off(444, 170),
        off(430, side_y),
    )
}

/// The outer edge of large curls.
fn curls() -> Path {
    let half =
        [(-330, 860), (-440, 760), (-462, 610), (-462, 450), (-440, 290), (-350, 150), (-220, 64), (-78, 36)];
    scallops(half, 40)
}

/// Small curls over the forehead.
fn fringe() -> Path {
    let front = [(-392, 420), (-370, 308), (-326, 200), (-245, 120), (-84, 98)];
    let mut path = Path::new(off(-392, 420)).bend(off(-440, 190), off(-270, 24), off(0, 24)).bend(
        off(270, 24),
        off(440, 190),
        off(392, 420),
    );
    let mirrored = front.map(|(x, y)| (-x, y));
    let places = mirrored.into_iter().chain(front.into_iter().rev());
    let mut from = (392, 420);
    for to in places.skip(1) {
        path = bulge(path, from, to, 18);
        from = to;
    }
    path
}

/// Round bulges between these places and their mirror images.
fn scallops<const N: usize>(half: [(i32, i32); N], depth: i32) -> Path {
    let mut from = half[0];
    let mut path = Path::new(off(from.0, from.1));
    let mirrored = half.map(|(x, y)| (-x, y));
    for to in half.into_iter().chain(mirrored.into_iter().rev()).skip(1) {
        path = bulge(path, from, to, depth);
        from = to;
    }
    path
}

/// Goes on from one place to another in a bulge to the left of the way, about `depth` deep.
fn bulge(path: Path, from: (i32, i32), to: (i32, i32), depth: i32) -> Path {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = (dx * dx + dy * dy).isqrt().max(1);
    let (out_x, out_y) = (dy * depth / length, -dx * depth / length);
    path.bend(off(from.0 + out_x, from.1 + out_y), off(to.0 + out_x, to.1 + out_y), off(to.0, to.1))
}

/// Fills a piece of hair or cloth and draws its edge, which alone is seen in black and white.
fn lay(path: &Path, look: &Look, sketch: &mut Sketch) {
    let piece = sketch.fill(path, look.hair_tint);
    sketch.outline(piece, OUTLINE, look.line);
}
