//! A loudspeaker by ALSA. A thread of its own renders the notes and owns the stream, whose callback only empties a
//! ring; the device is let go of when nothing has sounded for a while.

use super::advice::Trouble;
use super::sound::{self, Form, Health, with_samples};
use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{FromSample, SizedSample};
use petri_core::{Cue, Level};
use petri_runtime::ports::{PortError, Speaker};
use rtrb::{Consumer, Producer, RingBuffer};
use std::f32::consts::TAU;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

const PART: &str = "speaker";
/// Cues that may wait.
const CUES_MAX: usize = 4;
/// Sound that the ring holds: more than the longest cue.
const RING_MS: u32 = 2_000;
/// The device is let go of after so long without a cue.
const IDLE_MS: u64 = 5_000;
/// Each note swells and fades for so long, so that none clicks.
const FADE_MS: u32 = 8;
const SOFT: f32 = 0.35;

/// A loudspeaker.
pub(crate) struct RealSpeaker {
    cues: SyncSender<(Cue, Level)>,
    health: Health,
}

impl RealSpeaker {
    pub(crate) fn new(device: String, volume_percent: u8) -> Self {
        let (cues, queue) = sync_channel(CUES_MAX);
        let health = Health::default();
        let share = health.clone();
        thread::spawn(move || sound_on(&device, volume_percent, &share, &queue));
        Self { cues, health }
    }

    /// What went wrong since the last call, if anything.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.health.take_fault()
    }
}

impl Speaker for RealSpeaker {
    fn play(&mut self, cue: Cue, level: Level) -> Result<(), PortError> {
        // What failed is told with the next cue: nobody waits for a loudspeaker.
        if let Some(trouble) = self.trouble() {
            return Err(trouble.of(PART));
        }
        match self.cues.try_send((cue, level)) {
            // A device that hangs gets no more cues; the session goes on.
            Ok(()) | Err(TrySendError::Full(_)) => Ok(()),
            Err(TrySendError::Disconnected(_)) => {
                Err(Trouble::fails("its thread has ended; restart").of(PART))
            }
        }
    }
}

fn sound_on(name: &str, volume_percent: u8, health: &Health, queue: &Receiver<(Cue, Level)>) {
    let mut open: Option<(cpal::Stream, Form, Producer<f32>)> = None;
    loop {
        let (cue, level) = match queue.recv_timeout(Duration::from_millis(IDLE_MS)) {
            Ok(cue) => cue,
            Err(RecvTimeoutError::Timeout) => {
                open = None;
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let loudness = f32::from(volume_percent) / 100.0
            * match level {
                Level::Off => continue,
                Level::Soft => SOFT,
                Level::Full => 1.0,
            };
        if open.is_none() {
            match connect(name, health) {
                Ok(opened) => open = Some(opened),
                Err(trouble) => {
                    health.fail(trouble);
                    continue;
                }
            }
        }
        if let Some((_, form, ring)) = &mut open {
            // What does not fit is left out: better a short sound than a late one.
            let _ = ring.push_partial_slice(&render(cue, form.rate_hz, loudness));
        }
    }
    // The goodbye may still be sounding.
    if let Some((_stream, form, ring)) = open {
        let left_ms =
            (ring.buffer().capacity() - ring.slots()) as u64 * 1_000 / u64::from(form.rate_hz.max(1));
        thread::sleep(Duration::from_millis(left_ms));
    }
}

/// A cue as samples of one channel.
pub(crate) fn render(cue: Cue, rate_hz: u32, loudness: f32) -> Vec<f32> {
    let mut samples = Vec::new();
    for note in cue.notes() {
        let count = rate_hz * u32::from(note.length_ms) / 1_000;
        let fade = (rate_hz * FADE_MS / 1_000).max(1);
        samples.extend((0..count).map(|index| {
            let edge = index.min(count - 1 - index);
            let swell = (edge as f32 / fade as f32).min(1.0);
            let turn = index as f32 * f32::from(note.pitch_hz) / rate_hz as f32;
            (turn.fract() * TAU).sin() * swell * loudness
        }));
    }
    samples
}

fn connect(name: &str, health: &Health) -> Result<(cpal::Stream, Form, Producer<f32>), Trouble> {
    let device = sound::device(name)?;
    let explain = |error: cpal::Error| sound::explain(&error, name);
    let form = sound::choose(device.supported_output_configs().map_err(explain)?).ok_or_else(|| {
        Trouble::fails(format!("{name} takes sound in no form that is written here; try plug{name}"))
    })?;
    let (ring, out) = RingBuffer::new((form.rate_hz * RING_MS / 1_000) as usize);
    let stream = build(&device, name, form, out, health).map_err(explain)?;
    stream.play().map_err(explain)?;
    Ok((stream, form, ring))
}

fn build(
    device: &cpal::Device,
    name: &str,
    form: Form,
    ring: Consumer<f32>,
    health: &Health,
) -> Result<cpal::Stream, cpal::Error> {
    with_samples!(form.format, typed(device, name, form, ring, health))
}

fn typed<T>(
    device: &cpal::Device,
    name: &str,
    form: Form,
    mut ring: Consumer<f32>,
    health: &Health,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample + FromSample<f32> + Send + 'static,
{
    let (told, name) = (health.clone(), name.to_owned());
    device.build_output_stream(
        form.config(),
        // On the thread of the sound card: no lock, no allocation.
        move |data: &mut [T], _: &cpal::OutputCallbackInfo| {
            for frame in data.chunks_mut(usize::from(form.channels.max(1))) {
                frame.fill(T::from_sample_(ring.pop().unwrap_or(0.0)));
            }
        },
        move |error| told.hear(&error, &name),
        Some(Duration::from_millis(IDLE_MS)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn cues_are_smooth_not_too_loud_and_short() {
        for cue in Cue::ALL {
            for rate_hz in [8_000, 44_100, 48_000] {
                let samples = render(cue, rate_hz, 0.6);
                let seconds = samples.len() as f32 / rate_hz as f32;
                assert!(seconds > 0.1 && seconds < RING_MS as f32 / 1_000.0, "{cue:?}: {seconds}");
                let peak = samples.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
                assert!(peak > 0.5 && peak <= 0.6, "{cue:?}: {peak}");
                assert!(samples[0].abs() < 1e-6 && samples[samples.len() - 1].abs() < 1e-6, "it clicks");
                let jump = samples.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
                assert!(jump < TAU * 800.0 / rate_hz as f32 * 0.6 + 0.02, "{cue:?} at {rate_hz}: {jump}");
            }
        }
    }

    #[test]
    fn a_loudspeaker_that_is_not_there_is_told_with_the_next_cue() {
        let mut speaker = RealSpeaker::new("hw:CARD=NoSuchCard,DEV=0".to_owned(), 60);
        assert_eq!(speaker.play(Cue::Ask, Level::Off), Ok(()));
        assert_eq!(speaker.play(Cue::Ask, Level::Full), Ok(()), "nobody waits for a loudspeaker");
        let start = Instant::now();
        let told = loop {
            if let Some(trouble) = speaker.trouble() {
                break trouble.what;
            }
            assert!(start.elapsed() < Duration::from_secs(10), "nothing was told");
            thread::sleep(Duration::from_millis(5));
        };
        assert!(told.contains("sound"), "{told}");
    }
}
