//! The watchdog hears a session that goes on, and nothing of one that hangs.

use petri_board::sim::{self, Hands, Options};
use petri_core::input::Sensors;
use petri_core::{Button, Millis, Pack, Screen, Setup};
use petri_models::Store;
use petri_runtime::Perception;
use petri_runtime::heart::Heart;
use petri_runtime::ports::{Board, Buttons, Clock, Panel, PortError, Pressed};
use petri_runtime::run::{Happening, run};
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// Beats come every quarter of this.
const WATCHDOG: Duration = Duration::from_millis(400);
const WAIT_MAX: Duration = Duration::from_mins(1);

/// A display whose driver hangs at the second screen until it is let go.
struct Hanging {
    screens: u32,
    hangs: Sender<()>,
    let_go: Receiver<()>,
}

impl Panel for Hanging {
    fn show(&mut self, _: &Screen) -> Result<(), PortError> {
        self.screens += 1;
        if self.screens == 2 {
            let _ = self.hangs.send(());
            let _ = self.let_go.recv_timeout(WAIT_MAX);
        }
        Ok(())
    }
}

/// One press after a while, which asks for the second screen; the end after another.
struct TwoPresses {
    start: Instant,
    presses: u32,
}

impl Buttons for TwoPresses {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        let due = Duration::from_secs(1) * (self.presses + 1);
        if self.start.elapsed() < due {
            return Ok(None);
        }
        self.presses += 1;
        if self.presses > 1 {
            return Err(PortError::Closed { part: "program" });
        }
        Ok(Some(Pressed::Button(Button::A)))
    }
}

fn beats(socket: &UnixDatagram) -> Vec<String> {
    let mut buffer = [0; 512];
    std::iter::from_fn(|| socket.recv(&mut buffer).ok().map(|n| buffer[..n].to_vec()))
        .map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
        .collect()
}

#[test]
fn a_session_that_hangs_does_not_beat() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket.set_nonblocking(true).expect("set");
    let mut heart = Heart::open(path.as_os_str(), Some(WATCHDOG)).expect("a heart");

    let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let (hangs, hung) = channel();
    let (release, let_go) = channel();
    let session = std::thread::spawn(move || {
        let perception = Perception::load(&Store::new(models)).expect("models");
        let simulated = sim::open(Options { hands: Hands::None, ..Options::default() }).expect("a board");
        let board = Board {
            camera: None,
            microphone: None,
            buttons: Box::new(TwoPresses { start: Instant::now(), presses: 0 }),
            panel: Box::new(Hanging { screens: 0, hangs, let_go }),
            ..simulated
        };
        let pack = Pack::starter();
        let setup = Setup { sensors: Sensors::NONE, ..Setup::new(1, &pack) };
        let mut steps = 0_u32;
        run(board, perception, setup, None, None, &mut |happening| {
            if let Happening::Step(now) = happening {
                steps += 1;
                assert!(now >= Millis(0));
                heart.step(now);
            }
        })
        .expect("a session");
        steps
    });

    hung.recv_timeout(WAIT_MAX).expect("the second screen");
    let alive = beats(&socket);
    assert!(alive[0].starts_with("READY=1\n"), "{alive:?}");
    assert!(alive.len() > 3 && alive[1..].iter().all(|beat| beat == "WATCHDOG=1"), "{alive:?}");
    std::thread::sleep(WATCHDOG * 3);
    assert_eq!(beats(&socket), Vec::<String>::new(), "a session that hangs beat");
    release.send(()).expect("let go");
    assert!(session.join().expect("ended") > 20);
    assert!(!beats(&socket).is_empty(), "a session that went on did not beat");
}

/// Buttons that never rest until the program is told to end.
struct Endless(Arc<AtomicBool>);

impl Buttons for Endless {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        let over = self.0.load(Ordering::Acquire);
        if over { Err(PortError::Closed { part: "program" }) } else { Ok(Some(Pressed::Button(Button::B))) }
    }
}

/// A clock that stands while it is held.
struct Held {
    start: Instant,
    holds: Arc<AtomicBool>,
}

impl Clock for Held {
    fn now(&self) -> Millis {
        let holds = self.holds.load(Ordering::Acquire);
        Millis(if holds { 0 } else { self.start.elapsed().as_millis() as u64 })
    }

    fn day(&self) -> u32 {
        20_000
    }
}

#[test]
fn a_session_that_turns_in_circles_does_not_beat() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket.set_nonblocking(true).expect("set");
    let mut heart = Heart::open(path.as_os_str(), Some(WATCHDOG)).expect("a heart");
    let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let (over, holds) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(true)));
    let steps = Arc::new(AtomicU32::new(0));
    let session = std::thread::spawn({
        let (over, holds, steps) = (Arc::clone(&over), Arc::clone(&holds), Arc::clone(&steps));
        move || {
            let perception = Perception::load(&Store::new(models)).expect("models");
            let simulated = sim::open(Options { hands: Hands::None, ..Options::default() }).expect("a board");
            let board = Board {
                camera: None,
                microphone: None,
                buttons: Box::new(Endless(over)),
                clock: Box::new(Held { start: Instant::now(), holds }),
                ..simulated
            };
            let pack = Pack::starter();
            let setup = Setup { sensors: Sensors::NONE, ..Setup::new(1, &pack) };
            run(board, perception, setup, None, None, &mut |happening| {
                if let Happening::Step(now) = happening {
                    steps.fetch_add(1, Ordering::AcqRel);
                    heart.step(now);
                }
            })
            .expect("a session");
        }
    });
    let start = Instant::now();
    while steps.load(Ordering::Acquire) < 200 {
        assert!(start.elapsed() < WAIT_MAX, "it does not even turn");
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(WATCHDOG * 2);
    let told = beats(&socket);
    assert!(told.len() == 1 && told[0].starts_with("READY=1"), "it beat while no time went by: {told:?}");
    holds.store(false, Ordering::Release);
    std::thread::sleep(WATCHDOG * 2);
    assert!(!beats(&socket).is_empty(), "buttons that never rest held up the session");
    over.store(true, Ordering::Release);
    session.join().expect("ended");
}
