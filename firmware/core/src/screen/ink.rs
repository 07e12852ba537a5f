//! Colours by what they are for, so that one painter serves every colour type.

use super::palette::{Palette, channels};
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
    /// A paler accent, for what was there before.
    Faded,
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
    /// Its hair, or the scarf over it.
    Hair,
    /// The outline of the hair and single strands.
    Strand,
    /// Its brows.
    Brow,
    /// The coloured part of its eyes.
    Iris,
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
}

/// A colour type that the painter can draw in.
pub trait Ink: PixelColor {
    /// Samples to a pixel, along each axis, where curves are drawn: more than one gives smooth edges.
    const SAMPLES: usize;

    /// The colour for a purpose where no learner asked for another.
    fn of(tint: Tint) -> Self {
        Self::tinted(tint, Palette::default())
    }

    /// The colour for a purpose in a palette.
    fn tinted(tint: Tint, palette: Palette) -> Self;

    /// The colour of a pixel with these samples in it; nothing where no sample was painted.
    fn mean(samples: &[Option<Tint>], palette: Palette) -> Option<Self>;

    /// A dot of a photograph, from 0, black, to 255, white. Where there are no greys, `place` decides which
    /// dots of a pattern are lit.
    fn grey(level: u8, place: embedded_graphics::geometry::Point) -> Self;
}

/// Lit on dark: a lit dot is ink. Areas stay dark and lines are lit.
impl Ink for BinaryColor {
    const SAMPLES: usize = 1;

    fn tinted(tint: Tint, _palette: Palette) -> Self {
        match tint {
            Tint::Paper
            | Tint::Card
            | Tint::Faded
            | Tint::Skin
            | Tint::Cheek
            | Tint::Lip
            | Tint::Hair
            | Tint::Mouth
            | Tint::Tongue
            | Tint::White
            | Tint::Same
            | Tint::Different
            | Tint::Open => BinaryColor::Off,
            Tint::Rule
            | Tint::Text
            | Tint::Accent
            | Tint::Line
            | Tint::Crease
            | Tint::Strand
            | Tint::Brow
            | Tint::Iris
            | Tint::OnBadge => BinaryColor::On,
        }
    }

    fn mean(samples: &[Option<Tint>], palette: Palette) -> Option<Self> {
        samples.iter().flatten().next().map(|tint| Self::tinted(*tint, palette))
    }

    /// Ordered dither with the 4x4 matrix of Bayer (1973). On such a display light is lit, as in the world.
    fn grey(level: u8, place: embedded_graphics::geometry::Point) -> Self {
        // Its rows are 0 8 2 10, 12 4 14 6, 3 11 1 9 and 15 7 13 5.
        let (down, mixed) = (place.y, place.x ^ place.y);
        let rank = (mixed & 1) << 3 | (down & 1) << 2 | (mixed & 2) | (down & 2) >> 1;
        if i32::from(level) >= rank * 16 + 8 { BinaryColor::On } else { BinaryColor::Off }
    }
}

impl Ink for Rgb565 {
    const SAMPLES: usize = 4;

    fn tinted(tint: Tint, palette: Palette) -> Self {
        from_channels(channels(tint, palette))
    }

    fn mean(samples: &[Option<Tint>], palette: Palette) -> Option<Self> {
        let first = *samples.first()?;
        if samples.iter().all(|sample| *sample == first) {
            return first.map(|tint| Self::tinted(tint, palette));
        }
        let mut sum = [0u32; 3];
        for sample in samples {
            for (total, channel) in sum.iter_mut().zip(channels(sample.unwrap_or(Tint::Paper), palette)) {
                *total += u32::from(channel);
            }
        }
        let count = samples.len() as u32;
        Some(from_channels(sum.map(|total| ((total + count / 2) / count) as u8)))
    }

    fn grey(level: u8, _place: embedded_graphics::geometry::Point) -> Self {
        from_channels([level; 3])
    }
}

const fn from_channels([red, green, blue]: [u8; 3]) -> Rgb565 {
    Rgb565::new(red >> 3, green >> 2, blue >> 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_graphics::geometry::Point;

    #[test]
    fn a_photograph_is_dithered_by_the_matrix_of_bayer() {
        const RANKS: [[u8; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
        for (y, row) in (-4..8).zip(RANKS.iter().cycle()) {
            for (x, rank) in (-4..8).zip(row.iter().cycle()) {
                let least = rank * 16 + 8;
                assert_eq!(BinaryColor::grey(least, Point::new(x, y)), BinaryColor::On);
                assert_eq!(BinaryColor::grey(least - 1, Point::new(x, y)), BinaryColor::Off);
            }
        }
    }
}
