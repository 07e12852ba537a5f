//! One of each message at least, the shortest and the longest among them.

use petri_link::{
    Act, Bar, Button, Channel, Colour, Cue, Edition, Emotion, Ending, Exercise, Face, Hello, Language, Level,
    MUSCLES, Mark, Mode, Outcome, PIECE_BYTES_MAX, Packet, Percept, Picture, PictureKind, Piece, Refusal,
    SOUND_BYTES_MAX, Scene, Screen, Sensor, Sensors, Shown, Sound, State, TEXT_BYTES_MAX,
    TRANSCRIPT_BYTES_MAX, TextReading, ToDevice, ToPeer, Topics, Trial, VERSION_MAJOR, VERSION_MINOR,
    Welcome,
};

fn numbered<T>(messages: Vec<T>) -> Vec<Packet<T>> {
    // Numbers of every length on the wire.
    let numbers = [1, 2, 127, 128, 300, 70_000, u32::MAX];
    messages
        .into_iter()
        .enumerate()
        .map(|(i, body)| Packet { number: numbers[i % numbers.len()], body })
        .collect()
}

fn text<const N: usize>(text: &str) -> heapless::String<N> {
    text.chars().cycle().take(N).fold(heapless::String::new(), |mut filled, letter| {
        let _ = filled.push(letter);
        filled
    })
}

fn short<const N: usize>(text: &str) -> heapless::String<N> {
    heapless::String::try_from(text).expect("short")
}

fn bytes<const N: usize>(step: u8) -> heapless::Vec<u8, N> {
    (0..N).map(|i| (i as u8).wrapping_mul(step)).collect()
}

pub(crate) fn to_device() -> Vec<Packet<ToDevice>> {
    let actions: [u16; MUSCLES] = std::array::from_fn(|i| i as u16 * 100);
    let expression = Face::Expression { emotion: Emotion::Disgusted, confidence: 873 };
    numbered(vec![
        ToDevice::Hello(Hello { major: VERSION_MAJOR, minor: VERSION_MINOR }),
        ToDevice::Ping,
        ToDevice::Subscribe(Topics::ALL),
        ToDevice::Subscribe(Topics::SCREEN.and(Topics::PERCEPT)),
        ToDevice::State,
        ToDevice::Start(Exercise::ReadTheFace),
        ToDevice::Start(Exercise::Converse),
        ToDevice::Press(Button::A),
        ToDevice::Press(Button::Stop),
        ToDevice::Facilitate(Act::CountsAsSame),
        ToDevice::Facilitate(Act::AllClear),
        ToDevice::Text(short("I think she is sad.")),
        ToDevice::Text(short("我觉得他很难过。")),
        ToDevice::Text(text::<TEXT_BYTES_MAX>("a long line, ")),
        ToDevice::Offer { sensor: Sensor::Microphone, has: true },
        ToDevice::Offer { sensor: Sensor::Camera, has: false },
        ToDevice::Sound(Sound { at: 0, samples: heapless::Vec::new() }),
        ToDevice::Sound(Sound { at: u64::from(u32::MAX) + 1, samples: bytes::<SOUND_BYTES_MAX>(7) }),
        ToDevice::Face(Face::None),
        ToDevice::Face(Face::Unsure),
        ToDevice::Face(Face::Actions(actions)),
        ToDevice::Face(expression),
        ToDevice::Picture(Picture { kind: PictureKind::Rgb, width: 640, height: 480, bytes: 921_600 }),
        ToDevice::Picture(Picture { kind: PictureKind::Jpeg, width: 160, height: 120, bytes: 4_321 }),
        // No zero in it, and nothing but zeros: the longest and the shortest runs of COBS.
        ToDevice::Piece(Piece { at: 0, bytes: [255; PIECE_BYTES_MAX].into_iter().collect() }),
        ToDevice::Piece(Piece { at: 920_576, bytes: bytes::<PIECE_BYTES_MAX>(0) }),
        ToDevice::Bye,
    ])
}

fn reading() -> TextReading {
    TextReading {
        named: Some(Emotion::Sad),
        read: None,
        confidence: 0,
        choice: Some(2),
        moves: 0b0000_0101,
        concern: false,
    }
}

