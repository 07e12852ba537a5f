//! A screen that the kernel drives, written as a file. The picture is the largest whole multiple of Petri's own size
//! that fits, in the middle.

use super::advice::{Trouble, explain};
use embedded_graphics::pixelcolor::{Rgb565, RgbColor};
use embedded_graphics::prelude::{IntoStorage, Size};
use petri_core::screen::{Display, Ink, SIZE_MIN, Tint};
use petri_core::{Pack, Screen};
use petri_runtime::picture::Canvas;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Longest side that is drawn on.
const SIDE_PIXELS_MAX: u32 = 8_192;

/// Fewest lines in one write.
const LINES_MIN: u32 = 2;

/// How the pixels lie in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Geometry {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) bits: u32,
    stride: u32,
}

impl Geometry {
    /// Reads the kernel's files about a framebuffer.
    fn read(folder: &Path) -> Result<Self, Trouble> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|error| explain(&error, &path))
        };
        let odd = |what: &str| Trouble::fails(format!("{}: {what}; use another display", folder.display()));
        let number = |text: &str| text.trim().parse::<u32>().ok();
        let size = read("virtual_size")?;
        let (width, height) = size.split_once(',').ok_or_else(|| odd("it has no size"))?;
        let (Some(width), Some(height)) = (number(width), number(height)) else {
            return Err(odd("it has no size"));
        };
        let bits = number(&read("bits_per_pixel")?).unwrap_or(0);
        // Memory may hold several pictures; the mode in use says how much of it is shown.
        let shown = read("modes").ok().and_then(|modes| mode(&modes));
        let (width, height) = shown.filter(|(w, h)| *w <= width && *h <= height).unwrap_or((width, height));
        let stride = read("stride").ok().and_then(|text| number(&text)).unwrap_or(0).max(width * bits / 8);
        let sides = 1..=SIDE_PIXELS_MAX;
        if !sides.contains(&width) || !sides.contains(&height) || stride > 4 * SIDE_PIXELS_MAX {
            return Err(odd("its size is unusual"));
        }
        if ![16, 24, 32].contains(&bits) {
            return Err(odd(&format!("it has {bits} bits a pixel, and 16, 24 and 32 are understood")));
        }
        Ok(Self { width, height, bits, stride })
    }

    fn put(&self, colour: Rgb565, row: &mut Vec<u8>) {
        let wide = |value: u8, most: u8| (u16::from(value) * 255 / u16::from(most)) as u8;
        let (red, green, blue) = (wide(colour.r(), 31), wide(colour.g(), 63), wide(colour.b(), 31));
        match self.bits {
            16 => row.extend(colour.into_storage().to_le_bytes()),
            24 => row.extend([blue, green, red]),
            _ => row.extend([blue, green, red, 0]),
        }
    }
}

/// Width and height of a line such as `U:640x480p-60`.
fn mode(modes: &str) -> Option<(u32, u32)> {
    let (width, rest) = modes.lines().next()?.split_once(':')?.1.split_once('x')?;
    let height: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((width.parse().ok()?, height.parse().ok()?))
}

/// The display of the kernel's.
pub(crate) struct Framebuffer {
    path: PathBuf,
    file: File,
    pub(crate) geometry: Geometry,
    size: Size,
    zoom: u32,
    /// What was written, line by line as the device has it.
    frame: Vec<u8>,
}

impl Framebuffer {
    /// Opens the device and clears it.
    pub(crate) fn open(device: &Path, geometry: Option<&Path>) -> Result<Self, Trouble> {
        let file = OpenOptions::new().write(true).open(device).map_err(|error| explain(&error, device))?;
        let usual = || Path::new("/sys/class/graphics").join(device.file_name().unwrap_or_default());
        let folder = geometry.map_or_else(usual, Path::to_owned);
        let geometry = Geometry::read(&folder)?;
        let whole = Size::new(geometry.width, geometry.height);
        let own = Display::Colour320x240.size();
        let zoom = (whole.width / own.width).min(whole.height / own.height);
        // A screen smaller than Petri's own is drawn on as it is.
        let (size, zoom) = if zoom == 0 { (whole.component_max(SIZE_MIN), 1) } else { (own, zoom) };
        let mut screen = Self { path: device.to_owned(), file, geometry, size, zoom, frame: Vec::new() };
        screen.clear()?;
        Ok(screen)
    }

