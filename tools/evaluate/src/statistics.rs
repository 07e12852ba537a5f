//! Counting and averaging.

use petri_figures::wilson;
use std::cmp::Ordering;

/// Counts of one class of several that may be present together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Hits {
    /// Present and found.
    pub(crate) found: usize,
    /// Found but not present.
    pub(crate) extra: usize,
    /// Present but not found.
    pub(crate) missed: usize,
}

impl Hits {
    /// Adds one case.
    pub(crate) fn count(&mut self, present: bool, predicted: bool) {
        match (present, predicted) {
            (true, true) => self.found += 1,
            (false, true) => self.extra += 1,
            (true, false) => self.missed += 1,
            (false, false) => {}
        }
    }

    /// Harmonic mean of precision and recall; 0 when nothing was found.
    pub(crate) fn f1(&self) -> f64 {
        let weight = 2 * self.found + self.extra + self.missed;
        if weight == 0 { 0.0 } else { 2.0 * self.found as f64 / weight as f64 }
    }
}

/// The mean over classes, each with the same weight.
pub(crate) fn macro_f1(classes: &[Hits]) -> f64 {
    classes.iter().map(Hits::f1).sum::<f64>() / classes.len().max(1) as f64
}

/// The chance that a value of `high` is larger than one of `low`; equal ones count half.
pub(crate) fn area_under_curve(high: &[f64], low: &[f64]) -> f64 {
    let wins = |value: &f64| -> f64 {
        let won = low.iter().map(|other| match value.total_cmp(other) {
            Ordering::Greater => 1.0,
            Ordering::Equal => 0.5,
            Ordering::Less => 0.0,
        });
        won.sum()
    };
    high.iter().map(wins).sum::<f64>() / (high.len() * low.len()).max(1) as f64
}

/// Wilson's 95 % interval of a share, in percent.
pub(crate) fn interval(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    let [low, high] = wilson(part, whole);
    format!("{low:.1}..{high:.1}")
}

/// Of answers, each a confidence and whether it is right, the surest ones that make up `coverage` of all: how many of
/// them are right, how many they are, and the confidence of the least sure.
pub(crate) fn surest(answers: &[(f64, bool)], coverage: f64) -> (usize, usize, f64) {
    let mut sorted = answers.to_vec();
    sorted.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let n = ((coverage * sorted.len() as f64).round() as usize).min(sorted.len());
    let chosen = &sorted[..n];
    let least = chosen.last().map_or(f64::NAN, |(confidence, _)| *confidence);
    (chosen.iter().filter(|(_, right)| *right).count(), n, least)
}

/// Value below which `share` of `sorted` lies, by the nearest rank.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((share * last as f64).round() as usize).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_weighs_precision_and_recall() {
        let hits = Hits { found: 3, extra: 1, missed: 2 };
        assert!((hits.f1() - 2.0 * 0.75 * 0.6 / 1.35).abs() < 1e-9);
        assert!((macro_f1(&[hits, Hits::default()]) - hits.f1() / 2.0).abs() < 1e-9);
    }

    #[test]
    fn the_area_under_the_curve_is_a_chance() {
        assert!((area_under_curve(&[2.0, 3.0], &[0.0, 1.0]) - 1.0).abs() < 1e-9);
        assert!((area_under_curve(&[0.0, 0.0], &[0.0, 0.0]) - 0.5).abs() < 1e-9);
        assert!((area_under_curve(&[1.0, 0.0], &[0.0, 2.0]) - 0.375).abs() < 1e-9);
    }

    #[test]
    fn the_surest_half_is_chosen_by_confidence() {
        let answers = [(0.2, false), (0.9, true), (0.5, true), (0.8, false)];
        assert_eq!(surest(&answers, 0.5), (1, 2, 0.8));
        assert_eq!(surest(&answers, 1.0), (2, 4, 0.2));
        assert_eq!(surest(&[], 0.5).1, 0);
    }

    #[test]
    fn intervals_and_quantiles_are_those_of_the_textbook() {
        assert_eq!(interval(90, 100), "82.6..94.5");
        assert_eq!(interval(0, 10), "0.0..27.8");
        let sorted: Vec<f64> = (0..=10).map(f64::from).collect();
        assert!((quantile(&sorted, 0.5) - 5.0).abs() < 1e-9 && (quantile(&sorted, 0.9) - 9.0).abs() < 1e-9);
    }
}
