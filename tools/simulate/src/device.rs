//! The device's program, started again and again: what `petri run` with the page does, on one thread.

use crate::check::{Broken, Check, Invariant};
use crate::death::{Halt, halt, halted, listen, panicked};
use crate::dice::Dice;
use crate::ports;
use crate::senses::Simulated;
use crate::world::{Event, Part, World};
use crate::{Mutation, courier, stick};
use petri_core::Pack;
use petri_runtime::host::{Host, Plan};
use petri_runtime::journal::Journal;
use petri_runtime::remote::Desk;
use petri_runtime::run::Happening;
use petri_runtime::supervise::Death;
use petri_update::Set;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// From the end of the program to its next start, and from there to the first screen.
const DOWN_MS: (u64, u64) = (200, 4_000);
const LOAD_MS: (u64, u64) = (300, 1_000);

/// Plays the whole time, over all starts of the program.
pub(crate) fn live(world: &Arc<World>) -> Check {
    listen();
    panicked();
    begin(world);
    loop {
        let ran = catch_unwind(AssertUnwindSafe(|| start(world)));
        world.set_handle(None);
        let unplugged = world.state().unplugged.take();
        match ran {
            Ok(()) => {}
            Err(payload) => match halted().filter(|_| payload.is::<Death>()) {
                Some(Halt::Done) => return finish(world),
                Some(Halt::Broken(broken)) => return Err(broken),
                Some(Halt::Crash) => {}
                None => {
                    let said = panicked().unwrap_or_default();
                    let what = format!("the program panicked: {said}");
                    return Err(Broken { invariant: Invariant::Alive, what });
                }
            },
        }
        let mut state = world.state();
        state.tally.crashes += 1;
        state.died(unplugged.is_some());
        state.skipped_days += unplugged.unwrap_or_default();
        let down_ms = state.dice.between(DOWN_MS.0, DOWN_MS.1);
        state.now_ms += down_ms;
        let now_ms = state.now_ms;
        state.digest.add(now_ms, 6, &unplugged);
        let changed = state.changed_parts();
        drop(state);
        for (part, works) in changed {
            world.part(part, works);
        }
        let mut state = world.state();
        if now_ms >= state.end_ms {
            drop(state);
            return finish(world);
        }
        // Somebody comes again, whoever sat there.
        state.forget(|event| matches!(event, Event::Act | Event::Arrive | Event::Press));
        let next_ms = state.dice.time_ms(1_000, 600_000);
        state.due(next_ms, Event::Arrive);
    }
}

fn begin(world: &Arc<World>) {
    let mut state = world.state();
    // The day begins with the school.
    state.now_ms = 7 * 3_600_000;
    state.end_ms += state.now_ms;
    for (event, low_ms, high_ms) in [
        (Event::Arrive, 60_000, 7_200_000),
        (Event::Manage, 1_000, 3_600_000),
        (Event::Sync, 0, 86_400_000),
        (Event::Stick, 0, 259_200_000),
        (Event::Mishap, 60_000, 7_200_000),
    ] {
        let in_ms = state.dice.between(low_ms, high_ms);
        state.due(in_ms, event);
    }
}

/// At the end of the time: the journal has everything.
fn finish(world: &Arc<World>) -> Check {
    set_disk(world, true)?;
    let journal = open(world)?;
    let mut state = world.state();
    state.died(false);
    state.checker.reopened(&journal)?;
    budget(&mut state.checker, &journal)
}

fn open(world: &World) -> Result<Journal, Broken> {
    world.open().map_err(|error| unusable(&error))
}

fn unusable(error: &dyn std::error::Error) -> Broken {
    Broken { invariant: Invariant::Kept, what: error.to_string() }
}

fn budget(checker: &mut crate::Checker, journal: &Journal) -> Check {
    let spent = journal.sync_budget().map_err(|error| unusable(&error))?;
    checker.budget(&spent)
}

