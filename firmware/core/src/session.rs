//! The session: a state machine from greeting to goodbye.
//!
//! ```text
//! greet -> consent -> choose -> show -> listen -> explain -> (show | choose) ... -> close
//!                     |  ^       |        |  ^
//!                 settings     (talk)   why, pick        pause and concern come in between
//! ```
//! An answer is judged, explained and learned from in one step, so that feedback comes at once. `Stop`, by button
//! or by voice, leads to `close` from anywhere. Nothing ever times out: the learner has all the time there is.

mod answer;
mod look;
mod menu;
mod overrule;
mod replies;
mod scan;
mod scenes;
mod trial;

pub use scan::SCAN_MS;

use trial::Done;

use crate::choose::{Due, Trial};
use crate::comfort::{Comfort, Level};
use crate::history::History;
use crate::input::{Button, Input, Sensor, Sensors, Word};
use crate::judge;
use crate::light::{self, Colour, Light, Pattern};
use crate::pack::{Age, Mood, Pack, REPLIES_MAX};
use crate::progress::Progress;
use crate::random::Random;
use crate::reply::{Reply, Scene};
use crate::{Actions, Cue, Emotion, Entry, Exercise, Exercises, Millis, Outcome};

/// A face unfolds from rest in this time: slow enough to watch, quick enough to stay natural.
pub const ONSET_MS: u64 = 900;
/// A mirrored face counts once held this long without a break.
pub const HOLD_MS: u64 = 800;
/// A face answers a question (where that is allowed) once held this long: longer, so that a passing smile does not.
pub const FACE_ANSWER_HOLD_MS: u64 = 1_500;
/// Nobody does more trials in one session: attention fades after about a quarter of an hour.
pub const TRIALS_MAX: u16 = 60;
/// Questions of one transfer probe: a third each of held-out faces, lines, and both together.
pub const PROBE_TRIALS: u16 = 9;

/// What a session starts from.
#[derive(Debug, Clone)]
pub struct Setup<'a> {
    /// Same seed, same inputs, same session.
    pub seed: u64,
    /// What the exercises are made of.
    pub pack: &'a Pack<'a>,
    /// The sensors that the device has.
    pub sensors: Sensors,
    /// What is known of the learner.
    pub progress: Progress,
    /// Whom the items should be for.
    pub age: Age,
    /// How things are shown and answered.
    pub comfort: Comfort,
    /// What is due for review.
    pub due: Due,
    /// What the menu may offer. The transfer probe is always offered.
    pub exercises: Exercises,
    /// Trials before the menu comes back.
    pub trials_per_round: u16,
    /// Whether a held face may answer *read the face* and *read the words*.
    pub face_answers: bool,
}

impl<'a> Setup<'a> {
    /// A new learner on a device with buttons only.
    pub fn new(seed: u64, pack: &'a Pack<'a>) -> Self {
        Self {
            seed,
            pack,
            sensors: Sensors::NONE,
            progress: Progress::default(),
            age: Age::default(),
            comfort: Comfort::default(),
            due: Due::NONE,
            exercises: Exercises::ALL,
            trials_per_round: 4,
            face_answers: false,
        }
    }
}

