//! What to do about an error of the system's.

use petri_runtime::ports::PortError;
use std::io;
use std::path::Path;

/// `errno` values that have a meaning of their own for devices.
const EBUSY: i32 = 16;
const ENXIO: i32 = 6;
const ENODEV: i32 = 19;
const EIO: i32 = 5;

/// What is the matter with a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// It is not there at all.
    pub(crate) missing: bool,
    /// What is the matter and what to do.
    pub(crate) what: String,
}

impl Trouble {
    pub(crate) fn missing(what: impl Into<String>) -> Self {
        Self { missing: true, what: what.into() }
    }

    pub(crate) fn fails(what: impl Into<String>) -> Self {
        Self { missing: false, what: what.into() }
    }

    /// The trouble as a port tells it.
    pub(crate) fn of(self, part: &'static str) -> PortError {
        PortError::Gone { part, reason: self.what }
    }
}

/// The group that may use a device, as Debian and Raspberry Pi OS set it up.
fn group(path: &Path) -> &'static str {
    let path = path.to_string_lossy();
    let known = [
        ("/dev/video", "video"),
        ("/dev/fb", "video"),
        ("/dev/snd", "audio"),
        ("/dev/gpio", "gpio"),
        ("/dev/spi", "spi"),
        ("/dev/i2c", "i2c"),
    ];
    known.into_iter().find(|(start, _)| path.starts_with(start)).map_or("gpio", |(_, group)| group)
}

/// How a person gets the right to use `path`.
pub(crate) fn permission(path: &Path) -> String {
    let shown = path.display();
    if path.starts_with("/sys") {
        return format!("permission denied on {shown}; install Petri's udev rules, or run it as root");
    }
    format!("permission denied on {shown}; add the user to the group {}, then log in again", group(path))
}

/// What is the matter with `path`, and what to do.
pub(crate) fn explain(error: &io::Error, path: &Path) -> Trouble {
    let shown = path.display();
    match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::NotFound, _) => {
            Trouble::missing(format!("{shown} is not there; plug the part in, or correct the board file"))
        }
        (io::ErrorKind::PermissionDenied, _) => Trouble::fails(permission(path)),
        (_, Some(EBUSY)) => Trouble::fails(format!(
            "{shown} is used by another program; end that program (`fuser -v {shown}` names it)"
        )),
        (_, Some(ENODEV | ENXIO)) => {
            Trouble::missing(format!("{shown} is not connected; check the cable and plug it in again"))
        }
        (io::ErrorKind::TimedOut, _) => {
            Trouble::fails(format!("{shown} does not answer; unplug it, wait a moment and plug it in again"))
        }
        (_, Some(EIO)) => Trouble::fails(format!("{shown} does not answer; check its wires and its supply")),
        _ => Trouble::fails(format!("{shown}: {error}; check its cable and the board file")),
    }
}

/// The same for a bus or pin whose errors say no more than a text.
pub(crate) fn wires(error: &impl std::fmt::Debug, path: &Path) -> Trouble {
    Trouble::fails(format!(
        "{} does not answer ({error:?}); check its wires, its supply and the board file",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_says_what_to_do() {
        let of = |code: i32, path: &str| explain(&io::Error::from_raw_os_error(code), Path::new(path));
        let denied = of(13, "/dev/video0");
        assert!(!denied.missing, "{denied:?}");
        assert_eq!(
            denied.what,
            "permission denied on /dev/video0; add the user to the group video, then log in again"
        );
        assert!(of(13, "/dev/gpiochip0").what.contains("the group gpio"));
        assert!(of(13, "/dev/spidev0.0").what.contains("the group spi"));
        assert!(of(13, "/sys/class/leds/red/brightness").what.contains("udev rules"));
        assert!(of(2, "/dev/video9").missing && of(19, "/dev/video9").missing);
        assert!(of(16, "/dev/video0").what.contains("fuser -v /dev/video0"));
        assert!(of(5, "/dev/i2c-1").what.contains("check its wires"));
        assert!(of(28, "/dev/fb0").what.contains("check its cable"));
    }
}
