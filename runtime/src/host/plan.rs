//! One session, whoever the learner is.

use crate::capture::{Live, Senses};
use crate::journal::{self, Journal, Profile};
use crate::ports::Board;
use crate::replay::{Recorder, Start};
use crate::run::{Happening, Keeper, Summary, run_with};
use crate::{Error, Perception, review};
use petri_core::{Pack, Sensor, Setup};
use std::path::PathBuf;

/// What a session is played with, whoever the learner is.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// The content.
    pub pack: &'a Pack<'a>,
    /// Same seed, same inputs, same session.
    pub seed: u64,
    /// As in [`Setup`].
    pub trials_per_round: u16,
    /// As in [`Setup`].
    pub face_answers: bool,
    /// Where the session's inputs are recorded.
    pub record: Option<PathBuf>,
}

impl Plan<'_> {
    /// Plays one session for a learner, keeps its trials, and keeps what the learner changed of the settings.
    ///
    /// # Errors
    /// When the journal or the recording cannot be used, and as [`run`](crate::run::run).
    pub fn play(
        &self,
        board: Board,
        perception: Perception,
        journal: &mut Journal,
        who: (u32, Profile),
        tell: &mut dyn FnMut(Happening<'_>),
    ) -> Result<Summary, Error> {
        self.play_with(board, &mut Live::new(perception), journal, who, tell)
    }

    /// Plays one session with any senses.
    ///
    /// # Errors
    /// As [`Plan::play`].
    pub fn play_with(
        &self,
        board: Board,
        senses: &mut impl Senses,
        journal: &mut Journal,
        (learner, profile): (u32, Profile),
        tell: &mut dyn FnMut(Happening<'_>),
    ) -> Result<Summary, Error> {
        let mut board = board;
        if profile.sensors_off.has(Sensor::Camera) {
            board.camera = None;
        }
        if profile.sensors_off.has(Sensor::Microphone) {
            board.microphone = None;
        }
        board.has_keyboard &= !profile.sensors_off.has(Sensor::Keyboard);
        // A session without them is better than none.
        if let Err(error) = senses.enrol(journal, learner) {
            tell(Happening::Trouble(&error.to_string()));
        }
        let sensors = board.sensors();
        let today = board.clock.day();
        let past = journal.entries(learner)?;
        let mut progress = journal::folded(&past);
        if let Some(last) = past.last() {
            progress.rest(today.saturating_sub(last.day));
        }
        let setup = Setup {
            sensors,
            progress,
            age: profile.age,
            comfort: profile.comfort,
            due: review::due(&past, today),
            exercises: profile.exercises,
            trials_per_round: self.trials_per_round,
            face_answers: self.face_answers,
            ..Setup::new(self.seed, self.pack)
        };
        let recorder = self.record.as_deref().map(|path| Recorder::create(path, &Start::of(&setup)));
        let mut recorder = recorder.transpose()?;
        let keeper = Keeper { journal: &mut *journal, learner };
        let summary = run_with(board, senses, setup, Some(keeper), recorder.as_mut(), tell)?;
        // The session has ended all the same, and whether its trials were saved has to be known.
        if let Err(error) = journal.set_profile(learner, &Profile { comfort: summary.comfort, ..profile }) {
            tell(Happening::Trouble(&format!("the settings could not be kept: {error}")));
        }
        Ok(summary)
    }
}
