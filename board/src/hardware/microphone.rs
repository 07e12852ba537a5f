//! A microphone by ALSA. A thread of its own owns the stream, whose callback only fills a ring.

use super::advice::Trouble;
use super::privacy::Privacy;
use super::resample::{Converter, mix};
use super::sound::{self, Form, Health, with_samples};
use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{FromSample, SizedSample};
use petri_runtime::ports::{Microphone, PortError};
use rtrb::{Consumer, Producer, RingBuffer};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

const PART: &str = "microphone";
/// A device that does not open in this time, or gives no sound for as long, is dead.
const OPEN_MS_MAX: u64 = 5_000;
const SILENT_MS_MAX: u64 = 2_000;
/// Sound that the ring holds.
const RING_MS: u32 = 500;
const IDLE_MS: u64 = 4;

/// A microphone, open or not.
pub(crate) struct RealMicrophone {
    device: String,
    privacy: Arc<Privacy>,
    open: Option<Open>,
    xruns: u32,
}

struct Open {
    form: Form,
    ring: Consumer<f32>,
    health: Health,
    converter: Converter,
    portion: Vec<f32>,
    stream: Keeper,
}

impl RealMicrophone {
    pub(crate) fn new(device: String, privacy: Arc<Privacy>) -> Self {
        Self { device, privacy, open: None, xruns: 0 }
    }

    /// Fills `samples`.
    pub(crate) fn listen(&mut self, samples: &mut [f32]) -> Result<(), Trouble> {
        self.privacy.check()?;
        let open =
            if let Some(open) = &mut self.open { open } else { self.open.insert(Open::start(&self.device)?) };
        let result = open.fill(samples, &self.device);
        if result.is_err() {
            self.close();
        }
        result
    }

    /// The form of the open device, and how often sound was lost since the start.
    pub(crate) fn state(&self) -> (Option<Form>, u32) {
        let lost = self.open.as_ref().map_or(0, |open| open.health.xruns());
        (self.open.as_ref().map(|open| open.form), self.xruns + lost)
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.xruns += open.health.xruns();
            open.stream.stop();
        }
    }
}

impl Microphone for RealMicrophone {
    fn read(&mut self, samples: &mut [f32]) -> Result<(), PortError> {
        self.listen(samples).map_err(|trouble| trouble.of(PART))
    }

    fn ready(&mut self) -> Result<(), PortError> {
        let found = self.privacy.check().and_then(|()| find(&self.device));
        found.map(|_| ()).map_err(|trouble| trouble.of(PART))
    }

    fn rest(&mut self) {
        self.close();
    }
}

/// Ends the thread that owns a stream.
struct Keeper {
    stop: SyncSender<()>,
    done: Receiver<()>,
}

impl Keeper {
    /// Ends the stream and waits until the device is let go of, within reason.
    fn stop(self) {
        drop(self.stop);
        let _ = self.done.recv_timeout(Duration::from_millis(SILENT_MS_MAX));
    }
}

impl Open {
    fn start(name: &str) -> Result<Self, Trouble> {
        let health = Health::default();
        let (ready_in, ready) = sync_channel(1);
        let (stop, stopped) = sync_channel::<()>(0);
        let (done_in, done) = sync_channel(1);
        let (device, share) = (name.to_owned(), health.clone());
        thread::spawn(move || {
            keep(&device, &share, &ready_in, &stopped);
            let _ = done_in.send(());
        });
        let (form, ring) = match ready.recv_timeout(Duration::from_millis(OPEN_MS_MAX)) {
            Ok(opened) => opened?,
            Err(_) => {
                return Err(Trouble::fails(format!(
                    "{name} does not open; unplug it, wait and plug it in again"
                )));
            }
        };
        let converter = Converter::new(form.rate_hz).ok_or_else(|| {
            Trouble::fails(format!(
                "{name} gives {} Hz, which cannot be converted; try plug{name}",
                form.rate_hz
            ))
        })?;
        Ok(Self { form, ring, health, converter, portion: Vec::new(), stream: Keeper { stop, done } })
    }

