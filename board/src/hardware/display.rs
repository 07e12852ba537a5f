//! Displays on I2C and SPI, and the choice among all.

use super::advice::{Trouble, explain, wires};
use super::framebuffer::Framebuffer;
use super::leds::open_spi;
use super::lines::{self, Output, Pin};
use crate::description::{self, DisplayKind, Line};
use crate::terminal;
use embedded_graphics::pixelcolor::{BinaryColor, Rgb565, RgbColor};
use embedded_graphics::prelude::Size;
use embedded_hal::digital::{ErrorType, OutputPin};
use embedded_hal::spi::SpiDevice;
use linux_embedded_hal::{Delay, I2cdev};
use mipidsi::interface::{Interface, InterfaceKind};
use mipidsi::models::{ILI9341Rgb565, Model, ST7789};
use mipidsi::options::{ColorInversion, ColorOrder, Orientation, Rotation};
use petri_core::light::Colour;
use petri_core::screen::Display;
use petri_core::{Pack, Screen};
use petri_runtime::picture::Canvas;
use petri_runtime::ports::{Panel, PortError};
use ssd1306::mode::BufferedGraphicsMode;
use ssd1306::prelude::{
    DisplayConfig, DisplayRotation, DisplaySize128x64, SPIInterface, WriteOnlyDataCommand,
};
use ssd1306::{I2CDisplayInterface, Ssd1306};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::Duration;

const PART: &str = "display";
/// Bytes that go to a display at once.
const BATCH_BYTES: usize = 4_096;

/// A display that draws.
pub(crate) trait Face: Send {
    /// Shows `screen`.
    fn show(&mut self, screen: &Screen, pack: &Pack<'_>) -> Result<(), Trouble>;
    /// What it is, in a few words.
    fn name(&self) -> String;
}

impl Face for Framebuffer {
    fn show(&mut self, screen: &Screen, pack: &Pack<'_>) -> Result<(), Trouble> {
        Framebuffer::show(self, screen, pack)
    }

    fn name(&self) -> String {
        let geometry = self.geometry;
        format!("framebuffer {} x {}, {} bits", geometry.width, geometry.height, geometry.bits)
    }
}

/// The panel of a board. A display that failed is opened again with the next screen.
pub(crate) struct RealPanel {
    chip: String,
    part: description::Display,
    pack: Pack<'static>,
    open: Option<Box<dyn Face>>,
}

impl RealPanel {
    /// Opens the display.
    pub(crate) fn open(
        chip: &str,
        part: &description::Display,
        pack: Pack<'static>,
    ) -> Result<Self, Trouble> {
        let face = open(chip, part)?;
        Ok(Self { chip: chip.to_owned(), part: part.clone(), pack, open: Some(face) })
    }

