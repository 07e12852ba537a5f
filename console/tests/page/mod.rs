//! A device with its page, and a browser that does as it is told. Requests are written by hand, so that a test can
//! send what a browser would not.
#![allow(dead_code)]

use petri_console::{Options, Page, listen, start};
use petri_core::input::Sensors;
use petri_core::screen::Display;
use petri_core::{Millis, Pack, Screen};
use petri_models::Store;
use petri_runtime::Perception;
use petri_runtime::capture::Live;
use petri_runtime::host::{Handle, Host, Plan};
use petri_runtime::journal::Journal;
use petri_runtime::ports::Clock;
use petri_runtime::remote::Desk;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

struct Running(Instant);

impl Clock for Running {
    fn now(&self) -> Millis {
        Millis(self.0.elapsed().as_millis() as u64)
    }

    fn day(&self) -> u32 {
        20_000
    }
}

/// The models are loaded once for all tests.
fn perception() -> Perception {
    static LOADED: OnceLock<Perception> = OnceLock::new();
    LOADED.get_or_init(|| Perception::load(&store()).expect("models")).clone()
}

fn store() -> Store {
    Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"))
}

/// A device in memory, its page, and all that the page printed.
pub(crate) struct Device {
    pub(crate) desk: Desk,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) address: SocketAddr,
    pub(crate) printed: Arc<Mutex<String>>,
    pub(crate) handle: Handle,
    host: Option<JoinHandle<()>>,
}

impl Device {
    pub(crate) fn simulated() -> Self {
        Self::on("127.0.0.1:0", true)
    }

    pub(crate) fn real() -> Self {
        Self::on("127.0.0.1:0", false)
    }

    pub(crate) fn on(address: &str, simulated: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("journal.db");
        let desk = Desk::new();
        let board = desk.board("far", Box::new(Running(Instant::now())));
        let pack: &'static Pack<'static> = Box::leak(Box::new(Pack::starter()));
        let listener = listen(address.parse().expect("an address")).expect("free");
        let address = listener.local_addr().expect("bound");
        let printed = Arc::new(Mutex::new(String::new()));
        let (send, handle) = sync_channel(1);
        let (inner, path, out) = (desk.clone(), journal.clone(), Arc::clone(&printed));
        let host = thread::spawn(move || {
            let plan = Plan { pack, seed: 3, trials_per_round: 2, face_answers: false, record: None };
            let kept = Journal::open(&path).expect("a journal");
            let host = Host::new(board, Live::new(perception()), kept, plan, Box::new(|profile| profile));
            let options = Options {
                desk: inner,
                host: host.handle(),
                journal: path,
                models: store(),
                pack: *pack,
                display: Display::Colour320x240,
                simulated,
                shares: Sensors::ALL,
                has: Sensors::ALL,
            };
            let page: Page = start(listener, options, move |line| {
                let _ = writeln!(out.lock().expect("a lock"), "{line}");
            })
            .expect("served");
            send.send(host.handle()).expect("taken");
            host.run(&mut |happening| page.tell(&happening)).expect("ended in order");
        });
        let handle = handle.recv().expect("a handle");
        Self { desk, folder, address, printed, handle, host: Some(host) }
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join("journal.db")
    }

    pub(crate) fn printed(&self) -> String {
        self.printed.lock().expect("a lock").clone()
    }

    /// The newest token that was printed.
    pub(crate) fn token(&self) -> String {
        let printed = self.printed();
        let (_, last) = printed.rsplit_once("#token=").expect("an address");
        last[..64].to_owned()
    }

    /// Waits until the device shows what is wanted.
    pub(crate) fn until(&self, what: &str, wanted: impl Fn(&Screen) -> bool) -> Screen {
        let end = Instant::now() + Duration::from_mins(1);
        let mut serial = 0;
        while Instant::now() < end {
            let view = self.desk.wait(serial, Duration::from_secs(1));
            serial = view.serial;
            if let Some(screen) = view.screen.filter(|screen| wanted(screen)) {
                return screen;
            }
        }
        panic!("{what} was not shown; there is {:?}", self.desk.view().screen)
    }

    /// The code that the device shows.
    pub(crate) fn code(&self) -> String {
        let shown = self.until("a code", |screen| screen.title.starts_with("Code "));
        shown.title["Code ".len()..].to_owned()
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser { address: self.address, cookies: Vec::new(), host: self.address.to_string() }
    }

    /// A browser that came in with the token.
    pub(crate) fn inside(&self) -> Browser {
        let mut browser = self.browser();
        let answer = browser.post("/api/token", &format!("{{\"token\":\"{}\"}}", self.token()));
        assert_eq!(answer.status, 200, "{}", answer.body);
        browser
    }

    /// Waits until no session runs.
    pub(crate) fn until_idle(&self) {
        let end = Instant::now() + Duration::from_mins(1);
        while self.handle.status().running.is_some() {
            assert!(Instant::now() < end, "the session goes on");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.handle.end();
        if let Some(Err(panic)) = self.host.take().map(JoinHandle::join)
            && !thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(this, _)| this.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }
}

/// Keeps cookies.
pub(crate) struct Browser {
    pub(crate) address: SocketAddr,
    pub(crate) cookies: Vec<(String, String)>,
    pub(crate) host: String,
}

impl Browser {
    pub(crate) fn cookie_header(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// The head of a request as our page sends it.
    pub(crate) fn head(&self, method: &str, path: &str, body: &str) -> String {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.host);
        if !self.cookies.is_empty() {
            let _ = write!(head, "Cookie: {}\r\n", self.cookie_header());
        }
        if method != "GET" {
            let _ = write!(
                head,
                "Origin: http://{}\r\nX-Petri: 1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
                self.host,
                body.len()
            );
        }
        head
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str) -> Answer {
        let request = format!("{}\r\n{body}", self.head(method, path, body));
        let answer = raw(self.address, &request);
        self.keep(&answer);
        answer
    }

    /// Takes the cookies of an answer.
    pub(crate) fn keep(&mut self, answer: &Answer) {
        for line in answer.head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            let (name, rest) = line.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.retain(|(other, _)| other != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "")
    }

    pub(crate) fn post(&mut self, path: &str, body: &str) -> Answer {
        self.send("POST", path, body)
    }

    pub(crate) fn put(&mut self, path: &str, body: &str) -> Answer {
        self.send("PUT", path, body)
    }

    pub(crate) fn press(&mut self, button: &str) {
        let answer = self.post("/api/press", &format!("{{\"button\":\"{button}\"}}"));
        assert_eq!(answer.status, 204, "{}", answer.body);
    }
}

/// Sends bytes and reads what comes back.
pub(crate) fn raw(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(Duration::from_mins(1))).expect("set");
    // A server that refuses in between closes the connection.
    let _ = stream.write_all(request.as_bytes());
    read(&mut stream)
}

pub(crate) fn read(stream: &mut impl Read) -> Answer {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text.as_str(), ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
