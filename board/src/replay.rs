//! The replay board: a recording in, replies and screens out, the same on every machine.

use crate::shots::Shots;
use petri_core::light;
use petri_core::screen::Display;
use petri_runtime::Error;
use petri_runtime::replay::{Digest, Recording};
use std::path::PathBuf;

/// Where pictures of a replay go.
#[derive(Debug, Clone)]
pub struct Pictures {
    /// A picture of every settled screen, each in a file of this folder.
    pub shots: Option<PathBuf>,
    /// All of them on one sheet.
    pub sheet: Option<PathBuf>,
    /// The display that is pictured.
    pub display: Display,
}

/// Replays `recording`, and writes the pictures that are asked for.
///
/// # Errors
/// When a picture cannot be written.
pub fn play(recording: &Recording<'static>, pictures: &Pictures) -> Result<Digest, Error> {
    let (folder, sheet) = (pictures.shots.as_deref(), pictures.sheet.as_deref());
    let mut shots = Shots::new(folder, sheet, recording.pack, pictures.display)?;
    let mut failed = None;
    let digest = recording.fold(|now, reply| {
        let colour = light::sample(&reply.light, now);
        failed = failed.take().or(shots.take(&reply.screen, colour).err());
    });
    failed.map_or(Ok(()), Err)?;
    shots.finish()?;
    Ok(digest)
}
