//! A learner's number as three small pictures, for those who do not read numbers. A name has no place to be written.

/// The pictures; each is a file of the page.
pub(crate) const PICTURES: [&str; 16] = [
    "sun", "moon", "star", "tree", "leaf", "fish", "boat", "house", "key", "bell", "cup", "hat", "kite",
    "ball", "cloud", "heart",
];

/// Learners up to this number have a code.
pub(crate) const LEARNER_MAX: u32 = 4_095;

/// Spreads numbers that follow each other, so that their codes differ in more than the last picture. Odd, so that no
/// two numbers share a code.
const SPREAD: u32 = 1_637;

/// Three pictures for a learner's number.
pub(crate) fn code(learner: u32) -> Option<[&'static str; 3]> {
    let spread = (learner <= LEARNER_MAX).then(|| (learner * SPREAD) & LEARNER_MAX)?;
    Some([8, 4, 0].map(|shift| PICTURES[(spread >> shift & 15) as usize]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_learner_has_a_code_of_their_own() {
        let codes: BTreeSet<_> = (0..=LEARNER_MAX).filter_map(code).collect();
        assert_eq!(codes.len(), 4_096);
        assert_eq!(code(LEARNER_MAX + 1), None);
        for learner in 0..LEARNER_MAX {
            let (one, next) = (code(learner).expect("a code"), code(learner + 1).expect("a code"));
            assert!(one.iter().zip(next).filter(|(a, b)| *a != b).count() >= 2, "{learner}");
        }
    }
}
