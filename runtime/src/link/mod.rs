//! The device's side of the link for robots: `docs/link.md`.
//!
//! A [`Link`] serves a [`Desk`] to peers on TCP, on local sockets and on serial lines. Each peer has two threads: one
//! reads what it asks, one writes what waits for it in its mailbox. Nothing that a peer does or leaves undone makes the
//! session wait: mailboxes are bounded, of screens, lights and faces only the latest waits, and of the rest the oldest
//! is dropped and counted. What peers feed lives in memory until it is perceived.

mod hub;
mod mailbox;
mod pace;
mod peer;
mod perceive;
mod picture;
mod serve;
#[cfg(test)]
mod tests;
mod wire;

pub use perceive::perceive;
pub use petri_link::Address;

use crate::remote::Desk;
use crate::run::Happening;
use crate::{EDITION, Error};
use hub::Hub;
use petri_core::input::Sensors;
use petri_link::{Edition, Ending, Mode, ToPeer};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Addresses that one link serves.
pub const ADDRESSES_MAX: usize = 4;
/// Peers at a time on sockets, all together. A serial line has its own.
pub const PEERS_MAX: usize = 4;
/// How long peers have to read the goodbye.
const GOODBYE_MS: u64 = 300;

/// What peers find behind a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serves {
    /// A session, on a device that has these sensors of its own: peers feed only what it lacks.
    Session(Sensors),
    /// Perception alone.
    Perception,
}

/// A link that is served. Dropping it says goodbye to its peers.
pub struct Link {
    hub: Arc<Hub>,
    addresses: Vec<Address>,
    sockets: Vec<PathBuf>,
    threads: Vec<JoinHandle<()>>,
}

impl Link {
    /// Serves `desk` at `addresses`. A TCP port 0 becomes a free one; see [`Link::addresses`].
    ///
    /// # Errors
    /// When an address is taken, or cannot be used. A serial line that is not there is waited for.
    pub fn serve(addresses: &[Address], desk: &Desk, serves: Serves) -> Result<Self, Error> {
        if let Some(one) = addresses.get(ADDRESSES_MAX) {
            return Err(Error::Link {
                address: one.to_string(),
                what: format!("there are more than {ADDRESSES_MAX} addresses; leave some out"),
            });
        }
        let (mode, own) = match serves {
            Serves::Session(own) => (Mode::Session, wire::sensors(own)),
            Serves::Perception => (Mode::Perception, petri_link::Sensors(0)),
        };
        let edition = if EDITION == "school" { Edition::School } else { Edition::Therapy };
        let hub = Arc::new(Hub::new(desk.clone(), mode, edition, own));
        let mut link =
            Self { hub: Arc::clone(&hub), addresses: Vec::new(), sockets: Vec::new(), threads: Vec::new() };
        for address in addresses {
            let (place, thread) = serve::at(address, &hub)?;
            if let Address::Unix(path) = &place {
                link.sockets.push(path.clone());
            }
            link.addresses.push(place);
            link.threads.push(thread);
        }
        link.threads.push(serve::kept_up(hub, |hub| hub.watch()));
        Ok(link)
    }

    /// Where it is served.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// Passes on what happened in a session. It never waits for a peer.
    pub fn tell(&self, happening: &Happening<'_>) {
        match happening {
            Happening::Percept(percept) => self.hub.post(&ToPeer::Percept(wire::percept(percept))),
            Happening::Entry(entry) => {
                self.hub.ended(entry.trial);
                self.hub.post(&ToPeer::Trial(wire::trial(entry)));
            }
            Happening::Screen(_) | Happening::Kept(_) | Happening::Trouble(_) | Happening::Step(_) => {}
        }
    }

    /// What peers offer to feed right now.
    fn offered(&self) -> Sensors {
        self.hub.offered()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.hub.end(Ending::Over);
        let start = Instant::now();
        while self.threads.iter().any(|thread| !thread.is_finished())
            && start.elapsed() < Duration::from_millis(GOODBYE_MS)
        {
            thread::sleep(Duration::from_millis(10));
        }
        for socket in &self.sockets {
            // It may have been taken away already.
            let _ = std::fs::remove_file(socket);
        }
    }
}
