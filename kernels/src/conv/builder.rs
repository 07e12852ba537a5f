//! Describes a network, one operation at a time.

use super::Unsupported;
use super::lower::lower;
use super::net::Net;
use super::spatial::SIDE;
use std::borrow::Cow;

/// An image of a network under construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(pub(super) usize);

/// What a convolution or a maximum looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Height and width in pixels.
    pub side: [usize; 2],
    /// Pixels from one window to the next, down and across.
    pub stride: usize,
    /// Pixels outside the image at the top, left, bottom and right.
    pub pads: [usize; 4],
}

impl Window {
    /// Height and width of what comes out of an image.
    fn over(&self, [height, width]: [usize; 2]) -> Option<[usize; 2]> {
        let [top, left, bottom, right] = self.pads;
        let fits = top < self.side[0] && bottom < self.side[0] && left < self.side[1] && right < self.side[1];
        if !fits || self.stride == 0 {
            return None;
        }
        let out = |size: usize, side: usize| Some(size.checked_sub(side)? / self.stride + 1);
        Some([out(height + top + bottom, self.side[0])?, out(width + left + right, self.side[1])?])
    }
}

/// One operation.
#[derive(Debug)]
pub(super) enum Kind<'a> {
    Input,
    Dense { from: Value, window: Window, weights: Cow<'a, [f32]>, bias: Cow<'a, [f32]> },
    Depthwise { from: Value, window: Window, weights: Cow<'a, [f32]>, bias: Cow<'a, [f32]> },
    Pool { from: Value, window: Window },
    Add { one: Value, other: Value },
    Active { from: Value, slopes: Option<Cow<'a, [f32]>> },
}

impl Kind<'_> {
    /// The images that it reads.
    pub(super) fn reads(&self) -> impl Iterator<Item = Value> {
        let (first, second) = match self {
            Self::Input => (None, None),
            Self::Dense { from, .. }
            | Self::Depthwise { from, .. }
            | Self::Pool { from, .. }
            | Self::Active { from, .. } => (Some(*from), None),
            Self::Add { one, other } => (Some(*one), Some(*other)),
        };
        first.into_iter().chain(second)
    }
}

/// Describes a network of one image that comes in. Weights that are lent stay where they are until it is built.
#[derive(Debug)]
pub struct Builder<'a> {
    pub(super) kinds: Vec<Kind<'a>>,
    /// Channels, height and width of each value.
    pub(super) shapes: Vec<[usize; 3]>,
}

impl<'a> Builder<'a> {
    /// A network that reads an image of `[channels, height, width]`, plane after plane.
    pub fn new(image: [usize; 3]) -> (Self, Value) {
        (Self { kinds: vec![Kind::Input], shapes: vec![image] }, Value(0))
    }

    /// Channels, height and width of an image.
    pub fn shape(&self, value: Value) -> [usize; 3] {
        self.shapes[value.0]
    }

    /// A convolution over all channels. `weights` has, for each output channel, each input channel, and each row of
    /// the window, its columns, as ONNX has them.
    ///
    /// # Errors
    /// When the numbers of weights and biases, or the window, do not fit the image.
    pub fn dense(
        &mut self,
        from: Value,
        window: Window,
        weights: impl Into<Cow<'a, [f32]>>,
        bias: impl Into<Cow<'a, [f32]>>,
    ) -> Result<Value, Unsupported> {
        let (weights, bias) = (weights.into(), bias.into());
        let [channels, height, width] = self.shape(from);
        let [height, width] = window.over([height, width]).ok_or(Unsupported::Window)?;
        if weights.len() != bias.len() * channels * window.side[0] * window.side[1] || bias.is_empty() {
            return Err(Unsupported::Shapes);
        }
        let shape = [bias.len(), height, width];
        Ok(self.push(Kind::Dense { from, window, weights, bias }, shape))
    }

    /// A convolution of each channel by itself, 3 x 3. A 1 x 1 convolution has to follow.
    ///
    /// # Errors
    /// When the numbers of weights and biases, or the window, do not fit.
    pub fn depthwise(
        &mut self,
        from: Value,
        window: Window,
        weights: impl Into<Cow<'a, [f32]>>,
        bias: impl Into<Cow<'a, [f32]>>,
    ) -> Result<Value, Unsupported> {
        let (weights, bias) = (weights.into(), bias.into());
        let [channels, height, width] = self.shape(from);
        if window.side != [SIDE; 2] || !(1..=2).contains(&window.stride) {
            return Err(Unsupported::Window);
        }
        let [height, width] = window.over([height, width]).ok_or(Unsupported::Window)?;
        if weights.len() != channels * SIDE * SIDE || bias.len() != channels {
            return Err(Unsupported::Shapes);
        }
        let kind = Kind::Depthwise { from, window, weights, bias };
        Ok(self.push(kind, [channels, height, width]))
    }

    /// The largest value of each square window, in each channel; pixels outside the image do not count.
    ///
    /// # Errors
    /// When the window does not fit, or is no square.
    pub fn max_pool(&mut self, from: Value, window: Window) -> Result<Value, Unsupported> {
        let [channels, height, width] = self.shape(from);
        if window.side[0] != window.side[1] {
            return Err(Unsupported::Window);
        }
        let [height, width] = window.over([height, width]).ok_or(Unsupported::Window)?;
        Ok(self.push(Kind::Pool { from, window }, [channels, height, width]))
    }

    /// The sum of two images of one size. One of them may have fewer channels: those that it lacks are 0.
    ///
    /// # Errors
    /// When they differ in height or width.
    pub fn add(&mut self, one: Value, other: Value) -> Result<Value, Unsupported> {
        let (first, second) = (self.shape(one), self.shape(other));
        if first[1..] != second[1..] {
            return Err(Unsupported::Shapes);
        }
        let (one, other) = if first[0] >= second[0] { (one, other) } else { (other, one) };
        let shape = self.shape(one);
        Ok(self.push(Kind::Add { one, other }, shape))
    }

    /// Negative values become 0.
    pub fn relu(&mut self, from: Value) -> Value {
        self.push(Kind::Active { from, slopes: None }, self.shape(from))
    }

    /// Negative values are multiplied by the slope of their channel.
    ///
    /// # Errors
    /// When there are not as many slopes as channels.
    pub fn slopes(&mut self, from: Value, slopes: impl Into<Cow<'a, [f32]>>) -> Result<Value, Unsupported> {
        let (shape, slopes) = (self.shape(from), slopes.into());
        if slopes.len() != shape[0] {
            return Err(Unsupported::Shapes);
        }
        Ok(self.push(Kind::Active { from, slopes: Some(slopes) }, shape))
    }

    /// The network, with the images that it gives.
    ///
    /// # Errors
    /// When an operation has no kernel.
    pub fn build(self, outputs: &[Value]) -> Result<Net, Unsupported> {
        lower(&self, outputs)
    }

    fn push(&mut self, kind: Kind<'a>, shape: [usize; 3]) -> Value {
        self.kinds.push(kind);
        self.shapes.push(shape);
        Value(self.kinds.len() - 1)
    }
}
