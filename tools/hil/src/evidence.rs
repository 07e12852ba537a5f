//! What is left of a session: its journal on the disk, and the pictures that its display showed.

use crate::guest;
use anyhow::{Context, bail};
use image::RgbImage;
use petri_core::input::Sensors;
use petri_core::screen::Display;
use petri_core::{Button, Input, Millis, Pack, Sensor, Session, Setup};
use petri_runtime::journal::Journal;
use petri_runtime::replay::Recording;
use petri_runtime::{picture, report};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The display that the machine has.
const DISPLAY: Display = Display::Colour320x240;

/// A picture of the display, read back while a screen stood on it.
#[derive(Debug, Clone)]
pub(crate) struct Shot {
    /// `SCENE: TITLE | BODY`, as the program told it.
    pub(crate) screen: String,
    pub(crate) file: PathBuf,
}

/// Holds the journal `NAME.db` of a disk against the trials that were acknowledged; gives how many it has. The
/// program may have kept `unseen` more: it was stopped before it could tell.
pub(crate) fn journal(
    image: &Path,
    name: &str,
    acknowledged: &[String],
    unseen: usize,
    folder: &Path,
) -> anyhow::Result<usize> {
    let path = folder.join(format!("{name}.db"));
    for ending in ["db", "db-wal", "db-shm", "db.key"] {
        guest::take(image, &format!("/{name}.{ending}"), &path.with_extension(ending))?;
    }
    // It comes off the disk without its rights.
    std::fs::set_permissions(path.with_extension("db.key"), PermissionsExt::from_mode(0o600))
        .context("the journal's key is not there")?;
    let journal = Journal::open_existing(&path).with_context(|| format!("the journal of `{name}`"))?;
    let kept: Vec<String> = journal.entries(1)?.iter().map(|stored| report::entry(&stored.entry)).collect();
    let mut rest = kept.iter();
    for trial in acknowledged {
        if !rest.any(|entry| entry == trial) {
            bail!(
                "{name}: `{trial}` was acknowledged and is not in the journal {}: {kept:#?}",
                path.display()
            );
        }
    }
    if kept.len() > acknowledged.len() + unseen {
        bail!("{name}: the journal has {} trials, and {} were played", kept.len(), acknowledged.len());
    }
    Ok(kept.len())
}

/// Holds pictures against what `screen::draw` gives for the recorded session `NAME.jsonl`, pixel by pixel.
pub(crate) fn pictures(image: &Path, name: &str, shots: &[Shot], folder: &Path) -> anyhow::Result<()> {
    let file = format!("{name}.jsonl");
    let path = guest::take(image, &format!("/{file}"), &folder.join(&file))?
        .with_context(|| format!("the session left no recording {file}"))?;
    let pack = Pack::starter();
    let recording = Recording::read(&path, pack)?;
    let mut drawn: Vec<(String, Vec<u8>)> = Vec::new();
    recording.fold(|_, reply| {
        let screen = &reply.screen;
        let told = format!("{}: {} | {}", screen.scene.name(), screen.title, screen.body.replace('\n', " "));
        let pixels = picture::pixels(screen, &pack, DISPLAY);
        if drawn.last().is_none_or(|last| last.1 != pixels) {
            drawn.push((told.trim_end().to_owned(), pixels));
        }
    });
    for shot in shots {
        let seen = image::open(&shot.file)?.to_rgb8();
        seen.save(shot.file.with_extension("png"))?;
        let told = shot.screen.trim_end();
        let same = |wanted: &[u8]| differing(&seen, wanted) == 0;
        let mut candidates = drawn.iter().filter(|(screen, _)| screen == told);
        if candidates.clone().next().is_none() {
            bail!("the recording has no screen `{told}`");
        }
        if !candidates.any(|(_, pixels)| same(pixels)) {
            let least = drawn
                .iter()
                .filter(|one| one.0 == told)
                .map(|one| differing(&seen, &one.1))
                .min()
                .unwrap_or(0);
            bail!(
                "the display does not show what is drawn for `{told}`: {least} pixels differ; see {}",
                shot.file.with_extension("png").display()
            );
        }
    }
    Ok(())
}

/// What a new learner meets first on a board with camera and microphone: the greeting, and behind its first button
/// the question for consent.
pub(crate) fn first_screens() -> [(String, Vec<u8>); 2] {
    let pack = Pack::starter();
    let sensors = Sensors::NONE.set(Sensor::Camera, true).set(Sensor::Microphone, true);
    let mut session = Session::new(Setup { sensors, ..Setup::new(1, &pack) });
    [Input::Tick, Input::Button(Button::A)].map(|input| {
        let screen = session.step(Millis(0), input).screen;
        (screen.title.to_string(), picture::pixels(&screen, &pack, DISPLAY))
    })
}

/// How many pixels of a picture that was read back are not those that are `wanted`; the picture becomes a PNG.
pub(crate) fn amiss(file: &Path, wanted: &[u8]) -> anyhow::Result<usize> {
    let seen = image::open(file)?.to_rgb8();
    seen.save(file.with_extension("png"))?;
    Ok(differing(&seen, wanted))
}

/// How many pixels differ in the 65536 colours that are drawn with.
fn differing(seen: &RgbImage, wanted: &[u8]) -> usize {
    let size = DISPLAY.size();
    if (seen.width(), seen.height()) != (size.width, size.height) {
        return wanted.len() / 3;
    }
    let coarse = |pixel: &[u8]| (pixel[0] >> 3, pixel[1] >> 2, pixel[2] >> 3);
    let pairs = seen.as_raw().chunks_exact(3).zip(wanted.chunks_exact(3));
    pairs.filter(|(one, other)| coarse(one) != coarse(other)).count()
}
