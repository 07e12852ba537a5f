//! What grew: a bar for each thing, to where it was and to where it is now.

use super::font::Font;
use super::scale::Scale;
use super::text;
use super::{Ink, Palette, Tint};
use crate::reply::Bar;
use crate::{Permille, Screen};
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::{PointsIter, Rectangle};
use embedded_text::alignment::HorizontalAlignment;

/// Between name and bar, and between columns, in pixels.
const GAP: u32 = 4;

/// Where the bars stand: below one another, or in two columns where the names would not have the height.
struct Grid {
    corner: Point,
    rows: u32,
    cell: Size,
    /// For all names; the last one of the scale where they fit in none.
    font: Font,
    name_width: u32,
    whole: bool,
}

impl Grid {
    fn of(bars: &[Bar], scale: &Scale, area: Rectangle) -> Option<Self> {
        let ascii = bars.iter().all(|bar| bar.label.is_ascii());
        let fonts = if ascii { scale.label.ascii } else { scale.label.wide };
        let last = *fonts.last()?;
        let count = (bars.len() as u32).max(1);
        let columns = if area.size.height / count >= last.height() { 1 } else { 2 };
        let rows = count.div_ceil(columns);
        let width = (area.size.width + GAP).checked_div(columns)?.saturating_sub(GAP);
        let cell = Size::new(width, area.size.height / rows);
        // A bar in one of two columns is short: its name leaves it almost half.
        let name_max = if columns == 1 { cell.width * 2 / 3 } else { cell.width * 5 / 9 };
        let room = Size::new(name_max, cell.height);
        let fits = |font: &&Font| {
            font.height() <= room.height
                && bars.iter().all(|bar| text::width(&bar.label, **font) <= room.width)
        };
        let fitting = fonts.iter().find(fits).copied();
        let font = fitting.unwrap_or(last);
        let widest = bars.iter().map(|bar| text::width(&bar.label, font)).max().unwrap_or(0);
        let name_width = widest.min(room.width);
        Some(Self { corner: area.top_left, rows, cell, font, name_width, whole: fitting.is_some() })
    }

    fn place(&self, index: u32) -> Rectangle {
        let (column, row) = (index / self.rows, index % self.rows);
        let shift = Point::new((column * (self.cell.width + GAP)) as i32, (row * self.cell.height) as i32);
        Rectangle::new(self.corner + shift, self.cell)
    }
}

/// Whether the names of all bars are shown uncut.
pub(super) fn names_fit(bars: &[Bar], scale: &Scale, area: Rectangle) -> bool {
    Grid::of(bars, scale, area).is_some_and(|grid| grid.whole)
}

/// How high the letters of the names are.
pub(super) fn names_height(bars: &[Bar], scale: &Scale, area: Rectangle) -> u32 {
    Grid::of(bars, scale, area).map_or(0, |grid| grid.font.height())
}

/// Draws the bars, each with its name at its left.
pub(super) fn growth<D, C>(
    bars: &[Bar],
    screen: &Screen,
    scale: &Scale,
    area: Rectangle,
    target: &mut D,
) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let palette = Palette::of(screen.comfort);
    let Some(grid) = Grid::of(bars, scale, area) else { return Ok(()) };
    for (i, bar) in (0..).zip(bars) {
        let cell = grid.place(i);
        let name = Rectangle::new(cell.top_left, Size::new(grid.name_width, cell.size.height));
        if let Some(fitted) = text::fit_or_cut(&bar.label, &[grid.font], false, name.size) {
            fitted.draw(name, Tint::Text, palette, HorizontalAlignment::Left, target)?;
        }
        let height = (cell.size.height * 7 / 10).min(grid.font.height() * 4 / 3).max(cell.size.height.min(5));
        let left = grid.name_width + GAP;
        let top = (cell.size.height - height) / 2;
        let size = Size::new(cell.size.width.saturating_sub(left), height);
        let place = Rectangle::new(cell.top_left + Point::new(left as i32, top as i32), size);
        draw_bar(bar, place, palette, target)?;
    }
    Ok(())
}

/// A frame, what was there before in a pale tint, what came since in a strong one, and a tick between them.
/// Where there is no pale tint, every other dot is lit.
fn draw_bar<D, C>(bar: &Bar, area: Rectangle, palette: Palette, target: &mut D) -> Result<(), D::Error>
where
    D: DrawTarget<Color = C>,
    C: Ink,
{
    let ink = |tint| C::tinted(tint, palette);
    let frame = u32::from(area.size.height >= 5);
    target.fill_solid(&area, ink(Tint::Rule))?;
    let inside = Rectangle::new(
        area.top_left + Point::new_equal(frame as i32),
        area.size.saturating_sub(Size::new_equal(2 * frame)),
    );
    target.fill_solid(&inside, ink(Tint::Card))?;
    let reach = |share: Permille| share.of(inside.size.width as i32) as u32;
    let part = |from: u32, to: u32| {
        let corner = inside.top_left + Point::new(from as i32, 0);
        Rectangle::new(corner, Size::new(to.saturating_sub(from), inside.size.height))
    };
    let (before, now) = (reach(bar.before), reach(bar.now));
    let kept = part(0, before.min(now));
    if ink(Tint::Faded) == ink(Tint::Card) {
        let lit = kept.points().filter(|dot| (dot.x + dot.y) % 2 == 0);
        target.draw_iter(lit.map(|dot| Pixel(dot, ink(Tint::Accent))))?;
    } else {
        target.fill_solid(&kept, ink(Tint::Faded))?;
    }
    target.fill_solid(&part(before, now), ink(Tint::Accent))?;
    if before == 0 || before == now {
        return Ok(());
    }
    let tick = part(before.saturating_sub(1), before + u32::from(area.size.height > 8));
    let dark = if ink(Tint::Faded) == ink(Tint::Card) { Tint::Card } else { Tint::Text };
    target.fill_solid(&tick.intersection(&inside), ink(dark))
}
