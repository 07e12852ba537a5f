//! A board, or a part of one, whose other side is a program: a page in a browser, or a robot.
//!
//! A [`Desk`] stands between. The session has the ports; whoever serves the far side has the handle: it sees what the
//! device shows, presses, types, and hands in pictures and sound. These live in memory until they are looked at, and
//! what comes in while the session does not sense is dropped.

use crate::Frame;
use crate::ports::{Board, Buttons, Camera, Clock, Lights, Microphone, Panel, PortError, Pressed, Speaker};
use petri_core::light::Colour;
use petri_core::{Cue, FaceReading, Level, Screen, Sensor};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Presses and lines that may wait for the session.
pub const PRESSED_MAX: usize = 32;
/// Sound that may wait for the session, in samples: two seconds.
pub const SOUND_SAMPLES_MAX: usize = 2 * crate::media::SAMPLE_RATE_HZ as usize;
/// A picture or a sound that does not come for so long is lost.
const SILENT_MS_MAX: u64 = 2_000;
/// How long a camera waits for a picture before it says that there is none yet.
const FRAME_WAIT_MS: u64 = 100;

/// What the device shows at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Counts changes; the next view that differs has a greater one.
    pub serial: u64,
    /// The screen; `None` before the first.
    pub screen: Option<Screen>,
    /// The light.
    pub light: Colour,
    /// The last cue with its loudness, and how many there have been.
    pub cue: Option<(u64, Cue, Level)>,
}

/// The far side's handle; clones share one desk.
#[derive(Clone, Default)]
pub struct Desk(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    view: View,
    /// Stands above the session's screen for a while, such as a code to pair with.
    notice: Option<Screen>,
    pressed: VecDeque<Pressed>,
    offered: [bool; 2],
    /// Whether the session looks or listens: set by the ports as they are used.
    open: [bool; 2],
    frame: Option<Frame>,
    /// What the far side made of a picture itself.
    reading: Option<FaceReading>,
    sound: VecDeque<f32>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            view: View { serial: 0, screen: None, light: Colour::OFF, cue: None },
            notice: None,
            pressed: VecDeque::new(),
            offered: [false; 2],
            open: [false; 2],
            frame: None,
            reading: None,
            sound: VecDeque::new(),
        }
    }
}

/// Where a sensor that can be handed in stands in a pair. `None` for the others.
fn place(sensor: Sensor) -> Option<usize> {
    match sensor {
        Sensor::Camera => Some(0),
        Sensor::Microphone => Some(1),
        Sensor::Keyboard => None,
    }
}

