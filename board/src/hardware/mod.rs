//! Real boards: what a [`Description`] says, driven by the kernel's devices. Every part opens its device when it is
//! first used, says what to do when it cannot, and is opened again after it was lost.

mod advice;
mod buttons;
mod camera;
pub mod check;
mod debounce;
mod display;
mod framebuffer;
mod leds;
mod lines;
mod microphone;
mod privacy;
mod raspberry;
mod resample;
mod sound;
mod speaker;

use crate::clock::SystemClock;
use crate::description::Description;
use buttons::RealButtons;
use camera::V4lCamera;
use display::{RealPanel, TerminalPanel};
use leds::RealLights;
use lines::Driver;
use microphone::RealMicrophone;
use petri_core::Pack;
use petri_runtime::Error;
use petri_runtime::ports::{Board, Camera, Lights, Microphone, Panel, Speaker};
use privacy::Privacy;
use signal_hook::consts::{SIGINT, SIGTERM};
use speaker::RealSpeaker;
use std::io::{IsTerminal, stdout};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The family of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// A Raspberry Pi: lines by its registers.
    Pi,
    /// Any other Linux board: lines by the GPIO character device.
    Linux,
}

impl Family {
    fn driver(self) -> Driver {
        match self {
            Family::Pi => Driver::Rppal,
            Family::Linux => Driver::Cdev,
        }
    }
}

/// Opens the board that is described. Only its display must be there: the other parts are opened when they are used.
///
/// # Errors
/// When the display cannot be opened and there is no terminal to take its place.
pub fn open(family: Family, board: &Description, pack: Pack<'static>) -> Result<Board, Error> {
    let (driver, chip) = (family.driver(), board.gpio.as_str());
    let privacy = Arc::new(Privacy::new(chip, board.privacy.as_ref()));
    let panel = panel(board, pack)?;
    let closes = closes()?;
    let buttons = match board.buttons.clone() {
        Some(part) => {
            let chip = board.gpio.clone();
            RealButtons::start(part.debounce_ms, closes, move || buttons::open(driver, &chip, &part))
        }
        None => RealButtons::none(closes),
    };
    let eye = |part| Box::new(V4lCamera::new(part, Arc::clone(&privacy))) as Box<dyn Camera>;
    let ear = |device| Box::new(RealMicrophone::new(device, Arc::clone(&privacy))) as Box<dyn Microphone>;
    Ok(Board {
        name: match family {
            Family::Pi => "pi",
            Family::Linux => "linux",
        },
        camera: board.camera.clone().map(eye),
        microphone: board.microphone.clone().map(|part| ear(part.device)),
        buttons: Box::new(buttons),
        has_keyboard: false,
        panel,
        lights: board
            .leds
            .as_ref()
            .map(|part| Box::new(RealLights::new(driver, chip, part)) as Box<dyn Lights>),
        speaker: board
            .speaker
            .clone()
            .map(|part| Box::new(RealSpeaker::new(part.device, part.volume_percent)) as Box<dyn Speaker>),
        clock: Box::new(SystemClock::start()),
    })
}

/// The display, or the terminal where there is none.
fn panel(board: &Description, pack: Pack<'static>) -> Result<Box<dyn Panel>, Error> {
    let Some(part) = &board.display else {
        if stdout().is_terminal() {
            let why = "no display is described; Ctrl-C ends the session".to_owned();
            return Ok(Box::new(TerminalPanel { pack, why }));
        }
        let nothing = advice::Trouble::missing("none is described; add [display] to the board file");
        return Err(nothing.of("display").into());
    };
    match RealPanel::open(&board.gpio, part, pack) {
        Ok(panel) => Ok(Box::new(panel)),
        Err(trouble) if stdout().is_terminal() => {
            Ok(Box::new(TerminalPanel { pack, why: format!("display: {}", trouble.what) }))
        }
        Err(trouble) => Err(trouble.of("display").into()),
    }
}

/// A flag that SIGTERM and SIGINT raise, so that a session ends in order: saved, and its lights off.
fn closes() -> Result<Arc<AtomicBool>, Error> {
    let closes = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&closes))
            .map_err(|source| Error::Write { path: "the signal handlers".into(), source })?;
    }
    Ok(closes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::Description;
    use petri_runtime::ports::PortError;
    use std::path::Path;
    use std::sync::atomic::Ordering;

    #[test]
    fn a_display_that_is_missing_is_told_at_the_start() {
        let text = "name = \"x\"\n[display]\nkind = \"framebuffer\"\ndevice = \"/dev/fb-none\"\n";
        let board = Description::parse(Path::new("x.toml"), text).expect("sound");
        if stdout().is_terminal() {
            return;
        }
        let told = open(Family::Linux, &board, Pack::starter()).err().expect("refused").to_string();
        assert!(told.starts_with("display: /dev/fb-none is not there; plug"), "{told}");
        let none = Description::parse(Path::new("x.toml"), "name = \"x\"\n").expect("sound");
        let told = open(Family::Linux, &none, Pack::starter()).err().expect("refused").to_string();
        assert!(told.contains("add [display] to the board file"), "{told}");
    }

    #[test]
    fn a_board_with_a_display_only_opens_and_its_other_parts_say_what_is_missing() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [("fb0", ""), ("virtual_size", "320,240"), ("bits_per_pixel", "16")] {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        let shown = folder.path().display();
        let text = format!(
            "name = \"x\"\ngpio = \"/dev/gpiochip-none\"\n[camera]\ndevice = \"/dev/video-none\"\n\
             [microphone]\ndevice = \"hw:CARD=NoSuchCard,DEV=0\"\n[speaker]\n[buttons]\na = {{ line = 1 }}\n\
             [privacy]\nline = {{ line = 2 }}\n[leds]\nkind = \"pwm-rgb\"\nred = {{ line = 3 }}\n\
             [display]\nkind = \"framebuffer\"\ndevice = \"{shown}/fb0\"\ngeometry = \"{shown}\"\n"
        );
        let board = Description::parse(Path::new("x.toml"), &text).expect("sound");
        let mut open = open(Family::Linux, &board, Pack::starter()).expect("opened");
        let gone = |error: PortError| error.to_string();
        let camera = gone(open.camera.as_mut().expect("described").frame().expect_err("missing"));
        assert!(camera.contains("the privacy switch cannot be read, so nothing is sensed"), "{camera}");
        let sound =
            gone(open.microphone.as_mut().expect("described").read(&mut [0.0; 8]).expect_err("missing"));
        assert!(sound.starts_with("microphone: the privacy switch"), "{sound}");
        let light = gone(
            open.lights
                .as_mut()
                .expect("described")
                .set(petri_core::light::Colour::WARM)
                .expect_err("missing"),
        );
        assert!(light.starts_with("lights: /dev/gpiochip-none is not there"), "{light}");
        let start = std::time::Instant::now();
        let buttons = loop {
            assert!(start.elapsed().as_secs() < 10, "nothing was told");
            if let Err(error) = open.buttons.poll() {
                break gone(error);
            }
        };
        assert!(buttons.starts_with("buttons: /dev/gpiochip-none"), "{buttons}");
    }

    #[test]
    fn a_signal_ends_the_session_in_order() {
        let closes = closes().expect("registered");
        signal_hook::low_level::raise(SIGTERM).expect("raised");
        assert!(closes.load(Ordering::Acquire));
        let mut buttons = RealButtons::none(closes);
        let ended = petri_runtime::ports::Buttons::poll(&mut buttons);
        assert_eq!(ended, Err(PortError::Closed { part: "program" }));
    }
}
