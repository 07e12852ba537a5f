//! Where Chinese lines may break, and which characters there are.

use super::Shown;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::pixelcolor::PixelColor;
use embedded_graphics::text::Baseline;
use embedded_graphics::text::renderer::{CharacterStyle, TextMetrics, TextRenderer};
use u8g2_fonts::types::VerticalPosition;
use u8g2_fonts::{Font, FontRenderer, U8g2TextStyle, fonts};

/// A Chinese font in a colour. Its letters are lower than its Chinese characters, and the font measures a line
/// by the letters: here the top of a line is the top of a Chinese character.
#[derive(Clone)]
pub(super) struct Brush<C> {
    style: U8g2TextStyle<C>,
    /// From the top of a line to the last row of the letters that stand on it.
    ascent: i32,
    height: u32,
}

impl<C> Brush<C> {
    pub(super) const fn large(ink: C) -> Self {
        let style = U8g2TextStyle::new(fonts::u8g2_font_unifont_t_gb2312, ink);
        Self { style, ascent: 13, height: 16 }
    }

    pub(super) const fn dense(ink: C) -> Self {
        let style = U8g2TextStyle::new(fonts::u8g2_font_boutique_bitmap_9x9_t_gb2312, ink);
        Self { style, ascent: 6, height: 10 }
    }

    pub(super) const fn tiny(ink: C) -> Self {
        let style = U8g2TextStyle::new(fonts::u8g2_font_boutique_bitmap_7x7_t_gb2312, ink);
        Self { style, ascent: 6, height: 8 }
    }

    fn lower(&self, position: Point, baseline: Baseline) -> Point {
        let above = match baseline {
            Baseline::Top => self.ascent,
            Baseline::Bottom => self.ascent - self.height as i32,
            Baseline::Middle => self.ascent - self.height as i32 / 2,
            Baseline::Alphabetic => 0,
        };
        position + Point::new(0, above)
    }
}

impl<C: PixelColor> TextRenderer for Brush<C> {
    type Color = C;

    fn draw_string<D: DrawTarget<Color = C>>(
        &self,
        text: &str,
        position: Point,
        baseline: Baseline,
        target: &mut D,
    ) -> Result<Point, D::Error> {
        let lowered = self.lower(position, baseline);
        let next = self.style.draw_string(text, lowered, Baseline::Alphabetic, target)?;
        Ok(Point::new(next.x, position.y))
    }

    fn draw_whitespace<D: DrawTarget<Color = C>>(
        &self,
        width: u32,
        position: Point,
        _baseline: Baseline,
        _target: &mut D,
    ) -> Result<Point, D::Error> {
        Ok(position + Size::new(width, 0))
    }

    fn measure_string(&self, text: &str, position: Point, baseline: Baseline) -> TextMetrics {
        let lowered = self.lower(position, baseline);
        let metrics = self.style.measure_string(text, lowered, Baseline::Alphabetic);
        TextMetrics { next_position: Point::new(metrics.next_position.x, position.y), ..metrics }
    }

    fn line_height(&self) -> u32 {
        self.height
    }
}

impl<C: PixelColor> CharacterStyle for Brush<C> {
    type Color = C;

    fn set_text_color(&mut self, ink: Option<C>) {
        self.style.set_text_color(ink);
    }
}

/// A place to break the line that shows nothing.
pub(super) const BREAK: char = '\u{200b}';

/// No line begins with these.
const CLOSING: &str = "，。！？、；：”’）》】」…—·,.!?;:)%";
/// No line ends with these.
const OPENING: &str = "“‘（《【「(";

/// The text with places to break its lines; they are left out where they find no room.
pub(super) fn breakable(text: &str) -> Option<Shown> {
    let mut broken = Shown::new();
    let mut rest = text.chars();
    let mut last = None;
    while let Some(next) = rest.next() {
        let left = next.len_utf8() + rest.as_str().len();
        let spare = broken.capacity().saturating_sub(broken.len() + left);
        if last.is_some_and(|last| may_break(last, next)) && spare >= BREAK.len_utf8() {
            broken.push(BREAK).ok()?;
        }
        broken.push(next).ok()?;
        last = Some(next);
    }
    Some(broken)
}

fn may_break(last: char, next: char) -> bool {
    let space = last.is_whitespace() || next.is_whitespace();
    // Two ASCII characters belong to one word.
    let word = last.is_ascii() && next.is_ascii();
    !space && !word && !CLOSING.contains(next) && !OPENING.contains(last)
}

/// Whether a character can be shown on every display: printable ASCII, or in all three Chinese fonts.
pub(in crate::screen) fn has_glyph(c: char) -> bool {
    type Large = fonts::u8g2_font_unifont_t_gb2312;
    type Dense = fonts::u8g2_font_boutique_bitmap_9x9_t_gb2312;
    type Tiny = fonts::u8g2_font_boutique_bitmap_7x7_t_gb2312;
    let chinese = |c| has::<Large>(c) && has::<Dense>(c) && has::<Tiny>(c);
    c == ' ' || c.is_ascii_graphic() || (!c.is_ascii() && chinese(c))
}

fn has<F: Font>(c: char) -> bool {
    FontRenderer::new::<F>().get_rendered_dimensions(c, Point::zero(), VerticalPosition::Top).is_ok()
}
