//! One session after another on one board, with the same models and the same journal.
//!
//! Between two sessions the device rests on a screen of its own: a press of its button begins a session for the
//! learner whose turn it is, and a [`Handle`] begins one for any learner. The host owns the journal; who else wants to
//! change it hands in what to do, and that is done while no session runs.

// What the session depends on does not panic: a slice or an index that could be out of range is asked for.
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod idle;
mod lend;
mod plan;
#[cfg(test)]
mod tests;

pub use plan::Plan;

use crate::Error;
use crate::capture::{Live, Senses};
use crate::journal::{Journal, Profile};
use crate::ports::{Board, PortError, Pressed};
use crate::run::{Happening, SHOW_AGAIN_MS};
use crate::supervise::{self, Failed, guarded};
use lend::Lender;
use petri_core::{Button, Millis, Screen};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Commands that may wait for the host.
const COMMANDS_MAX: usize = 8;
/// Between two looks at buttons and commands while no session runs.
const IDLE_MS: u64 = 33;
/// How long a part that failed while no session runs is left alone: a display that is back shows within 2 s.
const RETRY_MS: u64 = 1_000;

/// What the host does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// The session that runs.
    pub running: Option<Running>,
    /// Whose turn it is next.
    pub learner: u32,
    /// The host has ended.
    pub ended: bool,
}

/// A session that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// Whose it is.
    pub learner: u32,
    /// Trials so far.
    pub trials: u32,
}

/// Why a command was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A session runs.
    #[error("a session runs; end it first")]
    Busy,
    /// Other commands wait already.
    #[error("the device is still busy with earlier commands; try again")]
    Full,
    /// The host has ended.
    #[error("the device has ended; start it again")]
    Ended,
}

type Job = Box<dyn FnOnce(&mut Journal) + Send>;

enum Command {
    Start {
        learner: u32,
    },
    Stop,
    /// Dropped undone while a session runs.
    Journal(Job),
    End,
}

/// Commands a [`Host`]; clones command the same one.
#[derive(Clone)]
pub struct Handle {
    commands: SyncSender<Command>,
    status: Arc<Mutex<Status>>,
}

impl Handle {
    /// What the host does now.
    pub fn status(&self) -> Status {
        *lock(&self.status)
    }

    /// Begins a session.
    ///
    /// # Errors
    /// When one runs, or the host has ended.
    pub fn start(&self, learner: u32) -> Result<(), Refusal> {
        self.idle()?;
        self.send(Command::Start { learner })
    }

    /// Ends the session that runs, as the learner's own button does.
    ///
    /// # Errors
    /// When the host has ended or is too far behind.
    pub fn stop(&self) -> Result<(), Refusal> {
        self.send(Command::Stop)
    }

    /// Ends the host, after the session that runs.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn end(&self) -> Result<(), Refusal> {
        self.send(Command::End)
    }

    /// Does something with the journal while no session runs, and waits for it.
    ///
    /// # Errors
    /// When a session runs, or the host has ended.
    pub fn journal<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Journal) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let result = self.ask(job)?;
        result.recv().map_err(|_| if self.status().ended { Refusal::Ended } else { Refusal::Busy })
    }

    /// Has something done with the journal while no session runs; the result comes later, or never if a session began
    /// first.
    ///
    /// # Errors
    /// When a session runs, or the host has ended.
    pub fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Journal) -> T + Send + 'static,
    ) -> Result<Receiver<T>, Refusal> {
        self.idle()?;
        let (done, result) = sync_channel(1);
        let job = move |journal: &mut Journal| {
            // Whoever asked may have gone away; what was asked for is done all the same.
            let _ = done.send(job(journal));
        };
        self.send(Command::Journal(Box::new(job)))?;
        Ok(result)
    }

    fn idle(&self) -> Result<(), Refusal> {
        let status = self.status();
        match (status.ended, status.running) {
            (true, _) => Err(Refusal::Ended),
            (_, Some(_)) => Err(Refusal::Busy),
            _ => Ok(()),
        }
    }

    fn send(&self, command: Command) -> Result<(), Refusal> {
        use std::sync::mpsc::TrySendError;
        self.commands.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => Refusal::Full,
            TrySendError::Disconnected(_) => Refusal::Ended,
        })
    }
}