/// One learner, from greeting to goodbye.
#[derive(Debug, Clone)]
// Each says something of its own; together they are no hidden state machine.
#[allow(clippy::struct_excessive_bools)]
pub struct Session<'a> {
    setup: Setup<'a>,
    random: Random,
    scene: Scene,
    /// When `scene` began.
    since: Millis,
    /// Since when the choices light up in turn.
    lit: Millis,
    consented: bool,
    /// What the menu starts with.
    recommended: Exercise,
    /// The open question, or the one just explained.
    trial: Option<Trial>,
    /// When the open question was first shown.
    asked: Millis,
    helped: bool,
    /// The words of *say it* were asked for.
    revealed: bool,
    note: Note,
    /// Since when the wanted face has been held, and what it answers; a face that its muscles mirror answers nothing.
    held: Option<(Option<Emotion>, Millis)>,
    /// Reasons or replies in the order in which they are offered.
    order: [u8; REPLIES_MAX],
    /// Where in a menu, a list of settings, reasons or replies the learner is.
    at: u8,
    /// The second page of an explanation.
    second_page: bool,
    last: Option<Last>,
    talk: Option<Talking>,
    probe: Option<Tally>,
    history: History,
    trials: u16,
    trials_in_round: u16,
    /// How many trials there were when the last rest was offered.
    rested: u16,
    tally: [Tally; Exercise::COUNT],
    start: Progress,
    /// Somebody should look after the learner.
    signal: bool,
    over: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    trials: u16,
    same: u16,
}

/// A trial that was judged, with what is needed to judge it anew.
#[derive(Debug, Clone)]
struct Last {
    entry: Entry,
    /// The feeling was named, the reason of it was another.
    other_reason: bool,
    before: Progress,
}

/// Where a conversation stands.
#[derive(Debug, Clone, Copy)]
struct Talking {
    turn: u8,
    next: u8,
    mood: Mood,
    /// The trust before the last reply.
    trust_before: i16,
    /// The trust at the start.
    trust_first: i16,
    ended: bool,
}

/// A remark beside the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Note {
    None,
    Hint,
    Unclear,
    NoFace,
    FaceUnsure,
    FaceNotYet,
    #[cfg(feature = "therapy")]
    FaceShows(Emotion, Option<Actions>),
    FaceDoes(Actions),
    CameraGone,
}

/// What one input gives beside the screen.
type Given = (Option<Cue>, Option<Entry>);

impl<'a> Session<'a> {
    /// A session about to greet.
    pub fn new(setup: Setup<'a>) -> Self {
        Self {
            random: Random::new(setup.seed),
            start: setup.progress.clone(),
            setup,
            scene: Scene::Greet,
            since: Millis(0),
            lit: Millis(0),
            consented: false,
            recommended: Exercise::ReadTheFace,
            trial: None,
            asked: Millis(0),
            helped: false,
            revealed: false,
            note: Note::None,
            held: None,
            order: [0, 1, 2],
            at: 0,
            second_page: false,
            last: None,
            talk: None,
            probe: None,
            history: History::default(),
            trials: 0,
            trials_in_round: 0,
            rested: 0,
            tally: [Tally::default(); Exercise::COUNT],
            signal: false,
            over: false,
        }
    }

    /// Whether the learner agreed to camera and microphone and the session still goes on: one that was lost may be
    /// looked for.
    pub fn may_sense(&self) -> bool {
        self.consented && self.scene != Scene::Close
    }

    /// Whether the goodbye has been answered: the caller may end.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What is known of the learner by now.
    pub fn progress(&self) -> &Progress {
        &self.setup.progress
    }

    /// How things are shown by now: the learner may have changed it.
    pub fn comfort(&self) -> Comfort {
        self.setup.comfort
    }

    /// Takes one input at `now` and answers with the state of everything the learner sees and hears.
    ///
    /// Never fails and never panics: an input that has no meaning in a scene changes nothing. `now` should not
    /// go back; if it does, running animations restart.
    pub fn step(&mut self, now: Millis, input: Input) -> Reply {
        let before = self.scene;
        let input = self.by_hand(now, input);
        self.sense(&input);
        let (mut cue, entry) = if is_stop(&input) && self.scene != Scene::Close {
            self.enter(Scene::Close, now);
            (Some(Cue::Bye), None)
        } else if let (Input::Text(reading), false) = (&input, self.scene == Scene::Close)
            && reading.concern
        {
            self.look_after(now);
            (None, None)
        } else if let Input::Facilitator(act) = input {
            (None, self.overrule(now, act))
        } else {
            self.play(now, &input)
        };
        if self.scene == Scene::Listen && before == Scene::Show {
            cue = cue.or(Some(Cue::Ask));
        }
        let cue = cue.filter(|_| self.setup.comfort.sound != Level::Off);
        Reply { screen: self.screen(now), light: self.light(), cue, entry }
    }

