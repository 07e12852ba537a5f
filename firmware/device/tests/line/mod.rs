//! What the tests of the link share: the program in a process of its own, and two serial lines joined to one.

use petri_link_client::link::{Button, Scene, Screen, State, ToDevice, ToPeer, Topics};
use petri_link_client::{Address, Client, Event, Options};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) const WAIT: Duration = Duration::from_mins(1);

/// `petri` in a process of its own, with a pipe for its hands that stays open.
pub(crate) struct Petri {
    pub(crate) child: Child,
    pub(crate) addresses: Vec<Address>,
    out: BufReader<ChildStdout>,
    _hands: ChildStdin,
    _folder: tempfile::TempDir,
}

impl Petri {
    pub(crate) fn start(command: &str, links: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut arguments = vec![command.to_owned()];
        arguments.extend(links.iter().flat_map(|link| ["--link".to_owned(), (*link).to_owned()]));
        if command == "run" {
            let journal = folder.path().join("j.db").to_string_lossy().into_owned();
            arguments.extend(["--seed", "3", "--journal", &journal].map(str::to_owned));
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_petri"))
            .args(&arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("petri starts");
        let hands = child.stdin.take().expect("a pipe");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let address = |_| {
            let mut line = String::new();
            out.read_line(&mut line).expect("a line");
            let address =
                line.trim().strip_prefix("link   ").unwrap_or_else(|| panic!("`{line}` is no link"));
            address.parse().expect("an address")
        };
        let addresses = links.iter().map(address).collect();
        Self { child, addresses, out, _hands: hands, _folder: folder }
    }

    pub(crate) fn client(&self, topics: Topics, offers: &[petri_link_client::link::Sensor]) -> Client {
        let options = Options { topics, offers: offers.to_vec(), once: false };
        Client::connect(&self.addresses[0], options).expect("connected")
    }

    /// Waits for the end; gives what the program printed.
    pub(crate) fn ended(mut self) -> String {
        let mut told = String::new();
        self.out.read_to_string(&mut told).expect("UTF-8");
        assert!(self.child.wait().expect("ended").success(), "{told}");
        told
    }

    /// The most memory that it had, in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
    }
}

impl Drop for Petri {
    fn drop(&mut self) {
        // It may have ended in order.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for an event that `wanted` makes something of.
pub(crate) fn until<T>(client: &Client, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < WAIT {
        if let Some(found) = client.next(Duration::from_millis(100)).and_then(|event| wanted(&event)) {
            return found;
        }
    }
    panic!("what was waited for did not come")
}

pub(crate) fn message<T>(client: &Client, wanted: impl Fn(&ToPeer) -> Option<T>) -> T {
    until(client, |event| match event {
        Event::Message(message) => wanted(message),
        _ => None,
    })
}

pub(crate) fn screen(client: &Client, scene: Scene) -> Screen {
    message(client, |message| match message {
        ToPeer::Screen(screen) if screen.scene == scene => Some(screen.clone()),
        _ => None,
    })
}

pub(crate) fn state(client: &Client, wanted: impl Fn(&State) -> bool) -> State {
    message(client, |message| match message {
        ToPeer::State(state) if wanted(state) => Some(*state),
        _ => None,
    })
}

pub(crate) fn press(client: &Client, button: Button) {
    client.ask(ToDevice::Press(button)).expect("pressed");
}

/// From the greeting to the menu, with a yes to the sensors.
pub(crate) fn to_the_menu(client: &Client) {
    screen(client, Scene::Greet);
    press(client, Button::A);
    screen(client, Scene::Consent);
    press(client, Button::A);
    screen(client, Scene::Choose);
}

pub(crate) fn demo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../board/demo").join(file)
}

/// Speech from the demonstration, with silence around it, as 16-bit samples.
pub(crate) fn speech(file: &str) -> Vec<i16> {
    let clip = petri_runtime::intake::clip(&demo(file)).expect("a recording");
    let spoken = clip.samples().iter().map(|sample| (sample * 32_767.0) as i16);
    std::iter::repeat_n(0, 8_000).chain(spoken).chain(std::iter::repeat_n(0, 16_000)).collect()
}

/// A pseudo-terminal: the controlling side, and the path that a program opens as its serial line.
struct Terminal {
    control: File,
    path: String,
    /// Held open, so that the line does not hang up between two programs.
    line: OwnedFd,
}

impl Terminal {
    fn open() -> Self {
        let control = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&control).expect("granted");
        unlockpt(&control).expect("unlocked");
        let path = ptsname(&control, Vec::new()).expect("a name").into_string().expect("UTF-8");
        let line =
            rustix::fs::open(path.as_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("a line");
        let mut settings = tcgetattr(&line).expect("settings");
        settings.make_raw();
        tcsetattr(&line, OptionalActions::Now, &settings).expect("raw");
        Self { control: File::from(control), path, line }
    }
}

/// Two serial lines whose ends are joined by a cable, with what was on them before.
pub(crate) struct Cable {
    pub(crate) device: String,
    pub(crate) robot: String,
    _lines: [OwnedFd; 2],
}

impl Cable {
    pub(crate) fn lay(noise: &'static [u8]) -> Self {
        let (device, robot) = (Terminal::open(), Terminal::open());
        for (from, to) in [(&device, &robot), (&robot, &device)] {
            let (mut from, mut to) =
                (from.control.try_clone().expect("a handle"), to.control.try_clone().expect("a handle"));
            std::thread::spawn(move || {
                let mut buffer = [0; 512];
                let mut noise = noise;
                while let Ok(count) = from.read(&mut buffer) {
                    let written = to.write_all(noise).and_then(|()| to.write_all(&buffer[..count]));
                    noise = &[];
                    if written.is_err() {
                        return;
                    }
                }
            });
        }
        Self { device: device.path, robot: robot.path, _lines: [device.line, robot.line] }
    }
}
