//! The people: learners who come, answer, wander off and come back, and a facilitator who manages the device.

use crate::world::{Event, Part, State, World};
use petri_core::input::Sensors;
use petri_core::{
    Age, Button, Comfort, Exercise, Exercises, Facilitator, Language, Level, Scene, Sensor, Word,
};
use petri_runtime::host::Handle;
use petri_runtime::journal::{Keeping, Profile, Sharing};
use petri_runtime::ports::Pressed;
use petri_runtime::run::Happening;
use std::sync::Arc;

/// Learners who share the device.
const LEARNERS: u32 = 6;
const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
/// Between these times of the day people practise.
const OPEN_MS: (u64, u64) = (8 * HOUR_MS, 19 * HOUR_MS);

/// Whoever sits at the device.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Visit {
    /// What was said and nobody has heard yet.
    pub(crate) said: Option<Word>,
    /// Wandered off.
    away: bool,
    /// The board was told to end.
    pub(crate) ends: bool,
}

impl World {
    /// The device begins a session.
    pub(crate) fn begins(&self) {
        let running = self.running();
        let mut state = self.state();
        state.tally.sessions += 1;
        let (called, turn, day) = (state.called.take(), state.turn, state.day());
        let let_in: Vec<u32> = called.into_iter().chain([turn]).collect();
        let check = state.checker.begins(running.unwrap_or_default(), &let_in, day);
        state.expire();
        state.visit = Visit { said: None, away: false, ..state.visit };
        state.forget(|event| matches!(event, Event::Act | Event::Arrive));
        let first_ms = state.dice.time_ms(300, 20_000);
        state.due(first_ms, Event::Act);
        state.stir();
        drop(state);
        World::hold(check);
    }

    /// The device ends a session in order.
    pub(crate) fn ends(&self) {
        let mut state = self.state();
        let now_ms = state.now_ms;
        let learner = state.checker.sitting.map(|sitting| sitting.learner);
        state.digest.add(now_ms, 4, &learner);
        state.forget(|event| matches!(event, Event::Act | Event::Arrive));
        let next_ms = next_visit_ms(&mut state);
        state.due(next_ms, Event::Arrive);
    }

    /// What the device tells while it runs.
    pub(crate) fn told(self: &Arc<Self>, happening: &Happening<'_>) {
        self.call();
        let mut state = self.state();
        let now_ms = state.now_ms;
        let check = match happening {
            Happening::Entry(entry) => {
                state.tally.trials += 1;
                state.digest.add(now_ms, 5, entry);
                state.checker.entry(now_ms, entry)
            }
            Happening::Kept(entry) => state.checker.acknowledged(now_ms, entry),
            Happening::Step(_) => {
                let is_over = state.checker.sitting.is_some() && self.running().is_none();
                drop(state);
                if is_over {
                    World::hold(crate::device::after_session(self));
                }
                return;
            }
            _ => Ok(()),
        };
        drop(state);
        World::hold(check);
    }

    /// Somebody comes, and is let in by the page or by the device's own button.
    pub(crate) fn arrive(self: &Arc<Self>) {
        let Some(handle) = self.handle() else { return };
        if self.running().is_some() {
            return;
        }
        let mut state = self.state();
        let learner = 1 + state.dice.below(LEARNERS);
        let next_ms = state.dice.between(5_000, 60_000);
        state.due(next_ms, Event::Arrive);
        if state.dice.hits(400) {
            for _ in 0..=state.dice.below(3) {
                let part = state.dice.pick(&Part::ALL);
                let in_ms = state.dice.time_ms(0, 8 * MINUTE_MS);
                state.due(in_ms, Event::Part(part, false));
            }
        }
        if state.dice.hits(60) {
            state.dies_in = Some(1 + state.dice.below(20_000));
        }
        if state.dice.hits(80) {
            let in_ms = state.dice.time_ms(0, 5 * MINUTE_MS);
            state.due(in_ms, Event::Notice(true));
        }
        match state.dice.below(3) {
            0 => {
                state.called = Some(learner);
                drop(state);
                if handle.start(learner).is_err() {
                    self.state().called = None;
                }
            }
            // The turn was given to somebody before.
            1 => {
                state.pressed.push_back(Pressed::Button(Button::A));
            }
            _ => {
                drop(state);
                self.give_turn(&handle, learner);
            }
        }
    }

