//! Sessions: the demonstration, and whatever `petri run` asks for.

use crate::cli::{BoardName, Run};
use crate::{board, link, say, shared};
use anyhow::{Context, bail};
use petri_board::replay::{self, Pictures};
use petri_board::script;
use petri_board::sim::{self, Hands, Options};
use petri_core::input::Sensors;
use petri_core::{Pack, Sensor, Setup};
use petri_runtime::capture::Percept;
use petri_runtime::engine::Engine;
use petri_runtime::heart::Heart;
use petri_runtime::journal::{Journal, Profile};
use petri_runtime::link::Address;
use petri_runtime::ports::Board;
use petri_runtime::replay::{Recorder, Recording, Start};
use petri_runtime::run::{Happening, Keeper, Summary, run};
use petri_runtime::{EDITION, Perception, content, progress, report, review};
use std::io::{IsTerminal, stdin, stdout};
use std::path::{Path, PathBuf};

/// The demonstration: a scripted learner, real pictures, real speech.
pub(crate) fn demo(engine: Engine<'_>, out: &Path) -> anyhow::Result<()> {
    let script = shared("demo", "../../board/demo").join("demo.script");
    let (shots, journal) = (out.join("screens"), out.join("journal.db"));
    for old in ["journal.db", "journal.db-wal", "journal.db-shm"] {
        match std::fs::remove_file(out.join(old)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| {
                    format!("cannot replace {}; choose another --out", out.join(old).display())
                });
            }
            _ => {}
        }
    }
    say(format_args!("Petri, {EDITION} edition: a demonstration session on the simulator"));
    let options =
        Options { script: Some(script::read(&script)?), shots: Some(shots.clone()), ..Options::default() };
    let mut journal = Journal::open(&journal)?;
    let play = Play {
        seed: 163,
        pack: Pack::starter(),
        profile: Profile::default(),
        trials: 2,
        learner: 1,
        face_answers: false,
        record: None,
        tells: Tells::Everything,
        link: Vec::new(),
    };
    let summary = play.on(engine, &mut journal, || Ok(sim::open(options)?))?;
    let picture = out.join("progress.svg");
    let entries = journal.entries(1)?;
    progress::write_svg(&entries, &picture)?;
    say(format_args!("\n{}\n", progress::table(&entries)));
    say(format_args!(
        "{} trials, {} safe in the journal {}",
        summary.trials,
        summary.saved,
        out.join("journal.db").display()
    ));
    say(format_args!(
        "pictures of the screens: {}\npicture of the progress: {}",
        shots.display(),
        picture.display()
    ));
    if summary.saved == 0 || summary.saved != summary.trials {
        bail!("not every trial was saved; see the messages above");
    }
    Ok(())
}

/// Runs a session as the flags say.
pub(crate) fn session(engine: Engine<'_>, options: Run) -> anyhow::Result<()> {
    let pack = content::open(options.pack.as_deref())?;
    let mut described = None;
    match (options.board, &options.from) {
        (BoardName::Pi, _) => described = Some(board::ready("pi", options.board_file)?),
        (BoardName::Linux, _) => described = Some(board::ready("linux", options.board_file)?),
        (BoardName::Replay, Some(recording)) => {
            let mut recording = Recording::read(recording, pack)?;
            let start = &mut recording.start;
            let profile = options.look.over(Profile { age: start.age, comfort: start.comfort });
            (start.age, start.comfort) = (profile.age, profile.comfort);
            let (shots, sheet) = (options.shots, options.sheet);
            let digest = replay::play(&recording, &Pictures { shots, sheet, display: options.display })?;
            say(serde_json::to_string_pretty(&digest)?);
            return Ok(());
        }
        (BoardName::Replay, None) => bail!("--board replay needs a recording; name it with --from"),
        (BoardName::Sim, _) => {}
    }
    let hands = match &options.script {
        Some(_) => Hands::None,
        None if stdin().is_terminal() && stdout().is_terminal() => Hands::Keys,
        None => Hands::Pipe,
    };
    let sim = Options {
        camera: options.camera,
        microphone: options.microphone,
        script: options.script.as_deref().map(script::read).transpose()?,
        pack: Some(pack),
        shots: options.shots,
        display: Some(options.display),
        hands,
    };
    let mut journal = Journal::open(&options.keeping.path()?)?;
    let play = Play {
        // Chance need not be good here, only different from session to session.
        seed: options.seed.unwrap_or_else(|| std::process::id().into()),
        trials: options.trials,
        pack,
        profile: options.look.over(journal.profile(options.keeping.learner)?.unwrap_or_default()),
        learner: options.keeping.learner,
        face_answers: options.face_answers,
        record: options.record,
        // In the terminal the screens have the room; elsewhere what happens is told line by line.
        tells: match hands {
            Hands::Keys if described.is_none() => Tells::Nothing,
            _ if options.quiet => Tells::Trouble,
            _ => Tells::Everything,
        },
        link: options.link,
    };
    let summary = play.on(engine, &mut journal, || match &described {
        Some(described) => board::open(options.board, described, pack),
        None => Ok(sim::open(sim)?),
    })?;
    // A log with the hour of each session would tell more of a learner than the journal does.
    if !options.quiet || summary.saved != summary.trials {
        say(format_args!("{} trials, {} safe in the journal", summary.trials, summary.saved));
    }
    Ok(())
}

