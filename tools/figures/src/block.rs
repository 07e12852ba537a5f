//! A piece of a report.

use crate::confusion::Confusion;
use crate::lines::{Bars, Lines};
use crate::reliability::Reliability;
use crate::table::Table;
use serde::{Deserialize, Serialize};

/// A piece of a report, in the order of its page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Block {
    /// A heading below the page's own.
    Heading {
        /// The heading.
        text: String,
    },
    /// A paragraph in Markdown.
    Text {
        /// The paragraph.
        text: String,
    },
    /// A table.
    Table(Table),
    /// What was said of what was there.
    Confusion(Confusion),
    /// Whether confidence is the share that is right.
    Reliability(Reliability),
    /// Curves.
    Lines(Lines),
    /// Bars.
    Bars(Bars),
}

impl Block {
    /// Name and title of the picture, if it is one.
    pub(crate) fn picture(&self) -> Option<(&str, &str)> {
        match self {
            Block::Heading { .. } | Block::Text { .. } | Block::Table(_) => None,
            Block::Confusion(Confusion { name, title, .. })
            | Block::Reliability(Reliability { name, title, .. })
            | Block::Lines(Lines { name, title, .. })
            | Block::Bars(Bars { name, title, .. }) => Some((name, title)),
        }
    }

    /// The numbers of a picture or table.
    pub(crate) fn table(&self) -> Option<Table> {
        match self {
            Block::Heading { .. } | Block::Text { .. } => None,
            Block::Table(table) => Some(table.clone()),
            Block::Confusion(confusion) => Some(confusion.table()),
            Block::Reliability(reliability) => Some(reliability.table()),
            Block::Lines(lines) => Some(lines.table()),
            Block::Bars(bars) => Some(bars.table()),
        }
    }

    pub(crate) fn is_sound(&self) -> bool {
        match self {
            Block::Heading { .. } | Block::Text { .. } | Block::Table(_) => true,
            Block::Confusion(confusion) => confusion.is_sound(),
            Block::Reliability(reliability) => reliability.is_sound(),
            Block::Lines(lines) => lines.is_sound(),
            Block::Bars(bars) => bars.is_sound(),
        }
    }
}
