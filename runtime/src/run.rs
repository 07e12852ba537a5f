//! Runs a session on a board: joins percepts, buttons and time to [`Session::step`], and carries out its replies.

// What the session depends on does not panic: a slice or an index that could be out of range is asked for.
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod inputs;
mod meaning;
mod patience;

pub use meaning::input_of;

use self::meaning::is_answer;
use self::patience::{Patience, SOON_MS_MAX};
use crate::capture::{Live, Percept, Senses};
use crate::journal::Journal;
use crate::ports::{Board, Lights, Panel, PortError, Speaker};
use crate::replay::Recorder;
use crate::{Error, Perception, supervise};
use petri_core::input::Sensors;
use petri_core::light::{self, Colour};
use petri_core::{Comfort, Cue, Entry, Input, Judge, Level, Millis, Reply, Scene, Screen, Session, Setup};
use std::collections::VecDeque;
use std::sync::Arc;

/// A screen that stays goes to the display again after this long.
pub(crate) const SHOW_AGAIN_MS: u64 = 1_000;
/// The goodbye stays this long, unless a button ends it.
const CLOSE_MS: u64 = 4_000;
/// Entries that may wait for a journal that cannot be written.
const UNSAVED_MAX: usize = 256;

/// Where the trials go.
pub struct Keeper<'a> {
    /// The journal.
    pub journal: &'a mut Journal,
    /// The learner's number.
    pub learner: u32,
}

