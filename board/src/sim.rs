//! The simulator: a whole board without hardware.

use crate::clock::SystemClock;
use crate::script::{Action, Step};
use crate::shots::Shots;
use crate::terminal::{self, RawMode};
use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use petri_core::light::Colour;
use petri_core::screen::Display;
use petri_core::{Button, Cue, Scene, Screen};
use petri_runtime::ports::{Board, Buttons, Camera, Lights, Microphone, Panel, PortError, Pressed, Speaker};
use petri_runtime::{Clip, Error, Frame, intake};
use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Pictures a second that the simulated camera gives.
const CAMERA_HZ: u32 = 15;
/// With a folder of pictures, each is seen for this long.
const PICTURE_MS: u64 = 2_000;
/// A script or a pipe acts no sooner than this after the scene began or the last action.
const PAUSE_MS: u64 = 700;
/// A script whose next scene does not come, or that has come to its end, ends the session after this long.
const STALLED_MS: u64 = 20_000;
/// Most pictures taken from a folder.
const PICTURES_MAX: usize = 64;

/// Where the simulator's hands, eyes and ears come from.
#[derive(Debug, Default)]
pub struct Options {
    /// A picture, or a folder of pictures, that the camera sees.
    pub camera: Option<PathBuf>,
    /// Recordings that the microphone hears, one for each question.
    pub microphone: Vec<PathBuf>,
    /// What a pretended learner does.
    pub script: Option<Vec<Step>>,
    /// Where pictures of the screens go.
    pub shots: Option<PathBuf>,
    /// The display of those pictures.
    pub display: Option<Display>,
    /// Where hands are without a script.
    pub hands: Hands,
}

/// Where presses and lines come from when no script gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hands {
    /// None: the script does everything.
    #[default]
    None,
    /// Keys of this terminal, which also shows the screens.
    Keys,
    /// Lines of the standard input: `a`, `b`, `c` and `stop` are buttons, anything else is a typed reply.
    Pipe,
}

/// Opens the simulator.
///
/// # Errors
/// When a file cannot be used or the terminal cannot be put into single-key mode.
pub fn open(options: Options) -> Result<Board, Error> {
    let pictures = options.camera.as_deref().map_or(Ok(Vec::new()), pictures)?;
    let sounds: VecDeque<Clip> =
        options.microphone.iter().map(|path| intake::clip(path)).collect::<Result<_, _>>()?;
    let scripted = options.script.iter().flatten();
    let (mut sees, mut hears) = (!pictures.is_empty(), !sounds.is_empty());
    for step in scripted {
        sees |= matches!(step.action, Action::Show(_));
        hears |= matches!(step.action, Action::Say(_));
    }
    let raw = match options.hands {
        Hands::Keys => {
            Some(RawMode::enter().map_err(|source| Error::Write { path: "the terminal".into(), source })?)
        }
        Hands::None | Hands::Pipe => None,
    };
    let world = World::new(pictures, sounds);
    let shots = options
        .shots
        .map(|folder| Shots::new(&folder, options.display.unwrap_or(Display::Colour320x240)))
        .transpose()?;
    Ok(Board {
        name: "sim",
        camera: sees.then(|| Box::new(SimCamera { world: world.clone() }) as Box<dyn Camera>),
        microphone: hears
            .then(|| Box::new(SimMicrophone { world: world.clone(), due: None }) as Box<dyn Microphone>),
        buttons: Box::new(SimButtons {
            world: world.clone(),
            scripted: options.script.is_some(),
            script: options.script.unwrap_or_default().into(),
            acted: Instant::now(),
            pipe: (options.hands == Hands::Pipe).then(pipe),
            keys: raw.is_some(),
            typing: None,
        }),
        has_keyboard: true,
        panel: Box::new(SimPanel { world: world.clone(), shots, raw }),
        lights: Some(Box::new(SimLights { world: world.clone() })),
        speaker: Some(Box::new(SimSpeaker { world })),
        clock: Box::new(SystemClock::start()),
    })
}

fn pictures(path: &Path) -> Result<Vec<Frame>, Error> {
    if !path.is_dir() {
        return Ok(vec![intake::frame(path)?]);
    }
    let refuse = |what: String| Error::Intake { path: path.to_owned(), what };
    let entries = std::fs::read_dir(path).map_err(|error| refuse(format!("{error}; check the folder")))?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|p| p.is_file()).collect();
    files.sort();
    files.truncate(PICTURES_MAX);
    if files.is_empty() {
        return Err(refuse("there is no picture in it; put PNG or JPEG files there".to_owned()));
    }
    files.iter().map(|file| intake::frame(file)).collect()
}

