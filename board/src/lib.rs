//! Boards: what stands behind the ports of [`petri_runtime::ports`].
//!
//! - [`sim`]: the simulator. Camera from pictures, microphone from wav files, buttons from keys, a pipe or a
//!   script, display in the terminal and as PNG files.
//! - [`replay`]: recorded inputs folded through the session, byte for byte.
//! - [`hardware`]: real boards, `pi` and `linux`, as a [`description`] says. Only with the feature `hardware`; a build
//!   without it says so.

pub mod clock;
pub mod description;
#[cfg(feature = "hardware")]
pub mod hardware;
pub mod pixels;
pub mod replay;
pub mod script;
mod shots;
pub mod sim;
mod terminal;

pub use clock::SystemClock;

/// A board that this program was built without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoDrivers(pub &'static str);

impl std::fmt::Display for NoDrivers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "this build has no drivers for --board {}; use --board sim, or build with --features hardware",
            self.0
        )
    }
}

impl std::error::Error for NoDrivers {}
