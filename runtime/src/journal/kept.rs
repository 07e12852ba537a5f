//! What the journal keeps besides reports.

use petri_core::input::Sensors;
use petri_core::{Age, Comfort, Entry, Exercises};
use serde::{Deserialize, Serialize};

/// How a learner likes things, and what the facilitator decided for them. It says nothing of who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// Whom the items should be for.
    pub age: Age,
    /// How things are shown and answered.
    pub comfort: Comfort,
    /// What the menu may offer.
    #[serde(default)]
    pub exercises: Exercises,
    /// Sensors that are never used with this learner, whatever is answered to the device's question.
    #[serde(default)]
    pub sensors_off: Sensors,
}

/// What holds for the device, whoever uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Keeping {
    /// Trials older than so many days are erased at the start; `None` keeps them.
    pub retention_days: Option<u32>,
    /// Whose turn it is when the device's own button begins a session.
    pub learner: u32,
}

impl Default for Keeping {
    fn default() -> Self {
        Self { retention_days: None, learner: 1 }
    }
}

/// A stored entry with its circumstances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Number of the session on this device.
    pub session: u32,
    /// Days since 1970-01-01.
    pub day: u32,
    /// The trial.
    pub entry: Entry,
}
