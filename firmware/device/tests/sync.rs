//! `petri sync` as a facilitator and a timer use it, with a real broker and a real kill.

#[path = "../../../sync/tests/broker/mod.rs"]
mod broker;
mod trials;

use broker::{Site, Wire};
use petri_runtime::journal::{Journal, Outgoing};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// More than a device sends before the report, and less than with it.
const BEFORE_THE_REPORT_BYTES: usize = 2_000;
const KILLS: usize = 3;

fn petri(journal: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_petri"));
    command.arg("sync").args(arguments).arg("--journal").arg(journal).env_remove("PETRI_BROKER");
    command
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A journal with trials in the last term that is over, and sync on since its first day.
fn journal(folder: &Path) -> PathBuf {
    let path = folder.join("journal.db");
    trials::journal(&path, 1, &[5]);
    path
}

fn outbox(path: &Path) -> Vec<Outgoing> {
    Journal::open(path).expect("the journal").outbox().expect("read")
}

fn hex(bytes: &[u8]) -> String {
    petri_models::hex(bytes)
}

#[test]
fn a_device_killed_before_the_answer_sends_the_same_report_again_and_it_counts_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = journal(folder.path());
    let site = Site::new(folder.path());
    let _running = site.start();
    site.subscribe();
    let to = |port: u16| {
        let mut command = petri(&journal, &["now"]);
        command.arg("--broker").arg(format!("localhost:{port}"));
        command.arg("--broker-ca").arg(site.ca()).arg("--broker-login").arg(site.login());
        command
    };
    for _ in 0..KILLS {
        let wire = Wire::to(site.port);
        wire.silent_after.store(BEFORE_THE_REPORT_BYTES, Ordering::SeqCst);
        let mut device = to(wire.port).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
        let begun = Instant::now();
        while wire.from_devices.load(Ordering::SeqCst) < BEFORE_THE_REPORT_BYTES {
            assert!(begun.elapsed() < Duration::from_mins(1), "the report is not on its way");
            sleep(Duration::from_millis(5));
        }
        // The broker has it, its answer is held back.
        sleep(Duration::from_millis(500));
        device.kill().expect("killed");
        device.wait().expect("ended");
        assert_eq!(outbox(&journal)[0].sent_day, None, "without an answer it is not sent");
    }
    assert!(said(&to(site.port).output().expect("ran")).contains("sent the report"));
    let came = site.collect();
    let ids: BTreeSet<[u8; 16]> = came.iter().map(|report| report.id).collect();
    assert_eq!((came.len(), ids.len()), (KILLS + 1, 1), "each kill came between report and answer");
    assert!(came.iter().all(|report| *report == came[0]), "the same bytes each time");
    assert_eq!(said(&to(site.port).output().expect("ran")), "", "nothing is left to send");
    assert!(site.collect().is_empty());
    assert!(
        said(&petri(&journal, &["status"]).output().expect("ran")).contains("1.000 of 1.000 epsilon spent")
    );
}

#[test]
fn what_is_shown_is_what_waits_byte_for_byte_and_showing_spends_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = journal(folder.path());
    let show = || said(&petri(&journal, &["show"]).output().expect("ran"));
    assert!(show().contains("is due and not made yet"));
    assert!(Journal::open(&journal).expect("the journal").sync_budget().expect("read").is_empty());
    assert!(said(&petri(&journal, &["make"]).output().expect("ran")).contains("made the report"));
    let shown = show();
    assert_eq!(shown, show(), "there is one draw");
    // The bytes are in the lines that begin with their place.
    let bytes: String = shown
        .lines()
        .skip(2)
        .take_while(|line| !line.contains("zeros"))
        .flat_map(|line| line.split_whitespace().skip(1))
        .collect();
    let message = outbox(&journal)[0].message.clone();
    assert!(bytes.len() > 1_000 && hex(&message).starts_with(&bytes));
    assert!(hex(&message)[bytes.len()..].bytes().all(|digit| digit == b'0'), "zeros to the end");
    for words in
        ["topic petri/v1/reports/all", "2048 bytes", "epsilon  1.000", "disgusted", "dialogue", "teen"]
    {
        assert!(shown.contains(words), "{words}");
    }
}

#[test]
fn sync_is_off_until_it_is_turned_on_and_off_drops_what_waits() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new.db");
    drop(Journal::open(&path).expect("a journal"));
    let status = || said(&petri(&path, &["status"]).output().expect("ran"));
    assert!(status().starts_with("sync is off"));
    let refused = petri(&path, &["now", "--broker", "localhost:1"]).output().expect("ran");
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && told.contains("petri sync on") && told.lines().count() == 1,
        "{told}"
    );
    // The timer of a device whose sync is off does nothing, and that is no fault.
    assert_eq!(
        said(&petri(&path, &["now", "--when-due", "--broker", "localhost:1"]).output().expect("ran")),
        ""
    );
    said(&petri(&path, &["on", "--group", "north"]).output().expect("ran"));
    assert!(status().contains("group north"));
    said(&petri(&path, &["leave-out", "7"]).output().expect("ran"));
    assert!(status().contains("left out: [7]"));
    assert!(said(&petri(&path, &["show"]).output().expect("ran")).contains("in which nobody practised"));

    let used = journal(folder.path());
    said(&petri(&used, &["make"]).output().expect("ran"));
    assert_eq!(outbox(&used).len(), 1);
    said(&petri(&used, &["off"]).output().expect("ran"));
    assert!(outbox(&used).is_empty());
}
