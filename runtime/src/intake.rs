//! Reads files that a user hands in, within limits, and says what to do when it cannot.

use crate::media::SAMPLE_RATE_HZ;
use crate::{Clip, Error, Frame};
use image::{ImageReader, Limits};
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Seek};
use std::path::Path;

/// Largest file that is opened at all.
pub const FILE_BYTES_MAX: u64 = 64 << 20;
/// Longest text that is read, in bytes.
pub const TEXT_BYTES_MAX: usize = 4_096;
/// Largest sample that is taken for sound; 1 is full scale.
const FULL_SCALE_MAX: f32 = 16.0;

const IMAGE_KINDS: &str = "PNG, JPEG, BMP or PNM";

fn refuse(path: &Path, what: impl Into<String>) -> Error {
    Error::Intake { path: path.to_owned(), what: what.into() }
}

fn open(path: &Path) -> Result<BufReader<File>, Error> {
    let explain = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => refuse(path, "there is no such file; check the name"),
        std::io::ErrorKind::PermissionDenied => refuse(path, "you may not read it; check its permissions"),
        _ => refuse(path, format!("{error}; check the file and the disk")),
    };
    let file = File::open(path).map_err(explain)?;
    let data = file.metadata().map_err(explain)?;
    if data.is_dir() {
        return Err(refuse(path, "it is a folder; name a file in it"));
    }
    if data.len() > FILE_BYTES_MAX {
        return Err(refuse(path, format!("it is over {} MiB; use a smaller one", FILE_BYTES_MAX >> 20)));
    }
    Ok(BufReader::new(file))
}

/// Reads a picture.
///
/// # Errors
/// When the file is missing, is no picture of a kind that is understood, is damaged, or has a side longer than
/// [`Frame::SIDE_PIXELS_MAX`].
pub fn frame(path: &Path) -> Result<Frame, Error> {
    picture(path, open(path)?)
}

/// Reads a picture from memory, as [`frame`] does from a file.
///
/// # Errors
/// As [`frame`].
pub fn frame_of(bytes: &[u8]) -> Result<Frame, Error> {
    picture(Path::new("the picture"), Cursor::new(bytes))
}

fn picture(path: &Path, source: impl BufRead + Seek) -> Result<Frame, Error> {
    let mut reader = ImageReader::new(source)
        .with_guessed_format()
        .map_err(|error| refuse(path, format!("{error}; check the file and the disk")))?;
    if reader.format().is_none() {
        return Err(refuse(path, format!("it is no picture that I know; use {IMAGE_KINDS}")));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(Frame::SIDE_PIXELS_MAX);
    limits.max_image_height = Some(Frame::SIDE_PIXELS_MAX);
    limits.max_alloc = Some(256 << 20);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| match error {
        image::ImageError::Limits(_) => {
            refuse(path, format!("it is larger than {0} x {0} pixels; scale it down", Frame::SIDE_PIXELS_MAX))
        }
        image::ImageError::Unsupported(_) => {
            refuse(path, format!("its format is not read here; use {IMAGE_KINDS}"))
        }
        _ => refuse(path, "the picture is damaged or cut short; copy it again"),
    })?;
    let rgb = picture.into_rgb8();
    let (width, height) = rgb.dimensions();
    Frame::new(width, height, rgb.into_raw())
        .ok_or_else(|| refuse(path, "it has no pixels; use another picture"))
}

/// Reads a JPEG picture from memory, with sides of at most `side_pixels_max`; `None` when it is none, or larger.
pub fn jpeg(bytes: &[u8], side_pixels_max: u32) -> Option<Frame> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_image_width = Some(side_pixels_max);
    limits.max_image_height = Some(side_pixels_max);
    limits.max_alloc = Some(32 << 20);
    reader.limits(limits);
    let rgb = reader.decode().ok()?.into_rgb8();
    let (width, height) = rgb.dimensions();
    Frame::new(width, height, rgb.into_raw())
}

/// Reads a wav file of any sample rate and channel count: 8 to 32 bit integers or 32 bit floats.
///
/// Channels are averaged and the sound is resampled to 16 kHz. What is beyond a minute is left out.
///
/// # Errors
/// When the file is missing, no wav, damaged, cut short, empty, or of an unusual form.
pub fn clip(path: &Path) -> Result<Clip, Error> {
    sound(path, open(path)?)
}

/// Reads a wav file from memory, as [`clip`] does from a file.
///
/// # Errors
/// As [`clip`].
pub fn clip_of(bytes: &[u8]) -> Result<Clip, Error> {
    sound(Path::new("the sound"), bytes)
}

