//! The device: parses a few flags, opens a board, runs.
//!
//! A command line program talks on its standard output; that is what the lint below is lifted for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod cli;

use anyhow::{Context, bail};
use clap::Parser;
use cli::{BoardName, Cli, Command, DisplayName, Run};
use petri_board::sim::{self, Hands, Options};
use petri_board::{NoDrivers, replay, script};
use petri_core::input::Sensors;
use petri_core::{Sensor, Setup, Word, content};
use petri_models::{Id, Store};
use petri_runtime::capture::Percept;
use petri_runtime::journal::Journal;
use petri_runtime::perception::{Sight, text::Text};
use petri_runtime::picture::Display;
use petri_runtime::replay::{Recorder, Start};
use petri_runtime::run::{Happening, Keeper, Summary, run};
use petri_runtime::{EDITION, Perception, intake, progress, report};
use std::io::{IsTerminal, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match command(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("petri: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(cli: Cli) -> anyhow::Result<()> {
    let store = Store::new(cli.models.unwrap_or_else(|| shared("models", "../../models")));
    match cli.command.unwrap_or(Command::Demo { out: None }) {
        Command::Demo { out } => demo(&store, &out.unwrap_or_else(|| std::env::temp_dir().join("petri-demo"))),
        Command::Run(options) => session(&store, options),
        Command::See { image, json } => {
            let seen = Sight::load(&store)?.look_closely(&intake::frame(&image)?)?;
            print(json, &seen, report::seen(&seen))
        }
        Command::Hear { wav, words, json } => {
            let clip = intake::clip(&wav)?;
            let mut list: Vec<&str> = words.iter().map(String::as_str).collect();
            if list.is_empty() {
                list.extend(Word::ALL.map(Word::text));
            }
            let mut perception = Perception::load(&store)?;
            let words = perception.speech.words(&list)?;
            let sound = perception.listen(&clip, &words)?;
            print(json, &sound, report::heard(&sound))
        }
        Command::Read { text, json } => {
            let read = Text::load(&store)?.read(&text)?;
            print(json, &read, report::read(&read))
        }
        Command::Progress { keeping, picture } => {
            let journal = Journal::open_existing(&keeping.path()?)?;
            let entries = journal.entries(keeping.learner)?;
            if entries.is_empty() {
                bail!("the journal has no trials of learner {}; it has {:?}", keeping.learner, journal.learners()?);
            }
            progress::write_svg(&entries, &picture)?;
            println!("{}\npicture: {}", progress::table(&entries), picture.display());
            Ok(())
        }
        Command::Models => {
            println!("edition {EDITION}, models in {}", store.folder().display());
            for id in Id::ALL {
                let (manifest, bytes) = (petri_models::get(*id), store.model(*id)?.len());
                println!("{:<16} {bytes:>9} bytes  {:<10} {}", manifest.id, manifest.licence, manifest.title);
            }
            Ok(())
        }
    }
}

fn print(json: bool, value: &impl serde::Serialize, words: String) -> anyhow::Result<()> {
    println!("{}", if json { serde_json::to_string_pretty(value)? } else { words });
    Ok(())
}

/// A folder that comes with Petri: where it is installed, else where it was built.
fn shared(installed: &str, built: &str) -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("../share/petri").join(installed)));
    beside.filter(|path| path.is_dir()).unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(built))
}

