use super::*;
use embedded_hal::spi::Operation;
use petri_core::{Input, Millis, Session, Setup};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

/// What went over the wires: each byte, and whether it was data.
#[derive(Clone, Default)]
struct Tape {
    bytes: Arc<Mutex<Vec<(bool, u8)>>>,
    data: Arc<Mutex<bool>>,
}

impl Tape {
    /// The commands since the last call, with their data.
    fn commands(&self) -> Vec<(u8, Vec<u8>)> {
        let mut commands: Vec<(u8, Vec<u8>)> = Vec::new();
        for (data, byte) in std::mem::take(&mut *self.bytes.lock().expect("a lock")) {
            if data {
                commands.last_mut().expect("a command first").1.push(byte);
            } else {
                commands.push((byte, Vec::new()));
            }
        }
        commands
    }
}

impl embedded_hal::spi::ErrorType for Tape {
    type Error = Infallible;
}

impl SpiDevice for Tape {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Infallible> {
        let data = *self.data.lock().expect("a lock");
        for operation in operations {
            if let Operation::Write(bytes) = operation {
                assert!(bytes.len() <= BATCH_BYTES, "{} bytes at once", bytes.len());
                self.bytes.lock().expect("a lock").extend(bytes.iter().map(|byte| (data, *byte)));
            }
        }
        Ok(())
    }
}

impl ErrorType for Tape {
    type Error = Infallible;
}

impl OutputPin for Tape {
    fn set_low(&mut self) -> Result<(), Infallible> {
        *self.data.lock().expect("a lock") = false;
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        *self.data.lock().expect("a lock") = true;
        Ok(())
    }
}

fn part(kind: DisplayKind, rotation: u16) -> description::Display {
    description::Display {
        kind,
        device: "/dev/spidev0.0".into(),
        address: 0x3C,
        speed_hz: 1_000_000,
        dc: None,
        reset: None,
        backlight: None,
        rotation,
        geometry: None,
    }
}

/// What a colour display shows after these commands.
struct Memory {
    size: Size,
    window: [usize; 4],
    pixels: Vec<u16>,
}

impl Memory {
    fn take(&mut self, commands: &[(u8, Vec<u8>)]) {
        let word = |pair: &[u8]| usize::from(u16::from_be_bytes([pair[0], pair[1]]));
        for (command, data) in commands {
            match command {
                0x2A => (self.window[0], self.window[1]) = (word(&data[..2]), word(&data[2..])),
                0x2B => (self.window[2], self.window[3]) = (word(&data[..2]), word(&data[2..])),
                0x2C => {
                    let [left, right, top, bottom] = self.window;
                    let places = (top..=bottom).flat_map(|y| (left..=right).map(move |x| (x, y)));
                    assert_eq!(data.len(), 2 * (right - left + 1) * (bottom - top + 1));
                    for ((x, y), pixel) in places.zip(data.chunks(2)) {
                        self.pixels[y * self.size.width as usize + x] = word(pixel) as u16;
                    }
                }
                _ => {}
            }
        }
    }
}

fn screens(pack: &Pack<'_>) -> [Screen; 2] {
    let mut session = Session::new(Setup::new(1, pack));
    let first = session.step(Millis(0), Input::Tick).screen;
    let second = session.step(Millis(50), Input::Button(petri_core::Button::A)).screen;
    assert!(first != second);
    [first, second]
}

