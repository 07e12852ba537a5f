//! From signals to percepts to a session: what a program or a robot embeds to perceive people, or to train them.
//!
//! [`perception`] turns a [`Frame`], a [`Clip`] or a line of text into what it shows, with a confidence and with
//! `unsure` as an honest result. [`run`] joins the sensors of a board to
//! [`petri_core::Session`]; [`journal`] keeps what the learner did. A board implements the traits of [`ports`], or is
//! a [`remote::Desk`], whose other side is a program. [`link`] serves a desk to robots over a wire.
//!
//! # Perception alone
//!
//! ```no_run
//! use petri_models::Store;
//! use petri_runtime::{Perception, intake};
//! use std::path::Path;
//!
//! let perception = Perception::load(&Store::new("models"))?;
//! let seen = perception.sight.look(&intake::frame(Path::new("me.png"))?)?;
//! let read = perception.text.read("I am so happy for you!")?;
//! println!("{} faces; {:?}", seen.faces.len(), read.feeling);
//! # Ok::<(), petri_runtime::Error>(())
//! ```
//!
//! # A whole session
//!
//! ```no_run
//! use petri_core::{Button, Pack, Setup};
//! use petri_models::Store;
//! use petri_runtime::ports::{Clock, Pressed};
//! use petri_runtime::remote::Desk;
//! use petri_runtime::run::{Happening, run};
//! use petri_runtime::{Error, Perception};
//!
//! fn practise(clock: Box<dyn Clock>) -> Result<(), Error> {
//!     let desk = Desk::new();
//!     let board = desk.board("mine", clock);
//!     let pack = Pack::starter();
//!     // The other side: another thread looks at `desk.view()`, and presses.
//!     desk.press(Pressed::Button(Button::A));
//!     let perception = Perception::load(&Store::new("models"))?;
//!     let summary = run(board, perception, Setup::new(1, &pack), None, None, &mut |happening| {
//!         if let Happening::Screen(screen) = happening {
//!             println!("{}: {}", screen.title, screen.body);
//!         }
//!     })?;
//!     println!("{} trials", summary.trials);
//!     Ok(())
//! }
//! ```
//!
//! Three programs to begin with are in `runtime/examples`: `perceive`, `session` and `robot`.
//!
//! # What an embedding program takes over
//!
//! Consent is asked by the session, by button, and what senses is in [`petri_core::Screen::sensing`]: a program that
//! shows screens shows those signs, too. Pictures and sound live in memory only. The feature `therapy` is the edition
//! that reads expressions from faces; without it neither code nor weights for that are there.

pub mod capture;
pub mod content;
pub mod engine;
pub mod enrolment;
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
pub mod supervise;

pub use engine::Model;
pub use error::Error;
pub use media::{Clip, Frame};
pub use perception::Perception;

/// The edition that this program was built as.
pub const EDITION: &str = if cfg!(feature = "therapy") { "therapy" } else { "school" };
