//! What cameras, microphones and files of pictures and sound give.

use petri_board::pixels;
use petri_runtime::{Clip, Frame, intake};

/// Longest side that a robot's pictures may have here.
const LINK_SIDE_PX: u32 = 1_920;

/// Pictures of cameras (YUYV and MJPG), of robots (JPEG) and of files. The first byte says which.
pub fn pictures(data: &[u8]) -> bool {
    let Some((kind, rest)) = data.split_first() else { return false };
    let frame = match kind % 4 {
        0 => {
            let Some((sizes, bytes)) = rest.split_first_chunk::<6>() else { return false };
            let [width, height, stride] =
                [0, 2, 4].map(|at| u32::from(u16::from_le_bytes([sizes[at], sizes[at + 1]])));
            let frame = pixels::yuyv(bytes, width, height, stride);
            if let Some(frame) = &frame {
                assert_eq!((frame.width(), frame.height()), (width, height));
            }
            frame
        }
        1 => pixels::mjpg(rest),
        2 => intake::jpeg(rest, LINK_SIDE_PX),
        _ => match intake::frame_of(rest) {
            Ok(frame) => Some(frame),
            Err(error) => {
                assert!(error.to_string().contains("; "), "it says what to do: {error}");
                None
            }
        },
    };
    if let Some(frame) = &frame {
        let (width, height) = (frame.width(), frame.height());
        assert!(
            (1..=Frame::SIDE_PIXELS_MAX).contains(&width) && (1..=Frame::SIDE_PIXELS_MAX).contains(&height)
        );
        assert_eq!(frame.rgb().len(), 3 * width as usize * height as usize);
        let _ = pixels::brightness(frame);
    }
    frame.is_some()
}

/// Recordings of any rate and channel count.
pub fn sound(data: &[u8]) -> bool {
    match intake::clip_of(data) {
        Ok(clip) => {
            assert!(clip.samples().len() <= Clip::SAMPLES_MAX);
            assert!(clip.samples().iter().all(|sample| (-1.0..=1.0).contains(sample)));
            true
        }
        Err(error) => {
            assert!(error.to_string().contains("; "), "it says what to do: {error}");
            false
        }
    }
}
