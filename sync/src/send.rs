//! Sending: MQTT 5 over TLS with QoS 1. What the broker took over is marked before the next one goes.

use crate::{Broker, Error};
use petri_core::random::Random;
use petri_report::topic;
use petri_runtime::journal::{Journal, Outgoing};
use rumqttc::Transport;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, PubAckReason, PublishProperties};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

/// A broker that is silent for longer is not there.
const STEP_MAX: Duration = Duration::from_secs(20);
/// Longest packet that a broker may send.
const PACKET_BYTES_MAX: u32 = 4_096;
/// Longest wait between two tries on one day.
const WAIT_MS_MAX: u32 = 300_000;
/// Longest wait between two days on which it is tried.
const WAIT_DAYS_MAX: u32 = 8;

/// How often it is tried in one go, and how long the first wait is.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Connections that are tried, at least one.
    pub tries: u32,
    /// The wait after the first one; each is twice as long as the one before, and a part of it is chance.
    pub first_wait_ms: u32,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Terms whose reports the broker has taken over, by number.
    pub sent: Vec<u16>,
    /// Terms whose reports still wait, by number.
    pub left: Vec<u16>,
    /// Why they still wait.
    pub reason: Option<String>,
}

/// Sends the reports that are due on this day, or all of them `at_once`.
///
/// Without a broker nothing is lost: what could not be sent is tried again on another day, later each time.
///
/// # Errors
/// When sync is off, or the journal cannot be read or written.
pub fn send(
    journal: &mut Journal,
    broker: &Broker,
    today: u32,
    at_once: bool,
    patience: Patience,
    random: &mut Random,
) -> Result<Outcome, Error> {
    send_by(journal, &mut Mqtt { broker, runtime: None }, today, at_once, patience, random)
}

/// How reports come to a broker: MQTT over TLS, or a simulation of it.
pub trait Post {
    /// One connection: each report goes when the one before has been taken over and `taken` has marked it, by the
    /// number of its term.
    ///
    /// # Errors
    /// When the broker does not take a report over, or it cannot be marked; those that were marked stay marked.
    fn bring(
        &mut self,
        topic: &str,
        reports: &[Outgoing],
        taken: &mut dyn FnMut(u16) -> Result<(), Error>,
    ) -> Result<(), Broken>;
    /// Waits for the next try.
    ///
    /// # Errors
    /// When the system gives no clock.
    fn wait(&mut self, wait_ms: u32) -> Result<(), Error>;
}

/// Why a connection ended early.
#[derive(Debug)]
pub enum Broken {
    /// The journal or the system: it makes no sense to go on.
    Here(Error),
    /// The broker or the way to it.
    There(String),
}

/// As [`send`], by any post.
///
/// # Errors
/// As [`send`].
pub fn send_by(
    journal: &mut Journal,
    post: &mut impl Post,
    today: u32,
    at_once: bool,
    patience: Patience,
    random: &mut Random,
) -> Result<Outcome, Error> {
    let sharing = journal.sharing()?;
    if !sharing.on {
        return Err(Error::Off);
    }
    let goes = |one: &Outgoing| one.sent_day.is_none() && (at_once || one.due_day <= today);
    let mut waiting: Vec<Outgoing> = journal.outbox()?.into_iter().filter(goes).collect();
    let mut outcome = Outcome { sent: Vec::new(), left: Vec::new(), reason: None };
    if waiting.is_empty() {
        return Ok(outcome);
    }
    let group = if topic::is_group(&sharing.group) { &sharing.group } else { topic::GROUP };
    let topic = topic::topic(group);
    for number in 0..patience.tries {
        if number > 0 {
            post.wait(wait_ms(number - 1, patience.first_wait_ms, random))?;
        }
        let mut taken = |period: u16| -> Result<(), Error> {
            journal.mark_sent(period, today)?;
            outcome.sent.push(period);
            Ok(())
        };
        let ended = post.bring(&topic, &waiting, &mut taken);
        waiting.retain(|one| !outcome.sent.contains(&one.period));
        match ended {
            Ok(()) => break,
            Err(Broken::Here(error)) => return Err(error),
            Err(Broken::There(reason)) => outcome.reason = Some(reason),
        }
    }
    for one in &waiting {
        journal.mark_tried(one.period, today + wait_days(one.tries, random))?;
        outcome.left.push(one.period);
    }
    if waiting.is_empty() {
        outcome.reason = None;
    }
    Ok(outcome)
}

/// The wait after a number of failed tries: twice as long each time, between the half and the whole of that.
pub fn wait_ms(failed: u32, first_wait_ms: u32, random: &mut Random) -> u32 {
    let whole = first_wait_ms.saturating_mul(1 << failed.min(20)).min(WAIT_MS_MAX);
    whole / 2 + random.below(whole / 2 + 1)
}

