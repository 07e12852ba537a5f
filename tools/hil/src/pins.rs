//! The other side of the GPIO chip: presses buttons, and sees what the light is told.
//!
//! The chip is QEMU's PL061, driven over the socket that QEMU has for tests of its devices.

use anyhow::{Context, bail};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Lines of the chip; line 3 is the board's power key.
pub(crate) const LINES: usize = 8;
/// How long a press lasts, and how long it takes until the next: longer than any debounce.
const HELD: Duration = Duration::from_millis(250);
const APART: Duration = Duration::from_millis(250);

/// A button, by its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Press {
    A = 0,
    B = 1,
    C = 2,
    Stop = 4,
}

/// Lines of the light: red, green, blue.
pub(crate) const LIGHT: [usize; 3] = [5, 6, 7];

/// The outside of the chip.
pub(crate) struct Pins {
    stream: UnixStream,
    chip: String,
    outputs: Arc<Mutex<Outputs>>,
}

/// What the lines that the machine drives are at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outputs {
    /// The level of each line.
    pub(crate) high: [bool; LINES],
    /// How often each line went up.
    pub(crate) rises: [u32; LINES],
}

impl Pins {
    /// Listens to every output of `chip`, an object path.
    pub(crate) fn open(stream: UnixStream, chip: &str) -> anyhow::Result<Self> {
        let outputs = Arc::new(Mutex::new(Outputs::default()));
        let (reader, seen) = (BufReader::new(stream.try_clone()?), Arc::clone(&outputs));
        thread::spawn(move || {
            for line in reader.lines().map_while(Result::ok) {
                note(&line, &mut seen.lock().unwrap_or_else(PoisonError::into_inner));
            }
        });
        let mut pins = Self { stream, chip: chip.to_owned(), outputs };
        pins.say(&format!("irq_intercept_out {chip}"))?;
        Ok(pins)
    }

    /// Presses a button.
    pub(crate) fn press(&mut self, button: Press) -> anyhow::Result<()> {
        self.drive(button as usize, true)?;
        thread::sleep(HELD);
        self.drive(button as usize, false)?;
        thread::sleep(APART);
        Ok(())
    }

    /// Puts a line that the machine reads to a level.
    pub(crate) fn drive(&mut self, line: usize, high: bool) -> anyhow::Result<()> {
        let order = format!("set_irq_in {} unnamed-gpio-in {line} {}", self.chip, u8::from(high));
        self.say(&order)
    }

    /// What the machine drives its lines to.
    pub(crate) fn outputs(&self) -> Outputs {
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the outputs fit.
    pub(crate) fn wait(
        &self,
        limit: Duration,
        what: &str,
        fits: impl Fn(&Outputs) -> bool,
    ) -> anyhow::Result<()> {
        let until = Instant::now() + limit;
        while !fits(&self.outputs()) {
            if Instant::now() > until {
                bail!(
                    "the GPIO lines do not show that {what} after {} s: {:?}",
                    limit.as_secs(),
                    self.outputs()
                );
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn say(&mut self, order: &str) -> anyhow::Result<()> {
        self.stream
            .write_all(format!("{order}\n").as_bytes())
            .context("QEMU takes no orders for its GPIO chip")
    }
}

fn note(line: &str, outputs: &mut Outputs) {
    let Some((change, number)) = line.strip_prefix("IRQ ").and_then(|rest| rest.split_once(' ')) else {
        return;
    };
    let Some(number) = number.trim().parse::<usize>().ok().filter(|number| *number < LINES) else { return };
    let high = change == "raise";
    outputs.rises[number] += u32::from(high && !outputs.high[number]);
    outputs.high[number] = high;
}
