//! The learner's own words beside the list, and what becomes of both.

use super::judge::Guess;
use super::{Heard, Memory, Speech, Words};
use crate::journal::Journal;
use crate::perception::WORD_SAMPLES_MAX;
use crate::perception::enrol::{Enrolled, Fit, Pattern, Refused, WORD_SAMPLES_MIN};
use crate::perception::sigmoid;
use crate::{Clip, Error};
use petri_core::Word;

impl Speech {
    /// The enrolled words that are listened for beside every list.
    pub fn enrolled(&self) -> &Enrolled {
        &self.enrolled
    }

    /// Listens for these from now on. Clones that were made before go on with theirs.
    pub fn listen_for(&mut self, enrolled: Enrolled) {
        self.enrolled = enrolled.into();
    }

    /// Reads a learner's enrolled words from the journal; there may be none.
    ///
    /// # Errors
    /// When the journal cannot be read, or they are damaged or were made with another model.
    pub fn read_enrolled(&self, journal: &Journal, learner: u32) -> Result<Enrolled, Error> {
        Enrolled::read(journal, learner, &self.base)
    }

    /// Takes recordings of one word as a way to say `word`. Nothing of the sound is kept.
    ///
    /// # Errors
    /// When the engine fails. A refusal, which changes nothing, is the inner error.
    pub fn enrol(
        &self,
        enrolled: &mut Enrolled,
        word: Word,
        recordings: &[Clip],
    ) -> Result<Result<(), Refused>, Error> {
        let mut patterns = Vec::with_capacity(recordings.len());
        for (index, clip) in recordings.iter().enumerate() {
            let Some(pattern) = self.pattern(clip)? else { return Ok(Err(Refused::NoWord(index + 1))) };
            patterns.push(pattern);
        }
        Ok(self.take(enrolled, word, patterns))
    }

    /// As [`Speech::enrol`], from patterns.
    ///
    /// # Errors
    /// A refusal, which changes nothing.
    pub fn take(&self, enrolled: &mut Enrolled, word: Word, recordings: Vec<Pattern>) -> Result<(), Refused> {
        enrolled.add(word, recordings, &self.base)
    }

    /// What a recording of a word is kept as; `None` when it is too short, too long or silent.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn pattern(&self, clip: &Clip) -> Result<Option<Pattern>, Error> {
        if !(WORD_SAMPLES_MIN..=WORD_SAMPLES_MAX).contains(&clip.samples().len()) {
            return Ok(None);
        }
        let Some(audio) = self.prepare(clip.samples()) else { return Ok(None) };
        let memory = self.encode_padded(&audio, 0)?;
        Ok(self.base.pattern(&audio, self.rules.pads[0].0, &memory.values))
    }

    /// How well a sound fits each enrolled word, the best first.
    pub(super) fn fits(&self, audio: &[f32], memory: &Memory) -> Vec<Fit> {
        if self.enrolled.is_empty() {
            return Vec::new();
        }
        let pattern = self.base.pattern(audio, self.rules.pads[0].0, &memory.values);
        pattern.map(|pattern| self.enrolled.fits(&pattern)).unwrap_or_default()
    }

    /// What is answered: of the list's guess and the enrolled words, what is surer.
    pub(super) fn heard(&self, words: &Words, scores: &[f32], guess: Option<Guess>, fits: &[Fit]) -> Heard {
        let text = |(wanted, score): (&super::Wanted, &f32)| (wanted.text.clone(), *score);
        let mut best: Vec<(String, f32)> = words.words.iter().zip(scores).map(text).collect();
        for fit in fits {
            let score = (self.rules.mean + fit.logit).min(0.0);
            match best.iter_mut().find(|(text, _)| text.eq_ignore_ascii_case(fit.word.text())) {
                Some((_, other)) => *other = other.max(score),
                None => best.push((fit.word.text().to_owned(), score)),
            }
        }
        best.sort_by(|a, b| b.1.total_cmp(&a.1));
        best.truncate(2);
        let listed = guess.map(|guess| (words.words[guess.index].text.clone(), guess.answered, guess.lead));
        let own = fits.first().map(|fit| (fit.word.text().to_owned(), fit.logit >= 0.0, fit.logit));
        // What is answered goes before what is not, then the surer; of two that are as sure, the list's.
        let surer = |a: &(String, bool, f32), b: &(String, bool, f32)| (a.1, a.2) >= (b.1, b.2);
        let first = match (listed, own) {
            (Some(listed), Some(own)) => Some(if surer(&listed, &own) { listed } else { own }),
            (listed, own) => listed.or(own),
        };
        let Some((word, answered, lead)) = first else { return Heard { best, ..Heard::default() } };
        // 0.5 at the threshold, towards 1 as the word explains the sound better and leads by more.
        let confidence = sigmoid(lead);
        let confidence = if answered { confidence.max(0.5) } else { confidence.min(0.499) };
        Heard { word: answered.then_some(word), confidence, best }
    }
}
