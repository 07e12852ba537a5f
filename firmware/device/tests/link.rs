//! The link between two processes: `petri` serves, this one is the robot.

mod line;

use line::{Cable, Petri, demo, message, press, screen, speech, state, to_the_menu, until};
use petri_link_client::link::{
    Button, Channel, Emotion, Ending, Exercise, Face, Mode, Outcome, Percept, PictureKind, Refusal, Scene,
    Sensor, ToDevice, ToPeer, Topics, Trial,
};
use petri_link_client::{Address, Client, Error, Event, Options};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

const HEARS: [Sensor; 2] = [Sensor::Microphone, Sensor::Camera];

fn refused(answer: Result<(), Error>, with: Refusal) {
    match answer {
        Err(Error::Refused(refusal)) => assert_eq!(refusal, with),
        other => panic!("{other:?} where {with:?} was expected"),
    }
}

fn trial(client: &Client) -> Trial {
    message(client, |message| match message {
        ToPeer::Trial(trial) => Some(*trial),
        _ => None,
    })
}

/// Plays a session from greeting to goodbye, with buttons, a spoken word, a typed line and a face.
fn play(client: &Client) {
    screen(client, Scene::Greet);
    refused(client.face(Face::Unsure), Refusal::NotSensing);
    refused(client.ask(ToDevice::Start(Exercise::ReadTheFace)), Refusal::NotNow);
    press(client, Button::A);
    screen(client, Scene::Consent);
    refused(client.face(Face::Unsure), Refusal::NotSensing);
    assert_eq!(client.state().expect("a state").sensing.0, 0, "nothing senses before consent");
    press(client, Button::A);
    screen(client, Scene::Choose);
    client.ask(ToDevice::Start(Exercise::ReadTheFace)).expect("started");
    let question = screen(client, Scene::Listen);
    assert_eq!(question.choices.len(), 3);

    // A word, heard through the robot's microphone, leaves the first question open.
    state(client, |state| state.wanted.has(Sensor::Microphone) && state.sensing.has(Sensor::Microphone));
    client.sound(&speech("next.wav")).expect("fed");
    let heard = message(client, |message| match message {
        ToPeer::Percept(Percept::Word { word, confidence }) => Some((word.clone(), *confidence)),
        _ => None,
    });
    assert!(heard.0 == "next" && heard.1 >= 500, "{heard:?}");
    let first = trial(client);
    assert_eq!((first.outcome, first.channel), (Outcome::Skipped, Channel::Voice));

    // A typed line answers the second.
    screen(client, Scene::Explain);
    press(client, Button::A);
    screen(client, Scene::Listen);
    client.text("I think she is sad").expect("typed");
    let read = message(client, |message| match message {
        ToPeer::Percept(Percept::Line(reading)) => Some(*reading),
        _ => None,
    });
    assert_eq!(read.named, Some(Emotion::Sad));
    let second = trial(client);
    assert_eq!((second.number, second.answer, second.channel), (1, Some(Emotion::Sad), Channel::Text));

    // What the robot's own camera reads reaches the session, which looks now.
    state(client, |state| state.trials == 2);
    if client.state().expect("a state").wanted.has(Sensor::Camera) {
        client.face(Face::Actions([0; 11])).expect("shown");
        let seen = message(client, |message| match message {
            ToPeer::Percept(Percept::Face { face, .. }) => Some(*face),
            _ => None,
        });
        assert_eq!(seen, Face::Actions([0; 11]));
    }
    press(client, Button::Stop);
    screen(client, Scene::Close);
    refused(client.face(Face::Unsure), Refusal::NotSensing);
    press(client, Button::A);
    message(client, |message| (*message == ToPeer::Bye(Ending::Over)).then_some(()));
}

#[test]
fn a_robot_plays_a_session_over_tcp() {
    let petri = Petri::start("run", &["tcp:127.0.0.1:0"]);
    let client = petri.client(Topics::ALL, &HEARS);
    play(&client);
    drop(client);
    let told = petri.ended();
    assert!(told.contains("2 trials, 2 safe in the journal"), "{told}");
    assert!(told.contains("heard  the word \"next\""), "{told}");
}

