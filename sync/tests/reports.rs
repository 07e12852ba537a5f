//! Reports on their way from a journal to a real broker, and all that can come between.

mod broker;

use broker::{PASSWORD, Site, USER, Wire, free_port};
use petri_core::random::Random;
use petri_core::{Channel, Emotion, Entry, Exercise, Judge, Moves, Outcome as Ending, Permille, Purpose};
use petri_report::{Period, Report, topic};
use petri_runtime::journal::{Journal, Sharing};
use petri_sync::{Broker, Error, Login, Outcome, Patience, Stamp};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The second of January 2027: the last term of 2026 is over.
const TODAY: u32 = 20_820;
const LAST_TERM: &str = "2026-3";
/// A day of that term, and one of the term before.
const IN_TERM: u32 = 20_700;
const TERM_BEFORE: u32 = 20_600;
const ONCE: Patience = Patience { tries: 1, first_wait_ms: 1 };

fn entry(trial: u16) -> Entry {
    Entry {
        trial,
        exercise: Exercise::ReadTheFace,
        item: 3,
        target: Emotion::Sad,
        answer: Some(Emotion::Sad),
        outcome: Ending::Same,
        channel: Channel::Button,
        intensity: Permille::FULL,
        latency_ms: 2_100,
        helped: false,
        ability_ml: 100,
        spread_ml: 900,
        purpose: Purpose::Training,
        judge: Judge::Device,
        moves: Moves::NONE,
    }
}

/// A journal with two learners, in which sync was turned on before the last two terms.
fn journal(folder: &Path) -> Journal {
    let mut journal = Journal::open(&folder.join("journal.db")).expect("a journal");
    for trial in 0..20 {
        journal.append(1, 1, IN_TERM, &entry(trial)).expect("appended");
        journal.append(2, 2, TERM_BEFORE, &entry(trial)).expect("appended");
    }
    journal.set_sharing(&Sharing { on: true, since_day: 20_698, group: "all".into() }).expect("on");
    journal
}

fn make(journal: &mut Journal, today: u32) -> Result<Vec<Period>, Error> {
    let mut number = today as u8;
    let mut new_id = || {
        number = number.wrapping_add(1);
        Ok([number; 16])
    };
    petri_sync::make(
        journal,
        &mut Stamp { today, edition: 0, new_id: &mut new_id, random: &mut Random::new(1) },
    )
}

fn at(site: &Site, port: u16) -> Broker {
    let login = Login::read(&site.login()).expect("a login");
    Broker::new(&format!("localhost:{port}"), &site.ca(), Some(login)).expect("a broker")
}

fn send(journal: &mut Journal, broker: &Broker, today: u32, at_once: bool) -> Outcome {
    petri_sync::send(journal, broker, today, at_once, ONCE, &mut Random::new(u64::from(today)))
        .expect("tried")
}

#[test]
fn nothing_is_made_or_sent_while_sync_is_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = journal(folder.path());
    journal.set_sharing(&Sharing::default()).expect("off");
    assert!(make(&mut journal, TODAY).expect("nothing to do").is_empty());
    assert!(journal.outbox().expect("read").is_empty() && journal.sync_budget().expect("read").is_empty());
    let site = Site::new(folder.path());
    let sent =
        petri_sync::send(&mut journal, &at(&site, free_port()), TODAY, true, ONCE, &mut Random::new(1));
    assert!(matches!(sent, Err(Error::Off)));
}

#[test]
fn each_term_that_is_over_has_one_report_whatever_is_repeated() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = journal(folder.path());
    let made: Vec<String> = make(&mut journal, TODAY).expect("made").iter().map(Period::to_string).collect();
    assert_eq!(made, [LAST_TERM]);
    let first = journal.outbox().expect("read");
    assert!(make(&mut journal, TODAY).expect("again").is_empty());
    drop(journal);
    let mut journal = Journal::open(&folder.path().join("journal.db")).expect("the same");
    assert!(make(&mut journal, TODAY + 30).expect("again").is_empty());
    assert_eq!(journal.outbox().expect("read"), first, "the same bytes");
    // Off and on again in the same term gives no second draw.
    journal.set_sharing(&Sharing::default()).expect("off");
    journal.set_sharing(&Sharing { on: true, since_day: 20_698, group: "all".into() }).expect("on");
    assert!(make(&mut journal, TODAY).expect("nothing").is_empty());
    // A device that was off for long makes up for some terms, not for all.
    assert_eq!(make(&mut journal, TODAY + 3_650).expect("made").len(), 6);
    assert!(matches!(make(&mut journal, 10), Err(Error::NoClock)));
}

#[test]
fn a_report_waits_for_the_broker_and_is_sent_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = journal(folder.path());
    make(&mut journal, TODAY).expect("made");
    let site = Site::new(folder.path());
    let broker = at(&site, site.port);
    let down = send(&mut journal, &broker, TODAY, true);
    assert!(down.sent.is_empty() && down.left.len() == 1 && down.reason.is_some(), "{down:?}");
    let running = site.start();
    // Nobody collects yet: the broker would drop it, and so the device keeps it.
    let nobody = send(&mut journal, &broker, TODAY, true);
    assert!(nobody.sent.is_empty() && nobody.reason.expect("told").contains("collector"));
    site.subscribe();
    let message = journal.outbox().expect("read")[0].message.clone();
    assert_eq!(send(&mut journal, &broker, TODAY, true).sent.len(), 1);
    assert_eq!(
        send(&mut journal, &broker, TODAY, true),
        Outcome { sent: vec![], left: vec![], reason: None }
    );
    let came = site.collect();
    assert_eq!(came, [Report::decode(&message).expect("a report")]);
    drop(running);
}

