use std::borrow::ToOwned;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::string::String;

/// Baud of a serial line for which none is given.
const BAUD: u32 = 115_200;
const BAUD_MIN: u32 = 9_600;
const BAUD_MAX: u32 = 4_000_000;

/// Where a link is served or found: `tcp:127.0.0.1:7163`, `unix:/run/petri/link`, `serial:/dev/ttyACM0@460800`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A TCP port of this machine. A link is not encrypted, so that no other machine is allowed.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
    /// A serial line, also over USB. Eight data bits, no parity, one stop bit, no flow control.
    Serial {
        /// Its device.
        path: PathBuf,
        /// Its speed; of no meaning over USB.
        baud: u32,
    },
}

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no address for a link: {what}")]
pub struct NotAnAddress {
    text: String,
    what: &'static str,
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let refuse = |what| NotAnAddress { text: text.chars().take(200).collect(), what };
        let (kind, place) = text
            .split_once(':')
            .filter(|(_, place)| !place.is_empty())
            .ok_or_else(|| refuse("write tcp:127.0.0.1:PORT, unix:PATH or serial:DEVICE@BAUD"))?;
        match kind {
            "tcp" => {
                let address: SocketAddr = place
                    .parse()
                    .map_err(|_| refuse("write an IP address and a port, as in tcp:127.0.0.1:7163"))?;
                if !address.ip().is_loopback() {
                    return Err(refuse(
                        "a link is not encrypted and stays on this machine; use 127.0.0.1, and reach it from another \
                         machine through a tunnel (ssh -L)",
                    ));
                }
                Ok(Self::Tcp(address))
            }
            "unix" => Ok(Self::Unix(PathBuf::from(place))),
            "serial" => {
                let (path, baud) = match place.rsplit_once('@') {
                    Some((path, baud)) => (path, baud.parse().ok()),
                    None => (place, Some(BAUD)),
                };
                let baud = baud
                    .filter(|baud| (BAUD_MIN..=BAUD_MAX).contains(baud))
                    .ok_or_else(|| refuse("write the speed as a number from 9600 to 4000000"))?;
                Ok(Self::Serial { path: PathBuf::from(path.to_owned()), baud })
            }
            _ => Err(refuse("it begins with tcp:, unix: or serial:")),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "tcp:{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Serial { path, baud } => write!(f, "serial:{}@{baud}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn addresses_are_read_and_written() {
        for text in
            ["tcp:127.0.0.1:7163", "tcp:[::1]:1", "unix:/run/petri/link", "serial:/dev/ttyACM0@460800"]
        {
            assert_eq!(text.parse::<Address>().map(|address| address.to_string()).as_deref(), Ok(text));
        }
        let plain: Address = "serial:/dev/ttyS0".parse().expect("an address");
        assert_eq!(plain.to_string(), "serial:/dev/ttyS0@115200");
    }

    #[test]
    fn what_is_no_address_or_of_another_machine_is_refused() {
        for (text, what) in [
            ("tcp:192.168.1.2:7163", "stays on this machine"),
            ("tcp:0.0.0.0:7163", "stays on this machine"),
            ("tcp:localhost", "an IP address and a port"),
            ("unix:", "write tcp:"),
            ("serial:/dev/ttyS0@fast", "from 9600"),
            ("serial:/dev/ttyS0@1", "from 9600"),
            ("http://127.0.0.1", "begins with tcp:"),
            ("", "write tcp:"),
        ] {
            let error = text.parse::<Address>().expect_err(text).to_string();
            assert!(error.contains(what), "{error}");
        }
    }
}
