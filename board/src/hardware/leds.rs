//! Lights: three lines or channels, or a chain of WS2812. They are dark before they are first set and after they are
//! dropped.

use super::advice::{Trouble, explain};
use super::lines::{self, Driver, Output};
use super::raspberry::{self, Dimmed};
use crate::description::{Channel, LedKind, Leds, Line};
use linux_embedded_hal::SpidevDevice;
use linux_embedded_hal::spidev::{SpiModeFlags, SpidevOptions};
use petri_core::light::Colour;
use petri_runtime::ports::{Lights, PortError};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const PART: &str = "lights";
/// Four bits of the bus make one of a WS2812, 1.25 microseconds long.
const WS2812_HZ: u32 = 3_200_000;
/// Zeros that end a picture: 300 microseconds of rest.
const WS2812_REST_BYTES: usize = 120;
/// A thousand periods a second.
const PWM_PERIOD_NS: u64 = 1_000_000;

/// The lights of a board, open or not.
pub(crate) struct RealLights {
    driver: Driver,
    chip: String,
    part: Leds,
    open: Option<Wiring>,
}

enum Wiring {
    Channels(Box<[Option<Wire>; 3]>),
    Chain(Box<SpidevDevice>, PathBuf),
}

impl RealLights {
    pub(crate) fn new(driver: Driver, chip: &str, part: &Leds) -> Self {
        Self { driver, chip: chip.to_owned(), part: part.clone(), open: None }
    }

    /// Sets the colour.
    pub(crate) fn shine(&mut self, colour: Colour) -> Result<(), Trouble> {
        let wiring = match &mut self.open {
            Some(wiring) => wiring,
            None => self.open.insert(wire(self.driver, &self.chip, &self.part)?),
        };
        let result = wiring.set(colour, &self.part);
        if result.is_err() {
            self.open = None;
        }
        result
    }
}

impl Lights for RealLights {
    fn set(&mut self, colour: Colour) -> Result<(), PortError> {
        self.shine(colour).map_err(|trouble| trouble.of(PART))
    }
}

impl Drop for RealLights {
    fn drop(&mut self) {
        if let Some(wiring) = &mut self.open {
            let _ = wiring.set(Colour::OFF, &self.part);
        }
    }
}

fn wire(driver: Driver, chip: &str, part: &Leds) -> Result<Wiring, Trouble> {
    if let (LedKind::Ws2812Spi, Some(device)) = (part.kind, &part.device) {
        return Ok(Wiring::Chain(Box::new(open_spi(device, WS2812_HZ)?), device.clone()));
    }
    let open = |channel: &Option<Channel>| {
        channel.as_ref().map(|channel| Wire::open(driver, chip, channel, part)).transpose()
    };
    Ok(Wiring::Channels(Box::new([open(&part.red)?, open(&part.green)?, open(&part.blue)?])))
}

/// Opens an SPI device in mode 0.
pub(crate) fn open_spi(device: &Path, speed_hz: u32) -> Result<SpidevDevice, Trouble> {
    // The library's errors hide the system's, so the system is asked first.
    fs::OpenOptions::new().read(true).write(true).open(device).map_err(|error| explain(&error, device))?;
    let mut spi = SpidevDevice::open(device).map_err(|error| super::advice::wires(&error, device))?;
    let mut options = SpidevOptions::new();
    options.bits_per_word(8).max_speed_hz(speed_hz).mode(SpiModeFlags::SPI_MODE_0);
    spi.configure(&options.build()).map_err(|error| explain(&error, device))?;
    Ok(spi)
}

impl Wiring {
    fn set(&mut self, colour: Colour, part: &Leds) -> Result<(), Trouble> {
        match self {
            Wiring::Chain(spi, device) => {
                let bytes = ws2812(dim(colour, part.brightness_percent), part.count);
                spi.write_all(&bytes).map_err(|error| explain(&error, device))
            }
            Wiring::Channels(wires) => {
                let on = lit(colour);
                let levels = [colour.red, colour.green, colour.blue];
                for ((wire, level), on) in wires.iter_mut().zip(levels).zip(on) {
                    if let Some(wire) = wire {
                        wire.set(level, on, part.brightness_percent)?;
                    }
                }
                Ok(())
            }
        }
    }
}

