//! Buttons: a thread of their own looks at the lines, so that no press is missed while the session draws.

use super::advice::Trouble;
use super::debounce::Debounce;
use super::lines::{self, Driver, Input};
use crate::clock::SystemClock;
use crate::description;
use petri_core::Button;
use petri_runtime::ports::{Buttons, Clock, PortError, Pressed};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

const PART: &str = "buttons";
/// How often the lines are looked at.
const SAMPLE_MS: u64 = 4;
/// Presses that may wait for the session.
const PRESSES_MAX: usize = 16;
const RETRY_MS_MIN: u64 = 500;
const RETRY_MS_MAX: u64 = 8_000;

/// The lines of the buttons.
pub(crate) type Lines = Vec<(Button, Box<dyn Input>)>;

/// Opens the lines of all buttons.
pub(crate) fn open(driver: Driver, chip: &str, part: &description::Buttons) -> Result<Lines, Trouble> {
    let all = [
        (Button::A, Some(&part.a)),
        (Button::B, part.b.as_ref()),
        (Button::C, part.c.as_ref()),
        (Button::Stop, part.stop.as_ref()),
    ];
    let wired = all.into_iter().filter_map(|(button, line)| Some((button, line?)));
    wired.map(|(button, line)| Ok((button, lines::input(driver, chip, line, part.active_low)?))).collect()
}

/// The buttons of a board, and the signals that end the program.
pub(crate) struct RealButtons {
    presses: Option<Receiver<Result<Button, Trouble>>>,
    ends: Arc<AtomicBool>,
    closes: Arc<AtomicBool>,
}

impl RealButtons {
    /// Starts to look at the lines that `open` gives; `closes` tells that the program is to end.
    pub(crate) fn start(
        quiet_ms: u16,
        closes: Arc<AtomicBool>,
        open: impl Fn() -> Result<Lines, Trouble> + Send + 'static,
    ) -> Self {
        let (out, presses) = sync_channel(PRESSES_MAX);
        let ends = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&ends);
        thread::spawn(move || watch(quiet_ms, &open, &over, &out));
        Self { presses: Some(presses), ends, closes }
    }

    /// A board without buttons: only signals end its session.
    pub(crate) fn none(closes: Arc<AtomicBool>) -> Self {
        Self { presses: None, ends: Arc::default(), closes }
    }
}

impl Buttons for RealButtons {
    fn poll(&mut self) -> Result<Option<Pressed>, PortError> {
        if self.closes.load(Ordering::Acquire) {
            return Err(PortError::Closed { part: "program" });
        }
        match self.presses.as_ref().map(Receiver::try_recv) {
            Some(Ok(Ok(button))) => Ok(Some(Pressed::Button(button))),
            Some(Ok(Err(trouble))) => Err(trouble.of(PART)),
            None | Some(Err(TryRecvError::Empty)) => Ok(None),
            Some(Err(TryRecvError::Disconnected)) => {
                Err(Trouble::fails("their thread has ended; restart").of(PART))
            }
        }
    }
}

impl Drop for RealButtons {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Release);
    }
}

fn watch(
    quiet_ms: u16,
    open: &dyn Fn() -> Result<Lines, Trouble>,
    over: &AtomicBool,
    out: &SyncSender<Result<Button, Trouble>>,
) {
    let clock = SystemClock::start();
    let mut wait_ms = RETRY_MS_MIN;
    while !over.load(Ordering::Acquire) {
        let lost = match open() {
            Ok(mut lines) => {
                let mut states = vec![Debounce::new(quiet_ms); lines.len()];
                let mut looked = false;
                loop {
                    if over.load(Ordering::Acquire) {
                        return;
                    }
                    if let Err(trouble) = sample(&mut lines, &mut states, &clock, out) {
                        break trouble;
                    }
                    if !looked {
                        (looked, wait_ms) = (true, RETRY_MS_MIN);
                    }
                    thread::sleep(Duration::from_millis(SAMPLE_MS));
                }
            }
            Err(trouble) => trouble,
        };
        let _ = out.try_send(Err(lost));
        for _ in 0..wait_ms / SAMPLE_MS {
            if over.load(Ordering::Acquire) {
                return;
            }
            thread::sleep(Duration::from_millis(SAMPLE_MS));
        }
        wait_ms = (wait_ms * 2).min(RETRY_MS_MAX);
    }
}

fn sample(
    lines: &mut Lines,
    states: &mut [Debounce],
    clock: &SystemClock,
    out: &SyncSender<Result<Button, Trouble>>,
) -> Result<(), Trouble> {
    for ((button, line), state) in lines.iter_mut().zip(states) {
        if state.sample(line.is_active()?, clock.now()) {
            // Presses that a session does not take within seconds are none that anybody still means.
            let _ = out.try_send(Ok(*button));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::time::Instant;

    struct Shared(Arc<AtomicUsize>);

    const UP: usize = 0;
    const DOWN: usize = 1;
    const BROKEN: usize = 2;

    impl Input for Shared {
        fn is_active(&mut self) -> Result<bool, Trouble> {
            match self.0.load(Ordering::Acquire) {
                BROKEN => Err(Trouble::fails("pulled out")),
                level => Ok(level == DOWN),
            }
        }
    }

    fn wait(buttons: &mut RealButtons) -> Result<Pressed, PortError> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(10) {
            if let Some(pressed) = buttons.poll()? {
                return Ok(pressed);
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("nothing was pressed");
    }

    #[test]
    fn presses_come_once_and_lines_that_fail_come_back() {
        let level = Arc::new(AtomicUsize::new(UP));
        let (line, closes) = (Arc::clone(&level), Arc::new(AtomicBool::new(false)));
        let mut buttons = RealButtons::start(8, Arc::clone(&closes), move || {
            let input: Box<dyn Input> = Box::new(Shared(Arc::clone(&line)));
            Ok(vec![(Button::B, input)])
        });
        thread::sleep(Duration::from_millis(50));
        assert_eq!(buttons.poll(), Ok(None));
        level.store(DOWN, Ordering::Release);
        assert_eq!(wait(&mut buttons), Ok(Pressed::Button(Button::B)));
        thread::sleep(Duration::from_millis(50));
        assert_eq!(buttons.poll(), Ok(None), "held is not pressed again");
        level.store(BROKEN, Ordering::Release);
        let told = wait(&mut buttons).expect_err("broken").to_string();
        assert_eq!(told, "buttons: pulled out");
        level.store(UP, Ordering::Release);
        thread::sleep(Duration::from_millis(1_200));
        level.store(DOWN, Ordering::Release);
        assert_eq!(wait(&mut buttons), Ok(Pressed::Button(Button::B)));
        closes.store(true, Ordering::Release);
        assert_eq!(buttons.poll(), Err(PortError::Closed { part: "program" }));
    }

    #[test]
    fn a_board_without_buttons_ends_by_signal() {
        let closes = Arc::new(AtomicBool::new(false));
        let mut buttons = RealButtons::none(Arc::clone(&closes));
        assert_eq!(buttons.poll(), Ok(None));
        closes.store(true, Ordering::Release);
        assert!(buttons.poll().is_err());
    }
}
