//! The session: a state machine from greeting to goodbye.
//!
//! ```text
//! greet -> consent -> choose -> show -> listen -> explain -> (show | choose) ... -> close
//! ```
//! An answer is judged, explained and learned from in one step, so that feedback comes at once. `Stop`, by button
//! or by voice, leads to `close` from anywhere. Nothing ever times out: the learner has all the time there is.

mod look;
mod scenes;

use crate::ability::{GUESS, Progress};
use crate::choose::{Recent, Trial, next_trial};
use crate::content::Content;
use crate::input::{Button, Input, Sensor, Sensors, Word};
use crate::judge::{self, Meaning};
use crate::light::{Colour, Light, Pattern};
use crate::random::Random;
use crate::reply::{Reply, Scene};
use crate::{Actions, Channel, Cue, Emotion, Entry, Exercise, Millis, Outcome, Permille};

/// A face unfolds from rest in this time: slow enough to watch, quick enough to stay natural.
pub const ONSET_MS: u64 = 900;
/// A mirrored face counts once held this long without a break.
pub const HOLD_MS: u64 = 800;
/// A face answers a question (where that is allowed) once held this long: longer, so that a passing smile does not.
pub const FACE_ANSWER_HOLD_MS: u64 = 1_500;
/// A mirrored face matches when its measured muscle actions are this much like the drawn ones.
pub const LIKENESS_MIN: Permille = Permille::new(600);
/// Nobody does more trials in one session: attention fades after about a quarter of an hour.
pub const TRIALS_MAX: u16 = 60;

/// What a session starts from.
#[derive(Debug, Clone)]
pub struct Setup<'a> {
    /// Same seed, same inputs, same session.
    pub seed: u64,
    /// What the exercises are made of.
    pub content: &'a Content<'a>,
    /// The sensors that the device has.
    pub sensors: Sensors,
    /// What is known of the learner.
    pub progress: Progress,
    /// Trials before the menu comes back.
    pub trials_per_round: u16,
    /// Whether a held face may answer *read the face* and *read the words*.
    pub face_answers: bool,
}

impl<'a> Setup<'a> {
    /// A new learner on a device with buttons only.
    pub fn new(seed: u64, content: &'a Content<'a>) -> Self {
        Self {
            seed,
            content,
            sensors: Sensors::NONE,
            progress: Progress::default(),
            trials_per_round: 4,
            face_answers: false,
        }
    }
}

/// One learner, from greeting to goodbye.
#[derive(Debug, Clone)]
pub struct Session<'a> {
    setup: Setup<'a>,
    random: Random,
    scene: Scene,
    /// When `scene` began.
    since: Millis,
    consented: bool,
    /// The open question, or the one just explained.
    trial: Option<Trial>,
    /// When the open question was first shown.
    asked: Millis,
    helped: bool,
    note: Note,
    /// Since when the wanted face has been held, and which.
    held: Option<(Emotion, Millis)>,
    last: Option<(Outcome, Option<Emotion>)>,
    recent: Recent,
    trials: u16,
    trials_in_round: u16,
    tally: [Tally; Exercise::COUNT],
    over: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    trials: u16,
    same: u16,
}

/// A remark beside the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Note {
    None,
    Hint,
    Unclear,
    NoFace,
    FaceUnsure,
    #[cfg_attr(not(feature = "therapy"), allow(dead_code))]
    FaceShows(Emotion),
    FaceDoes(Actions),
    CameraGone,
}

impl<'a> Session<'a> {
    /// A session about to greet.
    pub fn new(setup: Setup<'a>) -> Self {
        Self {
            random: Random::new(setup.seed),
            setup,
            scene: Scene::Greet,
            since: Millis(0),
            consented: false,
            trial: None,
            asked: Millis(0),
            helped: false,
            note: Note::None,
            held: None,
            last: None,
            recent: [None; 2],
            trials: 0,
            trials_in_round: 0,
            tally: [Tally::default(); Exercise::COUNT],
            over: false,
        }
    }

    /// Whether the goodbye has been answered: the caller may end.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What is known of the learner by now.
    pub fn progress(&self) -> &Progress {
        &self.setup.progress
    }

