//! What all peers share: the desk, who they are, and who feeds which sensor.

use super::mailbox::Mailbox;
use super::{PEERS_MAX, wire};
use crate::remote::{Desk, View};
use petri_core::input::Sensors;
use petri_link::{Edition, Ending, Mode, Sensor, State, ToPeer, Welcome};
use petri_link::{FRAME_BYTES_MAX, PICTURE_BYTES_MAX, VERSION_MAJOR, VERSION_MINOR};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often it is looked whether the session wants something else, in ms.
const WATCH_MS: u64 = 50;

pub(super) struct Hub {
    pub(super) desk: Desk,
    pub(super) mode: Mode,
    pub(super) edition: Edition,
    /// Sensors that the device has itself.
    own: petri_link::Sensors,
    peers: Mutex<Peers>,
    next: AtomicU64,
    trials: AtomicU16,
    ends: AtomicBool,
}

#[derive(Default)]
struct Peers {
    list: Vec<Known>,
    /// Who feeds the microphone, and the camera.
    holders: [Option<u64>; 2],
}

struct Known {
    id: u64,
    on_socket: bool,
    mailbox: Arc<Mailbox>,
}

impl Hub {
    pub(super) fn new(desk: Desk, mode: Mode, edition: Edition, own: petri_link::Sensors) -> Self {
        let (peers, next) = (Mutex::default(), AtomicU64::new(1));
        Self {
            desk,
            mode,
            edition,
            own,
            peers,
            next,
            trials: AtomicU16::new(0),
            ends: AtomicBool::new(false),
        }
    }

    fn peers(&self) -> MutexGuard<'_, Peers> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ends(&self) -> bool {
        self.ends.load(Ordering::Acquire)
    }

    /// A place for a new peer; `None` when there are too many.
    pub(super) fn enter(&self, on_socket: bool) -> Option<(u64, Arc<Mailbox>)> {
        let mut peers = self.peers();
        if on_socket && peers.list.iter().filter(|known| known.on_socket).count() >= PEERS_MAX {
            return None;
        }
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mailbox = Arc::new(Mailbox::default());
        peers.list.push(Known { id, on_socket, mailbox: Arc::clone(&mailbox) });
        Some((id, mailbox))
    }

    /// The peer has gone.
    pub(super) fn leave(&self, id: u64) {
        self.release(id);
        self.peers().list.retain(|known| known.id != id);
    }

    /// What the peer fed is free again.
    pub(super) fn release(&self, id: u64) {
        for sensor in [Sensor::Microphone, Sensor::Camera] {
            self.offer(id, sensor, false);
        }
    }

    /// The peer feeds a sensor, or does so no more; `false` when it is not free.
    pub(super) fn offer(&self, id: u64, sensor: Sensor, has: bool) -> bool {
        if self.own.has(sensor) {
            return false;
        }
        let mut peers = self.peers();
        let holder = &mut peers.holders[sensor as usize];
        if holder.is_some_and(|other| other != id) {
            return false;
        }
        if has || holder.is_some() {
            *holder = has.then_some(id);
            self.desk.offer(wire::sensor(sensor), has);
        }
        true
    }

    /// Whether the peer feeds a sensor.
    pub(super) fn holds(&self, id: u64, sensor: Sensor) -> bool {
        self.peers().holders[sensor as usize] == Some(id)
    }

    pub(super) fn offered(&self) -> Sensors {
        let holders = self.peers().holders;
        [Sensor::Microphone, Sensor::Camera]
            .into_iter()
            .fold(Sensors::NONE, |set, one| set.set(wire::sensor(one), holders[one as usize].is_some()))
    }

    pub(super) fn post(&self, event: &ToPeer) {
        for known in &self.peers().list {
            known.mailbox.post(event);
        }
    }

    /// The trial with this number ended.
    pub(super) fn ended(&self, trial: u16) {
        self.trials.store(trial.saturating_add(1), Ordering::Relaxed);
    }

    pub(super) fn welcome(&self) -> ToPeer {
        ToPeer::Welcome(Welcome {
            major: VERSION_MAJOR,
            minor: VERSION_MINOR,
            mode: self.mode,
            edition: self.edition,
            frame_bytes_max: FRAME_BYTES_MAX as u16,
            picture_bytes_max: PICTURE_BYTES_MAX,
        })
    }

    /// Where things stand, as `view` shows them.
    pub(super) fn state(&self, view: &View) -> State {
        let wanted = [Sensor::Microphone, Sensor::Camera]
            .into_iter()
            .fold(petri_link::Sensors(0), |set: petri_link::Sensors, one| {
                set.set(one, self.desk.wants(wire::sensor(one)))
            });
        let screen = view.screen.as_ref().filter(|_| self.mode == Mode::Session);
        let (sensing, lost) = screen.map_or((wanted, petri_link::Sensors(0)), |screen| {
            (wire::sensors(screen.sensing), wire::lost(screen.sensing))
        });
        let scene = screen.map(|screen| wire::scene(screen.scene));
        State { scene, sensing, lost, wanted, trials: self.trials.load(Ordering::Relaxed) }
    }

    /// Passes on what the desk shows until the link ends.
    pub(super) fn watch(&self) {
        let mut last = self.desk.view();
        let mut state = None;
        let mut serial = 0;
        while !self.ends() {
            let view = self.desk.wait(serial, Duration::from_millis(WATCH_MS));
            serial = view.serial;
            if view.screen != last.screen
                && let Some(screen) = &view.screen
            {
                self.post(&ToPeer::Screen(wire::screen(screen)));
            }
            if view.light != last.light {
                self.post(&ToPeer::Light(wire::colour(view.light)));
            }
            if let Some((_, cue, level)) = view.cue.filter(|_| view.cue != last.cue) {
                self.post(&ToPeer::Cue { cue: wire::cue(cue), level: wire::level(level) });
            }
            let now = self.state(&view);
            if state != Some(now) {
                self.post(&ToPeer::State(now));
                state = Some(now);
            }
            last = view;
        }
    }

    /// Says goodbye to everybody.
    pub(super) fn end(&self, ending: Ending) {
        for known in &self.peers().list {
            known.mailbox.end(ending);
        }
        self.ends.store(true, Ordering::Release);
    }
}
