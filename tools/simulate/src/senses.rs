//! Perception: the real attendants of camera and microphone, and in place of models what chance makes of them.

use crate::world::World;
use petri_core::input::Sensors;
use petri_core::judge::WORD_CONFIDENCE_MIN;
use petri_core::{Actions, Emotion, FaceReading, Move, Permille, Sensor, Word};
use petri_runtime::Error;
use petri_runtime::capture::{Percept, Senses, Stepped};
use petri_runtime::journal::Journal;
use petri_runtime::perception::speech::Heard;
use petri_runtime::perception::text::{Read, Sentiment};
use petri_runtime::ports::{Camera, Clock, Microphone};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// A sensor that is read takes its next turn after this: slower than a real one, so that hours pass.
const TURN_MS: u64 = 400;
/// Turns of a sensor with a shut gate that change nothing; then it waits for its gate.
const IDLE_TURNS_MAX: u8 = 16;
/// Lines that may wait for the reader.
const LINES_MAX: usize = 8;
/// Between a line or an utterance and what it was read as.
const READ_MS: (u64, u64) = (20, 900);

/// When a sensor takes its next turn.
#[derive(Debug, Clone, Copy, Default)]
struct Turn {
    at_ms: Option<u64>,
    idle: u8,
}

/// The senses of a simulated device.
pub(crate) struct Simulated {
    world: Arc<World>,
    stepped: Option<Stepped>,
    turns: [Turn; 2],
    gate: (Sensors, bool),
    /// What will be perceived, and when.
    coming: VecDeque<(u64, Percept)>,
    face: FaceReading,
}

impl Simulated {
    pub(crate) fn new(world: &Arc<World>) -> Self {
        let (turns, gate) = ([Turn::default(); 2], (Sensors::NONE, false));
        let world = Arc::clone(world);
        Self { world, stepped: None, turns, gate, coming: VecDeque::new(), face: FaceReading::NoFace }
    }

    /// What is due by now: turns of the sensors, and what models would have made of what they gave.
    fn turn(&mut self) {
        let now_ms = self.world.state().now_ms;
        for (place, sensor) in [Sensor::Camera, Sensor::Microphone].into_iter().enumerate() {
            let Some(stepped) = &mut self.stepped else { return };
            let turn = &mut self.turns[place];
            if turn.at_ms.is_none_or(|at| at > now_ms) {
                continue;
            }
            let reads = self.gate.0.has(sensor);
            turn.at_ms = match stepped.turn(sensor) {
                None => None,
                Some(0) => {
                    turn.idle = 0;
                    Some(now_ms + if reads { TURN_MS } else { 1 })
                }
                Some(wait_ms) if wait_ms < TURN_MS / 2 => {
                    turn.idle += 1;
                    (turn.idle < IDLE_TURNS_MAX).then_some(now_ms + wait_ms)
                }
                Some(wait_ms) => Some(now_ms + wait_ms),
            };
        }
        self.see(now_ms);
        self.hear(now_ms);
    }

    fn see(&mut self, now_ms: u64) {
        let seen = self.stepped.as_ref().and_then(Stepped::frame).is_some();
        if seen {
            let mut state = self.world.state();
            // A face stays for a while, so that some are held long enough to count.
            if state.dice.hits(250) {
                self.face = face(&mut state.dice);
            }
            drop(state);
            self.coming.push_back((now_ms, Percept::Reading(self.face)));
        }
    }

    fn hear(&mut self, now_ms: u64) {
        let heard = self.stepped.as_ref().map_or(0, Stepped::sound) > 0;
        let mut state = self.world.state();
        let said = state.visit.said.take();
        if let (true, Some(word)) = (heard, said) {
            let percept = utterance(&mut state.dice, word);
            let at_ms = now_ms + state.dice.between(READ_MS.0, READ_MS.1);
            drop(state);
            self.coming.push_back((at_ms, percept));
        }
    }

    fn deliver(&mut self) -> Option<Percept> {
        let now_ms = self.world.state().now_ms;
        if self.coming.front().is_some_and(|(at, _)| *at <= now_ms)
            && let Some((_, percept)) = self.coming.pop_front()
        {
            self.stepped.as_ref()?.perceived(percept);
        }
        let percept = self.stepped.as_ref()?.percept()?;
        if let Percept::Utterance { heard, .. } = &percept
            && heard.word.as_deref() == Some(Word::Stop.text())
            && (heard.confidence * 1_000.0) as u16 >= WORD_CONFIDENCE_MIN.get()
        {
            self.world.state().checker.stop_asked(now_ms);
        }
        Some(percept)
    }

