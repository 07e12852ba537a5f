//! The vector units: what each does with a block of weights.
// The traits are called from generic code that must end up in one function with the unit's instructions.
#![allow(clippy::inline_always)]

use super::LANES;
use pulp::NullaryFnOnce;
use std::array::from_fn;

/// Sixteen columns of two rows of weights: pairs side by side on x86, else one row after the other.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(32))]
pub(crate) struct Block(pub(super) [i8; 2 * LANES]);

/// Whether the two weights of a column lie side by side.
pub(super) const PAIRED: bool = cfg!(any(target_arch = "x86_64", target_arch = "x86"));

/// Multiplies blocks.
pub(crate) trait Unit: Copy {
    /// Has registers for eight rows times three blocks.
    const WIDE: bool;
    /// Multiplies and adds floats at once.
    const FUSED: bool = true;
    /// Sixteen sums.
    type Sum: Copy;
    /// A block in registers.
    type Wide: Copy;

    fn zero(self) -> Self::Sum;
    fn widen(self, block: &Block) -> Self::Wide;
    /// The sums and both products of each column.
    fn add(self, sum: Self::Sum, block: Self::Wide, pair: [i16; 2]) -> Self::Sum;
    fn read(self, sum: Self::Sum) -> [i32; LANES];

    /// Sixteen floats.
    type Floats: Copy;

    fn nothing(self) -> Self::Floats;
    /// Both weights of each column as floats.
    fn floats(self, block: &Block) -> [Self::Floats; 2];
    fn add_floats(self, sum: Self::Floats, weights: Self::Floats, x: f32) -> Self::Floats;
    fn load_floats(self, floats: &[f32; LANES]) -> Self::Floats;
    fn read_floats(self, sum: Self::Floats) -> [f32; LANES];
}

/// Floats in an array: the compiler finds the registers.
macro_rules! floats_in_arrays {
    () => {
        type Floats = [f32; LANES];

        #[inline(always)]
        fn nothing(self) -> [f32; LANES] {
            [0.0; LANES]
        }

        #[inline(always)]
        fn floats(self, Block(block): &Block) -> [[f32; LANES]; 2] {
            from_fn(|of| {
                from_fn(|lane| f32::from(block[if PAIRED { 2 * lane + of } else { LANES * of + lane }]))
            })
        }

        #[inline(always)]
        fn add_floats(self, sum: [f32; LANES], weights: [f32; LANES], x: f32) -> [f32; LANES] {
            from_fn(|lane| {
                if Self::FUSED { weights[lane].mul_add(x, sum[lane]) } else { weights[lane] * x + sum[lane] }
            })
        }

        #[inline(always)]
        fn load_floats(self, floats: &[f32; LANES]) -> [f32; LANES] {
            *floats
        }

        #[inline(always)]
        fn read_floats(self, sum: [f32; LANES]) -> [f32; LANES] {
            sum
        }
    };
}

/// Work for any unit.
pub(crate) trait Job: Sized {
    fn run<U: Unit>(self, unit: U);
}

struct On<J, U>(J, U);

impl<J: Job, U: Unit> NullaryFnOnce for On<J, U> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.0.run(self.1);
    }
}

/// Plain Rust, for every processor.
#[derive(Clone, Copy)]
struct Plain;

impl Unit for Plain {
    const WIDE: bool = false;
    const FUSED: bool = false;
    type Sum = [i32; LANES];
    type Wide = [[i16; 2]; LANES];

    #[inline(always)]
    fn zero(self) -> Self::Sum {
        [0; LANES]
    }

    #[inline(always)]
    fn widen(self, Block(block): &Block) -> Self::Wide {
        let place = |lane: usize, of: usize| if PAIRED { 2 * lane + of } else { LANES * of + lane };
        from_fn(|lane| [i16::from(block[place(lane, 0)]), i16::from(block[place(lane, 1)])])
    }

    #[inline(always)]
    fn add(self, sum: Self::Sum, block: Self::Wide, pair: [i16; 2]) -> Self::Sum {
        let product = |lane: usize, of: usize| i32::from(block[lane][of]) * i32::from(pair[of]);
        from_fn(|lane| sum[lane] + product(lane, 0) + product(lane, 1))
    }