    /// Takes one input at `now` and answers with the state of everything the learner sees and hears.
    ///
    /// Never fails and never panics: an input that has no meaning in a scene changes nothing. `now` should not
    /// go back; if it does, running animations restart.
    pub fn step(&mut self, now: Millis, input: Input) -> Reply {
        let before = self.scene;
        if let Input::Sensor { sensor, works } = input {
            self.setup.sensors = self.setup.sensors.set(sensor, works);
            let mirroring = self.trial.is_some_and(|trial| trial.exercise == Exercise::Mirror);
            if sensor == Sensor::Camera && mirroring {
                self.note = if works { Note::None } else { Note::CameraGone };
                self.held = None;
            }
        }
        let (mut cue, mut entry) = (None, None);
        if is_stop(&input) && self.scene != Scene::Close {
            self.enter(Scene::Close, now);
            cue = Some(Cue::Bye);
        } else {
            match self.scene {
                Scene::Greet => {
                    if matches!(input, Input::Button(Button::A)) {
                        self.enter(if self.must_ask() { Scene::Consent } else { Scene::Choose }, now);
                        cue = Some(Cue::Hello);
                    }
                }
                Scene::Consent => self.consent(now, &input),
                Scene::Choose => self.choose(now, &input),
                Scene::Show | Scene::Listen => (cue, entry) = self.answer(now, &input),
                Scene::Explain => {
                    if is_next(&input) {
                        self.go_on(now);
                    }
                }
                Scene::Close => self.over |= matches!(input, Input::Button(_)),
            }
        }
        if self.scene == Scene::Listen && before == Scene::Show {
            cue = cue.or(Some(Cue::Ask));
        }
        Reply { screen: self.screen(now), light: self.light(), cue, entry }
    }

    fn enter(&mut self, scene: Scene, now: Millis) {
        self.scene = scene;
        self.since = now;
    }

    fn must_ask(&self) -> bool {
        self.setup.sensors.has(Sensor::Camera) || self.setup.sensors.has(Sensor::Microphone)
    }

    /// Buttons only: before consent the microphone is off, so a spoken yes cannot be heard.
    fn consent(&mut self, now: Millis, input: &Input) {
        match input {
            Input::Button(Button::A) => self.consented = true,
            Input::Button(Button::B) => self.consented = false,
            _ => return,
        }
        self.enter(Scene::Choose, now);
    }

    fn choose(&mut self, now: Millis, input: &Input) {
        let exercise = match input {
            Input::Button(Button::A) => Exercise::ReadTheFace,
            Input::Button(Button::B) => Exercise::ReadTheWords,
            Input::Button(Button::C) if self.can_mirror() => Exercise::Mirror,
            Input::Word { word: Word::Next | Word::Yes, confidence }
                if *confidence >= judge::WORD_CONFIDENCE_MIN =>
            {
                self.least_practised()
            }
            _ => return,
        };
        self.trials_in_round = 0;
        self.ask(now, exercise);
    }

    fn can_mirror(&self) -> bool {
        self.consented && self.setup.sensors.has(Sensor::Camera)
    }

    fn least_practised(&self) -> Exercise {
        let possible = |exercise: &Exercise| *exercise != Exercise::Mirror || self.can_mirror();
        let trials = |exercise: &Exercise| self.tally[exercise.index()].trials;
        Exercise::ALL.into_iter().filter(possible).min_by_key(trials).unwrap_or(Exercise::ReadTheFace)
    }

    fn ask(&mut self, now: Millis, exercise: Exercise) {
        let progress = &self.setup.progress;
        let trial = next_trial(exercise, progress, self.recent, self.setup.content, &mut self.random);
        self.recent = [Some(trial.target), self.recent[0]];
        self.trial = Some(trial);
        self.asked = now;
        self.helped = false;
        self.note = Note::None;
        self.held = None;
        self.last = None;
        self.enter(Scene::Show, now);
    }

    /// Handles an input while a question is open.
    fn answer(&mut self, now: Millis, input: &Input) -> (Option<Cue>, Option<Entry>) {
        let Some(trial) = self.trial else { return (None, None) };
        if self.scene == Scene::Show && now.since(self.since) >= ONSET_MS {
            self.enter(Scene::Listen, now);
        }
        if let Input::Face(reading) = input {
            return self.look(now, &trial, reading);
        }
        let mut meaning = judge::meaning(input, &trial.options);
        if trial.exercise == Exercise::Mirror {
            // The buttons of the mirror are hint and skip; naming the feeling is not making the face.
            meaning = match (input, meaning) {
                (Input::Button(Button::B), _) => Meaning::Hint,
                (Input::Button(Button::C), _) => Meaning::Skip,
                (_, Meaning::Answer(..)) => Meaning::Nothing,
                (_, other) => other,
            };
        }
        match meaning {
            Meaning::Answer(emotion, channel) => self.judge(now, &trial, Some(emotion), channel),
            Meaning::Skip => {
                let channel =
                    if matches!(input, Input::Button(_)) { Channel::Button } else { Channel::Voice };
                self.judge(now, &trial, None, channel)
            }
            Meaning::Again => {
                self.note = Note::None;
                self.enter(Scene::Show, now);
                (None, None)
            }
            Meaning::Hint => {
                self.helped = true;
                self.note = Note::Hint;
                (None, None)
            }
            Meaning::Unclear if trial.exercise != Exercise::Mirror => {
                self.note = Note::Unclear;
                (Some(Cue::Unclear), None)
            }
            Meaning::Unclear | Meaning::Nothing => (None, None),
        }
    }

