//! Text that fits its box: the largest font that does, and an end cut with three dots where none does.

use super::font::{Font, Pen, WIDE_FROM};
use super::{Ink, Palette, Tint};
use crate::reply::BODY_BYTES_MAX;
use embedded_graphics::text::LineHeight;
use embedded_graphics::{Drawable, draw_target::DrawTarget, geometry::Size, primitives::Rectangle};
use embedded_text::TextBox;
use embedded_text::alignment::{HorizontalAlignment, VerticalAlignment};
use embedded_text::style::{TextBoxStyle, TextBoxStyleBuilder};
use heapless::String;

/// What stands where a text was cut.
const DOTS: &str = "...";
/// A place where a line may end, without width.
const BREAK: char = '\u{200b}';
/// What may not begin a line.
const NOT_FIRST: &str = "，。！？、；：）》」』】〉〕”’…—·～%,.!?;:)]}";
/// What may not end a line.
const NOT_LAST: &str = "（《「『【〈〔“‘([{";

/// A text as it is shown, with the places where its lines may end: at worst, where every other character is
/// wide, three bytes before and three behind each wide one, which has three bytes itself and a neighbour of
/// one.
type Shown = String<{ BODY_BYTES_MAX * 5 / 2 + DOTS.len() }>;

/// A text with the font in which it fits.
#[derive(Clone)]
pub(super) struct Fitted {
    text: Shown,
    pen: Pen<()>,
    /// How high it is, in pixels.
    pub(super) height: u32,
    /// Whether none of it was cut.
    pub(super) whole: bool,
}

/// The text in the first of `fonts` in which it fits without breaking a word.
pub(super) fn fit(text: &str, fonts: &[Font], spaced: bool, room: Size) -> Option<Fitted> {
    let text = breakable(text)?;
    let pen = choose(fonts, spaced, |pen| has_room(&text, pen, room))?;
    Some(shown(text, pen, room.width, true))
}

/// Whether a text fits without breaking a word.
pub(super) fn fits(text: &str, pen: Pen<()>, room: Size) -> bool {
    breakable(text).is_some_and(|text| has_room(&text, pen, room))
}

fn has_room(text: &Shown, pen: Pen<()>, room: Size) -> bool {
    let widest = text.split([' ', '\n', BREAK]).map(|word| pen.width(word)).max().unwrap_or(0);
    widest <= room.width && height(text, pen, room.width) <= room.height
}

/// The first of `fonts` that fits. Where letters are to be `spaced`, that may cost one size of letters, but
/// no more, and no more than a quarter of their height: else they stand closer.
pub(super) fn choose(fonts: &[Font], spaced: bool, fits: impl Fn(Pen<()>) -> bool) -> Option<Pen<()>> {
    let pen = |spaced| move |font: &Font| Pen { font: *font, spaced, ink: () };
    let close = fonts.iter().map(pen(false)).position(&fits)?;
    let (at_most, next) = fonts.split_at_checked(close + 1)?;
    let least = at_most.last()?.height() * 3 / 4;
    // The smallest Chinese letters are a last resort.
    let next = next.first().filter(|font| font.height() >= least && **font != Font::SEVEN);
    let apart = at_most.iter().chain(next).map(pen(true)).find(|pen| spaced && fits(*pen));
    apart.or_else(|| fonts.get(close).map(pen(false)))
}

/// As [`fit`]; where no font is small enough, as much of the text as the last one can show.
pub(super) fn fit_or_cut(text: &str, fonts: &[Font], spaced: bool, room: Size) -> Option<Fitted> {
    let pen = Pen { font: *fonts.last()?, spaced: false, ink: () };
    fit(text, fonts, spaced, room)
        .or_else(|| {
            Some(shown(breakable(text)?, pen, room.width, true)).filter(|all| all.height <= room.height)
        })
        .or_else(|| {
            text.char_indices().rev().find_map(|(end, _)| {
                let mut cut = breakable(text.get(..end)?.trim_end())?;
                cut.push_str(DOTS).ok()?;
                Some(shown(cut, pen, room.width, false)).filter(|cut| cut.height <= room.height)
            })
        })
}

/// Pixels that a text takes on one line.
pub(super) fn width(text: &str, font: Font) -> u32 {
    Pen { font, spaced: false, ink: () }.width(text)
}

fn shown(text: Shown, pen: Pen<()>, width: u32, whole: bool) -> Fitted {
    let height = height(&text, pen, width);
    Fitted { text, pen, height, whole }
}

/// The text with [`BREAK`] wherever a line may end in it but at a space: beside any wide character, as far as
/// punctuation stays with its neighbour.
fn breakable(text: &str) -> Option<Shown> {
    let mut result = Shown::new();
    let mut last: Option<char> = None;
    for letter in text.chars().filter(|letter| *letter != BREAK) {
        if let Some(last) = last {
            let wide = last >= WIDE_FROM || letter >= WIDE_FROM;
            let space = last.is_whitespace() || letter.is_whitespace();
            if wide && !space && !NOT_LAST.contains(last) && !NOT_FIRST.contains(letter) {
                result.push(BREAK).ok()?;
            }
        }
        result.push(letter).ok()?;
        last = Some(letter);
    }
    Some(result)
}

