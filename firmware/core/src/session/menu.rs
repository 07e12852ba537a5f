//! Consent, the menu of exercises, settings and rests.

use super::{PROBE_TRIALS, Session, Tally, is_word};
use crate::choose::recommend;
use crate::comfort::Level;
use crate::input::{Button, Input, Sensor, Word};
use crate::lang::Language;
use crate::reply::Scene;
use crate::{Exercise, Millis, Purpose};

/// A place on the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Do(Exercise),
    Probe,
}

/// A setting that the learner can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    Language,
    LargeText,
    HighContrast,
    WideSpacing,
    LeftHanded,
    Light,
    Sound,
    OneButton,
}

impl Setting {
    pub(super) const ALL: [Setting; 8] = [
        Setting::Language,
        Setting::LargeText,
        Setting::HighContrast,
        Setting::WideSpacing,
        Setting::LeftHanded,
        Setting::Light,
        Setting::Sound,
        Setting::OneButton,
    ];
}

impl Session<'_> {
    pub(super) fn must_ask(&self) -> bool {
        self.setup.sensors.has(Sensor::Camera) || self.setup.sensors.has(Sensor::Microphone)
    }

    /// Buttons only: before consent the microphone is off, so a spoken yes cannot be heard.
    pub(super) fn consent(&mut self, now: Millis, input: &Input) {
        match input {
            Input::Button(Button::A) => self.consented = true,
            Input::Button(Button::B) => self.consented = false,
            _ => return,
        }
        self.go_to(Scene::Choose, now);
    }

    /// Enters a scene that starts a list anew.
    pub(super) fn go_to(&mut self, scene: Scene, now: Millis) {
        self.at = 0;
        if scene == Scene::Choose {
            self.trial = None;
            self.talk = None;
            self.probe = None;
            let possible: heapless::Vec<Exercise, { Exercise::COUNT }> =
                Exercise::TRAINED.into_iter().filter(|exercise| self.can(*exercise)).collect();
            let setup = &self.setup;
            self.recommended =
                recommend(&setup.progress, setup.due, &self.history, &possible, &mut self.random);
        }
        self.enter(scene, now);
    }

    /// Whether the device, its content and the facilitator allow an exercise now.
    pub(super) fn can(&self, exercise: Exercise) -> bool {
        let (sensors, pack) = (self.setup.sensors, self.setup.pack);
        let possible = match exercise {
            Exercise::ReadTheFace => true,
            Exercise::ReadTheWords => pack.text(0).is_some(),
            Exercise::Mirror => self.consented && sensors.has(Sensor::Camera),
            Exercise::ReadTheSituation => pack.situation(0).is_some(),
            Exercise::SayIt => {
                let heard = self.consented && sensors.has(Sensor::Microphone);
                pack.text(0).is_some() && (heard || sensors.has(Sensor::Keyboard))
            }
            Exercise::ReplyWithCare => pack.care(0).is_some(),
            Exercise::Converse => pack.talk(0).is_some(),
            Exercise::Together => false,
        };
        possible && self.setup.exercises.has(exercise)
    }

    /// What the menu offers, the recommended exercise first.
    pub(super) fn items(&self) -> impl Iterator<Item = Item> {
        let others = Exercise::TRAINED.into_iter().filter(|exercise| *exercise != self.recommended);
        let exercises = core::iter::once(self.recommended).chain(others);
        exercises.filter(|exercise| self.can(*exercise)).map(Item::Do).chain([Item::Probe])
    }

    /// The place of the menu that is shown.
    pub(super) fn item(&self) -> Item {
        self.items().nth(usize::from(self.at)).unwrap_or(Item::Probe)
    }

    pub(super) fn choose(&mut self, now: Millis, input: &Input) {
        match input {
            Input::Button(Button::A) => self.begin(now),
            Input::Button(Button::B) => self.turn_page(now, self.items().count()),
            Input::Button(Button::C) => self.go_to(Scene::Settings, now),
            Input::Start(exercise) => {
                let place = self.items().position(|item| item == Item::Do(*exercise));
                if let Some(place) = place {
                    self.at = place as u8;
                    self.begin(now);
                }
            }
            _ if is_word(input, &[Word::Yes]) => self.begin(now),
            _ if is_word(input, &[Word::Next, Word::No]) => self.turn_page(now, self.items().count()),
            _ => {}
        }
    }

    /// Shows the next place of a list, and after the last the first.
    pub(super) fn turn_page(&mut self, now: Millis, places: usize) {
        self.at = (self.at + 1) % places.max(1) as u8;
        self.lit = now;
    }

    fn begin(&mut self, now: Millis) {
        self.trials_in_round = 0;
        match self.item() {
            Item::Do(exercise) => self.ask(now, exercise, Purpose::Training),
            Item::Probe => {
                self.probe = Some(Tally::default());
                self.ask_probe(now);
            }
        }
    }

    /// The next question of the transfer probe: faces, lines and both together take turns.
    pub(super) fn ask_probe(&mut self, now: Millis) {
        let exercise = match self.trials_in_round % 3 {
            0 => Exercise::ReadTheFace,
            1 => Exercise::ReadTheWords,
            _ => Exercise::Together,
        };
        self.ask(now, exercise, Purpose::Probe);
    }

    pub(super) fn probe_is_done(&self) -> bool {
        self.probe.is_some() && self.trials_in_round >= PROBE_TRIALS
    }

    /// The setting that is shown.
    pub(super) fn setting(&self) -> Setting {
        Setting::ALL.get(usize::from(self.at)).copied().unwrap_or(Setting::Language)
    }

    pub(super) fn settings(&mut self, now: Millis, input: &Input) {
        match input {
            Input::Button(Button::A) => self.change(now),
            Input::Button(Button::B) => self.turn_page(now, Setting::ALL.len()),
            Input::Button(Button::C) => self.go_to(Scene::Choose, now),
            _ => {}
        }
    }

    fn change(&mut self, now: Millis) {
        let setting = self.setting();
        let comfort = &mut self.setup.comfort;
        let turned = |level: Level| match level {
            Level::Full => Level::Soft,
            Level::Soft => Level::Off,
            Level::Off => Level::Full,
        };
        match setting {
            Setting::Language => {
                comfort.language = match comfort.language {
                    Language::English => Language::Chinese,
                    Language::Chinese => Language::English,
                }
            }
            Setting::LargeText => comfort.large_text ^= true,
            Setting::HighContrast => comfort.high_contrast ^= true,
            Setting::WideSpacing => comfort.wide_spacing ^= true,
            Setting::LeftHanded => comfort.left_handed ^= true,
            Setting::Light => comfort.light = turned(comfort.light),
            Setting::Sound => comfort.sound = turned(comfort.sound),
            Setting::OneButton => comfort.one_button ^= true,
        }
        self.lit = now;
    }

    pub(super) fn rest(&mut self, now: Millis, input: &Input) {
        match input {
            Input::Button(Button::A) => self.next_question(now),
            Input::Button(Button::B) => self.enter(Scene::Close, now),
            _ if is_word(input, &[Word::Yes, Word::Next]) => self.next_question(now),
            _ => {}
        }
    }
}
