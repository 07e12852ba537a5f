//! Where things stand on a screen, for a display of any size.

use super::parts;
use super::text::{self, Fitted, Font};
use crate::reply::CHOICES_MAX;
use crate::{Picture, Screen};
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::mono_font::ascii;
use embedded_graphics::primitives::Rectangle;

/// Measures that go with the size of a display, in pixels, and fonts, the largest first.
pub(super) struct Scale {
    pub(super) margin: u32,
    /// Between parts that stand above one another or beside one another.
    pub(super) gap: u32,
    title_height: u32,
    /// Between title and content; the rule stands in its middle.
    pub(super) title_gap: u32,
    title_fonts: &'static [Font],
    /// Whether a rule stands under the title.
    pub(super) ruled: bool,
    /// The largest side of a sign.
    pub(super) sign: u32,
    pub(super) sign_gap: u32,
    /// For text beside a picture.
    body_fonts: &'static [Font],
    /// For text that fits beside the picture in none of those.
    dense_fonts: &'static [Font],
    /// For text that has the screen to itself.
    alone_fonts: &'static [Font],
    /// The largest side of a face.
    face_max: u32,
    /// The badge with a mark.
    pub(super) badge_min: u32,
    meter_height: u32,
    choice_height: u32,
    /// For labels that need two lines.
    choice_height_max: u32,
    pub(super) choice_gap: u32,
    pub(super) choice_fonts: &'static [Font],
    /// The part of a choice that holds its letter.
    pub(super) cap: u32,
    /// What the frame of a choice takes on each side.
    pub(super) frame: u32,
    /// Whether a choice has a box; else there is a line under it.
    pub(super) boxed: bool,
    pub(super) radius: u32,
    pub(super) letter_font: Font,
    pub(super) label_font: Font,
}

const SMALL: Scale = Scale {
    margin: 0,
    gap: 1,
    title_height: 7,
    title_gap: 1,
    title_fonts: &[&ascii::FONT_5X7, &ascii::FONT_4X6],
    ruled: false,
    sign: super::signs::DOTS_SIDE,
    sign_gap: 1,
    body_fonts: &[&ascii::FONT_6X10, &ascii::FONT_5X8, &ascii::FONT_5X7, &ascii::FONT_4X6],
    dense_fonts: &[&ascii::FONT_4X6],
    alone_fonts: &[&ascii::FONT_6X10, &ascii::FONT_5X8, &ascii::FONT_5X7, &ascii::FONT_4X6],
    face_max: 44,
    badge_min: 10,
    meter_height: 3,
    choice_height: 9,
    choice_height_max: 14,
    choice_gap: 1,
    choice_fonts: &[&ascii::FONT_5X7, &ascii::FONT_4X6],
    cap: 6,
    frame: 1,
    boxed: false,
    radius: 0,
    letter_font: &ascii::FONT_4X6,
    label_font: &ascii::FONT_5X7,
};

const LARGE: Scale = Scale {
    margin: 6,
    gap: 8,
    title_height: 18,
    title_gap: 13,
    title_fonts: &[&ascii::FONT_8X13_BOLD, &ascii::FONT_7X13_BOLD, &ascii::FONT_6X13_BOLD, &ascii::FONT_5X8],
    ruled: true,
    sign: 14,
    sign_gap: 3,
    body_fonts: &[&ascii::FONT_8X13, &ascii::FONT_7X13, &ascii::FONT_6X12, &ascii::FONT_6X10],
    dense_fonts: &[&ascii::FONT_5X8, &ascii::FONT_4X6],
    alone_fonts: &[
        &ascii::FONT_10X20,
        &ascii::FONT_9X15,
        &ascii::FONT_8X13,
        &ascii::FONT_7X13,
        &ascii::FONT_6X10,
        &ascii::FONT_5X8,
        &ascii::FONT_4X6,
    ],
    face_max: 220,
    badge_min: 28,
    meter_height: 8,
    choice_height: 28,
    choice_height_max: 28,
    choice_gap: 4,
    choice_fonts: &[
        &ascii::FONT_8X13,
        &ascii::FONT_7X13,
        &ascii::FONT_6X13,
        &ascii::FONT_6X10,
        &ascii::FONT_5X8,
        &ascii::FONT_4X6,
    ],
    cap: 17,
    frame: 1,
    boxed: true,
    radius: 5,
    letter_font: &ascii::FONT_7X13_BOLD,
    label_font: &ascii::FONT_7X13,
};

