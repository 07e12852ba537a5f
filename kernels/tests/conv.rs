//! Networks of convolutions against plain loops.

use petri_kernels::conv::{Builder, Strided, Unsupported, Value, Window};

/// An image plane after plane.
#[derive(Clone)]
struct Image {
    shape: [usize; 3],
    values: Vec<f32>,
}

/// Numbers between -1 and 1, always the same.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

impl Image {
    fn at(&self, channel: usize, y: isize, x: isize) -> Option<f32> {
        let [_, height, width] = self.shape;
        let inside = (0..height as isize).contains(&y) && (0..width as isize).contains(&x);
        inside.then(|| self.values[(channel * height + y as usize) * width + x as usize])
    }

    /// A new image, each value of which is made of its place.
    fn made(shape: [usize; 3], value: impl Fn(usize, isize, isize) -> f32) -> Self {
        let [channels, height, width] = shape;
        let values = (0..channels * height * width)
            .map(|i| value(i / height / width, (i / width % height) as isize, (i % width) as isize));
        Self { shape, values: values.collect() }
    }

    fn convolved(&self, window: &Window, weights: &[f32], bias: &[f32], depthwise: bool) -> Self {
        let [channels, height, width] = self.shape;
        let ([rows, columns], [top, left, bottom, right]) = (window.side, window.pads);
        let inputs = if depthwise { 1 } else { channels };
        let stride = window.stride as isize;
        let size = [
            (height + top + bottom - rows) / window.stride + 1,
            (width + left + right - columns) / window.stride + 1,
        ];
        Self::made([bias.len(), size[0], size[1]], |output, y, x| {
            let mut sum = bias[output];
            for input in 0..inputs {
                for place in 0..rows * columns {
                    let (ky, kx) = (place / columns, place % columns);
                    let y = y * stride + ky as isize - top as isize;
                    let x = x * stride + kx as isize - left as isize;
                    let channel = if depthwise { output } else { input };
                    let weight = weights[(output * inputs + input) * rows * columns + place];
                    sum += self.at(channel, y, x).unwrap_or(0.0) * weight;
                }
            }
            sum
        })
    }

    fn pooled(&self, window: &Window) -> Self {
        let [channels, height, width] = self.shape;
        let ([side, _], [top, left, bottom, right]) = (window.side, window.pads);
        let stride = window.stride as isize;
        let out = |size: usize, pads: usize| (size + pads - side) / window.stride + 1;
        Self::made([channels, out(height, top + bottom), out(width, left + right)], |channel, y, x| {
            let places = (0..side * side).filter_map(|k| {
                let y = y * stride + (k / side) as isize - top as isize;
                self.at(channel, y, x * stride + (k % side) as isize - left as isize)
            });
            places.fold(f32::NEG_INFINITY, f32::max)
        })
    }

    fn plus(&self, other: &Self) -> Self {
        Self::made(self.shape, |channel, y, x| {
            let add = if channel < other.shape[0] { other.at(channel, y, x) } else { None };
            self.at(channel, y, x).unwrap_or(0.0) + add.unwrap_or(0.0)
        })
    }

    fn active(&self, slopes: &[f32]) -> Self {
        Self::made(self.shape, |channel, y, x| {
            let value = self.at(channel, y, x).unwrap_or(0.0);
            if value < 0.0 { value * slopes[channel] } else { value }
        })
    }
}

/// A network and, step by step, what plain loops make of the same image.
struct Both {
    net: Builder<'static>,
    images: Vec<(Value, Image)>,
    seed: u32,
}

const POINT: Window = Window { side: [1, 1], stride: 1, pads: [0; 4] };
const SAME: Window = Window { side: [3, 3], stride: 1, pads: [1; 4] };
const HALF: Window = Window { side: [3, 3], stride: 2, pads: [0, 0, 1, 1] };

impl Both {
    fn new(shape: [usize; 3]) -> Self {
        let (net, value) = Builder::new(shape);
        let image = Image { shape, values: numbers(shape.iter().product(), 1) };
        Self { net, images: vec![(value, image)], seed: 1 }
    }

