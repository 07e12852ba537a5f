//! A trial: servers, collectors and devices, and what happens to them.

use crate::Kept;
use crate::devices::{Part, Progress};
use crate::ledger::Ledger;
use crate::usage::{cpu_s, family_cpu_s, peak_mib};
use anyhow::{Context, anyhow, ensure};
use petri_fleet::servers::{Mosquitto, Postgres, Process};
use petri_fleet::store::Address;
use petri_report::Period;
use rustix::process::Signal;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::sync::atomic::Ordering;
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant, SystemTime};

/// Once the devices have delivered everything, the store may count nothing more for so long before something is lost.
const STILL: Duration = Duration::from_mins(2);
const LOOK: Duration = Duration::from_millis(20);

/// What is played.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) devices: u32,
    pub(crate) terms: u16,
    pub(crate) collectors: usize,
    pub(crate) connections: usize,
    pub(crate) store: Kept,
    pub(crate) seed: u64,
    pub(crate) calm: bool,
}

/// What it came to. That every number is right is a condition for there being one.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) devices: u32,
    pub(crate) reports: u64,
    pub(crate) messages: u64,
    pub(crate) wall_s: f64,
    pub(crate) collectors_cpu_s: f64,
    pub(crate) broker_cpu_s: f64,
    pub(crate) store_cpu_s: f64,
    pub(crate) collector_peak_mib: f64,
    pub(crate) killed: u32,
    pub(crate) broker_restarts: u32,
    pub(crate) store_crashes: u32,
    /// Intervals that hold the truth, and all.
    pub(crate) covered: (u32, u32),
}

impl Outcome {
    /// One line.
    pub(crate) fn told(&self) -> String {
        let (held, all) = self.covered;
        format!(
            "{} devices: {} reports in {} messages, each counted once and every sum exact; {} collectors killed, {} \
             broker restarts, {} crashes of the database; {held} of {all} intervals hold the truth",
            self.devices, self.reports, self.messages, self.killed, self.broker_restarts, self.store_crashes
        )
    }
}

/// The collectors, and what those used that are no more.
struct Team {
    processes: Vec<Process>,
    port: u16,
    store: String,
    cpu_s: f64,
    peak_mib: f64,
}

impl Team {
    fn start(port: u16, store: String, count: usize) -> anyhow::Result<Self> {
        let mut team = Self { processes: Vec::new(), port, store, cpu_s: 0.0, peak_mib: 0.0 };
        for nth in 0..count {
            team.processes.push(team.collector(nth)?);
        }
        Ok(team)
    }

    fn collector(&self, nth: usize) -> anyhow::Result<Process> {
        let mut command = Command::new(program()?);
        let (port, name) = (self.port.to_string(), format!("collector-{nth}"));
        command.args(["collect", "--port", &port, "--name", &name, "--store", &self.store]);
        // What it says of the servers that are restarted is expected.
        Ok(Process::start(command.stderr(Stdio::null()))?)
    }

    fn end(&mut self, nth: usize, signal: Signal) -> anyhow::Result<()> {
        let id = self.processes[nth].id();
        self.cpu_s += cpu_s(id).context("a collector ended by itself")?;
        self.peak_mib = self.peak_mib.max(peak_mib(id)?);
        Ok(self.processes[nth].end(signal)?)
    }

    fn kill_and_restart(&mut self, nth: usize) -> anyhow::Result<()> {
        self.end(nth, Signal::KILL)?;
        self.processes[nth] = self.collector(nth)?;
        Ok(())
    }
}

/// The collectors' program, beside this one.
fn program() -> anyhow::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("petri-fleet"))
}

