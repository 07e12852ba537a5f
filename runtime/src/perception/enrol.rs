//! Words that a learner enrols by saying them three times, in any language.
//!
//! A recording becomes one vector: the speech encoder's output, averaged over the stretch that is loud, with the
//! directions shrunk in which words differ anyway (whitening). A word is the mean of its recordings' vectors. How near a sound is to it counts in spreads of how near other
//! people's other words are, so one limit serves every word and voice. No sound is kept.

mod store;

pub(crate) use store::{erase, files};

use crate::media::SAMPLE_RATE_HZ;
use petri_core::Word;
use safetensors::{Dtype, SafeTensors};
use std::ops::RangeInclusive;

/// How often a word is recorded.
pub const RECORDINGS: RangeInclusive<usize> = 3..=5;
/// Words that a learner can enrol: one way to say each word of the device.
pub const SLOTS_MAX: usize = Word::COUNT;
/// Numbers of a recording.
pub const VECTOR_LEN: usize = 288;
/// Vectors of other words that a word is compared with.
const OTHERS_MAX: usize = 256;
/// Samples of one vector of the encoder.
const STEP_SAMPLES: usize = 384;
/// A sound is that word at the earliest here, in spreads of other words. See the card of the speech encoder.
const ACCEPT_SPREADS: f32 = 7.8;
/// The limit lies so far on the way from the nearest other word, in the same voice where there is one, to the word's own
/// recordings. One voice through one microphone is nearer to itself than to other people, whatever it says.
const OWN_SHARE: f32 = 0.6;
/// So much nearer than to the next enrolled word.
const MARGIN_SPREADS: f32 = 1.0;
/// A recording that is less like the other recordings of its word is no good.
const ALIKE_SPREADS: f32 = 4.0;
/// What a spread beyond the limit is worth as a logit.
const LOGIT_PER_SPREAD: f32 = 0.5;

/// The words in Chinese, in the order of [`Word::ALL`]: names that a slot can be called by, too.
const NAMES_ZH: [&str; Word::COUNT] =
    ["开心", "难过", "生气", "害怕", "惊讶", "厌恶", "平静", "是", "不是", "再来", "下一个", "帮忙", "停"];

/// What a word is called in Chinese.
pub fn name_zh(word: Word) -> &'static str {
    let named = Word::ALL.iter().zip(NAMES_ZH).find(|(other, _)| **other == word);
    named.map_or("", |(_, name)| name)
}

/// The word whose slot is called `name`: by its English or its Chinese name.
pub fn slot(name: &str) -> Option<Word> {
    let zh = || NAMES_ZH.iter().position(|other| *other == name.trim()).map(|index| Word::ALL[index]);
    Word::from_text(name.trim()).or_else(zh)
}

/// What a recording is kept as: a direction, of length 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern([f32; VECTOR_LEN]);

impl Pattern {
    fn dot(&self, other: &[f32; VECTOR_LEN]) -> f32 {
        self.0.iter().zip(other).map(|(a, b)| a * b).sum()
    }
}

/// What words are measured against: where the encoder's output lies, in which directions it is shrunk and by how much,
/// and other people's other words.
pub struct Base {
    mean: Vec<f32>,
    directions: Vec<[f32; VECTOR_LEN]>,
    gains: Vec<f32>,
    others: Vec<Pattern>,
}

impl Base {
    /// From the encoder's asset. `None` when it is not of the form that the program was built for.
    pub fn parse(file: &[u8]) -> Option<Self> {
        let file = SafeTensors::deserialize(file).ok()?;
        let floats = |name: &str| {
            let view = file.tensor(name).ok().filter(|view| view.dtype() == Dtype::F32)?;
            let (values, rest) = view.data().as_chunks::<4>();
            rest.is_empty().then(|| values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect::<Vec<_>>())
        };
        let (mean, gains) = (floats("mean")?, floats("gains")?);
        let vectors = |name: &str| {
            let values = floats(name)?;
            let (vectors, rest) = values.as_chunks::<VECTOR_LEN>();
            (rest.is_empty() && vectors.len() <= OTHERS_MAX).then(|| vectors.to_vec())
        };
        let (directions, others) = (vectors("directions")?, vectors("others")?);
        let fits = mean.len() == VECTOR_LEN && directions.len() == gains.len() && others.len() > 1;
        fits.then(|| Self { mean, directions, gains, others: others.into_iter().map(Pattern).collect() })
    }

