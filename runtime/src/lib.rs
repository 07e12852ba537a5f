//! From signals to percepts to a session.
//!
//! [`perception`] turns a [`Frame`], a [`Clip`] or a line of text into what it shows, with a confidence and with
//! `unsure` as an honest result. [`run`] joins the sensors of a board to
//! [`petri_core::Session`]; [`journal`] keeps what the learner did. A board implements the traits of [`ports`].

pub mod capture;
pub mod content;
pub mod engine;
mod error;
pub mod heart;
pub mod host;
pub mod intake;
pub mod journal;
pub mod link;
mod media;
pub mod perception;
pub mod picture;
pub mod ports;
pub mod progress;
pub mod remote;
pub mod replay;
pub mod report;
pub mod review;
pub mod run;

pub use engine::Model;
pub use error::Error;
pub use media::{Clip, Frame};
pub use perception::Perception;

/// The edition that this program was built as.
pub const EDITION: &str = if cfg!(feature = "therapy") { "therapy" } else { "school" };
