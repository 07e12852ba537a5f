//! The simulator: a whole board without hardware.

mod hands;

use self::hands::{SimButtons, pipe};
use crate::clock::SystemClock;
use crate::script::{Action, Step};
use crate::shots::Shots;
use crate::terminal::{self, RawMode};
use petri_core::light::Colour;
use petri_core::screen::Display;
use petri_core::{Cue, Level, Pack, Scene, Screen};
use petri_runtime::ports::{Board, Camera, Lights, Microphone, Panel, PortError, Speaker};
use petri_runtime::{Clip, Error, Frame, intake};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
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
    /// The content of the session; the built-in one if none is given.
    pub pack: Option<Pack<'static>>,
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
    /// Lines of the standard input: `a`, `b`, `c` and `stop` are buttons, `!same`, `!different`,
    /// `!void` and `!clear` the facilitator's, anything else is a typed reply.
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
    let pack = options.pack.unwrap_or_else(Pack::starter);
    let world = World::new(pack, pictures, sounds);
    let shots = options
        .shots
        .map(|folder| {
            Shots::new(Some(&folder), None, pack, options.display.unwrap_or(Display::Colour320x240))
        })
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
    pack: Pack<'static>,
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
    fn new(pack: Pack<'static>, pictures: Vec<Frame>, waiting: VecDeque<Clip>) -> Self {
        let now = Instant::now();
        let state = State {
            pack,
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
        format!("keys: a b c, t to type a reply, q to stop; facilitator: = / 0 !{cue}")
    } else {
        state.typed.clone()
    };
    // A terminal that cannot be painted on is no reason to end a session; keys still work.
    let _ = terminal::paint(screen, &state.pack, state.light, &below);
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
    fn play(&mut self, cue: Cue, _level: Level) -> Result<(), PortError> {
        self.world.state().cue = Some(cue);
        Ok(())
    }
}
