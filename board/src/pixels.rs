//! Camera pictures as [`Frame`]s. Whatever a camera sends gives a picture or none: these are fuzz targets.

use image::{ImageFormat, ImageReader, Limits};
use petri_runtime::Frame;
use std::borrow::Cow;
use std::io::Cursor;

/// A picture of two pixels in four bytes (Y, Cb, Y, Cr; BT.601, as cameras send it); `stride` bytes a row.
/// `None` when the bytes are too few, or the sizes do not fit each other.
pub fn yuyv(bytes: &[u8], width: u32, height: u32, stride: u32) -> Option<Frame> {
    let (row_bytes, stride) = (2 * width as usize, stride as usize);
    let sides = 1..=Frame::SIDE_PIXELS_MAX;
    if !sides.contains(&width) || !width.is_multiple_of(2) || !sides.contains(&height) || stride < row_bytes {
        return None;
    }
    // On a 32-bit board a driver's sizes could be more than a number holds.
    let needed = stride.checked_mul(height as usize - 1)?.checked_add(row_bytes)?;
    if bytes.len() < needed {
        return None;
    }
    let mut rgb = Vec::with_capacity(3 * (width * height) as usize);
    for row in bytes.chunks(stride).take(height as usize) {
        for pair in row[..row_bytes].chunks_exact(4) {
            let [first, cb, second, cr] = [pair[0], pair[1], pair[2], pair[3]].map(i32::from);
            for y in [first, second] {
                rgb.extend(colour(y - 16, cb - 128, cr - 128));
            }
        }
    }
    Frame::new(width, height, rgb)
}

fn colour(y: i32, cb: i32, cr: i32) -> [u8; 3] {
    // 1.164, 1.596, 0.392, 0.813 and 2.017 in 1/256.
    let y = 298 * y + 128;
    [y + 409 * cr, y - 100 * cb - 208 * cr, y + 516 * cb].map(|value| (value >> 8).clamp(0, 255) as u8)
}

/// A JPEG picture as webcams send it: often without the tables that a file has. `None` when it is damaged or too large.
pub fn mjpg(bytes: &[u8]) -> Option<Frame> {
    let whole = with_tables(bytes)?;
    let mut reader = ImageReader::with_format(Cursor::new(whole.as_ref()), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_image_width = Some(Frame::SIDE_PIXELS_MAX);
    limits.max_image_height = Some(Frame::SIDE_PIXELS_MAX);
    limits.max_alloc = Some(64 << 20);
    reader.limits(limits);
    let rgb = reader.decode().ok()?.into_rgb8();
    let (width, height) = rgb.dimensions();
    Frame::new(width, height, rgb.into_raw())
}

/// The picture with Huffman tables: its own, else those of the standard.
fn with_tables(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    const START_OF_SCAN: u8 = 0xDA;
    const TABLES: u8 = 0xC4;
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return None;
    }
    let mut at = 2;
    loop {
        let [mark, kind, high, low] = *bytes.get(at..at + 4)?.first_chunk()?;
        match (mark, kind) {
            (0xFF, TABLES) => return Some(Cow::Borrowed(bytes)),
            (0xFF, START_OF_SCAN) => {
                return Some(Cow::Owned([&bytes[..at], &standard_tables(), &bytes[at..]].concat()));
            }
            (0xFF, 0xFF) => at += 1,
            (0xFF, _) => at += 2 + usize::from(u16::from_be_bytes([high, low])).max(2),
            _ => return None,
        }
    }
}

/// How many codes of each length there are, and what they stand for: ITU-T T.81, tables K.3 to K.6.
struct Table {
    class_and_id: u8,
    lengths: [u8; 16],
    values: &'static [u8],
}

const DC: &[u8] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

const LUMA_AC: &[u8] = b"\x01\x02\x03\x00\x04\x11\x05\x12\x21\x31\x41\x06\x13\x51\x61\x07\x22\x71\x14\x32\x81\x91\xa1\
\x08\x23\x42\xb1\xc1\x15\x52\xd1\xf0\x24\x33\x62\x72\x82\x09\x0a\x16\x17\x18\x19\x1a\x25\x26\x27\x28\x29\x2a\x34\x35\
\x36\x37\x38\x39\x3a\x43\x44\x45\x46\x47\x48\x49\x4a\x53\x54\x55\x56\x57\x58\x59\x5a\x63\x64\x65\x66\x67\x68\x69\x6a\
\x73\x74\x75\x76\x77\x78\x79\x7a\x83\x84\x85\x86\x87\x88\x89\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a\xa2\xa3\xa4\xa5\
\xa6\xa7\xa8\xa9\xaa\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\xd7\
\xd8\xd9\xda\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa";

const CHROMA_AC: &[u8] = b"\x00\x01\x02\x03\x11\x04\x05\x21\x31\x06\x12\x41\x51\x07\x61\x71\x13\x22\x32\x81\x08\x14\x42\
\x91\xa1\xb1\xc1\x09\x23\x33\x52\xf0\x15\x62\x72\xd1\x0a\x16\x24\x34\xe1\x25\xf1\x17\x18\x19\x1a\x26\x27\x28\x29\x2a\
\x35\x36\x37\x38\x39\x3a\x43\x44\x45\x46\x47\x48\x49\x4a\x53\x54\x55\x56\x57\x58\x59\x5a\x63\x64\x65\x66\x67\x68\x69\
\x6a\x73\x74\x75\x76\x77\x78\x79\x7a\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a\xa2\xa3\
\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\
\xd6\xd7\xd8\xd9\xda\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa";