impl Fitted {
    /// The font.
    pub(super) const fn font(&self) -> Font {
        self.pen.font
    }

    /// The text as it is shown.
    #[cfg(test)]
    pub(super) fn shown(&self) -> Shown {
        self.text.chars().filter(|letter| *letter != BREAK).collect()
    }

    /// Pixels from one line to the next where the text has `room` from top to bottom.
    fn line(&self, room: u32) -> u32 {
        let (line, letters) = (line(self.pen), self.pen.font.height());
        let gaps = self.height.saturating_sub(letters) / line;
        let spare = room.saturating_sub(self.height).checked_div(gaps).unwrap_or(0);
        (line + spare).min(letters + letters / 3).max(line)
    }

    /// Draws the text into `area`. Height to spare goes between the lines, up to a third of that of the letters.
    pub(super) fn draw<D, C>(
        &self,
        area: Rectangle,
        tint: Tint,
        palette: Palette,
        alignment: HorizontalAlignment,
        target: &mut D,
    ) -> Result<(), D::Error>
    where
        D: DrawTarget<Color = C>,
        C: Ink,
    {
        let pen = Pen { font: self.pen.font, spaced: self.pen.spaced, ink: C::tinted(tint, palette) };
        let style = style(self.line(area.size.height), alignment);
        TextBox::with_textbox_style(&self.text, area, pen, style).draw(target).map(|_rest| ())
    }
}

/// Pixels from one line to the next where there is no height to spare.
const fn line(pen: Pen<()>) -> u32 {
    // The British Dyslexia Association's style guide asks for lines one and a half times as high as the
    // letters.
    let height = pen.font.height();
    if pen.spaced { height * 3 / 2 } else { height + pen.font.leading() }
}

/// Pixels that a text needs from top to bottom when it is `width` wide.
fn height(text: &str, pen: Pen<()>, width: u32) -> u32 {
    let ink = embedded_graphics::pixelcolor::BinaryColor::On;
    let ruler = Pen { font: pen.font, spaced: pen.spaced, ink };
    style(line(pen), HorizontalAlignment::Left).measure_text_height(&ruler, text, width)
}

fn style(line: u32, alignment: HorizontalAlignment) -> TextBoxStyle {
    TextBoxStyleBuilder::new()
        .line_height(LineHeight::Pixels(line))
        .alignment(alignment)
        .vertical_alignment(VerticalAlignment::Middle)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_graphics::mono_font::ascii;

    #[test]
    fn a_line_ends_beside_any_ideograph_but_punctuation_stays_where_it_belongs() {
        for parts in [
            "你|好，|小|明！",
            "他|说：|“好|的……”",
            "看|（左|边）|的|Mia。",
            "Only words, in English.",
            "一 二\n三",
        ] {
            let text: Shown = parts.chars().filter(|letter| *letter != '|').collect();
            let broken = breakable(&text).expect("it is short");
            assert!(
                broken.chars().map(|letter| if letter == BREAK { '|' } else { letter }).eq(parts.chars())
            );
        }
    }

    #[test]
    fn the_longest_text_with_the_most_breaks_has_room() {
        let text: Shown = "中a".chars().cycle().take(BODY_BYTES_MAX / 2).collect();
        assert_eq!(text.len(), BODY_BYTES_MAX);
        assert!(breakable(&text).is_some());
    }

    #[test]
    fn a_text_of_either_script_is_cut_between_characters() {
        for (text, font) in [
            ("我觉得今天很难过，因为朋友搬走了。", Font::NINE),
            ("I feel sad today because my friend moved away.", Font::ascii(&ascii::FONT_5X7)),
        ] {
            let cut = fit_or_cut(text, &[font], false, Size::new(60, 22)).expect("it has room");
            let shown = cut.shown();
            let start = shown.strip_suffix(DOTS).expect("a cut text ends in dots");
            assert!(text.starts_with(start) && start.chars().count() >= 8 && !cut.whole, "{start}");
        }
    }

    #[test]
    fn letters_stand_closer_before_a_text_is_cut() {
        let font = [Font::ascii(&ascii::FONT_5X7)];
        let fitted = |width, height| fit("wide or not", &font, true, Size::new(width, height));
        assert!(fitted(80, 7).is_some_and(|text| text.pen.spaced));
        assert!(fitted(60, 7).is_some_and(|text| !text.pen.spaced));
        assert!(fitted(40, 17).is_some_and(|text| text.pen.spaced && text.height == 17));
        let fonts = [&ascii::FONT_6X10, &ascii::FONT_5X8, &ascii::FONT_4X6].map(Font::ascii);
        let sizes = |width| fit("wide or not", &fonts, true, Size::new(width, 10)).map(|text| text.pen);
        assert!(sizes(80).is_some_and(|pen| pen.font == fonts[1] && pen.spaced));
        assert!(sizes(66).is_some_and(|pen| pen.font == fonts[0] && !pen.spaced));
    }
}
