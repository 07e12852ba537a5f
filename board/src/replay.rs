//! The replay board: a recording in, replies and screens out, the same on every machine.

use crate::shots::Shots;
use petri_core::light;
use petri_core::screen::Display;
use petri_runtime::Error;
use petri_runtime::replay::{Digest, Recording};
use std::path::Path;

/// Replays `recording`; with `shots`, writes a picture of every settled screen into that folder.
///
/// # Errors
/// When the recording cannot be used or a picture cannot be written.
pub fn play(recording: &Path, shots: Option<&Path>, display: Display) -> Result<Digest, Error> {
    let recording = Recording::read(recording)?;
    let mut shots = shots.map(|folder| Shots::new(folder, display)).transpose()?;
    let mut failed = None;
    let digest = recording.fold(|now, reply| {
        if let Some(shots) = &mut shots {
            let colour = light::sample(&reply.light, now);
            failed = failed.take().or(shots.take(&reply.screen, colour).err());
        }
    });
    failed.map_or(Ok(digest), Err)
}
