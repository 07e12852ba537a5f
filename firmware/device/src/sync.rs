//! `petri sync`: what leaves the device, once a term and only if that was turned on.

use crate::cli::Keeping;
use crate::say;
use anyhow::Context;
use clap::{Args, Subcommand};
use petri_core::random::Random;
use petri_report::{EDITIONS, Period, topic};
use petri_runtime::EDITION;
use petri_runtime::journal::{Journal, Outgoing, Sharing};
use petri_sync::{Broker, Login, Patience, Stamp};
use std::io::Read;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// Tries in one go, and the wait after the first.
const PATIENCE: Patience = Patience { tries: 5, first_wait_ms: 2_000 };
const DAY_S: u64 = 86_400;

/// What to do about sync.
#[derive(Debug, Subcommand)]
pub(crate) enum Sync {
    /// Let a noisy report leave the device after each term, from today on.
    On {
        #[command(flatten)]
        keeping: At,
        /// The group of many devices that this one is counted with: a word of a-z, 0-9 and -.
        #[arg(long, default_value = topic::GROUP, value_parser = group)]
        group: String,
    },
    /// Let nothing leave, and drop what waits.
    Off {
        #[command(flatten)]
        keeping: At,
    },
    /// Leave a learner out of all reports to come.
    LeaveOut {
        #[command(flatten)]
        keeping: At,
        /// The learner's number.
        learner: u32,
    },
    /// Let a learner who was left out count again, in terms that are not reported yet.
    TakeIn {
        #[command(flatten)]
        keeping: At,
        /// The learner's number.
        learner: u32,
    },
    /// Show the bytes and the meaning of what would leave.
    Show {
        #[command(flatten)]
        keeping: At,
    },
    /// Say whether sync is on, what was spent, what waits and what was sent.
    Status {
        #[command(flatten)]
        keeping: At,
    },
    /// Make the reports of terms that are over and send what waits.
    Now {
        #[command(flatten)]
        keeping: At,
        #[command(flatten)]
        to: To,
        /// Send only what is due on this day, as the timer does.
        #[arg(long)]
        when_due: bool,
    },
    /// Make the reports of terms that are over, so that `show` can show them, and send nothing.
    Make {
        #[command(flatten)]
        keeping: At,
    },
}

/// Which journal.
#[derive(Debug, Args)]
pub(crate) struct At {
    /// The journal.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

impl At {
    fn open(self) -> anyhow::Result<Journal> {
        let keeping = Keeping { journal: self.journal, learner: 1 };
        Ok(Journal::open_existing(&keeping.path()?)?)
    }
}

/// Where reports go.
#[derive(Debug, Args)]
pub(crate) struct To {
    /// The MQTT 5 broker, over TLS: HOST:PORT.
    #[arg(long, env = "PETRI_BROKER", value_name = "ADDRESS")]
    broker: String,
    /// Certificates (PEM) of those whose signature on the broker's certificate counts.
    #[arg(
        long,
        env = "PETRI_BROKER_CA",
        value_name = "FILE",
        default_value = "/etc/ssl/certs/ca-certificates.crt"
    )]
    broker_ca: PathBuf,
    /// A file with the broker's user in its first line and the password in its second; others may not read it.
    #[arg(long, env = "PETRI_BROKER_LOGIN", value_name = "FILE")]
    broker_login: Option<PathBuf>,
}

fn group(name: &str) -> Result<String, &'static str> {
    if topic::is_group(name) { Ok(name.to_owned()) } else { Err("use up to 32 of a-z, 0-9 and -") }
}

pub(crate) fn command(action: Sync) -> anyhow::Result<()> {
    match action {
        Sync::On { keeping, group } => on(keeping.open()?, group),
        Sync::Off { keeping } => {
            keeping.open()?.set_sharing(&Sharing::default())?;
            say("sync is off: nothing leaves, and what waited is dropped");
            Ok(())
        }
        Sync::LeaveOut { keeping, learner } => {
            keeping.open()?.set_sync_refusal(learner, true)?;
            say(format_args!("learner {learner} is left out of all reports to come"));
            Ok(())
        }
        Sync::TakeIn { keeping, learner } => {
            keeping.open()?.set_sync_refusal(learner, false)?;
            say(format_args!("learner {learner} counts in terms that are not reported yet"));
            Ok(())
        }
        Sync::Show { keeping } => show(&keeping.open()?),
        Sync::Status { keeping } => status(&keeping.open()?),
        Sync::Make { keeping } => make(&mut keeping.open()?),
        Sync::Now { keeping, to, when_due } => now(&mut keeping.open()?, &to, when_due),
    }
}

