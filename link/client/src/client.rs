//! The connection: made, kept, and made again.

use crate::Error;
use crate::pending::Pending;
use petri_link::{
    Address, Connection, Decoder, FRAME_BYTES_MAX, HELLO_MS_MAX, Hello, Packet, SILENT_MS_MAX, Sensor, State,
    ToDevice, ToPeer, Topics, VERSION_MAJOR, VERSION_MINOR, Welcome, encode,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Events that wait for [`Client::next`]; later ones are dropped.
pub const EVENTS_MAX: usize = 256;
/// An answer that takes longer does not come.
const ANSWER_MS_MAX: u64 = 5_000;
const PING_MS: u64 = SILENT_MS_MAX / 4;
const HELLO_AGAIN_MS: u64 = 500;
const RETRY_MS_MIN: u64 = 100;
const RETRY_MS_MAX: u64 = 5_000;

/// What a client wants and has, on every connection anew.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The events that it wants. [`Topics::STATE`] is always among them.
    pub topics: Topics,
    /// What it feeds.
    pub offers: Vec<Sensor>,
    /// Do not connect again after the connection was lost.
    pub once: bool,
}

/// Something that came.
// Most of them are messages: a box each would only cost.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// There is a connection, again or for the first time.
    Connected(Welcome),
    /// The connection was lost.
    Lost(String),
    /// An event of the device.
    Message(ToPeer),
}

/// A link to a device.
pub struct Client {
    shared: Arc<Shared>,
    events: Mutex<Receiver<Event>>,
    thread: Option<JoinHandle<()>>,
}

pub(crate) struct Shared {
    address: Address,
    options: Options,
    pub(crate) pending: Pending,
    /// Where to write, while there is a connection.
    writer: Mutex<Option<Connection>>,
    ends: AtomicBool,
}

impl Client {
    /// Connects, and keeps the connection until it is dropped.
    ///
    /// # Errors
    /// When nobody is there, or the device refuses.
    pub fn connect(address: &Address, options: Options) -> Result<Self, Error> {
        let shared = Arc::new(Shared {
            address: address.clone(),
            options,
            pending: Pending::default(),
            writer: Mutex::new(None),
            ends: AtomicBool::new(false),
        });
        let (sender, events) = sync_channel(EVENTS_MAX);
        let mut line = shared.greet()?;
        sender.try_send(Event::Connected(line.welcome)).ok();
        let mut client = Self { shared: Arc::clone(&shared), events: Mutex::new(events), thread: None };
        client.thread = Some(thread::spawn(move || {
            loop {
                let reason = shared.attend(&mut line, &sender);
                shared.hang_up();
                report(&sender, Event::Lost(reason));
                match shared.again() {
                    Some(next) => line = next,
                    None => return,
                }
                report(&sender, Event::Connected(line.welcome));
            }
        }));
        client.prepare()?;
        Ok(client)
    }

    /// Subscribes and offers, in the way of every later connection.
    fn prepare(&self) -> Result<(), Error> {
        for message in self.shared.wishes() {
            self.ask(message)?;
        }
        Ok(())
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// When the device refuses, does not answer, or is gone.
    pub fn ask(&self, message: ToDevice) -> Result<(), Error> {
        self.answer(message).map(drop)
    }

    /// Where the session stands.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub fn state(&self) -> Result<State, Error> {
        match self.answer(ToDevice::State)? {
            ToPeer::State(state) => Ok(state),
            _ => Err(Error::Silent),
        }
    }

    fn answer(&self, message: ToDevice) -> Result<ToPeer, Error> {
        let (number, answered) = self.shared.pending.open().ok_or(Error::Silent)?;
        self.shared.send(number, message)?;
        let answer = answered.recv_timeout(Duration::from_millis(ANSWER_MS_MAX));
        self.shared.pending.forget(number);
        match answer {
            Ok(ToPeer::Refused(refusal)) => Err(Error::Refused(refusal)),
            Ok(answer) => Ok(answer),
            Err(_) => Err(Error::Silent),
        }
    }

    /// Sends without an answer.
    pub(crate) fn tell(&self, message: ToDevice) -> Result<(), Error> {
        self.shared.send(self.shared.pending.number(), message)
    }

    pub(crate) fn pending(&self) -> &Pending {
        &self.shared.pending
    }

    /// The next event; `None` when none comes within `wait`.
    pub fn next(&self, wait: Duration) -> Option<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(wait).ok()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // The device notices anyway.
        let _ = self.tell(ToDevice::Bye);
        self.shared.ends.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // It ends within a read.
            let _ = thread.join();
        }
    }
}

/// A program that does not look at its events loses the newest, and not its memory.
fn report(sender: &SyncSender<Event>, event: Event) -> bool {
    !matches!(sender.try_send(event), Err(TrySendError::Disconnected(_)))
}

/// The reading end.
struct Line {
    connection: Connection,
    decoder: Decoder,
    welcome: Welcome,
}

impl Shared {
    fn gone(&self, reason: &impl ToString) -> Error {
        Error::Gone { address: self.address.to_string(), reason: reason.to_string() }
    }