#[test]
fn weeks_offline_are_tried_less_and_less_and_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = journal(folder.path());
    make(&mut journal, TODAY).expect("made");
    let site = Site::new(folder.path());
    let broker = at(&site, site.port);
    let mut tried = 0;
    for day in TODAY..TODAY + 70 {
        tried += u32::from(send(&mut journal, &broker, day, false).reason.is_some());
    }
    assert!((8..=16).contains(&tried), "{tried} days in ten weeks");
    let _running = site.start();
    site.subscribe();
    let sent = (TODAY + 70..TODAY + 80).find(|day| !send(&mut journal, &broker, *day, false).sent.is_empty());
    assert!(sent.is_some(), "within the longest wait");
    assert_eq!(site.collect().len(), 1);
}

#[test]
fn a_broker_that_restarts_loses_nothing_and_counts_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = journal(folder.path());
    let site = Site::new(folder.path());
    let broker = at(&site, site.port);
    let mut running = site.start();
    site.subscribe();
    make(&mut journal, TODAY).expect("made");
    assert_eq!(send(&mut journal, &broker, TODAY, true).sent.len(), 1);
    running.stop();
    make(&mut journal, TODAY + 125).expect("made");
    assert_eq!(send(&mut journal, &broker, TODAY + 125, true).left.len(), 1);
    let _again = site.start();
    // A collector comes back, too: Mosquitto 2.0.11 keeps what waits for it, but not what it shares.
    let mut came = site.collect();
    assert_eq!(send(&mut journal, &broker, TODAY + 125, true).sent.len(), 1);
    came.extend(site.collect());
    let mut terms: Vec<String> = came.iter().map(|report| report.period.to_string()).collect();
    terms.sort();
    assert_eq!(terms, [LAST_TERM, "2027-1"]);
}

#[test]
fn who_listens_on_the_wire_reads_nothing_and_all_reports_look_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = journal(folder.path());
    let site = Site::new(folder.path());
    let _running = site.start();
    site.subscribe();
    let mut lengths = Vec::new();
    for today in [TODAY, TODAY + 125] {
        make(&mut journal, today).expect("made");
        let wire = Wire::to(site.port);
        let message = journal.outbox().expect("read").last().expect("a report").message.clone();
        assert_eq!(send(&mut journal, &at(&site, wire.port), today, true).sent.len(), 1);
        for secret in [USER, PASSWORD, "petri", "reports", topic::CONTENT_TYPE] {
            assert!(!wire.carried(secret.as_bytes()), "{secret} can be read");
        }
        let pieces = message.windows(8).step_by(8).filter(|piece| piece.iter().any(|byte| *byte != 0));
        assert!(pieces.map(|piece| wire.carried(piece)).all(|carried| !carried), "the report can be read");
        assert!(wire.carried(b"localhost"), "the name of the broker is in the open: the wire is not blind");
        lengths.push(wire.from_devices.load(std::sync::atomic::Ordering::SeqCst));
    }
    assert_eq!(lengths[0], lengths[1], "the length tells nothing");
    assert_eq!(site.collect().len(), 2);
}

#[test]
fn a_broker_that_is_another_or_does_not_know_the_device_gets_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = journal(folder.path());
    make(&mut journal, TODAY).expect("made");
    let site = Site::new(folder.path());
    let _running = site.start();
    site.subscribe();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = Site::new(elsewhere.path());
    let foreign = at(&other, site.port);
    let told = send(&mut journal, &foreign, TODAY, true).reason.expect("refused");
    assert!(told.to_lowercase().contains("certificate"), "{told}");
    std::fs::write(other.login(), "somebody\nelse\n").expect("written");
    let login = Login::read(&other.login()).expect("a login");
    let stranger =
        Broker::new(&format!("localhost:{}", site.port), &site.ca(), Some(login)).expect("a broker");
    let told = send(&mut journal, &stranger, TODAY, true).reason.expect("refused");
    assert!(told.contains("NotAuthorized") || told.contains("BadUserNamePassword"), "{told}");
    assert!(site.collect().is_empty());
}

#[test]
fn files_and_addresses_that_cannot_be_used_are_refused_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = Site::new(folder.path());
    let told = |result: Result<Broker, Error>| result.expect_err("refused").to_string();
    assert!(told(Broker::new("example.org", &site.ca(), None)).contains("8883"));
    assert!(told(Broker::new("a:1", &folder.path().join("none"), None)).contains("none"));
    assert!(told(Broker::new("a:1", &site.login(), None)).contains("--broker-ca"));
    std::fs::set_permissions(site.login(), std::fs::Permissions::from_mode(0o644)).expect("set");
    let told = Login::read(&site.login()).expect_err("refused").to_string();
    assert!(told.contains("chmod") && !told.contains(PASSWORD), "{told}");
}

#[test]
fn waits_grow_to_a_limit_and_differ_by_chance() {
    let mut random = Random::new(7);
    let waits: Vec<u32> = (0..12).map(|failed| petri_sync::wait_ms(failed, 2_000, &mut random)).collect();
    for (failed, wait) in waits.iter().enumerate() {
        let whole = (2_000u32 << failed).min(300_000);
        assert!((whole / 2..=whole).contains(wait), "{failed}: {wait}");
    }
    let others: Vec<u32> = (0..12).map(|failed| petri_sync::wait_ms(failed, 2_000, &mut random)).collect();
    assert_ne!(waits, others);
}
