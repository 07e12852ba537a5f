//! Capture and perception on threads of their own, because drivers and models block.
//!
//! Frames go through a slot that keeps only the latest; sound goes through a bounded queue; percepts come out of a
//! bounded queue. Each sensor has a gate: while it is shut, nothing is read from the driver and what was in memory
//! is dropped.

// What the session depends on does not panic: a slice or an index that could be out of range is asked for.
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod senses;
mod sensors;
mod stepped;

pub use senses::{Live, Senses};
pub use stepped::Stepped;

use self::sensors::{Attendant, Sound, told};
use crate::perception::listener::{Listener, Said};
use crate::perception::mesh::Track;
use crate::perception::smooth::Smoother;
use crate::perception::speech::{Heard, Speech};
use crate::perception::text::{Read, Text};
use crate::perception::voice::VoiceActivity;
use crate::perception::{Seen, Sight};
use crate::ports::{Camera, Clock, Microphone};
use crate::supervise::supervise;
use crate::{Error, Frame, Perception};
use petri_core::input::Sensors;
use petri_core::{FaceReading, Sensor, Word};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Percepts that may wait for the session.
const PERCEPTS_MAX: usize = 64;
/// Frames of sound that may wait for the ear: two seconds.
const SOUND_FRAMES_MAX: usize = 64;
/// Frames of sound that are heard together while nobody speaks: a tenth of a second.
const QUIET_FRAMES: usize = 3;
/// Lines of text that may wait for the reader.
const LINES_MAX: usize = 8;
/// How long it is tried to tell a session that is behind.
const TELL_MS: u64 = 500;
/// How often a shut gate is looked at.
const IDLE_MS: u64 = 20;

/// Something that was perceived.
#[derive(Debug, Clone, PartialEq)]
pub enum Percept {
    /// A look at the learner's face.
    Face {
        /// What the last moments show.
        reading: FaceReading,
        /// What this frame shows.
        seen: Seen,
    },
    /// What a camera with eyes of its own made of the learner's face.
    Reading(FaceReading),
    /// An utterance that was heard.
    Utterance {
        /// Which word it was, if any.
        heard: Heard,
        /// What was said, if it was no word of the list.
        transcript: Option<(String, Read)>,
        /// Its length.
        length_ms: u64,
    },
    /// A typed line that was read.
    Line(Read),
    /// A sensor came or went.
    Sensor {
        /// Which.
        sensor: Sensor,
        /// Whether it works now.
        works: bool,
        /// What it said.
        reason: String,
    },
    /// A model failed on an input; the session goes on.
    Failed(String),
}

/// The running threads of all sensors.
pub struct Capture {
    percepts: Receiver<Percept>,
    lines: SyncSender<String>,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    camera: AtomicBool,
    microphone: AtomicBool,
    /// Whether a lost sensor may be looked for.
    seeks: AtomicBool,
    ends: AtomicBool,
    frame: Slot<Frame>,
}

/// What a thread does until the session ends, and again when it failed inside.
type Work = Box<dyn FnMut(&Shared, &SyncSender<Percept>) + Send>;

/// A place for one value: a new one replaces one that was not yet taken.
struct Slot<T> {
    value: Mutex<Option<T>>,
    filled: Condvar,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { value: Mutex::new(None), filled: Condvar::new() }
    }
}

impl<T> Slot<T> {
    fn put(&self, value: Option<T>) {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = value;
        self.filled.notify_one();
    }

    fn take(&self, wait: Duration) -> Option<T> {
        let value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut value, _) = self
            .filled
            .wait_timeout_while(value, wait, |value| value.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        value.take()
    }
}