/// The days until the next try, after so many earlier days in vain: 1, 2, 4 and 8, or a day more by chance.
pub fn wait_days(tries: u32, random: &mut Random) -> u32 {
    (1u32 << tries.min(3)).min(WAIT_DAYS_MAX) + random.below(2)
}

/// The real way, with a runtime that is made when there is something to send.
struct Mqtt<'a> {
    broker: &'a Broker,
    runtime: Option<Runtime>,
}

impl Mqtt<'_> {
    fn runtime(&mut self) -> Result<&Runtime, Error> {
        if self.runtime.is_none() {
            let made = tokio::runtime::Builder::new_current_thread().enable_all().build();
            self.runtime = Some(made.map_err(Error::System)?);
        }
        self.runtime.as_ref().ok_or_else(|| Error::System(std::io::Error::other("no runtime")))
    }
}

impl Post for Mqtt<'_> {
    fn bring(
        &mut self,
        topic: &str,
        reports: &[Outgoing],
        taken: &mut dyn FnMut(u16) -> Result<(), Error>,
    ) -> Result<(), Broken> {
        let broker = self.broker;
        self.runtime().map_err(Broken::Here)?.block_on(connection(broker, topic, reports, taken))
    }

    fn wait(&mut self, wait_ms: u32) -> Result<(), Error> {
        self.runtime()?.block_on(sleep(Duration::from_millis(u64::from(wait_ms))));
        Ok(())
    }
}

/// One connection: each report goes when the one before has been taken over and marked.
async fn connection(
    broker: &Broker,
    topic: &str,
    reports: &[Outgoing],
    taken: &mut dyn FnMut(u16) -> Result<(), Error>,
) -> Result<(), Broken> {
    let (client, mut events) = AsyncClient::new(options(broker), 4);
    loop {
        match next(&mut events).await? {
            Event::Incoming(Packet::ConnAck(_)) => break,
            other => ended_by(&other)?,
        }
    }
    for report in reports {
        let properties =
            PublishProperties { content_type: Some(topic::CONTENT_TYPE.to_owned()), ..Default::default() };
        let sent = client.publish_with_properties(
            topic,
            QoS::AtLeastOnce,
            false,
            report.message.clone(),
            properties,
        );
        sent.await.map_err(|error| Broken::There(error.to_string()))?;
        let reason = loop {
            match next(&mut events).await? {
                Event::Incoming(Packet::PubAck(answer)) => break answer.reason,
                other => ended_by(&other)?,
            }
        };
        if reason != PubAckReason::Success {
            return Err(Broken::There(refusal(reason)));
        }
        taken(report.period).map_err(Broken::Here)?;
    }
    // An orderly goodbye; whether it arrives changes nothing.
    let _ = client.disconnect().await;
    while let Ok(Ok(event)) = timeout(Duration::from_secs(2), events.poll()).await {
        if matches!(event, Event::Outgoing(rumqttc::Outgoing::Disconnect)) {
            break;
        }
    }
    Ok(())
}

fn options(broker: &Broker) -> MqttOptions {
    // Without a name of its own: the broker gives one for this connection, and nothing joins it with another.
    let mut options = MqttOptions::new("", &broker.host, broker.port);
    let tls = rumqttc::TlsConfiguration::Rustls(broker.tls.clone());
    options
        .set_transport(Transport::tls_with_config(tls))
        .set_clean_start(true)
        .set_connection_timeout(STEP_MAX.as_secs())
        .set_max_packet_size(Some(PACKET_BYTES_MAX));
    if let Some(login) = &broker.login {
        options.set_credentials(&login.user, &login.password);
    }
    options
}

async fn next(events: &mut EventLoop) -> Result<Event, Broken> {
    match timeout(STEP_MAX, events.poll()).await {
        Ok(Ok(event)) => Ok(event),
        Ok(Err(error)) => Err(Broken::There(format!("the broker cannot be used: {error}"))),
        Err(_) => Err(Broken::There("the broker does not answer".to_owned())),
    }
}

fn ended_by(event: &Event) -> Result<(), Broken> {
    match event {
        Event::Incoming(Packet::Disconnect(_)) => {
            Err(Broken::There("the broker ended the connection".to_owned()))
        }
        _ => Ok(()),
    }
}

/// A broker that has nobody to give a message to drops it; so it is not sent as long as no collector is there.
fn refusal(reason: PubAckReason) -> String {
    match reason {
        PubAckReason::NoMatchingSubscribers => {
            "no collector listens at this broker; start one, and the report is kept until then".to_owned()
        }
        PubAckReason::NotAuthorized => {
            "the broker does not let this user publish reports; check its access rules".to_owned()
        }
        other => format!("the broker refused the report ({other:?}); check its limits"),
    }
}