    /// Judges, learns, and moves on to the explanation: feedback at once.
    fn judge(
        &mut self,
        now: Millis,
        trial: &Trial,
        answer: Option<Emotion>,
        channel: Channel,
    ) -> (Option<Cue>, Option<Entry>) {
        let outcome = answer.map_or(Outcome::Skipped, |answer| judge::outcome(answer, trial.target));
        let (exercise, target) = (trial.exercise, trial.target);
        let mut ability = self.setup.progress.get(exercise, target);
        // A skipped question says nothing of ability, and a hint makes a right answer say too much.
        if outcome == Outcome::Different || (outcome == Outcome::Same && !self.helped) {
            let guess = if exercise == Exercise::Mirror { Permille::ZERO } else { GUESS };
            ability = ability.after(trial.difficulty_ml, guess, outcome == Outcome::Same);
            self.setup.progress.set(exercise, target, ability);
        }
        let entry = Entry {
            trial: self.trials,
            exercise,
            item: trial.item,
            target,
            answer,
            outcome,
            channel,
            intensity: trial.intensity,
            latency_ms: u32::try_from(now.since(self.asked)).unwrap_or(u32::MAX),
            helped: self.helped,
            ability_ml: ability.mean_ml,
            spread_ml: ability.spread_ml,
        };
        let tally = &mut self.tally[exercise.index()];
        tally.trials += u16::from(outcome != Outcome::Skipped);
        tally.same += u16::from(outcome == Outcome::Same);
        self.trials += 1;
        self.trials_in_round += 1;
        self.last = Some((outcome, answer));
        self.note = Note::None;
        self.held = None;
        self.enter(Scene::Explain, now);
        let cue = match outcome {
            Outcome::Same => Cue::Same,
            Outcome::Different => Cue::Different,
            Outcome::Skipped => return (None, Some(entry)),
        };
        (Some(cue), Some(entry))
    }

    fn go_on(&mut self, now: Millis) {
        let exercise = self.trial.map(|trial| trial.exercise);
        match exercise {
            _ if self.trials >= TRIALS_MAX => self.enter(Scene::Close, now),
            Some(Exercise::Mirror) if !self.can_mirror() => self.enter(Scene::Choose, now),
            Some(exercise) if self.trials_in_round < self.setup.trials_per_round => self.ask(now, exercise),
            _ => {
                self.trial = None;
                self.enter(Scene::Choose, now);
            }
        }
    }

    fn light(&self) -> Light {
        let (colour, pattern) = match (self.scene, self.last) {
            (Scene::Listen, _) => (Colour::LISTEN, Pattern::Breathe),
            (Scene::Explain, Some((Outcome::Same, _))) => (Colour::SAME, Pattern::Swell),
            (Scene::Explain, Some((Outcome::Different, _))) => (Colour::DIFFERENT, Pattern::Swell),
            (Scene::Close, _) if self.over => (Colour::OFF, Pattern::Off),
            (Scene::Greet | Scene::Close, _) => (Colour::WARM, Pattern::Breathe),
            _ => (Colour::WARM, Pattern::Steady),
        };
        Light { colour, pattern, since: self.since }
    }
}

fn is_stop(input: &Input) -> bool {
    match input {
        Input::Button(Button::Stop) => true,
        Input::Word { word: Word::Stop, confidence } => *confidence >= judge::WORD_CONFIDENCE_MIN,
        _ => false,
    }
}

fn is_next(input: &Input) -> bool {
    match input {
        Input::Button(Button::A) => true,
        Input::Word { word: Word::Next | Word::Yes, confidence } => *confidence >= judge::WORD_CONFIDENCE_MIN,
        _ => false,
    }
}
