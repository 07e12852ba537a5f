//! One peer: what it asks is done or refused, and what waits for it is written.

use super::hub::Hub;
use super::mailbox::{Mailbox, Taken};
use super::pace::{MESSAGE_COST_BYTES, Pace, Ration};
use super::picture::Assembly;
use super::wire;
use crate::intake;
use crate::ports::Pressed;
use crate::supervise::guarded;
use petri_core::{Scene, Sensor as Sense};
use petri_link::{
    Connection, Decoder, Ending, FRAME_BYTES_MAX, Fault, HELLO_MS_MAX, Hello, Mode, Packet, Picture, Piece,
    Refusal, SILENT_MS_MAX, Sensor, Sound, ToDevice, ToPeer, Topics, VERSION_MAJOR, encode,
};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How long a writer waits for something to write.
const WRITE_IDLE_MS: u64 = 100;

/// Serves a peer until it goes. A serial line goes only when its device does.
pub(super) fn serve(connection: Connection, hub: &Arc<Hub>) {
    let on_socket = !connection.is_serial();
    let Ok(writer) = connection.try_clone() else { return };
    let Some((id, mailbox)) = hub.enter(on_socket) else {
        refuse(writer);
        return;
    };
    let writing = {
        let (mailbox, hub) = (Arc::clone(&mailbox), Arc::clone(hub));
        thread::spawn(move || write(writer, &mailbox, &hub))
    };
    let now = Instant::now();
    let mut peer = Peer {
        id,
        hub,
        mailbox: &mailbox,
        on_socket,
        greeted: false,
        heard: now,
        pace: Pace::new(now),
        ration: None,
        picture: None,
    };
    // A failure inside ends this peer, and leaves no place taken.
    let _ = guarded(|| peer.read(connection));
    mailbox.close();
    hub.leave(id);
    // It ends at once, or when its last write has.
    let _ = writing.join();
}

fn refuse(mut connection: Connection) {
    let mut frame = [0; FRAME_BYTES_MAX];
    let full = Packet { number: 0, body: ToPeer::Refused(Refusal::Full) };
    if let Ok(frame) = encode(&full, &mut frame) {
        // Who does not take even this has gone.
        let _ = connection.write_all(frame);
    }
    connection.shutdown();
}

fn write(mut connection: Connection, mailbox: &Mailbox, hub: &Hub) {
    let mut frame = [0; FRAME_BYTES_MAX];
    loop {
        let packet = match mailbox.take(Duration::from_millis(WRITE_IDLE_MS)) {
            Taken::Packet(packet) => packet,
            Taken::Nothing => continue,
            Taken::Closed => break,
        };
        let Ok(bytes) = encode(&packet, &mut frame) else { continue };
        let opening: &[u8] = if connection.is_serial() { &[0] } else { &[] };
        if connection.write_all(opening).and_then(|()| connection.write_all(bytes)).is_ok() {
            continue;
        }
        if !connection.is_serial() || hub.ends() {
            break;
        }
        // Nobody reads at the other end of the line: whoever comes next says hello.
        mailbox.reset();
    }
    mailbox.close();
    connection.shutdown();
}

struct Peer<'a> {
    id: u64,
    hub: &'a Hub,
    mailbox: &'a Mailbox,
    on_socket: bool,
    greeted: bool,
    /// When the last message came.
    heard: Instant,
    pace: Pace,
    ration: Option<Ration>,
    picture: Option<Assembly>,
}