    fn play(&mut self, now: Millis, input: &Input) -> Given {
        match self.scene {
            Scene::Greet => {
                if matches!(input, Input::Button(Button::A)) {
                    let next = if self.must_ask() { Scene::Consent } else { Scene::Choose };
                    self.go_to(next, now);
                    return (Some(Cue::Hello), None);
                }
            }
            Scene::Consent => self.consent(now, input),
            Scene::Choose => self.choose(now, input),
            Scene::Settings => self.settings(now, input),
            Scene::Show | Scene::Listen if self.talk.is_some() => return self.talk(now, input),
            Scene::Show | Scene::Listen => return self.answer(now, input),
            Scene::Why => return self.why(now, input),
            Scene::Pick => return self.pick(now, input),
            Scene::Explain => self.explained(now, input),
            Scene::Pause => self.rest(now, input),
            Scene::Concern => self.looked_after(now, input),
            Scene::Close => self.over |= matches!(input, Input::Button(_)),
        }
        (None, None)
    }

    fn enter(&mut self, scene: Scene, now: Millis) {
        self.scene = scene;
        self.since = now;
        self.lit = now;
        self.second_page = false;
    }

    fn sense(&mut self, input: &Input) {
        let Input::Sensor { sensor, works } = *input else { return };
        self.setup.sensors = self.setup.sensors.set(sensor, works).set_lost(sensor, !works);
        let mirroring = self.trial.is_some_and(|trial| trial.exercise == Exercise::Mirror);
        if sensor == Sensor::Camera && mirroring {
            self.note = if works { Note::None } else { Note::CameraGone };
            self.held = None;
        }
    }

    fn light(&self) -> Light {
        let outcome = self.last.as_ref().map(|last| last.entry.outcome);
        let (colour, pattern) = match (self.scene, outcome) {
            _ if self.signal => (Colour::SIGNAL, Pattern::Signal),
            (Scene::Close, _) if self.over => (Colour::OFF, Pattern::Off),
            (Scene::Listen | Scene::Pick | Scene::Explain, _) if self.talk.is_some() => {
                let mood = self.talk.map(|talk| talk.mood).unwrap_or_default();
                (light::of_mood(mood), Pattern::Breathe)
            }
            (Scene::Listen | Scene::Why | Scene::Pick, _) => (Colour::LISTEN, Pattern::Breathe),
            (Scene::Explain, Some(Outcome::Same)) => (Colour::SAME, Pattern::Swell),
            (Scene::Explain, Some(Outcome::Different)) => (Colour::DIFFERENT, Pattern::Swell),
            (Scene::Greet | Scene::Pause | Scene::Close, _) => (Colour::WARM, Pattern::Breathe),
            _ => (Colour::WARM, Pattern::Steady),
        };
        let since = self.since;
        match self.setup.comfort.light {
            // The signal is for the facilitator, whatever the learner likes.
            _ if self.signal => Light { colour, pattern, since },
            Level::Off => Light { colour: Colour::OFF, pattern: Pattern::Off, since },
            Level::Soft => Light { colour: colour.dimmed(), pattern: pattern.calmed(), since },
            Level::Full => Light { colour, pattern, since },
        }
    }
}

fn is_stop(input: &Input) -> bool {
    matches!(input, Input::Button(Button::Stop)) || is_word(input, &[Word::Stop])
}

/// Whether one of these words was heard surely enough.
fn is_word(input: &Input, words: &[Word]) -> bool {
    match input {
        Input::Word { word, confidence } => *confidence >= judge::WORD_CONFIDENCE_MIN && words.contains(word),
        _ => false,
    }
}