    fn clear(&mut self) -> Result<(), Trouble> {
        let mut line = Vec::new();
        for _ in 0..self.geometry.width {
            self.geometry.put(Rgb565::of(Tint::Paper), &mut line);
        }
        line.resize(self.geometry.stride as usize, 0);
        self.frame = line.repeat(self.geometry.height as usize);
        self.write(0, self.geometry.height)
    }

    /// Draws `screen`; only from the first to the last line that changed is anything written.
    pub(crate) fn show(&mut self, screen: &Screen, pack: &Pack<'_>) -> Result<(), Trouble> {
        self.put(&Canvas::<Rgb565>::of(screen, pack, self.size))
    }

    /// Shows a picture of Petri's size.
    pub(crate) fn put(&mut self, canvas: &Canvas<Rgb565>) -> Result<(), Trouble> {
        let shown = Size::new(self.size.width * self.zoom, self.size.height * self.zoom);
        let left = self.geometry.width.saturating_sub(shown.width) / 2;
        let top = self.geometry.height.saturating_sub(shown.height) / 2;
        let columns = shown.width.min(self.geometry.width);
        let stride = self.geometry.stride as usize;
        let mut changed: Option<(u32, u32)> = None;
        let mut row = Vec::with_capacity(4 * columns as usize);
        for y in 0..self.size.height {
            row.clear();
            for x in 0..columns {
                self.geometry.put(canvas.pixel(x / self.zoom, y).unwrap_or(Rgb565::BLACK), &mut row);
            }
            for line in top + y * self.zoom..top + (y + 1) * self.zoom {
                let start = line as usize * stride + (left * self.geometry.bits / 8) as usize;
                let Some(old) = self.frame.get_mut(start..start + row.len()) else { break };
                if old != row {
                    old.copy_from_slice(&row);
                    changed = Some((changed.map_or(line, |(first, _)| first), line + 1));
                }
            }
        }
        changed.map_or(Ok(()), |(first, end)| self.write(first, end))
    }

