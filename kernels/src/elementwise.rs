//! What happens to every number of a tensor alike.
//!
//! Nothing here uses a fused product and sum, so every processor gives the same numbers.
// These are called from generic code that must end up in one function with the unit's instructions.
#![allow(clippy::inline_always, clippy::needless_range_loop)]

use crate::matmul::unit::{Job, Unit, dispatch};

/// What follows a product.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    #[default]
    None,
    /// The larger of it and zero.
    Relu,
    /// Its product with the share of a normal distribution below it (Hendrycks and Gimpel 2016).
    Gelu,
}

impl Activation {
    #[inline(always)]
    pub(crate) fn apply(self, values: &mut [f32]) {
        match self {
            Self::None => {}
            Self::Relu => values.iter_mut().for_each(|value| *value = value.max(0.0)),
            Self::Gelu => values.iter_mut().for_each(|value| *value = gelu(*value)),
        }
    }
}

/// Applies an activation to all `values`.
pub fn activate(activation: Activation, values: &mut [f32]) {
    struct Work<'a>(Activation, &'a mut [f32]);
    impl Job for Work<'_> {
        #[inline(always)]
        fn run<U: Unit>(self, _: U) {
            self.0.apply(self.1);
        }
    }
    dispatch(Work(activation, values));
}

/// For rows of two halves: the first times the second times the second's logistic function (Shazeer 2020, `SwiGLU`).
///
/// # Panics
/// When `output` is not half as long as `input`.
pub fn gated(input: &[f32], width: usize, output: &mut [f32]) {
    struct Work<'a>(&'a [f32], usize, &'a mut [f32]);
    impl Job for Work<'_> {
        #[inline(always)]
        fn run<U: Unit>(self, _: U) {
            let Self(input, width, output) = self;
            for (row, output) in input.chunks_exact(2 * width).zip(output.chunks_exact_mut(width)) {
                let (value, gate) = row.split_at(width);
                for ((output, value), gate) in output.iter_mut().zip(value).zip(gate) {
                    *output = value * (gate / (1.0 + exp(-gate)));
                }
            }
        }
    }
    assert!(input.len() == 2 * output.len() && output.len().is_multiple_of(width), "two halves for each row");
    dispatch(Work(input, width, output));
}

/// Scales each row of the length of `weight` to mean 0 and variance 1, then by `weight`, then adds `bias`
/// (Ba, Kiros and Hinton 2016).
///
/// # Panics
/// When lengths do not fit.
pub fn layer_norm(input: &[f32], weight: &[f32], bias: Option<&[f32]>, epsilon: f32, output: &mut [f32]) {
    struct Work<'a>(&'a [f32], &'a [f32], Option<&'a [f32]>, f32, &'a mut [f32]);
    impl Job for Work<'_> {
        #[inline(always)]
        fn run<U: Unit>(self, _: U) {
            let Self(input, weight, bias, epsilon, output) = self;
            let width = weight.len();
            for (row, output) in input.chunks_exact(width).zip(output.chunks_exact_mut(width)) {
                let mean = sum(row, |x| x) / width as f32;
                let variance = sum(row, |x| (x - mean) * (x - mean)) / width as f32;
                let scale = 1.0 / (variance + epsilon).sqrt();
                for ((output, x), weight) in output.iter_mut().zip(row).zip(weight) {
                    *output = (x - mean) * scale * weight;
                }
                for (output, bias) in output.iter_mut().zip(bias.unwrap_or_default()) {
                    *output += bias;
                }
            }
        }
    }
    assert!(input.len() == output.len() && input.len().is_multiple_of(weight.len()), "whole rows");
    assert!(bias.is_none_or(|bias| bias.len() == weight.len()), "a bias for each column");
    dispatch(Work(input, weight, bias, epsilon, output));
}

