//! The parts of a screen that are neither text nor picture: choices, meter and bars of growth.

use super::layout::Scale;
use super::text::{self, Font};
use super::{Ink, Tint};
use crate::reply::CHOICES_MAX;
use crate::{Exercise, Permille, Screen};
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

/// The room for the label of a choice `width` wide.
fn label_room(scale: &Scale, slot: Size) -> Size {
    // The last column of a glyph is blank, so that it may lie on the frame.
    Size::new(slot.width.saturating_sub(scale.cap), slot.height.saturating_sub(2 * scale.frame))
}

/// The one font in which all labels fit into slots of this size.
pub(super) fn choice_font(screen: &Screen, scale: &Scale, slot: Size) -> Option<Font> {
    let room = label_room(scale, slot);
    let fits = |font: &&Font| screen.choices.iter().all(|label| text::fit(label, &[**font], room).is_some());
    scale.choice_fonts.iter().find(fits).copied()
}

/// Draws the choices side by side, each with the letter of its button. A choice without a label is left out.
pub(super) fn choices<D, C>(
    screen: &Screen,
    scale: &Scale,
    area: Rectangle,
    target: &mut D,
) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let count = CHOICES_MAX as u32;
    let width = area.size.width.saturating_sub((count - 1) * scale.choice_gap) / count;
    let slot = Size::new(width, area.size.height);
    let chosen = choice_font(screen, scale, slot);
    let fonts = match &chosen {
        Some(font) => core::slice::from_ref(font),
        None => scale.choice_fonts,
    };
    for (i, (label, letter)) in screen.choices.iter().zip(LETTERS).enumerate() {
        if label.is_empty() {
            continue;
        }
        let step = (width + scale.choice_gap) as i32;
        let slot = Rectangle::new(area.top_left + Point::new(i as i32 * step, 0), slot);
        button(slot, scale, letter, target)?;
        let room = Rectangle::new(
            slot.top_left + Point::new(scale.cap as i32, scale.frame as i32),
            label_room(scale, slot.size),
        );
        if let Some(fitted) = text::fit_or_cut(label, fonts, room.size) {
            fitted.draw(room, Tint::Text, HorizontalAlignment::Center, target)?;
        }
    }
    Ok(())
}

/// The box of a choice, with its letter on a cap at the left.
fn button<D, C>(slot: Rectangle, scale: &Scale, letter: &str, target: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let radius = Size::new_equal(scale.radius);
    if scale.boxed {
        RoundedRectangle::with_equal_corners(slot, radius).into_styled(card()).draw(target)?;
    } else {
        let last = Point::new(0, slot.size.height.saturating_sub(1) as i32);
        let line = Rectangle::new(slot.top_left + last, Size::new(slot.size.width, 1));
        target.fill_solid(&line, C::of(Tint::Rule))?;
    }
    let cap =
        Rectangle::new(slot.top_left, Size::new(scale.cap.saturating_sub(scale.frame), slot.size.height));
    let corners = CornerRadii { top_left: radius, bottom_left: radius, ..CornerRadii::default() };
    let paint = PrimitiveStyle::with_fill(C::of(Tint::Accent));
    RoundedRectangle::new(cap, corners).into_styled(paint).draw(target)?;
    // The last column of a glyph is blank: a cap drawn to the pixel needs the room beside the ink only.
    let room = Rectangle::new(cap.top_left + Point::new(1, 0), cap.size - Size::new(1, 0));
    match text::fit_or_cut(letter, &[scale.letter_font], room.size) {
        Some(fitted) => fitted.draw(room, Tint::Paper, HorizontalAlignment::Center, target),
        None => Ok(()),
    }
}

fn card<C: Ink>() -> PrimitiveStyle<C> {
    PrimitiveStyleBuilder::new()
        .fill_color(C::of(Tint::Card))
        .stroke_color(C::of(Tint::Rule))
        .stroke_width(1)
        .stroke_alignment(StrokeAlignment::Inside)
        .build()
}

/// Draws a bar that is `share` full.
pub(super) fn bar<D, C>(share: Permille, area: Rectangle, target: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let radius = Size::new_equal(if area.size.height > 4 { area.size.height.min(10) / 2 } else { 0 });
    RoundedRectangle::with_equal_corners(area, radius).into_styled(card()).draw(target)?;
    let filled =
        Rectangle::new(area.top_left, Size::new(share.of(area.size.width as i32) as u32, area.size.height));
    if filled.size.width == 0 {
        return Ok(());
    }
    let paint = PrimitiveStyle::with_fill(C::of(Tint::Accent));
    RoundedRectangle::with_equal_corners(filled, radius).into_styled(paint).draw(target)
}

/// Draws one bar for each exercise, with its name beside it, or above it where the area is narrow.
pub(super) fn growth<D, C>(
    shares: [Permille; Exercise::COUNT],
    scale: &Scale,
    area: Rectangle,
    target: &mut D,
) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let font = scale.label_font;
    let name_width = text::advance(font) * 7;
    let beside = area.size.width >= 2 * name_width;
    let row = Size::new(area.size.width, area.size.height / Exercise::COUNT as u32);
    let name_height = if beside { row.height } else { font.character_size.height.min(row.height) };
    let room = row.height.saturating_sub(if beside { 0 } else { name_height });
    let thick = (room * 3 / 5).clamp(room.min(4), 16);
    for (exercise, share) in Exercise::ALL.into_iter().zip(shares) {
        let corner = area.top_left + Point::new(0, (exercise.index() as u32 * row.height) as i32);
        let name = Rectangle::new(corner, Size::new(name_width, name_height));
        if let Some(fitted) = text::fit_or_cut(exercise.name(), &[font], name.size) {
            fitted.draw(name, Tint::Text, HorizontalAlignment::Left, target)?;
        }
        let start = if beside {
            Point::new(name_width as i32, (row.height - thick) as i32 / 2)
        } else {
            Point::new(0, name_height as i32)
        };
        let width = row.width.saturating_sub(start.x as u32);
        bar(share, Rectangle::new(corner + start, Size::new(width, thick)), target)?;
    }
    Ok(())
}
