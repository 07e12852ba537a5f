//! Between the device's own types and those of the wire. Every match is complete: a new variant has to be decided on.

use crate::capture::Percept;
use crate::perception::Seen;
use petri_core as core;
use petri_core::input::Sensors;
use petri_core::{Action, Actions, FaceReading, Permille};
use petri_link as wire;
use petri_link::{MUSCLES, Refusal, Screen};

/// The start of `text`, as much as fits.
fn cut<const N: usize>(text: &str) -> heapless::String<N> {
    let mut cut = heapless::String::new();
    for letter in text.chars() {
        if cut.push(letter).is_err() {
            break;
        }
    }
    cut
}

fn thousandths(share: f32) -> u16 {
    Permille::new((share.max(0.0) * 1_000.0) as u16).get()
}

pub(super) fn sensor(sensor: wire::Sensor) -> core::Sensor {
    match sensor {
        wire::Sensor::Microphone => core::Sensor::Microphone,
        wire::Sensor::Camera => core::Sensor::Camera,
    }
}

fn both(has: impl Fn(core::Sensor) -> bool) -> wire::Sensors {
    wire::Sensors(0)
        .set(wire::Sensor::Microphone, has(core::Sensor::Microphone))
        .set(wire::Sensor::Camera, has(core::Sensor::Camera))
}

pub(super) fn sensors(sensors: Sensors) -> wire::Sensors {
    both(|sensor| sensors.has(sensor))
}

pub(super) fn lost(sensors: Sensors) -> wire::Sensors {
    both(|sensor| sensors.has_lost(sensor))
}

pub(super) fn button(button: wire::Button) -> core::Button {
    match button {
        wire::Button::A => core::Button::A,
        wire::Button::B => core::Button::B,
        wire::Button::C => core::Button::C,
        wire::Button::Stop => core::Button::Stop,
    }
}

pub(super) fn act(act: wire::Act) -> core::Facilitator {
    match act {
        wire::Act::CountsAsSame => core::Facilitator::CountsAsSame,
        wire::Act::CountsAsDifferent => core::Facilitator::CountsAsDifferent,
        wire::Act::DoesNotCount => core::Facilitator::DoesNotCount,
        wire::Act::AllClear => core::Facilitator::AllClear,
    }
}

/// Exercises in the order of the wire.
const EXERCISES: [(core::Exercise, wire::Exercise); core::Exercise::COUNT] = [
    (core::Exercise::ReadTheFace, wire::Exercise::ReadTheFace),
    (core::Exercise::ReadTheWords, wire::Exercise::ReadTheWords),
    (core::Exercise::Mirror, wire::Exercise::Mirror),
    (core::Exercise::ReadTheSituation, wire::Exercise::ReadTheSituation),
    (core::Exercise::SayIt, wire::Exercise::SayIt),
    (core::Exercise::ReplyWithCare, wire::Exercise::ReplyWithCare),
    (core::Exercise::Converse, wire::Exercise::Converse),
    (core::Exercise::Together, wire::Exercise::Together),
];

pub(super) fn exercise(exercise: wire::Exercise) -> core::Exercise {
    EXERCISES[exercise as usize].0
}

#[cfg(feature = "therapy")]
fn emotion_of(emotion: wire::Emotion) -> core::Emotion {
    core::Emotion::ALL[emotion as usize]
}

fn emotion(emotion: core::Emotion) -> wire::Emotion {
    match emotion {
        core::Emotion::Happy => wire::Emotion::Happy,
        core::Emotion::Sad => wire::Emotion::Sad,
        core::Emotion::Angry => wire::Emotion::Angry,
        core::Emotion::Scared => wire::Emotion::Scared,
        core::Emotion::Surprised => wire::Emotion::Surprised,
        core::Emotion::Disgusted => wire::Emotion::Disgusted,
        core::Emotion::Calm => wire::Emotion::Calm,
    }
}