impl Desk {
    /// A desk without a session.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        state.view.serial += 1;
        drop(state);
        self.0.changed.notify_all();
    }

    /// What the device shows now.
    pub fn view(&self) -> View {
        self.lock().shown()
    }

    /// Waits, at most `wait`, until the view is newer than `serial`; gives the view either way.
    pub fn wait(&self, serial: u64, wait: Duration) -> View {
        let state = self.lock();
        let same = |state: &mut State| state.view.serial <= serial;
        let (state, _) =
            self.0.changed.wait_timeout_while(state, wait, same).unwrap_or_else(PoisonError::into_inner);
        state.shown()
    }

    /// Puts a screen above the session's until it is taken away with `None`.
    pub fn notice(&self, screen: Option<Screen>) {
        self.change(|state| state.notice = screen);
    }

    /// Presses a button, types a line, or steps in; `false` when the session is too far behind to take it.
    pub fn press(&self, pressed: Pressed) -> bool {
        let mut state = self.lock();
        let room = state.pressed.len() < PRESSED_MAX;
        if room {
            state.pressed.push_back(pressed);
        }
        room
    }

    /// Says whether the far side has a camera or a microphone to hand in from. Without one, its port says that it is
    /// gone.
    pub fn offer(&self, sensor: Sensor, has: bool) {
        if let Some(place) = place(sensor) {
            let mut state = self.lock();
            state.offered[place] = has;
            state.forget(place);
        }
    }

    /// Whether the session wants pictures, or sound, right now.
    pub fn wants(&self, sensor: Sensor) -> bool {
        place(sensor).is_some_and(|place| self.lock().open[place])
    }

    /// Hands in a picture; a newer one replaces it. Dropped unless it is wanted.
    pub fn frame(&self, frame: Frame) {
        let mut state = self.lock();
        if state.open[0] && state.offered[0] {
            state.frame = Some(frame);
            drop(state);
            self.0.changed.notify_all();
        }
    }

    /// Hands in what the far side made of a face itself, smoothed over time; a newer one replaces it. `false` when it
    /// is dropped: it counts while pictures are wanted, and at no other time.
    pub fn reading(&self, reading: FaceReading) -> bool {
        let mut state = self.lock();
        let wanted = state.open[0] && state.offered[0];
        if wanted {
            state.reading = Some(reading);
            drop(state);
            self.0.changed.notify_all();
        }
        wanted
    }

    /// Hands in sound at 16 kHz. Dropped unless it is wanted; of more than [`SOUND_SAMPLES_MAX`] the oldest goes.
    pub fn sound(&self, samples: &[f32]) {
        let mut state = self.lock();
        if state.open[1] && state.offered[1] {
            state.sound.extend(samples);
            let over = state.sound.len().saturating_sub(SOUND_SAMPLES_MAX);
            state.sound.drain(..over);
            drop(state);
            self.0.changed.notify_all();
        }
    }

    /// A board that is all on the far side.
    pub fn board(&self, name: &'static str, clock: Box<dyn Clock>) -> Board {
        Board {
            name,
            camera: Some(Box::new(FarCamera { desk: self.clone() })),
            microphone: Some(Box::new(FarMicrophone { desk: self.clone() })),
            buttons: Box::new(FarButtons { desk: self.clone(), near: None }),
            has_keyboard: true,
            panel: Box::new(FarPanel { desk: self.clone(), near: None, last: None, noticed: None }),
            lights: Some(Box::new(FarLights { desk: self.clone(), near: None })),
            speaker: Some(Box::new(FarSpeaker { desk: self.clone(), near: None })),
            clock,
        }
    }

    /// Joins the far side to a board: what it shows is seen there, too, and both can press. Its sensors stay its own;
    /// one that it lacks can be handed in.
    pub fn over(&self, board: Board) -> Board {
        let (far, near) = (self.board(board.name, board.clock), Some(board.panel));
        Board {
            camera: board.camera.or(far.camera),
            microphone: board.microphone.or(far.microphone),
            buttons: Box::new(FarButtons { desk: self.clone(), near: Some(board.buttons) }),
            panel: Box::new(FarPanel { desk: self.clone(), near, last: None, noticed: None }),
            lights: Some(Box::new(FarLights { desk: self.clone(), near: board.lights })),
            speaker: Some(Box::new(FarSpeaker { desk: self.clone(), near: board.speaker })),
            ..far
        }
    }

    /// Waits until the state gives something.
    fn until<T>(&self, wait: Duration, mut ready: impl FnMut(&mut State) -> Option<T>) -> Option<T> {
        let end = Instant::now() + wait;
        let mut state = self.lock();
        loop {
            if let Some(found) = ready(&mut state) {
                return Some(found);
            }
            let left = end.checked_duration_since(Instant::now())?;
            state = self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn ready(&self, sensor: Sensor, part: &'static str) -> Result<(), PortError> {
        let offered = place(sensor).is_some_and(|place| self.lock().offered[place]);
        if offered {
            Ok(())
        } else {
            Err(gone(part, "nobody shares one; allow it where the device is shown"))
        }
    }

    fn open(&self, place: usize) {
        self.lock().open[place] = true;
    }

    fn rest(&self, place: usize) {
        let mut state = self.lock();
        state.open[place] = false;
        state.forget(place);
    }
}

impl State {
    fn shown(&self) -> View {
        let screen = self.view.screen.as_ref().map(|screen| above(self.notice.as_ref(), screen));
        let screen = screen.or_else(|| self.notice.clone());
        View { screen, ..self.view.clone() }
    }

    fn forget(&mut self, place: usize) {
        if place == 0 {
            self.frame = None;
            self.reading = None;
        } else {
            self.sound.clear();
        }
    }
}

/// The notice in place of the screen, but with its signs: what senses is shown, whatever else is.
fn above(notice: Option<&Screen>, screen: &Screen) -> Screen {
    // Nothing covers the question whether the device may look and listen: a press would answer it.
    let top = notice.filter(|_| screen.scene != petri_core::Scene::Consent).unwrap_or(screen);
    Screen { sensing: screen.sensing, ..top.clone() }
}

fn gone(part: &'static str, reason: &str) -> PortError {
    PortError::Gone { part, reason: reason.to_owned() }
}

struct FarCamera {
    desk: Desk,
}

impl Camera for FarCamera {
    fn frame(&mut self) -> Result<Option<Frame>, PortError> {
        self.ready()?;
        self.desk.open(0);
        let seen = |state: &mut State| match state.frame.take() {
            None if state.reading.is_none() => None,
            frame => Some(frame),
        };
        Ok(self.desk.until(Duration::from_millis(FRAME_WAIT_MS), seen).flatten())
    }

    fn reading(&mut self) -> Option<FaceReading> {
        self.desk.lock().reading.take()
    }

    fn ready(&mut self) -> Result<(), PortError> {
        self.desk.ready(Sensor::Camera, "camera")
    }

    fn rest(&mut self) {
        self.desk.rest(0);
    }
}

struct FarMicrophone {
    desk: Desk,
}

impl Microphone for FarMicrophone {
    fn read(&mut self, samples: &mut [f32]) -> Result<(), PortError> {
        self.ready()?;
        self.desk.open(1);
        let heard: Option<Vec<f32>> = self.desk.until(Duration::from_millis(SILENT_MS_MAX), |state| {
            (state.sound.len() >= samples.len()).then(|| state.sound.drain(..samples.len()).collect())
        });
        let Some(heard) = heard else {
            return Err(gone("microphone", "no sound comes in; check the connection"));
        };
        samples.copy_from_slice(&heard);
        Ok(())
    }

    fn ready(&mut self) -> Result<(), PortError> {
        self.desk.ready(Sensor::Microphone, "microphone")
    }

    fn rest(&mut self) {
        self.desk.rest(1);
    }
}

struct FarButtons {
    desk: Desk,
    near: Option<Box<dyn Buttons>>,
}

impl Buttons for FarButtons {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        if let Some(pressed) = self.desk.lock().pressed.pop_front() {
            return Ok(Some(pressed));
        }
        self.near.as_mut().map_or(Ok(None), |near| near.poll())
    }
}

