//! What must hold, and what is said when it does not.

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// No trial, setting or screen of one learner is another's.
    Apart,
    /// What was acknowledged is in the journal, and what ended gets there.
    Kept,
    /// One report a term, and never more than its budget.
    Budget,
    /// Nothing senses unless it was allowed by button and its sign is on the display.
    Privacy,
    /// The display is not blank or stale for longer than 2 s.
    Blank,
    /// Every screen has a way on, and stop ends a session.
    Stop,
    /// The device comes up, whatever was installed.
    ComesUp,
    /// The program never panics and never hangs.
    Alive,
}

impl Invariant {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Apart,
        Self::Kept,
        Self::Budget,
        Self::Privacy,
        Self::Blank,
        Self::Stop,
        Self::ComesUp,
        Self::Alive,
    ];

    /// What it says.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Apart => "never two learners mixed",
            Self::Kept => "no trial lost",
            Self::Budget => "budget never overspent",
            Self::Privacy => "privacy sign on whenever capture is on",
            Self::Blank => "screen never blank for more than 2 s",
            Self::Stop => "always a way to stop",
            Self::ComesUp => "the device comes up, whatever was installed",
            Self::Alive => "no panic and no hang",
        }
    }
}

/// An invariant that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub invariant: Invariant,
    /// What was seen.
    pub what: String,
}
