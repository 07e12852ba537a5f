//! A robot's side of the link to Petri.
//!
//! A [`Client`] connects, says hello, subscribes and offers; when the connection is lost it does so again. It blocks
//! and uses threads of its own; what it receives waits in a bounded queue. `docs/link.md` tells what the messages mean.
//!
//! ```no_run
//! use petri_link_client::{Client, Event, Options, link};
//! use std::time::Duration;
//!
//! let address = "unix:/run/petri/link".parse()?;
//! let client = Client::connect(&address, Options { topics: link::Topics::SCREEN, ..Options::default() })?;
//! client.ask(link::ToDevice::Press(link::Button::A))?;
//! while let Some(event) = client.next(Duration::from_secs(10)) {
//!     if let Event::Message(link::ToPeer::Screen(screen)) = event {
//!         println!("{}: {}", screen.title, screen.body);
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod feed;
mod pending;

pub use client::{Client, EVENTS_MAX, Event, Options};
pub use petri_link as link;
pub use petri_link::Address;

/// What can go wrong with a link.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is there, or the connection broke.
    #[error("no link to {address}: {reason}; see that Petri runs there with --link")]
    Gone {
        /// Where.
        address: String,
        /// What the system says.
        reason: String,
    },
    /// The device refused.
    #[error("the device refuses: {0:?}; docs/link.md says what that means")]
    Refused(link::Refusal),
    /// The device speaks another major version.
    #[error("the device speaks version {major}.{minor} of the link; use a client of that major version")]
    Version {
        /// Its major version.
        major: u16,
        /// Its minor version.
        minor: u16,
    },
    /// The device does not answer.
    #[error("the device does not answer; ask again, or see what it is busy with")]
    Silent,
    /// What should be sent is longer than a message may be.
    #[error("it is longer than a message may be; send less at a time")]
    TooLong,
}