/// One start of the program, to its end.
fn start(world: &Arc<World>) {
    let (seed, load_ms) = {
        let mut state = world.state();
        state.started_ms = state.now_ms;
        state.visit.ends = false;
        (u64::from(state.dice.below(u32::MAX)), state.dice.between(LOAD_MS.0, LOAD_MS.1))
    };
    let begun = match stick::begin(world) {
        Ok(begun) => begun,
        Err(broken) => halt(Halt::Broken(broken)),
    };
    let version = begun.as_ref().map_or(0, |set| set.manifest.version);
    world.state().now_ms += load_ms;
    if world.state().bad.contains(&version) {
        let failed = world.state().checker.failed();
        World::hold(failed);
        halt(Halt::Crash);
    }
    let bytes = begun.as_ref().and_then(|set| std::fs::read(set.folder.join(stick::PACK)).ok());
    let installed = bytes.as_deref().and_then(|bytes| Pack::open(bytes).ok());
    let pack = if let Some(pack) = installed { pack } else { Pack::starter() };
    let journal = match open(world).and_then(|journal| {
        let mut state = world.state();
        state.checker.reopened(&journal)?;
        budget(&mut state.checker, &journal)?;
        state.expire();
        Ok(journal)
    }) {
        Ok(journal) => journal,
        Err(broken) => halt(Halt::Broken(broken)),
    };
    run(world, journal, &pack, seed, begun);
}

fn run(world: &Arc<World>, journal: Journal, pack: &Pack<'_>, seed: u64, begun: Option<Set>) {
    let desk = Desk::new();
    *world.desk.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = desk.clone();
    let board = desk.over(ports::board(world));
    let face_answers = Dice::new(seed).hits(500);
    let plan = Plan { pack, seed, trials_per_round: 4, face_answers, record: None };
    let host = Host::new(board, Simulated::new(world), journal, plan, Box::new(|profile| profile));
    world.set_handle(Some(host.handle()));
    let mut begun = Some(begun);
    let result = host.run(&mut |happening| {
        if matches!(happening, Happening::Step(_))
            && let Some(set) = begun.take()
        {
            world.state().checker.came_up();
            World::hold(stick::came_up(world, set.as_ref()));
        }
        world.told(&happening);
    });
    let mut state = world.state();
    let now_ms = state.now_ms;
    state.digest.add(now_ms, 7, &result.is_ok());
    // A display that is not there at the start ends the program: that is no fault of what was installed.
    let failed = if result.is_err() && state.is_well(Part::Panel) { state.checker.failed() } else { Ok(()) };
    drop(state);
    World::hold(failed);
}

/// After a session: what the journal holds is compared.
pub(crate) fn after_session(world: &Arc<World>) -> Check {
    mutate(world).map_err(|error| unusable(&error))?;
    let journal = world.open_to_read().map_err(|error| unusable(&error))?;
    let mut state = world.state();
    let disk_works = state.is_well(Part::Disk);
    state.checker.ends(&journal, disk_works)
}

/// Breaks the world on purpose, to see that the checker notices.
fn mutate(world: &Arc<World>) -> Result<(), petri_runtime::Error> {
    let (mutation, sitting) = {
        let state = world.state();
        (state.mutation, state.checker.sitting)
    };
    let Some((learner, mutation)) = sitting.map(|sitting| sitting.learner).zip(mutation) else {
        return Ok(());
    };
    let goes = match mutation {
        Mutation::TrialGoesToAnother => Some(learner + 1),
        Mutation::TrialIsLost => None,
        Mutation::SettingsGoToAnother => {
            let mut journal = world.open()?;
            let known = journal.known()?;
            let last = known.last().map(|last| journal.profile(*last)).transpose()?.flatten();
            return known
                .iter()
                .zip(last.iter().cycle())
                .try_for_each(|(one, last)| journal.set_profile(*one, last));
        }
        _ => return Ok(()),
    };
    let mut journal = world.open()?;
    let (mut rows, profile) = (journal.entries(learner)?, journal.profile(learner)?);
    let Some(taken) = rows.pop() else { return Ok(()) };
    journal.erase(Some(learner))?;
    for (owner, row) in rows.iter().map(|row| (learner, row)).chain(goes.map(|other| (other, &taken))) {
        journal.append(owner, row.session, row.day, &row.entry)?;
    }
    profile.map_or(Ok(()), |profile| journal.set_profile(learner, &profile))
}