/// What the simulated parts share.
#[derive(Clone)]
struct World(Arc<Mutex<State>>);

struct State {
    screen: Option<Screen>,
    entered: Instant,
    light: Colour,
    cue: Option<Cue>,
    pictures: Vec<Frame>,
    started: Instant,
    sound: VecDeque<f32>,
    waiting: VecDeque<Clip>,
    typed: String,
}

impl World {
    fn new(pictures: Vec<Frame>, waiting: VecDeque<Clip>) -> Self {
        let now = Instant::now();
        let state = State {
            screen: None,
            entered: now,
            light: Colour::OFF,
            cue: None,
            pictures,
            started: now,
            sound: VecDeque::new(),
            waiting,
            typed: String::new(),
        };
        Self(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct SimCamera {
    world: World,
}

impl Camera for SimCamera {
    fn frame(&mut self) -> Result<Option<Frame>, PortError> {
        thread::sleep(Duration::from_secs(1) / CAMERA_HZ);
        let state = self.world.state();
        let turn = state.started.elapsed().as_millis() as usize / PICTURE_MS as usize;
        Ok(state.pictures.get(turn % state.pictures.len().max(1)).cloned())
    }
}

struct SimMicrophone {
    world: World,
    due: Option<Instant>,
}

impl Microphone for SimMicrophone {
    fn read(&mut self, samples: &mut [f32]) -> Result<(), PortError> {
        let length = Duration::from_micros(samples.len() as u64 * 1_000_000 / 16_000);
        let now = Instant::now();
        // Sound takes its time, as from a real microphone; after a pause it starts afresh.
        let due = self
            .due
            .filter(|due| now.saturating_duration_since(*due) < Duration::from_millis(200))
            .unwrap_or(now)
            + length;
        self.due = Some(due);
        thread::sleep(due.saturating_duration_since(now));
        let mut state = self.world.state();
        for sample in samples {
            *sample = state.sound.pop_front().unwrap_or(0.0);
        }
        Ok(())
    }
}

struct SimButtons {
    world: World,
    script: VecDeque<Step>,
    scripted: bool,
    acted: Instant,
    pipe: Option<Receiver<String>>,
    keys: bool,
    typing: Option<String>,
}

impl Buttons for SimButtons {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        if self.keys
            && let Some(pressed) = self.key()?
        {
            return Ok(Some(pressed));
        }
        let pause = Duration::from_millis(PAUSE_MS);
        let (scene, entered) = {
            let state = self.world.state();
            (state.screen.as_ref().map(|screen| screen.scene), state.entered)
        };
        if entered.elapsed() < pause || self.acted.elapsed() < pause {
            return Ok(None);
        }
        if self.script.front().is_some_and(|step| Some(step.scene) == scene) {
            self.acted = Instant::now();
            return Ok(self.script.pop_front().and_then(|step| self.act(step.action)));
        }
        if self.scripted && self.acted.elapsed() > Duration::from_millis(STALLED_MS) {
            return Err(PortError::Closed { part: "script" });
        }
        if let Some(pipe) = self.pipe.as_ref().filter(|_| scene != Some(Scene::Show)) {
            self.acted = Instant::now();
            return match pipe.try_recv() {
                Ok(line) => Ok(pressed(line)),
                Err(std::sync::mpsc::TryRecvError::Empty) => Ok(None),
                Err(std::sync::mpsc::TryRecvError::Disconnected) => {
                    Err(PortError::Closed { part: "standard input" })
                }
            };
        }
        Ok(None)
    }
}

impl SimButtons {
    fn act(&mut self, action: Action) -> Option<Pressed> {
        let world = self.world.clone();
        let mut state = world.state();
        match action {
            Action::Press(button) => return Some(Pressed::Button(button)),
            Action::Choose(label) => {
                let choices =
                    state.screen.as_ref().map(|screen| screen.choices.as_slice()).unwrap_or_default();
                let position = choices.iter().position(|choice| **choice == *label).unwrap_or(0);
                return Some(Pressed::Button([Button::A, Button::B, Button::C][position.min(2)]));
            }
            Action::Type(line) => return Some(Pressed::Line(line)),
            Action::Say(clip) => state.sound.extend(clip.samples()),
            Action::Show(frame) => state.pictures = vec![frame],
            Action::Hide => state.pictures.clear(),
            Action::Wait(ms) => self.acted += Duration::from_millis(ms),
        }
        None
    }

    fn key(&mut self) -> Result<Option<Pressed>, PortError> {
        let gone = |error: io::Error| PortError::Gone { part: "keyboard", reason: error.to_string() };
        if !event::poll(Duration::ZERO).map_err(gone)? {
            return Ok(None);
        }
        let Event::Key(key) = event::read().map_err(gone)? else { return Ok(None) };
        if key.kind == KeyEventKind::Release {
            return Ok(None);
        }
        if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
            return Err(PortError::Closed { part: "keyboard" });
        }
        let mut pressed = None;
        if let Some(line) = &mut self.typing {
            match key.code {
                KeyCode::Enter => {
                    pressed = Some(Pressed::Line(std::mem::take(line)));
                    self.typing = None;
                }
                KeyCode::Esc => self.typing = None,
                KeyCode::Backspace => {
                    line.pop();
                }
                KeyCode::Char(letter) if line.len() < intake::TEXT_BYTES_MAX => line.push(letter),
                _ => {}
            }
        } else {
            match key.code {
                KeyCode::Char('a' | '1') => pressed = Some(Pressed::Button(Button::A)),
                KeyCode::Char('b' | '2') => pressed = Some(Pressed::Button(Button::B)),
                KeyCode::Char('c' | '3') => pressed = Some(Pressed::Button(Button::C)),
                KeyCode::Char('q') | KeyCode::Esc => pressed = Some(Pressed::Button(Button::Stop)),
                KeyCode::Char('t') | KeyCode::Enter => self.typing = Some(String::new()),
                _ => {}
            }
        }
        let typed = self.typing.as_ref().map(|line| format!("reply: {line}_")).unwrap_or_default();
        self.world.state().typed = typed;
        paint(&self.world.state());
        Ok(pressed)
    }
}

fn pressed(line: String) -> Option<Pressed> {
    match line.trim() {
        "" => None,
        "a" => Some(Pressed::Button(Button::A)),
        "b" => Some(Pressed::Button(Button::B)),
        "c" => Some(Pressed::Button(Button::C)),
        "stop" => Some(Pressed::Button(Button::Stop)),
        _ => Some(Pressed::Line(line)),
    }
}

/// Reads the standard input on a thread of its own: a pipe may stay open and silent.
fn pipe() -> Receiver<String> {
    let (lines, out) = sync_channel(1);
    thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(mut line) = line else { return };
            let end =
                line.char_indices().map(|(at, _)| at).take_while(|at| *at <= intake::TEXT_BYTES_MAX).last();
            line.truncate(if line.len() > intake::TEXT_BYTES_MAX { end.unwrap_or(0) } else { line.len() });
            if lines.send(line).is_err() {
                return;
            }
        }
    });
    out
}