    fn give_turn(self: &Arc<Self>, handle: &Handle, learner: u32) {
        let retention_days = {
            let mut state = self.state();
            let days = state.dice.between(20, 200) as u32;
            state.dice.hits(250).then_some(days)
        };
        let world = Arc::clone(self);
        let asked = handle.ask(move |journal| {
            if journal.set_keeping(&Keeping { retention_days, learner }).is_ok() {
                let mut state = world.state();
                state.turn = learner;
                state.retention_days = retention_days;
            }
        });
        if asked.is_ok() {
            let in_ms = self.state().dice.between(300, 5_000);
            self.state().due(in_ms, Event::Press);
        }
    }

    /// Whoever sits there does something.
    pub(crate) fn act(self: &Arc<Self>) {
        if self.running().is_none() {
            return;
        }
        let mut state = self.state();
        let next_ms = state.dice.time_ms(200, 12_000);
        state.due(next_ms, Event::Act);
        if state.visit.away {
            if state.dice.hits(700) {
                state.visit.away = false;
            } else {
                drop(state);
                return self.stop_from_the_page();
            }
        }
        match state.dice.below(100) {
            0..=59 => {
                let button = choice(&mut state);
                push(&mut state, Pressed::Button(button));
            }
            60..=71 => state.visit.said = Some(state.dice.pick(&Word::ALL)),
            72..=80 => push(&mut state, Pressed::Line("a line that was typed".to_owned())),
            81..=84 => {
                let act = state.dice.pick(&[
                    Facilitator::CountsAsSame,
                    Facilitator::CountsAsDifferent,
                    Facilitator::DoesNotCount,
                    Facilitator::AllClear,
                ]);
                drop(state);
                self.desk().press(Pressed::Facilitator(act));
            }
            85 | 86 => {
                let exercise = state.dice.pick(&Exercise::TRAINED);
                push(&mut state, Pressed::Start(exercise));
            }
            87 | 88 => self.stop(state),
            89 => {
                state.visit.away = true;
                state.forget(|event| event == Event::Act);
                let back_ms = state.dice.time_ms(MINUTE_MS, 40 * MINUTE_MS);
                state.due(back_ms, Event::Act);
            }
            _ => {}
        }
    }

    fn stop(self: &Arc<Self>, mut state: std::sync::MutexGuard<'_, State>) {
        if state.dice.hits(200) {
            drop(state);
            return self.stop_from_the_page();
        }
        if state.is_well(Part::Buttons) {
            let now_ms = state.now_ms;
            state.checker.stop_asked(now_ms);
            push(&mut state, Pressed::Button(Button::Stop));
        }
    }

    fn stop_from_the_page(self: &Arc<Self>) {
        if let Some(handle) = self.handle()
            && handle.stop().is_ok()
        {
            let mut state = self.state();
            let now_ms = state.now_ms;
            state.checker.stop_asked(now_ms);
        }
    }

