//! Paints a [`Screen`] on a display of any size.
//!
//! The layout is worked out from the size alone and the colours from the colour type alone, so that a display is
//! no more than a pair of the two. Text is ASCII or Chinese; [`has_glyph`] tells which characters there are.

mod dots;
mod ink;
mod layout;
mod parts;
mod signs;
mod text;

pub use ink::{Ink, Tint};

use crate::input::Sensor;
use crate::{Pack, Picture, Screen, art};
use embedded_graphics::draw_target::{DrawTarget, DrawTargetExt};
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::Rectangle;
use embedded_text::alignment::HorizontalAlignment;
use layout::{Layout, Scale};

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

/// Whether `display` shows title, body and labels of the screen whole; else the end of one is cut off.
pub fn fits(screen: &Screen, display: Display) -> bool {
    let size = display.size();
    let scale = Scale::of(size);
    let layout = Layout::of(screen, size, scale, signs_width(screen, scale));
    let whole = |text: &Option<text::Fitted>| text.as_ref().is_some_and(|text| text.whole);
    (screen.title.is_empty() || whole(&layout.title_text))
        && (screen.body.is_empty() || whole(&layout.body_text))
        && parts::choices_fit(screen, scale, layout.choices)
}

/// Whether a character can be shown on every display: printable ASCII, or in both Chinese fonts.
pub fn has_glyph(c: char) -> bool {
    text::has_glyph(c)
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
    let bounds = target.bounding_box();
    target.clear(C::of(Tint::Paper))?;
    let mut clipped = target.clipped(&bounds);
    let mut page = clipped.translated(bounds.top_left);
    let size = bounds.size.component_max(SIZE_MIN);
    let scale = Scale::of(size);
    let layout = Layout::of(screen, size, scale, signs_width(screen, scale));
    head(&layout, screen, &mut page)?;
    picture(screen, pack, &layout, &mut page)?;
    if let Some(text) = &layout.body_text {
        let alignment = if layout.stacked { HorizontalAlignment::Center } else { HorizontalAlignment::Left };
        text.draw(layout.body, Tint::Text, alignment, &mut page)?;
    }
    if let Some(share) = screen.meter {
        parts::bar(share, layout.meter, &mut page)?;
    }
    parts::choices(screen, layout.scale, layout.choices, &mut page)
}

/// The sensors that have a sign: those in use, and those that were lost.
fn in_use(screen: &Screen) -> impl Iterator<Item = Sensor> + Clone + use<> {
    let sensing = screen.sensing;
    [Sensor::Camera, Sensor::Microphone, Sensor::Keyboard]
        .into_iter()
        .filter(move |sensor| sensing.has(*sensor) || sensing.has_lost(*sensor))
}

/// How wide the signs of the sensors in use are together.
fn signs_width(screen: &Screen, scale: &Scale) -> u32 {
    in_use(screen).map(|sensor| signs::width(sensor, scale.sign) + scale.sign_gap).sum()
}

/// Title, rule and the signs of the sensors in use.
fn head<D, C>(layout: &Layout, screen: &Screen, page: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let scale = layout.scale;
    if let Some(text) = &layout.title_text {
        text.draw(layout.title, Tint::Text, HorizontalAlignment::Left, page)?;
    }
    let top = layout.signs.size.height.saturating_sub(scale.sign) / 2;
    let mut corner = layout.signs.top_left + Point::new(0, top as i32);
    for sensor in in_use(screen) {
        corner.x += scale.sign_gap as i32;
        let size = Size::new(signs::width(sensor, scale.sign), scale.sign);
        let sign = Rectangle::new(corner, size);
        signs::sensor(sensor, sign, page)?;
        if screen.sensing.has_lost(sensor) {
            signs::crossed_out(sign, page)?;
        }
        corner.x += size.width as i32;
    }
    if scale.ruled {
        let below = layout.title.size.height + scale.title_gap / 3;
        let corner = layout.title.top_left + Point::new(0, below as i32);
        let width = page.bounding_box().size.width.saturating_sub(2 * scale.margin);
        page.fill_solid(&Rectangle::new(corner, Size::new(width, 1)), C::of(Tint::Rule))?;
    }
    Ok(())
}

fn picture<D, C>(screen: &Screen, pack: &Pack<'_>, layout: &Layout, page: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let (area, scale) = (layout.picture, layout.scale);
    let side = area.size.width.min(area.size.height);
    let badge = (side * 3 / 10).max(scale.badge_min);
    let mark = match &screen.picture {
        Picture::Marked { mark, .. } => Some(*mark),
        Picture::Photo { mark, .. } => *mark,
        _ => None,
    };
    if let Some(mark) = mark.filter(|_| side < 2 * badge) {
        return signs::mark(mark, area, page);
    }
    match &screen.picture {
        Picture::None => {}
        Picture::Face(portrait) | Picture::Marked { portrait, .. } => art::face(portrait, area, page)?,
        Picture::Photo { index, .. } => {
            if let Some(photo) = pack.photo(*index) {
                parts::photo(photo.grey, area, page)?;
            }
        }
        Picture::Growth(bars) => parts::growth(bars, scale, area, page)?,
    }
    let Some(mark) = mark else { return Ok(()) };
    let middle = area.top_left + Point::new(area.size.width as i32 / 2, area.size.height as i32 / 2);
    let out = side as i32 / 2 - badge as i32;
    signs::mark(mark, Rectangle::new(middle + Point::new_equal(out), Size::new_equal(badge)), page)
}
