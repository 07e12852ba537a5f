//! What was asked and not yet answered, and what the device grants and wants.

use petri_link::{Sensor, Sensors, ToPeer};
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Questions that may be open at a time.
const OPEN_MAX: usize = 32;

#[derive(Default)]
pub(crate) struct Pending {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    number: u32,
    open: HashMap<u32, SyncSender<ToPeer>>,
    wanted: Sensors,
    sound: Stream,
}

/// How far the sound has come since it was offered on this connection.
#[derive(Debug, Clone, Copy, Default)]
struct Stream {
    sent: u64,
    until: u64,
}

impl Pending {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a message that is not answered.
    pub(crate) fn number(&self) -> u32 {
        let mut state = self.lock();
        state.number = state.number.wrapping_add(1).max(1);
        state.number
    }

    /// A number, and where its answer comes out; `None` when too many are open.
    pub(crate) fn open(&self) -> Option<(u32, Receiver<ToPeer>)> {
        let number = self.number();
        let mut state = self.lock();
        if state.open.len() >= OPEN_MAX {
            return None;
        }
        let (answer, answered) = sync_channel(1);
        state.open.insert(number, answer);
        Some((number, answered))
    }

    /// Nobody waits for this answer any more.
    pub(crate) fn forget(&self, number: u32) {
        self.lock().open.remove(&number);
    }

    pub(crate) fn answer(&self, number: u32, answer: ToPeer) {
        if let Some(open) = self.lock().open.remove(&number) {
            // Who asked may have given up meanwhile.
            let _ = open.try_send(answer);
        }
    }

    /// Takes note of what an event says of feeding.
    pub(crate) fn note(&self, event: &ToPeer) {
        match event {
            ToPeer::State(state) => self.lock().wanted = state.wanted,
            ToPeer::Credit { until } => {
                let mut state = self.lock();
                state.sound.until = state.sound.until.max(*until);
            }
            _ => return,
        }
        self.changed.notify_all();
    }

    /// The connection broke: nothing is answered any more, nothing is wanted.
    pub(crate) fn reset(&self) {
        let mut state = self.lock();
        state.open.clear();
        state.wanted = Sensors(0);
        state.sound = Stream::default();
        drop(state);
        self.changed.notify_all();
    }

    /// The sound begins anew.
    pub(crate) fn restart_sound(&self) {
        self.lock().sound = Stream::default();
    }

    pub(crate) fn wants(&self, sensor: Sensor, wait: Duration) -> bool {
        let state = self.lock();
        let not_yet = |state: &mut State| !state.wanted.has(sensor);
        let (state, _) =
            self.changed.wait_timeout_while(state, wait, not_yet).unwrap_or_else(PoisonError::into_inner);
        state.wanted.has(sensor)
    }

    /// Waits for credit for `count` samples and spends it; gives where they begin. `None` when none comes.
    pub(crate) fn spend(&self, count: u64, wait: Duration) -> Option<u64> {
        let state = self.lock();
        let not_yet = |state: &mut State| state.sound.sent + count > state.sound.until;
        let (mut state, _) =
            self.changed.wait_timeout_while(state, wait, not_yet).unwrap_or_else(PoisonError::into_inner);
        if not_yet(&mut state) {
            return None;
        }
        let at = state.sound.sent;
        state.sound.sent += count;
        Some(at)
    }
}