    fn draw(&mut self, screen: &Screen) -> Result<(), Trouble> {
        let face = match &mut self.open {
            Some(face) => face,
            None => self.open.insert(open(&self.chip, &self.part)?),
        };
        let result = face.show(screen, &self.pack);
        if result.is_err() {
            self.open = None;
        }
        result
    }
}

impl Panel for RealPanel {
    fn show(&mut self, screen: &Screen) -> Result<(), PortError> {
        self.draw(screen).map_err(|trouble| trouble.of(PART))
    }
}

/// The terminal, where there is no display.
pub(crate) struct TerminalPanel(pub(crate) Pack<'static>);

impl Panel for TerminalPanel {
    fn show(&mut self, screen: &Screen) -> Result<(), PortError> {
        terminal::paint(screen, &self.0, Colour::OFF, "Ctrl-C ends the session")
            .map_err(|error| Trouble::fails(format!("the terminal: {error}")).of(PART))
    }
}

/// Opens the display that is described.
pub(crate) fn open(chip: &str, part: &description::Display) -> Result<Box<dyn Face>, Trouble> {
    let device = part.device.as_path();
    if part.kind == DisplayKind::Framebuffer {
        return Ok(Box::new(Framebuffer::open(device, part.geometry.as_deref())?));
    }
    let light = part.backlight.as_ref().map(|line| lines::output(chip, line, false, true)).transpose()?;
    let pin = |line: &Option<Line>| {
        line.as_ref().map(|line| lines::output(chip, line, false, true).map(Pin)).transpose()
    };
    let (dc, reset) = (pin(&part.dc)?, pin(&part.reset)?);
    match (part.kind, dc) {
        (DisplayKind::Ssd1306, None) => {
            let asked = OpenOptions::new().read(true).write(true).open(device);
            asked.map_err(|error| explain(&error, device))?;
            let bus = I2cdev::new(device).map_err(|error| wires(&error, device))?;
            let bus = I2CDisplayInterface::new_custom_address(bus, part.address);
            Ok(Box::new(Mono::start(bus, device, reset, part.rotation)?))
        }
        (DisplayKind::Ssd1306, Some(dc)) => {
            let bus = SPIInterface::new(open_spi(device, part.speed_hz)?, dc);
            Ok(Box::new(Mono::start(bus, device, reset, part.rotation)?))
        }
        (kind, Some(dc)) => {
            let wired = Wires { spi: open_spi(device, part.speed_hz)?, dc, batch: Vec::new() };
            if kind == DisplayKind::St7789 {
                Ok(Box::new(colourful(ST7789, wired, reset, light, part)?))
            } else {
                Ok(Box::new(colourful(ILI9341Rgb565, wired, reset, light, part)?))
            }
        }
        (_, None) => Err(Trouble::fails("a display on SPI needs dc in the board file")),
    }
}

type Mono128x64<I> = Ssd1306<I, DisplaySize128x64, BufferedGraphicsMode<DisplaySize128x64>>;

/// A display of one colour.
struct Mono<I> {
    display: Mono128x64<I>,
    last: Canvas<BinaryColor>,
    device: PathBuf,
    /// Held high as long as the display is in use.
    _reset: Option<Pin>,
}

impl<I: WriteOnlyDataCommand> Mono<I> {
    fn start(bus: I, device: &Path, mut reset: Option<Pin>, rotation: u16) -> Result<Self, Trouble> {
        if let Some(pin) = &mut reset {
            pulse(pin, device)?;
        }
        let turned = if rotation == 180 { DisplayRotation::Rotate180 } else { DisplayRotation::Rotate0 };
        let mut display = Ssd1306::new(bus, DisplaySize128x64, turned).into_buffered_graphics_mode();
        display.init().and_then(|()| display.flush()).map_err(|error| wires(&error, device))?;
        let last = Canvas::blank(Display::Mono128x64.size());
        Ok(Self { display, last, device: device.to_owned(), _reset: reset })
    }
}

impl<I: WriteOnlyDataCommand + Send> Face for Mono<I> {
    fn show(&mut self, screen: &Screen, pack: &Pack<'_>) -> Result<(), Trouble> {
        let size = Display::Mono128x64.size();
        let canvas = Canvas::<BinaryColor>::of(screen, pack, size);
        // The driver sends what was touched, so only what changed is.
        for (x, y) in (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y))) {
            let pixel = canvas.pixel(x, y);
            if pixel != self.last.pixel(x, y) {
                self.display.set_pixel(x, y, pixel == Some(BinaryColor::On));
            }
        }
        self.display.flush().map_err(|error| wires(&error, &self.device))?;
        self.last = canvas;
        Ok(())
    }

    fn name(&self) -> String {
        format!("SSD1306 128 x 64 on {}", self.device.display())
    }
}

fn pulse(reset: &mut Pin, device: &Path) -> Result<(), Trouble> {
    let pause = || std::thread::sleep(Duration::from_millis(10));
    let mut step = |high: bool| {
        let driven = if high { reset.set_high() } else { reset.set_low() };
        pause();
        driven.map_err(|error| wires(&error, device))
    };
    step(false).and_then(|()| step(true))
}

/// The wires of a colour display.
struct Wires<S, P> {
    spi: S,
    dc: P,
    batch: Vec<u8>,
}

/// What went wrong on the wires.
#[derive(Debug)]
enum WireError<S, P> {
    Spi(S),
    Dc(P),
}

impl<S: SpiDevice, P: OutputPin> Wires<S, P> {
    fn flush(&mut self) -> Result<(), WireError<S::Error, P::Error>> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let result = self.spi.write(&self.batch).map_err(WireError::Spi);
        self.batch.clear();
        result
    }
}

impl<S: SpiDevice, P: OutputPin> Interface for Wires<S, P> {
    type Word = u8;
    type Error = WireError<S::Error, P::Error>;

    const KIND: InterfaceKind = InterfaceKind::Serial4Line;

    fn send_command(&mut self, command: u8, arguments: &[u8]) -> Result<(), Self::Error> {
        self.dc.set_low().map_err(WireError::Dc)?;
        self.spi.write(&[command]).map_err(WireError::Spi)?;
        self.dc.set_high().map_err(WireError::Dc)?;
        if arguments.is_empty() { Ok(()) } else { self.spi.write(arguments).map_err(WireError::Spi) }
    }

