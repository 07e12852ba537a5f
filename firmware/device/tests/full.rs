//! A device whose disk is full when the reports of its terms are due.

mod trials;

use petri_runtime::journal::Journal;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Terms whose reports are due at once.
const TERMS: u16 = 3;
/// From the room of the journal and its key to more than the reports need.
const ROOM_KIB: std::ops::RangeInclusive<u64> = 8..=168;
const STEP_KIB: usize = 8;
/// A disk of its own for the program: in memory, of this size in KiB.
const DISK: &str = r#"set -e; mount -t tmpfs -o size="$1"k none "$2"; cp "$3".key "$2"/journal.db.key; cp "$3" "$2"/journal.db
    ended=0; "$4" sync make --journal "$2"/journal.db || ended=$?; cp "$2"/journal.db* "$5"; exit $ended"#;
/// Where nobody may mount: no file may grow beyond this size, in blocks of half a KiB.
const LIMIT: &str = r#"set -e; cp "$3".key "$2"/journal.db.key; cp "$3" "$2"/journal.db; trap "" XFSZ
    ended=0; (ulimit -f $((2 * $1)); exec "$4" sync make --journal "$2"/journal.db) || ended=$?
    cp "$2"/journal.db* "$5"; exit $ended"#;

/// `petri sync make` with so much room; what is on its disk afterwards is brought to `after`.
fn make(journal: &Path, room_kib: u64, disk: &Path, after: &Path) -> Output {
    let may_mount = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).output();
    let may_mount = may_mount.is_ok_and(|output| output.status.success());
    let mut command = Command::new(if may_mount { "unshare" } else { "sh" });
    if may_mount {
        command.args(["--map-root-user", "--mount", "sh"]);
    }
    command.args(["-c", if may_mount { DISK } else { LIMIT }, "sh", &room_kib.to_string()]);
    command.arg(disk).arg(journal).arg(env!("CARGO_BIN_EXE_petri")).arg(after);
    command.output().expect("a shell")
}

/// Terms that were paid for, and terms of which there is a report.
fn found(path: &Path) -> (Vec<u16>, Vec<u16>) {
    let journal = Journal::open(path).expect("the journal is sound");
    assert_eq!(journal.entries(1).expect("read").len(), 3, "no trial is lost");
    let budget = journal.sync_budget().expect("read");
    assert!(budget.iter().all(|(_, milli)| *milli == 1_000), "{budget:?}");
    let reports = journal.outbox().expect("read");
    (budget.iter().map(|one| one.0).collect(), reports.iter().map(|one| one.period).collect())
}

fn folder(parent: &Path, name: &str) -> PathBuf {
    let path = parent.join(name);
    std::fs::create_dir(&path).expect("a folder");
    path
}

#[test]
fn a_report_for_which_there_is_no_room_is_refused_in_one_line_and_neither_spent_nor_lost() {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("journal.db");
    trials::journal(&path, TERMS, &[5, 130, 250]);
    let size_kib = std::fs::metadata(&path).expect("there").len() / 1024;
    let (mut refused, mut made) = (0, 0);
    for room_kib in ROOM_KIB.step_by(STEP_KIB).map(|more| size_kib + more) {
        let (disk, after) =
            (folder(place.path(), &format!("disk{room_kib}")), folder(place.path(), &format!("{room_kib}")));
        let output = make(&path, room_kib, &disk, &after);
        let told = String::from_utf8_lossy(&output.stderr);
        let kept = after.join("journal.db");
        let (paid, reports) = found(&kept);
        assert_eq!(paid, reports, "with {room_kib} KiB each is spent with its report or not at all");
        if output.status.success() {
            made += 1;
            assert_eq!(paid.len(), usize::from(TERMS), "{room_kib} KiB");
        } else {
            refused += 1;
            assert!(told.lines().count() == 1 && told.contains("free some room"), "{room_kib} KiB: {told}");
        }
        // With room, what is missing is made and what is there stays.
        let again = Command::new(env!("CARGO_BIN_EXE_petri"))
            .args(["sync", "make", "--journal"])
            .arg(&kept)
            .output()
            .expect("petri starts");
        assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
        assert_eq!(String::from_utf8_lossy(&again.stdout).lines().count(), usize::from(TERMS) - paid.len());
        assert_eq!(found(&kept).1.len(), usize::from(TERMS));
    }
    assert!(refused > 1 && made > 1, "{refused} refused, {made} made");
}
