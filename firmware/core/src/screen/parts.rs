//! The choices and the meter.

use super::font::{Font, Pen};
use super::scale::Scale;
use super::text;
use super::{Ink, Palette, Tint};
use crate::reply::CHOICES_MAX;
use crate::{Permille, Screen};
use embedded_graphics::Drawable;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::{
    CornerRadii, Primitive, PrimitiveStyle, PrimitiveStyleBuilder, Rectangle, RoundedRectangle,
    StrokeAlignment,
};
use embedded_text::alignment::HorizontalAlignment;

/// The letters on the answer buttons.
const LETTERS: [&str; CHOICES_MAX] = ["A", "B", "C"];

/// How the labels of the choices are set: all in one font.
pub(super) struct Labels {
    fonts: &'static [Font],
    /// The font in which all fit, and whether its letters stand apart.
    fitting: Option<Pen<()>>,
    /// The width of a choice, in pixels.
    width: u32,
    /// The height of the choices, in pixels; 0 without any.
    pub(super) height: u32,
    /// Whether no label is cut.
    pub(super) whole: bool,
}

impl Labels {
    /// The labels of a screen where the choices together are `width` wide.
    pub(super) fn of(screen: &Screen, scale: &Scale, width: u32) -> Self {
        let count = CHOICES_MAX as u32;
        let width = width.saturating_sub((count - 1) * scale.choice_gap) / count;
        let labels = || screen.choices.iter().filter(|label| !label.is_empty());
        let ascii = labels().all(|label| label.is_ascii());
        let fonts = if ascii { scale.choice.ascii } else { scale.choice.wide };
        let heights = if ascii { scale.choice_heights[0] } else { scale.choice_heights[1] };
        let height = if labels().count() == 0 { 0 } else { heights.last().copied().unwrap_or(0) };
        let fitting = heights.iter().find_map(|height| {
            let room = label_room(scale, Size::new(width, *height));
            let fits = |pen: Pen<()>| labels().all(|label| text::fits(label, pen, room));
            Some((text::choose(fonts, screen.comfort.wide_spacing, fits)?, *height))
        });
        let whole = height == 0 || fitting.is_some();
        let height = fitting.map_or(height, |(_, fitted)| fitted.min(height));
        Self { fonts, fitting: fitting.map(|(pen, _)| pen), width, height, whole }
    }
}

/// The room for the label of a choice.
fn label_room(scale: &Scale, slot: Size) -> Size {
    // The last column of a glyph is blank, so that it may lie on the frame.
    Size::new(slot.width.saturating_sub(scale.cap), slot.height.saturating_sub(2 * scale.frame))
}

/// Draws the choices side by side, each with the letter of its button. A choice without a label is left out.
pub(super) fn choices<D, C>(
    screen: &Screen,
    labels: &Labels,
    scale: &Scale,
    area: Rectangle,
    target: &mut D,
) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let palette = Palette::of(screen.comfort);
    let slot = Size::new(labels.width, area.size.height);
    let fonts = labels.fitting.as_ref().map_or(labels.fonts, |pen| core::slice::from_ref(&pen.font));
    let spaced = labels.fitting.is_some_and(|pen| pen.spaced);
    for (i, (label, letter)) in screen.choices.iter().zip(LETTERS).enumerate() {
        if label.is_empty() {
            continue;
        }
        let left = (i as u32 * (labels.width + scale.choice_gap)) as i32;
        let slot = Rectangle::new(area.top_left + Point::new(left, 0), slot);
        let lit = screen.focus.is_some_and(|focus| usize::from(focus) == i);
        button(slot, scale, palette, lit, target)?;
        cap(slot, scale, palette, (letter, lit), target)?;
        let room = Rectangle::new(
            slot.top_left + Point::new(scale.cap as i32, scale.frame as i32),
            label_room(scale, slot.size),
        );
        if let Some(fitted) = text::fit_or_cut(label, fonts, spaced, room.size) {
            let tint = if lit { Tint::Paper } else { Tint::Text };
            fitted.draw(room, tint, palette, HorizontalAlignment::Center, target)?;
        }
    }
    Ok(())
}

