//! Where things stand on a screen, for a display of any size.

use super::growth;
use super::parts::Labels;
use super::scale::Scale;
use super::text::{self, Fitted};
use crate::{Picture, Scene, Screen};
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::Rectangle;

/// A feeling can be read from a face of this side or more.
const FACE_MIN: u32 = 40;

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
    pub(super) labels: Labels,
}

impl Layout {
    /// The layout of a screen on a display with this many pixels, with signs that are this wide together.
    pub(super) fn of(screen: &Screen, size: Size, scale: &'static Scale, signs_width: u32) -> Self {
        let frame = inset(Rectangle::new(Point::zero(), size), scale.margin);
        let (head, rest) = split_title(screen, scale, frame, signs_width);
        let labels = Labels::of(screen, scale, rest.size.width);
        let (rest, choices) = split_bottom(rest, labels.height, scale.gap);
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
            labels,
        }
    }

    /// Whether title, body, labels and names of bars are shown uncut.
    pub(super) fn is_whole(&self, screen: &Screen) -> bool {
        let whole = |text: &str, fitted: &Option<Fitted>| {
            text.is_empty() || fitted.as_ref().is_some_and(|fitted| fitted.whole)
        };
        let names = match &screen.picture {
            Picture::Growth(bars) => growth::names_fit(bars, self.scale, self.picture),
            _ => true,
        };
        names
            && whole(&screen.title, &self.title_text)
            && whole(&screen.body, &self.body_text)
            && self.labels.whole
    }

    /// How well the text can be read: whether nothing is cut, and how high the letters of body and bars are.
    pub(super) fn readable(&self, screen: &Screen) -> (bool, u32) {
        let names = match &screen.picture {
            Picture::Growth(bars) => growth::names_height(bars, self.scale, self.picture),
            _ => 0,
        };
        (self.is_whole(screen), names + self.body_text.as_ref().map_or(0, |text| text.font().height()))
    }
}

struct Head {
    title: Rectangle,
    text: Option<Fitted>,
    signs: Rectangle,
}

/// Takes the title off the top: one line, or two where one is too short.
fn split_title(screen: &Screen, scale: &Scale, area: Rectangle, signs_width: u32) -> (Head, Rectangle) {
    let (fonts, spaced) = (scale.title.of(&screen.title), screen.comfort.wide_spacing);
    let width = area.size.width.saturating_sub(signs_width);
    // The last column of a glyph is blank, so that it may reach into the gap before the signs.
    let blank = u32::from(signs_width > 0);
    let largest = fonts.first().map_or(0, |font| font.height());
    let smallest = fonts.last().map_or(0, |font| font.height());
    let one_line = Size::new(width + blank, largest.max(scale.title_height).min(area.size.height));
    let two_lines = Size::new(width, (2 * smallest).min(area.size.height));
    let text = text::fit(&screen.title, fonts, spaced, one_line)
        .or_else(|| text::fit_or_cut(&screen.title, fonts, false, two_lines));
    let height = text.as_ref().map_or(0, |text| text.height).max(scale.title_height);
    let title = Rectangle::new(area.top_left, Size::new(one_line.width, height));
    let signs = Rectangle::new(
        area.top_left + Point::new(width as i32, 0),
        Size::new(signs_width, scale.title_height),
    );
    (Head { title, text, signs }, without_top(area, height + scale.title_gap))
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
        let fonts = scale.alone.of(body);
        let text = text::fit_or_cut(body, fonts, screen.comfort.wide_spacing, area.size);
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
    let bars = matches!(screen.picture, Picture::Growth(_));
    if wide && !bars { side_by_side(screen, scale, area) } else { stacked(screen, scale, area) }
}

/// Picture left, text right. The picture gives way before the text is cut; a mark is shown in any case.
fn side_by_side(screen: &Screen, scale: &Scale, area: Rectangle) -> Middle {
    let spaced = screen.comfort.wide_spacing;
    let largest = area.size.height.min(area.size.width * 9 / 20).min(scale.face_max);
    let beside = |side: u32| {
        let gap = if side == 0 { 0 } else { scale.gap.max(2) + scale.gap / 2 };
        let body = without_left(area, side + gap);
        let picture = Rectangle::new(area.top_left, Size::new(side, area.size.height));
        (picture, body)
    };
    let with = |side: u32, fonts: &[_]| {
        let (picture, body) = beside(side);
        let text = text::fit(&screen.body, fonts, spaced, body.size)?;
        Some(Middle { picture, body, text: Some(text), stacked: false })
    };
    let least = if is_marked(screen) { scale.badge_min } else { 0 };
    let sides = scale.picture_shares.iter().map(|share| largest * share / 100);
    let (fonts, dense) = (scale.body.of(&screen.body), scale.dense.of(&screen.body));
    let fitting = if scale.text_first {
        let kept = is_asked(screen) || is_marked(screen) && largest / 2 >= FACE_MIN;
        let gone = (!kept).then_some(least);
        let sides = sides.clone().chain(gone);
        fonts.iter().find_map(|font| sides.clone().find_map(|side| with(side, core::slice::from_ref(font))))
    } else {
        sides.clone().find_map(|side| with(side, fonts))
    };
    fitting
        .or_else(|| sides.clone().find_map(|side| with(side, dense)))
        .or_else(|| with(least, fonts))
        .or_else(|| with(least, dense))
        .unwrap_or_else(|| {
            let (picture, body) = beside(least);
            let text = text::fit_or_cut(&screen.body, dense, spaced, body.size);
            Middle { picture, body, text, stacked: false }
        })
}

fn is_marked(screen: &Screen) -> bool {
    matches!(screen.picture, Picture::Marked { .. } | Picture::Photo { mark: Some(_), .. })
}

/// Whether the picture is what the question is about.
fn is_asked(screen: &Screen) -> bool {
    matches!(screen.scene, Scene::Show | Scene::Listen)
}

/// Picture above, text below.
fn stacked(screen: &Screen, scale: &Scale, area: Rectangle) -> Middle {
    let spaced = screen.comfort.wide_spacing;
    let share = |percent: u32| {
        let room = area.size.height * (100 - percent) / 100;
        Size::new(area.size.width, room.saturating_sub(scale.gap))
    };
    let (fonts, dense) = (scale.body.of(&screen.body), scale.dense.of(&screen.body));
    let with = |fonts: &[_], percent: u32| text::fit(&screen.body, fonts, spaced, share(percent));
    // The face of a question stays larger than one that is talked about.
    let parts: &[u32] = match (&screen.picture, scale.text_first) {
        (Picture::Growth(_), _) => &[62, 56],
        (_, true) => &[56, 44],
        (_, false) if is_asked(screen) => &[62, 56, 48],
        (_, false) => &[62, 56, 48, 40],
    };
    let bars = matches!(screen.picture, Picture::Growth(_));
    let text = if scale.text_first && !bars {
        fonts.iter().find_map(|font| parts.iter().find_map(|part| with(core::slice::from_ref(font), *part)))
    } else {
        parts.iter().find_map(|part| with(fonts, *part))
    };
    let least = parts.last().copied().unwrap_or(56);
    let text = text.or_else(|| text::fit_or_cut(&screen.body, dense, spaced, share(least)));
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
