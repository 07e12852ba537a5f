//! The step beyond noise: a report is cut into two shares, one for each of two servers that do not talk to each other
//! but to check. Each share alone is random. Together the servers learn that a report is well formed, and at the end
//! the sum over all reports, but not one report.
//!
//! This is Prio3 (Davis, Patton, Rosulek & Schoppmann, "Verifiable distributed aggregation functions", 2023), by the
//! crate `prio`, and what the Distributed Aggregation Protocol (DAP) carries. Here is the device's part, [`shard`],
//! and the two servers' arithmetic, [`Server`] and [`unshard`], which show in tests that it comes out right. In
//! production the servers are two installations of a DAP service such as Janus, run by two parties, and shares are
//! encrypted to each of them (HPKE) by a DAP client. A device does not send shares yet: this crate is in no program.
//!
//! Janus's own client (`janus_client`) was tried and is not used: version 0.7.145, the newest in November 2026, is built
//! on `prio` 0.16 and its draft of Prio3, whose shares and types are not those of 0.18 here. Either this crate goes back to
//! that draft, or the client comes up to this one. It also asks for Rust 1.95 and brings 350 crates and a second
//! cryptographic library with C code, against 1.91 and one on devices. The upload itself is small (HPKE to each server and
//! one HTTPS request), so a client of our own would be the lighter way once there is a service to try it with.
//!
//! Numbers of a report are noisy and can be negative; they are shifted by [`VALUE_MAX`] so that they are not, and
//! shifted back in the sum. What is outside plus and minus [`VALUE_MAX`] is refused by the proof that goes along with
//! each share, so that a device which lies can spoil its own numbers and no others.

use petri_report::{CELLS, Cell, Period, Report, VALUE_MAX};
use prio::codec::{Encode, ParameterizedDecode};
use prio::field::Field128;
use prio::vdaf::prio3::{
    Prio3InputShare, Prio3PublicShare, Prio3SumVec, Prio3VerifierShare, Prio3VerifyState,
};
use prio::vdaf::{AggregateShare, Aggregator, Client, Collector, OutputShare, Vdaf, VerifyTransition};

/// Servers that share a report.
pub const SERVERS: usize = 2;
/// Length of the key with which the servers check shares; they agree on it and no device knows it.
pub const KEY_BYTES: usize = 32;
/// Numbers in a report.
const NUMBERS: usize = CELLS * 6;
/// About the square root of the number of bits, at which proofs are shortest.
const CHUNK: usize = 116;
/// What shares are made for: those of another application do not fit.
const APPLICATION: &[u8] = b"petri report 1";

/// A report in shares, as bytes that could be sent. The share of one server tells nothing.
#[derive(Debug, Clone)]
pub struct Shares {
    /// The report's id.
    pub id: [u8; 16],
    /// The term; the servers add up reports of the same term only.
    pub period: Period,
    /// For both servers.
    pub public: Vec<u8>,
    /// One for each server.
    pub inputs: [Vec<u8>; SERVERS],
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Shares do not fit together, or are of a report that cannot be.
    #[error("the shares are damaged, tampered with, or of no report ({0}); drop the report")]
    Refused(String),
    /// The report cannot be.
    #[error(transparent)]
    Report(#[from] petri_report::Error),
    /// There is nothing to add up.
    #[error("no report has passed; there is no sum")]
    Empty,
}

fn refused(error: impl std::fmt::Display) -> Error {
    Error::Refused(error.to_string())
}

fn scheme() -> Result<Prio3SumVec, Error> {
    Prio3SumVec::new_sum_vec(SERVERS as u8, 2 * VALUE_MAX as u128, NUMBERS, CHUNK).map_err(refused)
}

/// Cuts a report into shares. The report's id is the nonce: a server refuses a second report of the same id.
///
/// # Errors
/// When the report cannot be, or the system gives no randomness.
pub fn shard(report: &Report) -> Result<Shares, Error> {
    report.encode()?;
    let shifted = |value: i32| (value + VALUE_MAX) as u128;
    let numbers: Vec<u128> = report.cells.iter().flat_map(Cell::values).map(shifted).collect();
    let (public, inputs) = scheme()?.shard(APPLICATION, &numbers, &report.id).map_err(refused)?;
    let bytes = |share: &Prio3InputShare<Field128, KEY_BYTES>| share.get_encoded().map_err(refused);
    let inputs: Vec<Vec<u8>> = inputs.iter().map(bytes).collect::<Result<_, _>>()?;
    let inputs = inputs.try_into().map_err(|_| Error::Refused("the number of shares is wrong".to_owned()))?;
    Ok(Shares {
        id: report.id,
        period: report.period,
        public: public.get_encoded().map_err(refused)?,
        inputs,
    })
}

/// One of the two servers.
pub struct Server {
    number: usize,
    key: [u8; KEY_BYTES],
    seen: std::collections::HashSet<[u8; 16]>,
    sum: Option<AggregateShare<Field128>>,
    passed: usize,
}

/// What a server keeps while it waits for the other.
pub struct Checking {
    id: [u8; 16],
    state: Prio3VerifyState<Field128, KEY_BYTES>,
}

/// What a server tells the other about a share, as bytes.
pub type Word = Vec<u8>;

impl Server {
    /// The server of this number, 0 or 1, with the key that both know.
    pub fn new(number: usize, key: [u8; KEY_BYTES]) -> Self {
        Self { number, key, seen: std::collections::HashSet::new(), sum: None, passed: 0 }
    }

