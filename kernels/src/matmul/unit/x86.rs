//! AVX2, AVX-512, and AVX-512 with dot products of whole numbers.

use super::{Block, Job, LANES, On, Plain, Unit};
use pulp::x86::{V3, V4};
use pulp::{cast, simd_type};
use std::arch::x86_64::{__m256, __m256i, __m512, __m512i};

simd_type! {
    /// V4 and dot products of 16-bit numbers: the compiler makes one instruction of a product and a sum.
    pub(crate) struct Vnni {
        sse: "sse",
        avx2: "avx2",
        fma: "fma",
        avx512f: "avx512f",
        avx512bw: "avx512bw",
        avx512dq: "avx512dq",
        avx512vl: "avx512vl",
        avx512vnni: "avx512vnni",
    }
}

macro_rules! wide {
    ($unit: ty) => {
        impl Unit for $unit {
            const WIDE: bool = true;
            type Sum = __m512i;
            type Wide = __m512i;

            #[inline(always)]
            fn zero(self) -> __m512i {
                cast([0i32; LANES])
            }

            #[inline(always)]
            fn widen(self, block: &Block) -> __m512i {
                self.avx512bw._mm512_cvtepi8_epi16(cast(block.0))
            }

            #[inline(always)]
            fn add(self, sum: __m512i, block: __m512i, pair: [i16; 2]) -> __m512i {
                let pair = self.avx512f._mm512_set1_epi32(cast(pair));
                self.avx512f._mm512_add_epi32(sum, self.avx512bw._mm512_madd_epi16(block, pair))
            }

            #[inline(always)]
            fn read(self, sum: __m512i) -> [i32; LANES] {
                cast(sum)
            }

            type Floats = __m512;

            #[inline(always)]
            fn nothing(self) -> __m512 {
                cast([0.0f32; LANES])
            }

            #[inline(always)]
            fn floats(self, block: &Block) -> [__m512; 2] {
                let second = self.widen(block);
                let first = self.avx512f._mm512_slli_epi32::<16>(second);
                let first = self.avx512f._mm512_srai_epi32::<16>(first);
                let second = self.avx512f._mm512_srai_epi32::<16>(second);
                [self.avx512f._mm512_cvtepi32_ps(first), self.avx512f._mm512_cvtepi32_ps(second)]
            }

            #[inline(always)]
            fn add_floats(self, sum: __m512, weights: __m512, x: f32) -> __m512 {
                self.avx512f._mm512_fmadd_ps(weights, self.avx512f._mm512_set1_ps(x), sum)
            }

            #[inline(always)]
            fn load_floats(self, floats: &[f32; LANES]) -> __m512 {
                cast(*floats)
            }

            #[inline(always)]
            fn read_floats(self, sum: __m512) -> [f32; LANES] {
                cast(sum)
            }
        }
    };
}

wide!(Vnni);
wide!(V4);

/// The upper halves as floats.
#[inline(always)]
fn upper(unit: V3, halves: __m256i) -> __m256 {
    unit.avx._mm256_cvtepi32_ps(unit.avx2._mm256_srai_epi32::<16>(halves))
}

impl Unit for V3 {
    const WIDE: bool = false;
    type Sum = [__m256i; 2];
    type Wide = [__m256i; 2];

    #[inline(always)]
    fn zero(self) -> [__m256i; 2] {
        cast([0i32; LANES])
    }

    #[inline(always)]
    fn widen(self, block: &Block) -> [__m256i; 2] {
        let [low, high]: [[i8; LANES]; 2] = cast(block.0);
        [self.avx2._mm256_cvtepi8_epi16(cast(low)), self.avx2._mm256_cvtepi8_epi16(cast(high))]
    }

    #[inline(always)]
    fn add(self, [low, high]: [__m256i; 2], block: [__m256i; 2], pair: [i16; 2]) -> [__m256i; 2] {
        let pair = self.avx._mm256_set1_epi32(cast(pair));
        let [first, second] = block.map(|half| self.avx2._mm256_madd_epi16(half, pair));
        [self.avx2._mm256_add_epi32(low, first), self.avx2._mm256_add_epi32(high, second)]
    }

    #[inline(always)]
    fn read(self, sum: [__m256i; 2]) -> [i32; LANES] {
        cast(sum)
    }

    type Floats = [__m256; 2];

    #[inline(always)]
    fn nothing(self) -> [__m256; 2] {
        cast([0.0f32; LANES])
    }

    #[inline(always)]
    fn floats(self, block: &Block) -> [[__m256; 2]; 2] {
        let [low, high] = self.widen(block);
        let [even_low, even_high] =
            [self.avx2._mm256_slli_epi32::<16>(low), self.avx2._mm256_slli_epi32::<16>(high)];
        [[upper(self, even_low), upper(self, even_high)], [upper(self, low), upper(self, high)]]
    }

    #[inline(always)]
    fn add_floats(self, [low, high]: [__m256; 2], weights: [__m256; 2], x: f32) -> [__m256; 2] {
        let x = self.avx._mm256_set1_ps(x);
        [self.fma._mm256_fmadd_ps(weights[0], x, low), self.fma._mm256_fmadd_ps(weights[1], x, high)]
    }

    #[inline(always)]
    fn load_floats(self, floats: &[f32; LANES]) -> [__m256; 2] {
        cast(*floats)
    }

    #[inline(always)]
    fn read_floats(self, sum: [__m256; 2]) -> [f32; LANES] {
        cast(sum)
    }
}

#[inline]
pub(crate) fn dispatch(job: impl Job) {
    if let Some(unit) = Vnni::try_new() {
        unit.vectorize(On(job, unit));
    } else if let Some(unit) = V4::try_new() {
        unit.vectorize(On(job, unit));
    } else if let Some(unit) = V3::try_new() {
        unit.vectorize(On(job, unit));
    } else {
        job.run(Plain);
    }
}