#[test]
fn a_robot_plays_a_session_over_a_local_socket() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = format!("unix:{}", folder.path().join("link").display());
    let petri = Petri::start("run", &[&socket]);
    let client = petri.client(Topics::ALL, &HEARS);
    play(&client);
    drop(client);
    assert!(petri.ended().contains("2 trials, 2 safe in the journal"));
}

#[test]
fn a_robot_plays_a_session_over_a_serial_line_with_noise_on_it() {
    let cable = Cable::lay(b"login: \xFF\x00\x00\x13\x37 half a frame");
    let petri = Petri::start("run", &[&format!("serial:{}@460800", cable.device)]);
    let address: Address = format!("serial:{}@460800", cable.robot).parse().expect("an address");
    let options = Options { topics: Topics::ALL, offers: HEARS.to_vec(), once: false };
    let client = Client::connect(&address, options).expect("connected");
    play(&client);
    drop(client);
    assert!(petri.ended().contains("2 trials, 2 safe in the journal"));
}

#[test]
fn after_a_break_robot_and_session_find_each_other_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = format!("unix:{}", folder.path().join("link").display());
    let mut petri = Petri::start("run", &[&socket]);
    // A robot that goes in the middle of a session, and one that goes on with it.
    let first = petri.client(Topics::ALL, &HEARS);
    to_the_menu(&first);
    drop(first);
    let second = petri.client(Topics::ALL, &HEARS);
    screen(&second, Scene::Choose);
    second.ask(ToDevice::Start(Exercise::ReadTheWords)).expect("started");
    screen(&second, Scene::Listen);
    // The device is killed and started anew: the same client plays with it.
    petri.child.kill().expect("killed");
    until(&second, |event| matches!(event, Event::Lost(_)).then_some(()));
    refused_as_gone(&second);
    let again = Petri::start("run", &[&socket]);
    until(&second, |event| matches!(event, Event::Connected(_)).then_some(()));
    play(&second);
    drop(second);
    assert!(again.ended().contains("2 trials, 2 safe in the journal"));
}

fn refused_as_gone(client: &Client) {
    assert!(matches!(client.ask(ToDevice::Ping), Err(Error::Gone { .. } | Error::Silent)));
}

#[test]
fn perception_alone_hears_reads_and_sees_what_it_is_fed() {
    let petri = Petri::start("perceive", &["tcp:127.0.0.1:0"]);
    let client = petri.client(Topics::ALL, &HEARS);
    let mode = until(&client, |event| match event {
        Event::Connected(welcome) => Some(welcome.mode),
        _ => None,
    });
    assert_eq!(mode, Mode::Perception);
    refused(client.ask(ToDevice::Press(Button::A)), Refusal::NotHere);
    client.text("I am so happy for you!").expect("fed");
    let read = message(&client, |message| match message {
        ToPeer::Percept(Percept::Line(reading)) => Some(*reading),
        _ => None,
    });
    assert_eq!(read.named.or(read.read), Some(Emotion::Happy));

    assert!(client.wants(Sensor::Camera, Duration::from_secs(10)));
    let portrait = petri_runtime::intake::frame(&demo("astronaut.png")).expect("a picture");
    let (width, height) = (portrait.width() as u16, portrait.height() as u16);
    client.picture(PictureKind::Rgb, width, height, portrait.rgb()).expect("fed");
    let (seen, count, bounds) = message(&client, |message| match message {
        ToPeer::Percept(Percept::Face { seen, count, bounds, .. }) => Some((*seen, *count, *bounds)),
        _ => None,
    });
    assert!(count >= 1 && bounds.is_some() && seen != Face::None, "{seen:?} {count} {bounds:?}");
    if cfg!(not(feature = "therapy")) {
        assert_eq!(seen, Face::Unsure);
    }

    assert!(client.wants(Sensor::Microphone, Duration::from_secs(10)));
    client.sound(&speech("sentence-sorry.wav")).expect("fed");
    let said = message(&client, |message| match message {
        ToPeer::Percept(Percept::Speech { text, .. }) => Some(text.clone()),
        _ => None,
    });
    assert!(said.to_lowercase().contains("understand"), "{said}");
}

