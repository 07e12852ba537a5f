//! What each fuzz target does with its bytes.
//!
//! A target is a function here, a file in `fuzz/fuzz_targets` that calls it, and a folder of inputs in `fuzz/corpus`.
//! It may refuse whatever it is given; it must not panic, hang or eat memory, and what it takes must hold what its
//! function asserts. It says whether anything was taken. Where a checksum stands before the content, the function writes it anew, so that mutations
//! get past it.

#[cfg(feature = "engine")]
mod board;
mod content;
#[cfg(feature = "engine")]
mod fitted;
#[cfg(feature = "engine")]
mod journal;
#[cfg(feature = "engine")]
mod media;
mod models;
#[cfg(feature = "engine")]
mod text;
mod update;
mod wire;

#[cfg(feature = "engine")]
pub use {
    board::board,
    fitted::{adapter, words_file},
    journal::journal,
    media::{pictures, sound},
    text::text,
};
pub use {
    content::{pack, pack_source},
    models::model_manifest,
    update::update,
    wire::{link_frames, report},
};

/// A target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of its file in `fuzz/fuzz_targets`, and of its folder in `fuzz/corpus`.
    pub name: &'static str,
    /// What it does with its bytes; whether anything was taken.
    pub run: fn(&[u8]) -> bool,
}

/// Those that need no engine, which is most of what is compiled for the others.
pub const LIGHT: [Target; 6] = [
    Target { name: "link_frames", run: link_frames },
    Target { name: "model_manifest", run: model_manifest },
    Target { name: "pack", run: pack },
    Target { name: "pack_source", run: pack_source },
    Target { name: "report", run: report },
    Target { name: "update", run: update },
];

/// Those whose parsers stand beside the engine.
#[cfg(feature = "engine")]
pub const HEAVY: [Target; 7] = [
    Target { name: "adapter", run: adapter },
    Target { name: "board", run: board },
    Target { name: "journal", run: journal },
    Target { name: "pictures", run: pictures },
    Target { name: "sound", run: sound },
    Target { name: "text", run: text },
    Target { name: "words_file", run: words_file },
];

/// The bytes before and after a line of three dashes; all before it, if there is none.
fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    const MARK: &[u8] = b"\n---\n";
    match data.windows(MARK.len()).position(|window| window == MARK) {
        Some(at) => (&data[..at], &data[at + MARK.len()..]),
        None => (data, &[]),
    }
}

/// A file of the project.
#[cfg(feature = "engine")]
fn file(path: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A folder that goes when it is dropped: in memory, where the system has such a place.
fn scratch() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.expect("a folder for a while; is the disk full?")
}