    /// The vector of a prepared clip. `memory` is the encoder's output for it, with `before` samples of silence in
    /// front.
    pub(crate) fn pattern(&self, audio: &[f32], before: usize, memory: &[f32]) -> Option<Pattern> {
        let steps = stretch(audio, before, memory)?;
        let mut sum = [0.0; VECTOR_LEN];
        for step in steps {
            for (sum, value) in sum.iter_mut().zip(step) {
                *sum += value;
            }
        }
        for (sum, mean) in sum.iter_mut().zip(&self.mean) {
            *sum = *sum / steps.len() as f32 - mean;
        }
        let plain = Pattern(sum);
        for (direction, gain) in self.directions.iter().zip(&self.gains) {
            let share = gain * plain.dot(direction);
            sum.iter_mut().zip(direction).for_each(|(value, along)| *value += share * along);
        }
        unit(sum)
    }
}

/// The encoder's output for the loud stretch of a prepared clip, with `before` samples of silence in front of it.
pub(crate) fn stretch<'a>(
    audio: &[f32],
    before: usize,
    memory: &'a [f32],
) -> Option<&'a [[f32; VECTOR_LEN]]> {
    let (start, end) = loud(audio)?;
    let (steps, _) = memory.as_chunks::<VECTOR_LEN>();
    let first = (before + start) / STEP_SAMPLES;
    let last = ((before + end).div_ceil(STEP_SAMPLES) + 1).min(steps.len());
    steps.get(first..last).filter(|steps| !steps.is_empty())
}

/// First and last sample of what is loud: within 25 dB of the loudest 25 ms, and a little around it.
fn loud(audio: &[f32]) -> Option<(usize, usize)> {
    const WINDOW: usize = 400;
    const HOP: usize = 160;
    const SHARE: f32 = 0.003_162;
    let windows = (audio.len().checked_sub(WINDOW)?) / HOP + 1;
    let energy = |i: usize| audio[i * HOP..][..WINDOW].iter().map(|sample| sample * sample).sum::<f32>();
    let energies: Vec<f32> = (0..windows).map(energy).collect();
    let near = |i: usize| {
        let around = &energies[i.saturating_sub(1)..(i + 2).min(windows)];
        around.iter().sum::<f32>()
    };
    let limit = (0..windows).map(near).fold(0.0, f32::max) * SHARE;
    let first = (0..windows).find(|i| near(*i) > limit)?;
    let last = (0..windows).rfind(|i| near(*i) > limit)?;
    let before = WINDOW;
    let after = WINDOW + 5 * HOP;
    Some(((first * HOP).saturating_sub(before), (last * HOP + after).min(audio.len())))
}

fn unit(mut values: [f32; VECTOR_LEN]) -> Option<Pattern> {
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    if !length.is_finite() || length < 1e-6 {
        return None;
    }
    for value in &mut values {
        *value /= length;
    }
    Some(Pattern(values))
}

/// Why recordings were not taken as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Too few or too many recordings.
    #[error("a word takes 3 to 5 recordings, not {0}; record it again")]
    Count(usize),
    /// A recording holds no single word. Counted from 1.
    #[error(
        "recording {0} holds no single word of up to three seconds; say the word once, near the microphone"
    )]
    NoWord(usize),
    /// A recording does not sound like the others. Counted from 1.
    #[error("recording {0} does not sound like the others; say the same word again in the same way")]
    Unlike(usize),
    /// The word is too near to one that is enrolled.
    #[error("it sounds too much like what is enrolled for \"{}\"; choose another word, or forget that one", .0.text())]
    Alike(Word),
}

/// The enrolled words of a learner.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Enrolled {
    words: Vec<One>,
}

/// A word and its recordings.
#[derive(Debug, Clone, PartialEq)]
struct One {
    word: Word,
    recordings: Vec<Pattern>,
    measure: Measure,
    /// Spreads from which on a sound is this word.
    limit: f32,
}

/// How near a recording is to the others of its word.
fn alone(recordings: &[Pattern], index: usize, base: &Base) -> f32 {
    let rest = recordings.iter().enumerate().filter(|(other, _)| *other != index);
    Measure::of(rest.map(|(_, recording)| recording), base).spreads(&recordings[index])
}

/// A word as it is compared: the mean of recordings, and how near other words come to it.
#[derive(Debug, Clone, PartialEq)]
struct Measure {
    centre: [f32; VECTOR_LEN],
    others_mean: f32,
    others_spread: f32,
}