impl Capture {
    /// Starts the threads. Both gates are shut.
    pub fn start(
        camera: Option<Box<dyn Camera>>,
        microphone: Option<Box<dyn Microphone>>,
        perception: Perception,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let Perception { sight, voice, speech, text } = perception;
        let (percept_in, percepts) = sync_channel(PERCEPTS_MAX);
        let (lines, line_out) = sync_channel::<String>(LINES_MAX);
        let shared = Arc::new(Shared::default());
        let mut threads = Vec::new();
        let mut begin = |sensor: Sensor, mut work: Work| {
            let (shared, out) = (Arc::clone(&shared), percept_in.clone());
            threads.push(thread::spawn(move || {
                let tell = |works: bool| fallen(sensor, works, &shared, &out);
                supervise(|| shared.ends(), tell, || work(&shared, &out));
            }));
        };
        if let Some(camera) = camera {
            let mut eye = Attendant::of_camera(camera, &shared, &percept_in);
            begin(Sensor::Camera, Box::new(move |_, _| eye.attend()));
        }
        begin(Sensor::Camera, Box::new(move |shared, out| see(&sight, clock.as_ref(), shared, out)));
        if let Some(microphone) = microphone {
            let (sound_in, sound_out) = sync_channel(SOUND_FRAMES_MAX);
            let mut hearing = Attendant::of_microphone(microphone, sound_in, &shared, &percept_in);
            let ear = Ear { voice, speech, text: text.clone() };
            begin(Sensor::Microphone, Box::new(move |_, _| hearing.attend()));
            begin(Sensor::Microphone, Box::new(move |shared, out| ear.hear(shared, &sound_out, out)));
        }
        begin(Sensor::Keyboard, Box::new(move |shared, out| read(&text, shared, &line_out, out)));
        Self { percepts, lines, shared, threads }
    }

    /// Opens and shuts the gates. A sensor that was lost is looked for, without sensing, as long as the session
    /// would use it: `seeks`.
    pub fn gate(&self, sensing: Sensors, seeks: bool) {
        self.shared.gate(sensing, seeks);
    }

    /// Hands a typed line to the reader; `false` when it is still busy with earlier ones.
    pub fn line(&self, line: String) -> bool {
        self.lines.try_send(line).is_ok()
    }

    /// Waits for the next percept, at most `wait`.
    pub fn percept(&self, wait: Duration) -> Option<Percept> {
        match self.percepts.recv_timeout(wait) {
            Ok(percept) => Some(percept),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                thread::sleep(wait);
                None
            }
        }
    }

    /// Shuts the gates and ends the threads. A driver that blocks is left to end by itself.
    pub fn stop(mut self) {
        self.end();
        for _ in 0..50 {
            if self.threads.iter().all(JoinHandle::is_finished) {
                break;
            }
            thread::sleep(Duration::from_millis(IDLE_MS));
        }
        self.threads.retain(|thread| !thread.is_finished());
    }

    fn end(&self) {
        self.gate(Sensors::NONE, false);
        self.shared.ends.store(true, Ordering::Release);
    }
}

impl Drop for Capture {
    /// Whatever became of the session: nobody looks or listens after it.
    fn drop(&mut self) {
        self.end();
    }
}

/// Tells that a part of the program behind a sensor failed, or works again, as it is told of the sensor itself.
fn fallen(sensor: Sensor, works: bool, shared: &Shared, out: &SyncSender<Percept>) {
    let reason =
        if works { "it is back" } else { "a part of the program behind it failed and is started anew" };
    for _ in 0..TELL_MS / IDLE_MS {
        let sent = out.try_send(told(sensor, works, reason));
        if !matches!(sent, Err(TrySendError::Full(_))) || shared.ends() {
            return;
        }
        thread::sleep(Duration::from_millis(IDLE_MS));
    }
}

impl Shared {
    fn gate(&self, sensing: Sensors, seeks: bool) {
        self.seeks.store(seeks, Ordering::Release);
        self.camera.store(sensing.has(Sensor::Camera), Ordering::Release);
        self.microphone.store(sensing.has(Sensor::Microphone), Ordering::Release);
    }

