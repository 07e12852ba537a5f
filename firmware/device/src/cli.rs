//! The command line.

use crate::adapt::Models;
use crate::reader::ReaderChoice;
use anyhow::Context;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use petri_core::screen::Display;
use petri_core::{Age, Language, Level};
use petri_runtime::engine::Choice;
use petri_runtime::journal::Profile;
use petri_runtime::link::Address;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Petri trains people to understand each other. Without a command it runs a demonstration session on the
/// simulator, with real models and bundled real input.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Cli {
    /// The folder with the model files.
    #[arg(long, global = true, env = "PETRI_MODELS", value_name = "DIR")]
    pub(crate) models: Option<PathBuf>,
    /// What runs the models: cpu, auto, or onnxruntime:PROVIDER as in onnxruntime:qnn; what it refuses runs on cpu.
    #[arg(long, global = true, env = "PETRI_ACCELERATOR", value_name = "NAME", default_value = "cpu")]
    pub(crate) accelerator: Choice,
    /// The onnxruntime library; without it the system's is looked for.
    #[arg(long, global = true, env = "ORT_DYLIB_PATH", value_name = "FILE")]
    pub(crate) onnxruntime_library: Option<PathBuf>,
    /// The folder with what this site has fitted; the journal's usual folder if none is named.
    #[arg(long, global = true, env = "PETRI_ADAPTERS", value_name = "DIR")]
    pub(crate) adapter_folder: Option<PathBuf>,
    /// Which model reads English; auto takes the small one on a board with less than 900 MB of memory.
    #[arg(long, global = true, env = "PETRI_READER", value_name = "MODEL", default_value = "auto")]
    pub(crate) reader: ReaderChoice,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a demonstration session on bundled real input.
    Demo {
        /// Where the pictures and the journal go; an earlier demonstration there is replaced.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Run a session.
    Run(Box<Run>),
    /// Say what a picture shows.
    See {
        /// A PNG, JPEG, BMP or PNM file.
        image: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say what a recording says.
    Hear {
        /// A wav file.
        wav: PathBuf,
        /// The words to listen for, with commas between them.
        #[arg(long, value_delimiter = ',', value_name = "WORDS")]
        words: Vec<String>,
        #[command(flatten)]
        keeping: Keeping,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Words that a learner enrols by saying them, in any language.
    #[command(subcommand)]
    Words(crate::words::Words),
    /// Say what a text expresses.
    Read {
        /// A sentence or two.
        text: String,
        /// Say which words weighed most.
        #[arg(long)]
        why: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show a learner's progress as a table and a picture.
    Progress {
        #[command(flatten)]
        keeping: Keeping,
        /// Where the picture goes (SVG).
        #[arg(long, value_name = "FILE", default_value = "petri-progress.svg")]
        picture: PathBuf,
    },
    /// Perceive what robots feed over a link, without a session.
    Perceive {
        /// Where: tcp:127.0.0.1:PORT, unix:PATH or serial:DEVICE@BAUD; may be given more than once.
        #[arg(long, value_name = "ADDRESS", required = true)]
        link: Vec<Address>,
        /// Print only what is amiss with the device.
        #[arg(long)]
        quiet: bool,
    },
    /// The journal's seal: look at it, change its key, or begin anew without it.
    #[command(subcommand)]
    Journal(crate::journal::Action),
    /// Sync: what leaves the device once a term, if that is turned on.
    #[command(subcommand)]
    Sync(crate::sync::Sync),
    /// List the models and verify every file, or fit them to this site.
    Models {
        #[command(subcommand)]
        action: Option<Models>,
    },
    /// Verify and install signed updates of content and models.
    Update {
        #[command(flatten)]
        place: crate::update::Place,
        #[command(subcommand)]
        action: crate::update::Action,
    },
    /// Look at the board file, and try each part of the board.
    #[command(subcommand)]
    Board(Board),
    /// Write the manual pages and the shell completions.
    #[command(hide = true)]
    Papers {
        /// The folder they go into.
        folder: PathBuf,
    },
    /// Check, compile and look at content packs.
    #[command(subcommand)]
    Content(Content),
    /// Draw many screens as one picture (PNG).
    Sheet {
        /// What to draw.
        of: SheetOf,
        /// The picture.
        file: PathBuf,
        /// The display.
        #[arg(long, value_parser = displays(), default_value = "colour-320x240")]
        display: Display,
    },
}

/// What a sheet shows.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SheetOf {
    /// Everybody with every feeling.
    People,
    /// A session with each setting that makes it more comfortable.
    Comfort,
}

/// What to do with a real board.
#[derive(Debug, Subcommand)]
pub(crate) enum Board {
    /// Try each part in turn and say what to fix.
    Check {
        /// The board: pi or linux; found out if it is not given.
        #[arg(long, value_enum)]
        board: Option<BoardName>,
        /// The file that describes the board.
        #[arg(long, value_name = "FILE")]
        board_file: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print what the board file describes.
    Show {
        /// The file that describes the board.
        #[arg(long, value_name = "FILE")]
        board_file: Option<PathBuf>,
    },
}

/// What to do with a content pack.
#[derive(Debug, Subcommand)]
pub(crate) enum Content {
    /// Check the files of a pack; every fault is told with file and line.
    Check {
        /// The folder with the pack's TOML files.
        folder: PathBuf,
    },
    /// Check a pack and compile it into one file for `petri run --pack`.
    Compile {
        /// The folder with the pack's TOML files.
        folder: PathBuf,
        /// The compiled pack.
        #[arg(short, long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Print an item in both languages; a conversation as a tree.
    Preview {
        /// The folder with the pack's TOML files.
        folder: PathBuf,
        /// The item's id; without one, all ids are listed.
        id: Option<String>,
    },
}

/// Whom a session is for, and how it is shown. What is not given stays as the learner had it last.
#[derive(Debug, Args)]
// Each is a flag of its own.
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct Look {
    /// The language of the screens: en or zh-CN.
    #[arg(long, value_parser = |tag: &str| Language::from_tag(tag).ok_or("use en or zh-CN"), value_name = "TAG")]
    pub(crate) language: Option<Language>,
    /// Whom the items should be for: child (6-9), teen (10-15) or adult.
    #[arg(long, value_parser = |name: &str| Age::from_name(name).ok_or("use child, teen or adult"))]
    pub(crate) age: Option<Age>,
    /// Larger letters.
    #[arg(long)]
    pub(crate) large_text: bool,
    /// Black, white and two strong colours.
    #[arg(long)]
    pub(crate) high_contrast: bool,
    /// Wider spaces between letters, words and lines.
    #[arg(long)]
    pub(crate) wide_spacing: bool,
    /// Choices for the left hand.
    #[arg(long)]
    pub(crate) left_handed: bool,
    /// One button does everything: choices light up in turn.
    #[arg(long)]
    pub(crate) one_button: bool,
    /// Lights: off, soft or full.
    #[arg(long, value_parser = level)]
    pub(crate) light: Option<Level>,
    /// Sound: off, soft or full.
    #[arg(long, value_parser = level)]
    pub(crate) sound: Option<Level>,
}

fn level(name: &str) -> Result<Level, &'static str> {
    match name {
        "off" => Ok(Level::Off),
        "soft" => Ok(Level::Soft),
        "full" => Ok(Level::Full),
        _ => Err("use off, soft or full"),
    }
}

impl Look {
    /// What the learner had last, with what the flags say.
    pub(crate) fn over(&self, last: Profile) -> Profile {
        let mut comfort = last.comfort;
        comfort.language = self.language.unwrap_or(comfort.language);
        comfort.large_text |= self.large_text;
        comfort.high_contrast |= self.high_contrast;
        comfort.wide_spacing |= self.wide_spacing;
        comfort.left_handed |= self.left_handed;
        comfort.one_button |= self.one_button;
        comfort.light = self.light.unwrap_or(comfort.light);
        comfort.sound = self.sound.unwrap_or(comfort.sound);
        Profile { age: self.age.unwrap_or(last.age), comfort, ..last }
    }
}

/// Where Petri keeps what is this user's.
pub(crate) fn state_folder() -> Option<PathBuf> {
    let state = || std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    Some(state().or_else(home)?.join("petri"))
}

/// Whose session it is, and where it is kept.
#[derive(Debug, Args)]
pub(crate) struct Keeping {
    /// The journal; made if there is none.
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// The learner's number. Names are not stored.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub(crate) learner: u32,
}

impl Keeping {
    /// The journal's path; the default lies in the user's state folder.
    pub(crate) fn path(&self) -> anyhow::Result<PathBuf> {
        let own = || Some(state_folder()?.join("journal.db"));
        let path = self.journal.clone().or_else(own);
        path.context("there is no home folder for the journal; name a file with --journal")
    }
}

/// How to run a session.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The board to run on.
    #[arg(long, value_enum, default_value_t = BoardName::Sim)]
    pub(crate) board: BoardName,
    /// pi, linux: the file that describes the board; /etc/petri/board.toml if there is one, else the ready file for
    /// this machine.
    #[arg(long, value_name = "FILE")]
    pub(crate) board_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
    #[command(flatten)]
    pub(crate) look: Look,
    /// A compiled content pack; the built-in one if none is named.
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: Option<PathBuf>,
    /// sim: a picture, or a folder of pictures, for the camera.
    #[arg(long, value_name = "PATH")]
    pub(crate) camera: Option<PathBuf>,
    /// sim: a wav file for the microphone; may be given more than once, one is heard at each question.
    #[arg(long, value_name = "WAV")]
    pub(crate) microphone: Vec<PathBuf>,
    /// sim: a script of what a pretended learner does.
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<PathBuf>,
    /// sim, replay: write a PNG of every screen into this folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) shots: Option<PathBuf>,
    /// replay: write all screens on one sheet (PNG).
    #[arg(long, value_name = "FILE")]
    pub(crate) sheet: Option<PathBuf>,
    /// sim, replay: the display of those pictures.
    #[arg(long, value_parser = displays(), default_value = "colour-320x240")]
    pub(crate) display: Display,
    /// replay: the recording to replay.
    #[arg(long, value_name = "FILE", required_if_eq("board", "replay"))]
    pub(crate) from: Option<PathBuf>,
    /// Record the session's inputs (percepts, never media or text) into this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// The seed of all chance in the session; from the clock if it is not given.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Trials before the menu comes back.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=60), value_name = "NUMBER")]
    pub(crate) trials: u16,
    /// Let a face that is held answer questions, too.
    #[arg(long)]
    pub(crate) face_answers: bool,
    /// Print only what is amiss with the device, for a log that others may read.
    #[arg(long)]
    pub(crate) quiet: bool,
    /// Serve a page for the facilitator, and on the simulator the device itself; sessions begin there or with a button.
    #[arg(
        long,
        value_name = "ADDRESS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "127.0.0.1:7700",
        conflicts_with_all = ["record", "from"]
    )]
    pub(crate) console: Option<SocketAddr>,
    /// Serve a link for robots: tcp:127.0.0.1:PORT, unix:PATH or serial:DEVICE@BAUD; may be given more than once.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) link: Vec<Address>,
    #[command(flatten)]
    pub(crate) place: crate::update::Place,
}

/// A board by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BoardName {
    /// A Raspberry Pi.
    Pi,
    /// Another Linux board.
    Linux,
    /// The simulator.
    Sim,
    /// A recording.
    Replay,
}

/// Takes a display by its name.
fn displays() -> impl TypedValueParser<Value = Display> {
    PossibleValuesParser::new(Display::ALL.map(Display::name))
        .try_map(|name| Display::from_name(&name).ok_or("there is no such display"))
}

#[cfg(test)]
mod tests;
