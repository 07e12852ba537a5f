//! The device in simulated time keeps its promises, and a world that breaks one is noticed.

use petri_simulate::{Mutation, simulate, twice};

/// Simulated hours of a short run.
const HOURS: u64 = 80;
const SEED: u64 = 3;

#[test]
fn a_device_keeps_its_promises_and_a_seed_does_the_same_each_time() {
    let (run, _) = twice(SEED, HOURS).expect("the same both times");
    let run = run.unwrap_or_else(|failure| panic!("{failure}"));
    let tally = run.tally;
    assert!(run.simulated_ms >= HOURS * 3_600_000);
    assert!(tally.sessions > 10 && tally.trials > 100 && tally.crashes > 1, "{tally:?}");
    assert!(tally.failures > 5 && tally.updates > 0 && run.rows > 50, "{tally:?}");
}

#[test]
fn another_seed_does_something_else() {
    let digest = |seed| {
        let run = simulate(seed, 12, None).expect("a folder");
        run.unwrap_or_else(|failure| panic!("{failure}")).digest
    };
    assert_ne!(digest(3), digest(4));
}

#[test]
fn each_broken_world_is_noticed_and_breaks_the_same_way_again() {
    for (mutation, invariant) in Mutation::ALL {
        let run = || simulate(5, 3_000, Some(mutation)).expect("a folder");
        let failure = run().err().unwrap_or_else(|| panic!("{mutation:?} was not noticed"));
        assert_eq!(failure.broken.invariant, invariant, "{mutation:?}: {failure}");
        let said = failure.to_string();
        assert!(said.contains("seed 5") && said.contains("cargo xtask simulate --seed 5"), "{said}");
        let again = run().expect_err("noticed again");
        assert_eq!(failure.run, again.run, "{mutation:?} breaks at the same step");
    }
}
