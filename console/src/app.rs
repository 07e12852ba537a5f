//! What all routes share.

use crate::alerts::{Alerts, Kind};
use crate::auth::Auth;
use crate::files::Files;
use crate::health::{DISK_BYTES_MIN, Health, MEMORY_BYTES_MIN, TEMPERATURE_C_MAX};
use crate::live::Live;
use crate::log::{Event, Log};
use crate::metrics::{Metrics, count};
use crate::pairing::{self, Pairing};
use crate::tls::Tls;
use crate::{Error, Options};
use petri_core::{Scene, Sensor};
use petri_runtime::capture::Percept;
use petri_runtime::host::Handle;
use petri_runtime::journal::Journal;
use petri_runtime::run::Happening;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use tokio_rustls::TlsAcceptor;

/// Where and how the page is served.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    /// The SHA-256 of the certificate where there is TLS.
    pub(crate) fingerprint: Option<String>,
    /// Names by which browsers may call this machine, beside its addresses.
    pub(crate) names: Vec<String>,
}

impl Site {
    pub(crate) fn is_loopback(&self) -> bool {
        self.address.ip().is_loopback()
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.fingerprint.is_some() { "https" } else { "http" }
    }
}

type Say = Box<dyn Fn(String) + Send + Sync>;

/// The page's state.
pub(crate) struct App {
    pub(crate) options: Options,
    pub(crate) site: Site,
    pub(crate) auth: Auth,
    pub(crate) pairing: Pairing,
    pub(crate) alerts: Alerts,
    pub(crate) health: Health,
    pub(crate) log: Log,
    pub(crate) metrics: Metrics,
    pub(crate) live: Live,
    /// A page hands in its camera or microphone; one at a time.
    pub(crate) shared: AtomicBool,
    say: std::sync::Arc<Say>,
}

fn names() -> Vec<String> {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim().to_ascii_lowercase();
    let mut names = vec!["localhost".to_owned()];
    if !host.is_empty() && host != "localhost" {
        names.extend([format!("{host}.local"), host]);
    }
    names
}

impl App {
    pub(crate) fn new(
        address: SocketAddr,
        options: Options,
        say: Say,
    ) -> Result<(Self, Option<TlsAcceptor>), Error> {
        let files = Files::beside(&options.journal);
        let names = names();
        let tls =
            (!address.ip().is_loopback()).then(|| Tls::open(&files, address.ip(), &names)).transpose()?;
        let (acceptor, fingerprint) = tls.map(|tls| (tls.acceptor, tls.fingerprint)).unzip();
        let health = Health::new(options.models.clone(), &options.journal);
        let say = std::sync::Arc::new(say);
        let sink = std::sync::Arc::clone(&say);
        let app = Self {
            site: Site { address, fingerprint, names },
            auth: Auth::open(files, Instant::now())?,
            pairing: Pairing::default(),
            alerts: Alerts::default(),
            health,
            log: Log::new(Box::new(move |line| sink(line.to_owned()))),
            metrics: Metrics::default(),
            live: Live::default(),
            shared: AtomicBool::new(false),
            options,
            say,
        };
        Ok((app, acceptor))
    }

    pub(crate) fn host(&self) -> &Handle {
        &self.options.host
    }

    pub(crate) fn watchers(&self) -> usize {
        self.live.watchers()
    }

    /// The journal, to read.
    pub(crate) fn journal(&self) -> Result<Journal, petri_runtime::Error> {
        Journal::open_to_read(&self.options.journal)
    }

    /// Whether a one-time token lets in: on the simulator, and for this machine's own browsers only.
    pub(crate) fn takes_tokens(&self) -> bool {
        self.options.simulated && self.site.is_loopback()
    }

    /// Tells whoever started the program where the page is and how to come in.
    pub(crate) fn invite(&self) {
        let (scheme, address) = (self.site.scheme(), self.site.address);
        if self.takes_tokens() {
            if let Ok(token) = self.auth.new_token() {
                (self.say)(format!("page   {scheme}://{address}/#token={token} (for one browser)"));
            }
            return;
        }
        let print = self.site.fingerprint.as_deref().map(|print| format!(", certificate SHA-256 {print}"));
        (self.say)(format!("page   {scheme}://{address}/{}", print.unwrap_or_default()));
    }

