//! Peers on local sockets against a desk without a session. The whole way, between processes and with models, is in
//! `firmware/device/tests/link.rs`.

use super::mailbox::{ANSWERS_MAX, EVENTS_MAX, Mailbox, Taken};
use super::*;
use crate::ports::{Board, Clock, Pressed};
use petri_core::{Cue as CoreCue, Input, Level as CoreLevel, Millis, Pack, Session, Setup};
use petri_link::{
    Button, Colour, Connection, Cue, Decoder, FRAME_BYTES_MAX, Face, Hello, Level, Packet, Picture,
    PictureKind, Refusal, Sensor, Sound, ToDevice, Topics, VERSION_MAJOR, encode,
};

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Millis {
        Millis(0)
    }

    fn day(&self) -> u32 {
        20_000
    }
}

struct Served {
    _folder: tempfile::TempDir,
    link: Link,
    desk: Desk,
    board: Board,
}

fn serve(serves: Serves) -> Served {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::new();
    let address = Address::Unix(folder.path().join("link"));
    let link = Link::serve(&[address], &desk, serves).expect("served");
    let board = desk.board("far", Box::new(Stopped));
    Served { _folder: folder, link, desk, board }
}

struct Wire {
    connection: Connection,
    decoder: Decoder,
    waiting: Vec<u8>,
}

impl Wire {
    fn open(served: &Served) -> Self {
        let connection = Connection::open(&served.link.addresses()[0]).expect("connected");
        Self { connection, decoder: Decoder::new(), waiting: Vec::new() }
    }

    fn greeted(served: &Served) -> Self {
        let mut wire = Self::open(served);
        wire.send(1, ToDevice::Hello(Hello { major: VERSION_MAJOR, minor: 0 }));
        assert!(matches!(wire.next(), Some((1, ToPeer::Welcome(_)))));
        wire
    }

    fn send(&mut self, number: u32, body: ToDevice) {
        let mut frame = [0; FRAME_BYTES_MAX];
        let frame = encode(&Packet { number, body }, &mut frame).expect("it fits");
        self.connection.write_all(frame).expect("sent");
    }

    /// The next message; `None` when the device has hung up, or is silent for five seconds.
    fn next(&mut self) -> Option<(u32, ToPeer)> {
        let start = Instant::now();
        loop {
            let (used, packet) = self.decoder.push::<ToPeer>(&self.waiting);
            self.waiting.drain(..used);
            if let Some(packet) = packet {
                let packet = packet.expect("a message");
                return Some((packet.number, packet.body));
            }
            let mut buffer = [0; 4_096];
            match self.connection.read(&mut buffer) {
                Ok(Some(count)) => self.waiting.extend(&buffer[..count]),
                Ok(None) if start.elapsed() < Duration::from_secs(5) => {}
                _ => return None,
            }
        }
    }

    fn ask(&mut self, number: u32, body: ToDevice) -> ToPeer {
        self.send(number, body);
        loop {
            let (of, answer) = self.next().expect("an answer");
            if of == number {
                return answer;
            }
        }
    }

    /// Passes over what comes before the message that is waited for.
    fn until(&mut self, wanted: impl Fn(&ToPeer) -> bool) {
        while !wanted(&self.next().expect("it comes").1) {}
    }

    /// Whether the device says goodbye with `ending` and hangs up.
    fn ends_with(&mut self, ending: Ending) -> bool {
        while let Some((_, message)) = self.next() {
            if message == ToPeer::Bye(ending) {
                return self.next().is_none();
            }
        }
        false
    }
}

fn screen() -> petri_core::Screen {
    Session::new(Setup::new(1, &Pack::starter())).step(Millis(0), Input::Tick).screen
}

