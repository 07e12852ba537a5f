//! Simulated devices. Each keeps its reports until the broker has taken them, as a real one does, and is now and then
//! switched off between sending and hearing of it, restored to a state of before, or wrong about the time.

use crate::chance::Chance;
use crate::ledger::Ledger;
use petri_report::{AGES, CELLS, CHANNELS, Cell, EMOTIONS, Noise, Period, Report, topic};
use rumqttc::Outgoing;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, PubAckReason};
use rumqttc::v5::{AsyncClient, Event, MqttOptions};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// Devices that share a connection, one after the other's report.
const CHUNK: usize = 100;
/// A device looks for its broker again after this, so often at most.
const PAUSE: Duration = Duration::from_millis(200);
/// The beginning of a term is looked for this often.
const LOOK: Duration = Duration::from_millis(20);
const ATTEMPTS_MAX: u32 = 1500;
const PATIENCE: Duration = Duration::from_secs(20);
/// Percent of connections that break off in the middle.
const BREAKS: u64 = 10;
/// Percent of reports that are sent again though the broker has them.
const AGAIN: u64 = 5;
/// Percent of devices whose clock is wrong.
const WRONG_CLOCKS: u64 = 3;
const NOISE: Noise = Noise { epsilon_milli: 1000, answers: 240, gain: 48_000, transfer: 100 };

/// Some of the devices.
pub(crate) struct Part {
    pub(crate) port: u16,
    /// The numbers of its devices.
    pub(crate) devices: std::ops::Range<u32>,
    /// The first term, and how many.
    pub(crate) first: Period,
    pub(crate) terms: u16,
    /// The last term that a collector takes at its word.
    pub(crate) last_dated: Period,
    pub(crate) seed: u64,
}

/// How far all devices are.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Reports that the broker has taken.
    pub(crate) taken: AtomicU64,
    /// Messages that were sent, again and again counted.
    pub(crate) messages: AtomicU64,
    /// Terms that are over: devices say nothing of the next one before all of the last was counted, since months lie
    /// between them.
    pub(crate) over: AtomicU64,
    /// The trial has failed, and nobody is to wait.
    pub(crate) ends: AtomicBool,
}

/// A report that waits for the broker.
struct Waiting {
    bytes: Vec<u8>,
    /// Whether the broker took it before.
    taken: bool,
}

