//! What fails inside does not end a session, and comes back.

use petri_board::sim::{self, Hands, Options};
use petri_core::input::Sensors;
use petri_core::light::Colour;
use petri_core::{Button, Pack, Scene, Screen, Sensor, Setup};
use petri_models::Store;
use petri_runtime::capture::Percept;
use petri_runtime::ports::{Board, Buttons, Camera, Lights, Panel, PortError, Pressed};
use petri_runtime::run::{Happening, run};
use petri_runtime::{Frame, Perception};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Longest time that a part that failed may be away.
const AWAY_MAX: Duration = Duration::from_secs(1);
const WAIT_MAX: Duration = Duration::from_mins(2);

/// Gives pictures of nobody; its driver panics at the fourth, and is sound again afterwards.
struct Panicking(Arc<AtomicU32>);

impl Camera for Panicking {
    fn frame(&mut self) -> Result<Option<Frame>, PortError> {
        std::thread::sleep(Duration::from_millis(20));
        let frames = self.0.fetch_add(1, Ordering::AcqRel) + 1;
        assert!(frames != 4, "a fault in the driver");
        Ok(Frame::new(64, 48, vec![90; 64 * 48 * 3]))
    }
}

/// Lights whose driver always panics.
struct NoLights;

impl Lights for NoLights {
    fn set(&mut self, _: Colour) -> Result<(), PortError> {
        panic!("a fault in the driver of the lights");
    }
}

/// The screen as it was shown last; its driver panics once.
struct Shown {
    screen: Arc<Mutex<Option<Screen>>>,
    count: u32,
}

impl Panel for Shown {
    fn show(&mut self, screen: &Screen) -> Result<(), PortError> {
        self.count += 1;
        assert!(self.count != 2, "a fault in the driver of the display");
        *self.screen.lock().expect("a lock") = Some(screen.clone());
        Ok(())
    }
}

/// Goes into the mirror, and stays there until the camera has come back and looked again.
struct Hand {
    screen: Arc<Mutex<Option<Screen>>>,
    frames: Arc<AtomicU32>,
    last: Instant,
    start: Instant,
}

impl Buttons for Hand {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        if self.last.elapsed() < Duration::from_millis(300) {
            return Ok(None);
        }
        self.last = Instant::now();
        if self.frames.load(Ordering::Acquire) > 12 || self.start.elapsed() > WAIT_MAX {
            return Err(PortError::Closed { part: "program" });
        }
        let scene = self.screen.lock().expect("a lock").as_ref().map(|screen| screen.scene);
        Ok(match scene {
            Some(Scene::Greet | Scene::Consent | Scene::Choose) => Some(Pressed::Button(Button::A)),
            _ => None,
        })
    }
}

#[test]
fn a_camera_whose_driver_panics_ends_no_session_and_comes_back_within_a_second() {
    let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let perception = Perception::load(&Store::new(models)).expect("models");
    let (frames, screen) = (Arc::new(AtomicU32::new(0)), Arc::new(Mutex::new(None)));
    let simulated = sim::open(Options { hands: Hands::None, ..Options::default() }).expect("a board");
    let (last, start) = (Instant::now(), Instant::now());
    let board = Board {
        camera: Some(Box::new(Panicking(Arc::clone(&frames)))),
        microphone: None,
        buttons: Box::new(Hand { screen: Arc::clone(&screen), frames: Arc::clone(&frames), last, start }),
        has_keyboard: false,
        panel: Box::new(Shown { screen, count: 0 }),
        lights: Some(Box::new(NoLights)),
        ..simulated
    };
    let pack = Pack::starter();
    let setup = Setup { sensors: Sensors::NONE.set(Sensor::Camera, true), ..Setup::new(1, &pack) };
    let (mut told, mut troubles) = (Vec::new(), Vec::new());
    run(board, perception, setup, None, None, &mut |happening| match happening {
        Happening::Percept(Percept::Sensor { sensor: Sensor::Camera, works, reason }) => {
            told.push((*works, reason.clone(), Instant::now()));
        }
        Happening::Trouble(what) => troubles.push(what.to_owned()),
        _ => {}
    })
    .expect("a session that went on to its end");
    assert!(start.elapsed() < WAIT_MAX && frames.load(Ordering::Acquire) > 12, "{told:?}");
    let went = told.iter().position(|(works, ..)| !works).expect("told that it is gone");
    assert!(told[went].1.contains("failed inside"), "{told:?}");
    let back = told[went..].iter().find(|(works, ..)| *works).expect("told that it is back");
    assert!(back.2.duration_since(told[went].2) < AWAY_MAX, "{told:?}");
    for part in ["lights", "display"] {
        assert!(troubles.iter().any(|what| what.contains(part) && what.contains("goes on")), "{troubles:?}");
    }
}
