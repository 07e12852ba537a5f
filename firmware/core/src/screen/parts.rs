//! The parts of a screen that are neither text nor picture: choices, meter and bars of growth.

use super::layout::Scale;
use super::text::{self, Type};
use super::{Ink, Tint};
use crate::pack::PHOTO_SIDE_PX;
use crate::reply::Bar;
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

/// The room for the label of a choice `width` wide.
fn label_room(scale: &Scale, slot: Size) -> Size {
    // The last column of a glyph is blank, so that it may lie on the frame.
    Size::new(slot.width.saturating_sub(scale.cap), slot.height.saturating_sub(2 * scale.frame))
}

/// The one font in which all labels fit into slots of this size.
pub(super) fn choice_font(screen: &Screen, scale: &Scale, slot: Size) -> Option<Type> {
    let room = label_room(scale, slot);
    let ascii = screen.choices.iter().all(|label| label.is_ascii());
    Type::offered(scale.choice_fonts, ascii)
        .find(|set| screen.choices.iter().all(|label| text::fit_as(label, *set, room).is_some()))
}

/// How wide each choice is.
fn choice_width(scale: &Scale, area: Rectangle) -> u32 {
    let count = CHOICES_MAX as u32;
    area.size.width.saturating_sub((count - 1) * scale.choice_gap) / count
}

/// Whether all labels are shown whole.
pub(super) fn choices_fit(screen: &Screen, scale: &Scale, area: Rectangle) -> bool {
    let slot = Size::new(choice_width(scale, area), area.size.height);
    let room = label_room(scale, slot);
    choice_font(screen, scale, slot).is_some()
        || screen.choices.iter().all(|label| {
            label.is_empty()
                || text::fit_or_cut(label, scale.choice_fonts, room).is_some_and(|label| label.whole)
        })
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
    let width = choice_width(scale, area);
    let slot = Size::new(width, area.size.height);
    let chosen = choice_font(screen, scale, slot);
    for (i, (label, letter)) in screen.choices.iter().zip(LETTERS).enumerate() {
        if label.is_empty() {
            continue;
        }
        let step = (width + scale.choice_gap) as i32;
        let slot = Rectangle::new(area.top_left + Point::new(i as i32 * step, 0), slot);
        let focused = screen.focus.is_some_and(|focus| usize::from(focus) == i);
        button(slot, scale, letter, focused, target)?;
        let room = Rectangle::new(
            slot.top_left + Point::new(scale.cap as i32, scale.frame as i32),
            label_room(scale, slot.size),
        );
        let fitted = match chosen {
            Some(set) => text::fit_as(label, set, room.size),
            None => text::fit_or_cut(label, scale.choice_fonts, room.size),
        };
        if let Some(fitted) = fitted {
            let ink = if focused { Tint::Paper } else { Tint::Text };
            fitted.draw(room, ink, HorizontalAlignment::Center, target)?;
        }
    }
    Ok(())
}

/// The box of a choice, with its letter on a cap at the left. All of it is filled where it has the focus.
fn button<D, C>(
    slot: Rectangle,
    scale: &Scale,
    letter: &str,
    focused: bool,
    target: &mut D,
) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let radius = Size::new_equal(scale.radius);
    if focused {
        let paint = PrimitiveStyle::with_fill(C::of(Tint::Accent));
        RoundedRectangle::with_equal_corners(slot, radius).into_styled(paint).draw(target)?;
    } else if scale.boxed {
        RoundedRectangle::with_equal_corners(slot, radius).into_styled(card()).draw(target)?;
    } else {
        let last = Point::new(0, slot.size.height.saturating_sub(1) as i32);
        let line = Rectangle::new(slot.top_left + last, Size::new(slot.size.width, 1));
        target.fill_solid(&line, C::of(Tint::Rule))?;
    }
    let cap =
        Rectangle::new(slot.top_left, Size::new(scale.cap.saturating_sub(scale.frame), slot.size.height));
    let corners = CornerRadii { top_left: radius, bottom_left: radius, ..CornerRadii::default() };
    let paint = PrimitiveStyle::with_fill(C::of(if focused { Tint::Text } else { Tint::Accent }));
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

/// Draws the bars, each with its label beside it, or above it where the area is narrow.
pub(super) fn growth<D, C>(
    bars: &[Bar],
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
    let row = Size::new(area.size.width, area.size.height / (bars.len() as u32).max(1));
    let name_height = if beside { row.height } else { font.character_size.height.min(row.height) };
    let room = row.height.saturating_sub(if beside { 0 } else { name_height });
    let thick = (room * 3 / 5).clamp(room.min(4), 16);
    for (i, growth) in bars.iter().enumerate() {
        let corner = area.top_left + Point::new(0, (i as u32 * row.height) as i32);
        let name = Rectangle::new(corner, Size::new(name_width, name_height));
        if let Some(fitted) = text::fit_or_cut(&growth.label, &[font], name.size) {
            fitted.draw(name, Tint::Text, HorizontalAlignment::Left, target)?;
        }
        let start = if beside {
            Point::new(name_width as i32, (row.height - thick) as i32 / 2)
        } else {
            Point::new(0, name_height as i32)
        };
        let width = row.width.saturating_sub(start.x as u32);
        let full = Rectangle::new(corner + start, Size::new(width, thick));
        bar(growth.now, full, target)?;
        tick(growth, full, (room - thick) / 2, target)?;
    }
    Ok(())
}

/// Draws a tick where a bar was before, which reaches `below` pixels out of it.
fn tick<D, C>(growth: &Bar, area: Rectangle, below: u32, target: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let Some(last) = area.size.width.checked_sub(1) else { return Ok(()) };
    let corner = area.top_left + Point::new(growth.before.of(last as i32), 0);
    let inside = if growth.before < growth.now { Tint::Paper } else { Tint::Text };
    target.fill_solid(&Rectangle::new(corner, Size::new(1, area.size.height)), C::of(inside))?;
    let corner = corner + Point::new(0, area.size.height as i32);
    target.fill_solid(&Rectangle::new(corner, Size::new(1, below)), C::of(Tint::Text))
}

/// Draws a photograph into the largest square in the middle of `area`.
pub(super) fn photo<D, C>(grey: &[u8], area: Rectangle, target: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let side = area.size.width.min(area.size.height);
    let room = area.size.saturating_sub(Size::new_equal(side));
    let corner = area.top_left + Point::new(room.width as i32 / 2, room.height as i32 / 2);
    let level = |column: u32, row: u32| {
        let (x, y) = (column * PHOTO_SIDE_PX / side, row * PHOTO_SIDE_PX / side);
        grey.get((y * PHOTO_SIDE_PX + x) as usize).copied().unwrap_or_default()
    };
    let places = (0..side).flat_map(|row| (0..side).map(move |column| (column, row)));
    let colours = places.map(|(column, row)| C::grey(level(column, row), column, row));
    target.fill_contiguous(&Rectangle::new(corner, Size::new_equal(side)), colours)
}
