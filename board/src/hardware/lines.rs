//! GPIO lines by the kernel's character device.

use super::advice::{Trouble, permission};
use crate::description::Line;
use embedded_hal::digital::{ErrorKind, ErrorType, OutputPin};
use gpiocdev::Request;
use gpiocdev::line::{Bias, Value};
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

/// Who asks, as `gpioinfo` shows it.
const CONSUMER: &str = "petri";

/// A line that is read.
pub(crate) trait Input: Send {
    /// Whether it is active.
    fn is_active(&mut self) -> Result<bool, Trouble>;
}

/// Which driver reads buttons and dims lights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Driver {
    /// The registers of a Raspberry Pi.
    Rppal,
    /// The GPIO character device of any board.
    Cdev,
}

/// Opens a line for reading; `idle` is the pull that holds it while nothing does.
pub(crate) fn input(
    driver: Driver,
    chip: &str,
    line: &Line,
    active_low: bool,
) -> Result<Box<dyn Input>, Trouble> {
    match driver {
        Driver::Rppal => super::raspberry::input(line.line, active_low),
        Driver::Cdev => {
            let chip = find_chip(line.chip.as_deref().unwrap_or(chip))?;
            let bias = if active_low { Bias::PullUp } else { Bias::PullDown };
            let ask = |bias: Option<Bias>| {
                let mut builder = Request::builder();
                builder
                    .with_consumer(CONSUMER)
                    .on_chip(&chip)
                    .with_line(line.line)
                    .as_input()
                    .with_bias(bias);
                if active_low {
                    builder.as_active_low();
                }
                builder.request()
            };
            // Not every chip has pulls of its own.
            let request =
                ask(Some(bias)).or_else(|_| ask(None)).map_err(|e| refused(&e, &chip, line.line))?;
            Ok(Box::new(CdevInput { request, line: line.line, chip }))
        }
    }
}

struct CdevInput {
    request: Request,
    line: u32,
    chip: PathBuf,
}

impl Input for CdevInput {
    fn is_active(&mut self) -> Result<bool, Trouble> {
        let value = self.request.value(self.line).map_err(|error| refused(&error, &self.chip, self.line))?;
        Ok(value == Value::Active)
    }
}

/// A line that is driven. It goes inactive when it is dropped.
pub(crate) struct Output {
    request: Request,
    line: u32,
    chip: PathBuf,
}

/// Opens a line for driving.
pub(crate) fn output(chip: &str, line: &Line, active_low: bool, active: bool) -> Result<Output, Trouble> {
    let chip = find_chip(line.chip.as_deref().unwrap_or(chip))?;
    let mut builder = Request::builder();
    let start = if active { Value::Active } else { Value::Inactive };
    builder.with_consumer(CONSUMER).on_chip(&chip).with_line(line.line).as_output(start);
    if active_low {
        builder.as_active_low();
    }
    let request = builder.request().map_err(|error| refused(&error, &chip, line.line))?;
    Ok(Output { request, line: line.line, chip })
}

impl Output {
    /// Drives the line.
    pub(crate) fn set(&mut self, active: bool) -> Result<(), Trouble> {
        let value = if active { Value::Active } else { Value::Inactive };
        self.request.set_value(self.line, value).map_err(|error| refused(&error, &self.chip, self.line))?;
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let _ = self.set(false);
    }
}

/// A driven line as display drivers want it: high is active.
pub(crate) struct Pin(pub(crate) Output);

/// A pin that could not be driven.
#[derive(Debug)]
pub(crate) struct PinError(#[expect(dead_code, reason = "shown by Debug")] String);

impl embedded_hal::digital::Error for PinError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl ErrorType for Pin {
    type Error = PinError;
}

impl OutputPin for Pin {
    fn set_low(&mut self) -> Result<(), PinError> {
        self.0.set(false).map_err(|trouble| PinError(trouble.what))
    }

    fn set_high(&mut self) -> Result<(), PinError> {
        self.0.set(true).map_err(|trouble| PinError(trouble.what))
    }
}

/// The device of a chip that is named by its path or by its label.
fn find_chip(name: &str) -> Result<PathBuf, Trouble> {
    if name.starts_with('/') {
        return usable(Path::new(name)).map(|()| name.into());
    }
    let chips = gpiocdev::chip::chips().unwrap_or_default();
    let mut denied = None;
    for chip in &chips {
        let label = gpiocdev::Chip::from_path(chip).and_then(|chip| chip.info()).map(|info| info.label);
        match label {
            Ok(label) if label == name => return usable(chip).map(|()| chip.clone()),
            Ok(_) => {}
            Err(_) => denied = usable(chip).err().or(denied),
        }
    }
    Err(denied.unwrap_or_else(|| {
        Trouble::missing(format!(
            "there is no GPIO chip {name}; `gpiodetect` lists them, correct gpio in the board file"
        ))
    }))
}

fn usable(chip: &Path) -> Result<(), Trouble> {
    let shown = chip.display();
    OpenOptions::new().read(true).write(true).open(chip).map(|_| ()).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => Trouble::fails(permission(chip)),
        io::ErrorKind::NotFound => Trouble::missing(format!(
            "{shown} is not there; `gpiodetect` lists the chips, correct gpio in the board file"
        )),
        _ => Trouble::fails(format!("{shown}: {error}; `gpiodetect` lists the chips")),
    })
}

/// Why the chip refused a line.
fn refused(error: &gpiocdev::Error, chip: &Path, line: u32) -> Trouble {
    let mut what = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        what = inner.to_string();
        source = inner.source();
    }
    let (shown, lower) = (chip.display(), what.to_lowercase());
    if lower.contains("busy") {
        let advice = "`gpioinfo` shows by whom; wire it elsewhere or switch that overlay off";
        return Trouble::fails(format!("line {line} of {shown} is already used; {advice}"));
    }
    if lower.contains("invalid") || lower.contains("not a gpio") || lower.contains("not a character") {
        return Trouble::fails(format!(
            "{shown} has no line {line}; `gpioinfo` lists them, correct the board file"
        ));
    }
    Trouble::fails(format!("line {line} of {shown}: {what}; check the board file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(line: u32) -> Line {
        Line { chip: None, line }
    }

    #[test]
    fn chips_that_are_not_there_or_are_none_say_what_to_do() {
        let told = |chip: &str| input(Driver::Cdev, chip, &line(4), true).err().expect("no line");
        assert!(told("/dev/gpiochip-none").missing);
        assert!(told("/dev/gpiochip-none").what.contains("gpiodetect"));
        let label = told("pinctrl-of-nothing");
        assert!(label.missing && label.what.contains("no GPIO chip pinctrl-of-nothing"), "{label:?}");
        let null = told("/dev/null");
        assert!(!null.missing && null.what.contains("board file"), "{null:?}");
        assert!(output("/dev/gpiochip-none", &line(1), false, false).is_err());
    }
}
