//! Speech: which word of a list was said, and what was said at all.
//!
//! Both come from one encoder and decoder, Moonshine tiny (Jeffries et al., arXiv:2410.15608). A word's score is
//! the log-probability that it is the whole transcript, so an unknown word scores low against all the words there
//! are, not only against the list.

mod judge;
mod own;
mod rivals;
mod verify;

use super::enrol::{Base, Enrolled};
use super::tokens::Tokens;
use crate::engine::{Engine, Model, tensor};
use crate::media::SAMPLE_RATE_HZ;
use crate::{Clip, Error};
use petri_models::Id;
use serde::Serialize;
use std::sync::Arc;
use tract_core::prelude::{TValue, tvec};
use verify::Verifier;

/// Score of a word that was not even begun.
const NEVER: f32 = -99.0;
/// Longest word list.
pub const WORDS_MAX: usize = 64;
/// Other ways to say a word of the list.
const ALIASES: [(&str, &str); 1] = [("yes", "yeah")];

/// Recognizes words and writes speech down.
#[derive(Clone)]
pub struct Speech {
    encoder: Model,
    decoder: Model,
    tokens: Arc<Tokens>,
    base: Arc<Base>,
    verifier: Arc<Verifier>,
    enrolled: Arc<Enrolled>,
    rules: Rules,
}

#[derive(Clone)]
struct Rules {
    bos: i64,
    eos: i64,
    end_ids: Vec<usize>,
    peak_level: f32,
    gain_max: f32,
    silent_peak: f32,
    clip_samples_max: usize,
    pads: [(usize, usize); 2],
    prune: f32,
    accept: f32,
    reject: f32,
    mean: f32,
    margin: f32,
    tokens_per_second: f32,
    tokens_max: usize,
    transcribe_samples_max: usize,
    samples_min: usize,
    rarity_reference: f32,
    rarity_weight: f32,
    rarity_limit: f32,
    alias_handicap: f32,
    rival_bonus: f32,
    rival: f32,
    verify: f32,
    lead: f32,
    amid_ms: u64,
    amid_confidence: f32,
}

/// A list of words to listen for, prepared once.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    words: Vec<Wanted>,
    /// How many of them may be answered; rivals follow.
    listed: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct Wanted {
    text: String,
    /// Token ids with a capital and without.
    spellings: [Vec<i64>; 2],
    /// Another way to say it, which counts for less.
    alias: Option<[Vec<i64>; 2]>,
    /// What a word gets for being rare: the decoder expects it less, however clearly it is said.
    bonus: f32,
    /// Its rivals' places among all words.
    rivals: Vec<usize>,
}

/// What a clip was heard as.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Heard {
    /// The word of the list, or none when no word of the list was said clearly enough.
    pub word: Option<String>,
    /// Confidence in `word`, at least a half, or in the best guess that was rejected, less than a half.
    pub confidence: f32,
    /// What it sounds most like, and the runner-up: words with their log-probabilities. That of an enrolled word is
    /// brought to the same scale.
    pub best: Vec<(String, f32)>,
}

/// A clip as the encoder sees it; reused for scoring and transcription.
struct Memory {
    steps: usize,
    values: Vec<f32>,
}