/// What a peer read in a face.
#[cfg_attr(feature = "therapy", allow(clippy::unnecessary_wraps))]
pub(super) fn reading(face: wire::Face) -> Result<FaceReading, Refusal> {
    match face {
        wire::Face::None => Ok(FaceReading::NoFace),
        wire::Face::Unsure => Ok(FaceReading::Unsure),
        wire::Face::Actions(strengths) => {
            let pairs = Action::ALL.into_iter().zip(strengths);
            let face =
                pairs.fold(Actions::REST, |face, (one, strength)| face.with(one, Permille::new(strength)));
            Ok(FaceReading::Actions(face))
        }
        #[cfg(feature = "therapy")]
        wire::Face::Expression { emotion, confidence } => Ok(FaceReading::Expression {
            emotion: emotion_of(emotion),
            confidence: Permille::new(confidence),
        }),
        #[cfg(not(feature = "therapy"))]
        wire::Face::Expression { .. } => Err(Refusal::Edition),
    }
}

fn muscles(actions: &Actions) -> [u16; MUSCLES] {
    Action::ALL.map(|action| actions.get(action).get())
}

fn face(reading: FaceReading) -> wire::Face {
    match reading {
        FaceReading::NoFace => wire::Face::None,
        FaceReading::Unsure => wire::Face::Unsure,
        FaceReading::Actions(actions) => wire::Face::Actions(muscles(&actions)),
        #[cfg(feature = "therapy")]
        FaceReading::Expression { emotion: one, confidence } => {
            wire::Face::Expression { emotion: emotion(one), confidence: confidence.get() }
        }
    }
}

/// What one picture shows.
fn look(seen: &Seen) -> wire::Face {
    #[cfg(feature = "therapy")]
    if let Some(reading) = &seen.expression
        && let Some(one) = reading.emotion
    {
        return wire::Face::Expression { emotion: emotion(one), confidence: thousandths(reading.confidence) };
    }
    if seen.faces.is_empty() { wire::Face::None } else { wire::Face::Unsure }
}

fn text(read: &crate::perception::text::Read) -> wire::TextReading {
    let reading = read.reading();
    wire::TextReading {
        named: reading.named.map(emotion),
        read: reading.read.map(emotion),
        confidence: reading.confidence.get(),
        choice: reading.choice,
        moves: moves(reading.moves),
        concern: reading.concern,
    }
}

fn moves(moves: core::Moves) -> u8 {
    let bit = |one: core::Move| match one {
        core::Move::Names => 1,
        core::Move::Asks => 1 << 1,
        core::Move::Offers => 1 << 2,
        core::Move::Judges => 1 << 3,
        core::Move::TurnsToSelf => 1 << 4,
        core::Move::Dismisses => 1 << 5,
        core::Move::Advises => 1 << 6,
    };
    moves.iter().fold(0, |bits, one| bits | bit(one))
}

pub(super) fn percept(percept: &Percept) -> wire::Percept {
    match percept {
        Percept::Face { reading, seen } => wire::Percept::Face {
            face: face(*reading),
            seen: look(seen),
            count: seen.faces.len() as u8,
            bounds: seen.faces.first().map(|face| face.bounds.map(|edge| edge as i16)),
        },
        Percept::Reading(reading) => {
            let count = u8::from(*reading != FaceReading::NoFace);
            wire::Percept::Face { face: face(*reading), seen: face(*reading), count, bounds: None }
        }
        Percept::Utterance { heard, transcript, .. } => match (&heard.word, transcript) {
            (Some(word), _) => {
                wire::Percept::Word { word: cut(word), confidence: thousandths(heard.confidence) }
            }
            (None, Some((said, read))) => {
                // As everywhere, words that call for a person are passed to nobody.
                let said = if read.concern { "" } else { said };
                wire::Percept::Speech { text: cut(said), reading: text(read) }
            }
            (None, None) => wire::Percept::Unclear,
        },
        Percept::Line(read) => wire::Percept::Line(text(read)),
        Percept::Sensor { sensor: core::Sensor::Microphone, works, .. } => {
            wire::Percept::Sensor { sensor: wire::Sensor::Microphone, works: *works }
        }
        Percept::Sensor { sensor: core::Sensor::Camera, works, .. } => {
            wire::Percept::Sensor { sensor: wire::Sensor::Camera, works: *works }
        }
        // No keyboard ever comes or goes; a model that fails tells its reason in the log of the device.
        Percept::Sensor { sensor: core::Sensor::Keyboard, .. } | Percept::Failed(_) => wire::Percept::Failed,
    }
}

