//! Real boards: which file describes this one, and what `petri board` says of it.

use crate::cli::{Board, BoardName};
use crate::{say, shared};
use petri_board::NoDrivers;
use petri_board::description::{Description, ready_file};
use petri_core::Pack;
use petri_runtime::ports;
use std::path::{Path, PathBuf};

/// A board file of this machine's own.
const OWN_FILE: &str = "/etc/petri/board.toml";

/// What the device tree calls this machine; empty where there is none.
fn model() -> String {
    std::fs::read_to_string("/proc/device-tree/model").unwrap_or_default()
}

/// The board file that was named, else this machine's own, else the ready one for its model.
fn file(named: Option<PathBuf>) -> PathBuf {
    let ready = || {
        let own = Path::new(OWN_FILE);
        if own.exists() {
            own.to_owned()
        } else {
            shared("boards", "../../board/boards").join(ready_file(&model()))
        }
    };
    named.unwrap_or_else(ready)
}

/// Says what the board file describes, or tries each part.
pub(crate) fn command(action: Board) -> anyhow::Result<()> {
    match action {
        Board::Show { board_file } => {
            let path = file(board_file);
            let board = Description::read(&path)?;
            say(format_args!("file        {}\n{}", path.display(), board.summary()));
            Ok(())
        }
        Board::Check { board, board_file, json } => {
            let path = file(board_file);
            let here = if model().contains("Raspberry Pi") { BoardName::Pi } else { BoardName::Linux };
            check(board.unwrap_or(here), &Description::read(&path)?, json)
        }
    }
}

#[cfg(feature = "hardware")]
mod real {
    use super::{BoardName, Description, NoDrivers, Pack, Path, PathBuf, file, ports, say};
    use anyhow::bail;
    use petri_board::hardware::{self, Family, check::Finding};

    fn family(name: BoardName) -> Result<Family, NoDrivers> {
        match name {
            BoardName::Pi => Ok(Family::Pi),
            BoardName::Linux => Ok(Family::Linux),
            BoardName::Sim | BoardName::Replay => Err(NoDrivers("sim")),
        }
    }

    pub(crate) fn check(name: BoardName, board: &Description, json: bool) -> anyhow::Result<()> {
        let mut told = |finding: &Finding| {
            if !json {
                say(finding);
            }
        };
        let report = hardware::check::check(family(name)?, board, &mut told);
        if json {
            say(serde_json::to_string_pretty(&report)?);
        }
        match report.broken() {
            0 => Ok(()),
            1 => bail!("one part needs attention; its line above says what to do"),
            count => bail!("{count} parts need attention; their lines above say what to do"),
        }
    }

    pub(crate) fn ready(_: BoardName, named: Option<PathBuf>) -> anyhow::Result<Description> {
        let path: &Path = &file(named);
        Ok(Description::read(path)?)
    }

    pub(crate) fn open(
        name: BoardName,
        board: &Description,
        pack: Pack<'static>,
    ) -> anyhow::Result<ports::Board> {
        Ok(hardware::open(family(name)?, board, pack)?)
    }
}

#[cfg(not(feature = "hardware"))]
mod real {
    use super::{BoardName, Description, NoDrivers, Pack, PathBuf, ports};

    fn name(board: BoardName) -> &'static str {
        if board == BoardName::Pi { "pi" } else { "linux" }
    }

    pub(crate) fn check(board: BoardName, _: &Description, _: bool) -> anyhow::Result<()> {
        Err(NoDrivers(name(board)).into())
    }

    pub(crate) fn ready(board: BoardName, _: Option<PathBuf>) -> anyhow::Result<Description> {
        Err(NoDrivers(name(board)).into())
    }

    pub(crate) fn open(board: BoardName, _: &Description, _: Pack<'static>) -> anyhow::Result<ports::Board> {
        Err(NoDrivers(name(board)).into())
    }
}

use real::check;
/// The description of a real board, if this build has drivers for one; and the board.
pub(crate) use real::{open, ready};
