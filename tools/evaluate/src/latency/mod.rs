//! How long it takes from an answer to feedback on the screen, with all channels live, beside the same pipeline on
//! onnxruntime in Python; what it costs while nobody answers; and whether memory stays the same over hours.
//!
//! `cargo xtask latency` starts it on one core. The host, its session, the threads of capture, the models and the
//! journal are the device's own; the learner and the ports are [`stage::Stage`].

mod learner;
mod python;
mod report;
mod soak;
mod stage;
mod start;

use crate::bench::memory;
use crate::bench::onnxruntime::OnnxRuntime;
use crate::root;
use crate::statistics::quantile;
use anyhow::Context;
use learner::{Learner, Spoken, Taken, Vocabulary};
use petri_core::Pack;
use petri_core::random::Random;
use petri_figures::Book;
use petri_models::Store;
use petri_runtime::capture::Live;
use petri_runtime::host::{Host, Plan};
use petri_runtime::journal::Journal;
use petri_runtime::run::Happening;
use petri_runtime::{Frame, Perception, intake};
use stage::{Pace, Stage, View};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

/// The room without anybody: the camera's size, and how light it is on the left; to the right it is lighter.
const EMPTY_PIXELS: (u32, u32) = (640, 480);
const EMPTY_GREY: u8 = 100;
/// Values that the noise adds up to.
const EMPTY_NOISE: u32 = 12;
const EMPTY_PICTURES: usize = 8;
/// How long processor time is counted while nobody answers.
const IDLE_SECONDS: u32 = 10;

/// Options of `latency`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Answers by each channel.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(5..=10_000))]
    events: u32,
    /// What the pauses before the answers come from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Simulated hours of the soak; 0 leaves it out.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    hours: u32,
    /// Times as fast as outside the soak is.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    speed: u32,
    /// Leave out onnxruntime.
    #[arg(long)]
    tract_only: bool,
    /// A Python that has the requirements; without it one is set up in target/bench-venv.
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
}

/// How an answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Channel {
    Button,
    Keyword,
    Face,
    Text,
}

impl Channel {
    const COUNT: usize = 4;
    const ALL: [Channel; Self::COUNT] = [Channel::Button, Channel::Keyword, Channel::Face, Channel::Text];

    fn name(self) -> &'static str {
        match self {
            Channel::Button => "button",
            Channel::Keyword => "keyword",
            Channel::Face => "face",
            Channel::Text => "text",
        }
    }

    /// From when to when.
    fn what(self) -> &'static str {
        match self {
            Channel::Button => "a press",
            Channel::Keyword => "the end of a word",
            Channel::Face => "the first picture with a face",
            Channel::Text => "a typed line",
        }
    }

    /// The goal for 99 of 100 answers, in milliseconds.
    fn goal_ms(self) -> f64 {
        match self {
            Channel::Button => 50.0,
            Channel::Keyword => 300.0,
            Channel::Face => 200.0,
            Channel::Text => 100.0,
        }
    }
}

/// What was measured of one pipeline.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured {
    taken: [Taken; Channel::COUNT],
    /// In percent of one core, with all channels live and nobody there.
    idle_percent: f64,
    resident_mb: f64,
    start_ms: f64,
}

/// Measures everything, prints it, and writes its page.
pub(crate) fn run(store: &Store, book: &Book, options: &Options) -> anyhow::Result<()> {
    let starts = start::first_screens(store)?;
    let mut ours = live(store, options)?;
    ours.start_ms = quantile(&starts, 0.5);
    let theirs = if options.tract_only {
        None
    } else {
        let python = match &options.python {
            Some(python) => OnnxRuntime::with(python.clone()),
            None => OnnxRuntime::set_up()?,
        };
        Some(python::measure(python.python(), store, options)?)
    };
    let soaked = if options.hours == 0 { Vec::new() } else { soak::soak(store, options)? };
    let report = report::of(&starts, &ours, theirs.as_ref(), &soaked, options);
    println!("{report}");
    if theirs.is_some() && !soaked.is_empty() {
        book.keep(&report)
    } else {
        println!("Something was left out; docs/latency.md stays as it is.");
        Ok(())
    }
}