impl Peer<'_> {
    fn read(&mut self, mut connection: Connection) {
        let mut decoder = Decoder::new();
        let mut buffer = [0; 4_096];
        while !self.hub.ends() && !self.mailbox.is_ending() {
            let Ok(read) = connection.read(&mut buffer) else { return };
            let mut messages = 0;
            let mut rest = &buffer[..read.unwrap_or(0)];
            while !rest.is_empty() && !self.mailbox.is_ending() {
                let (used, frame) = decoder.push(rest);
                rest = &rest[used..];
                if let Some(frame) = frame {
                    messages += 1;
                    self.take(frame);
                }
            }
            self.renew();
            self.listen_for_silence();
            let cost = read.unwrap_or(0) as u64 + messages * MESSAGE_COST_BYTES;
            thread::sleep(self.pace.spend(Instant::now(), cost));
        }
        // The goodbye is written before the connection ends.
        let start = Instant::now();
        while self.on_socket && !self.hub.ends() && start.elapsed() < Duration::from_millis(WRITE_IDLE_MS) {
            if connection.read(&mut buffer).is_err() {
                return;
            }
        }
    }

    fn take(&mut self, frame: Result<Packet<ToDevice>, Fault>) {
        let (number, answer) = match frame {
            Ok(Packet { number, body }) => {
                self.heard = Instant::now();
                (number, self.handle(body))
            }
            Err(Fault::Unknown(number)) if self.greeted => {
                self.heard = Instant::now();
                (number, Some(ToPeer::Refused(Refusal::Unknown)))
            }
            // On a socket nothing gets lost: this is no peer of ours. On a line it happens.
            Err(_) => {
                if self.on_socket {
                    self.mailbox.end(Ending::NotAFrame);
                }
                return;
            }
        };
        if let Some(answer) = answer
            && !self.mailbox.answer(number, answer)
        {
            self.go(Ending::TooSlow);
        }
    }

    /// The peer goes; on a line it stands where it has not said hello.
    fn go(&mut self, ending: Ending) {
        self.greeted = false;
        self.ration = None;
        self.picture = None;
        self.hub.release(self.id);
        if self.on_socket {
            self.mailbox.end(ending);
        } else {
            self.mailbox.reset();
        }
    }

    fn listen_for_silence(&mut self) {
        let wait_ms = if self.greeted { SILENT_MS_MAX } else { HELLO_MS_MAX };
        let silent = self.heard.elapsed() >= Duration::from_millis(wait_ms);
        if silent && (self.greeted || self.on_socket) {
            self.go(Ending::Silent);
        }
    }

    fn renew(&mut self) {
        if let Some(until) = self.ration.as_mut().and_then(|ration| ration.renew(Instant::now())) {
            self.mailbox.post(&ToPeer::Credit { until });
        }
    }

    fn handle(&mut self, message: ToDevice) -> Option<ToPeer> {
        let done = match message {
            ToDevice::Hello(hello) => return Some(self.greet(hello)),
            _ if !self.greeted => {
                if self.on_socket {
                    self.mailbox.end(Ending::NotAFrame);
                }
                Err(Refusal::HelloFirst)
            }
            ToDevice::Ping => Ok(()),
            ToDevice::Subscribe(topics) => {
                self.subscribe(topics);
                Ok(())
            }
            ToDevice::State => return Some(ToPeer::State(self.hub.state(&self.hub.desk.view()))),
            ToDevice::Start(exercise) => self.start(exercise),
            ToDevice::Press(button) => self.press(Pressed::Button(wire::button(button))),
            ToDevice::Facilitate(act) => self.press(Pressed::Facilitator(wire::act(act))),
            ToDevice::Text(text) => self.text(&text),
            ToDevice::Offer { sensor, has } => self.offer(sensor, has),
            ToDevice::Sound(sound) => {
                self.hear(&sound);
                return None;
            }
            ToDevice::Face(face) => self.face(face),
            ToDevice::Picture(picture) => self.begin(picture),
            ToDevice::Piece(piece) => match self.piece(&piece) {
                Ok(false) => return None,
                Ok(true) => Ok(()),
                Err(refusal) => Err(refusal),
            },
            ToDevice::Bye => {
                self.go(Ending::Over);
                return None;
            }
        };
        Some(done.map_or_else(ToPeer::Refused, |()| ToPeer::Done))
    }

    fn greet(&mut self, hello: Hello) -> ToPeer {
        if hello.major != VERSION_MAJOR {
            self.go(Ending::Version);
            return self.hub.welcome();
        }
        // A peer that lost its connection on a line begins anew.
        self.mailbox.reset();
        self.hub.release(self.id);
        self.ration = None;
        self.picture = None;
        self.greeted = true;
        self.hub.welcome()
    }

    fn subscribe(&mut self, topics: Topics) {
        self.mailbox.subscribe(topics);
        let view = self.hub.desk.view();
        self.mailbox.post(&ToPeer::State(self.hub.state(&view)));
        self.mailbox.post(&ToPeer::Light(wire::colour(view.light)));
        if let Some(screen) = &view.screen {
            self.mailbox.post(&ToPeer::Screen(wire::screen(screen)));
        }
    }

    fn in_session(&self) -> Result<(), Refusal> {
        if self.hub.mode == Mode::Session { Ok(()) } else { Err(Refusal::NotHere) }
    }

    fn press(&self, pressed: Pressed) -> Result<(), Refusal> {
        self.in_session()?;
        if self.hub.desk.press(pressed) { Ok(()) } else { Err(Refusal::Busy) }
    }

    fn start(&self, exercise: petri_link::Exercise) -> Result<(), Refusal> {
        self.in_session()?;
        let scene = self.hub.desk.view().screen.map(|screen| screen.scene);
        if scene != Some(Scene::Choose) {
            return Err(Refusal::NotNow);
        }
        self.press(Pressed::Start(wire::exercise(exercise)))
    }

    fn text(&self, text: &str) -> Result<(), Refusal> {
        let line = intake::text(text).map_err(|_| Refusal::Invalid)?;
        let taken = self.hub.desk.press(Pressed::Line(line.to_owned()));
        if taken { Ok(()) } else { Err(Refusal::Busy) }
    }

    fn offer(&mut self, sensor: Sensor, has: bool) -> Result<(), Refusal> {
        if !self.hub.offer(self.id, sensor, has) {
            return Err(Refusal::NotYours);
        }
        if sensor == Sensor::Microphone {
            self.mailbox.forget_credit();
            self.ration = has.then(|| Ration::new(Instant::now()));
        } else {
            self.picture = None;
        }
        Ok(())
    }

    fn hear(&mut self, sound: &Sound) {
        let count = sound.samples.len() as u64 / 2;
        let taken = self.hub.holds(self.id, Sensor::Microphone)
            && self.ration.as_mut().is_some_and(|ration| ration.take(sound.at, count));
        if !taken {
            self.mailbox.count_dropped();
            return;
        }
        let sample = |pair: &[u8]| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0;
        let samples: Vec<f32> = sound.samples.chunks_exact(2).map(sample).collect();
        self.hub.desk.sound(&samples);
    }

    /// Whether this peer's camera counts now.
    fn may_show(&self) -> Result<(), Refusal> {
        if !self.hub.holds(self.id, Sensor::Camera) {
            return Err(Refusal::NotYours);
        }
        // What the screen does not show as sensing does not sense, even while the camera is still being let go.
        let view = self.hub.desk.view();
        let shown = view.screen.is_some_and(|screen| screen.sensing.has(Sense::Camera));
        let looks = self.hub.desk.wants(Sense::Camera) && (shown || self.hub.mode == Mode::Perception);
        if looks { Ok(()) } else { Err(Refusal::NotSensing) }
    }

    fn face(&self, face: petri_link::Face) -> Result<(), Refusal> {
        self.in_session()?;
        let reading = wire::reading(face)?;
        self.may_show()?;
        if self.hub.desk.reading(reading) { Ok(()) } else { Err(Refusal::NotSensing) }
    }

    fn begin(&mut self, picture: Picture) -> Result<(), Refusal> {
        self.picture = None;
        self.may_show()?;
        self.picture = Some(Assembly::new(picture).ok_or(Refusal::Invalid)?);
        Ok(())
    }

    /// Whether that was the last one.
    fn piece(&mut self, piece: &Piece) -> Result<bool, Refusal> {
        let added = self.picture.as_mut().is_some_and(|picture| picture.add(piece));
        if !added {
            self.picture = None;
            return Err(Refusal::Invalid);
        }
        let Some(picture) = self.picture.take_if(|picture| picture.is_complete()) else { return Ok(false) };
        self.may_show()?;
        let frame = picture.finish().ok_or(Refusal::Invalid)?;
        self.hub.desk.frame(frame);
        Ok(true)
    }
}
