//! Takes reports from a broker and acknowledges each only when it is kept.
//!
//! One thread in turns: gather what has come, keep it, acknowledge it. What is received and not yet kept is at most
//! [`BATCH_MAX`] messages, because the broker holds the rest back until it has acknowledgements. A connection that
//! fails is left with all that was not acknowledged on it; the broker delivers that again on the next one, and what
//! had been kept is found in the store.

use crate::store::{Address, BATCH_MAX, Store};
use crate::sums::place;
use petri_report::{Period, REPORT_BYTES, Report, topic};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, EventLoop, MqttOptions};
use rumqttc::{TlsConfiguration, Transport};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// A batch that is not full is kept when nothing has come for so long.
const LINGER: Duration = Duration::from_millis(10);
/// The wish to stop is looked for this often.
const LOOK: Duration = Duration::from_millis(200);
/// Between attempts at a broker or a store that fails: from this, doubled up to [`PAUSE_MAX`].
const PAUSE: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// A collector that retires leaves when nothing has come for so long.
const QUIET: Duration = Duration::from_secs(5);
/// A connection on which nothing has come for so long is made anew. Mosquitto 2.0.11 can stop handing out what it holds
/// for a collector that was killed in the middle of a full window and is back at once; a new connection goes on.
const RENEW: Duration = Duration::from_secs(15);
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// The session waits for the collector until it comes back.
const SESSION_S: u32 = u32::MAX;
/// Topic and properties come on top of the report.
const PACKET_BYTES_MAX: u32 = REPORT_BYTES as u32 + 1024;

/// How a broker is reached.
#[derive(Debug, Clone)]
pub struct Broker {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The certificate (PEM) of whoever vouches for the broker; without it there is no TLS.
    pub ca: Option<Vec<u8>>,
    /// User and password.
    pub login: Option<(String, String)>,
}

/// A collector.
#[derive(Debug, Clone)]
pub struct Collector {
    /// Its own name, the same at each start: the broker keeps for it what comes while it is away.
    pub name: String,
    /// The name that it shares with the collectors beside it.
    pub team: String,
    /// Whether it only takes what the broker still has for it, and leaves for good.
    pub retires: bool,
    /// Where the reports come from.
    pub broker: Broker,
    /// Where the sums go.
    pub store: Address,
}

/// What a collector did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Reports that were counted.
    pub new: u64,
    /// Messages whose report had been counted before.
    pub again: u64,
    /// Messages that were no reports; they were dropped.
    pub refused: u64,
}

