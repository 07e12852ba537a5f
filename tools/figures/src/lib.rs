//! Reports of what was measured.
//!
//! A measuring part fills a [`Report`]: headings, lines, tables, pictures and named [`Figure`]s. A [`Book`] keeps it
//! as `<part>.toml`, and draws `<part>.md` and `<part>-<picture>.svg` from that file alone, so that the same file
//! gives the same bytes on every machine. Documents quote figures with a marker ([`quotes`]), and
//! [`Book::problems`] finds what no longer holds.

mod block;
mod book;
mod compare;
mod confusion;
mod draw;
mod figure;
mod index;
mod lines;
pub mod quotes;
mod reliability;
mod report;
pub mod table;
pub mod today;

pub use block::Block;
pub use book::Book;
pub use compare::{Difference, differences};
pub use confusion::Confusion;
pub use figure::{Figure, Limit, wilson};
pub use lines::{Bars, Lines, Series};
pub use reliability::{Bin, Reliability};
pub use report::Report;
pub use table::Table;

/// Rounds what goes into a file: more digits would be noise, and make it differ between machines.
pub(crate) fn rounded(value: f64) -> f64 {
    const PARTS: f64 = 10_000.0;
    // Adding zero turns a negative zero into a plain one.
    (value * PARTS).round() / PARTS + 0.0
}

/// A name of a part, a figure or a picture: it becomes a piece of file names and markers.
pub(crate) fn is_name(text: &str) -> bool {
    const LETTERS_MAX: usize = 60;
    let letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    !text.is_empty() && text.len() <= LETTERS_MAX && text.chars().all(letter)
}
