//! What a description must keep to, beyond its form.

use super::{Channel, Description, Display, DisplayKind, LedKind, Leds};

/// The section at fault, and what is the matter with it.
type Broken = (&'static str, String);

/// Longest name of a board or a device, in bytes.
const NAME_BYTES_MAX: usize = 200;
const CAMERA_SIDE_PIXELS_MAX: u32 = 4_096;
const CAMERA_FPS_MAX: u32 = 120;
const DEBOUNCE_MS_MAX: u16 = 500;
const LEDS_MAX: u16 = 256;
const SPI_HZ_MAX: u32 = 125_000_000;
const LINE_MAX: u32 = 1_023;

pub(super) fn check(board: &Description) -> Result<(), Broken> {
    let ensure = |kept: bool, section: &'static str, what: &str| {
        if kept { Ok(()) } else { Err((section, what.to_owned())) }
    };
    let name = |text: &str| !text.trim().is_empty() && text.len() <= NAME_BYTES_MAX;
    ensure(name(&board.name), "name", "the board has no name; give it a short one")?;
    ensure(name(&board.gpio), "gpio", "the GPIO chip has no name; use /dev/gpiochip0 or its label")?;
    if let Some(camera) = &board.camera {
        let sides = 16..=CAMERA_SIDE_PIXELS_MAX;
        let sound = sides.contains(&camera.width) && sides.contains(&camera.height);
        ensure(sound, "camera", "width and height are 16 to 4096 pixels; 640 by 480 is enough")?;
        let sound = (1..=CAMERA_FPS_MAX).contains(&camera.fps);
        ensure(sound, "camera", "fps is 1 to 120; 15 is enough")?;
        ensure(!camera.formats.is_empty(), "camera", "formats is empty; use [\"MJPG\", \"YUYV\"]")?;
    }
    if let Some(part) = &board.microphone {
        ensure(name(&part.device), "microphone", "the device has no name; `arecord -L` lists them")?;
    }
    if let Some(part) = &board.speaker {
        ensure(name(&part.device), "speaker", "the device has no name; `aplay -L` lists them")?;
        ensure(part.volume_percent <= 100, "speaker", "volume_percent is 0 to 100")?;
    }
    if let Some(part) = &board.buttons {
        ensure(part.debounce_ms <= DEBOUNCE_MS_MAX, "buttons", "debounce_ms is 0 to 500; 20 is usual")?;
    }
    if let Some(leds) = &board.leds {
        lights(leds).map_err(|what| ("leds", what.to_owned()))?;
    }
    if let Some(part) = &board.display {
        display(part).map_err(|what| ("display", what.to_owned()))?;
    }
    lines(board)
}

fn lights(leds: &Leds) -> Result<(), &'static str> {
    let channels = [&leds.red, &leds.green, &leds.blue];
    if leds.brightness_percent > 100 {
        return Err("brightness_percent is 0 to 100");
    }
    let wired = |channel: &&Option<Channel>| channel.is_some();
    match leds.kind {
        LedKind::Ws2812Spi if leds.device.is_none() => {
            Err("ws2812-spi needs the SPI device; add device = \"/dev/spidev0.0\"")
        }
        LedKind::Ws2812Spi if !(1..=LEDS_MAX).contains(&leds.count) => Err("count is 1 to 256"),
        LedKind::Ws2812Spi if channels.iter().any(wired) => {
            Err("ws2812-spi has no red, green and blue of their own; remove them")
        }
        LedKind::Ws2812Spi => Ok(()),
        _ if !channels.iter().any(wired) => {
            Err("no colour is wired; add red, green or blue, such as red = { line = 17 }")
        }
        LedKind::PwmRgb if channels.into_iter().flatten().any(|c| c.line.is_some() == c.path.is_some()) => {
            Err("each colour has either a line or a path")
        }
        LedKind::Sysfs if channels.into_iter().flatten().any(|c| c.path.is_none() || c.line.is_some()) => {
            Err("sysfs wants paths, such as red = { path = \"/sys/class/leds/red\" }")
        }
        _ => Ok(()),
    }
}

