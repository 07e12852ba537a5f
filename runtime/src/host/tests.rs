use super::*;
use crate::Perception;
use crate::journal::Keeping;
use crate::ports::Clock;
use crate::remote::Desk;
use petri_core::input::Sensors;
use petri_core::{Exercise, Exercises, Pack, Scene};
use petri_models::Store;
use std::thread;
use std::time::{Duration, Instant};

struct Running(Instant);

impl Clock for Running {
    fn now(&self) -> Millis {
        Millis(self.0.elapsed().as_millis() as u64)
    }

    fn day(&self) -> u32 {
        20_000
    }
}

/// Waits until the far side shows what is wanted.
fn until(desk: &Desk, what: &str, wanted: impl Fn(&Screen) -> bool) -> Screen {
    let end = Instant::now() + Duration::from_mins(1);
    let mut serial = 0;
    while Instant::now() < end {
        let view = desk.wait(serial, Duration::from_secs(1));
        serial = view.serial;
        if let Some(screen) = view.screen.filter(|screen| wanted(screen)) {
            return screen;
        }
    }
    panic!("{what} was not shown")
}

fn press(desk: &Desk, button: Button) {
    assert!(desk.press(Pressed::Button(button)));
}

#[test]
fn sessions_follow_each_other_and_the_journal_has_one_owner() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let desk = Desk::new();
    let board = desk.board("far", Box::new(Running(Instant::now())));
    let models = Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"));
    let perception = Perception::load(&models).expect("models");
    let pack: &'static Pack<'static> = Box::leak(Box::new(Pack::starter()));
    let plan = Plan { pack, seed: 3, trials_per_round: 2, face_answers: false, record: None };
    let journal = Journal::open(&path).expect("a journal");
    let (send, handle) = sync_channel(1);
    let host = thread::spawn(move || {
        let host = Host::new(board, Live::new(perception), journal, plan, Box::new(|profile| profile));
        send.send(host.handle()).expect("taken");
        host.run(&mut |_| {})
    });
    let handle = handle.recv().expect("a handle");
    until(&desk, "whose turn", |screen| screen.body.contains("learner 1."));
    let only = Exercises::NONE.set(Exercise::ReadTheWords, true);
    let off = Sensors::ALL;
    handle
        .journal(move |journal| {
            let profile = Profile { exercises: only, sensors_off: off, ..Profile::default() };
            journal.set_profile(7, &profile).expect("kept");
            journal.set_keeping(&Keeping { retention_days: None, learner: 7 }).expect("kept");
        })
        .expect("nothing runs");
    until(&desk, "whose turn", |screen| screen.body.contains("learner 7."));
    // The device's own button begins a session for the learner whose turn it is: no sensor, so no question either.
    press(&desk, Button::A);
    until(&desk, "the greeting", |screen| screen.title.contains("Hello"));
    assert_eq!(handle.journal(|_| ()), Err(Refusal::Busy));
    assert_eq!(handle.start(2), Err(Refusal::Busy));
    press(&desk, Button::A);
    until(&desk, "the menu", |screen| screen.title == "For you: Words");
    press(&desk, Button::A);
    until(&desk, "a question", |screen| screen.scene == Scene::Listen);
    press(&desk, Button::A);
    until(&desk, "feedback", |screen| screen.scene == Scene::Explain);
    assert_eq!(handle.status().running, Some(super::Running { learner: 7, trials: 1 }));
    handle.stop().expect("taken");
    until(&desk, "whose turn", |screen| screen.title == "Ready");
    // A command begins one for anybody, on the same models.
    while handle.status().running.is_some() {
        thread::sleep(Duration::from_millis(10));
    }
    handle.start(2).expect("taken");
    until(&desk, "the greeting", |screen| screen.title.contains("Hello"));
    press(&desk, Button::A);
    until(&desk, "the question for consent", |screen| screen.scene == Scene::Consent);
    handle.end().expect("taken");
    host.join().expect("no panic").expect("ended in order");
    assert!(handle.status().ended && handle.start(1).is_err());
    let journal = Journal::open(&path).expect("left in order");
    assert_eq!(journal.entries(7).expect("entries").len(), 1);
}