#[test]
fn what_the_device_shows_goes_to_those_who_want_it() {
    let mut served = serve(Serves::Session(Sensors::NONE));
    served.board.panel.show(&screen()).expect("shown");
    let mut all = Wire::greeted(&served);
    let mut light_only = Wire::greeted(&served);
    all.send(2, ToDevice::Subscribe(Topics::ALL));
    light_only.send(2, ToDevice::Subscribe(Topics::LIGHT));
    // The start comes in any order, around the answer.
    let dark = ToPeer::Light(Colour { red: 0, green: 0, blue: 0 });
    all.until(|message| matches!(message, ToPeer::Screen(shown) if shown.title == screen().title));
    let mut first = [(); 2].map(|()| light_only.next().expect("the start"));
    first.sort_by_key(|(number, _)| *number);
    assert_eq!(first, [(0, dark), (2, ToPeer::Done)]);
    let warm = petri_core::light::Colour::WARM;
    served.board.lights.as_mut().expect("some").set(warm).expect("lit");
    let shone = ToPeer::Light(Colour { red: warm.red, green: warm.green, blue: warm.blue });
    all.until(|message| *message == shone);
    assert_eq!(light_only.next(), Some((0, shone)));
    served.board.speaker.as_mut().expect("one").play(CoreCue::Ask, CoreLevel::Soft).expect("played");
    all.until(|message| *message == ToPeer::Cue { cue: Cue::Ask, level: Level::Soft });
    assert_eq!(light_only.next(), None, "not subscribed");
}

#[test]
fn what_a_peer_does_reaches_the_session() {
    let mut served = serve(Serves::Session(Sensors::NONE));
    let mut wire = Wire::greeted(&served);
    assert_eq!(wire.ask(2, ToDevice::Press(Button::B)), ToPeer::Done);
    assert_eq!(
        wire.ask(3, ToDevice::Text(heapless::String::try_from(" hello ").expect("fits"))),
        ToPeer::Done
    );
    assert_eq!(served.board.buttons.poll(), Ok(Some(Pressed::Button(petri_core::Button::B))));
    assert_eq!(served.board.buttons.poll(), Ok(Some(Pressed::Line("hello".to_owned()))));
    let refused = |refusal| ToPeer::Refused(refusal);
    let blank = ToDevice::Text(heapless::String::try_from("  ").expect("fits"));
    assert_eq!(wire.ask(4, blank), refused(Refusal::Invalid));
    assert_eq!(wire.ask(5, ToDevice::Start(petri_link::Exercise::Mirror)), refused(Refusal::NotNow));
    let mut answers = (0..100).map(|i| wire.ask(10 + i, ToDevice::Press(Button::A)));
    assert!(answers.any(|answer| answer == refused(Refusal::Busy)), "a flood of presses is refused");
}

#[test]
fn only_one_peer_feeds_a_sensor_and_only_what_the_device_lacks() {
    let mut served = serve(Serves::Session(Sensors::NONE.set(petri_core::Sensor::Microphone, true)));
    let (mut one, mut other) = (Wire::greeted(&served), Wire::greeted(&served));
    let offer = |sensor, has| ToDevice::Offer { sensor, has };
    let not_yours = ToPeer::Refused(Refusal::NotYours);
    assert_eq!(one.ask(2, offer(Sensor::Microphone, true)), not_yours, "the device has one");
    assert_eq!(one.ask(3, ToDevice::Face(Face::Unsure)), not_yours, "not offered");
    assert_eq!(one.ask(4, offer(Sensor::Camera, true)), ToPeer::Done);
    assert_eq!(other.ask(2, offer(Sensor::Camera, true)), not_yours);
    assert_eq!(other.ask(3, ToDevice::Face(Face::Unsure)), not_yours);
    assert_eq!(one.ask(5, ToDevice::Face(Face::Unsure)), ToPeer::Refused(Refusal::NotSensing));
    let picture = Picture { kind: PictureKind::Rgb, width: 2, height: 2, bytes: 12 };
    assert_eq!(one.ask(6, ToDevice::Picture(picture)), ToPeer::Refused(Refusal::NotSensing));
    // The session looks now, and shows it.
    let camera = served.board.camera.as_mut().expect("one");
    assert!(camera.frame().expect("works").is_none());
    assert_eq!(one.ask(11, ToDevice::Face(Face::Unsure)), ToPeer::Refused(Refusal::NotSensing), "not shown");
    let sensing = Sensors::NONE.set(petri_core::Sensor::Camera, true);
    served.board.panel.show(&petri_core::Screen { sensing, ..screen() }).expect("shown");
    assert_eq!(one.ask(7, ToDevice::Face(Face::Unsure)), ToPeer::Done);
    assert_eq!(camera.reading(), Some(petri_core::FaceReading::Unsure));
    assert_eq!(one.ask(8, ToDevice::Picture(picture)), ToPeer::Done);
    let piece = petri_link::Piece { at: 0, bytes: (0..12).collect() };
    assert_eq!(one.ask(9, ToDevice::Piece(piece.clone())), ToPeer::Done);
    assert_eq!(camera.frame().expect("works").map(|frame| frame.rgb().len()), Some(12));
    assert_eq!(one.ask(10, ToDevice::Piece(piece)), ToPeer::Refused(Refusal::Invalid));
    // Who goes gives the sensor back.
    drop(one);
    let start = Instant::now();
    while other.ask(20, offer(Sensor::Camera, true)) != ToPeer::Done {
        assert!(start.elapsed().as_secs() < 5);
    }
    assert_eq!(camera.ready(), Ok(()));
}

