//! Recordings: the inputs of a session, folded through [`Session::step`] once more.
//!
//! A recording holds percepts, never media or text: one JSON line for what the session started from, then one per
//! input. The same recording gives the same replies and the same screens, byte for byte, on every machine.

use crate::picture;
use crate::{EDITION, Error, intake};
use petri_core::choose::Due;
use petri_core::input::Sensors;
use petri_core::pack::{Age, crc32};
use petri_core::screen::Display;
use petri_core::{Comfort, Exercises, Input, Millis, Pack, Progress, Reply, Session, Setup};
use petri_models::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Largest recording that is read.
pub const RECORDING_BYTES_MAX: usize = 32 << 20;
/// The version that this program writes.
pub const VERSION: u32 = 2;

/// What a recorded session started from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// [`VERSION`] of the program that recorded.
    pub version: u32,
    /// Its edition.
    pub edition: String,
    /// As in [`Setup`].
    pub seed: u64,
    /// As in [`Setup`].
    pub sensors: Sensors,
    /// As in [`Setup`].
    pub trials_per_round: u16,
    /// As in [`Setup`].
    pub face_answers: bool,
    /// As in [`Setup`].
    pub progress: Progress,
    /// As in [`Setup`].
    pub age: Age,
    /// As in [`Setup`].
    pub comfort: Comfort,
    /// As in [`Setup`].
    pub due: Due,
    /// As in [`Setup`]; all of them in recordings that do not say.
    #[serde(default)]
    pub exercises: Exercises,
    /// CRC-32 of the content pack: another pack would give other questions.
    pub pack_crc32: u32,
}

impl Start {
    /// The start of a session with `setup`.
    pub fn of(setup: &Setup<'_>) -> Self {
        Self {
            version: VERSION,
            edition: EDITION.to_owned(),
            seed: setup.seed,
            sensors: setup.sensors,
            trials_per_round: setup.trials_per_round,
            face_answers: setup.face_answers,
            progress: setup.progress.clone(),
            age: setup.age,
            comfort: setup.comfort,
            due: setup.due,
            exercises: setup.exercises,
            pack_crc32: pack_crc32(setup.pack),
        }
    }

    fn setup<'a>(&self, pack: &'a Pack<'a>) -> Setup<'a> {
        Setup {
            sensors: self.sensors,
            progress: self.progress.clone(),
            trials_per_round: self.trials_per_round,
            face_answers: self.face_answers,
            age: self.age,
            comfort: self.comfort,
            due: self.due,
            exercises: self.exercises,
            ..Setup::new(self.seed, pack)
        }
    }
}

/// The checksum that stands at the end of the pack. That of the whole would be the same for every sound pack.
fn pack_crc32(pack: &Pack<'_>) -> u32 {
    let bytes = pack.bytes();
    crc32(&bytes[..bytes.len().saturating_sub(4)])
}

/// One input with its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed {
    /// When.
    pub ms: Millis,
    /// What.
    pub input: Input,
}

/// A session's inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording<'a> {
    /// The content of the session.
    pub pack: Pack<'a>,
    /// What it started from.
    pub start: Start,
    /// What came in, oldest first.
    pub inputs: Vec<Timed>,
}

/// What a replay came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// How many replies there were.
    pub replies: u64,
    /// How many of them finished a trial.
    pub trials: u64,
    /// SHA-256 over all replies in postcard form.
    pub replies_sha256: String,
    /// SHA-256 over the pixels of every screen on all three displays.
    pub screens_sha256: String,
}

impl<'a> Recording<'a> {
    /// Reads a recording.
    ///
    /// # Errors
    /// When the file is missing, too large, no recording, or of another version, edition or content pack.
    pub fn read(path: &Path, pack: Pack<'a>) -> Result<Self, Error> {
        let text = intake::text_file(path, RECORDING_BYTES_MAX)?;
        let refuse = |line: usize, what: String| Error::Intake {
            path: path.to_owned(),
            what: format!(
                "line {line} is no part of a {EDITION} recording of version {VERSION} ({what}); record it again with --record"
            ),
        };
        let mut lines = text.lines().enumerate();
        let start: Start = match lines.next() {
            Some((_, line)) => serde_json::from_str(line).map_err(|error| refuse(1, error.to_string()))?,
            None => return Err(refuse(1, "the file is empty".to_owned())),
        };
        if start.version != VERSION || start.edition != EDITION {
            return Err(refuse(
                1,
                format!("it is a {} recording of version {}", start.edition, start.version),
            ));
        }
        if start.pack_crc32 != pack_crc32(&pack) {
            return Err(refuse(
                1,
                "it was recorded with another content pack; name that one with --pack".to_owned(),
            ));
        }
        let inputs = lines
            .map(|(i, line)| serde_json::from_str(line).map_err(|error| refuse(i + 1, error.to_string())))
            .collect::<Result<_, _>>()?;
        Ok(Self { pack, start, inputs })
    }

