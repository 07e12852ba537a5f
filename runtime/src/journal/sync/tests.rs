use super::*;
use std::path::PathBuf;

fn report(period: u16) -> Outgoing {
    Outgoing { period, message: vec![period as u8; 2_048], due_day: 20_000, tries: 0, sent_day: None }
}

fn fresh() -> (tempfile::TempDir, PathBuf, Journal) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.db");
    let journal = Journal::open(&path).expect("a new journal");
    (folder, path, journal)
}

#[test]
fn nothing_may_leave_before_somebody_has_said_so() {
    let (_folder, path, mut journal) = fresh();
    assert!(!journal.sharing().expect("read").on);
    let sharing = Sharing { on: true, since_day: 20_600, group: "all".to_owned() };
    journal.set_sharing(&sharing).expect("kept");
    drop(journal);
    assert_eq!(Journal::open(&path).expect("the same").sharing().expect("read"), sharing);
}

#[test]
fn a_term_is_paid_for_once_whatever_restarts_and_the_second_report_is_refused() {
    let (_folder, path, mut journal) = fresh();
    journal.spend_and_keep(&report(170), 1_000).expect("kept");
    drop(journal);
    let mut journal = Journal::open(&path).expect("the same");
    let second = Outgoing { message: vec![9; 2_048], ..report(170) };
    let told = journal.spend_and_keep(&second, 1).expect_err("refused").to_string();
    assert!(told.contains("budget"), "{told}");
    assert_eq!(journal.outbox().expect("read"), [report(170)]);
    // Neither sending it nor turning sync off gives the budget back.
    journal.mark_sent(170, 20_001).expect("marked");
    journal.set_sharing(&Sharing::default()).expect("off");
    journal.spend_and_keep(&second, 1).expect_err("refused");
    assert_eq!(journal.sync_budget().expect("read"), [(170, 1_000)]);
    journal.spend_and_keep(&report(171), 1_001).expect_err("more than a term has");
    assert_eq!(journal.sync_budget().expect("read"), [(170, 1_000)], "what was refused was not spent");
}

/// `SQLite`'s own limit on the file: the same error as from a disk without room.
fn limit(journal: &Journal, pages: i64) {
    let pragma = format!("PRAGMA max_page_count = {pages}");
    let _: i64 = journal.db.query_row(&pragma, [], |row| row.get(0)).expect("limited");
}

#[test]
fn on_a_disk_of_any_size_a_report_is_spent_and_kept_or_neither() {
    let (_folder, path, mut journal) = fresh();
    let before: i64 = journal.db.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("pages");
    let (mut kept, mut refused) = (Vec::new(), 0);
    // A report takes about a page, so that of two tries for each size one is refused.
    for pages in (before..before + 8).flat_map(|pages| [pages; 2]) {
        limit(&journal, pages);
        let next = report(170 + kept.len() as u16);
        match journal.spend_and_keep(&next, 1_000) {
            Ok(()) => kept.push(next),
            Err(error) => {
                refused += 1;
                assert!(error.to_string().contains("the disk is full; free some room"), "{error}");
            }
        }
        let spent: Vec<(u16, u16)> = kept.iter().map(|one| (one.period, 1_000)).collect();
        assert_eq!(journal.outbox().expect("read"), kept, "{pages} pages");
        assert_eq!(journal.sync_budget().expect("read"), spent, "{pages} pages");
    }
    assert!(refused > 2 && kept.len() > 2, "{refused} refused, {} kept", kept.len());
    drop(journal);
    let mut journal = Journal::open(&path).expect("the same");
    assert_eq!(journal.outbox().expect("read"), kept);
    journal.spend_and_keep(&report(170 + kept.len() as u16), 1_000).expect("there is room again");
}

#[test]
fn the_outbox_has_a_limit_and_what_was_sent_does_not_fill_it() {
    let (_folder, _, mut journal) = fresh();
    for period in 0..OUTBOX_MAX as u16 {
        journal.spend_and_keep(&report(period), 1_000).expect("kept");
    }
    let told = journal.spend_and_keep(&report(90), 1_000).expect_err("full").to_string();
    assert!(told.contains("wait to be sent"), "{told}");
    for period in 0..40 {
        let outbox = journal.outbox().expect("read");
        let oldest = outbox.iter().find(|one| one.sent_day.is_none()).expect("one waits").period;
        journal.mark_sent(oldest, 20_000).expect("marked");
        journal.spend_and_keep(&report(100 + period), 1_000).expect("room again");
    }
    assert!(journal.outbox().expect("read").len() <= OUTBOX_MAX + SENT_KEPT_MAX as usize);
}

#[test]
fn turning_sync_off_drops_what_waits_and_leaves_no_byte_of_it() {
    let (_folder, path, mut journal) = fresh();
    let marked = Outgoing { message: b"what waits to be sent".repeat(90), ..report(170) };
    journal.spend_and_keep(&marked, 1_000).expect("kept");
    journal.set_sharing(&Sharing::default()).expect("off");
    assert!(journal.outbox().expect("read").is_empty());
    journal.erase(None).expect("erased");
    drop(journal);
    let bytes = std::fs::read(path).expect("read");
    assert!(!bytes.windows(21).any(|window| window == b"what waits to be sent"));
}

#[test]
fn a_no_outlives_the_erasing_of_the_learner() {
    let (_folder, _, mut journal) = fresh();
    journal.set_sync_refusal(3, true).expect("kept");
    journal.set_sync_refusal(3, true).expect("kept once");
    journal.erase(Some(3)).expect("erased");
    assert_eq!(journal.sync_refusals().expect("read"), [3]);
    journal.set_sync_refusal(3, false).expect("taken back");
    assert!(journal.sync_refusals().expect("read").is_empty());
}

#[test]
fn a_damaged_report_is_never_sent() {
    let (_folder, _, mut journal) = fresh();
    journal.spend_and_keep(&report(170), 1_000).expect("kept");
    journal.db.execute("UPDATE outbox SET message = zeroblob(2048)", []).expect("tampered");
    assert!(journal.outbox().expect_err("noticed").to_string().contains("damaged"));
}
