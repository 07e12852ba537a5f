//! What perceives for a session: threads and models, or a simulation of them.

use super::{Capture, Percept};
use crate::journal::Journal;
use crate::perception::enrol::Enrolled;
use crate::ports::{Camera, Clock, Microphone};
use crate::{Error, Perception};
use petri_core::input::Sensors;
use std::sync::Arc;
use std::time::Duration;

/// Perceives for one session after another.
pub trait Senses {
    /// Takes the words that the next learner has enrolled.
    ///
    /// # Errors
    /// When they cannot be read; then no enrolled word is listened for.
    fn enrol(&mut self, journal: &Journal, learner: u32) -> Result<(), Error>;
    /// Begins to perceive with the sensors of a board. Both gates are shut.
    fn begin(
        &mut self,
        camera: Option<Box<dyn Camera>>,
        microphone: Option<Box<dyn Microphone>>,
        clock: Arc<dyn Clock>,
    );
    /// Opens and shuts the gates, as [`Capture::gate`].
    fn gate(&mut self, sensing: Sensors, seeks: bool);
    /// Hands over a typed line; `false` when earlier ones are still being read.
    fn line(&mut self, line: String) -> bool;
    /// Waits for the next percept, at most `wait`.
    fn percept(&mut self, wait: Duration) -> Option<Percept>;
    /// Shuts the gates and forgets what was perceived.
    fn end(&mut self);
}

/// The real thing: threads, and models that are loaded once.
pub struct Live {
    perception: Perception,
    capture: Option<Capture>,
}

impl Live {
    /// With these models.
    pub fn new(perception: Perception) -> Self {
        Self { perception, capture: None }
    }
}

impl Senses for Live {
    fn enrol(&mut self, journal: &Journal, learner: u32) -> Result<(), Error> {
        let read = self.perception.speech.read_enrolled(journal, learner);
        let (words, result) = match read {
            Ok(words) => (words, Ok(())),
            Err(error) => (Enrolled::default(), Err(error)),
        };
        self.perception.speech.listen_for(words);
        result
    }

    fn begin(
        &mut self,
        camera: Option<Box<dyn Camera>>,
        microphone: Option<Box<dyn Microphone>>,
        clock: Arc<dyn Clock>,
    ) {
        self.end();
        self.capture = Some(Capture::start(camera, microphone, self.perception.clone(), clock));
    }

    fn gate(&mut self, sensing: Sensors, seeks: bool) {
        if let Some(capture) = &self.capture {
            capture.gate(sensing, seeks);
        }
    }

    fn line(&mut self, line: String) -> bool {
        self.capture.as_ref().is_some_and(|capture| capture.line(line))
    }

    fn percept(&mut self, wait: Duration) -> Option<Percept> {
        self.capture.as_ref().and_then(|capture| capture.percept(wait))
    }

    fn end(&mut self) {
        if let Some(capture) = self.capture.take() {
            capture.stop();
        }
    }
}
