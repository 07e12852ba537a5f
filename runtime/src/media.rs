//! Pictures and sound while they are in memory. Neither type implements `Serialize`, so that neither can reach
//! a disk or a wire; a test that must not compile pins this.

/// Samples a second, everywhere inside the runtime.
pub(crate) const SAMPLE_RATE_HZ: u32 = 16_000;

/// A picture: rows of red, green and blue bytes from the top left.
///
/// ```compile_fail
/// fn stored<T: serde::Serialize>() {}
/// stored::<petri_runtime::Frame>();
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    image: image::RgbImage,
}

impl Frame {
    /// Sides are at least one pixel and at most this.
    pub const SIDE_PIXELS_MAX: u32 = 8_192;

    /// A picture of `width` x `height` from `3 * width * height` bytes; `None` when they do not fit each other or
    /// a side is out of bounds.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Option<Self> {
        let sides = 1..=Self::SIDE_PIXELS_MAX;
        if !sides.contains(&width) || !sides.contains(&height) || rgb.len() != 3 * (width * height) as usize {
            return None;
        }
        image::RgbImage::from_raw(width, height, rgb).map(|image| Self { image })
    }

    /// Pixels across.
    pub fn width(&self) -> u32 {
        self.image.width()
    }

    /// Pixels down.
    pub fn height(&self) -> u32 {
        self.image.height()
    }

    /// The bytes, row by row from the top left.
    pub fn rgb(&self) -> &[u8] {
        self.image.as_raw()
    }

    pub(crate) fn image(&self) -> &image::RgbImage {
        &self.image
    }
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({} x {})", self.width(), self.height())
    }
}

/// A piece of sound: one channel, 16 kHz, samples from -1 to 1.
///
/// ```compile_fail
/// fn stored<T: serde::Serialize>() {}
/// stored::<petri_runtime::Clip>();
/// ```
#[derive(Clone, PartialEq, Default)]
pub struct Clip {
    samples: Vec<f32>,
}

impl Clip {
    /// Longest piece kept in memory, in samples: one minute.
    pub const SAMPLES_MAX: usize = 60 * SAMPLE_RATE_HZ as usize;

    /// Sound from samples; what is beyond [`Clip::SAMPLES_MAX`] is dropped and what is no number is silence.
    pub fn new(mut samples: Vec<f32>) -> Self {
        samples.truncate(Self::SAMPLES_MAX);
        for sample in &mut samples {
            *sample = if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
        }
        Self { samples }
    }

    /// The samples.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Length in milliseconds, rounded down.
    pub fn length_ms(&self) -> u64 {
        self.samples.len() as u64 * 1_000 / u64::from(SAMPLE_RATE_HZ)
    }
}

impl std::fmt::Debug for Clip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clip({} ms)", self.length_ms())
    }
}
