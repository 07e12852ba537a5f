//! Raspberry Pi: lines by their registers, so that lights can be dimmed on any of them.

use super::advice::Trouble;
use super::lines::Input;
use rppal::gpio::{Error, Gpio, InputPin, OutputPin};

/// Fast enough not to flicker.
const PWM_HZ: f64 = 200.0;

fn explain(error: &Error, line: u32) -> Trouble {
    match error {
        Error::UnknownModel => {
            Trouble::missing("this is no Raspberry Pi; use --board linux with a board file of its own")
        }
        Error::PermissionDenied(_) => Trouble::fails(
            "permission denied on /dev/gpiomem; add the user to the group gpio, then log in again",
        ),
        Error::PinNotAvailable(_) => {
            Trouble::fails(format!("there is no line {line}; the board file wants BCM numbers, 0 to 27"))
        }
        Error::PinUsed(_) => Trouble::fails(format!("line {line} is used twice; correct the board file")),
        other => Trouble::fails(format!("line {line}: {other}; check the board file")),
    }
}

fn pin(line: u32) -> Result<rppal::gpio::Pin, Trouble> {
    let number = u8::try_from(line).unwrap_or(u8::MAX);
    Gpio::new().and_then(|gpio| gpio.get(number)).map_err(|error| explain(&error, line))
}

struct Button {
    pin: InputPin,
    active_low: bool,
}

impl Input for Button {
    fn is_active(&mut self) -> Result<bool, Trouble> {
        Ok(self.pin.is_low() == self.active_low)
    }
}

/// Opens a line for reading, pulled to where it is idle.
pub(crate) fn input(line: u32, active_low: bool) -> Result<Box<dyn Input>, Trouble> {
    let pin = pin(line)?;
    let pin = if active_low { pin.into_input_pullup() } else { pin.into_input_pulldown() };
    Ok(Box::new(Button { pin, active_low }))
}

/// A line that is dimmed. It goes dark when it is dropped.
pub(crate) struct Dimmed {
    pin: OutputPin,
    line: u32,
    active_low: bool,
}

/// Opens a line for dimming, dark.
pub(crate) fn dimmed(line: u32, active_low: bool) -> Result<Dimmed, Trouble> {
    let pin = pin(line)?;
    let pin = if active_low { pin.into_output_high() } else { pin.into_output_low() };
    Ok(Dimmed { pin, line, active_low })
}

impl Dimmed {
    /// Sets the share of light, 0 to 1.
    pub(crate) fn set(&mut self, share: f64) -> Result<(), Trouble> {
        let share = if self.active_low { 1.0 - share } else { share };
        self.pin.set_pwm_frequency(PWM_HZ, share).map_err(|error| explain(&error, self.line))
    }
}

impl Drop for Dimmed {
    fn drop(&mut self) {
        let _ = self.pin.clear_pwm();
        if self.active_low { self.pin.set_high() } else { self.pin.set_low() }
    }
}