struct SimPanel {
    world: World,
    shots: Option<Shots>,
    raw: Option<RawMode>,
}

impl Panel for SimPanel {
    fn show(&mut self, screen: &Screen) -> Result<(), PortError> {
        let mut state = self.world.state();
        if state.screen.as_ref().map(|last| last.scene) != Some(screen.scene) {
            state.entered = Instant::now();
            // One of the waiting recordings is heard at each question.
            if screen.scene == Scene::Listen
                && let Some(clip) = state.waiting.pop_front()
            {
                state.sound.extend(clip.samples());
            }
        }
        state.screen = Some(screen.clone());
        if self.raw.is_some() {
            paint(&state);
        }
        let light = state.light;
        drop(state);
        if let Some(shots) = &mut self.shots {
            let gone = |error: Error| PortError::Gone { part: "display", reason: error.to_string() };
            shots.take(screen, light).map_err(gone)?;
        }
        Ok(())
    }
}

fn paint(state: &State) {
    let Some(screen) = &state.screen else { return };
    let cue =
        state.cue.map(|cue| format!("  sound: {}", format!("{cue:?}").to_lowercase())).unwrap_or_default();
    let below = if state.typed.is_empty() {
        format!("keys: a b c, t to type a reply, q to stop{cue}")
    } else {
        state.typed.clone()
    };
    // A terminal that cannot be painted on is no reason to end a session; keys still work.
    let _ = terminal::paint(screen, state.light, &below);
}

struct SimLights {
    world: World,
}

impl Lights for SimLights {
    fn set(&mut self, colour: Colour) -> Result<(), PortError> {
        self.world.state().light = colour;
        Ok(())
    }
}

struct SimSpeaker {
    world: World,
}

impl Speaker for SimSpeaker {
    fn play(&mut self, cue: Cue) -> Result<(), PortError> {
        self.world.state().cue = Some(cue);
        Ok(())
    }
}
