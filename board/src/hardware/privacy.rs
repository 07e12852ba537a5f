//! The switch that cuts camera and microphone. A switch that cannot be read counts as off.

use super::advice::Trouble;
use super::lines::{self, Driver, Input};
use crate::description;
use std::sync::{Mutex, PoisonError};

/// Whether the device may look and listen.
pub(crate) struct Privacy {
    part: Option<(String, description::Privacy)>,
    line: Mutex<Option<Box<dyn Input>>>,
}

impl Privacy {
    pub(crate) fn new(chip: &str, part: Option<&description::Privacy>) -> Self {
        Self { part: part.map(|part| (chip.to_owned(), part.clone())), line: Mutex::new(None) }
    }

    /// A board without a switch.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self::new("", None)
    }

    #[cfg(test)]
    fn with(line: Box<dyn Input>) -> Self {
        let part =
            description::Privacy { line: description::Line { chip: None, line: 0 }, active_low: false };
        Self { part: Some((String::new(), part)), line: Mutex::new(Some(line)) }
    }

    /// Whether the switch is on; `None` without a switch.
    pub(crate) fn is_on(&self) -> Result<Option<bool>, Trouble> {
        let Some((chip, part)) = &self.part else { return Ok(None) };
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        if line.is_none() {
            *line = Some(lines::input(Driver::Cdev, chip, &part.line, part.active_low)?);
        }
        let state = line.as_mut().map_or(Ok(false), |line| line.is_active());
        if state.is_err() {
            *line = None;
        }
        state.map(Some)
    }

    /// Lets nothing be seen or heard unless the switch is on.
    pub(crate) fn check(&self) -> Result<(), Trouble> {
        match self.is_on() {
            Ok(None | Some(true)) => Ok(()),
            Ok(Some(false)) => Err(Trouble::fails("switched off at the privacy switch; switch it on")),
            Err(trouble) => Err(Trouble {
                what: format!("the privacy switch cannot be read, so nothing is sensed: {}", trouble.what),
                ..trouble
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Scripted(Vec<Result<bool, Trouble>>);

    impl Input for Scripted {
        fn is_active(&mut self) -> Result<bool, Trouble> {
            self.0.pop().unwrap_or(Ok(false))
        }
    }

    #[test]
    fn only_a_switch_that_is_on_lets_anything_be_sensed() {
        assert!(Privacy::none().check().is_ok());
        let switch = Privacy::with(Box::new(Scripted(vec![Ok(true), Ok(false), Ok(true)])));
        assert!(switch.check().is_ok());
        assert!(switch.check().expect_err("off").what.contains("switched off"));
        assert!(switch.check().is_ok());
        let broken = Privacy::with(Box::new(Scripted(vec![Ok(true), Err(Trouble::fails("line 4 is gone"))])));
        assert!(broken.check().expect_err("broken").what.contains("nothing is sensed: line 4 is gone"));
        let missing =
            description::Privacy { line: description::Line { chip: None, line: 3 }, active_low: false };
        let told = Privacy::new("/dev/gpiochip-none", Some(&missing)).check().expect_err("missing");
        assert!(told.missing && told.what.starts_with("the privacy switch cannot be read"), "{told:?}");
    }
}
