//! A journal that was damaged.

use super::scratch;
use petri_core::entry::{Judge, Outcome, Purpose};
use petri_core::{Channel, Emotion, Entry, Exercise, Moves, Permille};
use petri_runtime::journal::{Journal, Profile};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// Entries of the journal that is damaged.
const ENTRIES: u16 = 12;
const LEARNERS: u32 = 3;
/// Changes of one input.
const CHANGES_MAX: usize = 64;

/// A sound journal: its bytes.
static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = scratch();
    let path = folder.path().join("journal.db");
    write(&path);
    fs::read(path).expect("the journal")
});

fn write(path: &Path) {
    let mut journal = Journal::open(path).expect("a new journal");
    for trial in 0..ENTRIES {
        let learner = 1 + u32::from(trial) % LEARNERS;
        journal.append(learner, 1, 20_000, &entry(trial)).expect("written");
        journal.set_profile(learner, &Profile::default()).expect("written");
    }
}

fn entry(trial: u16) -> Entry {
    let target = Emotion::ALL[usize::from(trial) % Emotion::COUNT];
    Entry {
        trial,
        exercise: Exercise::ALL[usize::from(trial) % Exercise::ALL.len()],
        item: trial,
        target,
        answer: Some(target),
        outcome: Outcome::Same,
        channel: Channel::Button,
        intensity: Permille::FULL,
        latency_ms: 1_000 + u32::from(trial),
        helped: false,
        ability_ml: 120,
        spread_ml: 800,
        purpose: Purpose::Training,
        judge: Judge::Device,
        moves: Moves::NONE,
    }
}

/// A sound journal with changes: each three bytes are a place and what is put there. It is refused with what to do, or
/// opened; then each learner's trials are read, or refused with what to do.
pub fn journal(data: &[u8]) -> bool {
    let mut bytes = SOUND.clone();
    let mut changes = data.chunks_exact(3);
    for change in changes.by_ref().take(CHANGES_MAX) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % bytes.len();
        bytes[place] = change[2];
    }
    // An odd byte cuts the file.
    if let [cut, ..] = changes.remainder() {
        bytes.truncate(bytes.len() * usize::from(*cut) / 256);
    }
    let folder = scratch();
    let path = folder.path().join("journal.db");
    fs::write(&path, &bytes).expect("written; is the disk full?");
    let told = |error: petri_runtime::Error| {
        assert!(error.to_string().contains("; "), "it says what to do: {error}")
    };
    let mut journal = match Journal::open_existing(&path) {
        Ok(journal) => journal,
        Err(error) => {
            told(error);
            return false;
        }
    };
    for learner in journal.known().unwrap_or_else(|error| {
        told(error);
        Vec::new()
    }) {
        read(&journal, learner).unwrap_or_else(told);
    }
    journal.keeping().map(drop).unwrap_or_else(told);
    journal.append(1, 2, 20_001, &entry(ENTRIES)).unwrap_or_else(told);
    true
}

fn read(journal: &Journal, learner: u32) -> Result<(), petri_runtime::Error> {
    let entries = journal.entries(learner)?;
    assert!(entries.len() <= usize::from(ENTRIES) * 2, "more trials than were written");
    journal.profile(learner)?;
    journal.progress(learner).map(drop)
}