    #[inline(always)]
    fn read(self, sum: Self::Sum) -> [i32; LANES] {
        sum
    }

    floats_in_arrays!();
}

#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(target_arch = "aarch64")]
mod neon {
    use super::{Block, Job, LANES, On, PAIRED, Plain, Unit};
    use pulp::aarch64::Neon;
    use pulp::cast;
    use std::arch::aarch64::{int8x16_t, int16x8_t, int32x4_t};
    use std::array::from_fn;

    impl Unit for Neon {
        const WIDE: bool = false;
        type Sum = [int32x4_t; 4];
        type Wide = [[int16x8_t; 2]; 2];

        #[inline(always)]
        fn zero(self) -> [int32x4_t; 4] {
            cast([0i32; LANES])
        }

        #[inline(always)]
        fn widen(self, block: &Block) -> [[int16x8_t; 2]; 2] {
            let rows: [int8x16_t; 2] = cast(block.0);
            rows.map(|row| [self.neon.vmovl_s8(self.neon.vget_low_s8(row)), self.neon.vmovl_high_s8(row)])
        }

        #[inline(always)]
        fn add(self, sum: [int32x4_t; 4], block: [[int16x8_t; 2]; 2], pair: [i16; 2]) -> [int32x4_t; 4] {
            let [mut a, mut b, mut c, mut d] = sum;
            for ([low, high], x) in block.into_iter().zip(pair) {
                a = self.neon.vmlal_n_s16(a, self.neon.vget_low_s16(low), x);
                b = self.neon.vmlal_high_n_s16(b, low, x);
                c = self.neon.vmlal_n_s16(c, self.neon.vget_low_s16(high), x);
                d = self.neon.vmlal_high_n_s16(d, high, x);
            }
            [a, b, c, d]
        }

        #[inline(always)]
        fn read(self, sum: [int32x4_t; 4]) -> [i32; LANES] {
            cast(sum)
        }

        floats_in_arrays!();
    }

    #[inline]
    pub(crate) fn dispatch(job: impl Job) {
        match Neon::try_new() {
            Some(unit) => unit.vectorize(On(job, unit)),
            None => job.run(Plain),
        }
    }
}

#[cfg(target_arch = "aarch64")]
pub(crate) use neon::dispatch;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86::dispatch;

/// Runs on the best unit that this processor has.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) fn dispatch(job: impl Job) {
    On(job, Plain).call();
}

/// A unit, for tests that compare them.
#[cfg(test)]
#[derive(Debug, Clone, Copy)]
pub(super) enum Any {
    Plain,
    #[cfg(target_arch = "x86_64")]
    V3(pulp::x86::V3),
    #[cfg(target_arch = "x86_64")]
    V4(pulp::x86::V4),
    #[cfg(target_arch = "x86_64")]
    Vnni(x86::Vnni),
    #[cfg(target_arch = "aarch64")]
    Neon(pulp::aarch64::Neon),
}

#[cfg(test)]
impl Any {
    /// Every unit that this processor has.
    pub(super) fn all() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        let special = [
            pulp::x86::V3::try_new().map(Self::V3),
            pulp::x86::V4::try_new().map(Self::V4),
            x86::Vnni::try_new().map(Self::Vnni),
        ];
        #[cfg(target_arch = "aarch64")]
        let special = [pulp::aarch64::Neon::try_new().map(Self::Neon)];
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let special = [];
        special.into_iter().flatten().chain([Self::Plain]).collect()
    }

    pub(super) fn run(self, job: impl Job) {
        match self {
            Self::Plain => job.run(Plain),
            #[cfg(target_arch = "x86_64")]
            Self::V3(unit) => unit.vectorize(On(job, unit)),
            #[cfg(target_arch = "x86_64")]
            Self::V4(unit) => unit.vectorize(On(job, unit)),
            #[cfg(target_arch = "x86_64")]
            Self::Vnni(unit) => unit.vectorize(On(job, unit)),
            #[cfg(target_arch = "aarch64")]
            Self::Neon(unit) => unit.vectorize(On(job, unit)),
        }
    }
}
