//! The threads of camera and microphone: they read while their gate is open, let go of the device when it shuts, and
//! look for a device that was lost, less often each time.

use super::{IDLE_MS, Percept, Shared};
use crate::perception::voice::FRAME_SAMPLES;
use crate::ports::{Camera, Microphone, PortError};
use crate::supervise::Guarded;
use petri_core::Sensor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::thread;
use std::time::Duration;

const RETRY_MS_MIN: u64 = 250;
const RETRY_MS_MAX: u64 = 8_000;

/// A frame of sound.
pub(super) type Sound = [f32; FRAME_SAMPLES];

/// What camera and microphone have in common.
pub(super) trait Source {
    const SENSOR: Sensor;
    /// Reads once, and hands on what there is. `false` when nobody takes it any more.
    fn read(&mut self) -> Result<bool, PortError>;
    fn ready(&mut self) -> Result<(), PortError>;
    fn rest(&mut self);
    /// Whether anybody may sense now.
    fn gate(shared: &Shared) -> &AtomicBool;
}

pub(super) struct Eye {
    camera: Box<dyn Camera>,
    shared: Arc<Shared>,
    out: SyncSender<Percept>,
}

impl Source for Eye {
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

pub(super) struct Hearing {
    microphone: Box<dyn Microphone>,
    sound: SyncSender<Sound>,
}

impl Source for Hearing {
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

/// What comes after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// The next one at once: the driver itself waits.
    Again,
    /// The next one in so many milliseconds.
    Rest(u64),
    /// Nothing any more.
    Over,
}

/// Who attends to a sensor, and what is known of it.
pub(super) struct Attendant<S> {
    source: S,
    shared: Arc<Shared>,
    out: SyncSender<Percept>,
    lost: bool,
    wait_ms: u64,
    open: bool,
    /// How often it still looks whether the session opens the gate of a sensor that came back.
    hopes: u64,
}

impl Attendant<Eye> {
    /// To a camera, whose panics are errors from now on.
    pub(super) fn of_camera(
        camera: Box<dyn Camera>,
        shared: &Arc<Shared>,
        out: &SyncSender<Percept>,
    ) -> Self {
        let camera = Box::new(Guarded::new("camera", camera));
        Self::new(Eye { camera, shared: Arc::clone(shared), out: out.clone() }, shared, out)
    }
}

impl Attendant<Hearing> {
    /// To a microphone, whose panics are errors from now on.
    pub(super) fn of_microphone(
        microphone: Box<dyn Microphone>,
        sound: SyncSender<Sound>,
        shared: &Arc<Shared>,
        out: &SyncSender<Percept>,
    ) -> Self {
        let microphone = Box::new(Guarded::new("microphone", microphone));
        Self::new(Hearing { microphone, sound }, shared, out)
    }
}

impl<S: Source> Attendant<S> {
    fn new(source: S, shared: &Arc<Shared>, out: &SyncSender<Percept>) -> Self {
        let (shared, out) = (Arc::clone(shared), out.clone());
        Self { source, shared, out, lost: false, wait_ms: RETRY_MS_MIN, open: false, hopes: 0 }
    }

    /// Attends to it until the session ends. What an earlier call knew is forgotten: it may have failed inside.
    pub(super) fn attend(&mut self) {
        if self.open {
            self.source.rest();
        }
        (self.lost, self.wait_ms, self.open, self.hopes) = (false, RETRY_MS_MIN, false, 0);
        while !self.shared.ends() {
            match self.turn() {
                Turn::Again => {}
                Turn::Rest(wait_ms) => {
                    if !pause(wait_ms, &self.shared) {
                        return self.source.rest();
                    }
                }
                Turn::Over => return,
            }
        }
        self.source.rest();
    }

    pub(super) fn turn(&mut self) -> Turn {
        let gate = S::gate(&self.shared).load(Ordering::Acquire);
        if self.hopes > 0 && !gate {
            self.hopes -= 1;
            return Turn::Rest(IDLE_MS);
        }
        self.hopes = 0;
        if self.open && !gate {
            self.source.rest();
        }
        self.open = gate;
        let tried = if gate {
            match self.source.read() {
                Ok(true) => {
                    self.wait_ms = RETRY_MS_MIN;
                    Ok(())
                }
                Ok(false) => {
                    self.source.rest();
                    return Turn::Over;
                }
                Err(error) => Err(error),
            }
        } else if self.lost && self.shared.seeks.load(Ordering::Acquire) {
            self.source.ready()
        } else {
            return Turn::Rest(IDLE_MS);
        };
        match tried {
            Ok(()) if self.lost => {
                // If the session is behind, it is told again with the next look or sound.
                self.lost = self.out.try_send(told(S::SENSOR, true, "it is back")).is_err();
                if !gate {
                    self.hopes = RETRY_MS_MIN / IDLE_MS;
                }
                Turn::Again
            }
            Ok(()) => Turn::Again,
            Err(error) => {
                self.source.rest();
                self.lost |= self.out.try_send(told(S::SENSOR, false, &error.to_string())).is_ok();
                if matches!(error, PortError::Closed { .. }) {
                    return Turn::Over;
                }
                let wait_ms = self.wait_ms;
                self.wait_ms = (wait_ms * 2).min(RETRY_MS_MAX);
                Turn::Rest(wait_ms)
            }
        }
    }
}

pub(super) fn told(sensor: Sensor, works: bool, reason: &str) -> Percept {
    Percept::Sensor { sensor, works, reason: reason.to_owned() }
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
