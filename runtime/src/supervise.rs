//! What fails inside is started anew, and the session goes on: `docs/reliability.md`.
//!
//! A panic is a fault of ours or of a library's. It ends what it was in and nothing else: a driver's panic becomes an
//! error of its port (`on_board`), a panic in a thread has the thread's work started anew within a second
//! ([`supervise`]), and one in a session ends that session in order ([`guarded`]).

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

use crate::Frame;
use crate::ports::{Board, Buttons, Camera, Lights, Microphone, Panel, PortError, Pressed, Speaker};
use petri_core::light::Colour;
use petri_core::{Cue, FaceReading, Level, Screen};
use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, Instant};

/// The first wait before a part is started anew; each is twice as long as the one before, up to the longest.
const RESTART_MS: u64 = 100;
const RESTART_MS_MAX: u64 = 800;
/// A part that ran for so long is taken for sound again.
const SOUND_S: u64 = 10;
/// What is said of a driver.
const FAILED: &str = "it failed inside and is started anew; report it if that stays";

/// Something failed inside. What it said is in no message, as it could hold what a learner wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed;

/// The death of the whole process, in a simulation of it: what it unwinds with, by
/// [`resume_unwind`](std::panic::resume_unwind). No guard holds it up, as none could hold up the real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Death;

/// Does a job; a panic in it ends the job only.
///
/// # Errors
/// When it panicked.
pub fn guarded<T>(job: impl FnOnce() -> T) -> Result<T, Failed> {
    panic::catch_unwind(AssertUnwindSafe(job)).map_err(|payload| {
        if payload.is::<Death>() {
            panic::resume_unwind(payload);
        }
        Failed
    })
}

/// From now on a panic is told by its place in the program, and by nothing else: its own words could hold what a
/// learner wrote.
pub fn tell_places_only() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!("{}:{}", place.file(), place.line()));
        let line =
            format!("petri: something failed inside at {}\n", place.as_deref().unwrap_or("a hidden place"));
        // There is nobody else to tell.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }));
}

/// Does a thread's work until it returns, or until `ends`. When it panics, `tell` hears `false`; the work is begun
/// anew, and `tell` hears `true`.
pub fn supervise(ends: impl Fn() -> bool, mut tell: impl FnMut(bool), mut work: impl FnMut()) {
    let mut wait_ms = RESTART_MS;
    loop {
        let begun = Instant::now();
        if guarded(&mut work).is_ok() || ends() {
            return;
        }
        tell(false);
        if begun.elapsed() >= Duration::from_secs(SOUND_S) {
            wait_ms = RESTART_MS;
        }
        thread::sleep(Duration::from_millis(wait_ms));
        wait_ms = (2 * wait_ms).min(RESTART_MS_MAX);
        if ends() {
            return;
        }
        tell(true);
    }
}

/// A part of a board whose panics are errors.
pub(crate) struct Guarded<T: ?Sized> {
    part: &'static str,
    inner: Box<T>,
}

impl<T: ?Sized> Guarded<T> {
    pub(crate) fn new(part: &'static str, inner: Box<T>) -> Self {
        Self { part, inner }
    }

    fn call<R>(&mut self, job: impl FnOnce(&mut T) -> Result<R, PortError>) -> Result<R, PortError> {
        let inner = &mut *self.inner;
        let gone = PortError::Gone { part: self.part, reason: FAILED.to_owned() };
        guarded(|| job(inner)).unwrap_or(Err(gone))
    }
}

/// The parts that the session thread itself calls, so that a panic in a driver of theirs is an error like any other.
/// Camera and microphone are guarded where their threads begin.
pub(crate) fn on_board(board: Board) -> Board {
    Board {
        buttons: Box::new(Guarded::new("buttons", board.buttons)),
        panel: Box::new(Guarded::new("display", board.panel)),
        lights: board.lights.map(|part| Box::new(Guarded::new("lights", part)) as Box<dyn Lights>),
        speaker: board.speaker.map(|part| Box::new(Guarded::new("speaker", part)) as Box<dyn Speaker>),
        ..board
    }
}

impl Camera for Guarded<dyn Camera> {
    fn frame(&mut self) -> Result<Option<Frame>, PortError> {
        self.call(Camera::frame)
    }

    fn reading(&mut self) -> Option<FaceReading> {
        self.call(|camera| Ok(camera.reading())).ok().flatten()
    }

    fn ready(&mut self) -> Result<(), PortError> {
        self.call(Camera::ready)
    }

    fn rest(&mut self) {
        let _ = self.call(|camera| {
            camera.rest();
            Ok(())
        });
    }
}

impl Microphone for Guarded<dyn Microphone> {
    fn read(&mut self, samples: &mut [f32]) -> Result<(), PortError> {
        self.call(|microphone| microphone.read(samples))
    }

    fn ready(&mut self) -> Result<(), PortError> {
        self.call(Microphone::ready)
    }

    fn rest(&mut self) {
        let _ = self.call(|microphone| {
            microphone.rest();
            Ok(())
        });
    }
}

impl Buttons for Guarded<dyn Buttons> {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        self.call(Buttons::poll)
    }
}

impl Panel for Guarded<dyn Panel> {
    fn show(&mut self, screen: &Screen) -> Result<(), PortError> {
        self.call(|panel| panel.show(screen))
    }

    fn refresh(&mut self) -> Result<(), PortError> {
        self.call(Panel::refresh)
    }
}

impl Lights for Guarded<dyn Lights> {
    fn set(&mut self, colour: Colour) -> Result<(), PortError> {
        self.call(|lights| lights.set(colour))
    }
}

impl Speaker for Guarded<dyn Speaker> {
    fn play(&mut self, cue: Cue, level: Level) -> Result<(), PortError> {
        self.call(|speaker| speaker.play(cue, level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn work_that_panics_is_begun_anew_within_a_second_and_told_each_time() {
        let (runs, told) = (Cell::new(0), std::cell::RefCell::new(Vec::new()));
        let start = Instant::now();
        let work = || {
            runs.set(runs.get() + 1);
            assert!(runs.get() > 3, "not yet");
        };
        supervise(|| false, |works| told.borrow_mut().push((works, start.elapsed())), work);
        assert_eq!(runs.get(), 4);
        let told = told.into_inner();
        assert_eq!(told.iter().map(|(works, _)| *works).collect::<Vec<_>>(), [false, true].repeat(3));
        for pair in told.chunks(2) {
            assert!(pair[1].1.saturating_sub(pair[0].1) < Duration::from_secs(1), "{told:?}");
        }
    }

    #[test]
    fn no_guard_holds_up_the_death_of_a_simulated_process() {
        assert_eq!(guarded(|| panic!("a fault")), Err::<(), _>(Failed));
        let died = panic::catch_unwind(|| guarded(|| panic::resume_unwind(Box::new(Death))));
        assert!(died.is_err_and(|payload| payload.is::<Death>()));
    }

    #[test]
    fn work_that_panics_at_the_end_is_not_begun_again() {
        let runs = Cell::new(0);
        supervise(
            || runs.get() > 0,
            |_| {},
            || {
                runs.set(runs.get() + 1);
                panic!("at the end");
            },
        );
        assert_eq!(runs.get(), 1);
    }
}
