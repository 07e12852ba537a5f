//! A learner who answers by every channel in turn, and takes the time until the screen says something else.

use super::Channel;
use super::stage::{Shown, Stage, View};
use crate::loudness::end_of_word;
use anyhow::bail;
use petri_core::random::Random;
use petri_core::{Button, Exercise, Scene, Screen};
use petri_runtime::Clip;
use petri_runtime::ports::Pressed;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// Nothing that is answered takes longer; what does counts as missed.
const ANSWER_MAX: Duration = Duration::from_secs(3);
/// A device that shows nothing new for so long, whatever is pressed, is stuck.
const STUCK_MAX: Duration = Duration::from_secs(20);
/// Before each answer, on the stage's clock.
const PAUSE_MS: (u32, u32) = (300, 600);
/// Time for a face to be forgotten, on the stage's clock.
const FORGET_MS: u64 = 700;
const LINES: [&str; 10] = [
    "I think she feels sad.",
    "The writer is happy about it.",
    "That sounds angry to me.",
    "I guess this person is scared of what comes next.",
    "Whoever wrote this was surprised, because nobody had told them before.",
    "She is calm.",
    "My friend would be sad too, if somebody forgot such an important day.",
    "He seems disgusted by the food that he found on the table this morning.",
    "It reads as if they were happy that the long and rainy week is over at last.",
    "I would say that the person who wrote this line was rather angry with the neighbours.",
];

/// A recorded word, and where it ends.
pub(super) struct Spoken {
    clip: Clip,
    end: usize,
}

impl Spoken {
    /// Finds where the word ends.
    pub(super) fn new(clip: Clip) -> Self {
        let end = end_of_word(clip.samples());
        Self { clip, end }
    }
}

/// Words that mean something at any question.
pub(super) struct Vocabulary {
    pub(super) again: Spoken,
    pub(super) help: Spoken,
    pub(super) next: Spoken,
}

/// What came of the answers by one channel.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    pub(super) ms: Vec<f64>,
    pub(super) missed: usize,
}

/// The learner.
pub(super) struct Learner {
    stage: Stage,
    shown: Receiver<Shown>,
    screen: Screen,
    words: Vocabulary,
    random: Random,
    exercise: Exercise,
    line: usize,
    taken: [Taken; Channel::COUNT],
}

impl Learner {
    /// Waits for the first screen.
    pub(super) fn new(
        stage: Stage,
        shown: Receiver<Shown>,
        words: Vocabulary,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let Ok(Shown { screen, .. }) = shown.recv_timeout(STUCK_MAX) else {
            bail!("the device shows no first screen; look at what it says above");
        };
        let (random, taken) = (Random::new(seed), Default::default());
        Ok(Self { stage, shown, screen, words, random, exercise: Exercise::ReadTheFace, line: 0, taken })
    }

    /// What came of the answers so far.
    pub(super) fn taken(&self, channel: Channel) -> &Taken {
        &self.taken[channel as usize]
    }

    /// Goes on to the next question and answers it, by the channels that have the fewest answers.
    pub(super) fn trial(&mut self) -> anyhow::Result<()> {
        self.go_on()?;
        match self.exercise {
            Exercise::ReadTheFace => self.read_the_face()?,
            Exercise::ReadTheWords => self.read_the_words(),
            _ => self.mirror(),
        }
        Ok(())
    }

    /// To a question, from wherever the session is.
    pub(super) fn go_on(&mut self) -> anyhow::Result<()> {
        let start = Instant::now();
        while self.screen.scene != Scene::Listen {
            if start.elapsed() > STUCK_MAX {
                bail!("the session is stuck at `{}`: {}", self.screen.scene.name(), self.screen.body);
            }
            let before = self.screen.clone();
            match self.screen.scene {
                Scene::Show => {}
                Scene::Choose => {
                    self.exercise = self.due();
                    self.stage.press(Pressed::Start(self.exercise));
                }
                _ => drop(self.stage.press(Pressed::Button(Button::A))),
            }
            self.differs(&before);
        }
        Ok(())
    }

