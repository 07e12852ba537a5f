//! Red, green and blue for every tint, 8 bits each.

use super::Tint;
use crate::{Actor, Comfort};

/// Which colours stand for the tints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Palette {
    /// Black, white and two strong colours instead of paper and pastel.
    pub strong: bool,
    /// Whose skin and hair are meant.
    pub actor: Actor,
}

impl Palette {
    /// The palette of a learner.
    pub const fn of(comfort: Comfort) -> Self {
        Self { strong: comfort.high_contrast, actor: Actor::Petri }
    }

    /// The same for the face of `actor`.
    #[must_use]
    pub const fn worn_by(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }
}

type Rgb = [u8; 3];

/// What a face is coloured with.
struct Complexion {
    skin: Rgb,
    cheek: Rgb,
    lip: Rgb,
    crease: Rgb,
    line: Rgb,
    hair: Rgb,
    strand: Rgb,
    brow: Rgb,
    iris: Rgb,
}

impl Complexion {
    const fn of(actor: Actor) -> &'static Self {
        match actor {
            Actor::Petri => &PETRI,
            Actor::Mia => &MIA,
            Actor::Leo => &LEO,
            Actor::Ravi => &RAVI,
            Actor::Noor => &NOOR,
            Actor::Ada => &ADA,
            Actor::Chen => &CHEN,
        }
    }
}

const PETRI: Complexion = Complexion {
    skin: [246, 210, 140],
    cheek: [244, 186, 128],
    lip: [222, 148, 112],
    crease: [198, 150, 90],
    line: [82, 60, 48],
    hair: [82, 60, 48],
    strand: [82, 60, 48],
    brow: [82, 60, 48],
    iris: [82, 60, 48],
};

const MIA: Complexion = Complexion {
    skin: [253, 224, 203],
    cheek: [249, 192, 178],
    lip: [226, 138, 130],
    crease: [214, 166, 144],
    line: [96, 60, 48],
    hair: [142, 84, 48],
    strand: [98, 54, 32],
    brow: [112, 66, 40],
    iris: [104, 72, 42],
};

const LEO: Complexion = Complexion {
    skin: [248, 214, 184],
    cheek: [242, 178, 148],
    lip: [218, 132, 114],
    crease: [206, 152, 116],
    line: [96, 60, 44],
    hair: [222, 150, 68],
    strand: [164, 96, 36],
    brow: [164, 96, 44],
    iris: [58, 100, 140],
};

const RAVI: Complexion = Complexion {
    skin: [194, 140, 98],
    cheek: [194, 122, 86],
    lip: [164, 90, 78],
    crease: [140, 92, 60],
    line: [56, 34, 26],
    hair: [44, 40, 48],
    strand: [24, 20, 26],
    brow: [34, 26, 26],
    iris: [62, 36, 24],
};

const NOOR: Complexion = Complexion {
    skin: [226, 182, 142],
    cheek: [226, 154, 124],
    lip: [192, 106, 98],
    crease: [178, 130, 94],
    line: [74, 46, 36],
    hair: [92, 156, 164],
    strand: [44, 98, 110],
    brow: [58, 38, 30],
    iris: [88, 56, 30],
};

const ADA: Complexion = Complexion {
    skin: [150, 98, 68],
    cheek: [166, 98, 74],
    lip: [150, 66, 70],
    crease: [102, 62, 42],
    line: [38, 22, 18],
    hair: [58, 42, 40],
    strand: [30, 20, 20],
    brow: [30, 20, 18],
    iris: [44, 26, 20],
};

const CHEN: Complexion = Complexion {
    skin: [238, 204, 166],
    cheek: [230, 176, 142],
    lip: [200, 134, 116],
    crease: [188, 146, 110],
    line: [84, 62, 52],
    hair: [206, 206, 208],
    strand: [122, 122, 130],
    brow: [118, 114, 114],
    iris: [66, 46, 36],
};

/// The colour for a purpose.
pub(super) const fn channels(tint: Tint, palette: Palette) -> Rgb {
    if palette.strong { strong(tint, palette.actor) } else { soft(tint, palette.actor) }
}