impl Part {
    /// Plays the devices until the broker has taken every report; returns what they sent.
    pub(crate) fn play(&self, progress: &Progress) -> anyhow::Result<Ledger> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut ledger = Ledger::default();
        let mut chance = Chance::new(self.seed ^ (u64::from(self.devices.start) << 32));
        let mut again = Vec::new();
        for nth in 0..self.terms {
            while progress.over.load(Ordering::Relaxed) < u64::from(nth) {
                anyhow::ensure!(!progress.ends.load(Ordering::Relaxed), "the trial has failed elsewhere");
                std::thread::sleep(LOOK);
            }
            let devices: Vec<u32> = self.devices.clone().collect();
            for chunk in devices.chunks(CHUNK) {
                let mut waiting: VecDeque<Waiting> = std::mem::take(&mut again).into();
                for device in chunk {
                    waiting
                        .push_back(Waiting { bytes: self.report(*device, nth, &mut ledger)?, taken: false });
                }
                runtime.block_on(self.deliver(waiting, &mut again, &mut chance, progress))?;
            }
        }
        let rest = std::mem::take(&mut again).into();
        runtime.block_on(self.deliver(rest, &mut again, &mut chance, progress))?;
        Ok(ledger)
    }

    /// What a device says of a term, entered in the ledger.
    fn report(&self, device: u32, nth: u16, ledger: &mut Ledger) -> anyhow::Result<Vec<u8>> {
        let mut own = Chance::new(self.seed.wrapping_add(u64::from(device) * 0x1_0001));
        let (skewed, kind) = (own.happens(WRONG_CLOCKS), own.below(4));
        let edition = own.below(2) as u8;
        let mut chance = Chance::new(own.next() ^ u64::from(nth));
        let told = self.first.number() + nth;
        let told = match kind {
            // No battery, and never a network.
            0 if skewed => nth,
            // Set to a far year.
            1 if skewed => u16::MAX - nth,
            2 if skewed => told + 1,
            _ if skewed => told - 1,
            _ => told,
        };
        let period = Period::new(told);
        let (mut cells, mut trials) = (Vec::with_capacity(CELLS), Vec::with_capacity(CELLS));
        for _ in 0..EMOTIONS.len() * CHANNELS.len() * AGES.len() {
            let answers = chance.below(40) as i32;
            let (met, learners, gain) = (answers * 3 / 4, answers / 8, chance.below(300) as i32);
            let up = learners * (1000 + gain) / 2;
            let exact = [met, answers - met, up, learners * 1000 - up, answers / 10, answers / 20];
            let mut scales = NOISE.scales().into_iter();
            let noisy = exact.map(|value| value + chance.laplace(scales.next().unwrap_or(1)));
            cells.push(Cell::from_values(noisy));
            trials.push(i64::from(answers));
        }
        let mut id = [0; 16];
        id[..8].copy_from_slice(&chance.next().to_le_bytes());
        id[8..].copy_from_slice(&chance.next().to_le_bytes());
        let report = Report { id, period, edition, noise: NOISE, cells };
        let is_dated = (2020..=self.last_dated.year()).contains(&period.year()) && period <= self.last_dated;
        ledger.enter(&report, is_dated, &trials);
        Ok(report.encode()?)
    }

    /// Delivers all, over as many connections as that takes. What will be sent again later goes to `again`.
    async fn deliver(
        &self,
        mut waiting: VecDeque<Waiting>,
        again: &mut Vec<Waiting>,
        chance: &mut Chance,
        progress: &Progress,
    ) -> anyhow::Result<()> {
        for _ in 0..ATTEMPTS_MAX {
            let breaks_after = chance.happens(BREAKS).then(|| chance.below(CHUNK as u64) as usize);
            let taken = self.connect(&waiting, chance.next(), breaks_after, progress).await;
            let mut nth = 0;
            waiting.retain_mut(|one| {
                let is_taken = taken.contains(&nth);
                nth += 1;
                if is_taken && !one.taken {
                    progress.taken.fetch_add(1, Ordering::Relaxed);
                }
                if is_taken && !one.taken && chance.happens(AGAIN) {
                    again.push(Waiting { bytes: std::mem::take(&mut one.bytes), taken: true });
                }
                !is_taken
            });
            if waiting.is_empty() {
                return Ok(());
            }
            if taken.is_empty() {
                tokio::time::sleep(PAUSE).await;
            }
        }
        anyhow::bail!("the broker did not take {} reports", waiting.len())
    }

    /// One connection; returns which of `waiting` the broker said to have taken before it ended or broke off.
    async fn connect(
        &self,
        waiting: &VecDeque<Waiting>,
        name: u64,
        breaks_after: Option<usize>,
        progress: &Progress,
    ) -> Vec<usize> {
        let mut options = MqttOptions::new(format!("d{name:016x}"), "127.0.0.1", self.port);
        options.set_clean_start(true);
        let (client, mut events) = AsyncClient::new(options, waiting.len() + 1);
        let topic = topic::topic(topic::GROUP);
        for one in waiting {
            let _ = client.try_publish(&topic, QoS::AtLeastOnce, false, one.bytes.clone());
        }
        let (mut numbers, mut sent, mut answered, mut taken) = (HashMap::new(), 0, 0, Vec::new());
        while answered < waiting.len() && breaks_after.is_none_or(|after| answered < after) {
            match timeout(PATIENCE, events.poll()).await {
                Ok(Ok(Event::Outgoing(Outgoing::Publish(number)))) => {
                    numbers.insert(number, sent);
                    sent += 1;
                    progress.messages.fetch_add(1, Ordering::Relaxed);
                }
                Ok(Ok(Event::Incoming(Packet::PubAck(ack)))) => {
                    answered += 1;
                    // Without a subscriber the broker has dropped it.
                    let is_taken = ack.reason == PubAckReason::Success;
                    taken.extend(numbers.remove(&ack.pkid).filter(|_| is_taken));
                }
                Ok(Ok(_)) => {}
                Ok(Err(_)) | Err(_) => return taken,
            }
        }
        if answered == waiting.len() {
            let _ = client.try_disconnect();
            let goodbye = async { while events.poll().await.is_ok() {} };
            let _ = timeout(PAUSE, goodbye).await;
        }
        taken
    }
}
