//! A named figure.

use crate::rounded;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A number that the project states.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Its name in its part; a document quotes it as `<part>.<name>`.
    pub name: String,
    /// What it is, in words.
    pub what: String,
    /// What was measured.
    pub value: f64,
    /// The unit, or nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// How far another measurement of the same weights may lie from `value`, in its unit.
    pub tolerance: f64,
    /// How many cases it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<usize>,
    /// Its 95 % interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// Decimals that are shown.
    pub decimals: usize,
    /// What the project holds itself to: an evaluation fails when it is missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Limit>,
    /// What the project is after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Limit>,
}

/// A bound of a figure, in the figure's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// Not below.
    AtLeast(f64),
    /// Not above.
    AtMost(f64),
}

impl Limit {
    /// Whether a value is within it; the limit itself is.
    pub fn kept(self, value: f64) -> bool {
        match self {
            Limit::AtLeast(limit) => value >= limit,
            Limit::AtMost(limit) => value <= limit,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::AtLeast(limit) => write!(f, "≥ {limit}"),
            Limit::AtMost(limit) => write!(f, "≤ {limit}"),
        }
    }
}

impl Figure {
    /// A figure. Percentages show one decimal, others three.
    pub fn new(name: &str, what: &str, value: f64, unit: &str, tolerance: f64) -> Self {
        Self {
            name: name.to_owned(),
            what: what.to_owned(),
            value: rounded(value),
            unit: unit.to_owned(),
            tolerance: rounded(tolerance),
            n: None,
            interval: None,
            decimals: if unit == "%" { 1 } else { 3 },
            floor: None,
            goal: None,
        }
    }

    /// `part` of `whole` in percent, with its n and its interval.
    pub fn share(name: &str, what: &str, part: usize, whole: usize, tolerance: f64) -> Self {
        let percent = 100.0 * part as f64 / whole.max(1) as f64;
        let interval = (whole > 0).then(|| wilson(part, whole).map(rounded));
        Self { n: Some(whole), interval, ..Self::new(name, what, percent, "%", tolerance) }
    }

    /// With the number of cases.
    #[must_use]
    pub fn n(self, n: usize) -> Self {
        Self { n: Some(n), ..self }
    }

    /// With a 95 % interval.
    #[must_use]
    pub fn interval(self, low: f64, high: f64) -> Self {
        Self { interval: Some([low, high].map(rounded)), ..self }
    }

    /// With this number of decimals.
    #[must_use]
    pub fn decimals(self, decimals: usize) -> Self {
        Self { decimals, ..self }
    }

    /// With a floor.
    #[must_use]
    pub fn floor(self, limit: Limit) -> Self {
        Self { floor: Some(limit), ..self }
    }

    /// With a goal.
    #[must_use]
    pub fn goal(self, limit: Limit) -> Self {
        Self { goal: Some(limit), ..self }
    }

    /// Whether its floor holds; a figure without one is as it is.
    pub fn kept(&self) -> bool {
        self.floor.is_none_or(|limit| limit.kept(self.value))
    }

    /// Whether its goal is reached, if it has one.
    pub fn reached(&self) -> Option<bool> {
        self.goal.map(|limit| limit.kept(self.value))
    }

    /// The value with its unit, as pages show it.
    pub fn shown(&self) -> String {
        self.with_unit(self.value)
    }

    pub(crate) fn with_unit(&self, value: f64) -> String {
        let gap = if self.unit.is_empty() { "" } else { " " };
        format!("{value:.*}{gap}{}", self.decimals, self.unit)
    }
}

/// Wilson's 95 % interval of a share, in percent.
pub fn wilson(part: usize, whole: usize) -> [f64; 2] {
    const Z: f64 = 1.96;
    if whole == 0 {
        return [0.0, 100.0];
    }
    let (n, share) = (whole as f64, part as f64 / whole as f64);
    let middle = share + Z * Z / (2.0 * n);
    let reach = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 100.0 / (1.0 + Z * Z / n);
    [(middle - reach).max(0.0) * scale, (middle + reach) * scale]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_and_goals_hold_at_the_limit() {
        let figure = |value| Figure::new("f", "a figure", value, "%", 0.1);
        assert!(figure(60.0).floor(Limit::AtLeast(60.0)).kept());
        assert!(!figure(59.9).floor(Limit::AtLeast(60.0)).kept());
        assert!(figure(5.0).floor(Limit::AtMost(5.0)).kept());
        assert!(!figure(5.1).floor(Limit::AtMost(5.0)).kept());
        assert_eq!(figure(5.1).goal(Limit::AtMost(5.0)).reached(), Some(false));
        assert_eq!(figure(5.1).reached(), None);
    }

    #[test]
    fn a_share_knows_its_n_and_its_interval() {
        let share = Figure::share("heard", "words heard", 90, 100, 0.5);
        assert_eq!((share.shown().as_str(), share.n), ("90.0 %", Some(100)));
        let [low, high] = share.interval.unwrap_or_default();
        assert!((low - 82.6).abs() < 0.05 && (high - 94.5).abs() < 0.05, "the textbook's interval");
        assert_eq!(Figure::share("heard", "nothing", 0, 0, 0.5).interval, None);
    }
}
