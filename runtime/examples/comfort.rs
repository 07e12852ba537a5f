//! Draws the same session as it looks with each comfort setting on one sheet, a column for each:
//! `cargo run --package petri-runtime --example comfort -- FILE DISPLAY`.

use petri_core::input::Sensors;
use petri_core::screen::Display;
use petri_core::session::{ONSET_MS, SCAN_MS};
use petri_core::{Button, Comfort, Exercise, Input, Language, Millis, Pack, Reply, Session, Setup};
use petri_runtime::picture::Sheet;
use std::error::Error;
use std::path::Path;

const SEED: u64 = 4;
/// A setting moves no clock: this is the time between two looks at the screen.
const STEP_MS: u64 = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let [file, display] = [1, 2].map(|place| std::env::args().nth(place));
    let file = file.ok_or("name the file to write")?;
    let display = display.as_deref().and_then(Display::from_name).ok_or("name a display")?;
    let pack = Pack::starter();
    let columns = variants().map(|comfort| Walk::new(&pack, comfort).screens());
    let mut sheet = Sheet::with_columns(columns.len() as u32);
    for row in 0..columns[0].len() {
        for reply in columns.iter().filter_map(|column| column.get(row)) {
            sheet.push(&reply.screen, &pack, reply.light.colour, display);
        }
    }
    sheet.write(Path::new(&file))?;
    Ok(())
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
