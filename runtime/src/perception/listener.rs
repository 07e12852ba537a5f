//! Listening to a stream: what was said, as soon as it is clear.
//!
//! The end of an utterance is certain only after a long pause. A word of the list is looked for as soon as a pause
//! begins, and told after a short one, if speech has not gone on by then. A word that follows other speech at once is
//! part of a talk, more often than not, and needs to be surer.

use super::WORD_SAMPLES_MAX;
use super::speech::{Heard, Speech, Words};
use super::voice::{FRAME_SAMPLES, Pause, VoiceActivity};
use crate::media::SAMPLE_RATE_HZ;
use crate::{Clip, Error};

/// Listens frame by frame.
#[derive(Clone)]
pub struct Listener {
    voice: VoiceActivity,
    speech: Speech,
    words: Words,
    /// What the utterance under way was heard as, if it ends here, and its length.
    guess: Option<(Heard, u64)>,
    /// Frames since the end of other speech was certain.
    since_talk: Option<u64>,
}

/// Length of a frame.
const FRAME_MS: u64 = (FRAME_SAMPLES * 1_000 / SAMPLE_RATE_HZ as usize) as u64;

/// Something that was said.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Which word of the list it was, if any.
    pub heard: Heard,
    /// The sound of what was no word of the list.
    pub clip: Option<Clip>,
    /// Its length.
    pub length_ms: u64,
}

impl Listener {
    /// Nothing heard yet; listens for `words`.
    pub fn new(mut voice: VoiceActivity, speech: Speech, words: Words) -> Self {
        voice.reset();
        Self { voice, speech, words, guess: None, since_talk: None }
    }

    /// Forgets all sound heard so far.
    pub fn reset(&mut self) {
        self.voice.reset();
        self.guess = None;
        self.since_talk = None;
    }

    /// Whether nothing is heard now that could be speech: then a few frames may come late.
    pub fn is_quiet(&self) -> bool {
        self.voice.is_quiet()
    }

    /// Takes the next frame, and tells what was said when it is clear.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn push(&mut self, frame: &[f32; FRAME_SAMPLES]) -> Result<Option<Said>, Error> {
        self.since_talk = self.since_talk.map(|frames| frames + 1);
        if let Some(clip) = self.voice.push(frame)? {
            self.guess = None;
            return self.understand(clip).map(Some);
        }
        match self.voice.pause() {
            Some(Pause::Begins(clip)) => {
                let (heard, length_ms) = (self.speech.word(&clip, &self.words)?, clip.length_ms());
                self.guess = self.believes(&heard, length_ms).then_some((heard, length_ms));
                Ok(None)
            }
            Some(Pause::EndsWord) => Ok(self.guess.take().map(|(heard, length_ms)| {
                self.voice.end();
                Said { heard, clip: None, length_ms }
            })),
            None => Ok(None),
        }
    }

    /// Whether a word that has just ended stands alone, or is sure enough amid talk.
    fn believes(&self, heard: &Heard, length_ms: u64) -> bool {
        let quiet_ms = |frames: u64| (frames * FRAME_MS).saturating_sub(length_ms);
        self.speech.believes(heard, self.since_talk.map_or(u64::MAX, quiet_ms))
    }

    fn understand(&mut self, clip: Clip) -> Result<Said, Error> {
        let length_ms = clip.length_ms();
        let short = clip.samples().len() <= WORD_SAMPLES_MAX;
        let mut heard = if short { self.speech.word(&clip, &self.words)? } else { Heard::default() };
        if !self.believes(&heard, length_ms) {
            heard.word = None;
            self.since_talk = Some(0);
        }
        let clip = heard.word.is_none().then_some(clip);
        Ok(Said { heard, clip, length_ms })
    }
}
