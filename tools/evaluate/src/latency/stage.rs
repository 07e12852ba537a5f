//! A board in memory whose learner is a program: pictures and sound come at their own pace, and the moment of each
//! press, word, face and screen is noted.

use embedded_graphics::pixelcolor::Rgb565;
use petri_core::light::Colour;
use petri_core::screen::Display;
use petri_core::{Cue, Level, Millis, Pack, Screen};
use petri_runtime::Frame;
use petri_runtime::picture::Canvas;
use petri_runtime::ports::{
    Board, Buttons, Camera, Clock, Lights, Microphone, Panel, PortError, Pressed, Speaker,
};
use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The display that is painted.
const DISPLAY: Display = Display::Colour320x240;
/// Screens that may wait for the learner; they are taken at once.
const SHOWN_MAX: usize = 1_024;
/// By itself the face comes and goes: too short for an answer, and every frame with it has to be read.
const FACE_MS: u64 = 600;
const TURN_MS: u64 = 1_300;
/// A port that was not asked for so long begins its schedule anew.
const LATE: Duration = Duration::from_millis(200);
/// 2026-01-01.
const FIRST_DAY: u32 = 20_454;

/// How fast time passes on a stage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Times as fast as outside; sound keeps this pace, too.
    pub(super) speed: u32,
    /// Pictures a second, outside.
    pub(super) camera_hz: u32,
}

/// Real time, as on a device.
pub(super) const REAL: Pace = Pace { speed: 1, camera_hz: 15 };

/// A screen and when it was painted.
pub(super) struct Shown {
    pub(super) at: Instant,
    pub(super) screen: Screen,
}

/// What the camera sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// Nobody.
    Empty,
    /// Somebody.
    Face,
    /// Somebody who comes and goes.
    Restless,
}

/// The learner's side of the board; clones share one stage.
#[derive(Clone)]
pub(super) struct Stage(Arc<Shared>);

struct Shared {
    pace: Pace,
    start: Instant,
    /// An empty room in the noise of a camera, and one with a face.
    empty: Vec<Frame>,
    face: Frame,
    state: Mutex<State>,
}

struct State {
    pressed: VecDeque<Pressed>,
    sound: VecDeque<f32>,
    /// Samples until the word that was put in has ended.
    word_left: Option<usize>,
    word_ended: Option<Instant>,
    view: View,
    face_seen: Option<Instant>,
    frames: usize,
}

impl Stage {
    /// A stage whose camera sees nobody in pictures that differ by noise, or somebody.
    pub(super) fn new(pace: Pace, empty: Vec<Frame>, face: Frame) -> Self {
        let state = State {
            pressed: VecDeque::new(),
            sound: VecDeque::new(),
            word_left: None,
            word_ended: None,
            view: View::Restless,
            face_seen: None,
            frames: 0,
        };
        Self(Arc::new(Shared { pace, start: Instant::now(), empty, face, state: Mutex::new(state) }))
    }

