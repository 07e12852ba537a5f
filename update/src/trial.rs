//! Which set starts, and what becomes of one that does not come up.

use crate::manifest::{Kind, Manifest};
use crate::state::Placed;
use crate::{Disk, Error, Updates};
use std::path::PathBuf;

/// A set that was started so often without coming up is not started again.
pub const STARTS_MAX: u8 = 2;

/// A verified set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Where its files are.
    pub folder: PathBuf,
    /// What it consists of.
    pub manifest: Manifest,
    placed: Placed,
}

/// What to start with.
#[derive(Debug, Default)]
pub struct Started {
    /// The set; what is built in, if there is none.
    pub set: Option<Set>,
    /// What went wrong with others, each in a line.
    pub trouble: Vec<String>,
}

impl<D: Disk> Updates<D> {
    /// The set to start with, verified. Counts the start of one on trial, and goes back from one that did not come up.
    /// It always has an answer: the one installed last, the last good one, the one before, or what is built in.
    pub fn start(&mut self, kind: Kind, clock_s: u64) -> Started {
        let mut started = Started::default();
        let mut state = match self.state() {
            Ok(state) => state,
            Err(error) => {
                started.trouble.push(error.to_string());
                return started;
            }
        };
        let before = state.clone();
        let track = state.track_mut(kind);
        if track.on_trial() && track.starts >= STARTS_MAX {
            let version = track.current.as_ref().map_or(0, |placed| placed.version);
            started.trouble.push(format!(
                "version {version} of the {} did not come up {STARTS_MAX} times; the one before is used again",
                kind.name()
            ));
            track.go_back();
        } else if track.on_trial() {
            track.starts += 1;
        }
        let mut candidates = [track.current.clone(), track.good.clone(), track.previous.clone()].to_vec();
        // Time that has passed counts even if no update comes. A day is fine enough, and spares the disk.
        if state.now_s(clock_s) >= before.seen_s + 86_400 {
            state.see(clock_s);
        }
        if state != before
            && let Err(error) = state.write(&mut self.disk, &self.root)
        {
            // A start that cannot be counted is none that may be risked.
            started.trouble.push(error.to_string());
            if before.track(kind).on_trial() {
                candidates.remove(0);
            }
        }
        candidates.dedup();
        for placed in candidates.into_iter().flatten() {
            match self.whole(kind, &placed) {
                Ok(manifest) => {
                    let folder = self.home(kind).join(&placed.folder);
                    started.set = Some(Set { folder, manifest, placed });
                    break;
                }
                Err(refusal) => {
                    let name = kind.name();
                    started.trouble.push(format!("version {} of the {name}: {refusal}", placed.version));
                }
            }
        }
        started
    }

    /// Says that the device came up with `set`, so that it is the one to go back to from now on.
    ///
    /// # Errors
    /// When the record cannot be read or written.
    pub fn confirm(&mut self, set: &Set) -> Result<(), Error> {
        let mut state = self.state()?;
        let track = state.track_mut(set.manifest.kind);
        // Another one may have been installed meanwhile, or this one was damaged and another started in its place.
        if track.on_trial() && track.current.as_ref() == Some(&set.placed) {
            track.previous = std::mem::replace(&mut track.good, track.current.clone());
            track.starts = 0;
            state.write(&mut self.disk, &self.root)?;
        }
        Ok(())
    }

    /// Goes back to the set before the current one, or to what is built in; returns the version that starts next, 0 for
    /// what is built in. The highest accepted version stays, so nothing older can be installed afterwards.
    ///
    /// # Errors
    /// When there is nothing to go back from, or the record cannot be read or written.
    pub fn roll_back(&mut self, kind: Kind) -> Result<u32, Error> {
        let mut state = self.state()?;
        let track = state.track_mut(kind);
        if track.current.is_none() {
            return Err(Error::Nothing);
        }
        track.go_back();
        let version = track.current.as_ref().map_or(0, |placed| placed.version);
        state.write(&mut self.disk, &self.root)?;
        Ok(version)
    }
}
