//! The device: parses a few flags, opens a board, runs.
//!
//! A command line program talks on its standard output; that is what the lint below is lifted for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod adapt;
mod board;
mod cli;
mod console;
mod journal;
mod link;
mod papers;
mod play;
mod reader;
mod sheet;
mod sync;
mod teller;
mod update;
mod words;

use anyhow::bail;
use clap::Parser;
use cli::{Cli, Command, Content, SheetOf};
use petri_core::Word;
use petri_models::{Id, Store};
use petri_runtime::engine::{Accelerator, Engine, capabilities};
use petri_runtime::journal::Journal;
use petri_runtime::perception::{Sight, text::Text};
use petri_runtime::{EDITION, Model, Perception, intake, progress, report};
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    petri_runtime::supervise::tell_places_only();
    let cli = Cli::parse();
    match command(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("petri: {}", told(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes, each once: some name their cause themselves.
fn told(error: &anyhow::Error) -> String {
    error.chain().skip(1).fold(error.to_string(), |text, cause| match cause.to_string() {
        cause if text.contains(&cause) => text,
        cause => format!("{text}: {cause}"),
    })
}

fn command(cli: Cli) -> anyhow::Result<()> {
    let named = cli.models.is_some();
    let store = Store::new(cli.models.unwrap_or_else(|| shared("models", "../../models")));
    let library = cli.onnxruntime_library;
    let folder = cli.adapter_folder.or_else(cli::state_folder);
    let (site, reader) = (folder.as_deref(), cli.reader.chosen());
    let start =
        || Accelerator::start(&cli.accelerator, library.as_deref(), |line| eprintln!("petri: {line}"));
    match cli.command.unwrap_or(Command::Demo { out: None }) {
        Command::Demo { out } => play::demo(
            Engine::new(&store, &start()).reading(reader),
            &out.unwrap_or_else(|| std::env::temp_dir().join("petri-demo")),
        ),
        Command::Run(options) => {
            let (store, begun) = update::begin(store, named, &options)?;
            play::session(Engine::new(&store, &start()).adapted(site).reading(reader), *options, begun)
        }
        Command::Perceive { link, quiet } => {
            link::perceive(Engine::new(&store, &start()).adapted(site).reading(reader), &link, quiet)
        }
        Command::See { image, json } => {
            let seen = Sight::load(Engine::new(&store, &start()).adapted(site))?
                .look_closely(&intake::frame(&image)?)?;
            print(json, &seen, report::seen(&seen))
        }
        Command::Hear { wav, words, keeping, json } => {
            let clip = intake::clip(&wav)?;
            let mut list: Vec<&str> = words.iter().map(String::as_str).collect();
            if list.is_empty() {
                list.extend(Word::ALL.map(Word::text));
            }
            let mut perception =
                Perception::load(Engine::new(&store, &start()).adapted(site).reading(reader))?;
            words::listen_for(&mut perception.speech, &keeping)?;
            let words = perception.speech.words(&list)?;
            let sound = perception.listen(&clip, &words)?;
            print(json, &sound, report::heard(&sound))
        }
        Command::Read { text, why, json } => {
            let model = Text::load(Engine::new(&store, &start()).adapted(site).reading(reader))?;
            let (read, why) = (model.read(&text)?, why.then(|| model.why(&text)).transpose()?);
            let words =
                format!("{}{}", report::read(&read), why.as_deref().map(report::why).unwrap_or_default());
            print(json, &report::Explained { read, why }, words)
        }
        Command::Progress { keeping, picture } => {
            let journal = Journal::open_existing(&keeping.path()?)?;
            let entries = journal.entries(keeping.learner)?;
            if entries.is_empty() {
                bail!(
                    "the journal has no trials of learner {}; it has {:?}",
                    keeping.learner,
                    journal.learners()?
                );
            }
            progress::write_svg(&entries, &picture)?;
            say(progress::table(&entries));
            say(format_args!("picture: {}", picture.display()));
            Ok(())
        }
        Command::Board(action) => board::command(action),
        Command::Content(action) => content(action),
        Command::Papers { folder } => papers::write(&folder),
        Command::Sheet { of: SheetOf::People, file, display } => sheet::people(&file, display),
        Command::Sheet { of: SheetOf::Comfort, file, display } => sheet::comfort(&file, display),
        Command::Models { action: None } => models(&store, &start()),
        Command::Models { action: Some(action) } => {
            adapt::command(action, Engine::new(&store, &start()).reading(reader), site)
        }
        Command::Words(action) => words::command(Engine::new(&store, &start()).reading(reader), action),
        Command::Journal(action) => journal::command(action),
        Command::Sync(action) => sync::command(action),
        Command::Update { place, action } => update::command(&place, action),
    }
}

/// Verifies and loads every model, and says what runs it.
fn models(store: &Store, accelerator: &Accelerator) -> anyhow::Result<()> {
    say(format_args!("edition {EDITION}, models in {}", store.folder().display()));
    for id in Id::ALL {
        let (manifest, bytes) = (petri_models::get(*id), store.model(*id)?.len());
        let model = Model::load(Engine::new(store, accelerator), *id)?;
        say(format_args!(
            "{:<18} {bytes:>9} bytes  {:<17} {:<16} {}",
            manifest.id,
            manifest.licence,
            model.runs_on(),
            manifest.title
        ));
    }
    say(format_args!("accelerator: {accelerator}\n{}", capabilities()));
    Ok(())
}

fn content(action: Content) -> anyhow::Result<()> {
    let (said, sound) = match action {
        Content::Check { folder } => petri_content::check(&folder),
        Content::Compile { folder, out } => petri_content::compile_folder(&folder, &out),
        Content::Preview { folder, id } => petri_content::preview(&folder, id.as_deref()),
    };
    if !sound {
        bail!("{said}");
    }
    say(said);
    Ok(())
}

/// Prints a line. A reader that has gone away, as `| head` does, is no error.
fn say(line: impl std::fmt::Display) {
    let _ = writeln!(stdout(), "{line}");
}

fn print(json: bool, value: &impl serde::Serialize, words: String) -> anyhow::Result<()> {
    say(if json { serde_json::to_string_pretty(value)? } else { words });
    Ok(())
}

/// A folder that comes with Petri: where it is installed, else where it was built.
fn shared(installed: &str, built: &str) -> PathBuf {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|exe| Some(exe.parent()?.join("../share/petri").join(installed)));
    beside.filter(|path| path.is_dir()).unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(built))
}