/// Real time, until every channel has its answers.
fn live(store: &Store, options: &Options) -> anyhow::Result<Measured> {
    played(store, stage::REAL, options.seed, |stage, learner| {
        learner.go_on()?;
        stage.look(View::Empty);
        let before_ms = processor_ms()?;
        thread::sleep(Duration::from_secs(IDLE_SECONDS.into()));
        let idle_percent = (processor_ms()? - before_ms) / (10.0 * f64::from(IDLE_SECONDS));
        stage.look(View::Restless);
        let answers = |learner: &Learner, channel| {
            let taken: &Taken = learner.taken(channel);
            taken.ms.len() + taken.missed
        };
        while Channel::ALL.iter().any(|channel| answers(learner, *channel) < options.events as usize) {
            learner.trial()?;
        }
        let taken = Channel::ALL.map(|channel| learner.taken(channel).clone());
        Ok(Measured { taken, idle_percent, resident_mb: memory::resident_mb()?, start_ms: 0.0 })
    })
}

/// Plays sessions on a stage while `learn` answers, and ends them with it.
fn played<T: Send>(
    store: &Store,
    pace: Pace,
    seed: u64,
    learn: impl FnOnce(&Stage, &mut Learner) -> anyhow::Result<T> + Send,
) -> anyhow::Result<T> {
    let demo = root()?.join("board/demo");
    let word = |name: &str| anyhow::Ok(Spoken::new(intake::clip(&demo.join(name))?));
    let words = Vocabulary { again: word("again.wav")?, help: word("help.wav")?, next: word("next.wav")? };
    let stage = Stage::new(pace, empty_room(seed), intake::frame(&demo.join("astronaut.png"))?);
    let folder = tempfile::tempdir().context("cannot make a folder for the journal; set TMPDIR")?;
    let journal = Journal::open(&folder.path().join("journal.db"))?;
    let content = Pack::starter();
    let plan = Plan { pack: &content, seed, trials_per_round: 2, face_answers: true, record: None };
    let senses = Live::new(Perception::load(store)?);
    let (board, shown) = stage.board();
    let host = Host::new(board, senses, journal, plan, Box::new(|profile| profile));
    let handle = host.handle();
    thread::scope(|scope| {
        let learning = scope.spawn(|| {
            let learned = Learner::new(stage.clone(), shown, words, seed)
                .and_then(|mut learner| learn(&stage, &mut learner));
            // Whatever came of it; a host that has ended already needs no telling.
            let _ = handle.end();
            learned
        });
        host.run(&mut |happening| {
            if let Happening::Trouble(what) = happening {
                eprintln!("the device says: {what}");
            }
        })?;
        learning.join().map_err(|_| anyhow::anyhow!("the learner failed; its message is above"))?
    })
}

/// Pictures of an empty room, which differ by the noise of a camera alone.
fn empty_room(seed: u64) -> Vec<Frame> {
    let mut random = Random::new(seed);
    let (width, height) = EMPTY_PIXELS;
    let picture = |_| {
        let bytes = (0..3 * width * height).map(|at| {
            let light = EMPTY_GREY + (at / 3 % width / 8) as u8;
            light + random.below(EMPTY_NOISE) as u8
        });
        Frame::new(width, height, bytes.collect())
    };
    (0..EMPTY_PICTURES).filter_map(picture).collect()
}

/// Processor time of this process so far, in milliseconds.
fn processor_ms() -> anyhow::Result<f64> {
    let mut spent_ns = 0.0;
    for task in std::fs::read_dir("/proc/self/task").context("processor time is measured on Linux only")? {
        // A thread may have ended since; what it spent is lost, and little.
        let text = std::fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
        spent_ns += text.split_whitespace().next().and_then(|ns| ns.parse().ok()).unwrap_or(0.0);
    }
    Ok(spent_ns / 1e6)
}