    /// Writes the lines from `first` to before `end`.
    fn write(&mut self, first: u32, end: u32) -> Result<(), Trouble> {
        // Linux 6.1 does not show what is written to exactly one whole line: it takes its right edge for its left one.
        let first = if end - first < LINES_MIN { end.saturating_sub(LINES_MIN) } else { first };
        let end = end.max(LINES_MIN).min(self.geometry.height);
        let stride = self.geometry.stride as usize;
        // What lies behind the last pixel of the last line may not be the device's any more.
        let last = (end as usize - 1) * stride + (self.geometry.width * self.geometry.bits / 8) as usize;
        let bytes = &self.frame[first as usize * stride..last];
        let place = SeekFrom::Start(u64::from(first) * stride as u64);
        let written = self.file.seek(place).and_then(|_| self.file.write_all(bytes));
        written.map_err(|error| explain(&error, &self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_graphics::prelude::*;
    use petri_core::{Input, Millis, Session, Setup};

    /// A framebuffer that is a plain file.
    fn plain(
        size: &str,
        bits: u32,
        stride: u32,
        modes: Option<&str>,
    ) -> (tempfile::TempDir, Result<Framebuffer, Trouble>) {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
        write("virtual_size", size);
        write("bits_per_pixel", &format!("{bits}\n"));
        write("stride", &format!("{stride}\n"));
        write("fb0", "");
        if let Some(modes) = modes {
            write("modes", modes);
        }
        let opened = Framebuffer::open(&folder.path().join("fb0"), Some(folder.path()));
        (folder, opened)
    }

    fn first_screen(pack: &Pack<'_>) -> Screen {
        Session::new(Setup::new(1, pack)).step(Millis(0), Input::Tick).screen
    }

    #[test]
    fn the_screen_lies_in_the_file_as_the_kernel_wants_it() {
        let pack = Pack::starter();
        let screen = first_screen(&pack);
        let canvas = Canvas::<Rgb565>::of(&screen, &pack, Size::new(320, 240));
        for (bits, stride) in [(32, 2_560), (16, 1_344), (24, 1_920)] {
            let (folder, opened) = plain("640,480\n", bits, stride, None);
            let mut display = opened.expect("opened");
            display.show(&screen, &pack).expect("shown");
            let bytes = fs::read(folder.path().join("fb0")).expect("read");
            let width = bits as usize / 8;
            assert_eq!(bytes.len(), 479 * stride as usize + 640 * width);
            for (x, y) in [(0, 0), (160, 120), (20, 30), (319, 239), (60, 200)] {
                let colour = canvas.pixel(x, y).expect("inside");
                let mut wanted = Vec::new();
                display.geometry.put(colour, &mut wanted);
                for (dx, dy) in [(0, 0), (1, 1)] {
                    let at = (2 * y + dy) as usize * stride as usize + (2 * x + dx) as usize * width;
                    assert_eq!(&bytes[at..at + width], wanted, "{bits} bits at {x}, {y}");
                }
            }
        }
    }

    #[test]
    fn only_what_changed_is_written_and_never_a_single_line() {
        let (folder, opened) = plain("320,240", 32, 1_280, None);
        let mut display = opened.expect("opened");
        let mut canvas = Canvas::<Rgb565>::blank(Size::new(320, 240));
        display.put(&canvas).expect("shown");
        let path = folder.path().join("fb0");
        fs::write(&path, vec![7; 1_280 * 240]).expect("scribbled over");
        let red = Rgb565::RED;
        canvas.draw_iter([Pixel(Point::new(3, 100), red)]).expect("drawn");
        display.put(&canvas).expect("shown");
        let bytes = fs::read(&path).expect("read");
        assert_eq!(&bytes[100 * 1_280 + 12..][..4], [0, 0, 255, 0]);
        let (above, below) = (&bytes[..99 * 1_280], &bytes[101 * 1_280..]);
        assert!(above.iter().chain(below).all(|byte| *byte == 7));
        assert!(bytes[99 * 1_280..101 * 1_280].iter().all(|byte| *byte != 7));
    }

    #[test]
    fn small_and_odd_screens_are_drawn_on_or_refused() {
        let pack = Pack::starter();
        let (_folder, opened) = plain("240,240", 16, 480, None);
        opened.expect("opened").show(&first_screen(&pack), &pack).expect("shown");
        let (_folder, opened) = plain("64,48", 16, 128, None);
        opened.expect("opened").show(&first_screen(&pack), &pack).expect("shown");
        let (_folder, opened) = plain("800,960", 32, 3_200, Some("U:800x480p-60\nU:640x480p-60\n"));
        let geometry = opened.expect("opened").geometry;
        assert_eq!((geometry.width, geometry.height), (800, 480));
        let told = |size: &str, bits: u32| plain(size, bits, 0, None).1.err().expect("refused").what;
        assert!(told("640,480", 8).contains("8 bits a pixel"));
        assert!(told("640", 32).contains("no size") && told("a,b", 32).contains("no size"));
        assert!(told("0,480", 32).contains("unusual") && told("90000,480", 32).contains("unusual"));
        assert!(Framebuffer::open(Path::new("/dev/fb-none"), None).err().expect("missing").missing);
    }

    #[test]
    fn modes_are_read() {
        assert_eq!(mode("U:640x480p-60\n"), Some((640, 480)));
        assert_eq!(mode("V:1024x768i-75"), Some((1_024, 768)));
        assert_eq!(mode(""), None);
        assert_eq!(mode("nonsense"), None);
    }
}