    /// When anything here is due.
    fn next_ms(&self) -> u64 {
        let turns = self.turns.iter().filter_map(|turn| turn.at_ms);
        turns.chain(self.coming.front().map(|(at, _)| *at)).min().unwrap_or(u64::MAX)
    }
}

impl Senses for Simulated {
    fn enrol(&mut self, _: &Journal, _: u32) -> Result<(), Error> {
        Ok(())
    }

    fn begin(
        &mut self,
        camera: Option<Box<dyn Camera>>,
        microphone: Option<Box<dyn Microphone>>,
        _: Arc<dyn Clock>,
    ) {
        self.end();
        self.stepped = Some(Stepped::start(camera, microphone));
        self.turns = [Turn::default(); 2];
        self.gate = (Sensors::NONE, false);
        self.world.begins();
    }

    fn gate(&mut self, sensing: Sensors, seeks: bool) {
        if self.gate == (sensing, seeks) {
            return;
        }
        self.gate = (sensing, seeks);
        let now_ms = self.world.state().now_ms;
        // The threads notice within 20 ms.
        for turn in &mut self.turns {
            let at_ms = now_ms + self.world.state().dice.between(0, 20);
            *turn = Turn { at_ms: Some(turn.at_ms.map_or(at_ms, |at| at.min(at_ms))), idle: 0 };
        }
        if let Some(stepped) = &self.stepped {
            stepped.gate(sensing, seeks);
        }
    }

    fn line(&mut self, _: String) -> bool {
        let mut state = self.world.state();
        let at_ms = state.now_ms + state.dice.between(READ_MS.0, READ_MS.1);
        let read = read(&mut state.dice);
        drop(state);
        let room = self.coming.len() < LINES_MAX;
        if room {
            self.coming.push_back((at_ms, Percept::Line(read)));
        }
        room
    }

    fn percept(&mut self, wait: Duration) -> Option<Percept> {
        self.turn();
        if let Some(percept) = self.deliver() {
            return Some(percept);
        }
        self.world.pass(wait.as_millis() as u64, self.next_ms());
        self.turn();
        self.deliver()
    }

    fn end(&mut self) {
        if self.stepped.take().is_some() {
            self.coming.clear();
            self.world.ends();
        }
    }
}

fn share(dice: &mut crate::dice::Dice) -> f32 {
    // Sure, unsure, and what no model should ever say.
    match dice.below(20) {
        0 => f32::NAN,
        1 => -3.0,
        2 => 1.0e9,
        _ => dice.below(1_001) as f32 / 1_000.0,
    }
}

fn face(dice: &mut crate::dice::Dice) -> FaceReading {
    let emotion = dice.pick(&Emotion::ALL);
    let strength = Permille::new(dice.below(1_001) as u16);
    match dice.below(10) {
        0 => FaceReading::NoFace,
        1 => FaceReading::Unsure,
        2 => FaceReading::NotYet,
        3 | 4 => FaceReading::Actions(Actions::of(emotion, strength)),
        #[cfg(feature = "therapy")]
        5..=8 => FaceReading::Expression {
            emotion,
            confidence: strength,
            actions: dice.hits(500).then(|| Actions::of(emotion, strength)),
        },
        _ => FaceReading::Actions(Actions::REST),
    }
}

fn utterance(dice: &mut crate::dice::Dice, word: Word) -> Percept {
    let length_ms = dice.between(200, 4_000);
    let (heard, transcript) = match dice.below(10) {
        0 => (None, None),
        1 => (Some("mumbling".to_owned()), None),
        2 => (None, Some(("three words or more".to_owned(), read(dice)))),
        3 => (Some(dice.pick(&Word::ALL).text().to_owned()), None),
        _ => (Some(word.text().to_owned()), None),
    };
    let heard = Heard { word: heard, confidence: share(dice), best: Vec::new() };
    Percept::Utterance { heard, transcript, length_ms }
}

fn read(dice: &mut crate::dice::Dice) -> Read {
    let mut feeling = || dice.hits(400).then(|| dice.pick(&Emotion::ALL));
    let (feeling, named) = (feeling(), feeling());
    Read {
        sentiment: Sentiment::Unsure,
        confidence: share(dice),
        groups: Vec::new(),
        feeling,
        feeling_confidence: share(dice),
        named,
        choice: dice.hits(200).then(|| dice.below(5) as u8),
        moves: Move::ALL.into_iter().filter(|_| dice.hits(250)).collect(),
        concern: dice.hits(10),
        emotions: Vec::new(),
    }
}
