//! Sessions with the facilitator's page: one after another, as the page or the device's button commands.

use crate::teller::{Teller, Tells};
use crate::update::Begun;
use crate::{link, say};
use petri_core::input::Sensors;
use petri_core::screen::Display;
use petri_core::{Pack, Sensor};
use petri_runtime::Perception;
use petri_runtime::capture::Live;
use petri_runtime::engine::Engine;
use petri_runtime::host::{Host, Plan};
use petri_runtime::journal::{Journal, Profile};
use petri_runtime::link::Address;
use petri_runtime::ports::Board;
use petri_runtime::remote::Desk;
use petri_runtime::supervise::guarded;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where the page is served, and of what.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    /// The journal's.
    pub(crate) path: PathBuf,
    pub(crate) pack: Pack<'static>,
    pub(crate) simulated: bool,
    pub(crate) display: Display,
    pub(crate) tells: Tells,
    /// Where robots are served beside it.
    pub(crate) link: Vec<Address>,
    /// The installed sets that it starts with.
    pub(crate) begun: Begun,
}

impl Served {
    /// Serves the page until the program is told to end.
    pub(crate) fn run(
        self,
        engine: Engine<'_>,
        journal: Journal,
        plan: Plan<'_>,
        look: Box<dyn Fn(Profile) -> Profile>,
        open: impl FnOnce() -> anyhow::Result<Board>,
    ) -> anyhow::Result<()> {
        // An address that is taken is told before anything is loaded.
        let listener = petri_console::listen(self.address)?;
        let perception = Perception::load(engine)?;
        let desk = Desk::new();
        let (board, shares) = self.join(&desk, open()?);
        let (board, link) = link::join(board, &self.link, true)?;
        let has = board.sensors();
        let host = Host::new(board, Live::new(perception), journal, plan, look);
        let options = petri_console::Options {
            desk,
            journal: self.path,
            models: engine.store().clone(),
            pack: self.pack,
            display: self.display,
            simulated: self.simulated,
            shares,
            has,
            host: host.handle(),
        };
        let page = petri_console::start(listener, options, say)?;
        let mut teller = Teller::new(self.tells, link, self.begun);
        host.run(&mut |happening| {
            // What fails in telling ends no session.
            let _ = guarded(|| page.tell(&happening));
            let _ = guarded(|| teller.tell(&happening));
        })?;
        teller.end();
        Ok(())
    }

    /// The board with the page's hands, and the sensors that the browser hands in. A real device senses with its own
    /// parts only.
    fn join(&self, desk: &Desk, near: Board) -> (Board, Sensors) {
        let own = near.sensors();
        let mut board = desk.over(near);
        if !self.simulated {
            board.camera = board.camera.filter(|_| own.has(Sensor::Camera));
            board.microphone = board.microphone.filter(|_| own.has(Sensor::Microphone));
            board.has_keyboard = own.has(Sensor::Keyboard);
            return (board, Sensors::NONE);
        }
        let shares = [Sensor::Camera, Sensor::Microphone].into_iter().filter(|sensor| !own.has(*sensor));
        (board, shares.fold(Sensors::NONE, |all, sensor| all.set(sensor, true)))
    }
}
