use super::*;
use crate::Frame;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};

/// A camera whose cable a test can pull.
#[derive(Default)]
struct Cable {
    pulled: AtomicBool,
    calls: Mutex<Vec<&'static str>>,
}

impl Cable {
    fn note(&self, call: &'static str) -> Result<(), PortError> {
        let mut calls = self.calls.lock().expect("a lock");
        if calls.last() != Some(&call) {
            calls.push(call);
        }
        drop(calls);
        thread::sleep(Duration::from_millis(1));
        let gone = PortError::Gone { part: "camera", reason: "unplugged".to_owned() };
        if self.pulled.load(Ordering::Acquire) { Err(gone) } else { Ok(()) }
    }

    fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.calls.lock().expect("a lock"))
    }
}

struct Plugged(Arc<Cable>);

impl Camera for Plugged {
    fn frame(&mut self) -> Result<Option<Frame>, PortError> {
        self.0.note("frame").map(|()| Frame::new(1, 1, vec![0; 3]))
    }

    fn ready(&mut self) -> Result<(), PortError> {
        self.0.note("ready")
    }

    fn rest(&mut self) {
        let _ = self.0.note("rest");
    }
}

fn next(percepts: &Receiver<Percept>) -> (bool, String) {
    match percepts.recv_timeout(Duration::from_secs(10)).expect("told in time") {
        Percept::Sensor { works, reason, .. } => (works, reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_lost_camera_is_looked_for_without_looking_and_used_again() {
    let (cable, shared) = (Arc::new(Cable::default()), Arc::new(Shared::default()));
    let (out, percepts) = sync_channel(8);
    let camera = Box::new(Plugged(Arc::clone(&cable)));
    let thread = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || Attendant::of_camera(camera, &shared, &out).attend())
    };
    let gate = |open: bool| shared.camera.store(open, Ordering::Release);
    thread::sleep(Duration::from_millis(60));
    assert_eq!(cable.calls(), Vec::<&str>::new(), "the gate is shut");

    shared.seeks.store(true, Ordering::Release);
    gate(true);
    assert!(shared.frame.take(Duration::from_secs(10)).is_some());
    cable.pulled.store(true, Ordering::Release);
    let (works, reason) = next(&percepts);
    assert!(!works && reason.contains("unplugged"), "{reason}");
    // The session takes the sign away, and with it the gate.
    gate(false);
    assert!(!next(&percepts).0);
    assert_eq!(cable.calls(), ["frame", "rest", "ready", "rest"]);
    cable.pulled.store(false, Ordering::Release);
    while !next(&percepts).0 {}
    assert!(!cable.calls().contains(&"frame"), "it looked while the sign was off");
    gate(true);
    assert!(shared.frame.take(Duration::from_secs(10)).is_some());
    gate(false);
    thread::sleep(Duration::from_millis(100));
    assert_eq!(cable.calls().last(), Some(&"rest"), "it kept the device");
    shared.ends.store(true, Ordering::Release);
    thread.join().expect("ended");
}