/// Something worth telling the person who runs the session. It is told, never stored.
#[derive(Debug)]
pub enum Happening<'a> {
    /// Something was perceived.
    Percept(&'a Percept),
    /// Another scene began, or its words changed.
    Screen(&'a Screen),
    /// A trial ended.
    Entry(&'a Entry),
    /// A trial is safe in the journal.
    Kept(&'a Entry),
    /// Something is amiss; the session goes on.
    Trouble(&'a str),
    /// The session made a step, and everything that it asked for was done: the screen shows, the entry is kept.
    Step(Millis),
}

/// What a session came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Trials that ended.
    pub trials: u32,
    /// Trials that are safe in the journal.
    pub saved: u32,
    /// The session's number in the journal; 0 without one.
    pub session: u32,
    /// How the learner likes things by now.
    pub comfort: Comfort,
}

/// Runs one session to its end.
///
/// # Errors
/// When the display does not show even the first screen. A failing sensor, light, speaker or journal ends nothing, nor
/// does a display that fails later: each is tried again. A recording that cannot be written is given up.
pub fn run(
    board: Board,
    perception: Perception,
    setup: Setup<'_>,
    keeper: Option<Keeper<'_>>,
    recorder: Option<&mut Recorder>,
    tell: &mut dyn FnMut(Happening<'_>),
) -> Result<Summary, Error> {
    run_with(board, &mut Live::new(perception), setup, keeper, recorder, tell)
}

/// Runs one session to its end with any senses.
///
/// # Errors
/// As [`run`].
pub fn run_with(
    board: Board,
    senses: &mut impl Senses,
    setup: Setup<'_>,
    keeper: Option<Keeper<'_>>,
    recorder: Option<&mut Recorder>,
    tell: &mut dyn FnMut(Happening<'_>),
) -> Result<Summary, Error> {
    let Board { camera, microphone, mut buttons, panel, lights, speaker, clock, .. } =
        supervise::on_board(board);
    let clock: Arc<dyn crate::ports::Clock> = Arc::from(clock);
    let session_number = keeper.as_ref().and_then(|keeper| keeper.journal.next_session().ok()).unwrap_or(0);
    senses.begin(camera, microphone, Arc::clone(&clock));
    let mut stage = Stage {
        panel,
        lights,
        speaker,
        keeper,
        recorder,
        unsaved: VecDeque::new(),
        full: Patience::up_to(SOON_MS_MAX),
        day: clock.day(),
        summary: Summary { session: session_number, ..Summary::default() },
        buttons: Patience::default(),
        told: None,
        scene: Scene::Greet,
        came_up: false,
        shown: None,
        shown_at: Millis(0),
        colour: None,
        dark: Patience::default(),
        mute: Patience::default(),
        blank: Patience::up_to(SOON_MS_MAX),
        closed: None,
    };
    let mut session = Session::new(setup);
    let mut inputs = VecDeque::from([Input::Tick]);
    let result = loop {
        stage.await_input(buttons.as_mut(), senses, clock.as_ref(), &mut inputs, tell);
        let now = clock.now();
        let Some(input) = inputs.pop_front() else { continue };
        let input = if stage.is_unseen(&input) { Input::Tick } else { input };
        let reply = session.step(now, input);
        // What may not sense any more stops before its sign goes, and what may begins after its sign is there.
        senses.gate(stage.signed(&reply.screen), session.may_sense());
        let before = stage.scene;
        if let Err(error) = stage.carry_out(now, input, &reply, tell) {
            break Err(error);
        }
        if stage.scene == Scene::Consent && before != Scene::Consent {
            // What was pressed before the question was there does not answer it.
            inputs.retain(|input| !is_answer(input));
        }
        senses.gate(stage.signed(&reply.screen), session.may_sense());
        tell(Happening::Step(now));
        if session.is_over() || stage.closed.is_some_and(|closed| now.since(closed) >= CLOSE_MS) {
            break Ok(());
        }
    };
    senses.end();
    stage.end(clock.now(), tell);
    stage.summary.comfort = session.comfort();
    result.map(|()| stage.summary)
}

/// Everything that replies go to.
struct Stage<'a> {
    panel: Box<dyn Panel>,
    lights: Option<Box<dyn Lights>>,
    speaker: Option<Box<dyn Speaker>>,
    keeper: Option<Keeper<'a>>,
    recorder: Option<&'a mut Recorder>,
    unsaved: VecDeque<Entry>,
    full: Patience,
    day: u32,
    summary: Summary,
    buttons: Patience,
    told: Option<Screen>,
    /// Where the session is, whatever the display shows.
    scene: Scene,
    /// The display has shown something once.
    came_up: bool,
    /// What the display shows; nothing while it fails.
    shown: Option<Screen>,
    /// When the whole screen went to the display last.
    shown_at: Millis,
    colour: Option<Colour>,
    dark: Patience,
    mute: Patience,
    blank: Patience,
    closed: Option<Millis>,
}

impl Stage<'_> {
    fn carry_out(
        &mut self,
        now: Millis,
        input: Input,
        reply: &Reply,
        tell: &mut dyn FnMut(Happening<'_>),
    ) -> Result<(), Error> {
        self.scene = reply.screen.scene;
        if let Some(Err(error)) = self.recorder.as_mut().map(|recorder| recorder.input(now, input)) {
            tell(Happening::Trouble(&format!("{error}; the recording ends here, the session goes on")));
        }
        // The entry is safe before the feedback shows.
        if let Some(entry) = reply.entry {
            self.summary.trials += u32::from(entry.judge == Judge::Device);
            tell(Happening::Entry(&entry));
            self.unsaved.push_back(entry);
            self.keep(now, tell);
        } else if !self.unsaved.is_empty() && self.full.is_over(now) {
            self.keep(now, tell);
        }
        self.light(now, light::sample(&reply.light, now), tell);
        self.show(now, &reply.screen, tell)?;
        if let Some(cue) = reply.cue {
            self.sound(now, cue, reply.screen.comfort.sound, tell);
        }
        if reply.screen.scene == Scene::Close {
            self.closed.get_or_insert(now);
        }
        Ok(())
    }

    fn light(&mut self, now: Millis, colour: Colour, tell: &mut dyn FnMut(Happening<'_>)) {
        let Some(lights) = self.lights.as_mut().filter(|_| self.colour != Some(colour)) else { return };
        if !self.dark.is_over(now) {
            return;
        }
        match lights.set(colour) {
            Ok(()) => {
                self.colour = Some(colour);
                self.dark.works();
            }
            Err(error) => {
                if self.dark.failed(now) {
                    tell(Happening::Trouble(&format!("{error}; the session goes on without light")));
                }
            }
        }
    }

    fn show(
        &mut self,
        now: Millis,
        screen: &Screen,
        tell: &mut dyn FnMut(Happening<'_>),
    ) -> Result<(), Error> {
        let fresh = self.shown.as_ref() != Some(screen);
        let same = |last: &Screen| {
            (last.scene, &last.title, &last.body) == (screen.scene, &screen.title, &screen.body)
        };
        if fresh && !self.told.as_ref().is_some_and(same) {
            tell(Happening::Screen(screen));
            self.told = Some(screen.clone());
        }
        if !self.blank.is_over(now) {
            return Ok(());
        }
        let due = fresh || now.since(self.shown_at) >= SHOW_AGAIN_MS;
        let done = if due { self.panel.show(screen) } else { self.panel.refresh() };
        match done {
            Ok(()) => {
                if due {
                    self.shown_at = now;
                }
                if fresh {
                    self.shown = Some(screen.clone());
                }
                self.came_up = true;
                self.blank.works();
            }
            // A device that never showed anything is broken or wrongly set up: somebody should look at it now.
            Err(error) if !self.came_up => return Err(error.into()),
            Err(error) => {
                // When it is back it may be dark: the whole screen is shown anew.
                self.shown = None;
                if self.blank.failed(now) {
                    tell(Happening::Trouble(&format!(
                        "{error}; the session goes on by buttons, and nothing senses until the signs show again"
                    )));
                }
            }
        }
        Ok(())
    }

    fn sound(&mut self, now: Millis, cue: Cue, level: Level, tell: &mut dyn FnMut(Happening<'_>)) {
        let Some(speaker) = self.speaker.as_mut().filter(|_| self.mute.is_over(now)) else { return };
        match speaker.play(cue, level) {
            Ok(()) => self.mute.works(),
            Err(error) => {
                if self.mute.failed(now) {
                    tell(Happening::Trouble(&format!("{error}; the session goes on without sound")));
                }
            }
        }
    }

    /// Camera and microphone, as far as the screen wants them and the display shows their signs.
    fn signed(&self, screen: &Screen) -> Sensors {
        self.shown.as_ref().map_or(Sensors::NONE, |shown| shown.sensing.and(screen.sensing))
    }

    /// Whether this would answer a question that nobody sees: whether the device may look and listen.
    fn is_unseen(&self, input: &Input) -> bool {
        let seen = self.shown.as_ref().is_some_and(|shown| shown.scene == Scene::Consent);
        is_answer(input) && self.scene == Scene::Consent && !seen
    }

    /// Brings the entries that wait to the journal.
    fn keep(&mut self, now: Millis, tell: &mut dyn FnMut(Happening<'_>)) {
        let Some(keeper) = &mut self.keeper else { return self.unsaved.clear() };
        if self.unsaved.len() > UNSAVED_MAX {
            self.unsaved.pop_front();
            tell(Happening::Trouble(
                "the earliest trial that was not saved could not be kept any longer; check the disk",
            ));
        }
        while let Some(entry) = self.unsaved.front() {
            match keeper.journal.append(keeper.learner, self.summary.session, self.day, entry) {
                Ok(()) => {
                    self.summary.saved += u32::from(entry.judge == Judge::Device);
                    tell(Happening::Kept(entry));
                    self.unsaved.pop_front();
                    self.full.works();
                }
                Err(error) => {
                    if self.full.failed(now) {
                        tell(Happening::Trouble(&format!("not saved yet, will try again: {error}")));
                    }
                    return;
                }
            }
        }
    }

    /// The lights go out, whatever happened.
    fn end(&mut self, now: Millis, tell: &mut dyn FnMut(Happening<'_>)) {
        if let Some(lights) = &mut self.lights {
            let _: Result<(), PortError> = lights.set(Colour::OFF);
        }
        if let Some(Err(error)) = self.recorder.as_mut().map(|recorder| recorder.finish()) {
            tell(Happening::Trouble(&format!("{error}; the end of the recording is lost")));
        }
        self.keep(now, tell);
        if !self.unsaved.is_empty() {
            tell(Happening::Trouble(
                "some trials could not be saved; check the disk and the journal's permissions",
            ));
        }
    }
}

#[cfg(test)]
mod tests;
