//! The link for robots, as the flags ask for it.

use crate::say;
use petri_board::clock::SystemClock;
use petri_core::Sensor;
use petri_runtime::capture::Percept;
use petri_runtime::engine::Engine;
use petri_runtime::link::{self, Address, Link, Serves};
use petri_runtime::ports::Board;
use petri_runtime::remote::Desk;
use petri_runtime::run::Happening;
use petri_runtime::{Perception, report};
use std::sync::atomic::AtomicBool;

/// Joins robots at `addresses` to a board; without addresses the board stays as it is.
pub(crate) fn join(
    board: Board,
    addresses: &[Address],
    tells: bool,
) -> anyhow::Result<(Board, Option<Link>)> {
    if addresses.is_empty() {
        return Ok((board, None));
    }
    let own = board.sensors().set(Sensor::Keyboard, false);
    let desk = Desk::new();
    let link = Link::serve(addresses, &desk, Serves::Session(own))?;
    if tells {
        told(&link);
    }
    Ok((desk.over(board), Some(link)))
}

/// Perceives what robots feed, until the program is ended.
pub(crate) fn perceive(engine: Engine<'_>, addresses: &[Address], quiet: bool) -> anyhow::Result<()> {
    let perception = Perception::load(engine)?;
    let desk = Desk::new();
    let link = Link::serve(addresses, &desk, Serves::Perception)?;
    if !quiet {
        told(&link);
    }
    let never = AtomicBool::new(false);
    let clock = Box::new(SystemClock::start());
    link::perceive(&link, &desk, clock, perception, &never, &mut |happening| match happening {
        Happening::Trouble(what) => say(format_args!("note   {what}")),
        // What robots feed is theirs: what is in it is not printed, only what is amiss.
        Happening::Percept(percept @ Percept::Failed(_)) => say(report::percept(percept)),
        _ => {}
    })?;
    Ok(())
}

fn told(link: &Link) {
    for address in link.addresses() {
        say(format_args!("link   {address}"));
    }
}