/// How a session is set up, whatever the board.
struct Play {
    seed: u64,
    pack: Pack<'static>,
    profile: Profile,
    trials: u16,
    learner: u32,
    face_answers: bool,
    record: Option<PathBuf>,
    tells: Tells,
    link: Vec<Address>,
}

/// What a session prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    Everything,
    /// What is amiss with the device; nothing that the learner did or showed.
    Trouble,
    Nothing,
}

impl Tells {
    fn wants(self, happening: &Happening<'_>) -> bool {
        match self {
            Tells::Everything => true,
            Tells::Trouble => matches!(
                happening,
                Happening::Trouble(_) | Happening::Percept(Percept::Sensor { .. } | Percept::Failed(_))
            ),
            Tells::Nothing => false,
        }
    }
}

impl Play {
    fn on(
        self,
        engine: Engine<'_>,
        journal: &mut Journal,
        open: impl FnOnce() -> anyhow::Result<Board>,
    ) -> anyhow::Result<Summary> {
        let perception = Perception::load(engine)?;
        let mut progress = journal.progress(self.learner)?;
        let (board, robots) = link::join(open()?, &self.link, self.tells == Tells::Everything)?;
        let sensors = Sensors::NONE
            .set(Sensor::Camera, board.camera.is_some())
            .set(Sensor::Microphone, board.microphone.is_some())
            .set(Sensor::Keyboard, board.has_keyboard);
        let past = journal.entries(self.learner)?;
        if let Some(last) = past.last() {
            progress.rest(board.clock.day().saturating_sub(last.day));
        }
        let setup = Setup {
            sensors,
            progress,
            age: self.profile.age,
            comfort: self.profile.comfort,
            due: review::due(&past, board.clock.day()),
            trials_per_round: self.trials,
            face_answers: self.face_answers,
            ..Setup::new(self.seed, &self.pack)
        };
        let recorder = self.record.map(|path| Recorder::create(&path, &Start::of(&setup))).transpose();
        let mut recorder = recorder?;
        let mut last_look = String::new();
        let mut heart = Heart::of_service();
        let keeper = Keeper { journal: &mut *journal, learner: self.learner };
        let summary = run(board, perception, setup, Some(keeper), recorder.as_mut(), &mut |happening| {
            if let Some(robots) = &robots {
                robots.tell(&happening);
            }
            match (&happening, &mut heart) {
                (Happening::Step(now), Some(heart)) => heart.step(*now),
                (Happening::Trouble(what), Some(heart)) => heart.status(what),
                _ => {}
            }
            if !self.tells.wants(&happening) {
                return;
            }
            let line = match happening {
                Happening::Step(_) => return,
                Happening::Screen(screen) => format!(
                    "screen {}: {} | {}",
                    screen.scene.name(),
                    screen.title,
                    screen.body.replace('\n', " ")
                ),
                Happening::Entry(entry) => report::entry(entry),
                Happening::Trouble(what) => format!("note   {what}"),
                Happening::Percept(percept) => report::percept(percept),
            };
            // A camera gives many looks a second: only a change of what is seen is told.
            let look = matches!(happening, Happening::Percept(Percept::Face { .. } | Percept::Reading(_)));
            let repeated = look && line == last_look;
            if look {
                last_look.clone_from(&line);
            }
            if !repeated {
                say(line);
            }
        })?;
        if let Some(heart) = &heart {
            heart.end();
        }
        journal.set_profile(self.learner, &Profile { comfort: summary.comfort, ..self.profile })?;
        Ok(summary)
    }
}
