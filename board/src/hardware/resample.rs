//! Sound of any rate as it comes, at 16 kHz as it is asked for.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};
use std::collections::VecDeque;

const RATE_HZ: u32 = 16_000;
/// Sound that is converted at once, a fiftieth of a second.
const CHUNKS_HZ: u32 = 50;
/// Most sound that waits, in samples: two seconds.
const WAITING_MAX: usize = 2 * RATE_HZ as usize;

/// Converts a stream of one channel.
pub(crate) struct Converter {
    fft: Option<Fft<f32>>,
    input: Vec<f32>,
    chunk: Vec<f32>,
    output: VecDeque<f32>,
}

impl Converter {
    /// From `rate_hz`; `None` when that rate cannot be converted.
    pub(crate) fn new(rate_hz: u32) -> Option<Self> {
        let mut fft = None;
        if rate_hz != RATE_HZ {
            let chunk = (rate_hz / CHUNKS_HZ) as usize;
            fft = Some(Fft::new(rate_hz as usize, RATE_HZ as usize, chunk, 1, FixedSync::Input).ok()?);
        }
        let room = fft.as_ref().map_or(0, Resampler::output_frames_max);
        Some(Self { fft, input: Vec::new(), chunk: vec![0.0; room], output: VecDeque::new() })
    }

    /// Takes sound as the device gives it. What is beyond two seconds in waiting is dropped, the oldest first.
    pub(crate) fn push(&mut self, samples: &[f32]) {
        if let Some(fft) = &mut self.fft {
            self.input.extend_from_slice(samples);
            let mut used = 0;
            while self.input.len() - used >= fft.input_frames_next() {
                let length = fft.input_frames_next();
                let part = &self.input[used..used + length];
                used += length;
                let room = self.chunk.len();
                let (Ok(from), Ok(mut to)) = (
                    InterleavedSlice::new(part, 1, length),
                    InterleavedSlice::new_mut(&mut self.chunk, 1, room),
                ) else {
                    continue;
                };
                if let Ok((_, written)) = fft.process_into_buffer(&from, &mut to, None) {
                    self.output.extend(&self.chunk[..written]);
                }
            }
            self.input.drain(..used);
        } else {
            self.output.extend(samples);
        }
        let surplus = self.output.len().saturating_sub(WAITING_MAX);
        self.output.drain(..surplus);
    }

    /// Hands out sound; how many samples there were.
    pub(crate) fn pull(&mut self, samples: &mut [f32]) -> usize {
        let count = samples.len().min(self.output.len());
        for (sample, value) in samples.iter_mut().zip(self.output.drain(..count)) {
            *sample = value;
        }
        count
    }
}

/// The mean of each frame's channels, one after the other.
pub(crate) fn mix<T: Copy>(
    data: &[T],
    channels: u16,
    convert: impl Fn(T) -> f32,
) -> impl Iterator<Item = f32> {
    let count = usize::from(channels.max(1));
    data.chunks_exact(count).map(move |frame| frame.iter().map(|s| convert(*s)).sum::<f32>() / count as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn speech() -> Vec<f32> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/help.wav");
        petri_runtime::intake::clip(&path).expect("a recording").samples().to_vec()
    }

    /// `samples` of 16 kHz as a device at `rate_hz` would give them.
    fn at(rate_hz: u32, samples: &[f32]) -> Vec<f32> {
        let length = samples.len() as u64 * u64::from(rate_hz) / u64::from(RATE_HZ);
        let sample = |index: u64| {
            let place = index as f64 * f64::from(RATE_HZ) / f64::from(rate_hz);
            let (low, share) = (place as usize, place.fract() as f32);
            let next = samples.get(low + 1).copied().unwrap_or(0.0);
            samples[low] * (1.0 - share) + next * share
        };
        (0..length).map(sample).collect()
    }

    /// The best correlation of two sounds over some shifts.
    fn likeness(heard: &[f32], meant: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        let shifts = 0..heard.len().min(800);
        let like = |shift: usize| {
            let (heard, meant) = (&heard[shift..], &meant[..meant.len().min(heard.len() - shift)]);
            let heard = &heard[..meant.len()];
            dot(heard, meant) / (dot(heard, heard) * dot(meant, meant)).sqrt().max(1e-9)
        };
        shifts.map(like).fold(0.0, f32::max)
    }

    #[test]
    fn speech_stays_speech_at_any_rate_and_in_any_portions() {
        let meant = speech();
        for rate_hz in [8_000, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000] {
            let sound = at(rate_hz, &meant);
            let mut converter = Converter::new(rate_hz).expect("a rate");
            let (mut heard, mut portion) = (Vec::new(), 1);
            let mut rest = sound.as_slice();
            while !rest.is_empty() {
                let (part, others) = rest.split_at(rest.len().min(portion));
                (rest, portion) = (others, portion * 7 % 1_009 + 1);
                converter.push(part);
                let mut out = [0.0; 512];
                loop {
                    let count = converter.pull(&mut out);
                    heard.extend(&out[..count]);
                    if count < out.len() {
                        break;
                    }
                }
            }
            let lost = meant.len().abs_diff(heard.len());
            assert!(lost < 2_000, "{rate_hz}: {lost} samples");
            let like = likeness(&heard, &meant);
            assert!(like > if rate_hz == 8_000 { 0.8 } else { 0.93 }, "{rate_hz}: {like}");
        }
        assert!(Converter::new(0).is_none());
    }

    #[test]
    fn channels_are_averaged_and_a_cut_frame_is_left_out() {
        let stereo: Vec<i16> = speech().iter().flat_map(|s| [(s * 32_767.0) as i16, 0]).collect();
        let mono: Vec<f32> = mix(&stereo, 2, |s| f32::from(s) / 32_768.0).collect();
        for (mixed, original) in mono.iter().zip(speech()) {
            assert!((mixed * 2.0 - original).abs() < 1e-3);
        }
        assert_eq!(mix(&[1.0, 0.0, 1.0, 1.0, 0.5], 2, |s: f32| s).collect::<Vec<_>>(), [0.5, 1.0]);
        assert_eq!(mix(&[0.25f32], 0, |s| s).collect::<Vec<_>>(), [0.25]);
    }

    #[test]
    fn sound_that_nobody_takes_does_not_pile_up() {
        let mut converter = Converter::new(16_000).expect("a rate");
        for _ in 0..100 {
            converter.push(&vec![0.5; 16_000]);
        }
        assert_eq!(converter.output.len(), WAITING_MAX);
    }
}
