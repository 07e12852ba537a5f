//! Text that fits its box: the largest font that does, and an end cut with three dots where none does.

mod chinese;

pub(super) use chinese::has_glyph;

use super::{Ink, Tint};
use crate::reply::BODY_BYTES_MAX;
use chinese::Brush;
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::text::LineHeight;
use embedded_graphics::text::renderer::{CharacterStyle, TextRenderer};
use embedded_graphics::{Drawable, draw_target::DrawTarget, geometry::Size, primitives::Rectangle};
use embedded_text::TextBox;
use embedded_text::alignment::{HorizontalAlignment, VerticalAlignment};
use embedded_text::style::{TextBoxStyle, TextBoxStyleBuilder};
use heapless::String;

/// A font of ASCII characters.
pub(super) type Font = &'static MonoFont<'static>;

/// What stands where a text was cut.
const DOTS: &str = "...";

/// The largest Chinese font is offered wherever a font higher than this is.
const DENSE_HEIGHT_MAX: u32 = 10;

/// A text as it is shown, with a place to break the line after almost every Chinese character.
type Shown = String<{ 2 * BODY_BYTES_MAX + DOTS.len() }>;

/// What a text is set in.
#[derive(Clone, Copy)]
pub(super) enum Type {
    /// ASCII only.
    Ascii(Font),
    /// ASCII and Chinese, 16 pixels high.
    Large,
    /// ASCII and Chinese, 9 pixels high.
    Dense,
    /// ASCII and Chinese, 7 pixels high: where nothing else fits.
    Tiny,
}

impl Type {
    /// What a text may be set in where `fonts` are offered: those, or the Chinese ones, the largest first.
    pub(super) fn offered(fonts: &[Font], ascii: bool) -> impl Iterator<Item = Type> + Clone + use<'_> {
        let large = fonts.iter().any(|font| font.character_size.height > DENSE_HEIGHT_MAX);
        let chinese = [large.then_some(Type::Large), Some(Type::Dense), Some(Type::Tiny)];
        let chinese = chinese.into_iter().flatten();
        let fonts = fonts.iter().filter(move |_| ascii).map(|font| Type::Ascii(font));
        fonts.chain(chinese.filter(move |_| !ascii))
    }

    /// Pixels from one line to the next.
    fn line(self) -> u32 {
        match self {
            // Large letters read better with air between the lines; small displays have none to give.
            Type::Ascii(font) => match font.character_size.height {
                height @ 0..10 => height,
                height @ 10..13 => height + 1,
                height => height + 2,
            },
            Type::Large => 18,
            Type::Dense => 10,
            Type::Tiny => 8,
        }
    }

    /// How wide a line has to be for `text`. Chinese lines break between any two characters.
    fn width(self, text: &str) -> u32 {
        match self {
            Type::Ascii(font) => {
                let widest = text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
                widest as u32 * advance(font)
            }
            Type::Large => 16,
            Type::Dense => 10,
            Type::Tiny => 8,
        }
    }

    /// Pixels that a text needs from top to bottom when it is `width` wide.
    fn height(self, text: &str, width: u32) -> u32 {
        let style = style(self, HorizontalAlignment::Left);
        match self {
            Type::Ascii(font) => {
                style.measure_text_height(&MonoTextStyle::new(font, BinaryColor::On), text, width)
            }
            Type::Large => style.measure_text_height(&Brush::large(BinaryColor::On), text, width),
            Type::Dense => style.measure_text_height(&Brush::dense(BinaryColor::On), text, width),
            Type::Tiny => style.measure_text_height(&Brush::tiny(BinaryColor::On), text, width),
        }
    }
}

/// A text with the font in which it fits.
#[derive(Clone)]
pub(super) struct Fitted {
    text: Shown,
    set: Type,
    /// How high it is, in pixels.
    pub(super) height: u32,
    /// Whether nothing was cut off.
    pub(super) whole: bool,
}

