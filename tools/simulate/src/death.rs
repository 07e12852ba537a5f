//! The end of the simulated process, and what panicked before it.

use crate::check::Broken;
use petri_runtime::supervise::Death;
use std::cell::RefCell;
use std::panic::{self, resume_unwind};
use std::sync::Once;

/// Why the program is not running any more.
#[derive(Debug, Clone)]
pub(crate) enum Halt {
    /// It was killed, or the power went.
    Crash,
    /// The simulated time is over.
    Done,
    /// An invariant did not hold.
    Broken(Broken),
}

/// Ends the program where it stands: everything it holds in memory is gone.
pub(crate) fn halt(halt: Halt) -> ! {
    HALTED.with_borrow_mut(|halted| *halted = Some(halt));
    resume_unwind(Box::new(Death))
}

thread_local! {
    /// Why the program of this thread is not running any more.
    static HALTED: RefCell<Option<Halt>> = const { RefCell::new(None) };
    /// Where something panicked, and what it said: a guard may have held it up.
    static PANICKED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Why the program ended.
pub(crate) fn halted() -> Option<Halt> {
    HALTED.take()
}

/// What panicked since this was last asked.
pub(crate) fn panicked() -> Option<String> {
    PANICKED.take()
}

/// From now on every panic is noticed, on the thread that it is on.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            PANICKED.with_borrow_mut(|panicked| *panicked = Some(info.to_string()));
            before(info);
        }));
    });
}
