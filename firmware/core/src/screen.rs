//! Stub while the painter is being written.
use crate::Screen;
use embedded_graphics::pixelcolor::{BinaryColor, PixelColor, Rgb565, RgbColor};
use embedded_graphics::prelude::*;
/// x
pub trait Ink: PixelColor {
    /// x
    const PAPER: Self;
}
impl Ink for BinaryColor {
    const PAPER: Self = BinaryColor::Off;
}
impl Ink for Rgb565 {
    const PAPER: Self = Rgb565::WHITE;
}
/// x
/// # Errors
/// x
pub fn draw<D: DrawTarget<Color = C>, C: Ink>(_s: &Screen, _t: &mut D) -> Result<(), D::Error> { Ok(()) }