pub(super) fn trial(entry: &core::Entry) -> wire::Trial {
    wire::Trial {
        number: entry.trial,
        exercise: EXERCISES[entry.exercise.index()].1,
        target: emotion(entry.target),
        answer: entry.answer.map(emotion),
        outcome: match entry.outcome {
            core::Outcome::Same => wire::Outcome::Same,
            core::Outcome::Different => wire::Outcome::Different,
            core::Outcome::Skipped => wire::Outcome::Skipped,
        },
        channel: match entry.channel {
            core::Channel::Button => wire::Channel::Button,
            core::Channel::Voice => wire::Channel::Voice,
            core::Channel::Face => wire::Channel::Face,
            core::Channel::Text => wire::Channel::Text,
        },
        latency_ms: entry.latency_ms,
        helped: entry.helped,
        probe: entry.purpose == core::Purpose::Probe,
        by_facilitator: entry.judge == core::Judge::Facilitator,
        moves: moves(entry.moves),
    }
}

pub(super) fn scene(scene: core::Scene) -> wire::Scene {
    match scene {
        core::Scene::Greet => wire::Scene::Greet,
        core::Scene::Consent => wire::Scene::Consent,
        core::Scene::Choose => wire::Scene::Choose,
        core::Scene::Show => wire::Scene::Show,
        core::Scene::Listen => wire::Scene::Listen,
        core::Scene::Explain => wire::Scene::Explain,
        core::Scene::Close => wire::Scene::Close,
        core::Scene::Why => wire::Scene::Why,
        core::Scene::Pick => wire::Scene::Pick,
        core::Scene::Pause => wire::Scene::Pause,
        core::Scene::Settings => wire::Scene::Settings,
        core::Scene::Concern => wire::Scene::Concern,
    }
}

fn mark(mark: core::Mark) -> wire::Mark {
    match mark {
        core::Mark::Same => wire::Mark::Same,
        core::Mark::Different => wire::Mark::Different,
        core::Mark::Open => wire::Mark::Open,
    }
}

fn shown(picture: &core::Picture) -> wire::Shown {
    let drawn = |portrait: &core::Portrait, mark| wire::Shown::Face {
        actor: portrait.actor.index() as u8,
        actions: muscles(&portrait.actions),
        mark,
    };
    match picture {
        core::Picture::None => wire::Shown::Nothing,
        core::Picture::Face(portrait) => drawn(portrait, None),
        core::Picture::Marked { mark: one, portrait } => drawn(portrait, Some(mark(*one))),
        core::Picture::Photo { index, mark: one } => {
            wire::Shown::Photo { index: *index, mark: one.map(mark) }
        }
        core::Picture::Growth(bars) => {
            let bar = |bar: &core::reply::Bar| wire::Bar {
                label: cut(&bar.label),
                before: bar.before.get(),
                now: bar.now.get(),
            };
            wire::Shown::Growth(bars.iter().map(bar).collect())
        }
    }
}

pub(super) fn screen(screen: &core::Screen) -> Screen {
    Screen {
        scene: scene(screen.scene),
        language: match screen.comfort.language {
            core::Language::English => wire::Language::English,
            core::Language::Chinese => wire::Language::Chinese,
        },
        title: cut(&screen.title),
        body: cut(&screen.body),
        choices: screen.choices.iter().map(|choice| cut(choice)).collect(),
        focus: screen.focus,
        meter: screen.meter.map(Permille::get),
        shown: shown(&screen.picture),
    }
}

pub(super) fn colour(colour: core::light::Colour) -> wire::Colour {
    wire::Colour { red: colour.red, green: colour.green, blue: colour.blue }
}

pub(super) fn cue(cue: core::Cue) -> wire::Cue {
    match cue {
        core::Cue::Hello => wire::Cue::Hello,
        core::Cue::Ask => wire::Cue::Ask,
        core::Cue::Same => wire::Cue::Same,
        core::Cue::Different => wire::Cue::Different,
        core::Cue::Unclear => wire::Cue::Unclear,
        core::Cue::Bye => wire::Cue::Bye,
    }
}

pub(super) fn level(level: core::Level) -> wire::Level {
    match level {
        core::Level::Off => wire::Level::Off,
        core::Level::Soft => wire::Level::Soft,
        core::Level::Full => wire::Level::Full,
    }
}
