//! The world around the device: simulated time, parts that fail and come back, and what is due to happen.

use crate::Mutation;
use crate::check::{Broken, Check, Checker, OPEN_MS_MAX};
use crate::death::{Halt, halt, panicked};
use crate::dice::Dice;
use crate::digest::Digest;
use crate::people::Visit;
use petri_core::{Button, Scene, Screen, Sensor};
use petri_runtime::host::Handle;
use petri_runtime::journal::{Journal, Key, Keyring};
use petri_runtime::ports::Pressed;
use petri_runtime::remote::Desk;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The first day, in days since 1970-01-01: in the autumn of 2026.
const DAY_FIRST: u32 = 20_720;
const DAY_MS: u64 = 86_400_000;
/// After anything happened the device steps as fast as it can for so long.
const LIVELY_MS: u64 = 1_200;
/// Longest step in a session, and longest step between two.
const STEP_MS_MAX: (u64, u64) = (1_000, 60_000);
/// The journal's key; nothing depends on which.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Calls of ports at one moment: more is a hang.
const CALLS_MAX: u32 = 100_000;

/// Parts that fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Camera,
    Microphone,
    Buttons,
    Panel,
    Lights,
    Speaker,
    Disk,
}

impl Part {
    pub(crate) const ALL: [Self; 7] =
        [Self::Camera, Self::Microphone, Self::Buttons, Self::Panel, Self::Lights, Self::Speaker, Self::Disk];
}

/// What is due at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// Somebody comes to practise.
    Arrive,
    /// Whose turn it is begins.
    Press,
    /// Whoever sits there does something.
    Act,
    /// A part breaks, or works again.
    Part(Part, bool),
    /// The program is killed.
    Kill,
    /// The plug is pulled, for so many days.
    Unplug(u32),
    /// The service manager ends the program in order.
    End,
    /// The daily timer of sync.
    Sync,
    /// Somebody brings an update.
    Stick,
    /// A code is shown above the screen, or taken away.
    Notice(bool),
    /// The facilitator changes something.
    Manage,
    /// Something breaks, out of the blue.
    Mishap,
}

/// Counts for the summary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Steps of the device: calls of its clock's wait and of percepts.
    pub steps: u64,
    /// Sessions that began.
    pub sessions: u64,
    /// Trials that ended.
    pub trials: u64,
    /// Times that the program was killed, the plug pulled, or the program ended by itself.
    pub crashes: u64,
    /// Times that a part failed.
    pub failures: u64,
    /// Reports that the broker took.
    pub reports: u64,
    /// Updates that were brought.
    pub updates: u64,
    /// Erasures of a learner, or of old trials.
    pub erasures: u64,
}

pub(crate) struct State {
    pub(crate) now_ms: u64,
    pub(crate) end_ms: u64,
    /// Days without the device: before it was put up, and while its plug was pulled.
    pub(crate) skipped_days: u32,
    pub(crate) started_ms: u64,
    pub(crate) dice: Dice,
    pub(crate) checker: Checker,
    pub(crate) digest: Digest,
    pub(crate) tally: Tally,
    pub(crate) mutation: Option<Mutation>,
    events: BTreeMap<(u64, u64), Event>,
    serial: u64,
    lively_until_ms: u64,
    calls: u32,
    /// The program dies at so many more calls of a port.
    pub(crate) dies_in: Option<u32>,
    broken: BTreeSet<Part>,
    disk_works_since_ms: u64,
    pub(crate) visible: Option<Screen>,
    /// What a display showed that has just gone dark: no device can know it at once.
    pub(crate) fading: Option<(u64, Screen)>,
    pub(crate) wanted: Option<Screen>,
    pub(crate) notice: bool,
    pub(crate) pressed: VecDeque<Pressed>,
    /// Who may begin: whose turn it is, and who was called.
    pub(crate) turn: u32,
    pub(crate) called: Option<u32>,
    pub(crate) retention_days: Option<u32>,
    pub(crate) visit: Visit,
    /// Versions of the content that do not come up.
    pub(crate) bad: BTreeSet<u32>,
    pub(crate) published: u32,
    pub(crate) sync_on: bool,
    /// The plug was pulled for so many days.
    pub(crate) unplugged: Option<u32>,
}

/// Everything around the device, shared by its ports.
pub(crate) struct World {
    state: Mutex<State>,
    handle: Mutex<Option<Handle>>,
    pub(crate) desk: Mutex<Desk>,
    pub(crate) folder: PathBuf,
}