/// From this width and height on, the measures are those of a colour display.
const LARGE_FROM: Size = Size::new(200, 180);

impl Scale {
    /// The measures for a display with this many pixels.
    pub(super) const fn of(size: Size) -> &'static Self {
        if size.width >= LARGE_FROM.width && size.height >= LARGE_FROM.height { &LARGE } else { &SMALL }
    }
}

/// Where each part of one screen stands. Parts that are not shown have no size.
pub(super) struct Layout {
    pub(super) scale: &'static Scale,
    pub(super) title: Rectangle,
    pub(super) title_text: Option<Fitted>,
    /// The signs of the sensors in use stand here, flush right.
    pub(super) signs: Rectangle,
    pub(super) picture: Rectangle,
    pub(super) body: Rectangle,
    pub(super) body_text: Option<Fitted>,
    /// Whether the text stands below the picture, and so is centred.
    pub(super) stacked: bool,
    pub(super) meter: Rectangle,
    pub(super) choices: Rectangle,
}

impl Layout {
    /// The layout of a screen on a display with this many pixels, with signs that are this wide together.
    pub(super) fn of(screen: &Screen, size: Size, scale: &'static Scale, signs_width: u32) -> Self {
        let frame = inset(Rectangle::new(Point::zero(), size), scale.margin);
        let (head, rest) = split_title(screen, scale, frame, signs_width);
        let (rest, choices) = split_choices(screen, scale, rest);
        let meter_height = if screen.meter.is_some() { scale.meter_height } else { 0 };
        let (content, meter) = split_bottom(rest, meter_height, scale.gap);
        let wide = size.width * 4 >= size.height * 5;
        let middle = arrange(screen, scale, content, wide);
        Self {
            scale,
            title: head.title,
            title_text: head.text,
            signs: head.signs,
            picture: middle.picture,
            body: middle.body,
            body_text: middle.text,
            stacked: middle.stacked,
            meter,
            choices,
        }
    }
}

struct Head {
    title: Rectangle,
    text: Option<Fitted>,
    signs: Rectangle,
}

/// Takes the title off the top: one line, or two where one is too short.
fn split_title(screen: &Screen, scale: &Scale, area: Rectangle, signs_width: u32) -> (Head, Rectangle) {
    let width = area.size.width.saturating_sub(signs_width);
    // The last column of a glyph is blank, so that it may reach into the gap before the signs.
    let smallest = text::smallest_line(&screen.title, scale.title_fonts);
    let one_line = Size::new(width + u32::from(signs_width > 0), scale.title_height.max(smallest));
    let two_lines = Size::new(width, 2 * smallest);
    let text = text::fit(&screen.title, scale.title_fonts, one_line)
        .or_else(|| text::fit_or_cut(&screen.title, scale.title_fonts, two_lines));
    let height = text.as_ref().map_or(0, |text| text.height).max(scale.title_height);
    let title = Rectangle::new(area.top_left, Size::new(one_line.width, height));
    let signs = Rectangle::new(
        area.top_left + Point::new(width as i32, 0),
        Size::new(signs_width, scale.title_height),
    );
    (Head { title, text, signs }, without_top(area, height + scale.title_gap))
}

/// Takes the choices off the bottom, if there are any.
fn split_choices(screen: &Screen, scale: &Scale, area: Rectangle) -> (Rectangle, Rectangle) {
    if screen.choices.iter().all(|label| label.is_empty()) {
        return split_bottom(area, 0, scale.gap);
    }
    let count = CHOICES_MAX as u32;
    let width = area.size.width.saturating_sub((count - 1) * scale.choice_gap) / count;
    let one_line = parts::choice_font(screen, scale, Size::new(width, scale.choice_height)).is_some();
    let height = if one_line { scale.choice_height } else { scale.choice_height_max };
    split_bottom(area, height, scale.gap)
}

struct Middle {
    picture: Rectangle,
    body: Rectangle,
    text: Option<Fitted>,
    stacked: bool,
}

/// Shares the room between picture and text: side by side on a wide display, else one above the other.
fn arrange(screen: &Screen, scale: &Scale, area: Rectangle, wide: bool) -> Middle {
    let nothing = Rectangle::new(area.top_left, Size::zero());
    let body = &screen.body;
    if screen.picture == Picture::None {
        let text = text::fit_or_cut(body, scale.alone_fonts, area.size);
        return Middle { picture: nothing, body: area, text, stacked: false };
    }
    let room = area.size.height.min(area.size.width);
    if body.is_empty() {
        let picture = match screen.picture {
            Picture::Growth(_) => area,
            _ => centred(area, Size::new_equal(room.min(scale.face_max))),
        };
        return Middle { picture, body: nothing, text: None, stacked: false };
    }
    let bars = scale.ruled && matches!(screen.picture, Picture::Growth(_));
    if wide && !bars { side_by_side(screen, scale, area) } else { stacked(screen, scale, area) }
}

