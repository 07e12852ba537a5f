use super::unit::Any;
use super::*;

/// Numbers that look random, the same on every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn float(&mut self) -> f32 {
        self.next() as f32 / (1u64 << 30) as f32 - 1.0
    }
}

struct Case {
    shape: [usize; 2],
    rows: usize,
    values: Vec<u8>,
    scales: Vec<f32>,
    zeros: Vec<f32>,
    input: Vec<f32>,
    bias: Vec<f32>,
}

impl Case {
    fn new([inputs, outputs]: [usize; 2], rows: usize, per_column: bool) -> Self {
        let mut numbers = Numbers((inputs * 31 + outputs * 7 + rows) as u64);
        let factors = if per_column { outputs } else { 1 };
        Self {
            shape: [inputs, outputs],
            rows,
            values: (0..inputs * outputs).map(|_| numbers.next() as u8).collect(),
            scales: (0..factors).map(|_| 0.001 + numbers.float().abs() / 50.0).collect(),
            zeros: (0..factors).map(|_| f32::from(numbers.next() as u8)).collect(),
            // Rows of very different sizes.
            input: (0..rows * inputs)
                .map(|at| numbers.float() * 10f32.powi((at / inputs % 7) as i32 - 3))
                .collect(),
            bias: (0..outputs).map(|_| numbers.float()).collect(),
        }
    }

    fn weight(&self, input: usize, output: usize) -> f64 {
        let column = |list: &[f32]| f64::from(if list.len() == 1 { list[0] } else { list[output] });
        let value = f64::from(self.values[input * self.shape[1] + output]);
        (value - column(&self.zeros)) * column(&self.scales)
    }

    fn packed(&self) -> Weights {
        Weights::pack_unsigned(self.shape, Layout::InputsFirst, &[&self.values], &self.scales, &self.zeros)
            .expect("it fits")
    }

    /// The same numbers, output by output.
    fn turned(&self) -> Weights {
        let [inputs, outputs] = self.shape;
        let value = |at: usize| self.values[at % inputs * outputs + at / inputs];
        let values: Vec<u8> = (0..inputs * outputs).map(value).collect();
        Weights::pack_unsigned(self.shape, Layout::OutputsFirst, &[&values], &self.scales, &self.zeros)
            .expect("it fits")
    }

    fn product(&self, weights: &Weights) -> Vec<f32> {
        self.product_in(weights, Arithmetic::Whole)
    }

    fn product_in(&self, weights: &Weights, arithmetic: Arithmetic) -> Vec<f32> {
        let mut output = vec![f32::NAN; self.rows * self.shape[1]];
        let mut scratch = Scratch::default();
        multiply(weights, &self.input, Some(&self.bias), arithmetic, &mut scratch, &mut output);
        output
    }

    /// How far a product is off, in units of half a step of the rounding for each of its terms.
    fn worst(&self, found: &[f32], half_step: f64) -> f64 {
        let [inputs, outputs] = self.shape;
        let mut worst = 0.0f64;
        for row in 0..self.rows {
            let input = &self.input[row * inputs..][..inputs];
            let highest = input.iter().fold(0.0f64, |highest, x| highest.max(f64::from(x.abs())));
            let step = highest / f64::from(largest(inputs));
            for output in 0..outputs {
                let weights = (0..inputs).map(|at| self.weight(at, output));
                let exact: f64 = weights.clone().zip(input).map(|(weight, x)| weight * f64::from(*x)).sum();
                let exact = exact + f64::from(self.bias[output]);
                let allowed =
                    half_step * step * weights.map(f64::abs).sum::<f64>() + 1e-5 * (1.0 + exact.abs());
                worst = worst.max((f64::from(found[row * outputs + output]) - exact).abs() / allowed);
            }
        }
        worst
    }
}

const SHAPES: [([usize; 2], usize); 14] = [
    ([1, 1], 1),
    ([2, 16], 1),
    ([3, 17], 2),
    ([7, 4], 5),
    ([16, 48], 8),
    ([31, 33], 9),
    ([36, 97], 3),
    ([33, 130], 1),
    ([96, 66], 2),
    ([288, 288], 13),
    ([384, 100], 4),
    ([385, 65], 6),
    ([1_536, 40], 7),
    ([INPUTS_MAX, 18], 3),
];