    fn numbers(&mut self, count: usize) -> Vec<f32> {
        self.seed += 1;
        numbers(count, self.seed)
    }

    fn push(&mut self, value: Value, image: Image) -> usize {
        assert_eq!(self.net.shape(value), image.shape);
        self.images.push((value, image));
        self.images.len() - 1
    }

    fn dense(&mut self, from: usize, outputs: usize, window: Window) -> Result<usize, Unsupported> {
        let (value, image) = self.images[from].clone();
        let weights = self.numbers(outputs * image.shape[0] * window.side[0] * window.side[1]);
        let bias = self.numbers(outputs);
        let made = self.net.dense(value, window, weights.clone(), bias.clone())?;
        Ok(self.push(made, image.convolved(&window, &weights, &bias, false)))
    }

    /// A depthwise convolution and a 1 x 1 convolution behind it.
    fn separable(&mut self, from: usize, outputs: usize, window: Window) -> Result<usize, Unsupported> {
        let (value, image) = self.images[from].clone();
        let weights = self.numbers(image.shape[0] * 9);
        let bias = self.numbers(image.shape[0]);
        let made = self.net.depthwise(value, window, weights.clone(), bias.clone())?;
        let middle = self.push(made, image.convolved(&window, &weights, &bias, true));
        self.dense(middle, outputs, POINT)
    }

    fn pool(&mut self, from: usize, window: Window) -> Result<usize, Unsupported> {
        let (value, image) = self.images[from].clone();
        let made = self.net.max_pool(value, window)?;
        Ok(self.push(made, image.pooled(&window)))
    }

    fn add(&mut self, one: usize, other: usize) -> Result<usize, Unsupported> {
        let made = self.net.add(self.images[one].0, self.images[other].0)?;
        let image = self.images[one].1.plus(&self.images[other].1);
        Ok(self.push(made, image))
    }

    fn relu(&mut self, from: usize) -> usize {
        let made = self.net.relu(self.images[from].0);
        let image = self.images[from].1.active(&vec![0.0; self.images[from].1.shape[0]]);
        self.push(made, image)
    }

    fn slopes(&mut self, from: usize) -> Result<usize, Unsupported> {
        let slopes = self.numbers(self.images[from].1.shape[0]);
        let made = self.net.slopes(self.images[from].0, slopes.clone())?;
        let image = self.images[from].1.active(&slopes);
        Ok(self.push(made, image))
    }

    /// Runs twice, since the second run finds the buffers of the first.
    fn compare(self, outputs: &[usize]) -> Result<(), Unsupported> {
        let values: Vec<Value> = outputs.iter().map(|output| self.images[*output].0).collect();
        let net = self.net.build(&values)?;
        let mut found: Vec<Vec<f32>> =
            outputs.iter().map(|output| vec![f32::NAN; self.images[*output].1.values.len()]).collect();
        for _ in 0..2 {
            let mut slices: Vec<&mut [f32]> = found.iter_mut().map(Vec::as_mut_slice).collect();
            net.run(&self.images[0].1.values, &mut slices);
            for (found, output) in found.iter().zip(outputs) {
                let expected = &self.images[*output].1.values;
                let scale = expected.iter().fold(1.0f32, |most, value| most.max(value.abs()));
                for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
                    assert!((found - expected).abs() < 1e-5 * scale, "{i}: {found}, not {expected}");
                }
            }
        }
        Ok(())
    }
}

#[test]
fn blocks_of_a_face_detector_come_out_as_of_plain_loops() -> Result<(), Unsupported> {
    let mut both = Both::new([3, 20, 14]);
    let first = both.dense(0, 24, Window { side: [5, 5], stride: 2, pads: [1, 1, 2, 2] })?;
    let first = both.relu(first);
    let wider = both.separable(first, 42, SAME)?;
    let wider = both.add(wider, first)?;
    let wider = both.relu(wider);
    let half = both.separable(wider, 56, HALF)?;
    let pooled = both.pool(wider, Window { side: [2, 2], stride: 2, pads: [0; 4] })?;
    let half = both.add(half, pooled)?;
    let half = both.slopes(half)?;
    let head = both.dense(half, 7, POINT)?;
    both.compare(&[wider, head])
}

