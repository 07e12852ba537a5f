//! A camera by V4L2: opened when it is first asked for a picture, let go of when nobody may look.

use super::advice::{Trouble, explain};
use super::privacy::Privacy;
use crate::description::{self, PixelFormat};
use crate::pixels;
use petri_runtime::Frame;
use petri_runtime::ports::{Camera, PortError};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use v4l::buffer::Type;
use v4l::capability::Flags;
use v4l::framesize::FrameSizeEnum;
use v4l::io::mmap::Stream;
use v4l::io::traits::{CaptureStream, Stream as _};
use v4l::video::Capture;
use v4l::video::capture::Parameters;
use v4l::{Device, Format, FourCC};

const PART: &str = "camera";
/// Pictures that the driver may fill ahead.
const BUFFERS: u32 = 4;
/// A camera that gives no picture for this long is dead.
const PICTURE_MS_MAX: u64 = 2_000;
/// Pictures in a row that cannot be decoded before the camera counts as broken.
const DAMAGED_MAX: u32 = 30;
/// Sizes that are looked at for one format.
const SIZES_MAX: usize = 256;
const ENODEV: i32 = 19;

/// What the camera was asked for, and gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mode {
    pub(crate) format: PixelFormat,
    pub(crate) width: u32,
    pub(crate) height: u32,
    stride: u32,
}

/// A camera, open or not.
pub(crate) struct V4lCamera {
    part: description::Camera,
    privacy: Arc<Privacy>,
    open: Option<Open>,
}

struct Open {
    stream: Careful,
    mode: Mode,
    damaged: u32,
}

impl V4lCamera {
    pub(crate) fn new(part: description::Camera, privacy: Arc<Privacy>) -> Self {
        Self { part, privacy, open: None }
    }

    /// The next picture; `None` when this one was damaged.
    pub(crate) fn look(&mut self) -> Result<Option<Frame>, Trouble> {
        self.privacy.check()?;
        let open = if let Some(open) = &mut self.open {
            open
        } else {
            let (device, mode) = connect(&self.part)?;
            let stream = Careful::start(&device).map_err(|error| explain(&error, &self.part.device))?;
            self.open.insert(Open { stream, mode, damaged: 0 })
        };
        match open.next() {
            Ok(frame) => Ok(frame),
            Err(error) => {
                self.open = None;
                match error.kind() {
                    // A signal came in between; the next call opens it again.
                    io::ErrorKind::Interrupted => Ok(None),
                    io::ErrorKind::InvalidData => Err(Trouble::fails(format!(
                        "{} sends pictures that cannot be read; try formats = [\"YUYV\"] or another cable",
                        self.part.device.display()
                    ))),
                    _ => Err(explain(&error, &self.part.device)),
                }
            }
        }
    }

    /// What the open camera gives.
    pub(crate) fn mode(&self) -> Option<Mode> {
        self.open.as_ref().map(|open| open.mode)
    }
}

impl Camera for V4lCamera {
    fn frame(&mut self) -> Result<Option<Frame>, PortError> {
        self.look().map_err(|trouble| trouble.of(PART))
    }

    fn ready(&mut self) -> Result<(), PortError> {
        self.privacy
            .check()
            .and_then(|()| connect(&self.part))
            .map(|_| ())
            .map_err(|trouble| trouble.of(PART))
    }

    fn rest(&mut self) {
        self.open = None;
    }
}

impl Open {
    fn next(&mut self) -> io::Result<Option<Frame>> {
        let mode = self.mode;
        let frame = self.stream.next(|bytes| match mode.format {
            PixelFormat::Mjpg => pixels::mjpg(bytes),
            PixelFormat::Yuyv => pixels::yuyv(bytes, mode.width, mode.height, mode.stride),
        })?;
        self.damaged = if frame.is_some() { 0 } else { self.damaged + 1 };
        if self.damaged >= DAMAGED_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(frame)
    }
}