#[test]
fn products_are_those_of_the_floats_within_the_rounding() {
    for (shape, rows) in SHAPES {
        for per_column in [false, true] {
            let case = Case::new(shape, rows, per_column);
            let found = case.product(&case.packed());
            assert!(case.worst(&found, 0.5) <= 1.0, "{shape:?} times {rows}: {}", case.worst(&found, 0.5));
            assert_eq!(found, case.product(&case.turned()), "{shape:?}, output by output");
            let found = case.product_in(&case.packed(), Arithmetic::Floats);
            assert!(case.worst(&found, 0.02) <= 1.0, "{shape:?} in floats: {}", case.worst(&found, 0.02));
        }
    }
}

#[test]
fn every_unit_gives_the_same_numbers() {
    for (shape, rows) in SHAPES {
        let case = Case::new(shape, rows, true);
        let (weights, expected) = (case.packed(), case.product(&case.packed()));
        let mut output = vec![f32::NAN; expected.len()];
        let mut scratch = Scratch::default();
        for unit in Any::all() {
            output.fill(f32::NAN);
            unit.run(Multiply {
                weights: &weights,
                input: &case.input,
                bias: Some(&case.bias),
                arithmetic: Arithmetic::Whole,
                scratch: &mut scratch,
                output: &mut output,
            });
            assert_eq!(output, expected, "{shape:?} on {unit:?}");
        }
    }
}

#[test]
fn the_largest_weights_and_numbers_overflow_nothing() {
    for inputs in [511, 512, 513, 1_536, 2_304, INPUTS_MAX] {
        let values = vec![-128i8; inputs];
        let weights =
            Weights::pack([inputs, 1], Layout::InputsFirst, &values, &[1.0], &[0.0]).expect("it fits");
        let mut output = [0.0];
        multiply(
            &weights,
            &vec![-1.0; inputs],
            None,
            Arithmetic::Whole,
            &mut Scratch::default(),
            &mut output,
        );
        assert!((f64::from(output[0]) / (128.0 * inputs as f64) - 1.0).abs() < 1e-6, "{inputs}: {output:?}");
    }
}

#[test]
fn a_row_of_nothing_gives_the_bias_and_rows_do_not_touch_each_other() {
    let mut case = Case::new([48, 20], 3, true);
    case.input[48..96].fill(0.0);
    let found = case.product(&case.packed());
    assert_eq!(found[20..40], case.bias);
    let mut alone = vec![0.0; 20];
    let bias = Some(&case.bias[..]);
    multiply(&case.packed(), &case.input[96..], bias, Arithmetic::Whole, &mut Scratch::default(), &mut alone);
    assert_eq!(found[40..], alone);
}

#[test]
fn bytes_of_a_file_are_the_weights_that_they_stand_for() {
    let case = Case::new([37, 50], 5, true);
    let signed: Vec<i8> = case.values.iter().map(|value| *value as i8).collect();
    let pack = |values: &[i8]| {
        Weights::pack(case.shape, Layout::InputsFirst, values, &case.scales, &case.zeros).expect("it fits")
    };
    let bytes =
        Weights::pack_bytes(case.shape, Layout::InputsFirst, &[&case.values], &case.scales, &case.zeros);
    assert_eq!(case.product(&bytes.expect("it fits")), case.product(&pack(&signed)));
}

#[test]
fn a_row_of_weights_is_read_back_as_it_was() {
    let case = Case::new([37, 50], 1, true);
    let weights = case.packed();
    let mut row = [0.0; 37];
    for output in 0..50 {
        weights.read(output, &mut row);
        for (input, found) in row.iter().enumerate() {
            let exact = case.weight(input, output);
            assert!((f64::from(*found) - exact).abs() <= 1e-6 * exact.abs(), "{input}, {output}");
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = |shape, values: &[i8], scales: &[f32]| {
        Weights::pack(shape, Layout::InputsFirst, values, scales, &[0.0]).expect_err("refused").to_string()
    };
    assert!(refused([0, 4], &[], &[1.0]).contains("inputs"));
    assert!(refused([INPUTS_MAX + 1, 1], &[0; INPUTS_MAX + 1], &[1.0]).contains("4096"));
    assert!(refused([2, 2], &[0; 3], &[1.0]).contains("3 weights"));
    assert!(refused([2, 2], &[0; 4], &[1.0; 3]).contains("3 scales"));
}
