//! Fonts of both scripts behind one pen.
//!
//! ASCII text is set in the monospaced fonts of embedded-graphics, any other in three fonts that hold the
//! characters of GB 2312: Boutique Bitmap 7x7 and 9x9 and GNU Unifont, all under the SIL Open Font License 1.1.

use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Dimensions, Point, Size};
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::PixelColor;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::renderer::{self, TextMetrics, TextRenderer};
use embedded_graphics::text::{Baseline, Text};
use embedded_graphics::{Drawable, Pixel};
use u8g2_fonts::types::{FontColor, VerticalPosition};
use u8g2_fonts::{Error, FontRenderer, fonts};

/// From here on, characters are as wide as high and may be parted from their neighbours at the end of a line.
pub(super) const WIDE_FROM: char = '\u{2e80}';
/// What stands for a character that a font lacks.
const MISSING: char = '?';

static SEVEN: FontRenderer = FontRenderer::new::<fonts::u8g2_font_boutique_bitmap_7x7_t_gb2312>();
static NINE: FontRenderer = FontRenderer::new::<fonts::u8g2_font_boutique_bitmap_9x9_t_gb2312>();
static SIXTEEN: FontRenderer = FontRenderer::new::<fonts::u8g2_font_unifont_t_gb2312>();

#[derive(Debug, Clone, Copy, PartialEq)]
enum Letters {
    Ascii(&'static MonoFont<'static>),
    Seven,
    Nine,
    Sixteen,
}

/// A font at one size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Font {
    letters: Letters,
    /// Pixels to a dot, along each axis.
    times: u32,
}

impl Font {
    /// Boutique Bitmap 7x7.
    pub(super) const SEVEN: Self = Self { letters: Letters::Seven, times: 1 };
    /// Boutique Bitmap 9x9.
    pub(super) const NINE: Self = Self { letters: Letters::Nine, times: 1 };
    /// GNU Unifont.
    pub(super) const SIXTEEN: Self = Self { letters: Letters::Sixteen, times: 1 };

    /// A font for ASCII text.
    pub(super) const fn ascii(font: &'static MonoFont<'static>) -> Self {
        Self { letters: Letters::Ascii(font), times: 1 }
    }

    /// The same with four pixels to a dot.
    pub(super) const fn doubled(self) -> Self {
        Self { times: 2, ..self }
    }

    /// From the top of the highest letter to the bottom of the lowest, in pixels.
    pub(super) const fn height(self) -> u32 {
        let dots = match self.letters {
            Letters::Ascii(font) => font.character_size.height,
            Letters::Seven => 8,
            Letters::Nine => 10,
            Letters::Sixteen => 16,
        };
        dots * self.times
    }

    /// Pixels between two lines, as far as the spacing is not wide.
    pub(super) const fn leading(self) -> u32 {
        // Large letters read better with air between the lines; small displays have none to give, and the
        // letters of Boutique Bitmap are a row smaller than their height.
        match (self.letters, self.height()) {
            (Letters::Seven | Letters::Nine, ..20) | (_, ..10) => 0,
            (_, 10..13) => 1,
            _ => 2,
        }
    }

    /// Pixels from an ordinary letter to the next.
    pub(super) const fn advance(self) -> u32 {
        let dots = match self.letters {
            Letters::Ascii(font) => font.character_size.width + font.character_spacing,
            Letters::Seven => 8,
            Letters::Nine => 10,
            Letters::Sixteen => 16,
        };
        dots * self.times
    }

    /// Rows above the line that letters stand on, and the font; none for a font of embedded-graphics.
    fn wide(self) -> Option<(i32, &'static FontRenderer)> {
        match self.letters {
            Letters::Ascii(_) => None,
            Letters::Seven => Some((6, &SEVEN)),
            Letters::Nine => Some((7, &NINE)),
            Letters::Sixteen => Some((14, &SIXTEEN)),
        }
    }