    /// Shows a pairing code on the device's screen.
    pub(crate) fn show_code(&self, code: &str) {
        let comfort = self.options.desk.view().screen.map(|screen| screen.comfort).unwrap_or_default();
        let screen = pairing::screen(code, self.site.fingerprint.as_deref(), comfort);
        self.options.desk.notice(Some(screen));
    }

    /// Takes the code away once it is of no use.
    pub(crate) fn hide_code(&self, now: Instant) {
        if !self.pairing.is_open(now) {
            self.options.desk.notice(None);
        }
    }

    pub(crate) fn tell(&self, happening: &Happening<'_>) {
        match happening {
            Happening::Step(_) => count(&self.metrics.steps),
            Happening::Entry(_) => count(&self.metrics.trials),
            Happening::Screen(screen) if screen.scene == Scene::Concern => {
                self.alerts.raise(Kind::Concern, "");
            }
            Happening::Screen(_) | Happening::Kept(_) => {}
            Happening::Trouble(what) => self.trouble(what),
            Happening::Percept(percept) => self.perceived(percept),
        }
    }

    fn perceived(&self, percept: &Percept) {
        match percept {
            Percept::Face { .. } => count(&self.metrics.looks),
            Percept::Utterance { .. } => count(&self.metrics.utterances),
            // Read elsewhere: a line on this device, a face by a robot.
            Percept::Line(_) | Percept::Reading(_) => {}
            Percept::Sensor { sensor, works, reason } => {
                let (kind, name) = match sensor {
                    Sensor::Camera => (Kind::Camera, "camera"),
                    Sensor::Microphone => (Kind::Microphone, "microphone"),
                    Sensor::Keyboard => (Kind::Keyboard, "keyboard"),
                };
                let news = if *works { self.alerts.clear(kind) } else { self.alerts.raise(kind, reason) };
                if news {
                    self.log.add(Event::Sensor { sensor: name, works: *works });
                }
            }
            Percept::Failed(reason) => {
                count(&self.metrics.model_failures);
                if self.alerts.raise(Kind::Model, reason) {
                    self.log.add(Event::ModelFailed);
                }
            }
        }
    }

    fn trouble(&self, what: &str) {
        const PARTS: [&str; 6] = ["lights", "display", "speaker", "buttons", "journal", "recording"];
        count(&self.metrics.troubles);
        let part = PARTS.into_iter().find(|part| what.contains(part)).unwrap_or("device");
        let journal =
            what.starts_with("not saved") || what.contains("could not be saved") || part == "journal";
        let (kind, part) = if journal { (Kind::Journal, "journal") } else { (Kind::Part, part) };
        if self.alerts.raise(kind, what) {
            self.log.add(Event::Trouble { part });
        }
    }

    /// Looks after room, heat and memory, and after the models' files once.
    pub(crate) fn check_up(&self) {
        let vitals = self.health.vitals();
        let short = |kind, of, short: bool, text: String| {
            let news = if short { self.alerts.raise(kind, &text) } else { self.alerts.clear(kind) };
            if news {
                self.log.add(Event::Short { of, short });
            }
        };
        let mib = |bytes: Option<u64>| format!("{} MiB", bytes.unwrap_or(0) >> 20);
        let (disk, memory) = (vitals.disk_free_bytes, vitals.memory_free_bytes);
        short(Kind::Disk, "disk", disk.is_some_and(|bytes| bytes < DISK_BYTES_MIN), mib(disk));
        short(Kind::Memory, "memory", memory.is_some_and(|bytes| bytes < MEMORY_BYTES_MIN), mib(memory));
        let heat = vitals.temperature_c;
        let text = format!("{:.0} °C", heat.unwrap_or(0.0));
        short(Kind::Heat, "heat", heat.is_some_and(|heat| heat > TEMPERATURE_C_MAX), text);
    }

    /// Reads all model files; one that is not the trusted one is an alert.
    pub(crate) fn check_models(&self) {
        let models = self.health.check();
        if models.iter().all(|model| model.trusted) {
            self.alerts.clear(Kind::Model);
        }
        for model in models {
            if !model.trusted {
                self.alerts.raise(Kind::Model, &model.what);
            }
            self.log.add(Event::Model { id: model.id, trusted: model.trusted });
        }
    }
}
