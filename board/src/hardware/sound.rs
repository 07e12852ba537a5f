//! What microphone and speaker have in common: ALSA devices by name, and the form in which sound comes and goes.

use super::advice::{Trouble, permission};
use cpal::traits::HostTrait;
use cpal::{BufferSize, ErrorKind, HostId, SampleFormat, StreamConfig};
use cpal::{SupportedBufferSize, SupportedStreamConfigRange};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Rates in the order of preference: those that 16 kHz divides sound best and cost least.
const RATES_HZ: [u32; 6] = [48_000, 16_000, 32_000, 96_000, 44_100, 8_000];
/// Lowest and highest rate that is taken at all.
const RATE_HZ_MIN: u32 = 8_000;
const RATE_HZ_MAX: u32 = 192_000;
const CHANNELS_MAX: u16 = 32;

/// Sound comes and goes in portions of this length, two of which fit the device's buffer: long enough for a small board
/// that is busy with a model.
const PORTION_MS: u32 = 100;

/// Sample formats that are read and written, the best first.
const FORMATS: [SampleFormat; 11] = [
    SampleFormat::F32,
    SampleFormat::I16,
    SampleFormat::I32,
    SampleFormat::I24,
    SampleFormat::F64,
    SampleFormat::U16,
    SampleFormat::U32,
    SampleFormat::U24,
    SampleFormat::I64,
    SampleFormat::I8,
    SampleFormat::U8,
];

/// Calls a generic function with the sample type of a format, one of [`FORMATS`].
macro_rules! with_samples {
    ($format:expr, $typed:ident $arguments:tt) => {
        match $format {
            cpal::SampleFormat::F32 => $typed::<f32> $arguments,
            cpal::SampleFormat::F64 => $typed::<f64> $arguments,
            cpal::SampleFormat::I8 => $typed::<i8> $arguments,
            cpal::SampleFormat::I16 => $typed::<i16> $arguments,
            cpal::SampleFormat::I24 => $typed::<cpal::I24> $arguments,
            cpal::SampleFormat::I32 => $typed::<i32> $arguments,
            cpal::SampleFormat::I64 => $typed::<i64> $arguments,
            cpal::SampleFormat::U8 => $typed::<u8> $arguments,
            cpal::SampleFormat::U16 => $typed::<u16> $arguments,
            cpal::SampleFormat::U24 => $typed::<cpal::U24> $arguments,
            cpal::SampleFormat::U32 => $typed::<u32> $arguments,
            _ => Err(cpal::ErrorKind::UnsupportedConfig.into()),
        }
    };
}
pub(super) use with_samples;

/// The form in which a device gives or takes sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) rate_hz: u32,
    pub(crate) channels: u16,
    pub(crate) format: SampleFormat,
    /// Frames in a portion, where the device says what it can do.
    portion: Option<u32>,
}

impl Form {
    pub(crate) fn config(self) -> StreamConfig {
        StreamConfig {
            channels: self.channels,
            sample_rate: self.rate_hz,
            buffer_size: self.portion.map_or(BufferSize::Default, BufferSize::Fixed),
        }
    }
}

/// The best of the forms that a device has: few channels, a good rate, a good format.
pub(crate) fn choose(ranges: impl IntoIterator<Item = SupportedStreamConfigRange>) -> Option<Form> {
    let mut best: Option<((u16, usize, usize), Form)> = None;
    for range in ranges {
        let Some(format_rank) = FORMATS.iter().position(|format| *format == range.sample_format()) else {
            continue;
        };
        let (low, high) =
            (range.min_sample_rate().max(RATE_HZ_MIN), range.max_sample_rate().min(RATE_HZ_MAX));
        if low > high || !(1..=CHANNELS_MAX).contains(&range.channels()) {
            continue;
        }
        let rate = RATES_HZ.iter().enumerate().find(|(_, rate)| (low..=high).contains(rate));
        let (rate_rank, rate_hz) = rate.map_or((RATES_HZ.len(), high), |(rank, rate)| (rank, *rate));
        let rank = (range.channels(), rate_rank, format_rank);
        if best.is_none_or(|(other, _)| rank < other) {
            let (channels, format) = (range.channels(), range.sample_format());
            let portion = portion(rate_hz, range.buffer_size());
            best = Some((rank, Form { rate_hz, channels, format, portion }));
        }
    }
    best.map(|(_, form)| form)
}

fn portion(rate_hz: u32, possible: &SupportedBufferSize) -> Option<u32> {
    match possible {
        SupportedBufferSize::Range { min, max } => Some((rate_hz / 1_000 * PORTION_MS).min(*max).max(*min)),
        SupportedBufferSize::Unknown => None,
    }
}