/// Moves all of `input` to mean 0 and scales it to the deviation `target`; `floor` is added to its own deviation first.
///
/// # Panics
/// When `output` is not as long as `input`.
pub fn evened(input: &[f32], target: f32, floor: f32, output: &mut [f32]) {
    struct Work<'a>(&'a [f32], f32, f32, &'a mut [f32]);
    impl Job for Work<'_> {
        #[inline(always)]
        fn run<U: Unit>(self, _: U) {
            let Self(input, target, floor, output) = self;
            let count = input.len().max(1) as f32;
            let mean = sum(input, |x| x) / count;
            let variance = sum(input, |x| (x - mean) * (x - mean)) / count;
            let scale = target / (variance.sqrt() + floor);
            for (output, x) in output.iter_mut().zip(input) {
                *output = (x - mean) * scale;
            }
        }
    }
    assert_eq!(input.len(), output.len(), "a place for each number");
    dispatch(Work(input, target, floor, output));
}

/// The sum of `row`, and the sum of its products with 8-bit `weights`, which are bytes in two's complement.
///
/// # Panics
/// When there is not a weight for each number.
pub fn weighted_sum(weights: &[u8], row: &[f32]) -> [f32; 2] {
    /// Enough sums that none waits for the one before.
    const SUMS: usize = 64;
    struct Work<'a>(&'a [u8], &'a [f32], &'a mut [f32; 2]);
    impl Job for Work<'_> {
        #[inline(always)]
        fn run<U: Unit>(self, _: U) {
            let Self(weights, row, [plain, weighted]) = self;
            let ((weights, last_weights), (chunks, last)) =
                (weights.as_chunks::<SUMS>(), row.as_chunks::<SUMS>());
            let (mut sums, mut products) = ([0.0f32; SUMS], [0.0f32; SUMS]);
            for (weights, chunk) in weights.iter().zip(chunks) {
                for lane in 0..SUMS {
                    sums[lane] += chunk[lane];
                    products[lane] += chunk[lane] * f32::from(weights[lane] as i8);
                }
            }
            for (lane, (weight, x)) in last_weights.iter().zip(last).enumerate() {
                sums[lane] += x;
                products[lane] += x * f32::from(*weight as i8);
            }
            (*plain, *weighted) = (sum(&sums, |x| x), sum(&products, |x| x));
        }
    }
    assert_eq!(weights.len(), row.len(), "a weight for each number");
    let mut found = [0.0; 2];
    dispatch(Work(weights, row, &mut found));
    found
}

/// Sums in sixteen lanes, which are added in a fixed order.
#[inline(always)]
pub(crate) fn sum(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let (chunks, rest) = row.as_chunks::<16>();
    let mut sums = [0.0f32; 16];
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += of(*x);
        }
    }
    for (sum, x) in sums.iter_mut().zip(rest) {
        *sum += of(*x);
    }
    folded(sums, |a, b| a + b)
}

/// Sixteen to one, by halves.
#[inline(always)]
pub(crate) fn folded(mut lanes: [f32; 16], join: impl Fn(f32, f32) -> f32) -> f32 {
    for half in [8, 4, 2, 1] {
        let (low, high) = lanes.split_at_mut(half);
        for (low, high) in low.iter_mut().zip(high) {
            *low = join(*low, *high);
        }
    }
    lanes[0]
}

/// The exponential function, within 2 units in the last place; what would be below the smallest normal number is
/// about that.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    /// A float plus this has its whole number, rounded to even, in its lowest bits.
    const WHOLE: f32 = 12_582_912.0;
    /// The logarithm of two, in two parts: products of the first with small whole numbers are exact.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + WHOLE;
    let whole = shifted - WHOLE;
    let rest = (x - whole * LN_2[0]) - whole * LN_2[1];
    let mut power = 1.0 / 5_040.0;
    for one_over in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        power = power * rest + one_over;
    }
    let bits = (shifted.to_bits() as i32).wrapping_sub(WHOLE.to_bits() as i32);
    power * f32::from_bits(((bits + 127) << 23) as u32)
}