fn sound(path: &Path, source: impl Read) -> Result<Clip, Error> {
    let damaged = || refuse(path, "it is no wav file, or a damaged one; use 16-bit PCM wav");
    let reader = hound::WavReader::new(source).map_err(|_| damaged())?;
    let spec = reader.spec();
    let channels = usize::from(spec.channels);
    if !(1..=8).contains(&channels) || !(4_000..=192_000).contains(&spec.sample_rate) {
        return Err(refuse(
            path,
            "its channels or its sample rate are unusual; use 1 or 2 channels at 8 to 48 kHz",
        ));
    }
    if !(1..=32).contains(&spec.bits_per_sample) {
        return Err(damaged());
    }
    let samples_max = channels * spec.sample_rate as usize * Clip::SAMPLES_MAX / SAMPLE_RATE_HZ as usize;
    let samples: Vec<f32> = match spec.sample_format {
        hound::SampleFormat::Float => {
            reader.into_samples::<f32>().take(samples_max).collect::<Result<_, _>>()
        }
        hound::SampleFormat::Int => {
            let full = (1i64 << (spec.bits_per_sample - 1)) as f32;
            let scaled = |sample: Result<i32, _>| sample.map(|value| value as f32 / full);
            reader.into_samples::<i32>().take(samples_max).map(scaled).collect()
        }
    }
    .map_err(|_| damaged())?;
    if samples.len() < channels {
        return Err(refuse(path, "there is no sound in it; record it again"));
    }
    let mono: Vec<f32> =
        samples.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() / channels as f32).collect();
    if !mono.iter().all(|sample| sample.abs() <= FULL_SCALE_MAX) {
        return Err(refuse(path, "its samples are no numbers or far too large; use 16-bit PCM wav"));
    }
    let sound = resample(&mono, spec.sample_rate)
        .ok_or_else(|| refuse(path, "its sample rate cannot be converted; use 16 kHz"))?;
    Ok(Clip::new(sound))
}

/// `samples` at 16 kHz; `None` when the converter refuses the rate.
pub fn resample(samples: &[f32], rate_hz: u32) -> Option<Vec<f32>> {
    if rate_hz == SAMPLE_RATE_HZ {
        return Some(samples.to_vec());
    }
    let mut converter =
        Fft::<f32>::new(rate_hz as usize, SAMPLE_RATE_HZ as usize, 1_024, 1, FixedSync::Input).ok()?;
    let input = InterleavedSlice::new(samples, 1, samples.len()).ok()?;
    let mut output = vec![0.0; converter.process_all_needed_output_len(samples.len())];
    let room = output.len();
    let mut target = InterleavedSlice::new_mut(&mut output, 1, room).ok()?;
    let (_, written) = converter.process_all_into_buffer(&input, &mut target, samples.len(), None).ok()?;
    output.truncate(written);
    Some(output)
}

/// Checks a line of text.
///
/// # Errors
/// When it is empty or over [`TEXT_BYTES_MAX`].
pub fn text(line: &str) -> Result<&str, Error> {
    let line = line.trim();
    if line.is_empty() {
        return Err(refuse(Path::new("the text"), "it is empty; write a sentence"));
    }
    if line.len() > TEXT_BYTES_MAX {
        return Err(refuse(Path::new("the text"), format!("it is over {TEXT_BYTES_MAX} bytes; shorten it")));
    }
    Ok(line)
}

/// Reads a file whole.
///
/// # Errors
/// When the file is missing or over `bytes_max`.
pub fn bytes(path: &Path, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    open(path)?
        .take(bytes_max as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refuse(path, format!("{error}; check the file and the disk")))?;
    if bytes.len() > bytes_max {
        return Err(refuse(path, format!("it is over {bytes_max} bytes; use a smaller one")));
    }
    Ok(bytes)
}

/// Reads a text file as UTF-8.
///
/// # Errors
/// When the file is missing, not UTF-8, empty, or over `bytes_max`.
pub fn text_file(path: &Path, bytes_max: usize) -> Result<String, Error> {
    let mut text = String::new();
    open(path)?
        .take(bytes_max as u64 + 1)
        .read_to_string(&mut text)
        .map_err(|_| refuse(path, "it is not plain UTF-8 text; save it as UTF-8"))?;
    if text.len() > bytes_max {
        return Err(refuse(path, format!("it is over {bytes_max} bytes; shorten it")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(sample: f32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let (channels, sample_rate, bits_per_sample) = (1, 8_000, 32);
        let sample_format = hound::SampleFormat::Float;
        let spec = hound::WavSpec { channels, sample_rate, bits_per_sample, sample_format };
        let mut writer = hound::WavWriter::new(&mut bytes, spec).expect("a writer");
        for n in 0..4_000 {
            writer.write_sample(if n == 2_000 { sample } else { 0.1 }).expect("written");
        }
        writer.finalize().expect("finished");
        bytes.into_inner()
    }

    #[test]
    fn a_sample_of_more_bits_than_there_are_is_damage() {
        const VALID_BITS_AT: usize = 38;
        let mut bytes = wav(0.2);
        assert_eq!(bytes[VALID_BITS_AT], 32, "a header with valid bits");
        for bits in [33, 65, 255] {
            bytes[VALID_BITS_AT] = bits;
            assert!(clip_of(&bytes).is_err(), "{bits}");
        }
    }

    #[test]
    fn sound_that_is_no_number_is_refused_before_it_is_converted() {
        assert!(clip_of(&wav(0.2)).expect("sound").samples().len() > 7_000);
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30] {
            let told = clip_of(&wav(odd)).expect_err("no sound").to_string();
            assert!(told.contains("use 16-bit PCM wav"), "{told}");
        }
    }
}