fn today() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs() / DAY_S).unwrap_or(u32::MAX)
}

fn edition() -> u8 {
    EDITIONS.iter().position(|name| *name == EDITION).unwrap_or_default() as u8
}

/// Randomness of the system's, for identifiers.
fn new_id() -> std::io::Result<[u8; 16]> {
    let mut id = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut id)?;
    Ok(id)
}

/// Chance that protects nothing: days and waits.
fn chance() -> anyhow::Result<Random> {
    let id = new_id().context("the system gives no randomness; try again later")?;
    Ok(Random::new(id.iter().fold(0, |seed, byte| (seed << 8) ^ u64::from(*byte) ^ (seed >> 56))))
}

fn on(mut journal: Journal, group: String) -> anyhow::Result<()> {
    let today = today();
    if today < petri_sync::DAY_MIN {
        return Err(petri_sync::Error::NoClock.into());
    }
    let before = journal.sharing()?;
    // Turned on once more, it stays on since the first time.
    let since_day = if before.on { before.since_day } else { today };
    journal.set_sharing(&Sharing { on: true, since_day, group })?;
    say(
        "sync is on: after each term one report leaves, with sums over all learners and noise in every number",
    );
    say("it counts trials from today on; `petri sync show` shows what leaves, `petri sync off` ends it");
    say("for a timer that sends it: sudo systemctl enable --now petri-sync.timer");
    Ok(())
}

fn make(journal: &mut Journal) -> anyhow::Result<()> {
    let mut random = chance()?;
    let mut stamp = Stamp { today: today(), edition: edition(), new_id: &mut new_id, random: &mut random };
    for period in petri_sync::make(journal, &mut stamp)? {
        say(format_args!("made the report of term {period}; `petri sync show` shows it"));
    }
    Ok(())
}

fn now(journal: &mut Journal, to: &To, when_due: bool) -> anyhow::Result<()> {
    if !journal.sharing()?.on {
        if when_due {
            return Ok(());
        }
        return Err(petri_sync::Error::Off.into());
    }
    make(journal)?;
    let login = to.broker_login.as_deref().map(Login::read).transpose()?;
    let broker = Broker::new(&to.broker, &to.broker_ca, login)?;
    let outcome = petri_sync::send(journal, &broker, today(), !when_due, PATIENCE, &mut chance()?)?;
    for period in &outcome.sent {
        say(format_args!("sent the report of term {}", Period::new(*period)));
    }
    match outcome.reason {
        Some(reason) if !outcome.left.is_empty() => {
            anyhow::bail!("{reason}; {} reports wait and are safe in the journal", outcome.left.len())
        }
        _ => Ok(()),
    }
}

fn show(journal: &Journal) -> anyhow::Result<()> {
    let sharing = journal.sharing()?;
    let waiting: Vec<Outgoing> =
        journal.outbox()?.into_iter().filter(|report| report.sent_day.is_none()).collect();
    for report in &waiting {
        say(format_args!("to topic {}, as it is:", topic::topic(&sharing.group)));
        say(petri_sync::message(&report.message)?);
    }
    let due = petri_sync::due(journal, today())?;
    for period in &due {
        say(format_args!(
            "the report of term {period} is due and not made yet: `petri sync make`, then show it again"
        ));
    }
    if waiting.is_empty() && due.is_empty() {
        let period = Period::of_day(today())?;
        let state = if sharing.on { "sync is on, and nothing waits" } else { "sync is off: nothing leaves" };
        say(format_args!("{state}. The noise of a term's report is drawn once, when the term is over."));
        say("This is what one looks like: a real message of a term in which nobody practised, with id 0.\n");
        say(petri_sync::message(&petri_sync::example(period, edition())?)?);
    }
    Ok(())
}

fn status(journal: &Journal) -> anyhow::Result<()> {
    let sharing = journal.sharing()?;
    if sharing.on {
        say(format_args!("sync is on since day {}, group {}", sharing.since_day, sharing.group));
    } else {
        say("sync is off");
    }
    say(format_args!("left out: {:?}", journal.sync_refusals()?));
    for (period, milli) in journal.sync_budget()? {
        let period = Period::new(period);
        say(format_args!("term {period}: {:.3} of 1.000 epsilon spent", f64::from(milli) / 1_000.0));
    }
    for report in journal.outbox()? {
        let period = Period::new(report.period);
        match report.sent_day {
            Some(day) => say(format_args!("term {period}: sent on day {day}")),
            None => say(format_args!(
                "term {period}: waits, due on day {}, tried in vain on {} days",
                report.due_day, report.tries
            )),
        }
    }
    Ok(())
}
