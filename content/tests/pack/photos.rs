//! Photographs.

use crate::sample::folder;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage, imageops};
use petri_content::{check, compile, preview};
use petri_core::choose::{Due, Stimulus, Wish, next_trial};
use petri_core::history::History;
use petri_core::pack::PHOTO_SIDE_PX;
use petri_core::progress::Progress;
use petri_core::random::Random;
use petri_core::{Age, Emotion, Exercise, Pack, Purpose};
use std::fs;
use std::path::{Path, PathBuf};

const PHOTO: &str = r#"[[photo]]
id = "p-one"
age = "adult"
feeling = "scared"
level = 3
file = "one.png"
licence = "CC0-1.0"
source = "made for this test"
"#;

fn with(file: &str, picture: &DynamicImage, format: ImageFormat) -> tempfile::TempDir {
    let folder = folder("photos.toml", PHOTO.replace("one.png", file));
    picture.save_with_format(folder.path().join(file), format).expect("a picture");
    folder
}

/// The worked example for pack authors.
fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/photos")
}

fn only_fault(folder: &Path) -> String {
    let (report, sound) = check(folder);
    assert!(!sound);
    report
}

#[test]
fn a_photo_is_the_mean_of_its_centred_square() {
    // Twice the side and wide: blocks of 2 by 2 pixels have the mean of 10 and 20, the margins are white.
    let side = PHOTO_SIDE_PX * 2;
    let picture = GrayImage::from_fn(side + 60, side, |x, y| {
        let inside = (30..side + 30).contains(&x);
        Luma([if !inside {
            255
        } else if (x + y) % 2 == 0 {
            10
        } else {
            20
        }])
    });
    let folder = with("one.png", &picture.into(), ImageFormat::Png);
    let bytes = compile(folder.path()).expect("a pack");
    let pack = Pack::open(&bytes).expect("an open pack");
    let photo = pack.photo(0).expect("the photo");
    assert_eq!(photo.grey.len(), (PHOTO_SIDE_PX * PHOTO_SIDE_PX) as usize);
    assert!(photo.grey.iter().all(|grey| *grey == 15));
    assert_eq!((photo.tag.feeling, photo.tag.level), (Emotion::Scared, 3));
}

#[test]
fn any_side_keeps_the_mean_and_the_order() {
    // A slope from left to right stays one when the grids do not match.
    let picture = RgbImage::from_fn(250, 250, |x, _| Rgb([x as u8; 3]));
    let folder = with("one.jpg", &picture.into(), ImageFormat::Jpeg);
    let bytes = compile(folder.path()).expect("a pack");
    let photo = Pack::open(&bytes).expect("an open pack").photo(0).map(|photo| photo.grey.to_vec());
    let row = &photo.expect("the photo")[..PHOTO_SIDE_PX as usize];
    assert!(row.windows(2).all(|pair| pair[0] <= pair[1]), "{row:?}");
    let mean: u32 = row.iter().map(|grey| u32::from(*grey)).sum::<u32>() / PHOTO_SIDE_PX;
    assert!((123..=126).contains(&mean), "{mean}");
}

#[test]
fn faults() {
    let small = DynamicImage::new_luma8(95, 200);
    let folder = with("one.png", &small, ImageFormat::Png);
    let what = "photo `one.png` is 95x200; give at least 96 each way";
    assert_eq!(only_fault(folder.path()), format!("photos.toml:6: {what}"));

    let folder = with("one.bmp", &DynamicImage::new_luma8(96, 96), ImageFormat::Bmp);
    assert!(only_fault(folder.path()).starts_with("photos.toml:6: photo `one.bmp` cannot be read ("));
    let folder = with("one.png", &DynamicImage::new_luma8(6_001, 96), ImageFormat::Png);
    assert!(only_fault(folder.path()).starts_with("photos.toml:6: photo `one.png` cannot be read ("));
    fs::write(folder.path().join("one.png"), vec![0; (8 << 20) + 1]).expect("a large file");
    assert!(only_fault(folder.path()).contains("larger than 8388608 bytes"));
    fs::remove_file(folder.path().join("one.png")).expect("a file less");
    assert!(only_fault(folder.path()).starts_with("photos.toml:6: photo `one.png` cannot be read ("));

    for away in ["../one.png", "/etc/one.png"] {
        let folder = super::sample::folder("photos.toml", PHOTO.replace("one.png", away));
        let what = format!("photo `{away}` is not in the folder of the pack; put it there");
        assert_eq!(only_fault(folder.path()), format!("photos.toml:6: {what}"));
    }
    let picture = DynamicImage::new_luma8(96, 96);
    let folder = with("one.png", &picture, ImageFormat::Png);
    fs::write(folder.path().join("photos.toml"), PHOTO.replace("CC0-1.0", "")).expect("photos.toml");
    assert_eq!(only_fault(folder.path()), "photos.toml:7: licence is empty; fill it in");
    let bare = PHOTO.replace("source = \"made for this test\"\n", "");
    fs::write(folder.path().join("photos.toml"), bare).expect("photos.toml");
    assert_eq!(only_fault(folder.path()), "photos.toml:1: missing field `source`; add it here");
}

#[test]
fn the_photograph_of_the_example_is_the_one_that_it_names() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../board/demo/astronaut.png");
    let portrait = image::open(path).expect("the portrait").into_luma8();
    let cut = imageops::crop_imm(&portrait, 138, 14, 176, 176).to_image();
    let kept = image::open(example().join("astronaut.png")).expect("the example's photograph");
    assert!(kept.into_luma8() == cut);
}

#[test]
fn the_example_is_compiled_shown_and_trained_with() {
    let (report, sound) = check(&example());
    assert!(sound && report.starts_with("photos 1: ") && report.contains(" 1 photos, "), "{report}");
    let bytes = compile(&example()).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let pack = Pack::open(&bytes).expect("an open pack");
    let photo = pack.photo(0).expect("the photograph");
    let (low, high) = photo.grey.iter().fold((255, 0), |(low, high), grey| (low.min(*grey), high.max(*grey)));
    assert!(low < 40 && high > 200, "from {low} to {high}");

    let (shown, there) = preview(&example(), Some("p-astronaut"));
    assert!(there && shown.contains("licence: public domain") && shown.contains("https://"), "{shown}");
    let rows: Vec<&str> = shown.lines().skip(4).collect();
    assert_eq!(rows.len(), PHOTO_SIDE_PX as usize / 2, "{shown}");
    assert!(rows.iter().all(|row| row.len() <= 2 + PHOTO_SIDE_PX as usize));

    let (progress, history, mut random) = (Progress::default(), History::default(), Random::new(1));
    let wish = Wish {
        exercise: Exercise::ReadTheFace,
        purpose: Purpose::Training,
        age: Age::Teen,
        progress: &progress,
        history: &history,
        pack: &pack,
        due: Due::NONE,
        focus: None,
    };
    let mut trials = (0..30).filter_map(|_| next_trial(&wish, &mut random));
    assert!(trials.any(|trial| trial.stimulus == Stimulus::Photo && trial.target == Emotion::Happy));
}

#[test]
fn a_preview_says_why_a_photo_cannot_be_shown() {
    let folder = with("one.png", &DynamicImage::new_luma8(96, 200), ImageFormat::Png);
    fs::remove_file(folder.path().join("one.png")).expect("a file less");
    let (shown, _) = preview(folder.path(), Some("p-one"));
    assert!(shown.contains("  photo `one.png` cannot be read ("), "{shown}");
}
