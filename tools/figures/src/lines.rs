//! Curves and bars.

use crate::figure::wilson;
use crate::rounded;
use crate::table::Table;
use serde::{Deserialize, Serialize};

/// A picture of lines: over numbers, or over names such as the loudness of a noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// Of the picture; unique in its report.
    pub name: String,
    /// Above the picture.
    pub title: String,
    /// Below and beside it.
    pub axes: [String; 2],
    /// Names of the places 0, 1, 2 and so on; empty where the axis has numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// From the least to the greatest that is shown, across.
    pub across: [f64; 2],
    /// The same upwards.
    pub upwards: [f64; 2],
    /// A thin line to compare with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aim: Vec<[f64; 2]>,
    /// The lines.
    pub series: Vec<Series>,
}

/// A named line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// What it shows.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<[f64; 2]>,
    /// The 95 % interval of each point, or nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intervals: Vec<[f64; 2]>,
}

impl Series {
    /// A line through points.
    pub fn points(name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let points = points.into_iter().map(|(x, y)| [x, y].map(rounded)).collect();
        Self { name: name.to_owned(), points, intervals: Vec::new() }
    }

    /// Shares in percent at the places 0, 1, 2 and so on, with their intervals; each is a part of a whole.
    pub fn shares(name: &str, shares: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let shares: Vec<(usize, usize)> = shares.into_iter().collect();
        let share = |(part, whole): &(usize, usize)| 100.0 * *part as f64 / (*whole).max(1) as f64;
        Self {
            intervals: shares.iter().map(|(part, whole)| wilson(*part, *whole).map(rounded)).collect(),
            ..Self::points(name, shares.iter().enumerate().map(|(place, pair)| (place as f64, share(pair))))
        }
    }

    /// With an interval for each point.
    #[must_use]
    pub fn intervals(self, intervals: impl IntoIterator<Item = [f64; 2]>) -> Self {
        Self { intervals: intervals.into_iter().map(|ends| ends.map(rounded)).collect(), ..self }
    }
}

impl Lines {
    /// Over numbers from `across[0]` to `across[1]`.
    pub fn new(name: &str, title: &str, axes: [&str; 2], across: [f64; 2], upwards: [f64; 2]) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            axes: axes.map(str::to_owned),
            places: Vec::new(),
            across,
            upwards,
            aim: Vec::new(),
            series: Vec::new(),
        }
    }

    /// Over named places, which are 0, 1, 2 and so on.
    pub fn over(name: &str, title: &str, axes: [&str; 2], places: &[&str], upwards: [f64; 2]) -> Self {
        const EDGE: f64 = 0.4;
        let across = [-EDGE, places.len() as f64 - 1.0 + EDGE];
        let places = places.iter().map(|place| (*place).to_owned()).collect();
        Self { places, ..Self::new(name, title, axes, across, upwards) }
    }

    /// With a thin line to compare with.
    #[must_use]
    pub fn aim(self, points: &[[f64; 2]]) -> Self {
        Self { aim: points.to_vec(), ..self }
    }

    /// With one more line.
    #[must_use]
    pub fn line(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    pub(crate) fn is_sound(&self) -> bool {
        const LINES_MAX: usize = 10;
        let whole = |line: &Series| line.intervals.is_empty() || line.intervals.len() == line.points.len();
        let ranges = self.across[0] < self.across[1] && self.upwards[0] < self.upwards[1];
        ranges && self.series.len() <= LINES_MAX && self.series.iter().all(whole)
    }

    /// The points; one row for each place across.
    pub fn table(&self) -> Table {
        let mut head = vec![self.axes[0].as_str()];
        head.extend(self.series.iter().map(|line| line.name.as_str()));
        let mut table = Table::new(&head);
        let mut places: Vec<f64> =
            self.series.iter().flat_map(|line| &line.points).map(|point| point[0]).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        for x in places {
            let mut cells = vec![self.place(x)];
            for line in &self.series {
                let at = line.points.iter().position(|point| point[0].total_cmp(&x).is_eq());
                cells.push(at.map_or("-".to_owned(), |at| {
                    let y = line.points[at][1];
                    match line.intervals.get(at) {
                        Some([low, high]) => format!("{y:.1} ({low:.1}..{high:.1})"),
                        None => format!("{y}"),
                    }
                }));
            }
            table.push(cells);
        }
        table
    }

    /// What stands below a place across.
    pub(crate) fn place(&self, x: f64) -> String {
        if self.places.is_empty() {
            return format!("{x}");
        }
        let near = x.round();
        let named = (near >= 0.0 && (x - near).abs() < 0.01).then(|| self.places.get(near as usize));
        named.flatten().cloned().unwrap_or_default()
    }
}

/// A picture of horizontal bars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bars {
    /// Of the picture; unique in its report.
    pub name: String,
    /// Above the picture.
    pub title: String,
    /// Below it.
    pub axis: String,
    /// A thin line to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aim: Option<f64>,
    /// Names of the bars, from above.
    pub labels: Vec<String>,
    /// How long they are.
    pub values: Vec<f64>,
}

impl Bars {
    /// A picture without bars.
    pub fn new(name: &str, title: &str, axis: &str) -> Self {
        let [name, title, axis] = [name, title, axis].map(str::to_owned);
        Self { name, title, axis, aim: None, labels: Vec::new(), values: Vec::new() }
    }

    /// With a thin line to compare with.
    #[must_use]
    pub fn aim(self, value: f64) -> Self {
        Self { aim: Some(value), ..self }
    }

    /// Adds a bar below the others.
    pub fn bar(&mut self, label: &str, value: f64) {
        self.labels.push(label.to_owned());
        self.values.push(rounded(value));
    }

    pub(crate) fn is_sound(&self) -> bool {
        const BARS_MAX: usize = 60;
        let right = self.values.iter().all(|value| value.is_finite() && *value >= 0.0);
        right
            && !self.values.is_empty()
            && self.values.len() == self.labels.len()
            && self.values.len() <= BARS_MAX
    }

    /// The bars in numbers.
    pub fn table(&self) -> Table {
        let mut table = Table::new(&["", self.axis.as_str()]);
        for (label, value) in self.labels.iter().zip(&self.values) {
            table.row([label.clone(), format!("{value:.2}")]);
        }
        table
    }
}
