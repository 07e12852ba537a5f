//! The log: what happened to the device, as JSON lines and in a ring for the page.
//!
//! An event is one of a fixed list and holds no text, so that nothing of a learner can get into it. There is no time in
//! it either, for the same reason as in the journal; the day is enough.

use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Lines that the page can show.
pub(crate) const LINES_MAX: usize = 400;

/// Something that happened to the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(crate) enum Event {
    /// The page is served.
    Started { tls: bool, loopback: bool },
    /// A code to pair with was asked for.
    PairingBegun,
    /// A browser was paired.
    Paired,
    /// Somebody came in.
    LoggedIn,
    /// Somebody left.
    LoggedOut,
    /// A code or PIN was wrong.
    Refused { what: &'static str },
    /// Too many were wrong.
    LockedOut { what: &'static str },
    /// The PIN is another one now.
    PinChanged,
    /// A sensor came or went.
    Sensor { sensor: &'static str, works: bool },
    /// A model failed on an input.
    ModelFailed,
    /// A model file was checked.
    Model { id: &'static str, trusted: bool },
    /// A part of the device is in trouble.
    Trouble { part: &'static str },
    /// Room, heat or memory is short, or is not any more.
    Short { of: &'static str, short: bool },
    /// Settings were changed.
    Settings { of: &'static str },
    /// Trials were exported.
    Exported { form: &'static str },
    /// Trials were erased, and looked for afterwards.
    Erased { all: bool, gone: bool },
}

impl Event {
    fn level(self) -> &'static str {
        match self {
            Event::Refused { .. }
            | Event::LockedOut { .. }
            | Event::Sensor { works: false, .. }
            | Event::ModelFailed
            | Event::Model { trusted: false, .. }
            | Event::Trouble { .. }
            | Event::Short { short: true, .. }
            | Event::Erased { gone: false, .. } => "warn",
            _ => "info",
        }
    }
}

#[derive(Serialize)]
struct Line {
    day: u32,
    level: &'static str,
    #[serde(flatten)]
    event: Event,
}

type Sink = Box<dyn Fn(&str) + Send + Sync>;

/// Keeps the last lines, and hands each to a sink.
pub(crate) struct Log {
    lines: Mutex<VecDeque<String>>,
    sink: Sink,
}

impl Log {
    pub(crate) fn new(sink: Sink) -> Self {
        Self { lines: Mutex::default(), sink }
    }

    pub(crate) fn add(&self, event: Event) {
        let line = Line { day: today(), level: event.level(), event };
        let line = serde_json::to_string(&line).unwrap_or_default();
        (self.sink)(&line);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES_MAX {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// The lines as a JSON list, oldest first.
    pub(crate) fn json(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        format!("[{}]", lines.iter().map(String::as_str).collect::<Vec<_>>().join(","))
    }
}

/// Days since 1970-01-01.
pub(crate) fn today() -> u32 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs() / 86_400).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_is_bounded_and_a_line_has_no_time_of_day() {
        let log = Log::new(Box::new(|_| {}));
        for _ in 0..LINES_MAX + 9 {
            log.add(Event::ModelFailed);
        }
        log.add(Event::Sensor { sensor: "camera", works: false });
        let lines: Vec<serde_json::Value> = serde_json::from_str(&log.json()).expect("JSON");
        assert_eq!(lines.len(), LINES_MAX);
        let last = serde_json::json!({
            "day": today(), "level": "warn", "event": "sensor", "sensor": "camera", "works": false
        });
        assert_eq!(lines.last(), Some(&last));
    }
}
