//! A robot that has Petri inside: its face follows the screens, its light the lights, and its ears feed the session.
//!
//! Here its body is this terminal, and what its ears hear is a recording: somebody who says "next" at each question.
//! A robot on another processor, or in another language, does the same over the link (`docs/link.md`).
//!
//! ```sh
//! cargo run -p petri-runtime --example robot
//! ```
#![allow(clippy::print_stdout)]

use petri_core::input::Sensors;
use petri_core::{Button, Exercise, Language, Millis, Pack, Permille, Picture, Scene, Screen, Sensor, Setup};
use petri_models::Store;
use petri_runtime::capture::Percept;
use petri_runtime::ports::{Clock, Pressed};
use petri_runtime::remote::Desk;
use petri_runtime::run::{Happening, run};
use petri_runtime::{Clip, Error, Perception, intake};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

struct Watch(Instant);

impl Clock for Watch {
    fn now(&self) -> Millis {
        Millis(self.0.elapsed().as_millis() as u64)
    }

    fn day(&self) -> u32 {
        0
    }
}

/// The drawn face, as a robot with motors in its face would make it.
fn face(screen: &Screen) -> String {
    let Picture::Face(portrait) = &screen.picture else { return String::new() };
    let moved = portrait.actions.strongest(Permille::new(300));
    moved.iter().map(|action| action.name(Language::English)).collect::<Vec<_>>().join(", ")
}

/// The robot's body: shows what the device shows, and what a person does to it goes to the session.
fn body(desk: &Desk, trials: &AtomicU32) {
    let (mut serial, mut last) = (0, None);
    loop {
        let view = desk.wait(serial, Duration::from_secs(1));
        serial = view.serial;
        let Some(screen) = view.screen else { continue };
        if last == Some(screen.scene) {
            continue;
        }
        last = Some(screen.scene);
        let light = view.light;
        println!("robot shines {:>3} {:>3} {:>3}", light.red, light.green, light.blue);
        println!("robot says   {} {}", screen.title, screen.body.replace('\n', " "));
        let moved = face(&screen);
        if !moved.is_empty() {
            println!("robot moves  {moved}");
        }
        let enough = trials.load(Ordering::Acquire) >= 2;
        desk.press(match screen.scene {
            Scene::Choose => Pressed::Start(Exercise::ReadTheFace),
            Scene::Explain if enough => Pressed::Button(Button::Stop),
            // Whoever stands before the robot presses these. A robot never says yes for a person.
            Scene::Greet | Scene::Consent | Scene::Explain => Pressed::Button(Button::A),
            Scene::Close => {
                desk.press(Pressed::Button(Button::A));
                return;
            }
            _ => continue,
        });
    }
}

/// The robot's ears: sound all the time that the session listens, with a word in it at each question.
fn ears(desk: &Desk, word: &Clip) {
    desk.offer(Sensor::Microphone, true);
    let (mut waiting, mut asked) = (Vec::new(), false);
    loop {
        thread::sleep(Duration::from_millis(32));
        if !desk.wants(Sensor::Microphone) {
            continue;
        }
        let asks = desk.view().screen.is_some_and(|screen| screen.scene == Scene::Listen);
        if asks && !asked {
            // In reverse, so that the first sample is the last.
            waiting.extend(word.samples().iter().rev());
        }
        asked = asks;
        let mut sound = [0.0; 512];
        sound.fill_with(|| waiting.pop().unwrap_or(0.0));
        desk.sound(&sound);
    }
}

fn main() -> Result<(), Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let perception = Perception::load(&Store::new(root.join("models")))?;
    let word = intake::clip(&root.join("board/demo/next.wav"))?;

    let desk = Desk::new();
    let mut board = desk.board("robot", Box::new(Watch(Instant::now())));
    board.camera = None;
    let pack = Pack::starter();
    let sensors = Sensors::NONE.set(Sensor::Microphone, true);
    let setup = Setup { sensors, ..Setup::new(7, &pack) };

    // What the session tells reaches the body through a number: it never waits for the robot.
    let trials: &'static AtomicU32 = Box::leak(Box::new(AtomicU32::new(0)));
    let (seen, heard) = (desk.clone(), desk.clone());
    thread::spawn(move || body(&seen, trials));
    thread::spawn(move || ears(&heard, &word));
    let summary = run(board, perception, setup, None, None, &mut |happening| match happening {
        Happening::Percept(Percept::Utterance { heard, .. }) => {
            println!("robot hears  {}", heard.word.as_deref().unwrap_or("something"));
        }
        Happening::Entry(_) => {
            trials.fetch_add(1, Ordering::Release);
        }
        Happening::Trouble(what) => println!("note         {what}"),
        _ => {}
    })?;
    println!("{} trials", summary.trials);
    Ok(())
}
