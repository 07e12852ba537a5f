//! What waits for one peer. Putting something in never waits; taking out does.

use petri_link::{Ending, Packet, Percept, ToPeer, Topics};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Answers that may wait: a peer that asks more without reading is let go.
pub(super) const ANSWERS_MAX: usize = 64;
/// Events that may wait; of more the oldest is dropped and counted.
pub(super) const EVENTS_MAX: usize = 64;

/// The place of the credit among those of which only the latest waits.
const CREDIT: usize = 4;

#[derive(Default)]
pub(super) struct Mailbox {
    waiting: Mutex<Waiting>,
    filled: Condvar,
}

#[derive(Default)]
struct Waiting {
    topics: Topics,
    answers: VecDeque<Packet<ToPeer>>,
    events: VecDeque<ToPeer>,
    /// Of these only the latest waits: state, screen, light, face, credit.
    latest: [Option<ToPeer>; 5],
    dropped: u32,
    told: u32,
    ending: Option<Ending>,
    closed: bool,
}

/// What came out of a mailbox.
// It is taken apart at once: a box would only cost.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub(super) enum Taken {
    Packet(Packet<ToPeer>),
    Nothing,
    Closed,
}

/// The topic of an event, and its place among those of which only the latest waits.
fn kind(event: &ToPeer) -> (Topics, Option<usize>) {
    match event {
        ToPeer::State(_) => (Topics::STATE, Some(0)),
        ToPeer::Screen(_) => (Topics::SCREEN, Some(1)),
        ToPeer::Light(_) => (Topics::LIGHT, Some(2)),
        ToPeer::Percept(Percept::Face { .. }) => (Topics::FACE, Some(3)),
        ToPeer::Percept(_) => (Topics::PERCEPT, None),
        ToPeer::Cue { .. } => (Topics::CUE, None),
        ToPeer::Trial(_) => (Topics::TRIAL, None),
        _ => (Topics(0), Some(CREDIT)),
    }
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an answer in; `false` when too many wait.
    pub(super) fn answer(&self, number: u32, body: ToPeer) -> bool {
        let mut waiting = self.lock();
        let room = waiting.answers.len() < ANSWERS_MAX;
        if room {
            waiting.answers.push_back(Packet { number, body });
            drop(waiting);
            self.filled.notify_one();
        }
        room
    }

    /// Puts an event in, if the peer wants it.
    pub(super) fn post(&self, event: &ToPeer) {
        let (topic, place) = kind(event);
        let mut waiting = self.lock();
        if !waiting.topics.has(topic) || waiting.closed {
            return;
        }
        if let Some(place) = place {
            waiting.latest[place] = Some(event.clone());
        } else {
            if waiting.events.len() == EVENTS_MAX {
                waiting.events.pop_front();
                waiting.dropped = waiting.dropped.saturating_add(1);
            }
            waiting.events.push_back(event.clone());
        }
        drop(waiting);
        self.filled.notify_one();
    }

    /// Counts what the peer sent for nothing.
    pub(super) fn count_dropped(&self) {
        let mut waiting = self.lock();
        waiting.dropped = waiting.dropped.saturating_add(1);
    }

    pub(super) fn subscribe(&self, topics: Topics) {
        self.lock().topics = topics;
    }

    /// Credit of an earlier offer is worth nothing.
    pub(super) fn forget_credit(&self) {
        self.lock().latest[CREDIT] = None;
    }

    /// As for a peer that has not said hello.
    pub(super) fn reset(&self) {
        let mut waiting = self.lock();
        let (ending, closed) = (waiting.ending, waiting.closed);
        *waiting = Waiting { ending, closed, ..Waiting::default() };
    }

    /// Nothing more goes in; the goodbye goes out after the answers.
    pub(super) fn end(&self, ending: Ending) {
        let mut waiting = self.lock();
        if waiting.ending.is_none() && !waiting.closed {
            waiting.ending = Some(ending);
            waiting.events.clear();
            waiting.latest = Default::default();
            waiting.topics = Topics(0);
        }
        drop(waiting);
        self.filled.notify_one();
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
    }

    /// Whether the peer goes, or has gone.
    pub(super) fn is_ending(&self) -> bool {
        let waiting = self.lock();
        waiting.closed || waiting.ending.is_some()
    }

    /// Waits for what comes next, at most `wait`.
    pub(super) fn take(&self, wait: Duration) -> Taken {
        let idle = |waiting: &mut Waiting| !waiting.closed && waiting.is_empty();
        let waiting = self.lock();
        let (mut waiting, _) =
            self.filled.wait_timeout_while(waiting, wait, idle).unwrap_or_else(PoisonError::into_inner);
        if waiting.closed {
            return Taken::Closed;
        }
        waiting.next().map_or(Taken::Nothing, Taken::Packet)
    }
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.answers.is_empty()
            && self.events.is_empty()
            && self.latest.iter().all(Option::is_none)
            && self.dropped == self.told
            && self.ending.is_none()
    }

    fn next(&mut self) -> Option<Packet<ToPeer>> {
        if let Some(answer) = self.answers.pop_front() {
            return Some(answer);
        }
        let event = |body| Packet { number: 0, body };
        if let Some(ending) = self.ending {
            self.closed = true;
            return Some(event(ToPeer::Bye(ending)));
        }
        if let Some(body) = self.events.pop_front() {
            return Some(event(body));
        }
        if let Some(body) = self.latest.iter_mut().find_map(Option::take) {
            return Some(event(body));
        }
        (self.dropped != self.told).then(|| {
            self.told = self.dropped;
            event(ToPeer::Dropped { events: self.dropped })
        })
    }
}
