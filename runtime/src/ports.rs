//! What a board provides. Each trait is the runtime's side of one part; every board implements those it has.

use crate::Frame;
use petri_core::input::Sensors;
use petri_core::light::Colour;
use petri_core::{Button, Cue, Exercise, FaceReading, Facilitator, Level, Millis, Screen, Sensor};

/// Why a part did not do its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// It is gone, for now or for good; the session goes on without it.
    #[error("{part}: {reason}")]
    Gone {
        /// Which part.
        part: &'static str,
        /// What is the matter and what to do.
        reason: String,
    },
    /// The board has been told to end.
    #[error("the {part} was closed")]
    Closed {
        /// Which part.
        part: &'static str,
    },
}

/// Sees the learner. It opens its device when it is first used, and again after it was lost.
pub trait Camera: Send {
    /// Waits for the next picture; `None` when there is nothing to see yet.
    ///
    /// # Errors
    /// When the camera has gone.
    fn frame(&mut self) -> Result<Option<Frame>, PortError>;

    /// What a camera with eyes of its own made of the learner's face, smoothed over time, where it gives that instead
    /// of pictures. Asked after [`Camera::frame`], so that the same gate holds for both.
    fn reading(&mut self) -> Option<FaceReading> {
        None
    }

    /// Whether it could see, found out without looking. It is asked while a lost camera is waited for.
    ///
    /// # Errors
    /// As long as the camera is gone.
    fn ready(&mut self) -> Result<(), PortError> {
        Ok(())
    }

    /// Lets go of its device: nobody may look now.
    fn rest(&mut self) {}
}

/// Hears the learner. It opens its device when it is first used, and again after it was lost.
pub trait Microphone: Send {
    /// Fills `samples` with sound at 16 kHz, waiting as long as the sound takes.
    ///
    /// # Errors
    /// When the microphone has gone.
    fn read(&mut self, samples: &mut [f32]) -> Result<(), PortError>;

    /// Whether it could hear, found out without listening. It is asked while a lost microphone is waited for.
    ///
    /// # Errors
    /// As long as the microphone is gone.
    fn ready(&mut self) -> Result<(), PortError> {
        Ok(())
    }

    /// Lets go of its device: nobody may listen now.
    fn rest(&mut self) {}
}

/// Buttons and keyboard.
pub trait Buttons: Send {
    /// What was pressed or typed since the last call, if anything; returns at once.
    ///
    /// # Errors
    /// When the part has gone, or the person at the keyboard ended the program.
    fn poll(&mut self) -> Result<Option<Pressed>, PortError>;
}

/// Something done by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pressed {
    /// A button went down.
    Button(Button),
    /// A line was typed.
    Line(String),
    /// The person who accompanies the learner stepped in.
    Facilitator(Facilitator),
    /// An exercise was picked; it begins if the menu is shown.
    Start(Exercise),
}

/// Shows screens.
pub trait Panel: Send {
    /// Shows `screen`; called when it differs from the last one, and every second all the same: a display may have
    /// lost its power for a moment, and be dark without knowing.
    ///
    /// # Errors
    /// When the display has gone.
    fn show(&mut self, screen: &Screen) -> Result<(), PortError>;

    /// Called between two screens, for a panel that has more to show than the session's screen.
    ///
    /// # Errors
    /// When the display has gone.
    fn refresh(&mut self) -> Result<(), PortError> {
        Ok(())
    }
}

/// Shows light.
pub trait Lights: Send {
    /// Sets the colour; called only when it differs from the last one.
    ///
    /// # Errors
    /// When the lights have gone.
    fn set(&mut self, colour: Colour) -> Result<(), PortError>;
}

/// Plays cues.
pub trait Speaker: Send {
    /// Starts to play `cue` as loud as `level` says, and returns at once.
    ///
    /// # Errors
    /// When the speaker has gone.
    fn play(&mut self, cue: Cue, level: Level) -> Result<(), PortError>;
}

/// Tells time.
pub trait Clock: Send + Sync {
    /// Milliseconds since the session began; never goes back.
    fn now(&self) -> Millis;
    /// Days since 1970-01-01: as fine as the journal ever stores time.
    fn day(&self) -> u32;
    /// Lets `wait_ms` pass. Whatever waits between two steps does it here, so that a simulation decides how.
    fn wait(&self, wait_ms: u64) {
        std::thread::sleep(std::time::Duration::from_millis(wait_ms));
    }
}

/// A whole board. A part that the board lacks is `None`, and the session does without.
pub struct Board {
    /// Its name, as given to `--board`.
    pub name: &'static str,
    /// Sees.
    pub camera: Option<Box<dyn Camera>>,
    /// Hears.
    pub microphone: Option<Box<dyn Microphone>>,
    /// Buttons, and the keyboard if there is one.
    pub buttons: Box<dyn Buttons>,
    /// Whether lines can be typed.
    pub has_keyboard: bool,
    /// Shows.
    pub panel: Box<dyn Panel>,
    /// Shines.
    pub lights: Option<Box<dyn Lights>>,
    /// Sounds.
    pub speaker: Option<Box<dyn Speaker>>,
    /// Tells time.
    pub clock: Box<dyn Clock>,
}

impl Board {
    /// What the board can perceive with.
    pub fn sensors(&self) -> Sensors {
        Sensors::NONE
            .set(Sensor::Camera, self.camera.is_some())
            .set(Sensor::Microphone, self.microphone.is_some())
            .set(Sensor::Keyboard, self.has_keyboard)
    }
}
