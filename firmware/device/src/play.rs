//! Sessions: the demonstration, and whatever `petri run` asks for.

use crate::cli::{BoardName, Run};
use crate::teller::{Teller, Tells};
use crate::update::Begun;
use crate::{board, console, link, say, shared};
use anyhow::{Context, bail};
use petri_board::replay::{self, Pictures};
use petri_board::script;
use petri_board::sim::{self, Hands, Options};
use petri_core::Pack;
use petri_runtime::engine::Engine;
use petri_runtime::host::Plan;
use petri_runtime::journal::{Journal, Profile};
use petri_runtime::link::Address;
use petri_runtime::ports::Board;
use petri_runtime::replay::Recording;
use petri_runtime::run::Summary;
use petri_runtime::{EDITION, Perception, content, progress};
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
        begun: Begun::default(),
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
pub(crate) fn session(engine: Engine<'_>, options: Run, begun: Begun) -> anyhow::Result<()> {
    let pack = content::open(options.pack.as_deref().or(begun.pack()))?;
    let mut described = None;
    match (options.board, &options.from) {
        (BoardName::Pi | BoardName::Linux, _) => {
            described = Some(board::ready(options.board, options.board_file)?);
        }
        (BoardName::Replay, Some(recording)) => {
            let mut recording = Recording::read(recording, pack)?;
            let start = &mut recording.start;
            let profile =
                options.look.over(Profile { age: start.age, comfort: start.comfort, ..Profile::default() });
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
        _ if options.console.is_some() => Hands::None,
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
    let path = options.keeping.path()?;
    let mut journal = Journal::open(&path)?;
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
            // The page shows the rest.
            _ if options.quiet || options.console.is_some() => Tells::Trouble,
            _ => Tells::Everything,
        },
        link: options.link,
        begun,
    };
    let simulated = described.is_none();
    let open = || match &described {
        Some(described) => board::open(options.board, described, pack),
        None => Ok(sim::open(sim)?),
    };
    if let Some(address) = options.console {
        let (look, tells, display) = (options.look, play.tells, options.display);
        let (link, begun) = (play.link.clone(), play.begun.clone());
        let served = console::Served { address, path, pack, simulated, display, tells, link, begun };
        let look = Box::new(move |last| look.over(last));
        return served.run(engine, journal, play.plan(), look, open);
    }
    let summary = play.on(engine, &mut journal, open)?;
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
    begun: Begun,
}

impl Play {
    fn on(
        self,
        engine: Engine<'_>,
        journal: &mut Journal,
        open: impl FnOnce() -> anyhow::Result<Board>,
    ) -> anyhow::Result<Summary> {
        let perception = Perception::load(engine)?;
        let (board, link) = link::join(open()?, &self.link, self.tells == Tells::Everything)?;
        let plan = self.plan();
        let mut teller = Teller::new(self.tells, link, self.begun.clone());
        let summary =
            plan.play(board, perception, journal, (self.learner, self.profile), &mut |happening| {
                teller.tell(&happening);
            })?;
        teller.end();
        Ok(summary)
    }

    fn plan(&self) -> Plan<'_> {
        Plan {
            pack: &self.pack,
            seed: self.seed,
            trials_per_round: self.trials,
            face_answers: self.face_answers,
            record: self.record.clone(),
        }
    }
}
