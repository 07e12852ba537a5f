//! Board descriptions: one TOML file says which parts a board has and where they are wired.

use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

mod rules;

/// Longest board file.
pub const FILE_BYTES_MAX: usize = 64 << 10;

/// A board file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {what}", file.display())]
pub struct Fault {
    /// Which file.
    pub file: PathBuf,
    /// The line in it, counted from 1.
    pub line: usize,
    /// What is the matter and what to do.
    pub what: String,
}

/// What a board has. A part that is not described is not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// What the board is called.
    pub name: String,
    /// The GPIO chip of every line that names none: a path, or the label that the kernel gives it.
    #[serde(default = "first_chip")]
    pub gpio: String,
    /// Sees.
    pub camera: Option<Camera>,
    /// Hears.
    pub microphone: Option<Microphone>,
    /// Sounds.
    pub speaker: Option<Speaker>,
    /// The four buttons.
    pub buttons: Option<Buttons>,
    /// The switch that cuts camera and microphone.
    pub privacy: Option<Privacy>,
    /// Lights.
    pub leds: Option<Leds>,
    /// Shows.
    pub display: Option<Display>,
}

/// A camera that the kernel drives (V4L2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Camera {
    /// Its device, such as `/dev/video0`.
    pub device: PathBuf,
    /// Wished width in pixels; the nearest that the camera has is taken.
    #[serde(default = "camera_width")]
    pub width: u32,
    /// Wished height in pixels.
    #[serde(default = "camera_height")]
    pub height: u32,
    /// Wished pictures a second.
    #[serde(default = "camera_fps")]
    pub fps: u32,
    /// Formats that may be used, the best first.
    #[serde(default = "camera_formats")]
    pub formats: Vec<PixelFormat>,
}

/// How a camera hands over its pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PixelFormat {
    /// A JPEG picture each.
    #[serde(rename = "MJPG")]
    Mjpg,
    /// Two pixels in four bytes.
    #[serde(rename = "YUYV")]
    Yuyv,
}

/// A microphone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Microphone {
    /// Its ALSA name, such as `default`, `hw:1,0` or `plughw:Loopback,1`.
    #[serde(default = "default_device")]
    pub device: String,
}

/// A loudspeaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speaker {
    /// Its ALSA name.
    #[serde(default = "default_device")]
    pub device: String,
    /// How loud the loudest cue is.
    #[serde(default = "speaker_percent")]
    pub volume_percent: u8,
}

/// One GPIO line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its chip, if it is not the board's: a path or a label.
    pub chip: Option<String>,
    /// Its number on the chip; on a Raspberry Pi the BCM number.
    pub line: u32,
}

/// The four buttons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buttons {
    /// The first choice.
    pub a: Line,
    /// The second choice.
    pub b: Option<Line>,
    /// The third choice.
    pub c: Option<Line>,
    /// Ends the session.
    pub stop: Option<Line>,
    /// Whether a pressed button pulls its line to ground.
    #[serde(default = "yes")]
    pub active_low: bool,
    /// How long a line must be quiet before a press counts.
    #[serde(default = "debounce_ms")]
    pub debounce_ms: u16,
}

/// The switch that cuts camera and microphone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    /// The line that is active while the device may look and listen.
    pub line: Line,
    /// Whether ground means that it may.
    #[serde(default)]
    pub active_low: bool,
}

/// How the lights are wired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LedKind {
    /// Three lines or PWM channels, one for each colour.
    PwmRgb,
    /// A chain of WS2812 on the data line of an SPI bus.
    Ws2812Spi,
    /// Three lights that the kernel drives.
    Sysfs,
}

/// The lights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leds {
    /// How they are wired.
    pub kind: LedKind,
    /// Red.
    pub red: Option<Channel>,
    /// Green.
    pub green: Option<Channel>,
    /// Blue.
    pub blue: Option<Channel>,
    /// WS2812: the SPI device.
    pub device: Option<PathBuf>,
    /// WS2812: how many there are.
    #[serde(default = "led_count")]
    pub count: u16,
    /// Whether a line at ground lights up.
    #[serde(default)]
    pub active_low: bool,
    /// The most light, of what the part can do.
    #[serde(default = "led_percent")]
    pub brightness_percent: u8,
}

/// One colour of the lights: a line, or a folder of the kernel's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// A GPIO line.
    pub line: Option<u32>,
    /// Its chip, if it is not the board's.
    pub chip: Option<String>,
    /// A folder such as `/sys/class/pwm/pwmchip0/pwm0` or `/sys/class/leds/red`.
    pub path: Option<PathBuf>,
}

/// What kind of display there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DisplayKind {
    /// One colour, on I2C or SPI.
    #[serde(rename = "ssd1306-128x64")]
    Ssd1306,
    /// Colour, on SPI.
    #[serde(rename = "st7789-240x240")]
    St7789,
    /// Colour, on SPI.
    #[serde(rename = "ili9341-320x240")]
    Ili9341,
    /// A screen that the kernel drives.
    #[serde(rename = "framebuffer")]
    Framebuffer,
}

/// The display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Display {
    /// What kind it is.
    pub kind: DisplayKind,
    /// Its bus or device: `/dev/i2c-1`, `/dev/spidev0.0` or `/dev/fb0`.
    pub device: PathBuf,
    /// I2C: its address.
    #[serde(default = "i2c_address")]
    pub address: u8,
    /// SPI: how fast.
    #[serde(default = "spi_hz")]
    pub speed_hz: u32,
    /// SPI: the line that tells data from commands.
    pub dc: Option<Line>,
    /// The line that resets it, if it is wired.
    pub reset: Option<Line>,
    /// The line that switches its light, if it is wired.
    pub backlight: Option<Line>,
    /// How far it is turned, in degrees clockwise.
    #[serde(default)]
    pub rotation: u16,
    /// Framebuffer: the folder with its geometry, if it is not the usual one.
    pub geometry: Option<PathBuf>,
}