    fn writer(&self) -> MutexGuard<'_, Option<Connection>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hang_up(&self) {
        if let Some(connection) = self.writer().take() {
            connection.shutdown();
        }
        self.pending.reset();
    }

    fn send(&self, number: u32, body: ToDevice) -> Result<(), Error> {
        let mut frame = [0; FRAME_BYTES_MAX];
        let frame = encode(&Packet { number, body }, &mut frame).map_err(|_| Error::TooLong)?;
        let mut writer = self.writer();
        let connection = writer.as_mut().ok_or_else(|| self.gone(&"the connection was lost"))?;
        connection.write_all(frame).map_err(|error| self.gone(&error))
    }

    fn wishes(&self) -> Vec<ToDevice> {
        let offers = self.options.offers.iter().map(|sensor| ToDevice::Offer { sensor: *sensor, has: true });
        let topics = ToDevice::Subscribe(self.options.topics.and(Topics::STATE));
        std::iter::once(topics).chain(offers).collect()
    }

    /// Connects and says hello.
    fn greet(&self) -> Result<Line, Error> {
        let mut connection = Connection::open(&self.address).map_err(|error| self.gone(&error))?;
        let writer = connection.try_clone().map_err(|error| self.gone(&error))?;
        let number = self.pending.number();
        let hello = ToDevice::Hello(Hello { major: VERSION_MAJOR, minor: VERSION_MINOR });
        let mut frame = [0; FRAME_BYTES_MAX];
        let frame = encode(&Packet { number, body: hello }, &mut frame).map_err(|_| Error::TooLong)?;
        // A zero first: what a line held before ends there.
        let opening = if connection.is_serial() { &[0][..] } else { &[] };
        connection
            .write_all(opening)
            .and_then(|()| connection.write_all(frame))
            .map_err(|error| self.gone(&error))?;
        let (mut decoder, mut buffer, start) = (Decoder::new(), [0; 512], Instant::now());
        let mut said = start;
        while start.elapsed() < Duration::from_millis(HELLO_MS_MAX) {
            // On a line nobody may have listened yet.
            if connection.is_serial() && said.elapsed() > Duration::from_millis(HELLO_AGAIN_MS) {
                said = Instant::now();
                connection.write_all(frame).map_err(|error| self.gone(&error))?;
            }
            let read = connection.read(&mut buffer).map_err(|error| self.gone(&error))?;
            let mut rest = &buffer[..read.unwrap_or(0)];
            while !rest.is_empty() {
                let (used, packet) = decoder.push::<ToPeer>(rest);
                rest = &rest[used..];
                match packet {
                    Some(Ok(Packet { number: of, body: ToPeer::Welcome(welcome) })) if of == number => {
                        if welcome.major != VERSION_MAJOR {
                            return Err(Error::Version { major: welcome.major, minor: welcome.minor });
                        }
                        *self.writer() = Some(writer);
                        return Ok(Line { connection, decoder, welcome });
                    }
                    Some(Ok(Packet { body: ToPeer::Refused(refusal), .. })) => {
                        return Err(Error::Refused(refusal));
                    }
                    _ => {}
                }
            }
        }
        Err(Error::Silent)
    }

    /// Connects again, less often each time; `None` when that is not wanted.
    fn again(&self) -> Option<Line> {
        let mut wait_ms = RETRY_MS_MIN;
        loop {
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(wait_ms) {
                if self.ends.load(Ordering::Acquire) || self.options.once {
                    return None;
                }
                thread::sleep(Duration::from_millis(20));
            }
            wait_ms = (wait_ms * 2).min(RETRY_MS_MAX);
            let Ok(line) = self.greet() else { continue };
            let sent = self.wishes().into_iter().try_for_each(|wish| self.send(self.pending.number(), wish));
            if sent.is_ok() {
                return Some(line);
            }
            self.hang_up();
        }
    }

    /// Reads until the connection is lost; says why.
    fn attend(&self, line: &mut Line, events: &SyncSender<Event>) -> String {
        let mut buffer = [0; 4_096];
        let (mut heard, mut pinged) = (Instant::now(), Instant::now());
        while !self.ends.load(Ordering::Acquire) {
            let read = match line.connection.read(&mut buffer) {
                Ok(read) => read.unwrap_or(0),
                Err(error) => return error.to_string(),
            };
            let mut rest = &buffer[..read];
            while !rest.is_empty() {
                let (used, packet) = line.decoder.push::<ToPeer>(rest);
                rest = &rest[used..];
                // What a later version says is passed over.
                let Some(Ok(Packet { number, body })) = packet else { continue };
                heard = Instant::now();
                if number != 0 {
                    self.pending.answer(number, body);
                    continue;
                }
                self.pending.note(&body);
                let goodbye = matches!(body, ToPeer::Bye(_));
                if !report(events, Event::Message(body)) {
                    return "nobody listens any more".to_owned();
                }
                if goodbye {
                    return "the device said goodbye".to_owned();
                }
            }
            if heard.elapsed() > Duration::from_millis(SILENT_MS_MAX) {
                return "the device is silent".to_owned();
            }
            if pinged.elapsed() > Duration::from_millis(PING_MS) {
                pinged = Instant::now();
                if let Err(error) = self.send(self.pending.number(), ToDevice::Ping) {
                    return error.to_string();
                }
            }
        }
        "the client was closed".to_owned()
    }
}