/// Opens the device and agrees on a mode. No picture is taken.
fn connect(part: &description::Camera) -> Result<(Device, Mode), Trouble> {
    let shown = part.device.display();
    let failed = |error: io::Error| explain(&error, &part.device);
    // The library's own check of a path is coarser than that of the system.
    std::fs::metadata(&part.device).map_err(failed)?;
    let device = Device::with_path(&part.device).map_err(failed)?;
    let no_camera = || {
        Trouble::fails(format!(
            "{shown} is no camera; use another /dev/video (`v4l2-ctl --list-devices` lists them)"
        ))
    };
    let able = device.query_caps().map_err(|_| no_camera())?.capabilities;
    if !able.contains(Flags::VIDEO_CAPTURE | Flags::STREAMING) {
        return Err(no_camera());
    }
    let offers: Vec<Offer> = part.formats.iter().flat_map(|format| offers(&device, *format, part)).collect();
    let Some(best) = choose(part, &offers) else {
        let formats = device.enum_formats().unwrap_or_default();
        let names: Vec<String> = formats.iter().map(|format| format.fourcc.to_string()).collect();
        return Err(Trouble::fails(format!(
            "{shown} offers {}, none of which is in the board file; use a camera with MJPG or YUYV",
            if names.is_empty() { "no format".to_owned() } else { names.join(", ") }
        )));
    };
    let wanted = Format::new(best.width, best.height, fourcc(best.format));
    let got = device.set_format(&wanted).map_err(failed)?;
    // Cameras without a choice of speed refuse this; they run at their own.
    let _ = device.set_params(&Parameters::with_fps(part.fps));
    let Some(format) = [PixelFormat::Mjpg, PixelFormat::Yuyv].into_iter().find(|f| fourcc(*f) == got.fourcc)
    else {
        return Err(Trouble::fails(format!(
            "{shown} insists on {}; use a camera with MJPG or YUYV",
            got.fourcc
        )));
    };
    let stride = got.stride.max(2 * got.width);
    Ok((device, Mode { format, width: got.width, height: got.height, stride }))
}

fn fourcc(format: PixelFormat) -> FourCC {
    FourCC::new(match format {
        PixelFormat::Mjpg => b"MJPG",
        PixelFormat::Yuyv => b"YUYV",
    })
}

/// A format and a size that a camera has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Offer {
    format: PixelFormat,
    width: u32,
    height: u32,
}

fn offers(device: &Device, format: PixelFormat, part: &description::Camera) -> Vec<Offer> {
    let sizes = device.enum_framesizes(fourcc(format)).unwrap_or_default();
    let offer = |(width, height)| Offer { format, width, height };
    let size = |size: FrameSizeEnum| match size {
        FrameSizeEnum::Discrete(size) => (size.width, size.height),
        FrameSizeEnum::Stepwise(s) => (
            nearest_step(part.width, s.min_width, s.max_width, s.step_width),
            nearest_step(part.height, s.min_height, s.max_height, s.step_height),
        ),
    };
    let mut found: Vec<Offer> = sizes.into_iter().take(SIZES_MAX).map(|s| offer(size(s.size))).collect();
    let listed = || device.enum_formats().is_ok_and(|all| all.iter().any(|f| f.fourcc == fourcc(format)));
    if found.is_empty() && listed() {
        // Some drivers list no sizes: they take the nearest by themselves.
        found.push(offer((part.width, part.height)));
    }
    found
}

/// The value nearest to `wanted` of those from `min` to `max` in steps of `step`.
fn nearest_step(wanted: u32, min: u32, max: u32, step: u32) -> u32 {
    let step = step.max(1);
    let max = max.max(min);
    let steps = (wanted.clamp(min, max) - min + step / 2) / step;
    (min + steps * step).min(max)
}

/// The offer whose size is nearest; of several, that in the format that comes first in the board file.
fn choose(part: &description::Camera, offers: &[Offer]) -> Option<Offer> {
    let sides = 1..=Frame::SIDE_PIXELS_MAX;
    let usable = |offer: &&Offer| sides.contains(&offer.width) && sides.contains(&offer.height);
    let distance = |offer: &Offer| offer.width.abs_diff(part.width) + offer.height.abs_diff(part.height);
    let rank = |offer: &Offer| part.formats.iter().position(|format| *format == offer.format);
    offers.iter().filter(usable).min_by_key(|offer| (distance(offer), rank(offer))).copied()
}