impl Speech {
    /// Loads encoder, decoder and vocabulary.
    ///
    /// # Errors
    /// When a file is missing, not trusted, or does not run.
    pub fn load<'a>(engine: impl Into<Engine<'a>>) -> Result<Self, Error> {
        let engine = engine.into();
        // The larger first: what it frees when it is loaded serves the other.
        let decoder = Model::load(engine, Id::SpeechDecoder)?;
        let encoder = Model::load(engine, Id::SpeechEncoder)?;
        let tokens = Tokens::parse(&engine.store().asset(Id::SpeechDecoder, "tokens.txt")?);
        let base = Base::parse(&engine.store().asset(Id::SpeechEncoder, "words.safetensors")?);
        let base = base.ok_or_else(|| unexpected(Id::SpeechEncoder, "words.safetensors"))?;
        let verifier = Verifier::parse(&engine.store().asset(Id::SpeechDecoder, "verifier.safetensors")?);
        let verifier = verifier.ok_or_else(|| unexpected(Id::SpeechDecoder, "verifier.safetensors"))?;
        let settings = decoder.manifest();
        let number = |name: &str| settings.number(name);
        let samples = |seconds: f32| (seconds * SAMPLE_RATE_HZ as f32) as usize;
        let pad = |name: &str, look: usize| samples(settings.numbers(name)[look] / 1_000.0);
        let rules = Rules {
            bos: number("bos_id") as i64,
            eos: number("eos_id") as i64,
            end_ids: settings.numbers("end_ids").iter().map(|id| *id as usize).collect(),
            peak_level: number("peak_level"),
            gain_max: number("max_gain"),
            silent_peak: number("silent_peak"),
            clip_samples_max: samples(number("max_clip_seconds")),
            pads: [0, 1].map(|look| (pad("pad_before_ms", look), pad("pad_after_ms", look))),
            prune: number("prune_log_probability"),
            accept: number("accept_log_probability"),
            reject: number("reject_log_probability"),
            mean: number("mean_log_probability"),
            margin: number("margin"),
            tokens_per_second: number("tokens_per_second"),
            tokens_max: number("max_tokens") as usize,
            transcribe_samples_max: samples(number("max_transcribe_seconds")),
            samples_min: encoder.manifest().number("min_samples") as usize,
            rarity_reference: number("rarity_reference"),
            rarity_weight: number("rarity_weight"),
            rarity_limit: number("rarity_limit"),
            alias_handicap: number("alias_handicap"),
            rival_bonus: number("rival_bonus"),
            rival: number("rival_log_probability"),
            verify: number("verify_logit"),
            lead: number("lead"),
            amid_ms: number("amid_ms") as u64,
            amid_confidence: number("amid_confidence"),
        };
        let (base, verifier, enrolled) = (base.into(), verifier.into(), Arc::default());
        Ok(Self { encoder, decoder, tokens: tokens.into(), base, verifier, enrolled, rules })
    }

    /// Prepares a list of words, at most [`WORDS_MAX`]; empty ones and those beyond are left out.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn words(&self, list: &[&str]) -> Result<Words, Error> {
        let silence = self.encode(&vec![0.0; SAMPLE_RATE_HZ as usize])?;
        let first = self.first(&silence)?;
        let mut words = Vec::new();
        let wanted = list.iter().copied().filter(|text| !text.trim().is_empty()).take(WORDS_MAX);
        let wanted: Vec<&str> = wanted.collect();
        let has = |word: &str| wanted.iter().any(|other| other.eq_ignore_ascii_case(word));
        for text in wanted.iter().copied() {
            let alias = ALIASES.iter().find(|(word, alias)| text.eq_ignore_ascii_case(word) && !has(alias));
            let alias = alias.map(|(_, alias)| self.spellings(alias));
            let spellings = self.spellings(text);
            let candidates: Vec<(usize, &[i64])> = spellings.iter().map(|ids| (0, ids.as_slice())).collect();
            let expected = log_sum(&self.totals(&silence, &first, &candidates)?);
            let rules = &self.rules;
            let bonus =
                (rules.rarity_weight * (rules.rarity_reference - expected)).clamp(0.0, rules.rarity_limit);
            words.push(Wanted { text: text.to_owned(), spellings, alias, bonus, rivals: Vec::new() });
        }
        for (place, text) in wanted.iter().enumerate() {
            for rival in rivals::of(text, &wanted) {
                let (spellings, bonus) = (self.spellings(rival), self.rules.rival_bonus);
                let rival_place = words.len();
                words[place].rivals.push(rival_place);
                words.push(Wanted {
                    text: rival.to_owned(),
                    spellings,
                    alias: None,
                    bonus,
                    rivals: Vec::new(),
                });
            }
        }
        Ok(Words { words, listed: wanted.len() })
    }

    fn spellings(&self, word: &str) -> [Vec<i64>; 2] {
        [capitalized(word), word.to_lowercase()].map(|spelling| self.tokens.encode(&spelling))
    }

    /// Which of `words` the clip says, if any.
    ///
    /// A clear score decides at once. In between, the clip is looked at again with other silence around it, and
    /// the mean of both looks decides. A rival that is no lower refuses a word, and so does the verifier; whatever
    /// limits it has to be passed by the manifest's `lead`, unless it asks for an end. A word that the learner
    /// enrolled is answered with the device's own word that it stands for; of two that are sure, the surer counts.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn word(&self, clip: &Clip, words: &Words) -> Result<Heard, Error> {
        let Some(audio) = self.prepare(clip.samples()) else { return Ok(Heard::default()) };
        let rules = &self.rules;
        let memory = self.encode_padded(&audio, 0)?;
        let mut scores = self.look(&memory, words)?;
        let mut guess = self.judge(&scores, words, rules.accept);
        if guess.as_ref().is_some_and(|guess| guess.score < rules.accept && guess.score >= rules.reject) {
            let again = self.look(&self.encode_padded(&audio, 1)?, words)?;
            for (score, other) in scores.iter_mut().zip(again) {
                *score = log_sum(&[*score, other]) - std::f32::consts::LN_2;
            }
            guess = self.judge(&scores, words, rules.mean);
        }
        if let Some(guess) = guess.as_mut().filter(|guess| guess.answered) {
            self.verify(guess, words, &audio, &memory);
        }
        Ok(self.heard(words, &scores, guess, &self.fits(&audio, &memory)))
    }

    /// Writes down what the clip says; greedy, at most the manifest's tokens a second.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn transcribe(&self, clip: &Clip) -> Result<String, Error> {
        let rules = &self.rules;
        let samples = clip.samples();
        let audio = &samples[..samples.len().min(rules.transcribe_samples_max)];
        let silent = audio.iter().all(|sample| sample.abs() < rules.silent_peak);
        if silent || audio.len() < rules.samples_min {
            return Ok(String::new());
        }
        let memory = self.encode(audio)?;
        let seconds = audio.len() as f32 / SAMPLE_RATE_HZ as f32;
        let limit = rules.tokens_max.min((seconds * rules.tokens_per_second).ceil() as usize);
        let mut ids = vec![rules.bos];
        while ids.len() <= limit {
            let logits = self.decode(&memory, &ids, ids.len(), &[ids.len() as i64 - 1])?;
            let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            match best {
                Some((id, _)) if id as i64 != rules.eos => ids.push(id as i64),
                _ => break,
            }
        }
        Ok(self.tokens.decode(&ids[1..]))
    }

    /// The mean removed and the level raised; `None` where nothing was recorded.
    fn prepare(&self, samples: &[f32]) -> Option<Vec<f32>> {
        let rules = &self.rules;
        let samples = &samples[..samples.len().min(rules.clip_samples_max)];
        let mean = samples.iter().sum::<f32>() / samples.len().max(1) as f32;
        let peak = samples.iter().fold(0.0f32, |peak, sample| peak.max((sample - mean).abs()));
        if peak < rules.silent_peak || samples.len() < rules.samples_min {
            return None;
        }
        let gain = (rules.peak_level / peak).min(rules.gain_max);
        Some(samples.iter().map(|sample| (sample - mean) * gain).collect())
    }

    /// The clip as the encoder sees it, with the silence of this look around it.
    fn encode_padded(&self, audio: &[f32], look: usize) -> Result<Memory, Error> {
        let (before, after) = self.rules.pads[look];
        let mut padded = vec![0.0; before + audio.len() + after];
        padded[before..before + audio.len()].copy_from_slice(audio);
        self.encode(&padded)
    }

    /// Score of each word as the whole transcript.
    fn look(&self, memory: &Memory, words: &Words) -> Result<Vec<f32>, Error> {
        let first = self.first(memory)?;
        // Only spellings whose first token is at all likely are followed further: most words cost nothing.
        let mut alive: Vec<(usize, &[i64])> = Vec::new();
        let mut handicaps = Vec::new();
        for (word, wanted) in words.words.iter().enumerate() {
            let limit = if word < words.listed { self.rules.prune } else { self.rules.rival };
            let spellings = wanted.spellings.iter().map(|ids| (ids, 0.0));
            let aliases = wanted.alias.iter().flatten().map(|ids| (ids, self.rules.alias_handicap));
            for (ids, handicap) in spellings.chain(aliases) {
                if ids.first().is_some_and(|id| first[*id as usize] >= limit) {
                    alive.push((word, ids));
                    handicaps.push(handicap);
                }
            }
        }
        let mut scores = vec![NEVER; words.words.len()];
        for (((word, _), handicap), total) in
            alive.iter().zip(&handicaps).zip(self.totals(memory, &first, &alive)?)
        {
            scores[*word] = log_sum(&[scores[*word], total - handicap]);
        }
        for (score, wanted) in scores.iter_mut().zip(&words.words).filter(|(score, _)| **score > NEVER) {
            *score += wanted.bonus;
        }
        Ok(scores)
    }

    /// Log-probabilities of the first token.
    fn first(&self, memory: &Memory) -> Result<Vec<f32>, Error> {
        let mut first = self.decode(memory, &[self.rules.bos], 1, &[0])?;
        log_softmax(&mut first);
        Ok(first)
    }

    /// Log-probability of each spelling followed by an end, in one run of the decoder.
    fn totals(
        &self,
        memory: &Memory,
        first: &[f32],
        spellings: &[(usize, &[i64])],
    ) -> Result<Vec<f32>, Error> {
        let rules = &self.rules;
        let Some(longest) = spellings.iter().map(|(_, ids)| ids.len()).max() else { return Ok(Vec::new()) };
        let length = longest + 1;
        let (mut batch, mut rows) = (vec![rules.eos; spellings.len() * length], Vec::new());
        for (i, (_, ids)) in spellings.iter().enumerate() {
            batch[i * length] = rules.bos;
            batch[i * length + 1..][..ids.len()].copy_from_slice(ids);
            rows.extend((1..=ids.len()).map(|j| (i * length + j) as i64));
        }
        let mut table = self.decode(memory, &batch, length, &rows)?;
        let mut table = table.chunks_exact_mut(first.len());
        let mut totals = Vec::with_capacity(spellings.len());
        for (_, ids) in spellings {
            let mut total = ids.first().map_or(NEVER, |id| first[*id as usize]);
            for following in ids.iter().skip(1).map(|id| Some(*id as usize)).chain([None]) {
                let Some(row) = table.next() else { break };
                log_softmax(row);
                total += match following {
                    Some(id) => row[id],
                    None => log_sum(&rules.end_ids.iter().map(|id| row[*id]).collect::<Vec<_>>()),
                };
            }
            totals.push(total);
        }
        Ok(totals)
    }

    fn encode(&self, audio: &[f32]) -> Result<Memory, Error> {
        let mut outputs = self.encoder.floats(tvec![tensor(&self.encoder, &[1, audio.len()], audio)?])?;
        let values = outputs.pop().unwrap_or_default();
        Ok(Memory { steps: values.len() / 288, values })
    }

    /// Scores of the next token after each position in `rows`, one row of the vocabulary each.
    fn decode(&self, memory: &Memory, ids: &[i64], length: usize, rows: &[i64]) -> Result<Vec<f32>, Error> {
        let inputs: [TValue; 3] = [
            tensor(&self.decoder, &[ids.len() / length, length], ids)?,
            tensor(&self.decoder, &[1, memory.steps, 288], &memory.values)?,
            tensor(&self.decoder, &[rows.len()], rows)?,
        ];
        Ok(self.decoder.floats(inputs.into_iter().collect())?.pop().unwrap_or_default())
    }
}

fn unexpected(id: Id, asset: &str) -> Error {
    Error::Engine { id: id.folder(), reason: format!("{asset} is not of the form that is expected") }
}

/// The word as it begins a sentence.
fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.flat_map(char::to_lowercase)).collect()
}

fn log_sum(values: &[f32]) -> f32 {
    let top = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    top + values.iter().map(|value| (value - top).exp()).sum::<f32>().ln()
}

fn log_softmax(row: &mut [f32]) {
    let total = log_sum(row);
    for value in row {
        *value -= total;
    }
}
