//! A learner says a word a few times to a board, so that it knows how they say it.

use crate::perception::enrol::name_zh;
use crate::perception::voice::{FRAME_SAMPLES, VoiceActivity};
use crate::ports::{Board, PortError};
use crate::{Clip, Error};
use petri_core::input::{Sensor, Sensors};
use petri_core::light::Colour;
use petri_core::{
    Actions, Actor, Comfort, Emotion, Language, Level, Permille, Picture, Portrait, Scene, Screen, Word,
};

/// So long the device waits for a word.
pub const WAIT_MS_MAX: u32 = 20_000;
/// After so many frames, a second, the screen goes out again.
const SHOW_FRAMES: u32 = 31;

/// Why nothing was heard.
#[derive(Debug, thiserror::Error)]
pub enum Unheard {
    /// The board hears nothing.
    #[error("this board has no microphone; name recordings with --wav")]
    NoMicrophone,
    /// Nobody spoke.
    #[error("nothing was said for {} s; check the microphone with `petri board check`, and begin again", WAIT_MS_MAX / 1_000)]
    Silence,
    /// A part of the board failed, or the engine.
    #[error(transparent)]
    Broken(#[from] Error),
}

impl From<PortError> for Unheard {
    fn from(error: PortError) -> Self {
        Self::Broken(error.into())
    }
}

/// Asks on the display for `word`, `times` times, and listens. The sign of the microphone is on the display before it
/// is opened, and the sound lives in memory only.
///
/// # Errors
/// When the board cannot hear or cannot show, when nobody speaks for [`WAIT_MS_MAX`], or when the engine fails. The
/// microphone is let go of in any case.
pub fn hear(
    board: &mut Board,
    voice: &mut VoiceActivity,
    word: Word,
    times: usize,
    comfort: Comfort,
) -> Result<Vec<Clip>, Unheard> {
    let Some(microphone) = board.microphone.as_mut() else { return Err(Unheard::NoMicrophone) };
    let mut heard = Vec::with_capacity(times);
    let mut listen = || {
        for at in 1..=times {
            let asks = screen(word, (at, times), comfort);
            voice.reset();
            let mut frames = 0;
            heard.push(utterance(voice, &mut |frame| {
                // A display that has gone dark shows no sign.
                if frames % SHOW_FRAMES == 0 {
                    board.panel.show(&asks)?;
                }
                frames += 1;
                microphone.read(frame)
            })?);
            board.panel.show(&Screen { scene: Scene::Explain, ..asks })?;
        }
        Ok(())
    };
    // Lights help who cannot read, and are no condition.
    if let Some(lights) = board.lights.as_mut().filter(|_| comfort.light != Level::Off) {
        let _ = lights.set(Colour::LISTEN);
    }
    let result = listen();
    microphone.rest();
    let _ = board.panel.show(&Screen { sensing: Sensors::NONE, ..screen(word, (times, times), comfort) });
    if let Some(lights) = &mut board.lights {
        let _ = lights.set(Colour::OFF);
    }
    result.map(|()| heard)
}

/// The next thing that is said.
fn utterance(
    voice: &mut VoiceActivity,
    read: &mut dyn FnMut(&mut [f32]) -> Result<(), PortError>,
) -> Result<Clip, Unheard> {
    let frames_max = u64::from(WAIT_MS_MAX) * 16 / FRAME_SAMPLES as u64;
    let mut frame = [0.0; FRAME_SAMPLES];
    for _ in 0..frames_max {
        read(&mut frame)?;
        if let Some(clip) = voice.push(&frame)? {
            return Ok(clip);
        }
    }
    Err(Unheard::Silence)
}

fn screen(word: Word, (at, times): (usize, usize), comfort: Comfort) -> Screen {
    let language = comfort.language;
    let body = match language {
        Language::English => format!("Say \"{}\" once, as you always do. {at} of {times}", word.text()),
        Language::Chinese => format!("请像平时那样说一次“{}”。{at}/{times}", name_zh(word)),
    };
    let portrait = Portrait { actor: Actor::Petri, actions: Actions::of(Emotion::Calm, Permille::new(300)) };
    Screen {
        scene: Scene::Listen,
        title: language.pick("Your word", "你的词").try_into().unwrap_or_default(),
        body: body.as_str().try_into().unwrap_or_default(),
        picture: Picture::Face(portrait),
        choices: heapless::Vec::new(),
        meter: Some(Permille::new((at * 1_000 / times.max(1)) as u16)),
        sensing: Sensors::NONE.set(Sensor::Microphone, true),
        focus: None,
        comfort,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_core::screen::{Display, fits};

    #[test]
    fn every_word_is_asked_for_on_every_display() {
        for language in Language::ALL {
            for (large_text, wide_spacing) in [(false, false), (true, false), (false, true), (true, true)] {
                let comfort = Comfort { language, large_text, wide_spacing, ..Comfort::default() };
                for (word, display) in
                    Word::ALL.into_iter().flat_map(|word| Display::ALL.map(|on| (word, on)))
                {
                    let screen = screen(word, (5, 5), comfort);
                    assert!(!screen.body.is_empty());
                    assert!(fits(&screen, display), "{word:?} {comfort:?} on {display:?}");
                }
            }
        }
    }
}
