//! A small fleet against real servers, with everything going wrong: the same trial that `cargo xtask fleet` makes large.

use std::process::Command;

fn trial(store: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_petri-fleet-trial"))
        .args(["--devices", "50", "--terms", "6", "--store", store])
        .output()
        .expect("the trial starts");
    let (told, trouble) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{trouble}");
    // It compares every number itself; that it did something is seen here.
    assert!(told.contains("50 devices: 300 reports"), "{told}");
    assert!(told.contains("each counted once and every sum exact"), "{told}");
}

#[test]
fn nothing_is_lost_and_nothing_counts_twice_in_sqlite() {
    trial("sqlite");
}

#[test]
fn nothing_is_lost_and_nothing_counts_twice_in_postgresql() {
    trial("postgres");
}