struct FarPanel {
    desk: Desk,
    near: Option<Box<dyn Panel>>,
    /// The session's own screen.
    last: Option<Screen>,
    noticed: Option<Screen>,
}

impl Panel for FarPanel {
    fn show(&mut self, screen: &Screen) -> Result<(), PortError> {
        // The far side sees changes only.
        if self.last.as_ref() != Some(screen) {
            self.last = Some(screen.clone());
            self.desk.change(|state| state.view.screen.clone_from(&self.last));
        }
        let notice = self.desk.lock().notice.clone();
        self.near.as_mut().map_or(Ok(()), |near| near.show(&above(notice.as_ref(), screen)))?;
        self.noticed = notice;
        Ok(())
    }

    fn refresh(&mut self) -> Result<(), PortError> {
        let notice = self.desk.lock().notice.clone();
        match self.last.clone() {
            Some(screen) if notice != self.noticed => self.show(&screen),
            _ => self.near.as_mut().map_or(Ok(()), |near| near.refresh()),
        }
    }
}

struct FarLights {
    desk: Desk,
    near: Option<Box<dyn Lights>>,
}

impl Lights for FarLights {
    fn set(&mut self, colour: Colour) -> Result<(), PortError> {
        self.desk.change(|state| state.view.light = colour);
        self.near.as_mut().map_or(Ok(()), |near| near.set(colour))
    }
}

struct FarSpeaker {
    desk: Desk,
    near: Option<Box<dyn Speaker>>,
}

impl Speaker for FarSpeaker {
    fn play(&mut self, cue: Cue, level: Level) -> Result<(), PortError> {
        self.desk.change(|state| {
            let count = state.view.cue.map_or(0, |(count, ..)| count);
            state.view.cue = Some((count + 1, cue, level));
        });
        self.near.as_mut().map_or(Ok(()), |near| near.play(cue, level))
    }
}

#[cfg(test)]
mod tests;