const STANDARD: [Table; 4] = [
    Table { class_and_id: 0x00, lengths: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], values: DC },
    Table {
        class_and_id: 0x10,
        lengths: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D],
        values: LUMA_AC,
    },
    Table { class_and_id: 0x01, lengths: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], values: DC },
    Table {
        class_and_id: 0x11,
        lengths: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77],
        values: CHROMA_AC,
    },
];

fn standard_tables() -> Vec<u8> {
    let mut out = Vec::new();
    for table in STANDARD {
        let length = (2 + 1 + table.lengths.len() + table.values.len()) as u16;
        out.extend([0xFF, 0xC4]);
        out.extend(length.to_be_bytes());
        out.push(table.class_and_id);
        out.extend(table.lengths);
        out.extend(table.values);
    }
    out
}

/// The mean brightness of a picture, 0 to 255.
pub fn brightness(frame: &Frame) -> u8 {
    let rgb = frame.rgb();
    let sum: u64 = rgb.iter().map(|byte| u64::from(*byte)).sum();
    (sum / rgb.len().max(1) as u64) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbImage;
    use image::codecs::jpeg::JpegEncoder;
    use std::path::Path;

    fn portrait() -> RgbImage {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/astronaut.png");
        image::open(path).expect("the portrait").into_rgb8()
    }

    fn jpeg(picture: &RgbImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(picture).expect("encoded");
        bytes
    }

    fn mean_difference(frame: &Frame, picture: &RgbImage) -> f64 {
        assert_eq!((frame.width(), frame.height()), picture.dimensions());
        let sum: u64 = frame.rgb().iter().zip(picture.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        sum as f64 / frame.rgb().len() as f64
    }

    #[test]
    fn a_jpeg_picture_looks_like_the_original() {
        let picture = portrait();
        let frame = mjpg(&jpeg(&picture)).expect("decoded");
        assert!(mean_difference(&frame, &picture) < 4.0);
        assert!(brightness(&frame) > 60 && brightness(&frame) < 200);
    }

    #[test]
    fn a_webcam_picture_without_tables_is_the_same_picture() {
        let whole = jpeg(&portrait());
        let mut bare = whole[..2].to_vec();
        let (mut at, mut removed) = (2, 0);
        while whole[at + 1] != 0xDA {
            let length = 2 + usize::from(u16::from_be_bytes([whole[at + 2], whole[at + 3]]));
            if whole[at + 1] == 0xC4 {
                removed += length;
            } else {
                bare.extend(&whole[at..at + length]);
            }
            at += length;
        }
        bare.extend(&whole[at..]);
        assert!(removed > 400, "{removed} bytes of tables");
        assert!(mjpg(&bare).expect("decoded") == mjpg(&whole).expect("decoded"));
    }

    #[test]
    fn damaged_pictures_are_no_pictures() {
        let whole = jpeg(&portrait());
        for bytes in
            [&[][..], &whole[..2], &whole[..100], b"\xFF\xD8\xFF", b"not a picture at all", &[0xFF; 64]]
        {
            assert!(mjpg(bytes).is_none());
        }
        for cut in [200, 700, 1_500, whole.len() / 2] {
            // Half a picture may be shown; it must not do more harm.
            let _ = mjpg(&whole[..cut]);
        }
    }

    #[test]
    fn yuyv_looks_like_the_original_whatever_the_stride() {
        let picture = portrait();
        let (width, height) = picture.dimensions();
        let (width, stride) = (width & !1, 2 * width + 32);
        let mut bytes = vec![0; (stride * height) as usize];
        for y in 0..height {
            for x in (0..width).step_by(2) {
                let [a, b] = [x, x + 1].map(|x| picture.get_pixel(x, y).0.map(f32::from));
                let luma = |[r, g, b]: [f32; 3]| (16.0 + 0.257 * r + 0.504 * g + 0.098 * b).round() as u8;
                let [r, g, blue] = [0, 1, 2].map(|i| f32::midpoint(a[i], b[i]));
                let cb = (128.0 - 0.148 * r - 0.291 * g + 0.439 * blue).round() as u8;
                let cr = (128.0 + 0.439 * r - 0.368 * g - 0.071 * blue).round() as u8;
                let at = (y * stride + 2 * x) as usize;
                bytes[at..at + 4].copy_from_slice(&[luma(a), cb, luma(b), cr]);
            }
        }
        let frame = yuyv(&bytes, width, height, stride).expect("a picture");
        let cropped = image::imageops::crop_imm(&picture, 0, 0, width, height).to_image();
        assert!(mean_difference(&frame, &cropped) < 3.0);
        assert!(yuyv(&bytes[..bytes.len() / 2], width, height, stride).is_none(), "too short");
        assert!(yuyv(&bytes, width + 1, height, stride).is_none(), "odd width");
        assert!(yuyv(&bytes, width, height, 10).is_none(), "rows overlap");
        assert!(yuyv(&bytes, 0, 0, 0).is_none());
    }
}
