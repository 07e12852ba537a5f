//! Paints a [`Screen`] on a display of any size.
//!
//! The layout is worked out from the size and the learner's comfort alone and the colours from the colour
//! type and the comfort alone, so that a display is no more than a pair of size and colour type. Texts are
//! ASCII or of the characters of GB 2312; any other character shows as a question mark.

mod dots;
mod font;
mod growth;
mod ink;
mod layout;
mod palette;
mod parts;
mod photo;
mod scale;
mod signs;
mod text;

pub use font::has_glyph;
pub use ink::{Ink, Tint};
pub use palette::Palette;

use crate::input::Sensor;
use crate::{Pack, Picture, Screen, art};
use embedded_graphics::draw_target::{DrawTarget, DrawTargetExt};
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::Rectangle;
use embedded_text::alignment::HorizontalAlignment;
use layout::Layout;
use scale::Scale;

/// The displays that the device is built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Display {
    /// 128 by 64 pixels, one colour, as an SSD1306 drives them.
    Mono128x64,
    /// 240 by 240 pixels in colour, as an ST7789 drives them.
    Colour240x240,
    /// 320 by 240 pixels in colour, as an ILI9341 drives them.
    Colour320x240,
}

impl Display {
    /// All of them, the smallest first.
    pub const ALL: [Display; 3] = [Display::Mono128x64, Display::Colour240x240, Display::Colour320x240];

    /// Its width and height in pixels.
    pub const fn size(self) -> Size {
        match self {
            Display::Mono128x64 => SIZE_MIN,
            Display::Colour240x240 => Size::new(240, 240),
            Display::Colour320x240 => Size::new(320, 240),
        }
    }

    /// Its name in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Display::Mono128x64 => "mono-128x64",
            Display::Colour240x240 => "colour-240x240",
            Display::Colour320x240 => "colour-320x240",
        }
    }

    /// The panel of this name.
    pub fn from_name(name: &str) -> Option<Display> {
        Self::ALL.into_iter().find(|panel| panel.name() == name)
    }

    /// Whether it shows colours.
    pub const fn is_colour(self) -> bool {
        !matches!(self, Display::Mono128x64)
    }
}

/// The smallest display that a layout is made for. On a smaller one its top left part is shown.
pub const SIZE_MIN: Size = Size::new(128, 64);

/// Whether title, body, labels and names of bars are shown whole: what does not fit is cut, and ends in dots.
pub fn fits(screen: &Screen, display: Display) -> bool {
    laid_out(screen, display.size()).is_whole(screen)
}

/// Draws the whole screen, ground included.
///
/// # Errors
/// Whatever the target fails with.
pub fn draw<D, C>(screen: &Screen, pack: &Pack<'_>, target: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let palette = Palette::of(screen.comfort);
    let bounds = target.bounding_box();
    target.clear(C::tinted(Tint::Paper, palette))?;
    let mut clipped = target.clipped(&bounds);
    let mut page = clipped.translated(bounds.top_left);
    let layout = laid_out(screen, bounds.size.component_max(SIZE_MIN));
    head(screen, &layout, &mut page)?;
    picture(screen, pack, &layout, &mut page)?;
    if let Some(text) = &layout.body_text {
        let alignment = if layout.stacked { HorizontalAlignment::Center } else { HorizontalAlignment::Left };
        text.draw(layout.body, Tint::Text, palette, alignment, &mut page)?;
    }
    if let Some(share) = screen.meter {
        parts::bar(share, layout.meter, palette, &mut page)?;
    }
    parts::choices(screen, &layout.labels, layout.scale, layout.choices, &mut page)
}

/// The layout with the largest text of those that are offered.
fn laid_out(screen: &Screen, size: Size) -> Layout {
    let with = |scale: &'static Scale| {
        let signs = in_use(screen).map(|sensor| signs::width(sensor, scale.sign) + scale.sign_gap);
        Layout::of(screen, size, scale, signs.sum())
    };
    let (first, others) = Scale::offered(size, screen.comfort);
    others.iter().fold(with(first), |best, scale| {
        let next = with(scale);
        if next.readable(screen) > best.readable(screen) { next } else { best }
    })
}

/// The sensors that have a sign: those in use, and those that were lost.
fn in_use(screen: &Screen) -> impl Iterator<Item = Sensor> + Clone + use<> {
    let sensing = screen.sensing;
    [Sensor::Camera, Sensor::Microphone, Sensor::Keyboard]
        .into_iter()
        .filter(move |sensor| sensing.has(*sensor) || sensing.has_lost(*sensor))
}

/// Title, rule and the signs of the sensors in use.
fn head<D, C>(screen: &Screen, layout: &Layout, page: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let (scale, palette) = (layout.scale, Palette::of(screen.comfort));
    if let Some(text) = &layout.title_text {
        text.draw(layout.title, Tint::Text, palette, HorizontalAlignment::Left, page)?;
    }
    let top = layout.signs.size.height.saturating_sub(scale.sign) / 2;
    let mut corner = layout.signs.top_left + Point::new(0, top as i32);
    for sensor in in_use(screen) {
        corner.x += scale.sign_gap as i32;
        let size = Size::new(signs::width(sensor, scale.sign), scale.sign);
        let sign = Rectangle::new(corner, size);
        signs::sensor(sensor, sign, palette, page)?;
        if screen.sensing.has_lost(sensor) {
            signs::crossed_out(sign, palette, page)?;
        }
        corner.x += size.width as i32;
    }
    if scale.ruled {
        let below = layout.title.size.height + scale.title_gap / 3;
        let corner = layout.title.top_left + Point::new(0, below as i32);
        let width = page.bounding_box().size.width.saturating_sub(2 * scale.margin);
        let rule = Rectangle::new(corner, Size::new(width, 1));
        page.fill_solid(&rule, C::tinted(Tint::Rule, palette))?;
    }
    Ok(())
}

fn picture<D, C>(screen: &Screen, pack: &Pack<'_>, layout: &Layout, page: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let (area, palette) = (layout.picture, Palette::of(screen.comfort));
    let side = area.size.width.min(area.size.height);
    let badge = (side * 3 / 10).max(layout.scale.badge_min);
    let (mark, small) = match &screen.picture {
        Picture::Marked { mark, .. } => (Some(*mark), side < 2 * badge),
        Picture::Photo { mark, .. } => (*mark, side < 2 * badge),
        _ => (None, false),
    };
    if let (Some(mark), true) = (mark, small) {
        return signs::mark(mark, area, palette, page);
    }
    match &screen.picture {
        Picture::None => {}
        Picture::Face(portrait) | Picture::Marked { portrait, .. } => {
            art::face(portrait, palette, area, page)?;
        }
        Picture::Photo { index, .. } => match pack.photo(*index) {
            Some(photo) => photo::draw(&photo, area, page)?,
            None => return Ok(()),
        },
        Picture::Growth(bars) => growth::growth(bars, screen, layout.scale, area, page)?,
    }
    let Some(mark) = mark else { return Ok(()) };
    let middle = area.top_left + Point::new(area.size.width as i32 / 2, area.size.height as i32 / 2);
    let out = side as i32 / 2 - badge as i32;
    let place = Rectangle::new(middle + Point::new_equal(out), Size::new_equal(badge));
    signs::mark(mark, place, palette, page)
}
