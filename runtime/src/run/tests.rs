use super::*;
use crate::ports::{Buttons, Camera, Clock, Microphone, Pressed};
use petri_core::{Button, Exercise, Exercises, Pack, Sensor};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Time, and what it brings.
#[derive(Default)]
struct World {
    now_ms: AtomicU64,
    /// Buttons and when they are pressed.
    presses: Mutex<VecDeque<(u64, Button)>>,
    /// The display is gone from the first to the second.
    gone_ms: (u64, u64),
    shown: Mutex<Vec<u64>>,
    gates: Mutex<Vec<(u64, Sensors)>>,
}

impl World {
    fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::Acquire)
    }
}

struct Part(Arc<World>);

impl Clock for Part {
    fn now(&self) -> Millis {
        Millis(self.0.now_ms())
    }

    fn day(&self) -> u32 {
        20_000
    }
}

impl Buttons for Part {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        let mut presses = self.0.presses.lock().expect("a lock");
        let due = presses.front().is_some_and(|(at, _)| *at <= self.0.now_ms());
        Ok(due.then(|| presses.pop_front()).flatten().map(|(_, button)| Pressed::Button(button)))
    }
}

impl Panel for Part {
    fn show(&mut self, _: &Screen) -> Result<(), PortError> {
        self.refresh()?;
        self.0.shown.lock().expect("a lock").push(self.0.now_ms());
        Ok(())
    }

    fn refresh(&mut self) -> Result<(), PortError> {
        let (from, to) = self.0.gone_ms;
        if (from..to).contains(&self.0.now_ms()) {
            return Err(PortError::Gone { part: "display", reason: "unplugged".to_owned() });
        }
        Ok(())
    }
}

struct Dark;

impl Camera for Dark {
    fn frame(&mut self) -> Result<Option<crate::Frame>, PortError> {
        Ok(None)
    }
}

impl Senses for Part {
    fn enrol(&mut self, _: &Journal, _: u32) -> Result<(), Error> {
        Ok(())
    }

    fn begin(&mut self, _: Option<Box<dyn Camera>>, _: Option<Box<dyn Microphone>>, _: Arc<dyn Clock>) {}

    fn gate(&mut self, sensing: Sensors, _: bool) {
        self.0.gates.lock().expect("a lock").push((self.0.now_ms(), sensing));
    }

    fn line(&mut self, _: String) -> bool {
        true
    }

    fn percept(&mut self, wait: Duration) -> Option<Percept> {
        self.0.now_ms.fetch_add(wait.as_millis() as u64, Ordering::AcqRel);
        None
    }

    fn end(&mut self) {}
}

fn board(world: &Arc<World>) -> Board {
    let part = || Part(Arc::clone(world));
    Board {
        name: "test",
        camera: Some(Box::new(Dark)),
        microphone: None,
        buttons: Box::new(part()),
        has_keyboard: false,
        panel: Box::new(part()),
        lights: None,
        speaker: None,
        clock: Box::new(part()),
    }
}

fn world(gone_ms: (u64, u64), presses: &[(u64, Button)]) -> Arc<World> {
    let presses = Mutex::new(presses.iter().copied().collect());
    Arc::new(World { presses, gone_ms, ..World::default() })
}

#[test]
fn a_display_that_was_gone_shows_the_same_screen_again_and_nothing_senses_meanwhile() {
    let world = world((1_000, 3_000), &[(100, Button::A), (200, Button::A), (6_000, Button::Stop)]);
    let (board, pack) = (board(&world), Pack::starter());
    let setup = Setup { sensors: board.sensors(), ..Setup::new(1, &pack) };
    run_with(board, &mut Part(Arc::clone(&world)), setup, None, None, &mut |_| {}).expect("a session");
    // From the answer to the question on the camera is open, but for the time in which its sign cannot be seen.
    let open = |at: u64| {
        let gates = world.gates.lock().expect("a lock");
        gates.iter().rev().find(|(time, _)| *time <= at).is_some_and(|(_, set)| set.has(Sensor::Camera))
    };
    assert!(!open(150) && open(900));
    assert!((1_040..3_000).all(|at| !open(at)), "it senses and no sign is to be seen");
    let again = world.shown.lock().expect("a lock").iter().copied().find(|at| *at >= 3_000);
    assert!(again.is_some_and(|at| at <= 3_000 + SOON_MS_MAX + 40), "dark until {again:?}");
    assert!(open(5_900) && !open(6_100));
}