    fn send_pixels<const N: usize>(
        &mut self,
        pixels: impl IntoIterator<Item = [u8; N]>,
    ) -> Result<(), Self::Error> {
        for pixel in pixels {
            self.batch.extend(pixel);
            if self.batch.len() + N > BATCH_BYTES {
                self.flush()?;
            }
        }
        self.flush()
    }

    fn send_repeated_pixel<const N: usize>(&mut self, pixel: [u8; N], count: u32) -> Result<(), Self::Error> {
        self.send_pixels((0..count).map(|_| pixel))
    }
}

/// A reset line that may not be wired: the display then starts as its supply comes up.
struct MaybePin<P>(Option<P>);

impl<P: OutputPin> ErrorType for MaybePin<P> {
    type Error = P::Error;
}

impl<P: OutputPin> OutputPin for MaybePin<P> {
    fn set_low(&mut self) -> Result<(), P::Error> {
        self.0.as_mut().map_or(Ok(()), P::set_low)
    }

    fn set_high(&mut self) -> Result<(), P::Error> {
        self.0.as_mut().map_or(Ok(()), P::set_high)
    }
}

/// A colour display.
struct Colourful<S, P, M>
where
    S: SpiDevice,
    P: OutputPin,
    M: Model<ColorFormat = Rgb565>,
{
    display: mipidsi::Display<Wires<S, P>, M, MaybePin<P>>,
    last: Option<Canvas<Rgb565>>,
    size: Size,
    name: &'static str,
    device: PathBuf,
    _light: Option<Output>,
}

impl<S, P, M> Face for Colourful<S, P, M>
where
    S: SpiDevice + Send,
    P: OutputPin + Send,
    M: Model<ColorFormat = Rgb565> + Send,
{
    fn show(&mut self, screen: &Screen, pack: &Pack<'_>) -> Result<(), Trouble> {
        let canvas = Canvas::<Rgb565>::of(screen, pack, self.size);
        let columns = 0..self.size.width;
        let row = |canvas: &Canvas<Rgb565>, y: u32| {
            columns.clone().map(|x| canvas.pixel(x, y).unwrap_or(Rgb565::BLACK)).collect::<Vec<_>>()
        };
        let changed = |y: &u32| self.last.as_ref().is_none_or(|last| row(last, *y) != row(&canvas, *y));
        let lines: Vec<u32> = (0..self.size.height).filter(changed).collect();
        // Neighbouring lines go together.
        for block in lines.chunk_by(|a, b| a + 1 == *b) {
            let (Some(first), Some(last)) = (block.first(), block.last()) else { continue };
            let pixels = (*first..=*last).flat_map(|y| row(&canvas, y));
            let sent =
                self.display.set_pixels(0, *first as u16, self.size.width as u16 - 1, *last as u16, pixels);
            sent.map_err(|error| wires(&error, &self.device))?;
        }
        self.last = Some(canvas);
        Ok(())
    }

    fn name(&self) -> String {
        format!("{} {} x {} on {}", self.name, self.size.width, self.size.height, self.device.display())
    }
}

/// Starts a colour display.
fn colourful<S, P, M>(
    model: M,
    wired: Wires<S, P>,
    reset: Option<P>,
    light: Option<Output>,
    part: &description::Display,
) -> Result<Colourful<S, P, M>, Trouble>
where
    S: SpiDevice,
    P: OutputPin,
    M: Model<ColorFormat = Rgb565>,
{
    let turn = Rotation::try_from_degree(part.rotation.into()).unwrap_or(Rotation::Deg0);
    let builder = mipidsi::Builder::new(model, wired);
    let (builder, size, name) = if part.kind == DisplayKind::St7789 {
        let builder = builder
            .display_size(240, 240)
            .invert_colors(ColorInversion::Inverted)
            .orientation(Orientation::new().rotate(turn));
        (builder, Display::Colour240x240.size(), "ST7789")
    } else {
        // These panels scan from the right, so a picture that is not mirrored needs the flag.
        let upright = Orientation { rotation: Rotation::Deg90, mirrored: true };
        let builder = builder.color_order(ColorOrder::Bgr).orientation(upright.rotate(turn));
        (builder, Display::Colour320x240.size(), "ILI9341")
    };
    let failed = |error: &dyn std::fmt::Debug| wires(&error, &part.device);
    let display = builder.reset_pin(MaybePin(reset)).init(&mut Delay).map_err(|error| failed(&error))?;
    Ok(Colourful { display, last: None, size, name, device: part.device.clone(), _light: light })
}

#[cfg(test)]
mod tests;
