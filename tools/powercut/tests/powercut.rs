//! Power cuts and damage, as many as CI has time for; `cargo xtask powercut` makes a million.

use petri_powercut::cut::Fate;
use petri_powercut::disk::Op;
use petri_powercut::proof::{Found, cut_everywhere, prove};
use petri_powercut::rot::{Place, damage};
use petri_powercut::scenario::play;
use petri_powercut::storage::Storage;

const CUTS: u64 = 100_000;

#[test]
fn a_hundred_thousand_power_cuts_lose_nothing_that_was_acknowledged() {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let found = prove(1, CUTS, threads).expect("all that was acknowledged is there");
    assert!(found.total() >= CUTS && found.second_cuts > CUTS / 20, "{found:?}");
    for fate in Fate::ALL {
        assert!(found.cuts.get(&fate).is_some_and(|cuts| *cuts > CUTS / 20), "few cuts {}", fate.name());
    }
    // Both happened: what was under way was lost, and it was done.
    assert!(found.done_unasked > 0 && found.trials > 0);
}

#[test]
fn a_disk_that_only_says_that_it_has_written_is_found_out() {
    let storage = Storage::register("lies").expect("a storage");
    let lost = (0..20).any(|seed| {
        let mut scenario = play(&storage, seed).expect("a life");
        for op in &mut scenario.log {
            if matches!(op, Op::Sync { .. }) {
                *op = Op::SyncFolder;
            }
        }
        cut_everywhere(&storage, &scenario, seed, &mut Found::default()).is_err()
    });
    assert!(lost, "acknowledged trials were lost, and nobody noticed");
}

#[test]
fn damage_is_said_or_does_no_harm_and_nothing_wrong_is_told() {
    let (outcomes, wrong) = damage(1, 20_000).expect("journals to damage");
    assert!(wrong.is_empty(), "{} wrong: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
    let of = |place: Place| outcomes.get(&place).copied().unwrap_or_default();
    for place in [Place::Head, Place::Page] {
        assert!(of(place).said > 100 && of(place).unharmed > 100, "{place:?}: {:?}", of(place));
    }
    // Nothing is in the log alone once it is acknowledged.
    for place in [Place::LogHead, Place::FrameHead, Place::Frame] {
        assert!(
            of(place).damages > 0 && of(place).unharmed == of(place).damages,
            "{place:?}: {:?}",
            of(place)
        );
    }
}
