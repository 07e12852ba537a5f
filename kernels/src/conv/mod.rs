//! Small convolutional networks on one image, as faces are found and read with.
//!
//! An engine that runs one operator at a time reads and writes every image anew for a convolution, its bias, what is
//! added and the activation, and gains nothing from its fast matrix product where a window looks at one channel.
//! Here a [`Net`] holds the channels of a pixel together, padded to the vectors of this processor; a depthwise
//! convolution, the 1 x 1 convolution behind it, what is added and the activation are one pass over a few rows that
//! stay in the nearest cache; and images keep a border of zeros, so that no window asks where it is.
//!
//! ```
//! use petri_kernels::conv::{Builder, Window};
//!
//! // A mean of 3 x 3, negative values cut off.
//! let (mut net, image) = Builder::new([1, 4, 4]);
//! let window = Window { side: [3, 3], stride: 1, pads: [1, 1, 1, 1] };
//! let mean = net.dense(image, window, &[1.0 / 9.0; 9], &[0.0])?;
//! let mean = net.relu(mean);
//! let net = net.build(&[mean])?;
//! let mut out = vec![0.0; 16];
//! net.run(&[9.0; 16], &mut [&mut out]);
//! assert_eq!(out[5].round(), 9.0);
//! assert_eq!(out[0].round(), 4.0);
//! # Ok::<(), petri_kernels::conv::Unsupported>(())
//! ```

// Whatever is called from generic code must end up in one function with the processor's instructions, and sums stay in
// registers only while they are indexed by constants.
#![allow(clippy::inline_always, clippy::needless_range_loop)]

mod buffer;
mod builder;
mod lower;
mod net;
mod slots;
mod spatial;
mod strided;
mod tile;

pub use builder::{Builder, Value, Window};
pub use net::Net;
pub use strided::Strided;

/// Why a network cannot be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// Shapes that do not fit each other.
    Shapes,
    /// A window of this kind.
    Window,
    /// An operation on the image that comes in, other than a dense convolution.
    Input,
    /// A depthwise convolution without a 1 x 1 convolution behind it.
    Alone,
}

impl std::fmt::Display for Unsupported {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Shapes => "the shapes do not fit each other; check the weights and what is added",
            Self::Window => "no such window; use 3 x 3 for depthwise, and pads smaller than the window",
            Self::Input => "the image that comes in is read by dense convolutions only",
            Self::Alone => "a depthwise convolution needs one 1 x 1 convolution behind it",
        })
    }
}

impl std::error::Error for Unsupported {}
