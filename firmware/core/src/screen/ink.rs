//! Colours by what they are for, so that one painter serves every colour type.

use embedded_graphics::pixelcolor::{BinaryColor, PixelColor, Rgb565};

/// What a dab of colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tint {
    /// The ground.
    Paper,
    /// A button or an empty bar.
    Card,
    /// Thin rules and frames.
    Rule,
    /// Text.
    Text,
    /// What the eye should find first.
    Accent,
    /// The ground of a drawn face.
    Skin,
    /// The warmth of its cheeks.
    Cheek,
    /// Its lips.
    Lip,
    /// Its outlines.
    Line,
    /// Its folds and wrinkles.
    Crease,
    /// The dark of the open mouth.
    Mouth,
    /// Its tongue.
    Tongue,
    /// Teeth, the white of the eyes and the glint in them.
    White,
    /// The badge of an answer that met the target.
    Same,
    /// The badge of an answer that named another feeling.
    Different,
    /// The badge of no answer.
    Open,
    /// The sign on a badge.
    OnBadge,
    /// The skin of people with a light complexion.
    SkinLight,
    /// Their cheeks.
    CheekLight,
    /// Their lips.
    LipLight,
    /// Their folds.
    CreaseLight,
    /// The skin of people with a tanned complexion.
    SkinTan,
    /// Their cheeks.
    CheekTan,
    /// Their lips.
    LipTan,
    /// Their folds.
    CreaseTan,
    /// The skin of people with a brown complexion.
    SkinBrown,
    /// Their cheeks.
    CheekBrown,
    /// Their lips.
    LipBrown,
    /// Their folds.
    CreaseBrown,
    /// The skin of people with a dark complexion.
    SkinDark,
    /// Their cheeks.
    CheekDark,
    /// Their lips.
    LipDark,
    /// Their folds.
    CreaseDark,
    /// Outlines on darker skin.
    LineDeep,
    /// Brows gone grey.
    BrowGrey,
    /// Black hair.
    HairBlack,
    /// Brown hair.
    HairBrown,
    /// Red hair.
    HairRed,
    /// Grey hair.
    HairGrey,
    /// A headscarf.
    Scarf,
    /// The frame of glasses.
    Glasses,
}

/// A colour type that the painter can draw in.
pub trait Ink: PixelColor {
    /// Samples to a pixel, along each axis, where curves are drawn: more than one gives smooth edges.
    const SAMPLES: usize;

    /// The colour for a purpose.
    fn of(tint: Tint) -> Self;

    /// The colour for a grey value from a photograph, for the pixel in this column and row.
    fn grey(level: u8, column: u32, row: u32) -> Self;

    /// The colour of a pixel with these samples in it; nothing where no sample was painted.
    fn mean(samples: &[Option<Tint>]) -> Option<Self>;
}

/// The order in which four by four dots light up as grey grows brighter.
const BAYER: [u8; 16] = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];

/// Lit on dark: a lit dot is ink. Areas stay dark and lines are lit.
impl Ink for BinaryColor {
    const SAMPLES: usize = 1;

    fn of(tint: Tint) -> Self {
        match tint {
            Tint::Paper
            | Tint::Card
            | Tint::Skin
            | Tint::Cheek
            | Tint::Lip
            | Tint::Mouth
            | Tint::Tongue
            | Tint::White
            | Tint::Same
            | Tint::Different
            | Tint::Open
            | Tint::SkinLight
            | Tint::CheekLight
            | Tint::LipLight
            | Tint::SkinTan
            | Tint::CheekTan
            | Tint::LipTan
            | Tint::SkinBrown
            | Tint::CheekBrown
            | Tint::LipBrown
            | Tint::SkinDark
            | Tint::CheekDark
            | Tint::LipDark
            | Tint::HairBlack
            | Tint::HairBrown
            | Tint::HairRed
            | Tint::HairGrey
            | Tint::Scarf => BinaryColor::Off,
            Tint::Rule
            | Tint::Text
            | Tint::Accent
            | Tint::Line
            | Tint::Crease
            | Tint::OnBadge
            | Tint::CreaseLight
            | Tint::CreaseTan
            | Tint::CreaseBrown
            | Tint::CreaseDark
            | Tint::LineDeep
            | Tint::BrowGrey
            | Tint::Glasses => BinaryColor::On,
        }
    }

