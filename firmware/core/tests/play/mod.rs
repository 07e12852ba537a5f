//! A pretended learner at a session, shared by the tests of the session.
#![allow(dead_code)]

use petri_core::input::Sensors;
use petri_core::random::Random;
use petri_core::session::ONSET_MS;
use petri_core::{
    Actions, Button, Emotion, Entry, Exercise, FaceReading, Facilitator, Input, Language, Millis, Move,
    Moves, Pack, Permille, Picture, Reply, Scene, Screen, Sensor, Session, Setup, TextReading, Word,
};

/// The built-in content, for as long as the tests run.
pub(crate) fn pack() -> &'static Pack<'static> {
    Box::leak(Box::new(Pack::starter()))
}

/// A session with its own clock.
pub(crate) struct Play {
    pub(crate) session: Session<'static>,
    pub(crate) now: u64,
    pub(crate) entries: Vec<Entry>,
    pub(crate) last: Option<Reply>,
}

impl Play {
    pub(crate) fn of(setup: Setup<'static>) -> Self {
        Self { session: Session::new(setup), now: 0, entries: Vec::new(), last: None }
    }

    pub(crate) fn new(sensors: Sensors) -> Self {
        Self::of(Setup { sensors, ..Setup::new(11, pack()) })
    }

    pub(crate) fn step(&mut self, input: Input) -> Reply {
        self.now += 33;
        let reply = self.session.step(Millis(self.now), input);
        self.entries.extend(reply.entry);
        self.last = Some(reply.clone());
        reply
    }

    pub(crate) fn press(&mut self, button: Button) -> Reply {
        self.step(Input::Button(button))
    }

    pub(crate) fn word(&mut self, word: Word) -> Reply {
        self.step(Input::Word { word, confidence: Permille::new(900) })
    }

    pub(crate) fn text(&mut self, reading: TextReading) -> Reply {
        self.step(Input::Text(reading))
    }

    pub(crate) fn replies(&mut self, moves: &[Move]) -> Reply {
        self.text(TextReading { moves: moves.iter().copied().collect::<Moves>(), ..TextReading::default() })
    }

    pub(crate) fn facilitator(&mut self, act: Facilitator) -> Reply {
        self.step(Input::Facilitator(act))
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, ms: u64) -> Reply {
        let end = self.now + ms;
        loop {
            let reply = self.step(Input::Tick);
            if self.now >= end {
                return reply;
            }
        }
    }

    /// To the menu, with consent where it is asked.
    pub(crate) fn reach_menu(&mut self) -> Reply {
        let reply = self.press(Button::A);
        if reply.screen.scene == Scene::Consent { self.press(Button::A) } else { reply }
    }

    /// Begins what the menu shows under this name, in either language.
    pub(crate) fn start(&mut self, name: &str) -> Reply {
        let mut reply = self.step(Input::Tick);
        for _ in 0..10 {
            assert_eq!(reply.screen.scene, Scene::Choose);
            if reply.screen.title.ends_with(name) {
                return self.press(Button::A);
            }
            reply = self.press(Button::B);
        }
        panic!("{name} is not on the menu")
    }

    /// To the open question of an exercise.
    pub(crate) fn to_question(sensors: Sensors, exercise: Exercise) -> (Self, Reply) {
        let mut play = Self::new(sensors);
        play.reach_menu();
        let shown = play.start(exercise.name(Language::English));
        assert_eq!(shown.screen.scene, Scene::Show);
        let reply = play.wait(ONSET_MS + 50);
        if exercise != Exercise::Converse {
            assert_eq!(reply.screen.scene, Scene::Listen);
        }
        (play, reply)
    }
}

/// What the drawn face does.
pub(crate) fn drawn(reply: &Reply) -> Actions {
    match &reply.screen.picture {
        Picture::Face(portrait) | Picture::Marked { portrait, .. } => portrait.actions,
        other => panic!("no face but {other:?}"),
    }
}

/// The offered feeling whose prototype is most like the drawn face: what a perfect learner answers.
pub(crate) fn readable(reply: &Reply) -> (Button, Emotion) {
    let face = drawn(reply);
    let buttons = [Button::A, Button::B, Button::C];
    let offered = reply.screen.choices.iter().filter_map(|label| Emotion::from_word(label));
    let likeness = |emotion: Emotion| {
        (1..=10)
            .map(|i| Actions::of(emotion, Permille::new(i * 100)).likeness(&face))
            .max()
            .unwrap_or_default()
    };
    buttons.into_iter().zip(offered).max_by_key(|(_, emotion)| likeness(*emotion)).expect("three choices")
}

/// The button with this label.
pub(crate) fn button(screen: &Screen, label: &str) -> Button {
    let place = screen.choices.iter().position(|choice| choice.as_str() == label).expect("such a choice");
    [Button::A, Button::B, Button::C][place]
}

/// Anything but stop.
pub(crate) fn any_input(random: &mut Random) -> Input {
    let words = Word::ALL;
    let share = |random: &mut Random| Permille::new(random.below(1_001) as u16);
    let emotion = Emotion::ALL[random.below(7) as usize];
    match random.below(16) {
        0..=2 => Input::Button(Button::A),
        3 | 4 => Input::Button(Button::B),
        5 => Input::Button(Button::C),
        6 => {
            let word = words[random.below(words.len() as u32 - 1) as usize];
            Input::Word { word, confidence: share(random) }
        }
        7 => Input::UnclearSpeech,
        8 => Input::Text(TextReading {
            read: Some(emotion),
            confidence: share(random),
            choice: (random.below(3) == 0).then(|| random.below(4) as u8),
            moves: Move::ALL.into_iter().filter(|_| random.below(4) == 0).collect(),
            concern: random.below(200) == 0,
            ..TextReading::default()
        }),
        9 => Input::Face(FaceReading::Actions(Actions::of(emotion, share(random)))),
        10 => Input::Face(FaceReading::NoFace),
        11 => Input::Sensor { sensor: Sensor::Camera, works: random.below(2) == 0 },
        12 if random.below(4) == 0 => Input::Facilitator(match random.below(4) {
            0 => Facilitator::CountsAsSame,
            1 => Facilitator::CountsAsDifferent,
            2 => Facilitator::DoesNotCount,
            _ => Facilitator::AllClear,
        }),
        _ => Input::Tick,
    }
}
