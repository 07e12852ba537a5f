//! The threads of camera and microphone: they read while their gate is open, let go of the device when it shuts, and
//! look for a device that was lost, less often each time.

use super::{IDLE_MS, Percept, Shared};
use crate::perception::voice::FRAME_SAMPLES;
use crate::ports::{Camera, Microphone, PortError};
use petri_core::Sensor;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::thread;
use std::time::Duration;

const RETRY_MS_MIN: u64 = 250;
const RETRY_MS_MAX: u64 = 8_000;

/// A frame of sound.
pub(super) type Sound = [f32; FRAME_SAMPLES];

/// What camera and microphone have in common.
trait Source {
    const SENSOR: Sensor;
    /// Reads once, and hands on what there is. `false` when nobody takes it any more.
    fn read(&mut self) -> Result<bool, PortError>;
    fn ready(&mut self) -> Result<(), PortError>;
    fn rest(&mut self);
    /// Whether anybody may sense now.
    fn gate(shared: &Shared) -> &AtomicBool;
}

struct Eye<'a> {
    camera: &'a mut dyn Camera,
    shared: &'a Shared,
    out: &'a SyncSender<Percept>,
}

impl Source for Eye<'_> {
    const SENSOR: Sensor = Sensor::Camera;

    fn read(&mut self) -> Result<bool, PortError> {
        if let Some(frame) = self.camera.frame()? {
            self.shared.frame.put(Some(frame));
        }
        let reading = self.camera.reading().filter(|_| self.shared.camera.load(Ordering::Acquire));
        let Some(reading) = reading else { return Ok(true) };
        // As with frames: if the session is behind, the next one is newer.
        Ok(!matches!(self.out.try_send(Percept::Reading(reading)), Err(TrySendError::Disconnected(_))))
    }

    fn ready(&mut self) -> Result<(), PortError> {
        self.camera.ready()
    }

    fn rest(&mut self) {
        self.shared.frame.put(None);
        self.camera.rest();
    }

    fn gate(shared: &Shared) -> &AtomicBool {
        &shared.camera
    }
}

struct Hearing<'a> {
    microphone: &'a mut dyn Microphone,
    sound: &'a SyncSender<Sound>,
}

impl Source for Hearing<'_> {
    const SENSOR: Sensor = Sensor::Microphone;

    fn read(&mut self) -> Result<bool, PortError> {
        let mut frame = [0.0; FRAME_SAMPLES];
        self.microphone.read(&mut frame)?;
        // An ear that is two seconds behind loses sound rather than memory.
        Ok(!matches!(self.sound.try_send(frame), Err(TrySendError::Disconnected(_))))
    }

    fn ready(&mut self) -> Result<(), PortError> {
        self.microphone.ready()
    }

    fn rest(&mut self) {
        self.microphone.rest();
    }

    fn gate(shared: &Shared) -> &AtomicBool {
        &shared.microphone
    }
}

/// Reads the camera until the session ends.
pub(super) fn watch(camera: &mut dyn Camera, shared: &Shared, out: &SyncSender<Percept>) {
    attend(Eye { camera, shared, out }, shared, out);
}

/// Reads the microphone until the session ends.
pub(super) fn record(
    microphone: &mut dyn Microphone,
    shared: &Shared,
    sound: &SyncSender<Sound>,
    out: &SyncSender<Percept>,
) {
    attend(Hearing { microphone, sound }, shared, out);
}

/// What is known of a sensor.
struct Health {
    lost: bool,
    wait_ms: u64,
}

fn attend<S: Source>(mut source: S, shared: &Shared, out: &SyncSender<Percept>) {
    let mut health = Health { lost: false, wait_ms: RETRY_MS_MIN };
    let mut open = false;
    while !shared.ends() {
        let gate = S::gate(shared).load(Ordering::Acquire);
        if open && !gate {
            source.rest();
        }
        open = gate;
        let tried = if gate {
            match source.read() {
                Ok(true) => {
                    health.wait_ms = RETRY_MS_MIN;
                    Ok(())
                }
                Ok(false) => return,
                Err(error) => Err(error),
            }
        } else if health.lost && shared.seeks.load(Ordering::Acquire) {
            source.ready()
        } else {
            thread::sleep(Duration::from_millis(IDLE_MS));
            continue;
        };
        match tried {
            Ok(()) if health.lost => {
                // If the session is behind, it is told again with the next look or sound.
                let percept = told(S::SENSOR, true, "it is back");
                health.lost = out.try_send(percept).is_err();
                if !gate {
                    wait_for_gate::<S>(shared);
                }
            }
            Ok(()) => {}
            Err(error) => {
                source.rest();
                let news = out.try_send(told(S::SENSOR, false, &error.to_string())).is_ok();
                health.lost |= news;
                if matches!(error, PortError::Closed { .. }) || !pause(health.wait_ms, shared) {
                    return;
                }
                health.wait_ms = (health.wait_ms * 2).min(RETRY_MS_MAX);
            }
        }
    }
    source.rest();
}

fn told(sensor: Sensor, works: bool, reason: &str) -> Percept {
    Percept::Sensor { sensor, works, reason: reason.to_owned() }
}

/// Leaves the session a moment to open the gate of a sensor that came back.
fn wait_for_gate<S: Source>(shared: &Shared) {
    for _ in 0..RETRY_MS_MIN / IDLE_MS {
        if S::gate(shared).load(Ordering::Acquire) || shared.ends() {
            return;
        }
        thread::sleep(Duration::from_millis(IDLE_MS));
    }
}

/// `false` when the session ends meanwhile.
fn pause(wait_ms: u64, shared: &Shared) -> bool {
    for _ in 0..wait_ms / IDLE_MS {
        if shared.ends() {
            return false;
        }
        thread::sleep(Duration::from_millis(IDLE_MS));
    }
    true
}

#[cfg(test)]
mod tests;