/// By formula 7.1.26 of Abramowitz and Stegun, Handbook of Mathematical Functions (1964), whose error is below 1.5e-7.
#[inline(always)]
fn gelu(x: f32) -> f32 {
    let distance = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * distance);
    let mut series = 1.061_405_4;
    for factor in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6, 0.0] {
        series = series * t + factor;
    }
    let beyond = 0.5 * series * exp(-distance * distance);
    x * if x < 0.0 { beyond } else { 1.0 - beyond }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(from: f32, to: f32) -> Vec<f32> {
        (0..=10_000u16).map(|at| from + (to - from) * f32::from(at) / 10_000.0).collect()
    }

    /// The integral of the normal distribution from minus infinity, by its power series.
    fn below(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= -x * x / (2.0 * f64::from(n));
            sum += term / f64::from(2 * n + 1);
        }
        0.5 + sum / (2.0 * std::f64::consts::PI).sqrt()
    }

    #[test]
    fn the_exponential_function_is_within_two_units_in_the_last_place() {
        for x in line(-86.9, 87.9) {
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) - exact).abs() <= 2.4e-7 * exact, "{x}");
        }
        assert!(exp(-1e9) < 1e-37 && exp(f32::NEG_INFINITY) < 1e-37);
        assert!((exp(0.0) - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn gelu_is_the_share_below_times_the_number() {
        let numbers = line(-5.0, 5.0);
        let mut found = numbers.clone();
        activate(Activation::Gelu, &mut found);
        for (x, found) in numbers.iter().zip(found) {
            let exact = f64::from(*x) * below(f64::from(*x));
            assert!((f64::from(found) - exact).abs() < 6e-7, "{x}: {found}, not {exact}");
        }
    }

    #[test]
    fn a_gate_lets_its_own_share_through() {
        let input: Vec<f32> = line(-9.0, 9.0)[..6 * 70].to_vec();
        let mut output = vec![0.0; 3 * 70];
        gated(&input, 35, &mut output);
        for (at, found) in output.iter().enumerate() {
            let (row, column) = (at / 35, at % 35);
            let [value, gate] = [0, 35].map(|half| f64::from(input[row * 70 + half + column]));
            let exact = value * gate / (1.0 + (-gate).exp());
            assert!((f64::from(*found) - exact).abs() < 1e-6 * (1.0 + exact.abs()), "{at}");
        }
    }

    #[test]
    fn an_evened_plane_has_the_mean_and_the_deviation_that_are_asked_for() {
        let input = &line(-3.0, 250.0)[..1_237];
        let mut output = vec![0.0; input.len()];
        evened(input, 60.0, 0.0, &mut output);
        let count = output.len() as f64;
        let mean = output.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
        let variance = output.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / count;
        assert!(mean.abs() < 1e-3 && (variance.sqrt() - 60.0).abs() < 1e-2, "{mean} {variance}");
        evened(&[7.0; 40], 60.0, 1.0, &mut output[..40]);
        assert_eq!(output[..40], [0.0; 40], "a plane without contrast stays without");
    }

    #[test]
    fn a_weighted_sum_is_that_of_all_its_terms() {
        let row = &line(-3.0, 7.0)[..331];
        let weights: Vec<u8> = (0..331).map(|at| (at * 37 % 256) as u8).collect();
        let [plain, weighted] = weighted_sum(&weights, row);
        let terms = row.iter().zip(&weights).map(|(x, weight)| f64::from(*x) * f64::from(*weight as i8));
        let (sum, size) = terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()));
        assert!((f64::from(weighted) - sum).abs() < 1e-6 * size, "{weighted}, not {sum}");
        let exact: f64 = row.iter().map(|x| f64::from(*x)).sum();
        assert!((f64::from(plain) - exact).abs() < 1e-3, "{plain}, not {exact}");
    }

    #[test]
    fn a_row_has_mean_0_and_variance_1_before_weight_and_bias() {
        let input: Vec<f32> = line(-3.0, 7.0).iter().take(4 * 37).map(|x| x * x).collect();
        let (weight, bias) = (line(0.5, 1.5)[..37].to_vec(), line(-1.0, 1.0)[..37].to_vec());
        let mut output = vec![0.0; input.len()];
        layer_norm(&input, &weight, Some(&bias), 1e-5, &mut output);
        for (row, found) in input.chunks(37).zip(output.chunks(37)) {
            let mean = row.iter().map(|x| f64::from(*x)).sum::<f64>() / 37.0;
            let variance = row.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / 37.0;
            for (at, found) in found.iter().enumerate() {
                let exact = (f64::from(row[at]) - mean) / (variance + 1e-5).sqrt();
                let exact = exact * f64::from(weight[at]) + f64::from(bias[at]);
                assert!((f64::from(*found) - exact).abs() < 1e-4, "{at}: {found}, not {exact}");
            }
        }
    }
}