    fn due(&self) -> Exercise {
        let answers = |channel| self.taken(channel).ms.len() + self.taken(channel).missed;
        let channels = [Channel::Keyword, Channel::Text, Channel::Face];
        match channels.into_iter().min_by_key(|channel| answers(*channel)) {
            Some(Channel::Text) => Exercise::ReadTheWords,
            Some(Channel::Face) => Exercise::Mirror,
            _ => Exercise::ReadTheFace,
        }
    }

    fn read_the_face(&mut self) -> anyhow::Result<()> {
        self.said(|words| &words.help);
        self.said(|words| &words.again);
        self.go_on()?;
        self.pressed(Button::A);
        self.said(|words| &words.next);
        Ok(())
    }

    fn read_the_words(&mut self) {
        self.pause();
        let line = LINES[self.line % LINES.len()].to_owned();
        self.line += 1;
        let before = self.screen.clone();
        let typed = self.stage.press(Pressed::Line(line));
        let changed = self.differs(&before);
        self.note(Channel::Text, Some(typed), changed);
        self.go_on_if_open();
    }

    fn mirror(&mut self) {
        const LOOKS: usize = 4;
        for _ in 0..LOOKS {
            self.stage.look(View::Empty);
            self.stage.wait(FORGET_MS);
            self.pause();
            if self.screen.scene != Scene::Listen {
                break;
            }
            let before = self.screen.clone();
            self.stage.look(View::Face);
            let changed = self.differs(&before);
            self.note(Channel::Face, self.stage.face_seen(), changed);
        }
        self.stage.look(View::Restless);
        self.go_on_if_open();
    }

    /// A question that is still open is answered by button.
    fn go_on_if_open(&mut self) {
        if self.screen.scene == Scene::Listen {
            self.pressed(if self.exercise == Exercise::Mirror { Button::C } else { Button::A });
        }
    }

    fn pressed(&mut self, button: Button) {
        self.pause();
        let before = self.screen.clone();
        let pressed = self.stage.press(Pressed::Button(button));
        let changed = self.differs(&before);
        self.note(Channel::Button, Some(pressed), changed);
    }

    fn said(&mut self, word: impl Fn(&Vocabulary) -> &Spoken) {
        self.pause();
        let before = self.screen.clone();
        let spoken = word(&self.words);
        self.stage.say(spoken.clip.samples(), spoken.end);
        let changed = self.differs(&before);
        // A word may be clear before its last sound; that is not to meet the next word.
        let end = Instant::now() + ANSWER_MAX;
        while self.stage.word_ended().is_none() && Instant::now() < end {
            self.stage.wait(PAUSE_MS.0.into());
        }
        self.note(Channel::Keyword, self.stage.word_ended(), changed);
    }

    fn note(&mut self, channel: Channel, answered: Option<Instant>, changed: Option<Instant>) {
        let taken = &mut self.taken[channel as usize];
        match answered.zip(changed) {
            Some((answered, changed)) => {
                let after = changed.saturating_duration_since(answered).as_secs_f64();
                let before = answered.saturating_duration_since(changed).as_secs_f64();
                taken.ms.push((after - before) * 1_000.0);
            }
            None => taken.missed += 1,
        }
    }

    /// Some time that is never the same; what is shown meanwhile is seen.
    fn pause(&mut self) {
        let pause_ms = PAUSE_MS.0 + self.random.below(PAUSE_MS.1 - PAUSE_MS.0);
        self.stage.wait(pause_ms.into());
        while let Ok(shown) = self.shown.try_recv() {
            self.screen = shown.screen;
        }
    }

    /// When the screen first says something else than `before`.
    fn differs(&mut self, before: &Screen) -> Option<Instant> {
        let end = Instant::now() + ANSWER_MAX;
        loop {
            let at = self.changed(end)?;
            if !same(before, &self.screen) {
                return Some(at);
            }
        }
    }

    /// The next screen.
    fn changed(&mut self, end: Instant) -> Option<Instant> {
        let shown = self.shown.recv_timeout(end.saturating_duration_since(Instant::now())).ok()?;
        self.screen = shown.screen;
        Some(shown.at)
    }
}

/// Whether two screens say the same, however their pictures move.
fn same(one: &Screen, other: &Screen) -> bool {
    let words = |screen: &Screen| (screen.scene, screen.title.clone(), screen.body.clone());
    words(one) == words(other)
}