/// The text in the first of `fonts` in which it fits without breaking a word. Where it is not all ASCII, the
/// fonts tell only how large it may be.
pub(super) fn fit(text: &str, fonts: &[Font], room: Size) -> Option<Fitted> {
    Type::offered(fonts, text.is_ascii()).find_map(|set| fit_as(text, set, room))
}

/// The text set in this way, if it fits.
pub(super) fn fit_as(text: &str, set: Type, room: Size) -> Option<Fitted> {
    if text.is_empty() {
        return Some(Fitted { text: Shown::new(), set, height: 0, whole: true });
    }
    if set.width(text) > room.width {
        return None;
    }
    shown(text, set, room.width).filter(|fitted| fitted.height <= room.height)
}

/// As [`fit`]; where no font is small enough, as much of the text as the last one can show.
pub(super) fn fit_or_cut(text: &str, fonts: &[Font], room: Size) -> Option<Fitted> {
    let set = Type::offered(fonts, text.is_ascii()).last()?;
    fit(text, fonts, room).or_else(|| cut(text, set, room))
}

/// As [`fit_as`], with the end cut off where it must be.
pub(super) fn cut(text: &str, set: Type, room: Size) -> Option<Fitted> {
    shown(text, set, room.width).filter(|whole| whole.height <= room.height).or_else(|| {
        text.char_indices().rev().find_map(|(end, _)| {
            let mut cut = Shown::new();
            cut.push_str(text.get(..end)?.trim_end()).ok()?;
            cut.push_str(DOTS).ok()?;
            let fitted = shown(&cut, set, room.width).filter(|cut| cut.height <= room.height)?;
            Some(Fitted { whole: false, ..fitted })
        })
    })
}

/// How high one line is in the smallest way to set the text.
pub(super) fn smallest_line(text: &str, fonts: &[Font]) -> u32 {
    Type::offered(fonts, text.is_ascii()).last().map_or(0, Type::line)
}

fn shown(text: &str, set: Type, width: u32) -> Option<Fitted> {
    let text = match set {
        Type::Ascii(_) => Shown::try_from(text).ok()?,
        Type::Large | Type::Dense | Type::Tiny => chinese::breakable(text)?,
    };
    let height = set.height(&text, width);
    Some(Fitted { text, set, height, whole: true })
}

impl Fitted {
    /// The text as it is shown.
    #[cfg(test)]
    pub(super) fn shown(&self) -> Shown {
        self.text.chars().filter(|c| *c != chinese::BREAK).collect()
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
        let ink = C::of(tint);
        match self.set {
            Type::Ascii(font) => self.print(MonoTextStyle::new(font, ink), area, alignment, target),
            Type::Large => self.print(Brush::large(ink), area, alignment, target),
            Type::Dense => self.print(Brush::dense(ink), area, alignment, target),
            Type::Tiny => self.print(Brush::tiny(ink), area, alignment, target),
        }
    }

    fn print<D, R>(
        &self,
        ink: R,
        area: Rectangle,
        alignment: HorizontalAlignment,
        target: &mut D,
    ) -> Result<(), D::Error>
    where
        D: DrawTarget<Color = <R as TextRenderer>::Color>,
        R: TextRenderer + CharacterStyle<Color = <R as TextRenderer>::Color>,
    {
        let style = style(self.set, alignment);
        TextBox::with_textbox_style(&self.text, area, ink, style).draw(target).map(|_rest| ())
    }
}

/// Pixels from one character to the next.
pub(super) const fn advance(font: Font) -> u32 {
    font.character_size.width + font.character_spacing
}

fn style(set: Type, alignment: HorizontalAlignment) -> TextBoxStyle {
    TextBoxStyleBuilder::new()
        .line_height(LineHeight::Pixels(set.line()))
        .alignment(alignment)
        .vertical_alignment(VerticalAlignment::Middle)
        .build()
}

#[cfg(test)]
mod tests;