fn screen() -> Screen {
    Screen {
        scene: Scene::Listen,
        language: Language::English,
        title: short("How does she feel?"),
        body: short(""),
        choices: ["happy", "sad", "calm"].into_iter().map(short).collect(),
        focus: None,
        meter: Some(250),
        shown: Shown::Face { actor: 1, actions: [0, 0, 900, 0, 0, 0, 1_000, 0, 0, 0, 5], mark: None },
    }
}

fn full_screen() -> Screen {
    let bar = Bar { label: text("面孔"), before: 1_000, now: 1_000 };
    Screen {
        scene: Scene::Close,
        language: Language::Chinese,
        title: text("再见"),
        body: text("今天练习了很多。"),
        choices: [text("再来"), text("结束"), text("设置")].into_iter().collect(),
        focus: Some(2),
        meter: Some(1_000),
        shown: Shown::Growth([bar.clone(), bar.clone(), bar.clone(), bar].into_iter().collect()),
    }
}

fn percepts() -> Vec<Percept> {
    let face = Face::Expression { emotion: Emotion::Happy, confidence: 941 };
    vec![
        Percept::Word { word: short("next"), confidence: 998 },
        Percept::Unclear,
        Percept::Speech { text: short("I think he is sad"), reading: reading() },
        Percept::Speech { text: text::<TRANSCRIPT_BYTES_MAX>("on and on "), reading: reading() },
        Percept::Line(TextReading {
            concern: true,
            read: Some(Emotion::Scared),
            confidence: 700,
            ..reading()
        }),
        Percept::Face { face: Face::None, seen: Face::None, count: 0, bounds: None },
        Percept::Face { face, seen: Face::Unsure, count: 1, bounds: Some([-3, 12, 640, 480]) },
        Percept::Sensor { sensor: Sensor::Microphone, works: false },
        Percept::Failed,
    ]
}

pub(crate) fn to_peer() -> Vec<Packet<ToPeer>> {
    let mut messages = vec![
        ToPeer::Welcome(Welcome {
            major: VERSION_MAJOR,
            minor: VERSION_MINOR,
            mode: Mode::Session,
            edition: Edition::Therapy,
            frame_bytes_max: 1_110,
            picture_bytes_max: 921_600,
        }),
        ToPeer::Done,
        ToPeer::State(State {
            scene: Some(Scene::Listen),
            sensing: Sensors(0b11),
            lost: Sensors(0),
            wanted: Sensors(0b01),
            trials: 3,
        }),
        ToPeer::State(State {
            scene: None,
            sensing: Sensors(0),
            lost: Sensors(0),
            wanted: Sensors(0),
            trials: 0,
        }),
        ToPeer::Screen(screen()),
        ToPeer::Screen(Screen { shown: Shown::Nothing, ..screen() }),
        ToPeer::Screen(Screen { shown: Shown::Photo { index: 300, mark: Some(Mark::Open) }, ..screen() }),
        ToPeer::Screen(full_screen()),
        ToPeer::Light(Colour { red: 40, green: 110, blue: 255 }),
        ToPeer::Cue { cue: Cue::Ask, level: Level::Soft },
        ToPeer::Trial(Trial {
            number: 4,
            exercise: Exercise::ReadTheFace,
            target: Emotion::Happy,
            answer: Some(Emotion::Calm),
            outcome: Outcome::Different,
            channel: Channel::Voice,
            latency_ms: 2_345,
            helped: true,
            probe: false,
            by_facilitator: true,
            moves: 0,
        }),
        ToPeer::Credit { until: 8_000 },
        ToPeer::Dropped { events: 12 },
    ];
    messages.extend(percepts().into_iter().map(ToPeer::Percept));
    messages.extend(
        [
            Refusal::HelloFirst,
            Refusal::Unknown,
            Refusal::NotNow,
            Refusal::NotSensing,
            Refusal::NotYours,
            Refusal::Busy,
            Refusal::Invalid,
            Refusal::NotHere,
            Refusal::Edition,
            Refusal::Full,
        ]
        .map(ToPeer::Refused),
    );
    messages.extend(
        [Ending::Over, Ending::NotAFrame, Ending::Silent, Ending::TooSlow, Ending::Version].map(ToPeer::Bye),
    );
    numbered(messages)
}
