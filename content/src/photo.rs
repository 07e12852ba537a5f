//! From the file of a photograph to the grey square of a pack.

use crate::folder;
use crate::limits::{PHOTO_BYTES_MAX, PHOTO_SIDE_PX_MAX};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use petri_core::pack::PHOTO_SIDE_PX;
use std::io::Cursor;
use std::path::{Component, Path};

/// The centred square of a picture, in grey and at the size of a pack's photos.
pub(crate) fn grey(folder: &Path, file: &str) -> Result<Vec<u8>, String> {
    if !Path::new(file).components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(format!("photo `{file}` is not in the folder of the pack; put it there"));
    }
    let unread = |error: &dyn std::fmt::Display| {
        format!(
            "photo `{file}` cannot be read ({error}); give a PNG or JPEG up to {PHOTO_SIDE_PX_MAX} pixels wide"
        )
    };
    let bytes = folder::bytes(&folder.join(file), PHOTO_BYTES_MAX).map_err(|error| unread(&error))?;
    let picture = decoded(&bytes).map_err(|error| unread(&error))?;
    let (width, height) = picture.dimensions();
    if width.min(height) < PHOTO_SIDE_PX {
        return Err(format!("photo `{file}` is {width}x{height}; give at least {PHOTO_SIDE_PX} each way"));
    }
    Ok(reduced(&picture))
}

fn decoded(bytes: &[u8]) -> image::ImageResult<GrayImage> {
    let format = image::guess_format(bytes)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(PHOTO_SIDE_PX_MAX);
    limits.max_image_height = Some(PHOTO_SIDE_PX_MAX);
    // Other formats that the decoder knows are older, larger and have seen fewer hostile files.
    let format = if format == ImageFormat::Jpeg { format } else { ImageFormat::Png };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture.into_luma8())
}

/// Box filter over the centred square: each pixel is the mean of the area that it covers, in whole numbers.
fn reduced(picture: &GrayImage) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let side = width.min(height);
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    let small = u64::from(PHOTO_SIDE_PX);
    // Lengths are counted in parts of a pixel so that both grids fall on whole numbers.
    let covered = |place: u32| {
        let (begin, end) = (u64::from(place) * u64::from(side), u64::from(place + 1) * u64::from(side));
        let last = u32::try_from(end.div_ceil(small)).unwrap_or(side);
        let first = u32::try_from(begin / small).unwrap_or(0);
        (first..last).map(move |at| {
            let from = (u64::from(at) * small).max(begin);
            (at, (u64::from(at + 1) * small).min(end) - from)
        })
    };
    let area = u64::from(side) * u64::from(side);
    let pixel = |x: u32, y: u32| {
        let sum: u64 = covered(y)
            .flat_map(|(row, high)| covered(x).map(move |(column, wide)| (column, row, wide * high)))
            .map(|(column, row, weight)| weight * u64::from(picture.get_pixel(left + column, top + row).0[0]))
            .sum();
        ((sum + area / 2) / area) as u8
    };
    (0..PHOTO_SIDE_PX)
        .flat_map(|y| (0..PHOTO_SIDE_PX).map(move |x| (x, y)))
        .map(|(x, y)| pixel(x, y))
        .collect()
}
