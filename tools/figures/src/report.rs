//! One part's report.

use crate::block::Block;
use crate::confusion::Confusion;
use crate::draw;
use crate::figure::{Figure, Limit};
use crate::is_name;
use crate::lines::{Bars, Lines};
use crate::reliability::Reliability;
use crate::table::Table;
use crate::today::Models;
use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt::{self, Write};

/// What one part measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Name of the part, and of its files.
    pub part: String,
    /// Heading of its page.
    pub title: String,
    /// What measures it anew.
    pub command: String,
    /// The models that it depends on.
    #[serde(default)]
    pub models: Models,
    /// The figures that the project states.
    #[serde(rename = "figure", default)]
    pub figures: Vec<Figure>,
    /// The page.
    #[serde(rename = "block", default)]
    pub blocks: Vec<Block>,
}

impl Report {
    /// Nothing measured yet.
    pub fn new(part: &str, title: &str, command: &str, models: Models) -> Self {
        Self {
            part: part.to_owned(),
            title: title.to_owned(),
            command: command.to_owned(),
            models,
            figures: Vec::new(),
            blocks: Vec::new(),
        }
    }

    /// Adds a heading.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading { text: text.into() });
    }

    /// Adds a paragraph in Markdown.
    pub fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text { text: text.into() });
    }

    /// Adds a table.
    pub fn table(&mut self, table: Table) {
        self.blocks.push(Block::Table(table));
    }

    /// States a figure. All figures of a part stand together at the top of its page.
    pub fn figure(&mut self, figure: Figure) {
        self.figures.push(figure);
    }

    /// Adds a confusion matrix.
    pub fn confusion(&mut self, confusion: Confusion) {
        self.blocks.push(Block::Confusion(confusion));
    }

    /// Adds a reliability diagram.
    pub fn reliability(&mut self, reliability: Reliability) {
        self.blocks.push(Block::Reliability(reliability));
    }

    /// Adds curves.
    pub fn lines(&mut self, lines: Lines) {
        self.blocks.push(Block::Lines(lines));
    }

    /// Adds bars.
    pub fn bars(&mut self, bars: Bars) {
        self.blocks.push(Block::Bars(bars));
    }

    /// The figure of this name.
    pub fn get(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name)
    }

    /// Reads a report from the text of its file.
    ///
    /// # Errors
    /// When the text is not one, or says what cannot be.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let report: Self = toml::from_str(text).context("not a report")?;
        report.check()?;
        Ok(report)
    }

    /// The text of its file.
    ///
    /// # Errors
    /// When it says what cannot be.
    pub fn to_toml(&self) -> anyhow::Result<String> {
        self.check()?;
        let text = toml::to_string(self).context("a report could not be written as TOML")?;
        Ok(format!("# Written by `{}`; run it instead of editing this.\n{text}", self.command))
    }

    /// Its pictures: file names and SVG.
    ///
    /// # Errors
    /// When one cannot be drawn.
    pub fn pictures(&self) -> anyhow::Result<Vec<(String, String)>> {
        let mut pictures = Vec::new();
        for block in &self.blocks {
            if let (Some((name, _)), Some(svg)) = (block.picture(), draw::svg(block)?) {
                pictures.push((self.picture_file(name), svg));
            }
        }
        Ok(pictures)
    }

    fn picture_file(&self, name: &str) -> String {
        format!("{}.{name}.svg", self.part)
    }

    /// Its page; pictures lie in `folder`, as seen from the page.
    pub fn page(&self, folder: &str) -> String {
        let mut page = format!("# {}\n\nMeasured and written by `{}`", self.title, self.command);
        if !self.models.is_empty() {
            let models: Vec<String> = self.models.keys().map(|id| format!("`{id}`")).collect();
            let _ = write!(page, ", with {}", models.join(", "));
        }
        let _ = write!(page, ". The same for machines: [{part}.toml]({part}.toml).\n\n", part = self.part);
        if !self.figures.is_empty() {
            let _ = writeln!(page, "{}", self.figures_table());
        }
        for block in &self.blocks {
            match (block.picture(), block.table()) {
                (Some((name, title)), Some(table)) => {
                    let file = self.picture_file(name);
                    let _ = write!(page, "![{title}]({folder}{file})\n\n");
                    let _ = write!(page, "<details><summary>in numbers</summary>\n\n{table}\n</details>\n\n");
                }
                _ => page.push_str(&plain(block)),
            }
        }
        page.truncate(page.trim_end().len());
        page.push('\n');
        page
    }

    fn figures_table(&self) -> Table {
        let mut table = Table::new(&[
            "figure",
            "name",
            "measured",
            "95 % interval",
            "n",
            "another run within",
            "floor",
            "goal",
        ]);
        let dash = || "-".to_owned();
        for figure in &self.figures {
            let shown = |value: f64| format!("{value:.*}", figure.decimals);
            let limit = |limit: Option<Limit>, kept: bool, not: &str| {
                limit.map_or_else(dash, |limit| format!("{limit}{}", if kept { "" } else { not }))
            };
            table.row([
                figure.what.clone(),
                format!("`{}.{}`", self.part, figure.name),
                figure.shown(),
                figure.interval.map_or_else(dash, |[low, high]| format!("{}..{}", shown(low), shown(high))),
                figure.n.map_or_else(dash, |n| n.to_string()),
                format!("± {}", figure.tolerance),
                limit(figure.floor, figure.kept(), " MISSED"),
                limit(figure.goal, figure.reached() == Some(true), ", not reached"),
            ]);
        }
        table
    }

    fn check(&self) -> anyhow::Result<()> {
        if !is_name(&self.part) {
            bail!("`{}` is no name of a part: use small letters, digits and hyphens", self.part);
        }
        let mut names = BTreeSet::new();
        for figure in &self.figures {
            let Figure { name, value, tolerance, decimals, .. } = figure;
            if !is_name(name) || !names.insert(name.as_str()) {
                bail!(
                    "figure `{name}`: names have small letters, digits and hyphens, and come once in a part"
                );
            }
            let right = value.is_finite() && tolerance.is_finite() && *tolerance >= 0.0 && *decimals <= 6;
            if !right || figure.what.is_empty() {
                bail!("figure `{name}` has value {value} and tolerance {tolerance}; was anything measured?");
            }
        }
        let mut pictures = BTreeSet::new();
        for block in &self.blocks {
            let Some((name, _)) = block.picture() else { continue };
            if !is_name(name) || !pictures.insert(name) {
                bail!(
                    "picture `{name}`: names have small letters, digits and hyphens, and come once in a part"
                );
            }
            if !block.is_sound() {
                bail!("picture `{name}` does not fit together: as many values as names, finite, in range");
            }
        }
        Ok(())
    }
}

/// For a terminal: the page with numbers in place of pictures.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}\n\n{}", self.title, self.figures_table())?;
        for block in &self.blocks {
            if let Some((_, title)) = block.picture() {
                writeln!(f, "{title}:\n")?;
            }
            f.write_str(&plain(block))?;
        }
        Ok(())
    }
}

fn plain(block: &Block) -> String {
    match (block, block.table()) {
        (Block::Heading { text }, _) => format!("## {text}\n\n"),
        (Block::Text { text }, _) => format!("{}\n\n", text.trim_end()),
        (_, Some(table)) => format!("{table}\n"),
        (_, None) => String::new(),
    }
}