/// The demonstration: a scripted learner, real pictures, real speech.
fn demo(store: &Store, out: &Path) -> anyhow::Result<()> {
    let script = shared("demo", "../../board/demo").join("demo.script");
    let (shots, journal) = (out.join("screens"), out.join("journal.db"));
    for old in ["journal.db", "journal.db-wal", "journal.db-shm"] {
        match std::fs::remove_file(out.join(old)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot replace {}; choose another --out", out.join(old).display()));
            }
            _ => {}
        }
    }
    println!("Petri, {EDITION} edition: a demonstration session on the simulator");
    let options = Options { script: Some(script::read(&script)?), shots: Some(shots.clone()), ..Options::default() };
    let mut journal = Journal::open(&journal)?;
    let play = Play { seed: 2, trials: 2, learner: 1, face_answers: false, record: None };
    let summary = play.on_sim(store, options, &mut journal)?;
    let picture = out.join("progress.svg");
    let entries = journal.entries(1)?;
    progress::write_svg(&entries, &picture)?;
    println!("\n{}\n", progress::table(&entries));
    println!("{} trials, {} safe in the journal {}", summary.trials, summary.saved, out.join("journal.db").display());
    println!("pictures of the screens: {}\npicture of the progress: {}", shots.display(), picture.display());
    if summary.saved == 0 || summary.saved != summary.trials {
        bail!("not every trial was saved; see the messages above");
    }
    Ok(())
}

fn session(store: &Store, options: Run) -> anyhow::Result<()> {
    let display = match options.display {
        DisplayName::Mono => Display::Mono,
        DisplayName::Square => Display::Square,
        DisplayName::Wide => Display::Wide,
    };
    match (options.board, &options.from) {
        (BoardName::Pi, _) => return Err(NoDrivers("pi").into()),
        (BoardName::Linux, _) => return Err(NoDrivers("linux").into()),
        (BoardName::Replay, Some(recording)) => {
            let digest = replay::play(recording, options.shots.as_deref(), display)?;
            return Ok(println!("{}", serde_json::to_string_pretty(&digest)?));
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
        shots: options.shots,
        display: Some(display),
        hands,
    };
    let mut journal = Journal::open(&options.keeping.path()?)?;
    let play = Play {
        // Chance need not be good here, only different from session to session.
        seed: options.seed.unwrap_or_else(|| std::process::id().into()),
        trials: options.trials,
        learner: options.keeping.learner,
        face_answers: options.face_answers,
        record: options.record,
    };
    let summary = play.on_sim(store, sim, &mut journal)?;
    println!("{} trials, {} safe in the journal", summary.trials, summary.saved);
    Ok(())
}

/// How a session is set up, whatever the board.
struct Play {
    seed: u64,
    trials: u16,
    learner: u32,
    face_answers: bool,
    record: Option<PathBuf>,
}

impl Play {
    fn on_sim(self, store: &Store, options: Options, journal: &mut Journal) -> anyhow::Result<Summary> {
        // In the terminal the screens have the room; elsewhere what happens is told line by line.
        let quiet = options.hands == Hands::Keys;
        let perception = Perception::load(store)?;
        let progress = journal.progress(self.learner)?;
        let board = sim::open(options)?;
        let sensors = Sensors::NONE
            .set(Sensor::Camera, board.camera.is_some())
            .set(Sensor::Microphone, board.microphone.is_some())
            .set(Sensor::Keyboard, board.has_keyboard);
        let setup = Setup {
            sensors,
            progress,
            trials_per_round: self.trials,
            face_answers: self.face_answers,
            ..Setup::new(self.seed, &content::STARTER)
        };
        let recorder = self.record.map(|path| Recorder::create(&path, &Start::of(&setup))).transpose();
        let mut recorder = recorder?;
        let mut last_look = String::new();
        let keeper = Keeper { journal, learner: self.learner };
        let summary = run(board, perception, setup, Some(keeper), recorder.as_mut(), &mut |happening| {
            let line = match happening {
                Happening::Screen(screen) => format!("screen {}: {} | {}", screen.scene.name(), screen.title, screen.body.replace('\n', " ")),
                Happening::Entry(entry) => report::entry(entry),
                Happening::Trouble(what) => format!("note   {what}"),
                Happening::Percept(percept) => report::percept(percept),
            };
            // A camera gives many looks a second: only a change of what is seen is told.
            let repeated = matches!(happening, Happening::Percept(Percept::Face { .. })) && line == last_look;
            if matches!(happening, Happening::Percept(Percept::Face { .. })) {
                last_look.clone_from(&line);
            }
            if !quiet && !repeated {
                println!("{line}");
            }
        })?;
        recorder.map_or(Ok(()), Recorder::finish)?;
        Ok(summary)
    }
}