/// The device of this ALSA name.
pub(crate) fn device(name: &str) -> Result<cpal::Device, Trouble> {
    let host = cpal::host_from_id(HostId::Alsa).map_err(|error| explain(&error, name))?;
    let found = if name == "default" {
        host.default_input_device()
    } else {
        host.device_by_id(&cpal::DeviceId::new(HostId::Alsa, name))
    };
    found.ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Trouble {
    // A card that may not be opened is not even listed.
    let cards = std::fs::read_dir("/dev/snd").into_iter().flatten().filter_map(Result::ok);
    let mut controls = cards.filter(|entry| entry.file_name().to_string_lossy().starts_with("controlC"));
    let denied = |entry: std::fs::DirEntry| {
        std::fs::File::open(entry.path()).is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
    };
    if controls.any(denied) {
        return Trouble::fails(permission(Path::new("/dev/snd")));
    }
    Trouble::missing(format!(
        "there is no sound device {name}; plug it in, or name one that `arecord -L` or `aplay -L` lists"
    ))
}

/// What is the matter with a sound device.
pub(crate) fn explain(error: &cpal::Error, name: &str) -> Trouble {
    match error.kind() {
        ErrorKind::DeviceNotAvailable => missing(name),
        ErrorKind::PermissionDenied => Trouble::fails(permission(Path::new("/dev/snd"))),
        ErrorKind::DeviceBusy => Trouble::fails(format!(
            "{name} is used by another program; end that program (`fuser -v /dev/snd/*` names it)"
        )),
        ErrorKind::UnsupportedConfig | ErrorKind::UnsupportedOperation => Trouble::fails(format!(
            "{name} does not work in this direction or form; try plug{name} or another device of `arecord -L`"
        )),
        // ALSA has no card at all, or no default: it says so in a text only.
        _ if !Path::new("/dev/snd").exists() => {
            Trouble::missing("there is no sound card; plug one in, or load its driver or overlay")
        }
        _ => Trouble::fails(format!("{name}: {error}; check its cable and the board file")),
    }
}

/// What a stream tells while it runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Health {
    xruns: Arc<AtomicU32>,
    fault: Arc<Mutex<Option<Trouble>>>,
}

impl Health {
    /// Sound that was lost because somebody was late.
    pub(crate) fn xruns(&self) -> u32 {
        self.xruns.load(Ordering::Relaxed)
    }

    pub(crate) fn count_xrun(&self) {
        self.xruns.fetch_add(1, Ordering::Relaxed);
    }

    /// What ended the stream, once.
    pub(crate) fn take_fault(&self) -> Option<Trouble> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) fn fail(&self, trouble: Trouble) {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
    }

    /// Notes what a stream complains of.
    pub(crate) fn hear(&self, error: &cpal::Error, name: &str) {
        match error.kind() {
            ErrorKind::Xrun => self.count_xrun(),
            ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
            _ => self.fail(explain(error, name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(channels: u16, low: u32, high: u32, format: SampleFormat) -> SupportedStreamConfigRange {
        SupportedStreamConfigRange::new(channels, low, high, SupportedBufferSize::Unknown, format)
    }

    #[test]
    fn the_form_of_a_device_is_chosen_with_care() {
        let form = |ranges: &[SupportedStreamConfigRange]| choose(ranges.iter().copied());
        let of = |rate_hz, channels, format| Some(Form { rate_hz, channels, format, portion: None });
        let usb = [range(2, 44_100, 48_000, SampleFormat::I16), range(1, 8_000, 48_000, SampleFormat::I16)];
        assert_eq!(form(&usb), of(48_000, 1, SampleFormat::I16));
        let i2s = [range(2, 8_000, 192_000, SampleFormat::I32), range(2, 8_000, 192_000, SampleFormat::I16)];
        assert_eq!(form(&i2s), of(48_000, 2, SampleFormat::I16));
        assert_eq!(form(&[range(2, 44_100, 44_100, SampleFormat::U8)]), of(44_100, 2, SampleFormat::U8));
        assert_eq!(form(&[range(1, 22_050, 22_050, SampleFormat::F32)]), of(22_050, 1, SampleFormat::F32));
        assert_eq!(form(&[range(1, 16_000, 16_000, SampleFormat::I24)]), of(16_000, 1, SampleFormat::I24));
        assert_eq!(form(&[range(2, 1_000, 4_000, SampleFormat::I16)]), None);
        assert_eq!(form(&[range(2, 48_000, 48_000, SampleFormat::DsdU8)]), None);
        assert_eq!(form(&[range(64, 48_000, 48_000, SampleFormat::I16)]), None);
        assert_eq!(form(&[]), None);
    }

    #[test]
    fn a_portion_is_as_long_as_the_device_allows() {
        let of = |min, max| portion(48_000, &SupportedBufferSize::Range { min, max });
        assert_eq!(
            (of(32, 65_536), of(32, 2_048), of(9_600, 65_536)),
            (Some(4_800), Some(2_048), Some(9_600))
        );
        assert_eq!(portion(48_000, &SupportedBufferSize::Unknown), None);
    }

    #[test]
    fn complaints_of_a_stream_are_counted_or_end_it() {
        let health = Health::default();
        health.hear(&ErrorKind::Xrun.into(), "hw:1,0");
        health.hear(&ErrorKind::RealtimeDenied.into(), "hw:1,0");
        assert_eq!((health.xruns(), health.take_fault()), (1, None));
        health.hear(&ErrorKind::DeviceNotAvailable.into(), "hw:1,0");
        let fault = health.take_fault().expect("a fault");
        assert!(fault.missing && fault.what.contains("no sound device hw:1,0; plug it in"), "{fault:?}");
        assert_eq!(health.take_fault(), None);
        let denied = explain(&ErrorKind::PermissionDenied.into(), "hw:1,0");
        assert!(denied.what.contains("add the user to the group audio"), "{denied:?}");
        assert!(explain(&ErrorKind::DeviceBusy.into(), "hw:1,0").what.contains("fuser"));
    }

    #[test]
    fn a_name_that_no_device_has_is_missing() {
        let told = device("hw:CARD=NoSuchCard,DEV=0").map(|_| ()).expect_err("missing");
        assert!(
            told.what.contains("hw:CARD=NoSuchCard,DEV=0") || told.what.contains("sound card"),
            "{told:?}"
        );
    }
}