fn shows<M: Model<ColorFormat = Rgb565> + Send>(
    model: M,
    part: &description::Display,
    size: Size,
    turned: u8,
) {
    use embedded_graphics::prelude::IntoStorage;
    let (pack, tape) = (Pack::starter(), Tape::default());
    let wired = Wires { spi: tape.clone(), dc: tape.clone(), batch: Vec::new() };
    let mut face = colourful(model, wired, None, None, part).expect("started");
    let start = tape.commands();
    assert!(start.iter().any(|(command, data)| *command == 0x36 && data[..] == [turned]), "{start:?}");
    assert!(start.iter().any(|(command, data)| *command == 0x3A && data[..] == [0x55]), "{start:?}");
    let mut memory = Memory { size, window: [0; 4], pixels: vec![0; (size.width * size.height) as usize] };
    let whole = memory.pixels.len() * 2;
    for (turn, screen) in screens(&pack).iter().enumerate() {
        face.show(screen, &pack).expect("shown");
        let commands = tape.commands();
        let sent: usize = commands.iter().map(|(_, data)| data.len()).sum();
        assert!(turn == 0 || sent < whole, "the second screen differs in a part only: {sent} bytes");
        memory.take(&commands);
        let canvas = Canvas::<Rgb565>::of(screen, &pack, size);
        for (x, y) in (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y))) {
            let shown = memory.pixels[(y * size.width + x) as usize];
            assert_eq!(Some(shown), canvas.pixel(x, y).map(Rgb565::into_storage), "at {x}, {y}");
        }
    }
    face.show(&screens(&pack)[1], &pack).expect("shown");
    assert!(tape.commands().is_empty(), "nothing changed");
}

#[test]
fn an_st7789_shows_the_screen() {
    shows(ST7789, &part(DisplayKind::St7789, 0), Size::new(240, 240), 0x00);
}

#[test]
fn an_ili9341_shows_the_screen() {
    shows(ILI9341Rgb565, &part(DisplayKind::Ili9341, 0), Size::new(320, 240), 0x28);
    shows(ILI9341Rgb565, &part(DisplayKind::Ili9341, 180), Size::new(320, 240), 0xE8);
}

#[test]
fn an_ssd1306_shows_the_screen() {
    let (pack, tape) = (Pack::starter(), Tape::default());
    let bus = SPIInterface::new(tape.clone(), tape.clone());
    let mut face = Mono::start(bus, Path::new("/dev/spidev0.0"), None, 0).expect("started");
    tape.commands();
    let mut memory = [0u8; 1_024];
    for screen in screens(&pack) {
        face.show(&screen, &pack).expect("shown");
        let all = std::mem::take(&mut *tape.bytes.lock().expect("a lock"));
        let commands: Vec<u8> = all.iter().filter(|(data, _)| !data).map(|(_, byte)| *byte).collect();
        let mut data = all.iter().filter(|(data, _)| *data).map(|(_, byte)| *byte);
        // Column address: 0x21, first, last; page address: 0x22, first, last.
        let at = commands.iter().position(|byte| *byte == 0x21).expect("columns");
        let [left, right] = [commands[at + 1], commands[at + 2]].map(usize::from);
        let [top, bottom] = [commands[at + 4], commands[at + 5]].map(usize::from);
        assert_eq!(commands[at + 3], 0x22);
        for (page, column) in (top..=bottom).flat_map(|page| (left..=right).map(move |column| (page, column)))
        {
            memory[page * 128 + column] = data.next().expect("enough data");
        }
        let canvas = Canvas::<BinaryColor>::of(&screen, &pack, Size::new(128, 64));
        for (x, y) in (0..64u32).flat_map(|y| (0..128u32).map(move |x| (x, y))) {
            let lit = memory[(y / 8 * 128 + x) as usize] >> (y % 8) & 1 == 1;
            assert_eq!(Some(lit), canvas.pixel(x, y).map(BinaryColor::is_on), "at {x}, {y}");
        }
    }
    assert_eq!(face.name(), "SSD1306 128 x 64 on /dev/spidev0.0");
}

#[test]
fn displays_that_are_not_there_say_what_to_do() {
    let missing = |kind, device: &str| description::Display { device: device.into(), ..part(kind, 0) };
    let told = |part: &description::Display| open("/dev/gpiochip-none", part).err().expect("refused");
    let i2c = told(&missing(DisplayKind::Ssd1306, "/dev/i2c-none"));
    assert!(i2c.missing && i2c.what.contains("/dev/i2c-none is not there"), "{i2c:?}");
    let wired = description::Display {
        dc: Some(Line { chip: None, line: 25 }),
        ..missing(DisplayKind::St7789, "/dev/spidev-none")
    };
    assert!(told(&wired).what.contains("gpiodetect"));
    assert!(told(&missing(DisplayKind::Framebuffer, "/dev/fb-none")).missing);
    assert!(
        RealPanel::open("", &missing(DisplayKind::Framebuffer, "/dev/fb-none"), Pack::starter()).is_err()
    );
}