const fn soft(tint: Tint, actor: Actor) -> Rgb {
    let face = Complexion::of(actor);
    match tint {
        Tint::Paper => [252, 249, 241],
        Tint::Card => [240, 235, 223],
        Tint::Rule => [206, 199, 184],
        Tint::Text => [44, 48, 58],
        Tint::Accent => [46, 104, 168],
        Tint::Faded => [164, 192, 222],
        Tint::Skin => face.skin,
        Tint::Cheek => face.cheek,
        Tint::Lip => face.lip,
        Tint::Line => face.line,
        Tint::Crease => face.crease,
        Tint::Hair => face.hair,
        Tint::Strand => face.strand,
        Tint::Brow => face.brow,
        Tint::Iris => face.iris,
        Tint::Mouth => [104, 44, 48],
        Tint::Tongue => [206, 104, 104],
        Tint::White | Tint::OnBadge => [255, 255, 255],
        Tint::Same => [58, 140, 88],
        Tint::Different => [206, 126, 20],
        Tint::Open => [108, 120, 138],
    }
}

/// Every text and sign stands at 7 to 1 or more against its ground, as WCAG 2.2 (1.4.6) asks; faces are pale,
/// so that their black lines do, too.
const fn strong(tint: Tint, actor: Actor) -> Rgb {
    let face = Complexion::of(actor);
    match tint {
        Tint::Paper | Tint::Card | Tint::White | Tint::OnBadge => [255, 255, 255],
        Tint::Rule | Tint::Text | Tint::Line | Tint::Brow | Tint::Iris | Tint::Strand | Tint::Open => {
            [0, 0, 0]
        }
        Tint::Accent | Tint::Same => [0, 60, 170],
        Tint::Faded => [255, 150, 0],
        Tint::Different => [138, 56, 0],
        Tint::Skin | Tint::Cheek => pale(face.skin),
        Tint::Lip => face.lip,
        Tint::Crease => [30, 22, 18],
        Tint::Hair => face.hair,
        Tint::Mouth => [60, 0, 6],
        Tint::Tongue => [206, 104, 104],
    }
}

/// Half of the way from white to the colour.
const fn pale([red, green, blue]: Rgb) -> Rgb {
    [128 + red / 2, 128 + green / 2, 128 + blue / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance in millionths, with a plain square for the curve of sRGB.
    fn light([red, green, blue]: Rgb) -> u32 {
        let square = |value: u8| u32::from(value) * u32::from(value);
        (2126 * square(red) + 7152 * square(green) + 722 * square(blue)) / 650
    }

    fn contrast(a: Rgb, b: Rgb) -> u32 {
        let (high, low) = (light(a).max(light(b)), light(a).min(light(b)));
        (high + 50_000) * 10 / (low + 50_000)
    }

    #[test]
    fn strong_colours_stand_out_seven_to_one() {
        for actor in Actor::ALL {
            let of = |tint| channels(tint, Palette { strong: true, actor });
            for (ink, ground) in [
                (Tint::Text, Tint::Paper),
                (Tint::Text, Tint::Card),
                (Tint::Accent, Tint::Paper),
                (Tint::OnBadge, Tint::Same),
                (Tint::OnBadge, Tint::Different),
                (Tint::OnBadge, Tint::Open),
                (Tint::Line, Tint::Skin),
                (Tint::Brow, Tint::Skin),
                (Tint::Crease, Tint::Skin),
                (Tint::Mouth, Tint::Skin),
            ] {
                let found = contrast(of(ink), of(ground));
                assert!(found >= 70, "{actor:?}: {ink:?} on {ground:?} is {found} tenths to 1");
            }
        }
    }

    #[test]
    fn the_lines_of_every_face_stand_out_from_its_skin() {
        for actor in Actor::ALL {
            let of = |tint| channels(tint, Palette { strong: false, actor });
            for tint in [Tint::Line, Tint::Brow, Tint::Iris, Tint::Mouth] {
                let ground = if tint == Tint::Iris { Tint::White } else { Tint::Skin };
                let found = contrast(of(tint), of(ground));
                assert!(found >= 20, "{actor:?}: {tint:?} is {found} tenths to 1");
            }
        }
    }
}
