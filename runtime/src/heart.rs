//! Tells the service manager that the session is there and goes on: systemd's notify protocol, one datagram a message.
//!
//! Nothing in a message is about the learner. A message that cannot be sent is lost: the session never waits for it.

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

use petri_core::Millis;
use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// Beats in the time after which silence counts as death.
const BEATS_PER_WATCHDOG: u64 = 4;
/// Longest line of status, in characters.
const STATUS_CHARS_MAX: usize = 160;

/// Who beats while the session steps.
#[derive(Debug)]
pub struct Heart {
    socket: UnixDatagram,
    service: SocketAddr,
    every_ms: Option<u64>,
    last: Option<Millis>,
}

impl Heart {
    /// A heart for the service that this process runs as; `None` when it runs as none.
    pub fn of_service() -> Option<Self> {
        let service = std::env::var_os("NOTIFY_SOCKET")?;
        let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
        let other = number("WATCHDOG_PID").is_some_and(|pid| pid != u64::from(std::process::id()));
        let watchdog = number("WATCHDOG_USEC").filter(|_| !other).map(Duration::from_micros);
        Self::open(&service, watchdog).ok()
    }

    /// A heart that beats to the socket `service` (a path, or `@` and an abstract name), often enough for a `watchdog`.
    ///
    /// # Errors
    /// When there is no such address, or no socket to be had.
    pub fn open(service: &OsStr, watchdog: Option<Duration>) -> io::Result<Self> {
        let service = match service.as_bytes().split_first() {
            Some((b'@', name)) => SocketAddr::from_abstract_name(name)?,
            _ => SocketAddr::from_pathname(service)?,
        };
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        let every_ms = watchdog.map(|time| time.as_millis() as u64 / BEATS_PER_WATCHDOG);
        Ok(Self { socket, service, every_ms, last: None })
    }

    /// The session made a step at `now`: the first one says that the device is ready, those that follow that it lives.
    pub fn step(&mut self, now: Millis) {
        match (self.last, self.every_ms) {
            (None, _) => {
                self.last = Some(now);
                self.send("READY=1\nSTATUS=the screen is on\nWATCHDOG=1");
            }
            (Some(last), Some(every_ms)) if now > last && now.since(last) >= every_ms => {
                self.last = Some(now);
                self.send("WATCHDOG=1");
            }
            _ => {}
        }
    }

    /// One line on how the device is. It says nothing of the learner.
    pub fn status(&self, line: &str) {
        let clean: String =
            line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(STATUS_CHARS_MAX).collect();
        self.send(&format!("STATUS={clean}"));
    }

    /// The session is over; the program ends now.
    pub fn end(&self) {
        self.send("STOPPING=1\nSTATUS=the session is over");
    }

    fn send(&self, message: &str) {
        let _ = self.socket.send_to_addr(message.as_bytes(), &self.service);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> (tempfile::TempDir, UnixDatagram, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_nonblocking(true).expect("set");
        (folder, socket, path)
    }

    fn received(socket: &UnixDatagram) -> Vec<String> {
        let mut buffer = [0; 512];
        std::iter::from_fn(|| socket.recv(&mut buffer).ok().map(|n| buffer[..n].to_vec()))
            .map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
            .collect()
    }

    #[test]
    fn it_is_ready_once_and_beats_as_often_as_the_watchdog_wants() {
        let (_folder, socket, path) = service();
        let mut heart = Heart::open(path.as_os_str(), Some(Duration::from_secs(20))).expect("a heart");
        for ms in (0..=20_000).step_by(33) {
            heart.step(Millis(ms));
        }
        let told = received(&socket);
        assert!(told[0].starts_with("READY=1\n"), "{told:?}");
        assert_eq!(told[1..], ["WATCHDOG=1"; 3], "one at 0, 5, 10 and 15 s");
    }

    #[test]
    fn time_that_stands_still_is_no_beat_and_no_watchdog_wants_none() {
        let (_folder, socket, path) = service();
        let mut heart = Heart::open(path.as_os_str(), Some(Duration::ZERO)).expect("a heart");
        for _ in 0..100 {
            heart.step(Millis(7));
        }
        assert_eq!(received(&socket).len(), 1);
        let mut heart = Heart::open(path.as_os_str(), None).expect("a heart");
        heart.step(Millis(0));
        heart.step(Millis(1_000_000));
        assert_eq!(received(&socket).len(), 1);
    }

    #[test]
    fn a_status_is_one_short_line() {
        let (_folder, socket, path) = service();
        let heart = Heart::open(path.as_os_str(), None).expect("a heart");
        heart.status(&format!("lights: gone\nREADY=1 {}", "x".repeat(500)));
        heart.end();
        let told = received(&socket);
        assert!(told[0].starts_with("STATUS=lights: gone READY=1 x"), "{told:?}");
        assert_eq!(told[0].len(), "STATUS=".len() + STATUS_CHARS_MAX);
        assert!(told[1].starts_with("STOPPING=1"), "{told:?}");
    }

    #[test]
    fn nobody_who_listens_is_no_error() {
        let (folder, socket, path) = service();
        drop((socket, folder));
        let mut heart = Heart::open(path.as_os_str(), Some(Duration::from_secs(1))).expect("a heart");
        heart.step(Millis(0));
        heart.step(Millis(5_000));
        let mut heart = Heart::open(OsStr::new("@petri-nobody"), None).expect("an abstract name");
        heart.step(Millis(0));
    }
}