    /// The facilitator changes something while nobody practises; what is asked for in a session is refused.
    pub(crate) fn manage(self: &Arc<Self>) {
        let Some(handle) = self.handle() else { return };
        let next_ms = self.state().dice.time_ms(10 * MINUTE_MS, 20 * HOUR_MS);
        let (what, learner) = {
            let mut state = self.state();
            state.due(next_ms, Event::Manage);
            (state.dice.below(8), 1 + state.dice.below(LEARNERS))
        };
        let world = Arc::clone(self);
        let today = self.state().day();
        // Whether a session began first does not matter: then nothing was done, and nothing is noted.
        let _ = match what {
            0..=2 => {
                let profile = profile(&mut self.state());
                handle
                    .ask(move |journal| {
                        if journal.set_profile(learner, &profile).is_ok() {
                            world.state().checker.profiles.insert(learner, profile);
                        }
                    })
                    .map(drop)
            }
            3 => {
                let whom = (!self.state().dice.hits(100)).then_some(learner);
                handle
                    .ask(move |journal| {
                        let erased = journal.erase(whom);
                        let mut state = world.state();
                        state.tally.erasures += 1;
                        if erased.is_ok() {
                            state.checker.erased(whom);
                        }
                    })
                    .map(drop)
            }
            4 => {
                let refuses = self.state().dice.hits(500);
                handle.ask(move |journal| drop(journal.set_sync_refusal(learner, refuses))).map(drop)
            }
            _ => {
                let on = self.state().dice.hits(850);
                handle
                    .ask(move |journal| {
                        let before = journal.sharing().unwrap_or_default();
                        let since_day = if before.on { before.since_day } else { today };
                        let sharing = Sharing { on, since_day, group: "all".to_owned() };
                        if journal.set_sharing(&sharing).is_ok() {
                            world.state().sync_on = on;
                        }
                    })
                    .map(drop)
            }
        };
    }

    /// Somebody who is there presses what begins.
    pub(crate) fn press(self: &Arc<Self>) {
        if self.running().is_none() {
            push(&mut self.state(), Pressed::Button(Button::B));
        }
    }
}

fn push(state: &mut State, pressed: Pressed) {
    if state.is_well(Part::Buttons) && state.pressed.len() < 16 {
        state.pressed.push_back(pressed);
    }
}

/// A button that means something on the screen, if it can be seen.
fn choice(state: &mut State) -> Button {
    let buttons = [Button::A, Button::B, Button::C];
    let any = state.dice.pick(&buttons);
    let Some(screen) = &state.visible else { return any };
    let used = screen.choices.iter().map(|label| !label.is_empty());
    let of_use: Vec<Button> =
        buttons.into_iter().zip(used).filter(|(_, used)| *used).map(|(button, _)| button).collect();
    // Most people let the device look and listen.
    if screen.scene == Scene::Consent && state.dice.hits(700) {
        return Button::A;
    }
    if of_use.is_empty() { any } else { state.dice.pick(&of_use) }
}

fn next_visit_ms(state: &mut State) -> u64 {
    let in_ms = state.dice.time_ms(20_000, 90 * MINUTE_MS);
    let then_ms = state.time_of_day_ms() + in_ms;
    if then_ms < OPEN_MS.1 {
        return in_ms.max(OPEN_MS.0.saturating_sub(state.time_of_day_ms()));
    }
    // It is over for today; sometimes the plug is pulled, for the night or for a holiday.
    if state.dice.hits(400) {
        let days = if state.dice.hits(500) { 1 + state.dice.below(120) } else { 1 };
        let after_ms = state.dice.between(MINUTE_MS, HOUR_MS);
        state.due(after_ms, Event::Unplug(days));
    }
    24 * HOUR_MS - state.time_of_day_ms() + OPEN_MS.0 + state.dice.time_ms(0, HOUR_MS)
}

fn profile(state: &mut State) -> Profile {
    let dice = &mut state.dice;
    let mut sensors_off = Sensors::NONE;
    let mut exercises = Exercises::ALL;
    for sensor in [Sensor::Camera, Sensor::Microphone, Sensor::Keyboard] {
        sensors_off = sensors_off.set(sensor, dice.hits(150));
    }
    for exercise in Exercise::TRAINED {
        exercises = exercises.set(exercise, !dice.hits(200));
    }
    Profile {
        age: dice.pick(&Age::ALL),
        comfort: Comfort {
            language: dice.pick(&Language::ALL),
            large_text: dice.hits(300),
            high_contrast: dice.hits(300),
            wide_spacing: dice.hits(300),
            left_handed: dice.hits(300),
            light: dice.pick(&[Level::Off, Level::Soft, Level::Full]),
            sound: dice.pick(&[Level::Off, Level::Soft, Level::Full]),
            one_button: dice.hits(150),
        },
        exercises,
        sensors_off,
    }
}