/// When the device looks for the first time in a whole session.
fn first_look(world: &Arc<World>) -> Option<u64> {
    let (board, pack) = (board(world), Pack::starter());
    let setup = Setup { sensors: board.sensors(), ..Setup::new(1, &pack) };
    run_with(board, &mut Part(Arc::clone(world)), setup, None, None, &mut |_| {}).expect("a session");
    let gates = world.gates.lock().expect("a lock");
    gates.iter().find(|(_, set)| set.has(Sensor::Camera)).map(|(time, _)| *time)
}

#[test]
fn nobody_allows_what_they_cannot_read() {
    // The display goes while it asks whether the device may look: a press in the dark is no answer.
    let presses = [(100, Button::A), (1_000, Button::A), (4_000, Button::A), (6_000, Button::Stop)];
    let first = first_look(&world((500, 3_000), &presses));
    assert!(first.is_some_and(|time| (4_000..4_100).contains(&time)), "{first:?}");
}

#[test]
fn a_press_from_before_the_question_does_not_answer_it() {
    // Twice at one moment: the second was pressed before anybody could read what it would answer.
    let presses = [(100, Button::A), (100, Button::A), (4_000, Button::A), (6_000, Button::Stop)];
    let first = first_look(&world((0, 0), &presses));
    assert!(first.is_some_and(|time| (4_000..4_100).contains(&time)), "{first:?}");
}

#[test]
fn a_trial_that_a_full_disk_refused_is_kept_as_soon_as_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let mut journal = Journal::open(&path).expect("a journal");
    let disk = |sql: &str| {
        rusqlite::Connection::open(&path).and_then(|db| db.execute_batch(sql)).expect("a rule of the file");
    };
    disk("CREATE TRIGGER full BEFORE INSERT ON sealed BEGIN SELECT RAISE(FAIL, 'disk full'); END");
    let presses = [100, 200, 300].map(|at| (at, Button::A));
    let world = world((0, 0), &[&presses[..], &[(9_000, Button::Stop)]].concat());
    let pack = Pack::starter();
    let exercises = Exercises::NONE.set(Exercise::ReadTheWords, true);
    let setup = Setup { exercises, ..Setup::new(1, &pack) };
    let (mut ended, mut kept, mut troubles, mut room) = (None, None, 0, false);
    let keeper = Some(Keeper { journal: &mut journal, learner: 1 });
    let summary = run_with(board(&world), &mut Part(Arc::clone(&world)), setup, keeper, None, &mut |told| {
        let now_ms = world.now_ms();
        match told {
            Happening::Entry(_) => ended = Some(now_ms),
            Happening::Kept(_) => kept = Some(now_ms),
            Happening::Trouble(what) => {
                assert!(what.contains("not saved yet"), "{what}");
                troubles += 1;
            }
            Happening::Step(_) if now_ms > 4_000 && !room => {
                room = true;
                disk("DROP TRIGGER full");
            }
            _ => {}
        }
    });
    let summary = summary.expect("a session");
    assert_eq!((summary.trials, summary.saved, troubles), (1, 1, 1));
    assert!(ended.is_some_and(|at| at < 1_000), "{ended:?}");
    assert!(kept.is_some_and(|at| (4_000..4_000 + SOON_MS_MAX + 100).contains(&at)), "{kept:?}");
    assert_eq!(journal.entries(1).expect("entries").len(), 1);
}