impl World {
    pub(crate) fn new(seed: u64, hours: u64, folder: PathBuf, mutation: Option<Mutation>) -> Arc<Self> {
        let mut dice = Dice::new(seed);
        let state = State {
            now_ms: 0,
            end_ms: hours * 3_600_000,
            skipped_days: dice.below(122), // Put up anywhere in a term.
            started_ms: 0,
            dice,
            checker: Checker::default(),
            digest: Digest::default(),
            tally: Tally::default(),
            mutation,
            events: BTreeMap::new(),
            serial: 0,
            lively_until_ms: 0,
            calls: 0,
            dies_in: None,
            broken: BTreeSet::new(),
            disk_works_since_ms: 0,
            visible: None,
            fading: None,
            wanted: None,
            notice: false,
            pressed: VecDeque::new(),
            turn: 1,
            called: None,
            retention_days: None,
            visit: Visit::default(),
            bad: BTreeSet::new(),
            published: 0,
            sync_on: false,
            unplugged: None,
        };
        let (state, handle, desk) = (Mutex::new(state), Mutex::default(), Mutex::default());
        Arc::new(Self { state, handle, desk, folder })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.join("journal.db")
    }

    fn keyring(&self) -> Keyring {
        let path = self.journal();
        Key::parse(KEY.as_bytes()).map_or_else(|| Keyring::of(&path), |key| Keyring::given(&path, key))
    }

    /// The journal, as the device opens it.
    pub(crate) fn open(&self) -> Result<Journal, petri_runtime::Error> {
        Journal::open_with(&self.journal(), self.keyring())
    }

    /// The journal beside its writer.
    pub(crate) fn open_to_read(&self) -> Result<Journal, petri_runtime::Error> {
        Journal::open_to_read_with(&self.journal(), self.keyring())
    }

    pub(crate) fn set_handle(&self, handle: Option<Handle>) {
        *self.handle.lock().unwrap_or_else(PoisonError::into_inner) = handle;
    }