#[cfg(not(feature = "therapy"))]
#[test]
fn the_school_edition_takes_no_expression() {
    let served = serve(Serves::Session(Sensors::NONE));
    let mut wire = Wire::greeted(&served);
    let shown = Face::Expression { emotion: petri_link::Emotion::Happy, confidence: 900 };
    assert_eq!(wire.ask(2, ToDevice::Face(shown)), ToPeer::Refused(Refusal::Edition));
}

#[test]
fn sound_is_fed_on_credit() {
    let mut served = serve(Serves::Perception);
    let mut wire = Wire::greeted(&served);
    assert_eq!(wire.ask(2, ToDevice::Press(Button::A)), ToPeer::Refused(Refusal::NotHere));
    wire.send(3, ToDevice::Offer { sensor: Sensor::Microphone, has: true });
    let mut until = 0;
    while until == 0 {
        if let ToPeer::Credit { until: granted } = wire.next().expect("credit").1 {
            until = granted;
        }
    }
    let microphone = served.board.microphone.as_mut().expect("one");
    let desk = served.desk.clone();
    let listener = thread::scope(|scope| {
        let listening = scope.spawn(move || {
            let mut heard = [0.0; 512];
            microphone.read(&mut heard).map(|()| heard)
        });
        while !desk.wants(petri_core::Sensor::Microphone) {
            thread::sleep(Duration::from_millis(1));
        }
        let sound: Vec<u8> = (0..512_i16).flat_map(|i| (i * 64).to_le_bytes()).collect();
        let sound = |at| Sound { at, samples: sound.iter().copied().collect() };
        wire.send(4, ToDevice::Sound(sound(until + 1_000_000)));
        wire.send(5, ToDevice::Sound(sound(0)));
        listening.join().expect("heard")
    });
    let heard = listener.expect("sound");
    assert!(heard.iter().enumerate().all(|(i, sample)| (sample - i as f32 / 512.0).abs() < 1e-6));
    loop {
        if let ToPeer::Dropped { events } = wire.next().expect("told").1 {
            break assert_eq!(events, 1);
        }
    }
}

#[test]
fn garbage_half_frames_and_strangers_are_let_go() {
    let served = serve(Serves::Session(Sensors::NONE));
    let mut garbage = Wire::open(&served);
    garbage.connection.write_all(b"GET / HTTP/1.1\r\nHost: petri\r\n\r\n\0").expect("sent");
    assert!(garbage.ends_with(Ending::NotAFrame));
    let mut stranger = Wire::open(&served);
    stranger.send(9, ToDevice::Ping);
    assert_eq!(stranger.next(), Some((9, ToPeer::Refused(Refusal::HelloFirst))));
    assert!(stranger.ends_with(Ending::NotAFrame));
    let mut later = Wire::open(&served);
    later.send(1, ToDevice::Hello(Hello { major: VERSION_MAJOR + 1, minor: 0 }));
    assert!(matches!(later.next(), Some((1, ToPeer::Welcome(welcome))) if welcome.major == VERSION_MAJOR));
    assert!(later.ends_with(Ending::Version));
    // Half a frame, and then nothing, is a peer that never says hello.
    let mut half = Wire::open(&served);
    half.connection.write_all(&[7; 100]).expect("sent");
    let goodbye = half.next().or_else(|| half.next());
    assert_eq!(goodbye, Some((0, ToPeer::Bye(Ending::Silent))));
    assert!(half.next().is_none(), "it is hung up");
}

