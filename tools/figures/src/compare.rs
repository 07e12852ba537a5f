//! A new measurement beside the committed one.

use crate::Report;
use std::fmt;

/// A figure that is not what is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `<part>.<figure>`.
    pub name: String,
    /// What is committed.
    pub committed: String,
    /// What was measured.
    pub measured: String,
    /// The command that measures and writes it.
    pub command: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, committed, measured, command } = self;
        write!(
            f,
            "{name}: committed is {committed}, measured was {measured}; if that is meant, run `{command}`"
        )
    }
}

/// The figures of a part that lie apart by more than the committed tolerance, or that only one of the two has.
pub fn differences(committed: &Report, measured: &Report) -> Vec<Difference> {
    let mut found = Vec::new();
    let difference = |name: &str, old: Option<String>, new: Option<String>| Difference {
        name: format!("{}.{name}", measured.part),
        committed: old.unwrap_or_else(|| "nothing".to_owned()),
        measured: new.unwrap_or_else(|| "nothing".to_owned()),
        command: measured.command.clone(),
    };
    for old in &committed.figures {
        let Some(new) = measured.figures.iter().find(|new| new.name == old.name) else {
            found.push(difference(&old.name, Some(old.shown()), None));
            continue;
        };
        let apart = (old.value - new.value).abs() > old.tolerance + 1e-9;
        if apart || old.unit != new.unit {
            let committed = format!("{} ± {}", old.shown(), old.tolerance);
            found.push(difference(&old.name, Some(committed), Some(new.shown())));
        } else if old.n != new.n {
            let n = |n: Option<usize>| n.map_or("no n".to_owned(), |n| format!("n = {n}"));
            found.push(difference(&old.name, Some(n(old.n)), Some(n(new.n))));
        }
    }
    for new in &measured.figures {
        if committed.figures.iter().all(|old| old.name != new.name) {
            found.push(difference(&new.name, None, Some(new.shown())));
        }
    }
    found
}