impl Measure {
    fn of<'a>(recordings: impl Iterator<Item = &'a Pattern>, base: &Base) -> Self {
        let (mut centre, mut count) = ([0.0; VECTOR_LEN], 0.0f32);
        for recording in recordings {
            count += 1.0;
            centre.iter_mut().zip(&recording.0).for_each(|(sum, value)| *sum += value);
        }
        for value in &mut centre {
            *value /= count.max(1.0);
        }
        let near: Vec<f32> = base.others.iter().map(|other| other.dot(&centre)).collect();
        let n = near.len() as f32;
        let others_mean = near.iter().sum::<f32>() / n;
        let variance = near.iter().map(|value| (value - others_mean).powi(2)).sum::<f32>() / n;
        Self { centre, others_mean, others_spread: variance.sqrt().max(1e-3) }
    }

    /// How near, in spreads of other words.
    fn spreads(&self, pattern: &Pattern) -> f32 {
        (pattern.dot(&self.centre) - self.others_mean) / self.others_spread
    }
}

/// How well a sound fits an enrolled word: a logit, 0 at the limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fit {
    pub(crate) word: Word,
    pub(crate) logit: f32,
}

impl Enrolled {
    /// The words that are enrolled, each with its number of recordings.
    pub fn words(&self) -> impl Iterator<Item = (Word, usize)> + '_ {
        self.words.iter().map(|one| (one.word, one.recordings.len()))
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Takes recordings as a way to say `word`, in the place of an earlier one.
    ///
    /// # Errors
    /// When they are too few, do not sound alike, or sound like another enrolled word. Nothing is changed then.
    pub(crate) fn add(&mut self, word: Word, recordings: Vec<Pattern>, base: &Base) -> Result<(), Refused> {
        if !RECORDINGS.contains(&recordings.len()) {
            return Err(Refused::Count(recordings.len()));
        }
        for (index, recording) in recordings.iter().enumerate() {
            let own = alone(&recordings, index, base);
            if own < ALIKE_SPREADS {
                return Err(Refused::Unlike(index + 1));
            }
            let others = self.words.iter().filter(|one| one.word != word);
            if let Some(one) =
                others.into_iter().find(|one| one.measure.spreads(recording) > own - MARGIN_SPREADS)
            {
                return Err(Refused::Alike(one.word));
            }
        }
        self.forget(word);
        self.put(word, recordings, base);
        Ok(())
    }

    fn put(&mut self, word: Word, recordings: Vec<Pattern>, base: &Base) {
        let measure = Measure::of(recordings.iter(), base);
        self.words.push(One { word, recordings, measure, limit: ACCEPT_SPREADS });
        let limits: Vec<f32> = self.words.iter().map(|one| self.limit(one, base)).collect();
        self.words.iter_mut().zip(limits).for_each(|(one, limit)| one.limit = limit);
    }

    fn limit(&self, one: &One, base: &Base) -> f32 {
        let others = self.words.iter().filter(|other| other.word != one.word);
        let others = others.flat_map(|other| &other.recordings).chain(&base.others);
        let nearest = others.map(|other| one.measure.spreads(other)).fold(0.0, f32::max);
        let own: f32 = (0..one.recordings.len()).map(|index| alone(&one.recordings, index, base)).sum();
        let own = own / one.recordings.len().max(1) as f32;
        (OWN_SHARE * own + (1.0 - OWN_SHARE) * nearest).max(ACCEPT_SPREADS)
    }

    /// Forgets a word. Whether it was enrolled.
    pub fn forget(&mut self, word: Word) -> bool {
        let before = self.words.len();
        self.words.retain(|one| one.word != word);
        self.words.len() < before
    }

    /// The word that a sound fits, and how well: a logit from 0. `None` when it fits none.
    pub fn word(&self, pattern: &Pattern) -> Option<(Word, f32)> {
        self.fits(pattern).first().filter(|fit| fit.logit >= 0.0).map(|fit| (fit.word, fit.logit))
    }

    /// How well a sound fits each word, the best first. A word that hardly leads over the second is not at its limit.
    pub(crate) fn fits(&self, pattern: &Pattern) -> Vec<Fit> {
        let fit = |one: &One| (one.word, one.measure.spreads(pattern) - one.limit);
        let mut found: Vec<(Word, f32)> = self.words.iter().map(fit).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        let second = found.get(1).map_or(f32::MIN, |(_, beyond)| *beyond);
        let lead = |place: usize, beyond: f32| {
            let margin = if place == 0 { beyond - second - MARGIN_SPREADS } else { beyond };
            LOGIT_PER_SPREAD * beyond.min(margin)
        };
        let fits = found.iter().enumerate();
        fits.map(|(place, (word, beyond))| Fit { word: *word, logit: lead(place, *beyond) }).collect()
    }
}

/// The shortest recording of a word: 200 ms.
pub(crate) const WORD_SAMPLES_MIN: usize = SAMPLE_RATE_HZ as usize / 5;

#[cfg(test)]
mod tests;
