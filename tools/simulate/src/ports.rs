//! The board: each part looks at the world, and tells the checker what it saw.

use crate::Mutation;
use crate::world::{Part, State, World};
use petri_core::input::Sensors;
use petri_core::light::Colour;
use petri_core::{Button, Cue, Level, Millis, Scene, Screen, Sensor};
use petri_runtime::Frame;
use petri_runtime::ports::{
    Board, Buttons, Camera, Clock, Lights, Microphone, Panel, PortError, Pressed, Speaker,
};
use std::sync::Arc;

/// The whole board of a world.
pub(crate) fn board(world: &Arc<World>) -> Board {
    let part = || Arc::clone(world);
    Board {
        name: "simulated",
        camera: Some(Box::new(Eye(part()))),
        microphone: Some(Box::new(Ear(part()))),
        buttons: Box::new(Hands(part())),
        has_keyboard: true,
        panel: Box::new(Display(part())),
        lights: Some(Box::new(Lamp(part()))),
        speaker: Some(Box::new(Voice(part()))),
        clock: Box::new(Time(part())),
    }
}

fn gone(part: &'static str) -> PortError {
    PortError::Gone { part, reason: "unplugged".to_owned() }
}

struct Time(Arc<World>);

impl Clock for Time {
    fn now(&self) -> Millis {
        self.0.call();
        let state = self.0.state();
        Millis(state.now_ms - state.started_ms)
    }

    fn day(&self) -> u32 {
        self.0.state().day()
    }

    fn wait(&self, wait_ms: u64) {
        self.0.pass(wait_ms, u64::MAX);
    }
}

/// What camera and microphone have in common.
fn sense(world: &World, sensor: Sensor) -> Result<(), PortError> {
    world.call();
    let mut state = world.state();
    if !state.hears_or_sees(sensor) {
        return Err(gone(if sensor == Sensor::Camera { "camera" } else { "microphone" }));
    }
    let State { now_ms, checker, visible, fading, .. } = &mut *state;
    let faded = fading.as_ref().filter(|(until, _)| *now_ms <= *until).map(|(_, screen)| screen);
    let check = checker.senses(sensor, visible.as_ref().or(faded));
    drop(state);
    World::hold(check);
    Ok(())
}

fn ready(world: &World, sensor: Sensor) -> Result<(), PortError> {
    world.call();
    if world.state().hears_or_sees(sensor) { Ok(()) } else { Err(gone("sensor")) }
}

struct Eye(Arc<World>);

impl Camera for Eye {
    fn frame(&mut self) -> Result<Option<Frame>, PortError> {
        sense(&self.0, Sensor::Camera)?;
        Ok(Frame::new(1, 1, vec![0; 3]))
    }

    fn ready(&mut self) -> Result<(), PortError> {
        ready(&self.0, Sensor::Camera)
    }

    fn rest(&mut self) {
        self.0.state().checker.rests(Sensor::Camera);
    }
}

struct Ear(Arc<World>);

impl Microphone for Ear {
    fn read(&mut self, samples: &mut [f32]) -> Result<(), PortError> {
        sense(&self.0, Sensor::Microphone)?;
        samples.fill(0.0);
        Ok(())
    }

    fn ready(&mut self) -> Result<(), PortError> {
        ready(&self.0, Sensor::Microphone)
    }

    fn rest(&mut self) {
        self.0.state().checker.rests(Sensor::Microphone);
    }
}

struct Hands(Arc<World>);

impl Buttons for Hands {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        if !self.0.works(Part::Buttons) {
            return Err(gone("buttons"));
        }
        let mut state = self.0.state();
        if state.visit.ends {
            return Err(PortError::Closed { part: "board" });
        }
        let mut pressed = state.pressed.pop_front();
        if state.mutation == Some(Mutation::StopIsDeaf) && pressed == Some(Pressed::Button(Button::Stop)) {
            pressed = None;
        }
        if matches!(pressed, Some(Pressed::Button(_))) && state.sees(Scene::Consent) {
            state.checker.asked();
        }
        Ok(pressed)
    }
}

struct Display(Arc<World>);

impl Display {
    fn mutated(screen: &Screen, mutation: Option<Mutation>, now_ms: u64) -> Option<Screen> {
        match mutation {
            Some(Mutation::SignOff) => Some(Screen { sensing: Sensors::NONE, ..screen.clone() }),
            Some(Mutation::Blank) if now_ms > 600_000 => None,
            _ => Some(screen.clone()),
        }
    }
}

impl Panel for Display {
    fn show(&mut self, screen: &Screen) -> Result<(), PortError> {
        self.0.call();
        let mut state = self.0.state();
        let (now_ms, notice) = (state.now_ms, state.notice);
        let check = state.checker.shows(screen, notice);
        let works = state.is_well(Part::Panel);
        state.digest.add(now_ms, u8::from(works), screen);
        if state.wanted.as_ref() != Some(screen) {
            let changed = state.wanted.as_ref().is_none_or(|before| before.scene != screen.scene);
            state.wanted = Some(screen.clone());
            if changed {
                state.stir();
            }
        }
        if works {
            state.visible = Self::mutated(screen, state.mutation, now_ms);
        }
        drop(state);
        World::hold(check);
        if works { Ok(()) } else { Err(gone("display")) }
    }

    fn refresh(&mut self) -> Result<(), PortError> {
        if self.0.works(Part::Panel) { Ok(()) } else { Err(gone("display")) }
    }
}

struct Lamp(Arc<World>);

impl Lights for Lamp {
    fn set(&mut self, colour: Colour) -> Result<(), PortError> {
        if !self.0.works(Part::Lights) {
            return Err(gone("lights"));
        }
        let mut state = self.0.state();
        let now_ms = state.now_ms;
        state.digest.add(now_ms, 2, &colour);
        Ok(())
    }
}

struct Voice(Arc<World>);

impl Speaker for Voice {
    fn play(&mut self, cue: Cue, level: Level) -> Result<(), PortError> {
        if !self.0.works(Part::Speaker) {
            return Err(gone("speaker"));
        }
        let mut state = self.0.state();
        let now_ms = state.now_ms;
        state.digest.add(now_ms, 3, &(cue, level));
        Ok(())
    }
}