    /// The board, and what its display shows.
    pub(super) fn board(&self) -> (Board, Receiver<Shown>) {
        let (shown, screens) = sync_channel(SHOWN_MAX);
        let board = Board {
            name: "latency",
            camera: Some(Box::new(StageCamera { stage: self.clone(), due: None })),
            microphone: Some(Box::new(StageMicrophone { stage: self.clone(), due: None })),
            buttons: Box::new(StageButtons { stage: self.clone() }),
            has_keyboard: true,
            panel: Box::new(StagePanel { pack: Pack::starter(), shown }),
            lights: Some(Box::new(Nothing)),
            speaker: Some(Box::new(Nothing)),
            clock: Box::new(StageClock { stage: self.clone() }),
        };
        (board, screens)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Presses or types now.
    pub(super) fn press(&self, pressed: Pressed) -> Instant {
        self.state().pressed.push_back(pressed);
        Instant::now()
    }

    /// Says something whose last loud sample is number `end`.
    pub(super) fn say(&self, samples: &[f32], end: usize) {
        let mut state = self.state();
        state.word_left = Some(state.sound.len() + end);
        state.word_ended = None;
        state.sound.extend(samples);
    }

    /// When the last word that was said ended, once it has.
    pub(super) fn word_ended(&self) -> Option<Instant> {
        self.state().word_ended
    }

    /// Changes what the camera sees.
    pub(super) fn look(&self, view: View) {
        let mut state = self.state();
        state.view = view;
        state.face_seen = None;
    }

    /// When the camera handed over the first picture with a face since [`Stage::look`].
    pub(super) fn face_seen(&self) -> Option<Instant> {
        self.state().face_seen
    }

    /// Milliseconds that have passed on the stage.
    pub(super) fn now_ms(&self) -> u64 {
        self.0.start.elapsed().as_millis() as u64 * u64::from(self.0.pace.speed)
    }

    /// Lets time pass on the stage.
    pub(super) fn wait(&self, wait_ms: u64) {
        thread::sleep(self.outside(Duration::from_millis(wait_ms)));
    }

    fn outside(&self, inside: Duration) -> Duration {
        inside / self.0.pace.speed
    }
}

/// Waits until the next step of a schedule, as a driver does.
fn pace(due: &mut Option<Instant>, step: Duration) {
    let now = Instant::now();
    let next = due.filter(|due| now.saturating_duration_since(*due) < LATE).unwrap_or(now) + step;
    *due = Some(next);
    thread::sleep(next.saturating_duration_since(now));
}

struct StageCamera {
    stage: Stage,
    due: Option<Instant>,
}

impl Camera for StageCamera {
    fn frame(&mut self) -> Result<Option<Frame>, PortError> {
        pace(&mut self.due, Duration::from_secs(1) / self.stage.0.pace.camera_hz);
        let turn_ms = self.stage.now_ms() % TURN_MS;
        let mut state = self.stage.state();
        let face = match state.view {
            View::Empty => false,
            View::Face => true,
            View::Restless => turn_ms < FACE_MS,
        };
        if face {
            state.face_seen.get_or_insert_with(Instant::now);
        }
        state.frames += 1;
        let empty = &self.stage.0.empty;
        let turn = state.frames % empty.len().max(1);
        drop(state);
        Ok(if face { Some(self.stage.0.face.clone()) } else { empty.get(turn).cloned() })
    }
}

struct StageMicrophone {
    stage: Stage,
    due: Option<Instant>,
}

impl Microphone for StageMicrophone {
    fn read(&mut self, samples: &mut [f32]) -> Result<(), PortError> {
        let time = |samples: usize| Duration::from_micros(samples as u64 * 1_000_000 / 16_000);
        pace(&mut self.due, self.stage.outside(time(samples.len())));
        let mut state = self.stage.state();
        for sample in samples.iter_mut() {
            *sample = state.sound.pop_front().unwrap_or(0.0);
        }
        match state.word_left {
            Some(left) if left <= samples.len() => {
                let after = self.stage.outside(time(samples.len() - left));
                state.word_ended = Instant::now().checked_sub(after);
                state.word_left = None;
            }
            left => state.word_left = left.map(|left| left - samples.len()),
        }
        Ok(())
    }
}

struct StageButtons {
    stage: Stage,
}

impl Buttons for StageButtons {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        Ok(self.stage.state().pressed.pop_front())
    }
}

struct StagePanel {
    pack: Pack<'static>,
    shown: SyncSender<Shown>,
}

impl Panel for StagePanel {
    fn show(&mut self, screen: &Screen) -> Result<(), PortError> {
        black_box(Canvas::<Rgb565>::of(screen, &self.pack, DISPLAY.size()));
        // A learner who has gone does not look.
        let _ = self.shown.try_send(Shown { at: Instant::now(), screen: screen.clone() });
        Ok(())
    }
}

struct Nothing;

impl Lights for Nothing {
    fn set(&mut self, _: Colour) -> Result<(), PortError> {
        Ok(())
    }
}

impl Speaker for Nothing {
    fn play(&mut self, _: Cue, _: Level) -> Result<(), PortError> {
        Ok(())
    }
}

struct StageClock {
    stage: Stage,
}

impl Clock for StageClock {
    fn now(&self) -> Millis {
        Millis(self.stage.now_ms())
    }

    fn day(&self) -> u32 {
        FIRST_DAY + (self.stage.now_ms() / 86_400_000) as u32
    }

    fn wait(&self, wait_ms: u64) {
        self.stage.wait(wait_ms);
    }
}
