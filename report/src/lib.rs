//! The report: all that ever leaves a device, once a term, if the facilitator has turned that on.
//!
//! A report holds sums over all learners of a device, clipped for each learner and with noise in every number. It is
//! noisy before it is a [`Report`]; there is no type for the sums themselves here. It names no learner, no device, no
//! place and no day.
//!
//! # Cells
//!
//! There is one [`Cell`] for each feeling (7, in the order of [`EMOTIONS`]), each channel through which the feeling
//! reached the learner (5, [`CHANNELS`]) and each age band (3, [`AGES`]): 105 cells, always all of them, in the order
//! of [`cell_index`]. Each cell has three pairs of whole numbers:
//!
//! | pair | unit | sum | difference |
//! |---|---|---|---|
//! | `met`, `other` | answers | trials that were answered | |
//! | `up`, `down` | [`GAIN_UNIT_ML`] thousandths of a logit | learners × [`GAIN_UNIT_ML`] | ability gained |
//! | `transfer_met`, `transfer_other` | answers | answers of the transfer probe | |
//!
//! Why pairs: one answer raises exactly one of the two, so that it costs the privacy of one number and not of two.
//! For the gain, a learner who gained `g` thousandths of a logit (clipped to ±1000) in a cell raises `up` by
//! `(1000 + g) / 2` and `down` by `(1000 - g) / 2`, rounded so that they add up to 1000. Hence `up + down` counts
//! learners and `up - down` is what they gained.
//!
//! # Noise
//!
//! To each of the six numbers of each cell a draw from a discrete Laplace distribution was added: the chance of `k` is
//! proportional to `exp(-|k| / scale)`, all draws independent. [`Noise`] goes along and says the three scales, so that
//! whoever adds up reports can say how sure the sums are: [`variance`] gives the variance of one draw, and variances
//! of independent reports add up. Numbers can be negative; that is as it must be, and cutting them at zero before
//! they are added up makes every sum too large.
//!
//! # Bytes
//!
//! A message has [`REPORT_BYTES`] bytes, whatever is in it:
//!
//! ```text
//! byte 0        the version of the layout, 1
//! then          postcard: id (16 bytes), period (varint u16), edition (u8),
//!               noise: epsilon_milli (varint u16), answers, gain, transfer (varint u32 each),
//!               cells: their number, 105 (varint), then 6 zigzag varint i32 each in the order of the fields
//! to the end    zeros
//! ```
//!
//! No number is beyond ±[`VALUE_MAX`], so that each takes at most three bytes and every report fits. Each report has
//! exactly one encoding; other bytes are refused.

mod noise;
mod period;
pub mod topic;

pub use noise::{Noise, variance};
pub use period::{DaysOutOfRange, Period};

use serde::{Deserialize, Serialize};

/// The version of the layout that this crate writes and reads.
pub const VERSION: u8 = 1;
/// Every message has this many bytes.
pub const REPORT_BYTES: usize = 2_048;
/// No number of a cell is beyond plus and minus this.
pub const VALUE_MAX: i32 = (1 << 20) - 1;
/// What one learner adds to `up` and `down` of a cell together, in thousandths of a logit.
pub const GAIN_UNIT_ML: i32 = 1_000;

/// The feelings, in the order of their indices.
pub const EMOTIONS: [&str; 7] = ["happy", "sad", "angry", "scared", "surprised", "disgusted", "calm"];
/// The channels through which a feeling reached the learner, in the order of their indices. `both` is a face and a line
/// together, which only the transfer probe has: its other numbers are noise and nothing else.
pub const CHANNELS: [&str; 5] = ["face", "words", "situation", "dialogue", "both"];
/// The age bands, in the order of their indices: 6 to 9, 10 to 15, from 16 years on.
pub const AGES: [&str; 3] = ["child", "teen", "adult"];
/// The editions, in the order of their indices.
pub const EDITIONS: [&str; 2] = ["therapy", "school"];
/// How many cells a report has.
pub const CELLS: usize = EMOTIONS.len() * CHANNELS.len() * AGES.len();

/// The place of a cell in [`Report::cells`]; ages lie next to each other, then channels, then feelings.
///
/// # Panics
/// When an index is out of range.
pub const fn cell_index(emotion: usize, channel: usize, age: usize) -> usize {
    assert!(emotion < EMOTIONS.len() && channel < CHANNELS.len() && age < AGES.len(), "no such cell");
    (emotion * CHANNELS.len() + channel) * AGES.len() + age
}

/// The feeling, channel and age band of a place in [`Report::cells`].
pub const fn cell_of(index: usize) -> (usize, usize, usize) {
    (index / AGES.len() / CHANNELS.len(), index / AGES.len() % CHANNELS.len(), index % AGES.len())
}