    fn fill(&mut self, samples: &mut [f32], name: &str) -> Result<(), Trouble> {
        let (mut filled, mut heard) = (0, Instant::now());
        loop {
            if let Some(fault) = self.health.take_fault() {
                return Err(fault);
            }
            filled += self.converter.pull(&mut samples[filled..]);
            if filled == samples.len() {
                return Ok(());
            }
            let waiting = self.ring.slots();
            if waiting == 0 {
                if heard.elapsed() > Duration::from_millis(SILENT_MS_MAX) {
                    return Err(Trouble::fails(format!(
                        "{name} gives no sound; unplug it and plug it in again"
                    )));
                }
                thread::sleep(Duration::from_millis(IDLE_MS));
                continue;
            }
            heard = Instant::now();
            self.portion.resize(waiting, 0.0);
            let _ = self.ring.pop_partial_slice(&mut self.portion);
            self.converter.push(&self.portion);
        }
    }
}

fn find(name: &str) -> Result<(cpal::Device, Form), Trouble> {
    let device = sound::device(name)?;
    let ranges = device.supported_input_configs().map_err(|error| sound::explain(&error, name))?;
    let form = sound::choose(ranges).ok_or_else(|| {
        Trouble::fails(format!("{name} gives sound in no form that is read here; try plug{name}"))
    })?;
    Ok((device, form))
}

/// Owns the stream until nobody wants it any more.
fn keep(
    name: &str,
    health: &Health,
    ready: &SyncSender<Result<(Form, Consumer<f32>), Trouble>>,
    stopped: &Receiver<()>,
) {
    let opened = find(name).and_then(|(device, form)| {
        let (into, ring) = RingBuffer::new((form.rate_hz * RING_MS / 1_000) as usize);
        let stream =
            build(&device, name, form, into, health).map_err(|error| sound::explain(&error, name))?;
        stream.play().map_err(|error| sound::explain(&error, name))?;
        Ok((stream, form, ring))
    });
    match opened {
        Ok((stream, form, ring)) => {
            if ready.send(Ok((form, ring))).is_ok() {
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(Duration::from_secs(1)) {}
            }
            drop(stream);
        }
        Err(trouble) => {
            let _ = ready.send(Err(trouble));
        }
    }
}

fn build(
    device: &cpal::Device,
    name: &str,
    form: Form,
    ring: Producer<f32>,
    health: &Health,
) -> Result<cpal::Stream, cpal::Error> {
    with_samples!(form.format, typed(device, name, form, ring, health))
}

fn typed<T>(
    device: &cpal::Device,
    name: &str,
    form: Form,
    mut ring: Producer<f32>,
    health: &Health,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample + Copy + Send + 'static,
    f32: FromSample<T>,
{
    let (lost, told, name) = (health.clone(), health.clone(), name.to_owned());
    device.build_input_stream(
        form.config(),
        // On the thread of the sound card: no lock, no allocation.
        move |data: &[T], _: &cpal::InputCallbackInfo| {
            for sample in mix(data, form.channels, f32::from_sample_) {
                if ring.push(sample).is_err() {
                    lost.count_xrun();
                    break;
                }
            }
        },
        move |error| told.hear(&error, &name),
        Some(Duration::from_millis(SILENT_MS_MAX)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_microphone_that_is_not_there_says_so_every_time() {
        let name = "hw:CARD=NoSuchCard,DEV=0";
        let mut microphone = RealMicrophone::new(name.to_owned(), Arc::new(Privacy::none()));
        for _ in 0..2 {
            let told = microphone.read(&mut [0.0; 512]).expect_err("missing").to_string();
            assert!(told.starts_with("microphone: there is no sound"), "{told}");
            assert!(microphone.ready().is_err());
        }
        assert_eq!(microphone.state(), (None, 0));
        microphone.rest();
    }
}