/// A stream whose end never takes the program with it: the library panics when a driver refuses to stop.
struct Careful(Option<Stream<'static>>);

impl Careful {
    fn start(device: &Device) -> io::Result<Self> {
        let mut stream = Stream::with_buffers(device, Type::VideoCapture, BUFFERS)?;
        stream.set_timeout(Duration::from_millis(PICTURE_MS_MAX));
        Ok(Self(Some(stream)))
    }

    fn next<T>(&mut self, take: impl FnOnce(&[u8]) -> T) -> io::Result<T> {
        let stream = self.0.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let (bytes, meta) = CaptureStream::next(stream)?;
        Ok(take(&bytes[..bytes.len().min(meta.bytesused as usize)]))
    }
}

impl Drop for Careful {
    fn drop(&mut self) {
        let Some(mut stream) = self.0.take() else { return };
        match stream.stop() {
            Err(error) if error.raw_os_error() != Some(ENODEV) => std::mem::forget(stream),
            _ => {
                let _ = catch_unwind(AssertUnwindSafe(|| drop(stream)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn part() -> description::Camera {
        description::Camera {
            device: PathBuf::from("/dev/video0"),
            width: 640,
            height: 480,
            fps: 15,
            formats: vec![PixelFormat::Mjpg, PixelFormat::Yuyv],
        }
    }

    fn offer(format: PixelFormat, width: u32, height: u32) -> Offer {
        Offer { format, width, height }
    }

    #[test]
    fn the_nearest_size_is_taken_and_then_the_first_format() {
        use PixelFormat::{Mjpg, Yuyv};
        let both = [offer(Yuyv, 640, 480), offer(Mjpg, 1_920, 1_080), offer(Mjpg, 640, 480)];
        assert_eq!(choose(&part(), &both), Some(both[2]));
        assert_eq!(choose(&part(), &both[..2]), Some(both[0]), "size before format");
        let large = [offer(Mjpg, 1_280, 720), offer(Yuyv, 320, 240)];
        assert_eq!(choose(&part(), &large), Some(large[1]));
        assert_eq!(choose(&part(), &[]), None);
        assert_eq!(choose(&part(), &[offer(Mjpg, 0, 480), offer(Mjpg, 9_000, 480)]), None);
    }

    #[test]
    fn sizes_in_steps_are_rounded_and_kept_in_bounds() {
        assert_eq!(nearest_step(640, 16, 1_920, 2), 640);
        assert_eq!(nearest_step(641, 16, 1_920, 16), 640);
        assert_eq!(nearest_step(10, 16, 1_920, 16), 16);
        assert_eq!(nearest_step(4_000, 16, 1_900, 16), 1_900);
        assert_eq!(nearest_step(300, 320, 320, 0), 320);
        assert_eq!(nearest_step(300, 320, 100, 0), 320, "a driver that has it the wrong way round");
    }

    #[test]
    fn a_camera_that_is_not_there_or_is_none_says_what_to_do() {
        let missing = description::Camera { device: PathBuf::from("/dev/video-none"), ..part() };
        let mut camera = V4lCamera::new(missing, Arc::new(Privacy::none()));
        let told = camera.frame().expect_err("missing").to_string();
        assert!(told.starts_with("camera: /dev/video-none is not there; plug"), "{told}");
        assert!(camera.ready().is_err() && camera.mode().is_none());
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("video0");
        std::fs::write(&file, b"no camera").expect("written");
        let mut camera =
            V4lCamera::new(description::Camera { device: file, ..part() }, Arc::new(Privacy::none()));
        let told = camera.frame().expect_err("a file").to_string();
        assert!(told.contains("is no camera; use another /dev/video"), "{told}");
        camera.rest();
    }
}