#[test]
fn a_peer_that_asks_without_reading_is_let_go_and_the_others_go_on() {
    let served = serve(Serves::Session(Sensors::NONE));
    let mut good = Wire::greeted(&served);
    let mut flood = Wire::greeted(&served);
    let mut frame = [0; FRAME_BYTES_MAX];
    let ping = encode(&Packet { number: 2, body: ToDevice::Ping }, &mut frame).expect("it fits").to_vec();
    let pings = ping.repeat(1_000);
    let start = Instant::now();
    while flood.connection.write_all(&pings).is_ok() {
        assert!(start.elapsed().as_secs() < 60, "it is never let go");
        assert_eq!(good.ask(2, ToDevice::Ping), ToPeer::Done);
    }
}

#[test]
fn there_is_room_for_so_many_peers_and_no_more() {
    let served = serve(Serves::Session(Sensors::NONE));
    let mut peers: Vec<Wire> = (0..PEERS_MAX).map(|_| Wire::greeted(&served)).collect();
    let mut late = Wire::open(&served);
    assert_eq!(late.next(), Some((0, ToPeer::Refused(Refusal::Full))));
    peers.pop();
    let start = Instant::now();
    loop {
        let mut next = Wire::open(&served);
        next.send(1, ToDevice::Hello(Hello { major: VERSION_MAJOR, minor: 0 }));
        if matches!(next.next(), Some((1, ToPeer::Welcome(_)))) {
            break;
        }
        assert!(start.elapsed().as_secs() < 10, "the place stays taken");
    }
    let mut last = peers.pop().expect("one");
    drop(served.link);
    assert!(last.ends_with(Ending::Over));
}

#[test]
fn a_socket_is_for_this_user_and_a_file_in_its_place_is_left_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("link");
    let desk = Desk::new();
    let open = || Link::serve(&[Address::Unix(path.clone())], &desk, Serves::Perception);
    let link = open().expect("served");
    let mode = std::fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(open().err().expect("taken").to_string().contains("choose another address"));
    drop(link);
    assert!(!path.exists());
    // One that a program left behind when it was killed.
    drop(std::os::unix::net::UnixListener::bind(&path).expect("bound"));
    drop(open().expect("served"));
    std::fs::write(&path, "a letter").expect("written");
    assert!(open().is_err());
    assert_eq!(std::fs::read_to_string(&path).expect("still there"), "a letter");
}

fn light(red: u8) -> ToPeer {
    ToPeer::Light(Colour { red, green: 0, blue: 0 })
}

fn taken(mailbox: &Mailbox) -> Vec<ToPeer> {
    let one = || match mailbox.take(Duration::ZERO) {
        Taken::Packet(packet) => Some(packet.body),
        Taken::Nothing | Taken::Closed => None,
    };
    std::iter::from_fn(one).collect()
}

#[test]
fn a_mailbox_keeps_the_latest_light_and_counts_the_events_that_it_drops() {
    let mailbox = Mailbox::default();
    mailbox.post(&light(1));
    assert!(taken(&mailbox).is_empty(), "not subscribed");
    mailbox.subscribe(Topics::ALL);
    let cue = ToPeer::Cue { cue: Cue::Ask, level: Level::Full };
    for red in 0..100 {
        mailbox.post(&light(red));
        mailbox.post(&cue);
    }
    let got = taken(&mailbox);
    assert_eq!(got.iter().filter(|one| **one == cue).count(), EVENTS_MAX);
    let rest: Vec<_> = got.into_iter().filter(|one| *one != cue).collect();
    assert_eq!(rest, [light(99), ToPeer::Dropped { events: 100 - EVENTS_MAX as u32 }]);
    let answers = (0..1_000).take_while(|number| mailbox.answer(*number, ToPeer::Done)).count();
    assert_eq!(answers, ANSWERS_MAX);
    mailbox.end(Ending::TooSlow);
    mailbox.post(&cue);
    let last = taken(&mailbox);
    assert_eq!((last.len(), last.last()), (ANSWERS_MAX + 1, Some(&ToPeer::Bye(Ending::TooSlow))));
}