    /// Takes its share of a report, and gives a word for the other server.
    ///
    /// # Errors
    /// When the share is damaged, or a report of this id was here before.
    pub fn take(&mut self, id: [u8; 16], public: &[u8], input: &[u8]) -> Result<(Checking, Word), Error> {
        if self.seen.contains(&id) {
            return Err(Error::Refused("a report of this id was counted before".to_owned()));
        }
        let scheme = scheme()?;
        let public = Prio3PublicShare::get_decoded_with_param(&scheme, public).map_err(refused)?;
        let input =
            Prio3InputShare::get_decoded_with_param(&(&scheme, self.number), input).map_err(refused)?;
        let (state, word) = scheme
            .verify_init(&self.key, APPLICATION, self.number, &(), &id, &public, &input)
            .map_err(refused)?;
        Ok((Checking { id, state }, word.get_encoded().map_err(refused)?))
    }

    /// Hears the words of both servers, in the order of their numbers; adds its share up if they fit.
    ///
    /// # Errors
    /// When they do not; then the report counts nowhere.
    pub fn hear(&mut self, checking: Checking, words: &[Word; SERVERS]) -> Result<(), Error> {
        let scheme = scheme()?;
        let decode = |word: &Word| {
            Prio3VerifierShare::<Field128, KEY_BYTES>::get_decoded_with_param(&checking.state, word)
        };
        let words = words.iter().map(decode).collect::<Result<Vec<_>, _>>().map_err(refused)?;
        let message = scheme.verifier_shares_to_message(APPLICATION, &(), words).map_err(refused)?;
        let next = scheme.verify_next(APPLICATION, checking.state, message).map_err(refused)?;
        let VerifyTransition::Finish(share) = next else {
            return Err(Error::Refused("it needs more rounds than there are".to_owned()));
        };
        self.add(&scheme, &share)?;
        self.seen.insert(checking.id);
        self.passed += 1;
        Ok(())
    }

    fn add(&mut self, scheme: &Prio3SumVec, share: &OutputShare<Field128>) -> Result<(), Error> {
        use prio::vdaf::Aggregatable;
        self.sum.get_or_insert_with(|| scheme.aggregate_init(&())).accumulate(share).map_err(refused)
    }

    /// Its share of the sum, which alone tells nothing, and how many reports are in it.
    ///
    /// # Errors
    /// When no report has passed.
    pub fn total(self) -> Result<(AggregateShare<Field128>, usize), Error> {
        Ok((self.sum.ok_or(Error::Empty)?, self.passed))
    }
}

/// Puts the servers' shares of the sum together: the sum of all reports, cell by cell.
///
/// # Errors
/// When the shares are not of the same reports.
pub fn unshard(totals: [(AggregateShare<Field128>, usize); SERVERS]) -> Result<Vec<[i64; 6]>, Error> {
    let [(one, reports), (other, as_many)] = totals;
    if reports != as_many {
        return Err(Error::Refused("the servers have counted different reports".to_owned()));
    }
    let scheme = scheme()?;
    let sums: <Prio3SumVec as Vdaf>::AggregateResult =
        scheme.unshard(&(), [one, other], reports).map_err(refused)?;
    let shift = reports as i64 * i64::from(VALUE_MAX);
    let numbers: Vec<i64> = sums.into_iter().map(|sum| sum as i64 - shift).collect();
    Ok(numbers.chunks_exact(6).filter_map(|cell| cell.try_into().ok()).collect())
}