    /// Pixels from `letter` to the next.
    fn step(self, letter: char) -> u32 {
        match self.wide() {
            Some((_, font)) if letter < WIDE_FROM => {
                let known = drawn_as(letter, font).unwrap_or(MISSING);
                let size = font.get_rendered_dimensions(known, Point::zero(), VerticalPosition::Baseline);
                size.map_or(self.advance(), |size| size.advance.x as u32 * self.times)
            }
            _ => self.advance(),
        }
    }
}

/// Fonts for a purpose, the largest first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fonts {
    pub(super) ascii: &'static [Font],
    pub(super) wide: &'static [Font],
}

impl Fonts {
    /// Those that have the letters of a text.
    pub(super) const fn of(&self, text: &str) -> &'static [Font] {
        if text.is_ascii() { self.ascii } else { self.wide }
    }
}

/// Whether every display can show this character: printable ASCII, or in all fonts for other scripts.
pub fn has_glyph(character: char) -> bool {
    matches!(character, ' '..='~')
        || !character.is_ascii()
            && [&SEVEN, &NINE, &SIXTEEN].iter().all(|font| drawn_as(character, font).is_some())
}

/// The character of a font that shows `letter`: for the dash and the middle dot of Chinese text there are
/// others that look alike.
fn drawn_as(letter: char, font: &FontRenderer) -> Option<char> {
    let drawn = match letter {
        '\u{2014}' => '\u{2015}',
        '\u{b7}' => '\u{30fb}',
        other => other,
    };
    // The tables end with a zero, which is not the character of that number.
    let known = !drawn.is_control()
        && font.get_rendered_dimensions(drawn, Point::zero(), VerticalPosition::Baseline).is_ok();
    known.then_some(drawn)
}

/// What letters are drawn with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen<C> {
    pub(super) font: Font,
    /// Whether letters and words stand further apart.
    pub(super) spaced: bool,
    pub(super) ink: C,
}

impl<C> Pen<C> {
    /// Pixels that a text without line breaks takes.
    pub(super) fn width(&self, text: &str) -> u32 {
        text.chars().map(|letter| self.step(letter)).sum()
    }

    /// The British Dyslexia Association's style guide asks for about 35 % of a letter's width between
    /// letters, one dot more than the one or two that are part of each letter, and between words for at
    /// least three and a half times that, so a space grows by half.
    fn step(&self, letter: char) -> u32 {
        let step = self.font.step(letter);
        match (self.spaced, letter) {
            (false, _) => step,
            (true, ' ') => step * 3 / 2 + self.font.times,
            (true, _) => step + self.font.times,
        }
    }
}

impl<C: PixelColor> Pen<C> {
    fn draw_letter<D>(&self, letter: char, corner: Point, target: &mut D) -> Result<(), D::Error>
    where
        D: DrawTarget<Color = C>,
    {
        match (self.font.letters, self.font.wide()) {
            (_, Some((rows, font))) => {
                let known = drawn_as(letter, font).unwrap_or(MISSING);
                let line = corner + Point::new(0, rows);
                let ink = FontColor::Transparent(self.ink);
                match font.render(known, line, VerticalPosition::Baseline, ink, target) {
                    Err(Error::DisplayError(error)) => Err(error),
                    _ => Ok(()),
                }
            }
            (Letters::Ascii(font), _) => {
                let mut bytes = [0; 4];
                let style = MonoTextStyle::new(font, self.ink);
                let text = Text::with_baseline(letter.encode_utf8(&mut bytes), corner, style, Baseline::Top);
                text.draw(target).map(|_next| ())
            }
            _ => Ok(()),
        }
    }
}

impl<C: PixelColor> TextRenderer for Pen<C> {
    type Color = C;

