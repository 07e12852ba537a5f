//! Pictures in the form that video devices take.

use anyhow::Context;
use petri_runtime::{Frame, intake};
use std::path::Path;

/// What the camera's signal measures.
pub(crate) const WIDTH: u32 = 640;
pub(crate) const HEIGHT: u32 = 480;

/// Writes `picture`, in the middle of a grey frame, as YUYV (BT.601, limited range).
pub(crate) fn write(picture: &Path, to: &Path) -> anyhow::Result<()> {
    let frame = intake::frame(picture)?;
    std::fs::write(to, yuyv(&frame)).with_context(|| format!("cannot write {}", to.display()))
}

fn yuyv(frame: &Frame) -> Vec<u8> {
    let mut bytes = Vec::with_capacity((2 * WIDTH * HEIGHT) as usize);
    for y in 0..HEIGHT {
        for x in (0..WIDTH).step_by(2) {
            let [first, second] = [pixel(frame, x, y), pixel(frame, x + 1, y)];
            let mean: [i32; 3] = std::array::from_fn(|i| i32::midpoint(first[i], second[i]));
            bytes.extend([luma(first), blue(mean), luma(second), red(mean)]);
        }
    }
    bytes
}

/// The frame at `x`, `y` of the signal; shrunk to its height, grey beside it.
fn pixel(frame: &Frame, x: u32, y: u32) -> [i32; 3] {
    let (width, height) = (frame.width(), frame.height());
    let column =
        (i64::from(x) - i64::from(WIDTH) / 2) * i64::from(height) / i64::from(HEIGHT) + i64::from(width) / 2;
    let row = y * height / HEIGHT;
    let Some(column) = u32::try_from(column).ok().filter(|column| *column < width) else { return [128; 3] };
    let at = 3 * (row * width + column) as usize;
    std::array::from_fn(|i| i32::from(frame.rgb()[at + i]))
}

fn luma([r, g, b]: [i32; 3]) -> u8 {
    (16 + (66 * r + 129 * g + 25 * b + 128) / 256).clamp(0, 255) as u8
}

fn blue([r, g, b]: [i32; 3]) -> u8 {
    (128 + (-38 * r - 74 * g + 112 * b) / 256).clamp(0, 255) as u8
}

fn red([r, g, b]: [i32; 3]) -> u8 {
    (128 + (112 * r - 94 * g - 18 * b) / 256).clamp(0, 255) as u8
}
