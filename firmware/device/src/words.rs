//! `petri words`: words that a learner enrols by saying them, in any language.

use crate::cli::{BoardName, Keeping};
use crate::{board, say};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use petri_board::sim;
use petri_core::{Pack, Word};
use petri_runtime::engine::Engine;
use petri_runtime::journal::{Journal, Profile};
use petri_runtime::perception::enrol::{self, name_zh, slot};
use petri_runtime::perception::speech::Speech;
use petri_runtime::perception::voice::VoiceActivity;
use petri_runtime::{Clip, enrolment, intake};
use std::path::PathBuf;

/// What to do with a learner's own words.
#[derive(Debug, Subcommand)]
pub(crate) enum Words {
    /// Teach the device how this learner says a word: three to five recordings of it, in any language.
    Enrol(Enrol),
    /// List what is enrolled.
    List {
        #[command(flatten)]
        keeping: Keeping,
    },
    /// Forget a word, or all of them.
    Forget {
        /// The word.
        #[arg(value_parser = word, required_unless_present = "all", conflicts_with = "all")]
        word: Option<Word>,
        /// Forget all words of the learner.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        keeping: Keeping,
    },
}

/// How to enrol a word.
#[derive(Debug, Args)]
pub(crate) struct Enrol {
    /// What the device takes it for, in English or Chinese: happy, yes, next; 开心, 是, 下一个.
    #[arg(value_parser = word)]
    word: Word,
    /// A recording of the word alone; give three to five.
    #[arg(long, value_name = "FILE", required_unless_present = "board", conflicts_with = "board")]
    wav: Vec<PathBuf>,
    /// Listen to this board's microphone instead: the display says when to speak. Stop the device's own program first.
    #[arg(long, value_enum)]
    board: Option<BoardName>,
    /// pi, linux: the file that describes the board.
    #[arg(long, value_name = "FILE", requires = "board")]
    board_file: Option<PathBuf>,
    /// sim: a recording that the microphone hears, one each time that it listens.
    #[arg(long, value_name = "FILE", requires = "board")]
    microphone: Vec<PathBuf>,
    /// How often the word is said to the microphone, 3 to 5 times.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(3..=5))]
    times: u8,
    #[command(flatten)]
    keeping: Keeping,
}

fn word(name: &str) -> Result<Word, String> {
    slot(name).ok_or_else(|| format!("use one of: {}", Word::ALL.map(named).join(", ")))
}

fn named(word: Word) -> String {
    format!("{} {}", word.text(), name_zh(word))
}

/// Listens for the words that a learner has enrolled; without a journal there are none.
pub(crate) fn listen_for(speech: &mut Speech, keeping: &Keeping) -> anyhow::Result<()> {
    if let Some(journal) = there(keeping)? {
        let enrolled = speech.read_enrolled(&journal, keeping.learner)?;
        speech.listen_for(enrolled);
    }
    Ok(())
}

/// The journal, if there is one.
fn there(keeping: &Keeping) -> anyhow::Result<Option<Journal>> {
    let path = keeping.path().ok().filter(|path| path.exists());
    Ok(path.map(|path| Journal::open_existing(&path)).transpose()?)
}

pub(crate) fn command(engine: Engine<'_>, action: Words) -> anyhow::Result<()> {
    match action {
        Words::Enrol(options) => enrol(engine, &options),
        Words::List { keeping } => {
            let journal = there(&keeping)?;
            let speech = Speech::load(engine)?;
            let enrolled = journal.map(|journal| speech.read_enrolled(&journal, keeping.learner));
            let enrolled = enrolled.transpose()?.unwrap_or_default();
            if enrolled.is_empty() {
                say(format_args!("no words of learner {} are enrolled", keeping.learner));
            }
            for (word, recordings) in enrolled.words() {
                say(format_args!("{}: {recordings} recordings", named(word)));
            }
            Ok(())
        }
        Words::Forget { word: Some(word), keeping, .. } => {
            let none = || format!("nothing is enrolled for {}; `petri words list` says what is", named(word));
            let mut journal = there(&keeping)?.with_context(none)?;
            let mut enrolled = Speech::load(engine)?.read_enrolled(&journal, keeping.learner)?;
            if !enrolled.forget(word) {
                bail!(none());
            }
            enrolled.write(&mut journal, keeping.learner)?;
            say(format_args!("forgotten: {}", named(word)));
            Ok(())
        }
        // Without reading them: this is the way out of damage, too.
        Words::Forget { word: None, keeping, .. } => {
            if let Some(mut journal) = there(&keeping)? {
                journal.set_words(keeping.learner, None)?;
            }
            say(format_args!("all words of learner {} are forgotten", keeping.learner));
            Ok(())
        }
    }
}

fn enrol(engine: Engine<'_>, options: &Enrol) -> anyhow::Result<()> {
    let learner = options.keeping.learner;
    let mut journal = Journal::open(&options.keeping.path()?)?;
    let (speech, mut voice) = (Speech::load(engine)?, VoiceActivity::load(engine)?);
    let mut enrolled = speech.read_enrolled(&journal, learner)?;
    let recordings = match options.board {
        Some(board) => said(board, options, journal.profile(learner)?.unwrap_or_default(), &mut voice)?,
        None => recorded(&options.wav, &mut voice)?,
    };
    speech.enrol(&mut enrolled, options.word, &recordings)??;
    enrolled.write(&mut journal, learner)?;
    say(format_args!("enrolled: {}, {} recordings", named(options.word), recordings.len()));
    Ok(())
}

/// The word in each recording.
fn recorded(wav: &[PathBuf], voice: &mut VoiceActivity) -> anyhow::Result<Vec<Clip>> {
    let clips = wav.iter().take(enrol::RECORDINGS.end() + 1).map(|wav| {
        let mut clip = || {
            // As a session would hear it.
            let found = voice.utterances(&intake::clip(wav)?)?;
            let [only] = <[Clip; 1]>::try_from(found).map_err(|found| {
                anyhow::anyhow!("{} utterances were found in it, not one; record the word alone", found.len())
            })?;
            anyhow::Ok(only)
        };
        clip().with_context(|| format!("cannot use {}", wav.display()))
    });
    clips.collect()
}

/// The word as it is said to a board.
fn said(
    name: BoardName,
    options: &Enrol,
    profile: Profile,
    voice: &mut VoiceActivity,
) -> anyhow::Result<Vec<Clip>> {
    let mut board = match name {
        BoardName::Pi | BoardName::Linux => {
            board::open(name, &board::ready(name, options.board_file.clone())?, Pack::starter())?
        }
        BoardName::Sim => {
            sim::open(sim::Options { microphone: options.microphone.clone(), ..sim::Options::default() })?
        }
        BoardName::Replay => bail!("a recording of a session holds no sound; use --board pi, linux or sim"),
    };
    say(format_args!("listening; say \"{}\" when the display asks for it", named(options.word)));
    Ok(enrolment::hear(&mut board, voice, options.word, options.times.into(), profile.comfort)?)
}