fn dim(colour: Colour, percent: u8) -> Colour {
    let scale = |level: u8| ((u32::from(level) * u32::from(percent) + 50) / 100).min(255) as u8;
    Colour::new(scale(colour.red), scale(colour.green), scale(colour.blue))
}

/// Which lines are on where none can be dimmed: the hue stays, and light that breathes is steady.
fn lit(colour: Colour) -> [bool; 3] {
    let levels = [colour.red, colour.green, colour.blue];
    let brightest = levels.into_iter().max().unwrap_or(0);
    levels.map(|level| brightest > 0 && u16::from(level) * 2 > u16::from(brightest))
}

/// What the bus sends for `count` lights of one colour: a long or a short pulse for each bit of green, red and blue.
fn ws2812(colour: Colour, count: u16) -> Vec<u8> {
    let mut one = Vec::with_capacity(12);
    for level in [colour.green, colour.red, colour.blue] {
        for pair in (0..4).rev() {
            let pulse = |bit: u8| if bit == 1 { 0b1110 } else { 0b1000 };
            one.push(pulse(level >> (2 * pair + 1) & 1) << 4 | pulse(level >> (2 * pair) & 1));
        }
    }
    // The line rests low before the first pulse, too.
    let mut bytes = vec![0];
    bytes.extend(one.repeat(count.into()));
    bytes.extend([0; WS2812_REST_BYTES]);
    bytes
}

/// One colour.
enum Wire {
    Dimmed(Dimmed),
    Switched(Output),
    /// A PWM channel of the kernel's.
    Pwm(PathBuf),
    /// A light of the kernel's, and its highest level.
    Led(PathBuf, u64),
}

impl Wire {
    fn open(driver: Driver, chip: &str, channel: &Channel, part: &Leds) -> Result<Self, Trouble> {
        if let Some(line) = channel.line {
            return match driver {
                Driver::Rppal => raspberry::dimmed(line, part.active_low).map(Wire::Dimmed),
                Driver::Cdev => {
                    let line = Line { chip: channel.chip.clone(), line };
                    lines::output(chip, &line, part.active_low, false).map(Wire::Switched)
                }
            };
        }
        let path = channel.path.as_deref().unwrap_or(Path::new("/"));
        if part.kind == LedKind::Sysfs {
            return open_led(path).map(|max| Wire::Led(path.join("brightness"), max));
        }
        open_pwm(path).map(|()| Wire::Pwm(path.join("duty_cycle")))
    }

    fn set(&mut self, level: u8, on: bool, percent: u8) -> Result<(), Trouble> {
        let share = f64::from(level) / 255.0 * f64::from(percent) / 100.0;
        match self {
            Wire::Dimmed(line) => line.set(share),
            Wire::Switched(line) => line.set(on && percent > 0),
            Wire::Pwm(duty) => write(duty, (share * PWM_PERIOD_NS as f64) as u64),
            Wire::Led(brightness, max) => write(brightness, (share * *max as f64).round() as u64),
        }
    }
}

fn write(path: &Path, value: impl std::fmt::Display) -> Result<(), Trouble> {
    fs::write(path, value.to_string()).map_err(|error| explain(&error, path))
}

fn open_led(folder: &Path) -> Result<u64, Trouble> {
    let path = folder.join("max_brightness");
    let text = fs::read_to_string(&path).map_err(|error| explain(&error, &path))?;
    // A trigger, such as the heartbeat, would go on blinking.
    let trigger = folder.join("trigger");
    if trigger.exists() {
        write(&trigger, "none")?;
    }
    let max = text.trim().parse().ok().filter(|max| *max > 0);
    max.ok_or_else(|| Trouble::fails(format!("{} holds no number; it is no light", path.display())))
}

