//! What a facilitator should look at now. Alerts live in memory, for the page only.

use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Alerts at a time.
const ALERTS_MAX: usize = 16;
/// Longest text of one, in characters.
const TEXT_CHARS_MAX: usize = 200;

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The learner needs a person.
    Concern,
    /// The camera was lost.
    Camera,
    /// The microphone was lost.
    Microphone,
    /// The keyboard was lost.
    Keyboard,
    /// A model failed, or its file is not the trusted one.
    Model,
    /// The journal cannot be written.
    Journal,
    /// The disk is nearly full.
    Disk,
    /// The device is too hot.
    Heat,
    /// Memory is short.
    Memory,
    /// Another part is in trouble.
    Part,
}

/// An alert with what the device said of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Alert {
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

/// All alerts, one of each kind, and of parts one for each text.
#[derive(Default)]
pub(crate) struct Alerts(Mutex<BTreeMap<(Kind, String), String>>);

impl Alerts {
    fn all(&self) -> MutexGuard<'_, BTreeMap<(Kind, String), String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Raises an alert; `true` when there was none of its kind.
    pub(crate) fn raise(&self, kind: Kind, text: &str) -> bool {
        let text: String = text.chars().take(TEXT_CHARS_MAX).collect();
        let key = (kind, if kind == Kind::Part { text.clone() } else { String::new() });
        let mut all = self.all();
        let fresh = !all.contains_key(&key);
        if all.len() < ALERTS_MAX || !fresh {
            all.insert(key, text);
        }
        fresh
    }

    /// Takes the alerts of a kind away; `true` when there was one.
    pub(crate) fn clear(&self, kind: Kind) -> bool {
        let mut all = self.all();
        let before = all.len();
        all.retain(|(other, _), _| *other != kind);
        all.len() < before
    }

    pub(crate) fn list(&self) -> Vec<Alert> {
        self.all().iter().map(|((kind, _), text)| Alert { kind: *kind, text: text.clone() }).collect()
    }
}
