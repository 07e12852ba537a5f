//! Measures and fonts that go with the size of a display.

use super::font::{Font, Fonts};
use crate::Comfort;
use embedded_graphics::geometry::Size;
use embedded_graphics::mono_font::ascii;

/// Measures in pixels, and fonts.
pub(super) struct Scale {
    pub(super) margin: u32,
    /// Between parts that stand above one another or beside one another.
    pub(super) gap: u32,
    /// The least height of the title.
    pub(super) title_height: u32,
    /// Between title and content; the rule stands in its middle.
    pub(super) title_gap: u32,
    pub(super) title: Fonts,
    /// Whether a rule stands under the title.
    pub(super) ruled: bool,
    /// The largest side of a sign.
    pub(super) sign: u32,
    pub(super) sign_gap: u32,
    /// For text beside a picture.
    pub(super) body: Fonts,
    /// For text that fits beside the picture in none of those.
    pub(super) dense: Fonts,
    /// For text that has the screen to itself.
    pub(super) alone: Fonts,
    /// Whether a picture shrinks before the letters do.
    pub(super) text_first: bool,
    /// The sides that a picture may have, in percent of the largest.
    pub(super) picture_shares: &'static [u32],
    /// The largest side of a face.
    pub(super) face_max: u32,
    /// The badge with a mark.
    pub(super) badge_min: u32,
    pub(super) meter_height: u32,
    /// Heights that a choice may have, in the order in which they are tried, for ASCII and for other labels.
    pub(super) choice_heights: [&'static [u32]; 2],
    pub(super) choice_gap: u32,
    pub(super) choice: Fonts,
    /// The part of a choice that holds its letter.
    pub(super) cap: u32,
    /// What the frame of a choice takes on each side, and that of the choice that is lit.
    pub(super) frame: u32,
    pub(super) focus_frame: u32,
    /// Whether a choice has a box; else there is a line under it.
    pub(super) boxed: bool,
    pub(super) radius: u32,
    pub(super) letter: Font,
    /// For the names of bars.
    pub(super) label: Fonts,
}

const A4X6: Font = Font::ascii(&ascii::FONT_4X6);
const A5X7: Font = Font::ascii(&ascii::FONT_5X7);
const A5X8: Font = Font::ascii(&ascii::FONT_5X8);
const A6X10: Font = Font::ascii(&ascii::FONT_6X10);
const A6X12: Font = Font::ascii(&ascii::FONT_6X12);
const A6X13: Font = Font::ascii(&ascii::FONT_6X13);
const A6X13_BOLD: Font = Font::ascii(&ascii::FONT_6X13_BOLD);
const A7X13: Font = Font::ascii(&ascii::FONT_7X13);
const A7X13_BOLD: Font = Font::ascii(&ascii::FONT_7X13_BOLD);
const A8X13: Font = Font::ascii(&ascii::FONT_8X13);
const A8X13_BOLD: Font = Font::ascii(&ascii::FONT_8X13_BOLD);
const A9X15: Font = Font::ascii(&ascii::FONT_9X15);
const A9X15_BOLD: Font = Font::ascii(&ascii::FONT_9X15_BOLD);
const A9X18: Font = Font::ascii(&ascii::FONT_9X18);
const A9X18_BOLD: Font = Font::ascii(&ascii::FONT_9X18_BOLD);
const A10X20: Font = Font::ascii(&ascii::FONT_10X20);
const W7: Font = Font::SEVEN;
const W9: Font = Font::NINE;
const W16: Font = Font::SIXTEEN;

const SMALL: Scale = Scale {
    margin: 0,
    gap: 1,
    title_height: 7,
    title_gap: 1,
    title: Fonts { ascii: &[A5X7, A4X6], wide: &[W9, W7] },
    ruled: false,
    sign: super::signs::DOTS_SIDE,
    sign_gap: 2,
    body: Fonts { ascii: &[A6X10, A5X8, A5X7, A4X6], wide: &[W9] },
    dense: Fonts { ascii: &[A4X6], wide: &[W7] },
    alone: Fonts { ascii: &[A6X10, A5X8, A5X7, A4X6], wide: &[W9, W7] },
    text_first: false,
    picture_shares: &[100, 83, 67],
    face_max: 44,
    badge_min: 10,
    meter_height: 3,
    choice_heights: [&[9, 14], &[12, 22]],
    choice_gap: 1,
    choice: Fonts { ascii: &[A5X7, A4X6], wide: &[W9, W7] },
    cap: 6,
    frame: 1,
    focus_frame: 1,
    boxed: false,
    radius: 0,
    letter: A4X6,
    label: Fonts { ascii: &[A5X7, A4X6], wide: &[W9, W7] },
};

const SMALL_BIG: Scale = Scale {
    title: Fonts { ascii: &[A6X10, A5X8, A5X7, A4X6], wide: &[W9, W7] },
    choice_heights: [&[13, 18, 22], &[12, 22]],
    choice: Fonts { ascii: &[A6X10, A5X8, A5X7, A4X6], wide: &[W9, W7] },
    ..SMALL_BIG_BODY
};

const SMALL_BIG_BODY: Scale = Scale {
    body: Fonts { ascii: &[A10X20, A9X15, A8X13, A7X13, A6X10, A5X8, A5X7, A4X6], wide: &[W16, W9, W7] },
    alone: Fonts { ascii: &[A10X20, A9X15, A8X13, A7X13, A6X10, A5X8, A5X7, A4X6], wide: &[W16, W9, W7] },
    text_first: true,
    label: Fonts { ascii: &[A6X10, A5X8, A5X7, A4X6], wide: &[W9, W7] },
    ..SMALL
};

const LARGE: Scale = Scale {
    margin: 6,
    gap: 8,
    title_height: 18,
    title_gap: 13,
    title: Fonts { ascii: &[A8X13_BOLD, A7X13_BOLD, A6X13_BOLD, A5X8], wide: &[W16, W9] },
    ruled: true,
    sign: 14,
    sign_gap: 3,
    body: Fonts { ascii: &[A8X13, A7X13, A6X12, A6X10], wide: &[W16] },
    dense: Fonts { ascii: &[A5X8, A4X6], wide: &[W9] },
    alone: Fonts { ascii: &[A10X20, A9X15, A8X13, A7X13, A6X10, A5X8, A4X6], wide: &[W16, W9] },
    text_first: false,
    picture_shares: &[100, 83, 67],
    face_max: 220,
    badge_min: 28,
    meter_height: 8,
    choice_heights: [&[28], &[28]],
    choice_gap: 4,
    choice: Fonts { ascii: &[A8X13, A7X13, A6X13, A6X10, A5X8, A4X6], wide: &[W16, W9] },
    cap: 17,
    frame: 1,
    focus_frame: 3,
    boxed: true,
    radius: 5,
    letter: A7X13_BOLD,
    label: Fonts { ascii: &[A7X13, A6X10, A5X8], wide: &[W16, W9] },
};

const LARGE_BIG: Scale = Scale {
    title_height: 22,
    title: Fonts {
        ascii: &[A10X20, A9X18_BOLD, A9X15_BOLD, A8X13_BOLD, A7X13_BOLD, A6X13_BOLD, A5X8],
        wide: &[W9.doubled(), W16, W9],
    },
    choice_heights: [&[34, 46], &[34, 46]],
    choice: Fonts {
        ascii: &[A10X20, A9X18, A9X15, A8X13, A7X13, A6X13, A6X10, A5X8, A4X6],
        wide: &[W9.doubled(), W16, W9],
    },
    ..LARGE_BIG_BODY
};

const LARGE_BIG_BODY: Scale = Scale {
    sign_gap: 6,
    body: Fonts {
        ascii: &[A7X13.doubled(), A6X12.doubled(), A10X20, A9X18, A9X15, A8X13, A7X13, A6X12, A6X10],
        wide: &[W16.doubled(), W9.doubled(), W16],
    },
    alone: Fonts {
        ascii: &[
            A8X13.doubled(),
            A7X13.doubled(),
            A6X12.doubled(),
            A10X20,
            A9X18,
            A9X15,
            A8X13,
            A7X13,
            A6X10,
            A5X8,
            A4X6,
        ],
        wide: &[W16.doubled(), W9.doubled(), W16, W9],
    },
    text_first: true,
    picture_shares: &[100, 83, 67, 50],
    label: Fonts { ascii: &[A10X20, A9X15, A7X13, A6X10, A5X8], wide: &[W9.doubled(), W16, W9] },
    ..LARGE
};

/// From this width and height on, the measures are those of a colour display.
const LARGE_FROM: Size = Size::new(200, 180);

impl Scale {
    /// The measures that a display with this many pixels offers a learner, the best first. The others leave
    /// more room for the text, for where it would be set smaller with the first.
    pub(super) const fn offered(size: Size, comfort: Comfort) -> (&'static Self, &'static [Self]) {
        let large = size.width >= LARGE_FROM.width && size.height >= LARGE_FROM.height;
        match (large, comfort.large_text) {
            (false, false) => (&SMALL, &[]),
            (false, true) => (&SMALL_BIG, &[SMALL_BIG_BODY]),
            (true, false) => (&LARGE, &[]),
            (true, true) => (&LARGE_BIG, &[LARGE_BIG_BODY]),
        }
    }
}
