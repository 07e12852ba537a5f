//! Pictures that come in pieces.

use crate::{Frame, intake};
use petri_link::{PICTURE_BYTES_MAX, PICTURE_SIDE_PIXELS_MAX, Picture, PictureKind, Piece};

/// A picture that is not complete yet.
pub(super) struct Assembly {
    picture: Picture,
    bytes: Vec<u8>,
}

impl Assembly {
    /// Room for a picture; `None` when it is too large, or cannot be one.
    pub(super) fn new(picture: Picture) -> Option<Self> {
        let sides = 1..=PICTURE_SIDE_PIXELS_MAX;
        let pixels = u32::from(picture.width) * u32::from(picture.height);
        let fits = match picture.kind {
            PictureKind::Rgb => picture.bytes == 3 * pixels,
            PictureKind::Jpeg => picture.bytes > 0,
        };
        let sound = sides.contains(&picture.width) && sides.contains(&picture.height) && fits;
        // The room is taken as the bytes come: who only announces takes none.
        (sound && picture.bytes <= PICTURE_BYTES_MAX).then(|| Self { picture, bytes: Vec::new() })
    }

    /// Adds a piece; `false` when it is not the next one.
    pub(super) fn add(&mut self, piece: &Piece) -> bool {
        let room = self.picture.bytes as usize - self.bytes.len();
        let next =
            piece.at as usize == self.bytes.len() && !piece.bytes.is_empty() && piece.bytes.len() <= room;
        if next {
            self.bytes.extend_from_slice(&piece.bytes);
        }
        next
    }

    pub(super) fn is_complete(&self) -> bool {
        self.bytes.len() == self.picture.bytes as usize
    }

    /// The picture; `None` when the bytes are none of this size.
    pub(super) fn finish(self) -> Option<Frame> {
        let (width, height) = (u32::from(self.picture.width), u32::from(self.picture.height));
        let frame = match self.picture.kind {
            PictureKind::Rgb => Frame::new(width, height, self.bytes),
            PictureKind::Jpeg => intake::jpeg(&self.bytes, u32::from(PICTURE_SIDE_PIXELS_MAX)),
        };
        frame.filter(|frame| (frame.width(), frame.height()) == (width, height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(picture: Picture, bytes: &[u8], size: usize) -> Option<Frame> {
        let mut assembly = Assembly::new(picture)?;
        for (i, chunk) in bytes.chunks(size).enumerate() {
            let piece = Piece { at: (i * size) as u32, bytes: chunk.iter().copied().collect() };
            assert!(!assembly.is_complete() && assembly.add(&piece));
        }
        assert!(assembly.is_complete());
        assembly.finish()
    }

    fn rgb(width: u16, height: u16) -> Picture {
        let bytes = 3 * u32::from(width) * u32::from(height);
        Picture { kind: PictureKind::Rgb, width, height, bytes }
    }

    #[test]
    fn pictures_come_whole_out_of_pieces() {
        let bytes: Vec<u8> = (0..3 * 40 * 30).map(|i| i as u8).collect();
        for size in [1, 7, 1_024] {
            assert_eq!(feed(rgb(40, 30), &bytes, size).expect("a picture").rgb(), bytes);
        }
        let mut jpeg = std::io::Cursor::new(Vec::new());
        let image = image::RgbImage::from_pixel(64, 48, image::Rgb([200, 100, 50]));
        image.write_to(&mut jpeg, image::ImageFormat::Jpeg).expect("a JPEG");
        let jpeg = jpeg.into_inner();
        let as_sent =
            |width| Picture { kind: PictureKind::Jpeg, width, height: 48, bytes: jpeg.len() as u32 };
        let frame = feed(as_sent(64), &jpeg, 100).expect("a picture");
        assert!(frame.rgb()[0].abs_diff(200) < 8 && frame.rgb()[2].abs_diff(50) < 8);
        assert!(feed(as_sent(65), &jpeg, 1_024).is_none(), "another size than announced");
        let cut = Picture { bytes: 40, ..as_sent(64) };
        assert!(feed(cut, &jpeg[..40], 40).is_none(), "half a JPEG");
    }

    #[test]
    fn what_cannot_be_a_picture_is_refused_before_it_comes() {
        for wrong in [
            Picture { bytes: 1, ..rgb(40, 30) },
            rgb(0, 30),
            rgb(1_281, 1),
            rgb(1_280, 1_280),
            Picture { kind: PictureKind::Jpeg, bytes: 0, ..rgb(40, 30) },
            Picture { kind: PictureKind::Jpeg, bytes: u32::MAX, ..rgb(40, 30) },
        ] {
            assert!(Assembly::new(wrong).is_none(), "{wrong:?}");
        }
        let mut assembly = Assembly::new(rgb(2, 2)).expect("room");
        let piece = |at, count| Piece { at, bytes: std::iter::repeat_n(1, count).collect() };
        assert!(!assembly.add(&piece(3, 3)) && !assembly.add(&piece(0, 0)) && !assembly.add(&piece(0, 13)));
        assert!(assembly.add(&piece(0, 12)) && assembly.is_complete() && !assembly.add(&piece(12, 1)));
    }
}
