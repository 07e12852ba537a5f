//! Whether a confidence is the share of answers that are right.

use crate::figure::wilson;
use crate::rounded;
use crate::table::Table;
use serde::{Deserialize, Serialize};

/// Answers by their confidence, in bins of equal width from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reliability {
    /// Of the picture; unique in its report.
    pub name: String,
    /// Above the picture.
    pub title: String,
    /// The bins, from no confidence to full confidence.
    pub bins: Vec<Bin>,
}

/// The answers of one bin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    /// Answers.
    pub n: usize,
    /// Those that are right.
    pub right: usize,
    /// Their mean confidence.
    pub confidence: f64,
}

impl Reliability {
    /// Sorts answers, each a confidence and whether it is right, into bins.
    pub fn of(name: &str, title: &str, answers: impl IntoIterator<Item = (f64, bool)>, bins: usize) -> Self {
        let mut found = vec![Bin::default(); bins.max(1)];
        for (confidence, right) in answers {
            let index = ((confidence * found.len() as f64) as usize).min(found.len() - 1);
            found[index].n += 1;
            found[index].right += usize::from(right);
            found[index].confidence += confidence;
        }
        for bin in &mut found {
            bin.confidence = rounded(bin.confidence / bin.n.max(1) as f64);
        }
        Self { name: name.to_owned(), title: title.to_owned(), bins: found }
    }

    /// Expected calibration error, 0 to 1: how far confidence is from the share that is right, in the mean over all
    /// answers.
    pub fn error(&self) -> f64 {
        let off = |bin: &Bin| (bin.confidence * bin.n as f64 - bin.right as f64).abs();
        self.bins.iter().map(off).sum::<f64>() / self.n().max(1) as f64
    }

    /// All answers.
    pub fn n(&self) -> usize {
        self.bins.iter().map(|bin| bin.n).sum()
    }

    pub(crate) fn is_sound(&self) -> bool {
        let sound = |bin: &Bin| bin.right <= bin.n && (0.0..=1.0).contains(&bin.confidence);
        !self.bins.is_empty() && self.bins.iter().all(sound)
    }

    /// The bins that hold answers.
    pub fn table(&self) -> Table {
        let mut table = Table::new(&["confidence", "n", "mean confidence", "right", "95 % interval"]);
        let width = 1.0 / self.bins.len() as f64;
        for (number, bin) in self.bins.iter().enumerate().filter(|(_, bin)| bin.n > 0) {
            let [low, high] = wilson(bin.right, bin.n);
            table.row([
                format!("{:.2} to {:.2}", number as f64 * width, (number + 1) as f64 * width),
                bin.n.to_string(),
                format!("{:.3}", bin.confidence),
                format!("{:.3}", bin.right as f64 / bin.n as f64),
                format!("{:.2}..{:.2}", low / 100.0, high / 100.0),
            ]);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_zero_when_confidence_is_the_share_that_is_right() {
        let of = |confidence| Reliability::of("r", "", (0..10).map(|i| (confidence, i < 7)), 15);
        assert!(of(0.7).error() < 1e-6);
        assert!((of(1.0).error() - 0.3).abs() < 1e-6, "who boasts by 0.3 is off by 0.3");
        assert_eq!(of(1.0).bins[14], Bin { n: 10, right: 7, confidence: 1.0 });
        assert_eq!(of(1.0).n(), 10);
    }
}
