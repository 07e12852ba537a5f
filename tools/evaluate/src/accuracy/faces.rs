//! FER2013's small grey pictures, as the parts on faces share them.

use super::files;
use anyhow::Context;
use image::imageops::{self, FilterType};
use petri_core::Emotion;
use petri_runtime::Frame;
use std::path::{Path, PathBuf};

/// Where they are in the data.
pub(super) const DATA: &str = "faces/fer2013-private-half";
/// The folders, and what the faces in them show.
pub(super) const FOLDERS: [(&str, Emotion); Emotion::COUNT] = [
    ("happy", Emotion::Happy),
    ("sad", Emotion::Sad),
    ("angry", Emotion::Angry),
    ("fear", Emotion::Scared),
    ("surprise", Emotion::Surprised),
    ("disgust", Emotion::Disgusted),
    ("neutral", Emotion::Calm),
];
/// A face that fills 48 pixels is enlarged by this, as if it sat before the device's camera.
const ENLARGED: u32 = 4;

/// One picture.
pub(super) struct Picture {
    pub(super) shown: Emotion,
    pub(super) path: PathBuf,
}

/// All pictures, folder by folder.
pub(super) fn pictures(folder: &Path) -> anyhow::Result<Vec<Picture>> {
    let mut pictures = Vec::new();
    for (name, shown) in FOLDERS {
        let paths = files(&folder.join(name), &["png", "jpg"])?;
        pictures.extend(paths.into_iter().map(|path| Picture { shown, path }));
    }
    Ok(pictures)
}

/// The picture, enlarged.
pub(super) fn enlarged(frame: &Frame) -> anyhow::Result<Frame> {
    let image = image::RgbImage::from_raw(frame.width(), frame.height(), frame.rgb().to_vec());
    let image = image.context("the picture has no pixels; copy the data again")?;
    let (width, height) = (ENLARGED * frame.width(), ENLARGED * frame.height());
    let large = imageops::resize(&image, width, height, FilterType::Triangle);
    Frame::new(width, height, large.into_raw()).context("the picture is too large to be one of this data set")
}
