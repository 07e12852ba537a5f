//! A board that is lent to one session after another: each part is used by one borrower at a time.

use crate::Frame;
use crate::ports::{Board, Buttons, Camera, Clock, Lights, Microphone, Panel, PortError, Pressed, Speaker};
use petri_core::light::Colour;
use petri_core::{Button, Cue, Level, Millis, Screen};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A part that several borrow in turn.
struct Lent<T: ?Sized>(Arc<Mutex<Box<T>>>);

impl<T: ?Sized> Clone for Lent<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> Lent<T> {
    fn new(part: Box<T>) -> Self {
        Self(Arc::new(Mutex::new(part)))
    }

    fn part(&self) -> MutexGuard<'_, Box<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Camera for Lent<dyn Camera> {
    fn frame(&mut self) -> Result<Option<Frame>, PortError> {
        self.part().frame()
    }

    fn ready(&mut self) -> Result<(), PortError> {
        self.part().ready()
    }

    fn rest(&mut self) {
        self.part().rest();
    }
}

impl Microphone for Lent<dyn Microphone> {
    fn read(&mut self, samples: &mut [f32]) -> Result<(), PortError> {
        self.part().read(samples)
    }

    fn ready(&mut self) -> Result<(), PortError> {
        self.part().ready()
    }

    fn rest(&mut self) {
        self.part().rest();
    }
}

impl Panel for Lent<dyn Panel> {
    fn show(&mut self, screen: &Screen) -> Result<(), PortError> {
        self.part().show(screen)
    }

    fn refresh(&mut self) -> Result<(), PortError> {
        self.part().refresh()
    }
}

impl Lights for Lent<dyn Lights> {
    fn set(&mut self, colour: Colour) -> Result<(), PortError> {
        self.part().set(colour)
    }
}

impl Speaker for Lent<dyn Speaker> {
    fn play(&mut self, cue: Cue, level: Level) -> Result<(), PortError> {
        self.part().play(cue, level)
    }
}

/// What the host presses, and what it learns from the buttons.
#[derive(Default)]
struct Switch {
    stop: AtomicBool,
    closed: AtomicBool,
}

struct LentButtons {
    part: Lent<dyn Buttons>,
    switch: Arc<Switch>,
}

impl Buttons for LentButtons {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        if self.switch.stop.swap(false, Ordering::AcqRel) {
            return Ok(Some(Pressed::Button(Button::Stop)));
        }
        let polled = self.part.part().poll();
        if matches!(polled, Err(PortError::Closed { .. })) {
            self.switch.closed.store(true, Ordering::Release);
        }
        polled
    }
}

/// The board's clock, from zero in each session.
struct LentClock {
    clock: Arc<dyn Clock>,
    start: Millis,
}

impl Clock for LentClock {
    fn now(&self) -> Millis {
        Millis(self.clock.now().since(self.start))
    }

    fn day(&self) -> u32 {
        self.clock.day()
    }

    fn wait(&self, wait_ms: u64) {
        self.clock.wait(wait_ms);
    }
}

/// Owns a board and lends it.
pub(super) struct Lender {
    name: &'static str,
    camera: Option<Lent<dyn Camera>>,
    microphone: Option<Lent<dyn Microphone>>,
    buttons: Lent<dyn Buttons>,
    has_keyboard: bool,
    panel: Lent<dyn Panel>,
    lights: Option<Lent<dyn Lights>>,
    speaker: Option<Lent<dyn Speaker>>,
    clock: Arc<dyn Clock>,
    switch: Arc<Switch>,
}

impl Lender {
    pub(super) fn new(board: Board) -> Self {
        Self {
            name: board.name,
            camera: board.camera.map(Lent::new),
            microphone: board.microphone.map(Lent::new),
            buttons: Lent::new(board.buttons),
            has_keyboard: board.has_keyboard,
            panel: Lent::new(board.panel),
            lights: board.lights.map(Lent::new),
            speaker: board.speaker.map(Lent::new),
            clock: Arc::from(board.clock),
            switch: Arc::default(),
        }
    }

    /// The board, with its clock at zero.
    pub(super) fn lend(&self) -> Board {
        Board {
            name: self.name,
            camera: self.camera.clone().map(|part| Box::new(part) as Box<dyn Camera>),
            microphone: self.microphone.clone().map(|part| Box::new(part) as Box<dyn Microphone>),
            buttons: Box::new(LentButtons { part: self.buttons.clone(), switch: Arc::clone(&self.switch) }),
            has_keyboard: self.has_keyboard,
            panel: Box::new(self.panel.clone()),
            lights: self.lights.clone().map(|part| Box::new(part) as Box<dyn Lights>),
            speaker: self.speaker.clone().map(|part| Box::new(part) as Box<dyn Speaker>),
            clock: Box::new(LentClock { clock: Arc::clone(&self.clock), start: self.clock.now() }),
        }
    }

    /// Time since the board was opened.
    pub(super) fn now(&self) -> Millis {
        self.clock.now()
    }

    pub(super) fn day(&self) -> u32 {
        self.clock.day()
    }

    pub(super) fn wait(&self, wait_ms: u64) {
        self.clock.wait(wait_ms);
    }

    /// Presses the button that ends a session.
    pub(super) fn stop(&self) {
        self.switch.stop.store(true, Ordering::Release);
    }

    /// The session is over: a press that nobody took is none.
    pub(super) fn stopped(&self) {
        self.switch.stop.store(false, Ordering::Release);
    }

    /// Puts the lights out.
    pub(super) fn dark(&self) {
        if let Some(lights) = &self.lights {
            // They are tried again by the next session.
            let _ = lights.part().set(Colour::OFF);
        }
    }

    /// Whether the board was told to end.
    pub(super) fn is_closed(&self) -> bool {
        self.switch.closed.load(Ordering::Acquire)
    }
}