impl Collector {
    /// Collects until `stop` is set. `today` says the term; `tell` is told of trouble, in lines.
    ///
    /// # Errors
    /// When there is no runtime to be had; everything else is tried again.
    pub fn run(
        &self,
        stop: &AtomicBool,
        today: impl Fn() -> Period,
        tell: impl Fn(&str),
    ) -> std::io::Result<Counts> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (mut counts, mut pause, mut store) = (Counts::default(), PAUSE, None);
        while !stop.load(Ordering::Relaxed) {
            let mut line = Line::open(self);
            let ended = loop {
                let messages = match runtime.block_on(line.gather(stop)) {
                    Ok(messages) => messages,
                    Err(error) => break End::Failed(error),
                };
                if line.is_done(stop) && messages.is_empty() {
                    break End::Done;
                }
                if line.since.elapsed() > RENEW {
                    break End::Quiet;
                }
                if !messages.is_empty() {
                    pause = PAUSE;
                    let reports = sift(&messages, today(), &mut counts);
                    if !self.keep(&mut store, &reports, stop, &mut counts, &tell) {
                        break End::Done;
                    }
                    line.acknowledge(&messages);
                }
            };
            match ended {
                End::Done => {
                    line.leave(&runtime);
                    break;
                }
                End::Quiet => line.leave(&runtime),
                End::Failed(error) => {
                    tell(&format!("the broker: {error}; trying again"));
                    wait(pause, stop);
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
        if self.retires {
            self.forget(&runtime);
        }
        Ok(counts)
    }

    /// Keeps a batch, however often that takes; false if it is to stop before.
    fn keep(
        &self,
        store: &mut Option<Box<dyn Store>>,
        reports: &[Report],
        stop: &AtomicBool,
        counts: &mut Counts,
        tell: impl Fn(&str),
    ) -> bool {
        let mut pause = PAUSE;
        loop {
            let opened = match store.take() {
                Some(open) => Ok(open),
                None => self.store.open(),
            };
            let kept = opened.and_then(|mut open| {
                let kept = open.keep(reports)?;
                *store = Some(open);
                Ok(kept)
            });
            match kept {
                Ok(kept) => {
                    counts.new += kept.new as u64;
                    counts.again += kept.again as u64;
                    return true;
                }
                Err(error) => tell(&format!("{error}; trying again")),
            }
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            wait(pause, stop);
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    fn options(&self) -> MqttOptions {
        let mut options = MqttOptions::new(&self.name, &self.broker.host, self.broker.port);
        options.set_keep_alive(KEEP_ALIVE).set_manual_acks(true).set_max_packet_size(Some(PACKET_BYTES_MAX));
        options.set_receive_maximum(Some(BATCH_MAX as u16));
        options.set_clean_start(false).set_session_expiry_interval(Some(SESSION_S));
        if let Some((user, password)) = &self.broker.login {
            options.set_credentials(user, password);
        }
        if let Some(ca) = &self.broker.ca {
            let simple = TlsConfiguration::Simple { ca: ca.clone(), alpn: None, client_auth: None };
            options.set_transport(Transport::tls_with_config(simple));
        }
        options
    }

    /// Ends the session at the broker, which then keeps nothing more for this name.
    fn forget(&self, runtime: &Runtime) {
        let mut options = self.options();
        options.set_clean_start(true).set_session_expiry_interval(None);
        let (client, events) = AsyncClient::new(options, 1);
        let mut line = Line { client, events, retires: true, since: Instant::now() };
        // A timer has to be made inside of the runtime.
        let _ = runtime.block_on(async { timeout(PAUSE_MAX, line.events.poll()).await });
        line.leave(runtime);
    }
}

/// The reports among the messages, each in its term.
fn sift(messages: &[Publish], today: Period, counts: &mut Counts) -> Vec<Report> {
    let mut reports = Vec::with_capacity(messages.len());
    for message in messages {
        match Report::decode(&message.payload) {
            Ok(mut report) => {
                place(&mut report, today);
                reports.push(report);
            }
            Err(_) => counts.refused += 1,
        }
    }
    reports
}

fn wait(pause: Duration, stop: &AtomicBool) {
    let until = Instant::now() + pause;
    while Instant::now() < until && !stop.load(Ordering::Relaxed) {
        std::thread::sleep(PAUSE.min(pause));
    }
}

/// Why a connection ends.
enum End {
    /// The collector is to stop.
    Done,
    /// Nothing came for long.
    Quiet,
    /// It broke.
    Failed(Box<ConnectionError>),
}

/// One connection. Acknowledgements belong to it: the numbers of messages mean something else on the next.
struct Line {
    client: AsyncClient,
    events: EventLoop,
    retires: bool,
    /// When something last came.
    since: Instant,
}

impl Line {
    fn open(collector: &Collector) -> Self {
        // Acknowledgements of a whole batch, the subscription and the goodbye have room.
        let (client, events) = AsyncClient::new(collector.options(), BATCH_MAX + 8);
        // After the connection stands these are the first that is sent.
        let wanted = topic::subscription(&collector.team);
        let _ = if collector.retires {
            client.try_unsubscribe(wanted)
        } else {
            client.try_subscribe(wanted, QoS::AtLeastOnce)
        };
        Self { client, events, retires: collector.retires, since: Instant::now() }
    }

    /// What has come; empty after [`LOOK`] without anything.
    async fn gather(&mut self, stop: &AtomicBool) -> Result<Vec<Publish>, Box<ConnectionError>> {
        let (mut messages, begun) = (Vec::new(), Instant::now());
        while messages.len() < BATCH_MAX {
            let patience = if messages.is_empty() { LOOK } else { LINGER };
            match timeout(patience, self.events.poll()).await {
                Ok(Ok(Event::Incoming(Packet::Publish(message)))) => messages.push(message),
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(Box::new(error)),
                Err(_) => break,
            }
            let idle = messages.is_empty() && begun.elapsed() > LOOK;
            if idle || stop.load(Ordering::Relaxed) {
                break;
            }
        }
        if !messages.is_empty() {
            self.since = Instant::now();
        }
        Ok(messages)
    }

    fn is_done(&self, stop: &AtomicBool) -> bool {
        stop.load(Ordering::Relaxed) || (self.retires && self.since.elapsed() > QUIET)
    }

    fn acknowledge(&self, messages: &[Publish]) {
        for message in messages {
            // There is room for all; if not, the broker delivers it again and the store knows it.
            let _ = self.client.try_ack(message);
        }
    }

    /// Sends the acknowledgements that are on their way, and says goodbye.
    fn leave(mut self, runtime: &Runtime) {
        let _ = self.client.try_disconnect();
        drop(self.client);
        let goodbye = async { while self.events.poll().await.is_ok() {} };
        let _ = runtime.block_on(async { timeout(PAUSE_MAX, goodbye).await });
    }
}