    pub(crate) fn handle(&self) -> Option<Handle> {
        self.handle.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn desk(&self) -> Desk {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whose session runs, by what the device says.
    pub(crate) fn running(&self) -> Option<u32> {
        self.handle().and_then(|handle| handle.status().running).map(|running| running.learner)
    }

    /// Ends the program when an invariant did not hold.
    pub(crate) fn hold(check: Check) {
        if let Err(broken) = check {
            halt(Halt::Broken(broken));
        }
    }

    /// A port is called. The program may die here.
    pub(crate) fn call(&self) {
        if let Some(said) = panicked() {
            let what = format!("something panicked: {said}");
            halt(Halt::Broken(Broken { invariant: crate::Invariant::Alive, what }));
        }
        let mut state = self.state();
        state.calls += 1;
        let hangs = state.calls > CALLS_MAX;
        let dies = state.dies_in.as_mut().is_some_and(|left| {
            *left = left.saturating_sub(1);
            *left == 0
        });
        drop(state);
        if hangs {
            let what = format!("ports were called {CALLS_MAX} times and no time passed");
            halt(Halt::Broken(Broken { invariant: crate::Invariant::Alive, what }));
        }
        if dies {
            halt(Halt::Crash);
        }
    }

    /// Lets the device wait. Time goes on to what is due next, and no further than a device would sleep or be kept
    /// from running: `wait_ms` while anything goes on, longer when nothing does, and never beyond `until_ms`.
    pub(crate) fn pass(self: &Arc<Self>, wait_ms: u64, until_ms: u64) {
        self.call();
        let mut state = self.state();
        state.tally.steps += 1;
        state.calls = 0;
        let quiet_ms = state.now_ms.saturating_sub(state.lively_until_ms);
        let most = if state.checker.sitting.is_some() { STEP_MS_MAX.0 } else { STEP_MS_MAX.1 };
        let step_ms = if quiet_ms == 0 { wait_ms } else { (quiet_ms / 4).clamp(wait_ms, most) };
        let target = (state.now_ms + step_ms).min(until_ms.max(state.now_ms + 1));
        let due = state.events.first_key_value().map(|(key, event)| (*key, *event));
        let event = due.filter(|((at, _), _)| *at <= target);
        if let Some((key, _)) = event {
            state.events.remove(&key);
            state.now_ms = state.now_ms.max(key.0);
            state.stir();
        } else {
            state.now_ms = target;
        }
        let over = state.now_ms >= state.end_ms;
        drop(state);
        if over {
            halt(Halt::Done);
        }
        if let Some((_, event)) = event {
            self.happen(event);
        }
        let passed = self.state().look();
        Self::hold(passed);
    }

    /// Whether a part works; a call of it, too.
    pub(crate) fn works(&self, part: Part) -> bool {
        self.call();
        self.state().is_well(part)
    }
}

impl State {
    pub(crate) fn day(&self) -> u32 {
        DAY_FIRST + self.skipped_days + (self.now_ms / DAY_MS) as u32
    }

    /// Seconds since 1970.
    pub(crate) fn clock_s(&self) -> u64 {
        u64::from(self.day()) * 86_400 + self.now_ms % DAY_MS / 1_000
    }

    /// Milliseconds since midnight.
    pub(crate) fn time_of_day_ms(&self) -> u64 {
        self.now_ms % DAY_MS
    }

    pub(crate) fn is_well(&self, part: Part) -> bool {
        !self.broken.contains(&part)
    }

    pub(crate) fn set_part(&mut self, part: Part, works: bool) {
        if works {
            self.broken.remove(&part);
        } else if self.broken.insert(part) {
            self.tally.failures += 1;
        }
        match part {
            // A display that lost its power comes back dark.
            Part::Panel if !works => {
                self.fading = self.visible.take().map(|screen| (self.now_ms + OPEN_MS_MAX, screen));
            }
            Part::Disk if works => self.disk_works_since_ms = self.now_ms,
            Part::Buttons if !works => {
                if self.pressed.iter().any(|pressed| *pressed == Pressed::Button(Button::Stop)) {
                    self.checker.stop_unheard();
                }
                self.pressed.clear();
            }
            _ => {}
        }
    }

    /// The device erases old trials, unless its disk is full, and so does the checker.
    pub(crate) fn expire(&mut self) {
        let days = self.retention_days.filter(|_| self.is_well(Part::Disk));
        if let Some(first) = days.and_then(|days| self.day().checked_sub(days)) {
            self.checker.expired(first);
        }
    }

    /// From now on the device steps quickly for a while.
    pub(crate) fn stir(&mut self) {
        self.lively_until_ms = self.now_ms + LIVELY_MS;
    }

    /// Puts something on the list of what is due.
    pub(crate) fn due(&mut self, in_ms: u64, event: Event) {
        self.serial += 1;
        self.events.insert((self.now_ms + in_ms, self.serial), event);
    }

    /// What broke and came back while the program was not running.
    pub(crate) fn changed_parts(&mut self) -> Vec<(Part, bool)> {
        let now_ms = self.now_ms;
        let changed = |(at, event): (u64, Event)| match event {
            Event::Part(part, works) if at <= now_ms => Some((part, works)),
            _ => None,
        };
        let parts: Vec<_> = self.events.iter().filter_map(|(key, event)| changed((key.0, *event))).collect();
        self.events.retain(|key, event| changed((key.0, *event)).is_none());
        parts
    }

    pub(crate) fn forget(&mut self, event: impl Fn(Event) -> bool) {
        self.events.retain(|_, one| !event(*one));
    }

    pub(crate) fn sees(&self, scene: Scene) -> bool {
        self.wanted.as_ref().is_some_and(|screen| screen.scene == scene)
    }

    fn look(&mut self) -> Check {
        let works = self.is_well(Part::Panel);
        // Its signs have an invariant of their own.
        let alike = |seen: &Screen, wanted: &Screen| {
            seen == wanted || Screen { sensing: wanted.sensing, ..seen.clone() } == *wanted
        };
        let right =
            self.visible.as_ref().zip(self.wanted.as_ref()).is_some_and(|(seen, wanted)| alike(seen, wanted));
        let disk = self.is_well(Part::Disk).then_some(self.disk_works_since_ms);
        self.checker.passed(self.now_ms, (works, right), disk, self.visible.as_ref())
    }

    /// The process is gone: what it held open is closed, and a display without power is dark.
    pub(crate) fn died(&mut self, unplugged: bool) {
        self.checker.died();
        self.dies_in = None;
        self.calls = 0;
        self.called = None;
        self.pressed.clear();
        self.wanted = None;
        self.notice = false;
        if unplugged {
            self.visible = None;
        }
    }

    /// Whether that sensor's part works.
    pub(crate) fn hears_or_sees(&self, sensor: Sensor) -> bool {
        self.is_well(if sensor == Sensor::Camera { Part::Camera } else { Part::Microphone })
    }
}