/// Plays a trial.
pub(crate) fn play(plan: &Plan) -> anyhow::Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let mut broker = Mosquitto::start()?;
    let mut server = if plan.store == Kept::Postgres { Some(Postgres::start()?) } else { None };
    let store = match &server {
        Some(server) => server.database("fleet")?,
        None => format!("sqlite:{}", folder.path().join("fleet.db").display()),
    };
    let address = Address::from_str(&store).map_err(|error| anyhow!(error))?;
    // The tables are there before the clock runs.
    drop(address.open()?);
    let mut team = Team::start(broker.port, store, plan.collectors)?;
    let (progress, start) = (Progress::default(), Instant::now());
    let mut upsets = Upsets::default();
    let parts = parts(plan, broker.port)?;
    let counted = || -> std::io::Result<u64> {
        let terms = address.open().and_then(|mut store| store.terms()).map_err(std::io::Error::other)?;
        Ok(terms.values().map(|sums| sums.reports).sum())
    };
    let ledger = std::thread::scope(|scope| -> anyhow::Result<Ledger> {
        let workers: Vec<Worker<'_>> =
            parts.iter().map(|part| scope.spawn(|| part.play(&progress))).collect();
        let led = lead(plan, &progress, &workers, &counted, |percent| {
            upsets.happen(percent, &mut team, &mut broker, server.as_mut())
        });
        progress.ends.store(led.is_err(), Ordering::Relaxed);
        let mut ledger = Ledger::default();
        for worker in workers {
            let one = worker.join().map_err(|_| anyhow!("a worker of the devices panicked"))?;
            led.as_ref().map_err(|error| anyhow!("{error:#}"))?;
            ledger.join(one?);
        }
        Ok(ledger)
    })?;
    settle(ledger.reports(), counted)?;
    let wall_s = start.elapsed().as_secs_f64();
    for nth in 0..plan.collectors {
        team.end(nth, Signal::TERM)?;
    }
    let terms = address.open()?.terms()?;
    ledger.compare(&terms)?;
    Ok(Outcome {
        devices: plan.devices,
        reports: ledger.reports(),
        messages: progress.messages.load(Ordering::Relaxed),
        wall_s,
        collectors_cpu_s: team.cpu_s,
        broker_cpu_s: cpu_s(broker.id())? + upsets.broker_cpu_s,
        store_cpu_s: server.as_ref().map_or(Ok(0.0), |server| family_cpu_s(server.id()))?
            + upsets.store_cpu_s,
        collector_peak_mib: team.peak_mib,
        killed: upsets.killed,
        broker_restarts: upsets.broker_restarts,
        store_crashes: upsets.store_crashes,
        covered: ledger.covered(&terms),
    })
}

/// Plays a part of the devices.
type Worker<'scope> = ScopedJoinHandle<'scope, anyhow::Result<Ledger>>;

/// Lets things go wrong at their time, and ends each term when all of it is counted.
fn lead(
    plan: &Plan,
    progress: &Progress,
    workers: &[Worker<'_>],
    counted: &impl Fn() -> std::io::Result<u64>,
    mut upset: impl FnMut(u64) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (devices, terms) = (u64::from(plan.devices), u64::from(plan.terms));
    while !workers.iter().all(ScopedJoinHandle::is_finished) {
        std::thread::sleep(LOOK);
        let taken = progress.taken.load(Ordering::Relaxed);
        if !plan.calm {
            upset(taken * 100 / (devices * terms))?;
        }
        let over = progress.over.load(Ordering::Relaxed);
        if over + 1 < terms {
            ensure!(!workers.iter().any(ScopedJoinHandle::is_finished), "some devices gave up");
            if taken == devices * (over + 1) {
                settle(taken, counted)?;
                progress.over.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    Ok(())
}

/// Waits until all reports are counted.
fn settle(all: u64, counted: impl Fn() -> std::io::Result<u64>) -> anyhow::Result<()> {
    let (mut last, mut since) = (0, Instant::now());
    loop {
        // A database that is just being started counts nothing.
        let now = counted().unwrap_or(last);
        if now >= all {
            return Ok(());
        }
        if now > last {
            (last, since) = (now, Instant::now());
        }
        ensure!(since.elapsed() < STILL, "{all} reports were sent, and the count stands still at {now}");
        // Not more often, or looking would be what is measured.
        std::thread::sleep(10 * LOOK);
    }
}

fn parts(plan: &Plan, port: u16) -> anyhow::Result<Vec<Part>> {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let today = Period::of_day((seconds / 86_400) as u32)?;
    // The last term is the one that runs now.
    let first = Period::new(today.number().saturating_sub(plan.terms - 1));
    let share = plan.devices.div_ceil(plan.connections as u32).max(1);
    let starts = (0..plan.devices).step_by(share as usize);
    Ok(starts
        .map(|start| Part {
            port,
            devices: start..(start + share).min(plan.devices),
            first,
            terms: plan.terms,
            last_dated: Period::new(today.number() + 1),
            seed: plan.seed,
        })
        .collect())
}

/// What goes wrong with the servers, each at a part of the way.
#[derive(Debug, Default)]
struct Upsets {
    done: usize,
    killed: u32,
    broker_restarts: u32,
    store_crashes: u32,
    broker_cpu_s: f64,
    store_cpu_s: f64,
}

impl Upsets {
    fn happen(
        &mut self,
        percent: u64,
        team: &mut Team,
        broker: &mut Mosquitto,
        server: Option<&mut Postgres>,
    ) -> anyhow::Result<()> {
        let at = [15, 30, 45, 60, 75, 90];
        if self.done >= at.len() || percent < at[self.done] {
            return Ok(());
        }
        match self.done {
            1 | 4 => {
                self.broker_cpu_s += cpu_s(broker.id())?;
                broker.restart()?;
                self.broker_restarts += 1;
            }
            3 if server.is_some() => {
                if let Some(server) = server {
                    self.store_cpu_s += family_cpu_s(server.id())?;
                    server.crash()?;
                    self.store_crashes += 1;
                }
            }
            nth => {
                team.kill_and_restart(nth % team.processes.len())?;
                self.killed += 1;
            }
        }
        self.done += 1;
        Ok(())
    }
}
