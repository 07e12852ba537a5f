//! The heart of Petri: decides what the learner meets next and what the device shows.
//!
//! Plain data in, plain data out. [`Session::step`] takes the time and one [`Input`] and answers with a
//! [`Reply`]: a screen, a light, perhaps a sound and perhaps a journal entry. Nothing here knows of a clock,
//! a heap, a file, a camera or a model, so the same code runs on the board, in the simulator, in a
//! deterministic replay and on a microcontroller.
//!
//! ```
//! use petri_core::{Button, Input, Millis, Pack, Scene, Session, Setup};
//!
//! // A device with buttons only, so there is nothing to consent to.
//! let pack = Pack::starter();
//! let mut session = Session::new(Setup::new(7, &pack));
//! let reply = session.step(Millis(0), Input::Tick);
//! assert_eq!(reply.screen.scene, Scene::Greet);
//! let reply = session.step(Millis(900), Input::Button(Button::A));
//! assert_eq!(reply.screen.scene, Scene::Choose);
//! ```
#![no_std]
// All of this runs in the session thread, which does not panic: a slice or an index that could be out of range is
// asked for.
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

pub mod ability;
pub mod action;
pub mod actor;
pub mod art;
pub mod choose;
pub mod comfort;
pub mod cue;
pub mod emotion;
pub mod entry;
pub mod explain;
pub mod history;
pub mod input;
pub mod judge;
pub mod lang;
pub mod light;
pub mod mirror;
pub mod mood;
pub mod moves;
pub mod pack;
pub mod progress;
pub mod random;
pub mod reply;
pub mod screen;
pub mod session;
mod table;
pub mod unit;

pub use ability::Ability;
pub use action::{Action, Actions};
pub use actor::Actor;
pub use comfort::{Comfort, Level};
pub use cue::Cue;
pub use emotion::Emotion;
pub use entry::{Channel, Entry, Exercise, Exercises, Judge, Outcome, Purpose};
pub use input::{Button, FaceReading, Facilitator, Input, Sensor, TextReading, Word};
pub use lang::{Both, Language};
pub use light::Light;
pub use moves::{Move, Moves};
pub use pack::{Age, Pack};
pub use progress::Progress;
pub use reply::{Mark, Picture, Portrait, Reply, Scene, Screen};
pub use session::{Session, Setup};
pub use unit::{Millis, Permille};