/// Picture left, text right. The picture gives way before the text is cut; a mark is shown in any case.
fn side_by_side(screen: &Screen, scale: &Scale, area: Rectangle) -> Middle {
    let largest = area.size.height.min(area.size.width * 9 / 20).min(scale.face_max);
    let marked = matches!(screen.picture, Picture::Marked { .. } | Picture::Photo { mark: Some(_), .. });
    let least = if marked { scale.badge_min } else { largest * 2 / 3 };
    let beside = |side: u32| {
        let gap = scale.gap.max(2) + scale.gap / 2;
        let body = without_left(area, side + gap);
        let picture = Rectangle::new(area.top_left, Size::new(side, area.size.height));
        (picture, body)
    };
    let sides = [largest, largest * 5 / 6, largest * 2 / 3, least];
    let fitting = sides.into_iter().find_map(|side| {
        let (picture, body) = beside(side);
        let text = text::fit(&screen.body, scale.body_fonts, body.size)?;
        Some(Middle { picture, body, text: Some(text), stacked: false })
    });
    // A picture that only decorates gives way altogether.
    let alone = || {
        let text = text::fit(&screen.body, scale.dense_fonts, area.size).filter(|_| !marked)?;
        let picture = Rectangle::new(area.top_left, Size::zero());
        Some(Middle { picture, body: area, text: Some(text), stacked: false })
    };
    fitting.or_else(alone).unwrap_or_else(|| {
        let (picture, body) = beside(least);
        let text = text::fit_or_cut(&screen.body, scale.dense_fonts, body.size);
        Middle { picture, body, text, stacked: false }
    })
}

/// Picture above, text below.
fn stacked(screen: &Screen, scale: &Scale, area: Rectangle) -> Middle {
    let share = |percent: u32| {
        let room = area.size.height * (100 - percent) / 100;
        Size::new(area.size.width, room.saturating_sub(scale.gap))
    };
    let text = text::fit(&screen.body, scale.body_fonts, share(62))
        .or_else(|| text::fit(&screen.body, scale.body_fonts, share(56)))
        .or_else(|| text::fit_or_cut(&screen.body, scale.dense_fonts, share(56)));
    let (above, body) = split_bottom(area, text.as_ref().map_or(0, |text| text.height), scale.gap);
    let picture = match screen.picture {
        Picture::Growth(_) => above,
        _ => centred(above, Size::new_equal(above.size.height.min(above.size.width).min(scale.face_max))),
    };
    Middle { picture, body, text, stacked: true }
}

/// `area` less `margin` on each side.
fn inset(area: Rectangle, margin: u32) -> Rectangle {
    let size =
        Size::new(area.size.width.saturating_sub(2 * margin), area.size.height.saturating_sub(2 * margin));
    Rectangle::new(area.top_left + Point::new_equal(margin as i32), size)
}

fn without_top(area: Rectangle, height: u32) -> Rectangle {
    let height = height.min(area.size.height);
    Rectangle::new(area.top_left + Point::new(0, height as i32), area.size - Size::new(0, height))
}

fn without_left(area: Rectangle, width: u32) -> Rectangle {
    let width = width.min(area.size.width);
    Rectangle::new(area.top_left + Point::new(width as i32, 0), area.size - Size::new(width, 0))
}

/// Cuts a strip of `height` off the bottom, with a gap above it. No height needs no gap.
fn split_bottom(area: Rectangle, height: u32, gap: u32) -> (Rectangle, Rectangle) {
    let height = height.min(area.size.height);
    let left = area.size.height - height;
    let strip =
        Rectangle::new(area.top_left + Point::new(0, left as i32), Size::new(area.size.width, height));
    let gap = if height == 0 { 0 } else { gap.min(left) };
    (Rectangle::new(area.top_left, Size::new(area.size.width, left - gap)), strip)
}

fn centred(area: Rectangle, size: Size) -> Rectangle {
    let room = area.size.saturating_sub(size);
    Rectangle::new(area.top_left + Point::new(room.width as i32 / 2, room.height as i32 / 2), size)
}

#[cfg(test)]
mod tests;
