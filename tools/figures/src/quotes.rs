//! Figures that documents quote.
//!
//! A marker stands right after the number and its unit: `97.2 % <!-- figure keywords.heard -->`. The number is then held
//! to the committed figure. `<!-- figure keywords.heard.n -->` quotes how many cases it rests on.

use crate::Report;
use std::collections::BTreeMap;
use std::ops::Range;

const OPEN: &str = "<!-- figure ";
const CLOSE: &str = " -->";
/// At most this many letters stand between a number and its marker: a unit, and perhaps emphasis.
const BETWEEN_MAX: usize = 12;

/// What may be quoted.
#[derive(Debug, Default)]
pub struct Known(BTreeMap<String, Value>);

#[derive(Debug, Clone, Copy)]
struct Value {
    value: f64,
    tolerance: f64,
}

/// A number with a marker.
struct Quote<'a> {
    line: usize,
    name: &'a str,
    /// Where the number stands in the text, if there is one.
    number: Option<Range<usize>>,
}

impl Known {
    /// The figures of these reports.
    pub fn of<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Self {
        let mut known = BTreeMap::new();
        for report in reports {
            for figure in &report.figures {
                let name = format!("{}.{}", report.part, figure.name);
                if let Some(n) = figure.n {
                    known.insert(format!("{name}.n"), Value { value: n as f64, tolerance: 0.0 });
                }
                known.insert(name, Value { value: figure.value, tolerance: figure.tolerance });
            }
        }
        Self(known)
    }

    /// What is wrong with the quotes of a document, one line each; and how many quotes it has.
    pub fn problems(&self, document: &str, text: &str) -> (usize, Vec<String>) {
        let quotes = quotes(text);
        let wrong = quotes.iter().filter_map(|quote| {
            let at = format!("{document}:{}: {}", quote.line, quote.name);
            let Some(known) = self.0.get(quote.name) else {
                return Some(format!(
                    "{at} is no figure that was measured; see docs/evaluation.md for the names"
                ));
            };
            let Some(number) = quote.number.clone() else {
                return Some(format!("{at} stands after no number; put the marker right after the number"));
            };
            let stated = &text[number];
            let fits = stated.parse().is_ok_and(|value: f64| known.fits(value, decimals(stated)));
            (!fits).then(|| {
                format!(
                    "{at} is quoted as {stated}, but {} was measured; run `cargo xtask figures`",
                    known.value
                )
            })
        });
        (quotes.len(), wrong.collect())
    }

    /// The text with the numbers that were measured, each with as many decimals as before.
    pub fn renewed(&self, text: &str) -> String {
        let mut renewed = text.to_owned();
        for quote in quotes(text).into_iter().rev() {
            if let (Some(known), Some(number)) = (self.0.get(quote.name), quote.number) {
                let number_text = &text[number.clone()];
                let decimals = decimals(number_text);
                renewed.replace_range(number, &format!("{:.decimals$}", known.value));
            }
        }
        renewed
    }
}

impl Value {
    /// Whether a number with so many decimals may stand for it.
    fn fits(self, quoted: f64, decimals: usize) -> bool {
        let rounding = 0.5 * 10f64.powi(-(decimals as i32));
        (quoted - self.value).abs() <= self.tolerance.max(rounding) + 1e-9
    }
}

fn decimals(number: &str) -> usize {
    number.split_once('.').map_or(0, |(_, decimals)| decimals.len())
}

fn quotes(text: &str) -> Vec<Quote<'_>> {
    let mut quotes = Vec::new();
    for (open, _) in text.match_indices(OPEN) {
        let rest = &text[open + OPEN.len()..];
        let Some(name) = rest.split_once(CLOSE).map(|(name, _)| name) else { continue };
        let line = 1 + text[..open].matches('\n').count();
        quotes.push(Quote { line, name, number: number_before(text, open) });
    }
    quotes
}

/// The last number before a place, in the same line and cell.
fn number_before(text: &str, end: usize) -> Option<Range<usize>> {
    let starts = ["\n", "|", "-->"].map(|edge| text[..end].rfind(edge).map_or(0, |at| at + edge.len()));
    let start = starts.into_iter().max().unwrap_or(0);
    let before = &text[start..end];
    let last = before.rfind(|letter: char| letter.is_ascii_digit())? + 1;
    if before[last..].chars().count() > BETWEEN_MAX {
        return None;
    }
    let part = |letter: char| letter.is_ascii_digit() || letter == '.';
    let first = before[..last].rfind(|letter| !part(letter)).map_or(0, |at| {
        let letter = before[at..].chars().next().unwrap_or(' ');
        // A minus sign, but not the hyphen of a word or range.
        let sign = letter == '-' && before[..at].chars().next_back().is_none_or(char::is_whitespace);
        if sign { at } else { at + letter.len_utf8() }
    });
    Some(start + first..start + last)
}