fn display(part: &Display) -> Result<(), &'static str> {
    let on_i2c = part.device.to_string_lossy().contains("i2c");
    let needs_dc = match part.kind {
        DisplayKind::Ssd1306 => !on_i2c,
        DisplayKind::St7789 | DisplayKind::Ili9341 => true,
        DisplayKind::Framebuffer => false,
    };
    if ![0, 90, 180, 270].contains(&part.rotation) {
        return Err("rotation is 0, 90, 180 or 270");
    }
    match part.kind {
        DisplayKind::St7789 | DisplayKind::Ili9341 if on_i2c => {
            Err("this display wants SPI; use device = \"/dev/spidev0.0\"")
        }
        _ if needs_dc && part.dc.is_none() => {
            Err("a display on SPI needs the line that tells data from commands; add dc = { line = 25 }")
        }
        DisplayKind::Ssd1306 if !part.rotation.is_multiple_of(180) => {
            Err("this display is wider than high: rotation is 0 or 180")
        }
        DisplayKind::Framebuffer if part.rotation != 0 => {
            Err("the kernel turns a framebuffer (fbcon=rotate: or the display overlay); leave rotation out")
        }
        DisplayKind::Ili9341 if !part.rotation.is_multiple_of(180) => {
            Err("screens are 320 by 240: rotation is 0 or 180")
        }
        _ if !(0x08..=0x77).contains(&part.address) => {
            Err("address is 0x08 to 0x77; `i2cdetect -y 1` shows it, usually 0x3C")
        }
        _ if !(10_000..=SPI_HZ_MAX).contains(&part.speed_hz) => Err("speed_hz is 10000 to 125000000"),
        _ => Ok(()),
    }
}

/// No line is used twice, and none is beyond what a chip has.
fn lines(board: &Description) -> Result<(), Broken> {
    let mut used: Vec<(String, u32, &'static str)> = Vec::new();
    let mut add = |chip: Option<&String>, line: u32, section: &'static str, part: &'static str| {
        let chip = chip.unwrap_or(&board.gpio).as_str();
        if line > LINE_MAX {
            return Err((section, format!("line {line} of {part} is beyond any chip; see the pin table")));
        }
        if let Some((.., other)) = used.iter().find(|(c, l, _)| (c.as_str(), *l) == (chip, line)) {
            return Err((
                section,
                format!("line {line} is used for {other} and for {part}; wire one elsewhere"),
            ));
        }
        used.push((chip.to_owned(), line, part));
        Ok(())
    };
    if let Some(part) = &board.buttons {
        let others = [
            (part.b.as_ref(), "button b"),
            (part.c.as_ref(), "button c"),
            (part.stop.as_ref(), "button stop"),
        ];
        for (line, name) in [(Some(&part.a), "button a")].into_iter().chain(others) {
            line.map_or(Ok(()), |line| add(line.chip.as_ref(), line.line, "buttons", name))?;
        }
    }
    if let Some(part) = &board.privacy {
        add(part.line.chip.as_ref(), part.line.line, "privacy", "the privacy switch")?;
    }
    if let Some(leds) = &board.leds {
        for (channel, name) in [(&leds.red, "red"), (&leds.green, "green"), (&leds.blue, "blue")] {
            if let Some((line, channel)) = channel.as_ref().and_then(|c| Some((c.line?, c))) {
                add(channel.chip.as_ref(), line, "leds", name)?;
            }
        }
    }
    if let Some(part) = &board.display {
        for (line, name) in [(&part.dc, "dc"), (&part.reset, "reset"), (&part.backlight, "backlight")] {
            line.as_ref().map_or(Ok(()), |line| add(line.chip.as_ref(), line.line, "display", name))?;
        }
    }
    Ok(())
}