    fn grey(level: u8, column: u32, row: u32) -> Self {
        let place = (row % 4 * 4 + column % 4) as usize;
        let threshold = BAYER.get(place).map_or(128, |rank| rank * 16 + 8);
        if level > threshold { BinaryColor::On } else { BinaryColor::Off }
    }

    fn mean(samples: &[Option<Tint>]) -> Option<Self> {
        samples.iter().flatten().next().map(|tint| Self::of(*tint))
    }
}

impl Ink for Rgb565 {
    const SAMPLES: usize = 4;

    fn of(tint: Tint) -> Self {
        from_channels(channels(tint))
    }

    fn grey(level: u8, _column: u32, _row: u32) -> Self {
        from_channels([level; 3])
    }

    fn mean(samples: &[Option<Tint>]) -> Option<Self> {
        let first = *samples.first()?;
        if samples.iter().all(|sample| *sample == first) {
            return first.map(Self::of);
        }
        let mut sum = [0u32; 3];
        for sample in samples {
            for (total, channel) in sum.iter_mut().zip(channels(sample.unwrap_or(Tint::Paper))) {
                *total += u32::from(channel);
            }
        }
        let count = samples.len() as u32;
        Some(from_channels(sum.map(|total| ((total + count / 2) / count) as u8)))
    }
}

const fn from_channels([red, green, blue]: [u8; 3]) -> Rgb565 {
    Rgb565::new(red >> 3, green >> 2, blue >> 3)
}

/// Red, green and blue, 8 bits each.
const fn channels(tint: Tint) -> [u8; 3] {
    match tint {
        Tint::Paper => [252, 249, 241],
        Tint::Card => [240, 235, 223],
        Tint::Rule => [206, 199, 184],
        Tint::Text => [44, 48, 58],
        Tint::Accent => [46, 104, 168],
        Tint::Skin => [246, 210, 140],
        Tint::Cheek => [244, 186, 128],
        Tint::Lip => [222, 148, 112],
        Tint::Line => [82, 60, 48],
        Tint::Crease => [198, 150, 90],
        Tint::Mouth => [104, 44, 48],
        Tint::Tongue => [206, 104, 104],
        Tint::White | Tint::OnBadge => [255, 255, 255],
        Tint::Same => [58, 140, 88],
        Tint::Different => [206, 126, 20],
        Tint::Open => [108, 120, 138],
        Tint::SkinLight => [250, 220, 196],
        Tint::CheekLight => [244, 184, 164],
        Tint::LipLight => [214, 128, 116],
        Tint::CreaseLight => [214, 164, 138],
        Tint::SkinTan => [226, 178, 134],
        Tint::CheekTan => [220, 150, 112],
        Tint::LipTan => [186, 104, 88],
        Tint::CreaseTan => [178, 126, 86],
        Tint::SkinBrown => [176, 122, 84],
        Tint::CheekBrown => [170, 98, 70],
        Tint::LipBrown => [132, 66, 58],
        Tint::CreaseBrown => [118, 72, 44],
        Tint::SkinDark => [144, 96, 68],
        Tint::CheekDark => [152, 84, 64],
        Tint::LipDark => [156, 80, 76],
        Tint::CreaseDark => [82, 46, 30],
        Tint::LineDeep => [40, 26, 22],
        Tint::BrowGrey => [92, 88, 90],
        Tint::HairBlack => [52, 44, 48],
        Tint::HairBrown => [120, 74, 44],
        Tint::HairRed => [206, 104, 48],
        Tint::HairGrey => [188, 188, 192],
        Tint::Scarf => [64, 132, 140],
        Tint::Glasses => [70, 108, 168],
    }
}