fn open_pwm(folder: &Path) -> Result<(), Trouble> {
    if !folder.exists()
        && let (Some(chip), Some(name)) = (folder.parent(), folder.file_name())
    {
        write(&chip.join("export"), name.to_string_lossy().trim_start_matches("pwm"))?;
    }
    // A duty that is longer than the period is refused, so it is cleared first.
    let _ = fs::write(folder.join("duty_cycle"), "0");
    write(&folder.join("period"), PWM_PERIOD_NS)?;
    write(&folder.join("duty_cycle"), 0)?;
    write(&folder.join("enable"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads pulses back as a WS2812 would.
    fn decode(bytes: &[u8]) -> Vec<u8> {
        let bits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let bits: Vec<u8> = bits
            .filter(|pulse| *pulse != 0)
            .map(|pulse| match pulse {
                0b1000 => 0,
                0b1110 => 1,
                other => panic!("{other:04b} is no pulse"),
            })
            .collect();
        bits.chunks(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect()
    }

    #[test]
    fn a_chain_gets_green_red_and_blue_for_each_light() {
        let bytes = ws2812(Colour::new(0xA5, 0x01, 0xFF), 3);
        assert_eq!(decode(&bytes), [0x01, 0xA5, 0xFF].repeat(3));
        assert_eq!((bytes.len(), bytes[0]), (1 + 3 * 12 + WS2812_REST_BYTES, 0));
        assert!(bytes.ends_with(&[0; WS2812_REST_BYTES]));
        assert_eq!(&ws2812(Colour::new(0, 0x80, 0), 1)[1..3], [0b1110_1000, 0b1000_1000]);
    }

    #[test]
    fn light_is_dimmed_and_lines_keep_the_hue() {
        assert_eq!(dim(Colour::new(255, 100, 1), 40), Colour::new(102, 40, 0));
        assert_eq!(dim(Colour::WARM, 100), Colour::WARM);
        assert_eq!(lit(Colour::OFF), [false; 3]);
        assert_eq!(lit(Colour::SAME), [false, true, false]);
        assert_eq!(lit(Colour::LISTEN), lit(Colour::LISTEN.dimmed()));
        assert_eq!(lit(Colour::WARM), [true, true, false]);
        assert_eq!(lit(Colour::new(255, 0, 0)), [true, false, false]);
    }

    fn leds(kind: LedKind, folder: &Path) -> Leds {
        let channel = |name: &str| Some(Channel { line: None, chip: None, path: Some(folder.join(name)) });
        Leds {
            kind,
            red: channel("pwm0"),
            green: channel("pwm1"),
            blue: None,
            device: None,
            count: 1,
            active_low: false,
            brightness_percent: 50,
        }
    }

    #[test]
    fn lights_of_the_kernel_are_set_and_go_dark() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["pwm0", "pwm1"] {
            fs::create_dir(folder.path().join(name)).expect("made");
            fs::write(folder.path().join(name).join("max_brightness"), "200\n").expect("written");
            fs::write(folder.path().join(name).join("trigger"), "heartbeat").expect("written");
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("read");
        let mut lights = RealLights::new(Driver::Cdev, "", &leds(LedKind::Sysfs, folder.path()));
        lights.set(Colour::new(255, 51, 255)).expect("set");
        assert_eq!((read("pwm0/brightness"), read("pwm1/brightness")), ("100".to_owned(), "20".to_owned()));
        assert_eq!(read("pwm0/trigger"), "none");
        drop(lights);
        assert_eq!((read("pwm0/brightness"), read("pwm1/brightness")), ("0".to_owned(), "0".to_owned()));

        let mut lights = RealLights::new(Driver::Cdev, "", &leds(LedKind::PwmRgb, folder.path()));
        lights.set(Colour::new(255, 0, 0)).expect("set");
        assert_eq!(
            (read("pwm0/duty_cycle"), read("pwm0/period")),
            ("500000".to_owned(), "1000000".to_owned())
        );
        assert_eq!(read("pwm1/enable"), "1");
        drop(lights);
        assert_eq!(read("pwm0/duty_cycle"), "0");
    }

    #[test]
    fn lights_that_are_not_there_say_what_to_do() {
        let nowhere = Path::new("/sys/class/leds-none");
        let mut lights = RealLights::new(Driver::Cdev, "", &leds(LedKind::Sysfs, nowhere));
        let told = lights.set(Colour::WARM).expect_err("missing").to_string();
        assert!(told.starts_with("lights: /sys/class/leds-none/pwm0/max_brightness is not there"), "{told}");
        let chain = Leds {
            device: Some("/dev/spidev-none".into()),
            kind: LedKind::Ws2812Spi,
            ..leds(LedKind::Sysfs, nowhere)
        };
        let told = RealLights::new(Driver::Cdev, "", &chain).shine(Colour::WARM).expect_err("missing");
        assert!(told.missing && told.what.contains("/dev/spidev-none"), "{told:?}");
    }
}
