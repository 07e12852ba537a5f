//! Exact sums, which become a report once, with noise.

use crate::{ANSWERS_L1, GAIN_L1, NOISE, Part, TRANSFER_L1};
use opendp::domains::{AtomDomain, VectorDomain};
use opendp::measurements::make_laplace;
use opendp::measures::MaxDivergence;
use opendp::metrics::L1Distance;
use petri_report::{CELLS, Cell, Period, Report, VALUE_MAX};

/// Sums over learners. They cannot be read, stored or sent; all that can be had from them is one report.
pub struct Sums {
    cells: Vec<[i64; 6]>,
}

/// Why there is no report. Then nothing was drawn, and nothing is spent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The sampler failed: the system gives no randomness.
    #[error("the noise could not be drawn ({0}); nothing is sent; try again later")]
    Noise(String),
    /// The noise would cost more than the budget. A fault of the program's.
    #[error("the noise would cost {cost} and the budget is {budget}; nothing is sent; please report this")]
    Budget {
        /// What it would cost.
        cost: f64,
        /// What it may cost.
        budget: f64,
    },
    /// The report cannot be encoded. A fault of the program's.
    #[error(transparent)]
    Report(#[from] petri_report::Error),
}

impl Default for Sums {
    fn default() -> Self {
        Self { cells: vec![[0; 6]; CELLS] }
    }
}

impl Sums {
    /// Adds the part of a learner. Each learner is added once.
    pub fn add(&mut self, part: &Part) {
        for (place, cell) in part.cells() {
            for (sum, value) in self.cells[*place].iter_mut().zip(cell.values()) {
                *sum += i64::from(value);
            }
        }
    }

    /// Draws the noise and gives the report. The sums are gone with it: there is no second draw.
    ///
    /// # Errors
    /// When the noise cannot be drawn; nothing was told then.
    pub fn release(self, id: [u8; 16], period: Period, edition: u8) -> Result<Report, Error> {
        let kinds = [(ANSWERS_L1, NOISE.answers), (GAIN_L1, NOISE.gain), (TRANSFER_L1, NOISE.transfer)];
        let mut mechanisms = Vec::new();
        let mut cost = 0.0;
        for (size, scale) in kinds {
            let mechanism = laplace(scale)?;
            cost += mechanism.map(&size).map_err(|error| told(&error))?;
            mechanisms.push(mechanism);
        }
        let budget = f64::from(NOISE.epsilon_milli) / 1_000.0;
        if cost > budget {
            return Err(Error::Budget { cost, budget });
        }
        let mut cells = vec![[0; 6]; CELLS];
        for (kind, mechanism) in mechanisms.iter().enumerate() {
            let places = [2 * kind, 2 * kind + 1];
            let exact: Vec<i64> =
                self.cells.iter().flat_map(|cell| places.map(|place| cell[place])).collect();
            let noisy = mechanism.invoke(&exact).map_err(|error| told(&error))?;
            for (cell, pair) in cells.iter_mut().zip(noisy.chunks_exact(2)) {
                for (place, value) in places.into_iter().zip(pair) {
                    let most = i64::from(VALUE_MAX);
                    cell[place] = (*value).clamp(-most, most) as i32;
                }
            }
        }
        let cells = cells.into_iter().map(Cell::from_values).collect();
        Ok(Report { id, period, edition, noise: NOISE, cells })
    }
}

type Whole = VectorDomain<AtomDomain<i64>>;
type Mechanism = opendp::core::Measurement<Whole, L1Distance<i64>, MaxDivergence, Vec<i64>>;

/// Independent discrete Laplace noise on each of many whole numbers.
fn laplace(scale: u32) -> Result<Mechanism, Error> {
    let domain = VectorDomain::new(AtomDomain::<i64>::default());
    make_laplace(domain, L1Distance::<i64>::default(), f64::from(scale), None).map_err(|error| told(&error))
}

fn told(error: &opendp::error::Error) -> Error {
    Error::Noise(error.to_string().lines().next().unwrap_or_default().to_owned())
}