fn first_chip() -> String {
    "/dev/gpiochip0".to_owned()
}
fn camera_width() -> u32 {
    640
}
fn camera_height() -> u32 {
    480
}
fn camera_fps() -> u32 {
    15
}
fn camera_formats() -> Vec<PixelFormat> {
    vec![PixelFormat::Mjpg, PixelFormat::Yuyv]
}
fn default_device() -> String {
    "default".to_owned()
}
fn speaker_percent() -> u8 {
    60
}
fn yes() -> bool {
    true
}
fn debounce_ms() -> u16 {
    20
}
fn led_count() -> u16 {
    1
}
fn led_percent() -> u8 {
    40
}
fn i2c_address() -> u8 {
    0x3C
}
fn spi_hz() -> u32 {
    16_000_000
}

impl Description {
    /// Reads a board file.
    ///
    /// # Errors
    /// When it is missing, too long, no TOML, or describes what cannot be.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let fault = |what: String| Fault { file: path.to_owned(), line: 1, what };
        let text = petri_runtime::intake::text_file(path, FILE_BYTES_MAX)
            .map_err(|error| fault(format!("{error}; ready files are in board/boards")))?;
        Self::parse(path, &text)
    }

    /// Reads the text of a board file; `file` is only named in faults.
    ///
    /// # Errors
    /// As [`Description::read`].
    pub fn parse(file: &Path, text: &str) -> Result<Self, Fault> {
        let at = |line: usize, what: String| Fault { file: file.to_owned(), line, what };
        let description: Self = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = 1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count();
            let what = error.message().lines().collect::<Vec<_>>().join(", ");
            at(line, format!("{what}; compare it with the ready files in board/boards"))
        })?;
        match rules::check(&description) {
            Ok(()) => Ok(description),
            Err((section, what)) => Err(at(line_of(text, section), what)),
        }
    }

    /// What is described, one part a line.
    pub fn summary(&self) -> String {
        let mut out = format!("board       {}\n", self.name);
        let mut add = |part: &str, what: Option<String>| {
            let _ = writeln!(out, "{part:<11} {}", what.unwrap_or_else(|| "not described".to_owned()));
        };
        add(
            "camera",
            self.camera.as_ref().map(|camera| {
                let formats: Vec<String> =
                    camera.formats.iter().map(|f| format!("{f:?}").to_uppercase()).collect();
                let (device, formats) = (camera.device.display(), formats.join(" or "));
                format!(
                    "{device}, {} x {} at {} a second, {formats}",
                    camera.width, camera.height, camera.fps
                )
            }),
        );
        add("microphone", self.microphone.as_ref().map(|part| part.device.clone()));
        add(
            "speaker",
            self.speaker.as_ref().map(|part| format!("{}, at {} %", part.device, part.volume_percent)),
        );
        add(
            "buttons",
            self.buttons.as_ref().map(|part| {
                let named = [("a", Some(&part.a)), ("b", part.b.as_ref()), ("c", part.c.as_ref())];
                let named = named.into_iter().chain([("stop", part.stop.as_ref())]);
                let lines: Vec<String> =
                    named.filter_map(|(name, line)| Some(format!("{name} {}", line?.line))).collect();
                format!("{} on {}", lines.join(", "), self.gpio)
            }),
        );
        add("privacy", self.privacy.as_ref().map(|part| format!("line {}", part.line.line)));
        add(
            "leds",
            self.leds.as_ref().map(|part| format!("{:?}, at most {} %", part.kind, part.brightness_percent)),
        );
        add(
            "display",
            self.display.as_ref().map(|part| {
                format!("{:?} at {}, turned {}", part.kind, part.device.display(), part.rotation)
            }),
        );
        out.truncate(out.trim_end().len());
        out
    }
}

/// The line of a section's heading, or of the first line that names it.
fn line_of(text: &str, section: &str) -> usize {
    let heads = [format!("[{section}]"), format!("[{section}."), section.to_owned()];
    let found = heads
        .iter()
        .find_map(|head| text.lines().position(|line| line.trim_start().starts_with(head.as_str())));
    1 + found.unwrap_or(0)
}

/// The ready board file for the machine whose device tree says `model`. Boards of one family may have other pins at
/// other places, so that only a whole name is taken for one.
pub fn ready_file(model: &str) -> &'static str {
    let starts = [
        ("Raspberry Pi 5", "pi-5.toml"),
        ("Raspberry Pi 4", "pi-4.toml"),
        ("Raspberry Pi Zero 2", "pi-zero-2w.toml"),
    ];
    let ends = [
        ("ROCK 5B", "rock-5.toml"),
        ("ROCK 5 Model B", "rock-5.toml"),
        ("Orange Pi 5", "orange-pi-5.toml"),
        ("Orange Pi 5B", "orange-pi-5.toml"),
    ];
    let model = model.trim_end_matches(['\0', '\n', ' ']);
    let start = starts.into_iter().find(|(name, _)| model.contains(name));
    start
        .or_else(|| ends.into_iter().find(|(name, _)| model.ends_with(name)))
        .map_or("linux.toml", |(_, file)| file)
}

#[cfg(test)]
mod tests;