    fn ends(&self) -> bool {
        self.ends.load(Ordering::Acquire)
    }
}

fn see(sight: &Sight, clock: &dyn Clock, shared: &Shared, out: &SyncSender<Percept>) {
    #[cfg(feature = "therapy")]
    let fresh = || Smoother::new(sight.expression().unsure_below());
    #[cfg(not(feature = "therapy"))]
    let fresh = || Smoother::new(0.5);
    let (mut smoother, mut track) = (fresh(), Track::default());
    while !shared.ends() {
        if !shared.camera.load(Ordering::Acquire) {
            (smoother, track) = (fresh(), Track::default());
        }
        let Some(frame) = shared.frame.take(Duration::from_millis(IDLE_MS)) else { continue };
        let percept = match sight.follow(&frame, &mut track) {
            Ok(seen) => Percept::Face { reading: smoother.push(clock.now(), &seen), seen },
            Err(error) => Percept::Failed(error.to_string()),
        };
        // If the session is behind, this look is dropped: the next one is newer.
        if let Err(TrySendError::Disconnected(_)) = out.try_send(percept) {
            return;
        }
    }
}

struct Ear {
    voice: VoiceActivity,
    speech: Speech,
    text: Text,
}

impl Ear {
    fn hear(&self, shared: &Shared, sound: &Receiver<Sound>, out: &SyncSender<Percept>) {
        let words = match self.speech.words(&Word::ALL.map(Word::text)) {
            Ok(words) => words,
            Err(error) => {
                let _ = out.send(Percept::Failed(error.to_string()));
                return;
            }
        };
        // What was heard before a failure is forgotten.
        let mut listener = Listener::new(self.voice.clone(), self.speech.clone(), words);
        let mut waiting = Vec::with_capacity(QUIET_FRAMES);
        while !shared.ends() {
            match sound.recv_timeout(Duration::from_millis(IDLE_MS)) {
                Ok(frame) => waiting.push(frame),
                Err(RecvTimeoutError::Timeout) => {
                    if !shared.microphone.load(Ordering::Acquire) {
                        listener.reset();
                        waiting.clear();
                    }
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // While nobody speaks, the detector wakes a third as often: most of what it costs is waking.
            if listener.is_quiet() && waiting.len() < QUIET_FRAMES {
                continue;
            }
            for frame in waiting.drain(..) {
                let percept = match listener.push(&frame) {
                    Ok(None) => continue,
                    Ok(Some(said)) => {
                        self.understand(said).unwrap_or_else(|e| Percept::Failed(e.to_string()))
                    }
                    Err(error) => Percept::Failed(error.to_string()),
                };
                if out.send(percept).is_err() {
                    return;
                }
            }
        }
    }

    /// One word of the list, or else a reply in words.
    fn understand(&self, said: Said) -> Result<Percept, Error> {
        let Said { heard, clip, length_ms } = said;
        let mut transcript = None;
        if let Some(clip) = clip {
            let text = self.speech.transcribe(&clip)?;
            // A word or two that is not on the list is no reply to read feelings into, unless they worry or point.
            if !text.is_empty() {
                let long = text.split_whitespace().count() >= REPLY_WORDS_MIN;
                let read = self.text.read(&text)?;
                if long || read.choice.is_some() || read.concern {
                    transcript = Some((text, read));
                }
            }
        }
        Ok(Percept::Utterance { heard, transcript, length_ms })
    }
}

/// Shorter utterances are words, not replies.
const REPLY_WORDS_MIN: usize = 3;

fn read(text: &Text, shared: &Shared, lines: &Receiver<String>, out: &SyncSender<Percept>) {
    while !shared.ends() {
        match lines.recv_timeout(Duration::from_millis(IDLE_MS)) {
            Ok(line) => {
                let percept =
                    text.read(&line).map_or_else(|error| Percept::Failed(error.to_string()), Percept::Line);
                if out.send(percept).is_err() {
                    return;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