/// The ground of a choice; that of the one that is `lit` is dark, in a thick frame.
fn button<D, C>(
    slot: Rectangle,
    scale: &Scale,
    palette: Palette,
    lit: bool,
    target: &mut D,
) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let radius = Size::new_equal(scale.radius);
    if lit {
        let paint = PrimitiveStyleBuilder::new()
            .fill_color(C::tinted(Tint::Text, palette))
            .stroke_color(C::tinted(Tint::Accent, palette))
            .stroke_width(scale.focus_frame)
            .stroke_alignment(StrokeAlignment::Inside)
            .build();
        return RoundedRectangle::with_equal_corners(slot, radius).into_styled(paint).draw(target);
    }
    if scale.boxed {
        return RoundedRectangle::with_equal_corners(slot, radius).into_styled(card(palette)).draw(target);
    }
    let last = Point::new(0, slot.size.height.saturating_sub(1) as i32);
    let line = Rectangle::new(slot.top_left + last, Size::new(slot.size.width, 1));
    target.fill_solid(&line, C::tinted(Tint::Rule, palette))
}

/// The letter of a choice on a cap at its left. On the choice that is lit, ground and letter change places.
fn cap<D, C>(
    slot: Rectangle,
    scale: &Scale,
    palette: Palette,
    (letter, lit): (&str, bool),
    target: &mut D,
) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let size = Size::new(scale.cap.saturating_sub(scale.frame), slot.size.height);
    let mut cap = Rectangle::new(slot.top_left, size);
    let radius = Size::new_equal(scale.radius);
    let (mut corners, mut ground, mut ink) = (
        CornerRadii { top_left: radius, bottom_left: radius, ..CornerRadii::default() },
        Tint::Accent,
        Tint::Paper,
    );
    if lit {
        let frame = Size::new(0, 2 * scale.focus_frame);
        let inset = if scale.boxed { scale.focus_frame } else { 0 };
        cap = Rectangle::new(
            cap.top_left + Point::new(inset as i32, scale.focus_frame as i32),
            cap.size.saturating_sub(frame + Size::new(inset, 0)),
        );
        (corners, ground, ink) = (CornerRadii::default(), Tint::Paper, Tint::Text);
    }
    let paint = PrimitiveStyle::with_fill(C::tinted(ground, palette));
    RoundedRectangle::new(cap, corners).into_styled(paint).draw(target)?;
    // The last column of a glyph is blank: a cap drawn to the pixel needs the room beside the ink only.
    let room = Rectangle::new(cap.top_left + Point::new(1, 0), cap.size.saturating_sub(Size::new(1, 0)));
    match text::fit_or_cut(letter, &[scale.letter], false, room.size) {
        Some(fitted) => fitted.draw(room, ink, palette, HorizontalAlignment::Center, target),
        None => Ok(()),
    }
}

fn card<C: Ink>(palette: Palette) -> PrimitiveStyle<C> {
    PrimitiveStyleBuilder::new()
        .fill_color(C::tinted(Tint::Card, palette))
        .stroke_color(C::tinted(Tint::Rule, palette))
        .stroke_width(1)
        .stroke_alignment(StrokeAlignment::Inside)
        .build()
}

/// Draws a bar that is `share` full.
pub(super) fn bar<D, C>(
    share: Permille,
    area: Rectangle,
    palette: Palette,
    target: &mut D,
) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let radius = Size::new_equal(if area.size.height > 4 { area.size.height.min(10) / 2 } else { 0 });
    RoundedRectangle::with_equal_corners(area, radius).into_styled(card(palette)).draw(target)?;
    let filled =
        Rectangle::new(area.top_left, Size::new(share.of(area.size.width as i32) as u32, area.size.height));
    if filled.size.width == 0 {
        return Ok(());
    }
    let paint = PrimitiveStyle::with_fill(C::tinted(Tint::Accent, palette));
    RoundedRectangle::with_equal_corners(filled, radius).into_styled(paint).draw(target)
}