#[test]
fn sums_that_are_read_before_and_after_their_activation_are_both_there() -> Result<(), Unsupported> {
    let mut both = Both::new([1, 13, 13]);
    let mut sum = both.dense(0, 32, HALF)?;
    let mut active = both.relu(sum);
    for _ in 0..2 {
        let next = both.separable(active, 32, SAME)?;
        sum = both.add(sum, next)?;
        active = both.relu(sum);
    }
    both.compare(&[active, sum])
}

#[test]
fn residual_blocks_with_a_shortcut_come_out_as_of_plain_loops() -> Result<(), Unsupported> {
    let mut both = Both::new([1, 17, 17]);
    let first = both.dense(0, 8, Window { side: [3, 3], stride: 1, pads: [0; 4] })?;
    let first = both.relu(first);
    let second = both.dense(first, 8, Window { side: [3, 3], stride: 1, pads: [0; 4] })?;
    let shortcut = both.dense(second, 200, Window { side: [1, 1], stride: 2, pads: [0; 4] })?;
    let deep = both.separable(second, 200, SAME)?;
    let deep = both.pool(deep, Window { side: [3, 3], stride: 2, pads: [1; 4] })?;
    let deep = both.add(deep, shortcut)?;
    let end = both.dense(deep, 11, Window { side: [7, 7], stride: 7, pads: [0; 4] })?;
    both.compare(&[second, end])
}

#[test]
fn a_convolution_along_time_is_that_of_an_image_one_row_high() -> Result<(), Unsupported> {
    for (channels, outputs, side, stride, moments) in
        [(1, 48, 127, 64, 8_000), (5, 32, 7, 3, 40), (3, 16, 3, 2, 3)]
    {
        let image = Image { shape: [channels, 1, moments], values: numbers(channels * moments, 1) };
        let (weights, bias) = (numbers(outputs * channels * side, 2), numbers(outputs, 3));
        let window = Window { side: [1, side], stride, pads: [0; 4] };
        let expected = image.convolved(&window, &weights, &bias, false);
        let strided = Strided::new(channels, stride, &weights, &bias)?;
        let many = strided.moments(moments).unwrap_or(0);
        assert_eq!(expected.shape, [outputs, 1, many]);
        let turned: Vec<f32> =
            (0..channels * moments).map(|at| image.values[at % channels * moments + at / channels]).collect();
        let mut found = vec![f32::NAN; many * outputs];
        strided.run(&turned, &mut found);
        for (at, found) in found.iter().enumerate() {
            let expected = expected.values[at % outputs * many + at / outputs];
            assert!((found - expected).abs() < 1e-4, "{at}: {found}, not {expected}");
        }
        assert_eq!(strided.moments(side - 1), None);
    }
    Ok(())
}

#[test]
fn what_has_no_kernel_is_refused() -> Result<(), Unsupported> {
    let (mut net, image) = Builder::new([4, 8, 8]);
    let wide = Window { side: [5, 5], stride: 1, pads: [2; 4] };
    assert_eq!(net.depthwise(image, wide, &[0.0; 100], &[0.0; 4]), Err(Unsupported::Window));
    assert_eq!(net.dense(image, POINT, &[0.0; 5], &[0.0; 1]), Err(Unsupported::Shapes));
    let first = net.dense(image, POINT, &[0.0; 16], &[0.0; 4])?;
    let lonely = net.depthwise(first, SAME, &[0.0; 36], &[0.0; 4])?;
    assert_eq!(net.build(&[lonely]).err(), Some(Unsupported::Alone));
    let (mut net, image) = Builder::new([4, 8, 8]);
    let active = net.relu(image);
    assert_eq!(net.build(&[active]).err(), Some(Unsupported::Input));
    assert_eq!(Strided::new(2, 1, &[0.0; 48], &[0.0; 16]).err(), Some(Unsupported::Shapes));
    assert_eq!(Strided::new(1, 1, &[0.0; 9], &[0.0; 3]).err(), Some(Unsupported::Shapes));
    Ok(())
}
