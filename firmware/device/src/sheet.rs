//! Sheets of pictures: a session as each comfort setting shows it, and everybody with every feeling.

use petri_core::input::Sensors;
use petri_core::light::Colour;
use petri_core::screen::Display;
use petri_core::session::{ONSET_MS, SCAN_MS};
use petri_core::{Actions, Actor, Button, Comfort, Emotion, Exercise, Input, Language, Millis, Pack};
use petri_core::{Permille, Picture, Portrait, Reply, Scene, Screen, Session, Setup};
use petri_runtime::picture::Sheet;
use std::path::Path;

const SEED: u64 = 4;
/// A setting moves no clock: this is the time between two looks at the screen.
const STEP_MS: u64 = 50;

/// Draws the same session with each comfort setting, a column for each.
pub(crate) fn comfort(file: &Path, display: Display) -> anyhow::Result<()> {
    let pack = Pack::starter();
    let columns = variants().map(|comfort| Walk::new(&pack, comfort).screens());
    let mut sheet = Sheet::with_columns(columns.len() as u32);
    for row in 0..columns[0].len() {
        for reply in columns.iter().filter_map(|column| column.get(row)) {
            sheet.push(&reply.screen, &pack, reply.light.colour, display);
        }
    }
    Ok(sheet.write(file)?)
}

/// Draws everybody with every feeling at full strength.
pub(crate) fn people(file: &Path, display: Display) -> anyhow::Result<()> {
    let pack = Pack::starter();
    let mut sheet = Sheet::with_columns(Emotion::COUNT as u32);
    for actor in Actor::ALL {
        for emotion in Emotion::ALL {
            let actions = Actions::of(emotion, Permille::FULL);
            let screen = Screen {
                scene: Scene::Show,
                title: actor.name().try_into().unwrap_or_default(),
                body: emotion.name(Language::English).try_into().unwrap_or_default(),
                picture: Picture::Face(Portrait { actor, actions }),
                choices: heapless::Vec::new(),
                meter: None,
                sensing: Sensors::NONE,
                focus: None,
                comfort: Comfort::default(),
            };
            sheet.push(&screen, &pack, Colour::OFF, display);
        }
    }
    Ok(sheet.write(file)?)
}

/// Nothing, then one setting each, and Chinese with all that changes letters.
fn variants() -> [Comfort; 7] {
    let plain = Comfort::default();
    [
        plain,
        Comfort { large_text: true, ..plain },
        Comfort { high_contrast: true, ..plain },
        Comfort { wide_spacing: true, ..plain },
        Comfort { left_handed: true, ..plain },
        Comfort { one_button: true, ..plain },
        Comfort {
            language: Language::Chinese,
            large_text: true,
            high_contrast: true,
            wide_spacing: true,
            ..plain
        },
    ]
}

/// A pretended learner, who does the same whatever the buttons are.
struct Walk<'a> {
    session: Session<'a>,
    comfort: Comfort,
    now_ms: u64,
}

impl<'a> Walk<'a> {
    fn new(pack: &'a Pack<'a>, comfort: Comfort) -> Self {
        let setup = Setup { sensors: Sensors::ALL, comfort, ..Setup::new(SEED, pack) };
        Self { session: Session::new(setup), comfort, now_ms: 0 }
    }

    /// Menu, question, feedback, another kind of question, settings, and what grew.
    fn screens(mut self) -> Vec<Reply> {
        self.take(0);
        let menu = self.take(0);
        let question = self.start(Exercise::ReadTheFace);
        let feedback = self.take(1);
        for choice in [0, 0, 0, 0, 0, 0, 0] {
            self.take(choice);
            self.wait(ONSET_MS);
        }
        let situation = self.start(Exercise::ReadTheSituation);
        for choice in [0, 0] {
            self.take(choice);
        }
        let reason = self.take(0);
        self.press(Button::Stop);
        let close = self.wait(0);
        vec![menu, question, feedback, situation, reason, close]
    }

    fn step(&mut self, input: Input) -> Reply {
        self.now_ms += STEP_MS;
        self.session.step(Millis(self.now_ms), input)
    }

    fn press(&mut self, button: Button) -> Reply {
        self.step(Input::Button(button))
    }

    fn wait(&mut self, ms: u64) -> Reply {
        let end_ms = self.now_ms + ms;
        loop {
            let reply = self.step(Input::Tick);
            if self.now_ms >= end_ms {
                return reply;
            }
        }
    }

    /// Takes the choice that stands at this place for a right hand.
    fn take(&mut self, choice: u8) -> Reply {
        let place = if self.comfort.left_handed { 2 - choice } else { choice };
        if self.comfort.one_button {
            for _ in 0..4 * SCAN_MS / STEP_MS {
                if self.step(Input::Tick).screen.focus == Some(place) {
                    break;
                }
            }
        }
        self.press([Button::A, Button::B, Button::C][usize::from(place)])
    }

    /// From the menu to the open question of an exercise.
    fn start(&mut self, exercise: Exercise) -> Reply {
        let name = exercise.name(self.comfort.language);
        for _ in 0..Exercise::COUNT {
            if self.step(Input::Tick).screen.title.ends_with(name) {
                break;
            }
            self.take(1);
        }
        self.take(0);
        self.wait(ONSET_MS)
    }
}
