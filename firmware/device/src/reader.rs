//! Which model reads English on this machine.

use clap::ValueEnum;
use petri_runtime::engine::Reader;

/// Which model reads English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReaderChoice {
    /// The one that fits the memory of this machine.
    Auto,
    /// The one that reads best.
    Large,
    /// The one with half of the layers.
    Small,
}

impl ReaderChoice {
    /// Where the memory cannot be told, the large one.
    pub(crate) fn chosen(self) -> Reader {
        match self {
            Self::Large => Reader::Large,
            Self::Small => Reader::Small,
            Self::Auto => memory_bytes().map_or(Reader::Large, Reader::for_memory),
        }
    }
}

/// All memory of this machine.
fn memory_bytes() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let kib = told.lines().find_map(|line| line.strip_prefix("MemTotal:"))?.split_whitespace().next()?;
    Some(kib.parse::<u64>().ok()? * 1_024)
}