/// The noisy sums of one feeling, channel and age band. [The table](crate#cells) says what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cell {
    /// Answers in training that met the target.
    pub met: i32,
    /// Answers in training that did not.
    pub other: i32,
    /// With `down`: ability gained, in thousandths of a logit.
    pub up: i32,
    /// With `up`: ability gained, in thousandths of a logit.
    pub down: i32,
    /// Answers in the transfer probe that met the target.
    pub transfer_met: i32,
    /// Answers in the transfer probe that did not.
    pub transfer_other: i32,
}

impl Cell {
    /// Trials of training that were answered; the noise of two draws at [`Noise::answers`].
    pub const fn trials(&self) -> i32 {
        self.met + self.other
    }

    /// Ability gained by all learners together, in thousandths of a logit; the noise of two draws at [`Noise::gain`].
    pub const fn gained_ml(&self) -> i32 {
        self.up - self.down
    }

    /// How many learners practised, in thousandths of a learner; the noise of two draws at [`Noise::gain`].
    pub const fn learners_milli(&self) -> i32 {
        self.up + self.down
    }

    /// Trials of the transfer probe that were answered; the noise of two draws at [`Noise::transfer`].
    pub const fn transfer_trials(&self) -> i32 {
        self.transfer_met + self.transfer_other
    }

    /// The numbers in the order of the fields.
    pub const fn values(&self) -> [i32; 6] {
        [self.met, self.other, self.up, self.down, self.transfer_met, self.transfer_other]
    }

    /// The cell of these numbers, in the order of the fields.
    pub const fn from_values([met, other, up, down, transfer_met, transfer_other]: [i32; 6]) -> Self {
        Self { met, other, up, down, transfer_met, transfer_other }
    }
}

/// What a device says of a term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Drawn at random when the report was made, and kept when it is sent again: a collector counts each id once.
    pub id: [u8; 16],
    /// The term.
    pub period: Period,
    /// Which edition of the program: an index into [`EDITIONS`].
    pub edition: u8,
    /// How much noise is in the numbers.
    pub noise: Noise,
    /// The numbers; exactly [`CELLS`].
    pub cells: Vec<Cell>,
}

/// Why something is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The message is shorter or longer than every report.
    #[error("a report has {REPORT_BYTES} bytes and this message has {0}; drop it")]
    Length(usize),
    /// The message is of another version.
    #[error(
        "the report is of version {0} and this program reads version {VERSION}; update the older of the two"
    )]
    Version(u8),
    /// The bytes after the version are not what that version says.
    #[error("the report is damaged or was not made by Petri; drop it")]
    Damaged,
    /// The report says something that no device says.
    #[error("the report's {0} cannot be; drop it, or mend the program that made it")]
    Impossible(&'static str),
}

impl Report {
    /// The message: [`REPORT_BYTES`] bytes, the same for the same report.
    ///
    /// # Errors
    /// [`Error::Impossible`] when the report is none that a reader would accept.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        self.check()?;
        let mut bytes = vec![VERSION];
        bytes = postcard::to_extend(self, bytes).map_err(|_| Error::Damaged)?;
        if bytes.len() > REPORT_BYTES {
            return Err(Error::Impossible("length"));
        }
        bytes.resize(REPORT_BYTES, 0);
        Ok(bytes)
    }

    /// Reads a message back.
    ///
    /// # Errors
    /// When it is not what [`Report::encode`] makes: no report of this version, or one that cannot be.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() != REPORT_BYTES {
            return Err(Error::Length(bytes.len()));
        }
        let (version, body) = bytes.split_first().ok_or(Error::Damaged)?;
        if *version != VERSION {
            return Err(Error::Version(*version));
        }
        let (report, _) = postcard::take_from_bytes::<Self>(body).map_err(|_| Error::Damaged)?;
        if report.encode()? != bytes {
            return Err(Error::Damaged);
        }
        Ok(report)
    }

    /// The cell of a feeling, a channel and an age band.
    ///
    /// # Panics
    /// When an index is out of range, or the report does not have [`CELLS`] cells.
    pub fn cell(&self, emotion: usize, channel: usize, age: usize) -> &Cell {
        &self.cells[cell_index(emotion, channel, age)]
    }

    fn check(&self) -> Result<(), Error> {
        let plausible = |value: &i32| value.abs() <= VALUE_MAX;
        if usize::from(self.edition) >= EDITIONS.len() {
            return Err(Error::Impossible("edition"));
        }
        if !self.noise.is_plausible() {
            return Err(Error::Impossible("noise"));
        }
        if self.cells.len() != CELLS {
            return Err(Error::Impossible("number of cells"));
        }
        if !self.cells.iter().all(|cell| cell.values().iter().all(plausible)) {
            return Err(Error::Impossible("cells"));
        }
        Ok(())
    }
}
