//! A turned square of a picture, as models of faces read it.

use image::RgbImage;

/// A square of the picture, turned with the head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Crop {
    /// In pixels from the picture's top left edge.
    pub(super) centre: [f32; 2],
    /// In pixels.
    pub(super) side: f32,
    /// In radians, from the picture's x axis towards its y axis.
    pub(super) angle: f32,
}

impl Crop {
    /// Where a point of the square, in pixels from its middle, lies in the picture.
    pub(super) fn to_picture(self, [u, v]: [f32; 2]) -> [f32; 2] {
        let (sin, cos) = self.angle.sin_cos();
        [self.centre[0] + u * cos - v * sin, self.centre[1] + u * sin + v * cos]
    }

    /// The values of `side` x `side` points, row by row; `value` makes them of red, green and blue, 0 to 255. The
    /// picture's edge repeats outside it.
    pub(super) fn sample<const N: usize>(
        &self,
        picture: &RgbImage,
        side: usize,
        value: impl Fn([f32; 3]) -> [f32; N],
    ) -> Vec<[f32; N]> {
        let step = self.side / side as f32;
        let (sin, cos) = self.angle.sin_cos();
        // Bilinear sampling skips pixels at large steps: average a grid of samples in each point.
        let grid = (step.round() as usize).clamp(1, 8);
        let middle = side as f32 / 2.0;
        let mut values = Vec::with_capacity(side * side);
        for row in 0..side {
            for column in 0..side {
                let mut sum = [0.0; N];
                for sub in 0..grid * grid {
                    let offset = |i: usize| (i as f32 + 0.5) / grid as f32;
                    let u = (column as f32 + offset(sub % grid) - middle) * step;
                    let v = (row as f32 + offset(sub / grid) - middle) * step;
                    let (x, y) = (self.centre[0] + u * cos - v * sin, self.centre[1] + u * sin + v * cos);
                    let found = bilinear(picture, x, y, &value);
                    sum.iter_mut().zip(found).for_each(|(sum, value)| *sum += value);
                }
                values.push(sum.map(|sum| sum / (grid * grid) as f32));
            }
        }
        values
    }
}

/// The value at a point given from the picture's edge; pixel centres lie at halves.
fn bilinear<const N: usize>(
    picture: &RgbImage,
    x: f32,
    y: f32,
    value: impl Fn([f32; 3]) -> [f32; N],
) -> [f32; N] {
    let (x, y) = (x - 0.5, y - 0.5);
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = (x - x0, y - y0);
    let pixel = |dx: f32, dy: f32| {
        let column = (x0 + dx).clamp(0.0, picture.width() as f32 - 1.0) as u32;
        let row = (y0 + dy).clamp(0.0, picture.height() as f32 - 1.0) as u32;
        value(picture.get_pixel(column, row).0.map(f32::from))
    };
    let corners = [pixel(0.0, 0.0), pixel(1.0, 0.0), pixel(0.0, 1.0), pixel(1.0, 1.0)];
    std::array::from_fn(|i| {
        let upper = corners[0][i] * (1.0 - fx) + corners[1][i] * fx;
        let lower = corners[2][i] * (1.0 - fx) + corners[3][i] * fx;
        upper * (1.0 - fy) + lower * fy
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_of_the_whole_picture_is_the_picture() {
        let picture = RgbImage::from_fn(4, 4, |x, y| image::Rgb([(x * 10 + y) as u8; 3]));
        let crop = Crop { centre: [2.0, 2.0], side: 4.0, angle: 0.0 };
        let grey = crop.sample(&picture, 4, |[red, ..]| [red]);
        for (i, [value]) in grey.iter().enumerate() {
            let expected = ((i % 4) * 10 + i / 4) as f32;
            assert!((value - expected).abs() < 0.01, "{i}: {value}, not {expected}");
        }
    }

    #[test]
    fn a_quarter_turn_turns_the_picture() {
        let picture = RgbImage::from_fn(4, 4, |x, y| image::Rgb([(x * 10 + y) as u8; 3]));
        let crop = Crop { centre: [2.0, 2.0], side: 4.0, angle: std::f32::consts::FRAC_PI_2 };
        // Across the crop runs down the picture, and down the crop runs to its left.
        let grey = crop.sample(&picture, 4, |[red, ..]| [red]);
        assert!((grey[0][0] - 30.0).abs() < 0.01 && (grey[3][0] - 33.0).abs() < 0.01, "{grey:?}");
    }
}