/// Lets the journal's disk be full, or not: a rule in the file itself refuses every new record.
fn set_disk(world: &World, works: bool) -> Check {
    let sql = if works {
        "DROP TRIGGER IF EXISTS full"
    } else {
        "CREATE TRIGGER IF NOT EXISTS full BEFORE INSERT ON sealed BEGIN SELECT RAISE(FAIL, 'disk full'); END"
    };
    let changed = rusqlite::Connection::open(world.journal()).and_then(|db| db.execute_batch(sql));
    changed.map_err(|error| unusable(&error))
}

impl World {
    /// Something is due.
    pub(crate) fn happen(self: &Arc<Self>, event: Event) {
        match event {
            Event::Arrive => self.arrive(),
            Event::Press => self.press(),
            Event::Act => self.act(),
            Event::Manage => self.manage(),
            Event::Part(part, works) => self.part(part, works),
            Event::Kill => halt(Halt::Crash),
            Event::Unplug(days) => {
                self.state().unplugged = Some(days);
                halt(Halt::Crash);
            }
            Event::End => self.state().visit.ends = true,
            Event::Notice(shows) => self.notice(shows),
            Event::Sync => {
                let next_ms = self.state().dice.between(72_000_000, 100_000_000);
                self.state().due(next_ms, Event::Sync);
                let synced = courier::sync(self);
                World::hold(synced);
            }
            Event::Stick => {
                let next_ms = self.state().dice.between(3_600_000, 400_000_000);
                self.state().due(next_ms, Event::Stick);
                let brought = stick::bring(self);
                World::hold(brought);
            }
            Event::Mishap => self.mishap(),
        }
    }

    fn part(&self, part: Part, works: bool) {
        let mut state = self.state();
        state.set_part(part, works);
        if !works {
            let back_ms = state.dice.time_ms(20, 180_000);
            state.due(back_ms, Event::Part(part, true));
        }
        drop(state);
        if part == Part::Disk {
            World::hold(set_disk(self, works));
        }
    }

    fn notice(&self, shows: bool) {
        let mut state = self.state();
        state.notice = shows;
        let comfort = state.wanted.as_ref().map(|screen| screen.comfort).unwrap_or_default();
        if shows {
            let in_ms = state.dice.between(3_000, 120_000);
            state.due(in_ms, Event::Notice(false));
        }
        drop(state);
        let screen = shows.then(|| code(comfort));
        self.desk().notice(screen);
    }

    fn mishap(&self) {
        let mut state = self.state();
        let next_ms = state.dice.time_ms(600_000, 10 * 3_600_000);
        state.due(next_ms, Event::Mishap);
        let event = match state.dice.below(10) {
            0 => Event::Kill,
            1 => Event::Unplug(0),
            2 => Event::End,
            _ => Event::Part(state.dice.pick(&Part::ALL), false),
        };
        state.due(1, event);
    }
}

/// A screen such as the page shows when a browser wants in.
fn code(comfort: petri_core::Comfort) -> petri_core::Screen {
    petri_core::Screen {
        scene: petri_core::Scene::Settings,
        title: "Code 123 456".try_into().unwrap_or_default(),
        body: "Type this code on the page.".try_into().unwrap_or_default(),
        picture: petri_core::Picture::None,
        choices: [].into_iter().collect(),
        meter: None,
        sensing: petri_core::input::Sensors::NONE,
        focus: None,
        comfort,
    }
}