/// Writes until the device hangs up, or `seconds` have passed.
fn flood(address: std::net::SocketAddr, opening: &[u8], bytes: &[u8], seconds: u64) {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(seconds) {
        let Ok(mut stream) = TcpStream::connect(address) else { return };
        // It does not matter how it fails: this side is the one that harms.
        let _ = stream.set_write_timeout(Some(Duration::from_millis(200)));
        let _ = stream.write_all(opening);
        while start.elapsed() < Duration::from_secs(seconds) && stream.write_all(bytes).is_ok() {}
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn peers_that_flood_stall_or_send_garbage_harm_no_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = format!("unix:{}", folder.path().join("link").display());
    let petri = Petri::start("run", &[&socket, "tcp:127.0.0.1:0"]);
    let Address::Tcp(port) = petri.addresses[1] else { panic!("no port") };
    let client = petri.client(Topics::ALL, &HEARS);
    screen(&client, Scene::Greet);
    let before_kib = petri.peak_kib();

    let mut room = [0; petri_link_client::link::FRAME_BYTES_MAX];
    let mut frame = |body| {
        let packet = petri_link_client::link::Packet { number: 1, body };
        petri_link_client::link::encode(&packet, &mut room).expect("it fits").to_vec()
    };
    let hello = frame(ToDevice::Hello(petri_link_client::link::Hello { major: 1, minor: 0 }));
    let everything = frame(ToDevice::Subscribe(Topics::ALL));
    let greeting = [hello, everything].concat();
    let pings = frame(ToDevice::Ping).repeat(500);
    let pieces: Vec<u8> = (0..50)
        .flat_map(|_| {
            frame(ToDevice::Piece(petri_link_client::link::Piece {
                at: 0,
                bytes: [1; 1_024].into_iter().collect(),
            }))
        })
        .collect();
    let noise: Vec<u8> = (0..65_536_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let endless = vec![1; 65_536];
    let seconds = 20;
    thread::scope(|scope| {
        // Garbage; a frame without an end; requests whose answers are not read; pieces of no picture.
        scope.spawn(|| flood(port, &[], &noise, seconds));
        scope.spawn(|| flood(port, &[], &endless, seconds));
        scope.spawn(|| flood(port, &greeting, &pings, seconds));
        scope.spawn(|| flood(port, &greeting, &pieces, seconds));
        // Half a frame, and then silence; a peer that listens to everything and reads nothing.
        let half =
            TcpStream::connect(port).and_then(|mut stream| stream.write_all(&greeting[..3]).map(|()| stream));
        let deaf =
            TcpStream::connect(port).and_then(|mut stream| stream.write_all(&greeting).map(|()| stream));
        // Peers that connect and hang, more than there is room for.
        let hanging: Vec<_> = (0..64).map(|_| TcpStream::connect(port)).collect();
        press(&client, Button::A);
        screen(&client, Scene::Consent);
        press(&client, Button::A);
        screen(&client, Scene::Choose);
        client.ask(ToDevice::Start(Exercise::ReadTheFace)).expect("started");
        screen(&client, Scene::Listen);
        state(&client, |state| state.wanted.has(Sensor::Microphone));
        client.sound(&speech("next.wav")).expect("fed");
        let trial = trial(&client);
        assert_eq!((trial.outcome, trial.channel), (Outcome::Skipped, Channel::Voice));
        // One of those that hang is let go when it does not say hello in time, or for want of room.
        let mut answers = Vec::new();
        let one = hanging.into_iter().flatten().next_back().expect("connected");
        one.set_read_timeout(Some(Duration::from_secs(15))).expect("set");
        let mut one = one;
        assert!(one.read_to_end(&mut answers).is_ok(), "it hangs still");
        drop((half, deaf));
    });
    let grown_kib = petri.peak_kib() - before_kib;
    // The models' own work memory is part of it; without peers it grows as much.
    assert!(grown_kib < 64 << 10, "the flood cost {grown_kib} KiB");
    press(&client, Button::Stop);
    screen(&client, Scene::Close);
    press(&client, Button::A);
    message(&client, |message| (*message == ToPeer::Bye(Ending::Over)).then_some(()));
    drop(client);
    assert!(petri.ended().contains("1 trials, 1 safe in the journal"));
}
