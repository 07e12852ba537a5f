//! What each scene puts on the screen.

use super::{Note, ONSET_MS, Session};
use crate::choose::Trial;
use crate::explain::{self, put};
use crate::input::{Sensor, Sensors};
use crate::reply::{Mark, Picture, Scene, Screen};
use crate::{Action, Actions, Emotion, Exercise, Millis, Outcome, Permille};

impl Session<'_> {
    pub(super) fn screen(&self, now: Millis) -> Screen {
        let mut screen = Screen {
            scene: self.scene,
            title: explain::Title::new(),
            body: explain::Body::new(),
            picture: Picture::None,
            choices: heapless::Vec::new(),
            meter: None,
            sensing: self.sensing(),
        };
        match self.scene {
            Scene::Greet => {
                put(&mut screen.title, format_args!("Hello, I am Petri"));
                put(
                    &mut screen.body,
                    format_args!("Let us practise reading faces and words. Take all the time you like."),
                );
                screen.picture = Picture::Face(Actions::of(Emotion::Happy, Permille::new(500)));
                choices(&mut screen, ["start", "", ""]);
            }
            Scene::Consent => {
                put(&mut screen.title, format_args!("May I look and listen?"));
                put(
                    &mut screen.body,
                    format_args!(
                        "Only to answer you. Pictures and sound are never kept and never leave this device. No is fine: buttons do it all."
                    ),
                );
                choices(&mut screen, ["yes", "no", ""]);
            }
            Scene::Choose => {
                put(&mut screen.title, format_args!("What shall we do?"));
                put(
                    &mut screen.body,
                    format_args!("Pick an exercise. The stop button ends the session at any time."),
                );
                let mirror = if self.can_mirror() { Exercise::Mirror.name() } else { "" };
                choices(&mut screen, [Exercise::ReadTheFace.name(), Exercise::ReadTheWords.name(), mirror]);
            }
            Scene::Show | Scene::Listen => self.question_screen(now, &mut screen),
            Scene::Explain => self.explain_screen(&mut screen),
            Scene::Close => self.close_screen(&mut screen),
        }
        screen
    }

    /// The sensors in use. Nothing is on before consent, and everything is off at the end.
    fn sensing(&self) -> Sensors {
        let sensors = self.setup.sensors;
        let on = self.consented && self.scene != Scene::Close;
        let mut sensing = Sensors::NONE.set(Sensor::Keyboard, sensors.has(Sensor::Keyboard));
        for sensor in [Sensor::Camera, Sensor::Microphone] {
            sensing = sensing.set(sensor, on && sensors.has(sensor));
        }
        sensing
    }

    fn question_screen(&self, now: Millis, screen: &mut Screen) {
        let Some(trial) = self.trial else { return };
        put(&mut screen.title, format_args!("{}", explain::question(trial.exercise)));
        let onset_ms = if self.scene == Scene::Show { now.since(self.since) } else { ONSET_MS };
        let shown = trial.intensity.of(i32::from(Permille::ratio(onset_ms, ONSET_MS).get()));
        let face = Actions::of(trial.target, Permille::new(shown as u16));
        match trial.exercise {
            Exercise::ReadTheFace | Exercise::Mirror => screen.picture = Picture::Face(face),
            Exercise::ReadTheWords => {
                if let Some(item) = self.setup.content.texts.get(usize::from(trial.item)) {
                    put(&mut screen.body, format_args!("{}", item.text));
                }
            }
        }
        if trial.exercise == Exercise::Mirror {
            choices(screen, ["", "hint", "skip"]);
        } else {
            choices(screen, trial.options.map(Emotion::word));
        }
        self.annotate(&trial, screen);
        screen.meter = self.held.map(|(_, since)| Permille::ratio(now.since(since), self.hold_ms()));
    }

    fn annotate(&self, trial: &Trial, screen: &mut Screen) {
        let words = trial.exercise == Exercise::ReadTheWords;
        match self.note {
            Note::None => {
                if trial.exercise == Exercise::Mirror && self.held.is_some() {
                    put(&mut screen.body, format_args!("That is it. Hold it for a moment."));
                }
            }
            Note::Hint => screen.body = explain::hint(trial, self.setup.content),
            Note::Unclear => {
                screen.title.clear();
                put(&mut screen.title, format_args!("I could not make that out"));
                if !words {
                    put(&mut screen.body, format_args!("Say one word, or press a button."));
                }
            }
            Note::NoFace => {
                put(
                    &mut screen.body,
                    format_args!("I see no face. Please sit in front of me, with light on you."),
                );
            }
            Note::FaceUnsure => {
                put(
                    &mut screen.body,
                    format_args!("I see a face but I am unsure of it. A bigger movement may help."),
                );
            }
            Note::FaceShows(emotion) => {
                put(&mut screen.body, format_args!("To me it looks more like {}. ", emotion.word()));
                if let Some(action) =
                    Actions::of(trial.target, Permille::FULL).strongest(Permille::new(1)).first()
                {
                    put(&mut screen.body, format_args!("Try: {}.", action.name()));
                }
            }
            Note::FaceDoes(actions) => {
                match actions.strongest(Permille::new(300)).first() {
                    Some(action) => put(&mut screen.body, format_args!("I see: {}. ", action.name())),
                    None => put(&mut screen.body, format_args!("I see a face at rest. ")),
                }
                let wanted = Actions::of(trial.target, Permille::FULL);
                let missing = |action: &Action| {
                    i32::from(wanted.get(*action).get()) - i32::from(actions.get(*action).get())
                };
                if let Some(action) = Action::ALL.into_iter().max_by_key(missing) {
                    put(&mut screen.body, format_args!("Try: {}.", action.name()));
                }
            }
            Note::CameraGone => {
                put(
                    &mut screen.body,
                    format_args!("The camera has gone. Skip with button C, or plug it in again."),
                );
            }
        }
    }

    fn explain_screen(&self, screen: &mut Screen) {
        let (Some(trial), Some((outcome, answer))) = (self.trial, self.last) else { return };
        screen.title = explain::verdict(&trial, outcome);
        screen.body = explain::reason(&trial, answer, self.setup.content);
        let mark = match outcome {
            Outcome::Same => Mark::Same,
            Outcome::Different => Mark::Different,
            Outcome::Skipped => Mark::Open,
        };
        screen.picture = Picture::Marked { mark, face: Actions::of(trial.target, Permille::FULL) };
        screen.meter =
            Some(Permille::ratio(u64::from(self.trials_in_round), u64::from(self.setup.trials_per_round)));
        choices(screen, ["next", "", ""]);
    }

    fn close_screen(&self, screen: &mut Screen) {
        put(&mut screen.title, format_args!("Until next time"));
        let (same, answered) =
            self.tally.iter().fold((0, 0), |(same, all), tally| (same + tally.same, all + tally.trials));
        if answered == 0 {
            put(&mut screen.body, format_args!("Come back whenever you like."));
        } else {
            put(
                &mut screen.body,
                format_args!(
                    "{same} of {answered} answers met the feeling that was meant. Each one was practice."
                ),
            );
            screen.picture = Picture::Growth(
                self.tally.map(|tally| Permille::ratio(u64::from(tally.same), u64::from(tally.trials))),
            );
        }
        choices(screen, ["bye", "", ""]);
    }
}

fn choices(screen: &mut Screen, labels: [&str; 3]) {
    screen.choices = labels.iter().filter_map(|label| heapless::String::try_from(*label).ok()).collect();
}
