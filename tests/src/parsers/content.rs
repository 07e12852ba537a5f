//! Content packs: as authors write them, and as devices read them.

use super::scratch;
use embedded_graphics::Pixel;
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{DrawTarget, OriginDimensions, Size};
use petri_core::input::Sensors;
use petri_core::pack::crc32;
use petri_core::screen::draw;
use petri_core::{Button, Exercise, Input, Millis, Pack, Session, Setup};
use std::fs;

/// Files that a pack of the target may have.
const FILES_MAX: usize = 12;
/// Steps of the session on a pack that opens.
const STEPS: u64 = 24;

/// The TOML files of a pack. Each begins with a line `=== NAME`; a pack without a fault must be one that devices read.
pub fn pack_source(data: &[u8]) -> bool {
    let folder = scratch();
    fs::create_dir(folder.path().join("conversations")).expect("a folder in it");
    let text = String::from_utf8_lossy(data);
    for part in text.split("=== ").skip(1).take(FILES_MAX) {
        let (name, body) = part.split_once('\n').unwrap_or((part, ""));
        let plain = |c: char| c.is_ascii_lowercase() || c == '-';
        let of_pack = name
            .strip_suffix(".toml")
            .map(|name| name.strip_prefix("conversations/").unwrap_or(name))
            .is_some_and(|name| (1..=24).contains(&name.len()) && name.chars().all(plain));
        if of_pack {
            fs::write(folder.path().join(name), body).expect("a file of the pack; is the disk full?");
        }
    }
    match petri_content::compile(folder.path()) {
        Ok(bytes) => {
            let pack = Pack::open(&bytes).expect("what compiles can be read");
            let (told, sound) = petri_content::check(folder.path());
            assert!(sound, "{told}");
            assert!(!pack.name().is_empty());
            true
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            assert!(
                faults.iter().all(|fault| fault.line >= 1 && fault.to_string().contains("; ")),
                "{faults:?}"
            );
            false
        }
    }
}

/// A compiled pack, with its checksum written anew. What opens can be played and painted.
pub fn pack(data: &[u8]) -> bool {
    let _ = Pack::open(data);
    let mut bytes = data.to_vec();
    if let Some(body) = bytes.len().checked_sub(4) {
        let sum = crc32(&bytes[..body]).to_le_bytes();
        bytes[body..].copy_from_slice(&sum);
    }
    let Ok(pack) = Pack::open(&bytes) else { return false };
    let items =
        pack.texts().count() + pack.situations().count() + pack.cares().count() + pack.photos().count();
    let turns = pack.talks().map(|talk| (0..=u8::MAX).map_while(|turn| pack.turn(&talk, turn)).count());
    let _ = (pack.name(), items + turns.sum::<usize>());
    // Bytes of the pack choose what is practised and pressed: the same pack plays the same way.
    let picked = usize::from(data[data.len() / 2]);
    let exercise = Exercise::ALL[picked % Exercise::ALL.len()];
    let setup = Setup { sensors: Sensors::NONE, trials_per_round: 3, ..Setup::new(picked as u64, &pack) };
    let mut session = Session::new(setup);
    let mut reply = session.step(Millis(0), Input::Tick);
    for step in 1..STEPS {
        let input = match (step, data.get(step as usize).copied().unwrap_or_default() % 4) {
            (1 | 2, _) => Input::Button(Button::A),
            (3, _) => Input::Start(exercise),
            (_, 0) => Input::Button(Button::A),
            (_, 1) => Input::Button(Button::B),
            (_, 2) => Input::Button(Button::C),
            _ => Input::Tick,
        };
        reply = session.step(Millis(step * 700), input);
    }
    assert!(!reply.screen.title.is_empty(), "a blank screen");
    let mut paper = Paper::default();
    let Ok(()) = draw(&reply.screen, &pack, &mut paper);
    assert!(paper.pixels > 0, "nothing was painted");
    true
}

/// A display that counts.
#[derive(Default)]
struct Paper {
    pixels: usize,
}

impl OriginDimensions for Paper {
    fn size(&self) -> Size {
        Size::new(128, 64)
    }
}

impl DrawTarget for Paper {
    type Color = BinaryColor;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Self::Error> {
        self.pixels += pixels.into_iter().count();
        Ok(())
    }
}
