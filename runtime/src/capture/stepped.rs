//! Capture on one thread and without models, for simulations: what the threads of camera and microphone do, one turn
//! at a time, whenever the caller says.

use super::sensors::{Attendant, Eye, Hearing, Sound, Turn};
use super::{PERCEPTS_MAX, Percept, SOUND_FRAMES_MAX, Shared};
use crate::Frame;
use crate::ports::{Camera, Microphone};
use petri_core::Sensor;
use petri_core::input::Sensors;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// The sensors of a session without threads of their own.
pub struct Stepped {
    eye: Option<Attendant<Eye>>,
    ear: Option<Attendant<Hearing>>,
    shared: Arc<Shared>,
    out: SyncSender<Percept>,
    percepts: Receiver<Percept>,
    sound: Receiver<Sound>,
}

impl Stepped {
    /// Takes the sensors. Both gates are shut.
    pub fn start(camera: Option<Box<dyn Camera>>, microphone: Option<Box<dyn Microphone>>) -> Self {
        let shared = Arc::new(Shared::default());
        let (out, percepts) = sync_channel(PERCEPTS_MAX);
        let (sound_in, sound) = sync_channel(SOUND_FRAMES_MAX);
        let eye = camera.map(|camera| Attendant::of_camera(camera, &shared, &out));
        let ear = microphone.map(|microphone| Attendant::of_microphone(microphone, sound_in, &shared, &out));
        Self { eye, ear, shared, out, percepts, sound }
    }

    /// Opens and shuts the gates.
    pub fn gate(&self, sensing: Sensors, seeks: bool) {
        self.shared.gate(sensing, seeks);
    }

    /// What the thread of a sensor does until it would wait; returns for how many milliseconds that is, or nothing if
    /// there is no such sensor or its thread has ended.
    pub fn turn(&mut self, sensor: Sensor) -> Option<u64> {
        let turn = match sensor {
            Sensor::Camera => self.eye.as_mut()?.turn(),
            Sensor::Microphone => self.ear.as_mut()?.turn(),
            Sensor::Keyboard => Turn::Over,
        };
        match turn {
            Turn::Again => Some(0),
            Turn::Rest(wait_ms) => Some(wait_ms),
            Turn::Over => {
                match sensor {
                    Sensor::Camera => self.eye = None,
                    _ => self.ear = None,
                }
                None
            }
        }
    }

    /// The latest picture that the camera gave, if nobody has taken it.
    pub fn frame(&self) -> Option<Frame> {
        self.shared.frame.take(std::time::Duration::ZERO)
    }

    /// Takes the sound that waits, and says how many samples it is.
    pub fn sound(&self) -> usize {
        self.sound.try_iter().map(|frame| frame.len()).sum()
    }

    /// Hands in what models would make of pictures and sound; `false` when the session is too far behind.
    pub fn perceived(&self, percept: Percept) -> bool {
        self.out.try_send(percept).is_ok()
    }

    /// The next percept, if there is one.
    pub fn percept(&self) -> Option<Percept> {
        self.percepts.try_recv().ok()
    }
}

impl Drop for Stepped {
    fn drop(&mut self) {
        self.gate(Sensors::NONE, false);
        for sensor in [Sensor::Camera, Sensor::Microphone] {
            self.turn(sensor);
        }
    }
}
