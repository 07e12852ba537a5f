//! A whole session on a disk that is full, read-only or dying in the middle of it.

use petri_core::input::Sensors;
use petri_core::{Button, Entry, Exercise, Exercises, Millis, Pack, Screen, Setup};
use petri_powercut::disk::Mood;
use petri_powercut::scenario::open;
use petri_powercut::storage::Storage;
use petri_runtime::Error;
use petri_runtime::capture::{Percept, Senses};
use petri_runtime::journal::Journal;
use petri_runtime::ports::{Board, Buttons, Camera, Clock, Microphone, Panel, PortError, Pressed};
use petri_runtime::run::{Happening, Keeper, Summary, run_with};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const PRESS_MS: u64 = 300;
const FAILS_MS: u64 = 5_000;
const WORKS_MS: u64 = 12_000;
const STOP_MS: u64 = 20_000;

/// A learner who presses the first button again and again, and at last the one that ends it all.
#[derive(Clone, Default)]
struct Learner(Arc<World>);

#[derive(Default)]
struct World {
    now_ms: AtomicU64,
    presses: AtomicU64,
}

impl Learner {
    fn now_ms(&self) -> u64 {
        self.0.now_ms.load(Ordering::Acquire)
    }
}

impl Clock for Learner {
    fn now(&self) -> Millis {
        Millis(self.now_ms())
    }

    fn day(&self) -> u32 {
        20_000
    }
}

impl Buttons for Learner {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        let presses = self.0.presses.load(Ordering::Acquire);
        let due = self.now_ms() >= (presses + 1) * PRESS_MS;
        self.0.presses.store(presses + u64::from(due), Ordering::Release);
        let button = if self.now_ms() < STOP_MS { Button::A } else { Button::Stop };
        Ok(due.then_some(Pressed::Button(button)))
    }
}

impl Panel for Learner {
    fn show(&mut self, _: &Screen) -> Result<(), PortError> {
        Ok(())
    }
}

impl Senses for Learner {
    fn enrol(&mut self, _: &Journal, _: u32) -> Result<(), Error> {
        Ok(())
    }

    fn begin(&mut self, _: Option<Box<dyn Camera>>, _: Option<Box<dyn Microphone>>, _: Arc<dyn Clock>) {}

    fn gate(&mut self, _: Sensors, _: bool) {}

    fn line(&mut self, _: String) -> bool {
        true
    }

    fn percept(&mut self, wait: Duration) -> Option<Percept> {
        self.0.now_ms.fetch_add(wait.as_millis() as u64, Ordering::AcqRel);
        None
    }

    fn end(&mut self) {}
}

/// What came of a session whose disk is in a mood for a while.
struct Played {
    summary: Summary,
    kept: Vec<Entry>,
    troubles: Vec<String>,
    /// What the journal tells once the disk works again and it is opened anew.
    found: Vec<Entry>,
    ended_ms: u64,
}

fn play(name: &str, mood: Mood, works_again: bool) -> Played {
    let storage = Storage::register(name).expect("a storage");
    let mut journal = open(&storage).expect("a journal");
    let learner = Learner::default();
    let board = Board {
        name: "test",
        camera: None,
        microphone: None,
        buttons: Box::new(learner.clone()),
        has_keyboard: false,
        panel: Box::new(learner.clone()),
        lights: None,
        speaker: None,
        clock: Box::new(learner.clone()),
    };
    let pack = Pack::starter();
    let setup =
        Setup { exercises: Exercises::NONE.set(Exercise::ReadTheWords, true), ..Setup::new(1, &pack) };
    let (mut kept, mut troubles) = (Vec::new(), Vec::new());
    let keeper = Some(Keeper { journal: &mut journal, learner: 1 });
    let summary = run_with(board, &mut learner.clone(), setup, keeper, None, &mut |told| match told {
        Happening::Kept(entry) => kept.push(*entry),
        Happening::Trouble(what) => troubles.push(what.to_owned()),
        Happening::Step(Millis(now_ms)) => {
            let fails = now_ms >= FAILS_MS && (now_ms < WORKS_MS || !works_again);
            storage.behave(if fails { mood } else { Mood::Well });
        }
        _ => {}
    });
    let summary = summary.expect("a session");
    drop(journal);
    storage.behave(Mood::Well);
    let found = open(&storage)
        .and_then(|journal| journal.entries(1))
        .expect("sound")
        .iter()
        .map(|row| row.entry)
        .collect();
    Played { summary, kept, troubles, found, ended_ms: learner.now_ms() }
}

const MOODS: [(&str, Mood); 3] =
    [("full", Mood::Full), ("read-only", Mood::ReadOnly), ("failing", Mood::Failing)];

/// A full disk takes what still fits into the file; the others take nothing.
fn refuses(mood: Mood) -> bool {
    mood != Mood::Full
}

#[test]
fn a_session_goes_on_while_its_disk_takes_nothing_and_all_is_saved_when_it_does_again() {
    for (name, mood) in MOODS {
        let played = play(&format!("{name}-for-a-while"), mood, true);
        let Summary { trials, saved, .. } = played.summary;
        assert!(trials >= 8 && saved == trials, "{name}: {saved} of {trials}");
        assert_eq!(played.found, played.kept, "{name}");
        let said = |what: &str| played.troubles.iter().any(|trouble| trouble.contains(what));
        assert!(!refuses(mood) || said("not saved yet"), "{name}: {:?}", played.troubles);
        assert!(played.troubles.len() <= 2, "{name}: {:?}", played.troubles);
    }
}

#[test]
fn a_session_on_a_disk_that_stays_so_ends_in_order_and_what_was_acknowledged_is_there() {
    for (name, mood) in MOODS {
        let played = play(&format!("{name}-for-good"), mood, false);
        let Summary { trials, saved, .. } = played.summary;
        assert!(saved > 0 && saved <= trials && trials >= 8, "{name}: {saved} of {trials}");
        assert_eq!(played.found, played.kept, "{name}");
        assert!(played.ended_ms >= STOP_MS, "{name}: over after {} ms", played.ended_ms);
        let last = played.troubles.last().map(String::as_str).unwrap_or_default();
        assert_eq!(saved < trials, last.contains("could not be saved"), "{name}: {:?}", played.troubles);
        assert!(
            !refuses(mood) || last.contains("could not be saved; check the disk"),
            "{name}: {:?}",
            played.troubles
        );
    }
}