    /// Folds the inputs through a fresh session, showing each reply to `see`.
    ///
    /// Screens are drawn only when they change: a screen that stays is counted once.
    pub fn fold(&self, mut see: impl FnMut(Millis, &Reply)) -> Digest {
        let mut session = Session::new(self.start.setup(&self.pack));
        let (mut replies, mut screens) = (Sha256::new(), Sha256::new());
        let mut digest =
            Digest { replies: 0, trials: 0, replies_sha256: String::new(), screens_sha256: String::new() };
        let mut last = None;
        for Timed { ms, input } in &self.inputs {
            let reply = session.step(*ms, *input);
            // Postcard cannot fail on a type without maps and unsized parts.
            replies.update(postcard::to_stdvec(&reply).unwrap_or_default());
            if last.as_ref() != Some(&reply.screen) {
                for display in Display::ALL {
                    screens.update(picture::pixels(&reply.screen, &self.pack, display));
                }
            }
            digest.replies += 1;
            digest.trials += u64::from(reply.entry.is_some());
            see(*ms, &reply);
            last = Some(reply.screen);
        }
        digest.replies_sha256 = hex(&replies.finalize());
        digest.screens_sha256 = hex(&screens.finalize());
        digest
    }
}

/// Largest part of a recording that waits to be written.
const PENDING_BYTES_MAX: usize = 8 << 10;

/// Writes a recording as a session runs. The file holds whole lines at any time, so that it replays up to where it ends.
pub struct Recorder {
    file: File,
    path: PathBuf,
    written_bytes: u64,
    pending: Vec<u8>,
    /// It could not be written, and is left as it is.
    given_up: bool,
}

impl Recorder {
    /// Starts a recording; an existing file is replaced.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn create(path: &Path, start: &Start) -> Result<Self, Error> {
        let file = File::create(path).map_err(|source| Error::Write { path: path.to_owned(), source })?;
        let (path, pending) = (path.to_owned(), Vec::with_capacity(PENDING_BYTES_MAX));
        let mut recorder = Self { file, path, written_bytes: 0, pending, given_up: false };
        recorder.line(start)?;
        recorder.finish()?;
        Ok(recorder)
    }

    /// Adds an input.
    ///
    /// # Errors
    /// When the file cannot be written. The recording ends there: what is added later is dropped.
    pub fn input(&mut self, ms: Millis, input: Input) -> Result<(), Error> {
        self.line(&Timed { ms, input })
    }

    /// Brings everything to the file.
    ///
    /// # Errors
    /// When the file cannot be written. The recording ends there.
    pub fn finish(&mut self) -> Result<(), Error> {
        let written = self.file.write_all(&self.pending);
        if let Err(source) = written {
            self.given_up = true;
            // Half a line would make the whole recording unreadable.
            let _ = self.file.set_len(self.written_bytes);
            self.pending = Vec::new();
            return Err(Error::Write { path: self.path.clone(), source });
        }
        self.written_bytes += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), Error> {
        if self.given_up {
            return Ok(());
        }
        let fail =
            |source: serde_json::Error| Error::Write { path: self.path.clone(), source: source.into() };
        let line = serde_json::to_vec(value).map_err(fail)?;
        if self.pending.len() + line.len() + 1 > PENDING_BYTES_MAX {
            self.finish()?;
        }
        self.pending.extend(line);
        self.pending.push(b'\n');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file on which there is never room: Linux gives every write to it `ENOSPC`.
    const FULL: &str = "/dev/full";

    #[test]
    fn a_recording_without_room_is_given_up_and_said_once() {
        let pack = Pack::starter();
        let start = Start::of(&Setup::new(1, &pack));
        let refused = Recorder::create(Path::new(FULL), &start).err().expect("no room").to_string();
        assert!(refused.contains(FULL), "{refused}");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("session.jsonl");
        let mut recorder = Recorder::create(&path, &start).expect("created");
        // The disk fills: the rest goes to a file without room.
        let whole = std::mem::replace(&mut recorder.file, File::create(FULL).expect("opened"));
        let refusals = (0..1_000).filter(|ms| recorder.input(Millis(*ms), Input::Tick).is_err()).count();
        assert_eq!(refusals, 1);
        recorder.finish().expect("nothing is left to write");
        whole.set_len(recorder.written_bytes).expect("cut");
        let recording = Recording::read(&path, pack).expect("what was written can be replayed");
        assert!(recording.inputs.is_empty());
    }
}
