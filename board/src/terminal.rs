//! Screens in a terminal: two pixels a character in half blocks, four in quadrants where there is less room.

use crossterm::style::{Color, Stylize};
use crossterm::{cursor, execute, queue, style, terminal};
use embedded_graphics::pixelcolor::BinaryColor;
use petri_core::light::Colour;
use petri_core::screen::Display;
use petri_core::{Pack, Screen};
use petri_runtime::picture::Canvas;
use std::io::{self, Write};

/// The small display as lines of text; half blocks if `columns` has room for one character a column of pixels.
pub(crate) fn lines(screen: &Screen, pack: &Pack<'_>, columns: u16) -> Vec<String> {
    let size = Display::Mono128x64.size();
    let (width, height) = (size.width, size.height);
    let canvas = Canvas::<BinaryColor>::of(screen, pack, size);
    let on = |x: u32, y: u32| canvas.pixel(x, y) == Some(BinaryColor::On);
    let wide = u32::from(columns) >= width;
    let step = if wide { 1 } else { 2 };
    (0..height)
        .step_by(2)
        .map(|y| {
            (0..width)
                .step_by(step)
                .map(|x| if wide { half(on(x, y), on(x, y + 1)) } else { quadrant(&on, x, y) })
                .collect()
        })
        .collect()
}

fn half(upper: bool, lower: bool) -> char {
    match (upper, lower) {
        (false, false) => ' ',
        (true, false) => '\u{2580}',
        (false, true) => '\u{2584}',
        (true, true) => '\u{2588}',
    }
}

fn quadrant(on: &impl Fn(u32, u32) -> bool, x: u32, y: u32) -> char {
    const BLOCKS: [char; 16] = [
        ' ', '\u{2598}', '\u{259D}', '\u{2580}', '\u{2596}', '\u{258C}', '\u{259E}', '\u{259B}', '\u{2597}',
        '\u{259A}', '\u{2590}', '\u{259C}', '\u{2584}', '\u{2599}', '\u{259F}', '\u{2588}',
    ];
    let bits = [on(x, y), on(x + 1, y), on(x, y + 1), on(x + 1, y + 1)];
    BLOCKS[bits.iter().enumerate().fold(0, |code, (i, bit)| code | usize::from(*bit) << i)]
}

/// Puts the terminal into single-key mode, and back when it is dropped.
pub(crate) struct RawMode;

impl RawMode {
    pub(crate) fn enter() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide)?;
        Ok(Self)
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        let _ = execute!(io::stdout(), cursor::Show, terminal::LeaveAlternateScreen);
        let _ = terminal::disable_raw_mode();
    }
}

/// Paints a screen, the light, and a line below them.
pub(crate) fn paint(screen: &Screen, pack: &Pack<'_>, light: Colour, below: &str) -> io::Result<()> {
    let (columns, _) = terminal::size().unwrap_or((128, 40));
    let mut out = io::stdout().lock();
    queue!(out, cursor::MoveTo(0, 0))?;
    let lines = lines(screen, pack, columns);
    let width = lines.first().map_or(0, |line| line.chars().count());
    for line in lines {
        queue!(
            out,
            style::Print(line),
            terminal::Clear(terminal::ClearType::UntilNewLine),
            cursor::MoveToNextLine(1)
        )?;
    }
    let colour = Color::Rgb { r: light.red, g: light.green, b: light.blue };
    queue!(out, style::PrintStyledContent("\u{2588}".repeat(width).with(colour)), cursor::MoveToNextLine(1))?;
    queue!(out, style::Print(below), terminal::Clear(terminal::ClearType::UntilNewLine))?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_core::{Input, Millis, Session, Setup};

    #[test]
    fn both_forms_show_the_same_picture() {
        let pack = Pack::starter();
        let screen = Session::new(Setup::new(1, &pack)).step(Millis(0), Input::Tick).screen;
        let (wide, narrow) = (lines(&screen, &pack, 128), lines(&screen, &pack, 80));
        assert_eq!((wide.len(), wide[0].chars().count()), (32, 128));
        assert_eq!((narrow.len(), narrow[0].chars().count()), (32, 64));
        let inked =
            |lines: &[String]| lines.iter().map(|line| line.chars().any(|c| c != ' ')).collect::<Vec<_>>();
        assert_eq!(inked(&wide), inked(&narrow));
        assert!(inked(&wide).contains(&true));
    }
}