fn lock(status: &Mutex<Status>) -> MutexGuard<'_, Status> {
    status.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Plays sessions until it is told to end.
pub struct Host<'a, S = Live> {
    board: Lender,
    senses: S,
    journal: Journal,
    plan: Plan<'a>,
    /// Changes a learner's settings for as long as the program runs.
    look: Box<dyn Fn(Profile) -> Profile>,
    commands: Receiver<Command>,
    handle: Handle,
    /// The last session's trials are not all in the journal.
    unsaved: bool,
    ends: bool,
}

impl<'a, S: Senses> Host<'a, S> {
    /// A host that rests. `look` says how a learner's settings are changed by what the program was started with.
    pub fn new(
        board: Board,
        senses: S,
        journal: Journal,
        plan: Plan<'a>,
        look: Box<dyn Fn(Profile) -> Profile>,
    ) -> Self {
        let (commands, waiting) = sync_channel(COMMANDS_MAX);
        let status = Arc::new(Mutex::new(Status::default()));
        let handle = Handle { commands, status };
        let board = Lender::new(supervise::on_board(board));
        Self { board, senses, journal, plan, look, commands: waiting, handle, unsaved: false, ends: false }
    }

    /// Who wants to command it.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Plays sessions until [`Handle::end`] or until the board is closed.
    ///
    /// # Errors
    /// When the journal cannot be read, or the display does not show even the first screen.
    pub fn run(mut self, tell: &mut dyn FnMut(Happening<'_>)) -> Result<(), Error> {
        let result = self.sessions(tell);
        // What still waits is dropped, so that nobody waits for it.
        lock(&self.handle.status).ended = true;
        result
    }

    fn sessions(&mut self, tell: &mut dyn FnMut(Happening<'_>)) -> Result<(), Error> {
        self.expire(tell);
        while let Some(learner) = self.rest(tell)? {
            self.expire(tell);
            self.session(learner, tell)?;
            if self.ends || self.board.is_closed() {
                break;
            }
        }
        Ok(())
    }

    /// Erases what has been kept for long enough.
    fn expire(&mut self, tell: &mut dyn FnMut(Happening<'_>)) {
        let today = self.board.day();
        let kept = self.journal.keeping().map(|keeping| keeping.retention_days);
        // A device that does not know the day erases nothing.
        let expired = match kept {
            Ok(Some(days)) if today > days => self.journal.expire(today - days).map(|_| ()),
            other => other.map(|_| ()),
        };
        if let Err(error) = expired {
            tell(Happening::Trouble(&format!("old trials could not be erased: {error}")));
        }
    }

    fn profile(&self, learner: u32) -> Result<Profile, Error> {
        Ok((self.look)(self.journal.profile(learner)?.unwrap_or_default()))
    }

    /// Rests until a session is wanted, and says for whom; `None` when the host should end.
    fn rest(&mut self, tell: &mut dyn FnMut(Happening<'_>)) -> Result<Option<u32>, Error> {
        let mut screen = self.ready()?;
        let Board { mut buttons, mut panel, clock, .. } = self.board.lend();
        let (mut fresh, mut first, mut shown_at) = (true, true, Millis(0));
        let mut quiet_until = [Millis(0); 2];
        loop {
            let now = clock.now();
            if now >= quiet_until[0] {
                fresh |= now.since(shown_at) >= SHOW_AGAIN_MS;
                if fresh {
                    shown_at = now;
                }
                let shown = if fresh { panel.show(&screen) } else { panel.refresh() };
                // A display that is back after a failure may be dark: it is shown the whole screen.
                fresh = shown.is_err();
                match shown {
                    Err(error) if first => return Err(error.into()),
                    Err(error) => quiet_until[0] = troubled(now, &error, quiet_until[0], tell),
                    Ok(()) => quiet_until[0] = Millis(0),
                }
                first = false;
            }
            tell(Happening::Step(self.board.now()));
            if now >= quiet_until[1] {
                match buttons.poll() {
                    Ok(Some(Pressed::Button(Button::A | Button::B | Button::C))) => {
                        return Ok(Some(lock(&self.handle.status).learner));
                    }
                    // Whatever comes without end, commands are heard.
                    Ok(Some(_)) => {}
                    Ok(None) => quiet_until[1] = Millis(0),
                    Err(PortError::Closed { .. }) => return Ok(None),
                    Err(error) => quiet_until[1] = troubled(now, &error, quiet_until[1], tell),
                }
            }
            match self.commands.try_recv() {
                Ok(Command::Start { learner }) => return Ok(Some(learner)),
                Ok(Command::Journal(job)) => {
                    job(&mut self.journal);
                    let next = self.ready()?;
                    fresh |= next != screen;
                    screen = next;
                }
                Ok(Command::Stop) => {}
                Err(TryRecvError::Empty) => clock.wait(IDLE_MS),
                Ok(Command::End) | Err(TryRecvError::Disconnected) => return Ok(None),
            }
        }
    }

    /// The screen between two sessions; it says whose turn it is.
    fn ready(&self) -> Result<Screen, Error> {
        let learner = self.journal.keeping()?.learner;
        lock(&self.handle.status).learner = learner;
        Ok(idle::screen(learner, self.profile(learner)?.comfort, self.unsaved))
    }

    fn session(&mut self, learner: u32, tell: &mut dyn FnMut(Happening<'_>)) -> Result<(), Error> {
        let profile = self.profile(learner)?;
        let mut running = Running { learner, trials: 0 };
        lock(&self.handle.status).running = Some(running);
        self.plan.seed = self.plan.seed.wrapping_add(1);
        let board = self.board.lend();
        let (lender, commands, status) = (&self.board, &self.commands, &self.handle.status);
        let mut ends = false;
        let mut told = |happening: Happening<'_>| match happening {
            // Time goes on from session to session.
            Happening::Step(_) => {
                while let Ok(command) = commands.try_recv() {
                    match command {
                        Command::Stop => lender.stop(),
                        Command::End => {
                            ends = true;
                            lender.stop();
                        }
                        // Whoever waits for it is told that a session runs.
                        Command::Start { .. } | Command::Journal(_) => {}
                    }
                }
                tell(Happening::Step(lender.now()));
            }
            Happening::Entry(entry) => {
                running.trials += u32::from(entry.judge == petri_core::Judge::Device);
                lock(status).running = Some(running);
                tell(happening);
            }
            _ => tell(happening),
        };
        let (senses, journal) = (&mut self.senses, &mut self.journal);
        let played = guarded(|| self.plan.play_with(board, senses, journal, (learner, profile), &mut told));
        self.ends |= ends;
        self.board.stopped();
        lock(&self.handle.status).running = None;
        // A session that could not begin, that failed, or whose settings could not be kept, ends no other.
        let trouble = match played {
            Ok(Ok(summary)) => {
                self.unsaved = summary.saved != summary.trials;
                return Ok(());
            }
            Ok(Err(error)) => error.to_string(),
            Err(Failed) => {
                self.senses.end();
                self.board.dark();
                "the session failed inside and is over; what was answered is saved, and another can begin"
                    .to_owned()
            }
        };
        tell(Happening::Trouble(&trouble));
        self.board.wait(IDLE_MS);
        Ok(())
    }
}

/// When a part that failed is tried again; the first failure is told.
fn troubled(now: Millis, error: &PortError, before: Millis, tell: &mut dyn FnMut(Happening<'_>)) -> Millis {
    if before == Millis(0) {
        tell(Happening::Trouble(&error.to_string()));
    }
    Millis(now.0 + RETRY_MS)
}
