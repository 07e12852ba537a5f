//! The attack finds what there is to find, and no more than the budget allows.

use petri_attack::{attack, bound, epsilon};

#[test]
fn membership_inference_stays_inside_the_bound_and_knows_without_noise() {
    let result = attack(1_200).expect("noise");
    let (advantage, half) = result.reports.advantage();
    assert!(advantage + half < bound(epsilon()), "{advantage} +- {half}");
    assert!((result.without_noise.advantage().0 - 1.0).abs() < f64::EPSILON, "without noise it knows");
    let (one, half) = result.one_number.advantage();
    let theory = 1.0 - (-epsilon() / 2.0).exp();
    assert!((one - theory).abs() < 1.6 * half && one > 0.2, "one number: {one} +- {half} of {theory}");
}
