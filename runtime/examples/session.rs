//! A whole session, with a learner of twenty lines in the place of a person.
//!
//! The board is a [`Desk`]: the session has the ports, and this program has the other side. A real device implements
//! the traits of `ports` itself.
//!
//! ```sh
//! cargo run -p petri-runtime --example session
//! ```
#![allow(clippy::print_stdout)]

use petri_core::input::Sensors;
use petri_core::{Button, Exercise, Millis, Pack, Scene, Sensor, Setup};
use petri_models::Store;
use petri_runtime::ports::{Clock, Pressed};
use petri_runtime::remote::Desk;
use petri_runtime::run::{Happening, run};
use petri_runtime::{Error, Perception, report};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Time is passed in. This one is that of the machine.
struct Watch(Instant);

impl Clock for Watch {
    fn now(&self) -> Millis {
        Millis(self.0.elapsed().as_millis() as u64)
    }

    /// Days since 1970, for the journal; there is none here.
    fn day(&self) -> u32 {
        0
    }
}

/// Answers three questions with the first choice, and one in words. Then it says goodbye.
fn learner(desk: &Desk) {
    let (mut serial, mut last, mut answers) = (0, None, 0);
    loop {
        let view = desk.wait(serial, Duration::from_secs(1));
        serial = view.serial;
        let scene = view.screen.map(|screen| screen.scene);
        if scene == last {
            continue;
        }
        last = scene;
        let press = match scene {
            Some(Scene::Greet | Scene::Explain) if answers < 4 => Pressed::Button(Button::A),
            Some(Scene::Choose) => Pressed::Start(Exercise::ReadTheWords),
            Some(Scene::Listen) if answers == 3 => Pressed::Line("I think she is sad.".to_owned()),
            Some(Scene::Listen) => Pressed::Button(Button::A),
            Some(Scene::Explain) => Pressed::Button(Button::Stop),
            Some(Scene::Close) => {
                desk.press(Pressed::Button(Button::A));
                return;
            }
            _ => continue,
        };
        answers += u32::from(scene == Some(Scene::Listen));
        desk.press(press);
    }
}

fn main() -> Result<(), Error> {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let perception = Perception::load(&Store::new(models))?;

    let desk = Desk::new();
    let mut board = desk.board("example", Box::new(Watch(Instant::now())));
    // Nothing to see or hear with: the session does not ask for consent, and answers come by button and in words.
    (board.camera, board.microphone) = (None, None);
    let pack = Pack::starter();
    let sensors = Sensors::NONE.set(Sensor::Keyboard, board.has_keyboard);
    let setup = Setup { sensors, ..Setup::new(163, &pack) };

    thread::spawn({
        let desk = desk.clone();
        move || learner(&desk)
    });
    // With a `Keeper` in place of the first `None` the trials go into a journal.
    let summary = run(board, perception, setup, None, None, &mut |happening| match happening {
        Happening::Screen(screen) => println!("{:<8} {}: {}", screen.scene.name(), screen.title, screen.body),
        Happening::Entry(entry) => println!("         {}", report::entry(entry)),
        Happening::Percept(percept) => println!("         {}", report::percept(percept)),
        Happening::Trouble(what) => println!("note     {what}"),
        Happening::Step(_) | Happening::Kept(_) => {}
    })?;
    println!("{} trials", summary.trials);
    Ok(())
}
