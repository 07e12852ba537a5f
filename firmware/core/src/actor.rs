//! The people that the device draws.

use serde::{Deserialize, Serialize};

/// A drawn person. The same muscle actions move every one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// The device's own face: nobody, in a colour that no person has.
    #[default]
    Petri,
    /// A girl of eight.
    Mia,
    /// A boy of nine.
    Leo,
    /// A boy of fourteen.
    Ravi,
    /// A girl of fifteen.
    Noor,
    /// A woman of thirty-five.
    Ada,
    /// A man of sixty-five.
    Chen,
}

impl Actor {
    /// How many there are, Petri included.
    pub const COUNT: usize = 7;
    /// All of them, in the order of their indices.
    pub const ALL: [Actor; Self::COUNT] =
        [Actor::Petri, Actor::Mia, Actor::Leo, Actor::Ravi, Actor::Noor, Actor::Ada, Actor::Chen];
    /// Those that training draws.
    pub const TRAINED: [Actor; 4] = [Actor::Mia, Actor::Leo, Actor::Ravi, Actor::Ada];
    /// Those that only the transfer probe draws, so that nobody has met them before.
    pub const HELD_OUT: [Actor; 2] = [Actor::Noor, Actor::Chen];

    /// Position in [`Actor::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in content files.
    pub const fn name(self) -> &'static str {
        match self {
            Actor::Petri => "petri",
            Actor::Mia => "mia",
            Actor::Leo => "leo",
            Actor::Ravi => "ravi",
            Actor::Noor => "noor",
            Actor::Ada => "ada",
            Actor::Chen => "chen",
        }
    }

    /// The actor of this name.
    pub fn from_name(name: &str) -> Option<Actor> {
        Self::ALL.into_iter().find(|actor| actor.name() == name)
    }
}
