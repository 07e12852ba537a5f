//! Text that fits its box: the largest font that does, and an end cut with three dots where none does.

use super::{Ink, Tint};
use crate::reply::BODY_BYTES_MAX;
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::{Drawable, draw_target::DrawTarget, geometry::Size, primitives::Rectangle};
use embedded_text::TextBox;
use embedded_text::alignment::{HorizontalAlignment, VerticalAlignment};
use embedded_text::style::{TextBoxStyle, TextBoxStyleBuilder};
use heapless::String;

/// A font.
pub(super) type Font = &'static MonoFont<'static>;

/// What stands where a text was cut.
const DOTS: &str = "...";

/// A text as it is shown.
type Shown = String<{ BODY_BYTES_MAX + DOTS.len() }>;

/// A text with the font in which it fits.
#[derive(Clone)]
pub(super) struct Fitted {
    text: Shown,
    font: Font,
    /// How high it is, in pixels.
    pub(super) height: u32,
}

/// The text in the first of `fonts` in which it fits without breaking a word.
pub(super) fn fit(text: &str, fonts: &[Font], room: Size) -> Option<Fitted> {
    let font = fonts.iter().find(|font| {
        let widest = text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
        widest as u32 * advance(font) <= room.width && height(text, font, room.width) <= room.height
    })?;
    shown(text, font, room.width)
}

/// As [`fit`]; where no font is small enough, as much of the text as the last one can show.
pub(super) fn fit_or_cut(text: &str, fonts: &[Font], room: Size) -> Option<Fitted> {
    let font = fonts.last()?;
    fit(text, fonts, room)
        .or_else(|| shown(text, font, room.width).filter(|whole| whole.height <= room.height))
        .or_else(|| {
            text.char_indices().rev().find_map(|(end, _)| {
                let mut cut = Shown::new();
                cut.push_str(text.get(..end)?.trim_end()).ok()?;
                cut.push_str(DOTS).ok()?;
                shown(&cut, font, room.width).filter(|cut| cut.height <= room.height)
            })
        })
}

fn shown(text: &str, font: Font, width: u32) -> Option<Fitted> {
    Some(Fitted { text: Shown::try_from(text).ok()?, font, height: height(text, font, width) })
}

impl Fitted {
    /// The text as it is shown.
    #[cfg(test)]
    pub(super) fn shown(&self) -> &str {
        &self.text
    }

    /// Draws the text into `area`.
    pub(super) fn draw<D, C>(
        &self,
        area: Rectangle,
        tint: Tint,
        alignment: HorizontalAlignment,
        target: &mut D,
    ) -> Result<(), D::Error>
    where
        D: DrawTarget<Color = C>,
        C: Ink,
    {
        let style = style(self.font, alignment);
        let ink = MonoTextStyle::new(self.font, C::of(tint));
        TextBox::with_textbox_style(&self.text, area, ink, style).draw(target).map(|_rest| ())
    }
}

/// Pixels from one character to the next.
pub(super) const fn advance(font: Font) -> u32 {
    font.character_size.width + font.character_spacing
}

/// Pixels that a text needs from top to bottom when it is `width` wide.
fn height(text: &str, font: Font, width: u32) -> u32 {
    let ink = MonoTextStyle::new(font, BinaryColor::On);
    style(font, HorizontalAlignment::Left).measure_text_height(&ink, text, width)
}

fn style(font: Font, alignment: HorizontalAlignment) -> TextBoxStyle {
    // Large letters read better with air between the lines; small displays have none to give.
    let leading = match font.character_size.height {
        0..10 => 0,
        10..13 => 1,
        _ => 2,
    };
    TextBoxStyleBuilder::new()
        .line_height(embedded_graphics::text::LineHeight::Pixels(font.character_size.height + leading))
        .alignment(alignment)
        .vertical_alignment(VerticalAlignment::Middle)
        .build()
}