    /// Draws from the top down, whatever the baseline: text boxes ask for no other.
    fn draw_string<D>(
        &self,
        text: &str,
        position: Point,
        _baseline: Baseline,
        target: &mut D,
    ) -> Result<Point, D::Error>
    where
        D: DrawTarget<Color = C>,
    {
        let mut corner = position;
        for letter in text.chars() {
            if self.font.times == 1 {
                self.draw_letter(letter, corner, target)?;
            } else {
                let mut blocks = Blocks { corner, times: self.font.times, target };
                self.draw_letter(letter, Point::zero(), &mut blocks)?;
            }
            corner.x += self.step(letter) as i32;
        }
        Ok(corner)
    }

    fn draw_whitespace<D>(
        &self,
        width: u32,
        position: Point,
        _baseline: Baseline,
        _target: &mut D,
    ) -> Result<Point, D::Error>
    where
        D: DrawTarget<Color = C>,
    {
        Ok(position + Point::new(width as i32, 0))
    }

    fn measure_string(&self, text: &str, position: Point, _baseline: Baseline) -> TextMetrics {
        let width = self.width(text);
        TextMetrics {
            bounding_box: Rectangle::new(position, Size::new(width, self.font.height())),
            next_position: position + Point::new(width as i32, 0),
        }
    }

    fn line_height(&self) -> u32 {
        self.font.height()
    }
}

impl<C: PixelColor> renderer::CharacterStyle for Pen<C> {
    type Color = C;
}

/// Draws each dot as a block of pixels.
struct Blocks<'a, D> {
    /// Where the first dot goes.
    corner: Point,
    times: u32,
    target: &'a mut D,
}

impl<D: DrawTarget> Dimensions for Blocks<'_, D> {
    fn bounding_box(&self) -> Rectangle {
        // Wide enough for any letter; the text box cuts what is outside it.
        Rectangle::new(Point::new_equal(-64), Size::new_equal(192))
    }
}

impl<D: DrawTarget> DrawTarget for Blocks<'_, D> {
    type Color = D::Color;
    type Error = D::Error;

    fn draw_iter<I: IntoIterator<Item = Pixel<D::Color>>>(&mut self, dots: I) -> Result<(), D::Error> {
        for Pixel(dot, colour) in dots {
            let block = Rectangle::new(self.corner + dot * self.times as i32, Size::new_equal(self.times));
            self.target.fill_solid(&block, colour)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_wide_characters_of_a_font_have_one_width() {
        for font in [Font::SEVEN, Font::NINE, Font::SIXTEEN] {
            let (_, letters) = font.wide().expect("it is a font for other scripts");
            for letter in (WIDE_FROM..='\u{ffff}').filter(|letter| drawn_as(*letter, letters).is_some()) {
                let size = letters.get_rendered_dimensions(letter, Point::zero(), VerticalPosition::Baseline);
                let size = size.expect("the font has it");
                assert_eq!(size.advance.x as u32, font.advance(), "{letter}");
            }
        }
    }

    #[test]
    fn ideographs_and_their_punctuation_stay_within_the_height_of_their_font() {
        let marks = "，。！？、；：（）《》【】".chars();
        for font in [Font::SEVEN, Font::NINE, Font::SIXTEEN] {
            let (rows, letters) = font.wide().expect("it is a font for other scripts");
            for letter in ('\u{4e00}'..='\u{9fff}').chain(marks.clone()).chain('!'..='~') {
                let size = letters.get_rendered_dimensions(letter, Point::zero(), VerticalPosition::Baseline);
                let Some(ink) = size.ok().and_then(|size| size.bounding_box) else { continue };
                let (top, end) = (ink.top_left.y, ink.top_left.y + ink.size.height as i32);
                assert!(top >= -rows && end <= font.height() as i32 - rows, "{letter}: {top} to {end}");
            }
        }
    }

    #[test]
    fn the_characters_of_both_languages_are_there() {
        for letter in "Azy~ 的了我你他吗呢，。！？、；：“”‘’（）《》…—·～0９".chars()
        {
            assert!(has_glyph(letter), "{letter}");
        }
        for letter in ['\n', '\u{7f}', '\u{1f600}', '\u{200b}', '龘'] {
            assert!(!has_glyph(letter), "{letter:?}");
        }
    }
}
