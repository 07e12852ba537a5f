//! Text: sentiment and emotions of a sentence, and the feeling that it names outright.

mod site;

use self::site::Adapters;
pub(super) use self::site::Logits;
use super::chinese::Chinese;
use super::choice::choice;
use super::concern::Concern;
use super::moves::{feeling_of_word, moves, named_feeling_zh};
use super::sigmoid;
use super::vocabulary::Vocabulary;
use crate::engine::{Engine, Model, tensor};
use crate::{Error, intake};
use petri_core::{Emotion, Move, Permille, TextReading};
use serde::Serialize;
use tract_core::prelude::tvec;

/// Reads sentences.
#[derive(Clone)]
pub struct Text {
    model: Model,
    vocabulary: std::sync::Arc<Vocabulary>,
    rules: Rules,
    chinese: Chinese,
    concern: Concern,
    adapters: Adapters,
}

#[derive(Clone)]
struct Rules {
    /// For each emotion, the Ekman emotion that it belongs to.
    ekman_of_emotion: Vec<usize>,
    emotions: Vec<f32>,
    ekman: Vec<f32>,
    groups: Vec<f32>,
}

impl Rules {
    /// Takes the mean of what the output for Ekman's emotions says and of what the 28 emotions say: the chance that at
    /// least one of those that belong to it is there, as if they came independently.
    fn hear_emotions(&self, emotions: &[f32], ekman: &mut [f32]) {
        const NONE_MIN: f32 = 1e-6;
        for (kind, logit) in ekman.iter_mut().enumerate() {
            let members = emotions.iter().zip(&self.ekman_of_emotion).filter(|(_, of)| **of == kind);
            let none: f32 = members.map(|(emotion, _)| sigmoid(-emotion)).product();
            let none = none.clamp(NONE_MIN, 1.0 - NONE_MIN);
            *logit = f32::midpoint(*logit, ((1.0 - none) / none).ln());
        }
    }
}

/// The tone of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sentiment {
    /// More bad than good.
    Negative,
    /// Neither.
    Neutral,
    /// More good than bad.
    Positive,
    /// Both.
    Mixed,
    /// The model cannot tell.
    Unsure,
}

/// What a sentence says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Read {
    /// Its tone.
    pub sentiment: Sentiment,
    /// Confidence in the tone, 0 to 1.
    pub confidence: f32,
    /// Probabilities of the four groups of GoEmotions, by name.
    pub groups: Vec<(String, f32)>,
    /// The feeling that the text expresses, if the model is sure of one.
    pub feeling: Option<Emotion>,
    /// Confidence in `feeling`, 0 to 1.
    pub feeling_confidence: f32,
    /// The feeling that the text names outright, if it names exactly one.
    pub named: Option<Emotion>,
    /// The choice that the text points to, if that is all it says: 0 for the first.
    pub choice: Option<u8>,
    /// What the text does for the person that it is said to.
    pub moves: Vec<Move>,
    /// It hints at self-harm or danger.
    pub concern: bool,
    /// Those of the 28 emotions of GoEmotions that are present, the likeliest first.
    pub emotions: Vec<(String, f32)>,
}

/// Everything the model says of a sentence, as probabilities in the order of the manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Probabilities {
    /// 28 emotions.
    pub emotions: Vec<f32>,
    /// Ekman's six and neutral.
    pub ekman: Vec<f32>,
    /// Ambiguous, negative, neutral, positive.
    pub groups: Vec<f32>,
}

/// The groups, in the order of the model.
pub const GROUPS: [&str; 4] = ["ambiguous", "negative", "neutral", "positive"];
/// Ekman's emotions in the order of the model, as the device names them.
pub const EKMAN: [Emotion; 7] = [
    Emotion::Angry,
    Emotion::Disgusted,
    Emotion::Scared,
    Emotion::Happy,
    Emotion::Calm,
    Emotion::Sad,
    Emotion::Surprised,
];

impl Text {
    /// Loads the model and its vocabulary.
    ///
    /// # Errors
    /// When a file is missing, not trusted, or does not run.
    pub fn load<'a>(engine: impl Into<Engine<'a>>) -> Result<Self, Error> {
        let engine = engine.into();
        let id = engine.reader().id();
        let model = Model::load(engine, id)?;
        let bytes = engine.store().asset(id, "tokenizer.json")?;
        let settings = model.manifest();
        let tokens_max = settings.number("max_tokens") as usize;
        let vocabulary = Vocabulary::parse(&bytes, tokens_max)
            .map_err(|error| Error::Engine { id: id.folder(), reason: format!("tokenizer.json: {error}") })?;
        let rules = Rules {
            ekman_of_emotion: settings
                .numbers("ekman_of_emotion")
                .iter()
                .map(|kind| *kind as usize)
                .collect(),
            emotions: settings.numbers("threshold_emotions").to_vec(),
            ekman: settings.numbers("threshold_ekman").to_vec(),
            groups: settings.numbers("threshold_groups").to_vec(),
        };
        let (chinese, concern) = (Chinese::load(engine)?, Concern::load(engine)?);
        let adapters = engine.adapters().map(|folder| Adapters::load(engine, folder)).unwrap_or_default();
        Ok(Self { model, vocabulary: vocabulary.into(), rules, chinese, concern, adapters })
    }

    /// Reads one sentence.
    ///
    /// # Errors
    /// When the text is empty or too long, or the engine fails.
    pub fn read(&self, sentence: &str) -> Result<Read, Error> {
        let sentence = intake::text(sentence)?;
        if is_chinese(sentence) {
            return self.read_chinese(sentence);
        }
        let found = self.probabilities(sentence)?;
        let (sentiment, confidence) = self.sentiment(&found.groups);
        let (feeling, feeling_confidence) = self.feeling(&found.ekman);
        let labels = &self.model.manifest().labels;
        let mut emotions: Vec<(String, f32)> = labels
            .iter()
            .zip(found.emotions.iter().zip(&self.rules.emotions))
            .filter(|(_, (p, threshold))| p >= threshold)
            .map(|(label, (p, _))| (label.clone(), *p))
            .collect();
        emotions.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok(Read {
            sentiment,
            confidence,
            groups: GROUPS.iter().map(|name| (*name).to_owned()).zip(found.groups).collect(),
            feeling,
            feeling_confidence,
            emotions,
            ..self.by_words(sentence)?
        })
    }

    /// What the words say by themselves.
    fn by_words(&self, sentence: &str) -> Result<Read, Error> {
        let named = if is_chinese(sentence) { named_feeling_zh(sentence) } else { named_feeling(sentence) };
        Ok(Read {
            sentiment: Sentiment::Unsure,
            confidence: 0.0,
            groups: Vec::new(),
            feeling: None,
            feeling_confidence: 0.0,
            named,
            choice: choice(sentence),
            moves: moves(sentence).iter().collect(),
            concern: self.concern.notices(sentence)?,
            emotions: Vec::new(),
        })
    }

    /// All probabilities of one sentence.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn probabilities(&self, sentence: &str) -> Result<Probabilities, Error> {
        let (emotions, logits) = self.english(sentence)?;
        let logits = logits.adapted(self.adapters.english.as_ref());
        let chances = |logits: Vec<f32>| logits.into_iter().map(sigmoid).collect();
        Ok(Probabilities {
            emotions: chances(emotions),
            ekman: chances(logits.ekman),
            groups: chances(logits.groups),
        })
    }

    /// Logits of the 28 emotions, and the others.
    fn english(&self, sentence: &str) -> Result<(Vec<f32>, Logits), Error> {
        let failed = |reason| Error::Engine { id: self.model.id().folder(), reason };
        let ids = self.vocabulary.ids(sentence).map_err(failed)?;
        let outputs = self.model.floats(tvec![tensor(&self.model, &[1, ids.len()], &ids)?])?;
        let mut outputs = outputs.into_iter();
        let mut next = || outputs.next().unwrap_or_default();
        let (emotions, mut ekman) = (next(), next());
        self.rules.hear_emotions(&emotions, &mut ekman);
        Ok((emotions, Logits { ekman, groups: next(), features: next() }))
    }

    /// Whether each group counts as present, as the figures of the model card count it.
    pub fn groups_present(&self, probabilities: &Probabilities) -> Vec<bool> {
        present(&probabilities.groups, &self.rules.groups)
    }

    /// Whether each of Ekman's emotions counts as present.
    pub fn ekman_present(&self, probabilities: &Probabilities) -> Vec<bool> {
        present(&probabilities.ekman, &self.rules.ekman)
    }

    /// Whether each of the 28 emotions counts as present.
    pub fn emotions_present(&self, probabilities: &Probabilities) -> Vec<bool> {
        present(&probabilities.emotions, &self.rules.emotions)
    }

    /// The tone that the probabilities of the groups speak for, and the confidence in it.
    pub fn sentiment(&self, groups: &[f32]) -> (Sentiment, f32) {
        let settings = self.model.manifest();
        let [_, negative, neutral, positive] = [0, 1, 2, 3].map(|i| groups.get(i).copied().unwrap_or(0.0));
        let over = |i: usize, p: f32| self.rules.groups.get(i).is_some_and(|threshold| p >= *threshold);
        let near =
            negative.min(positive) >= settings.number("sentiment_mixed_ratio") * negative.max(positive);
        if over(1, negative) && over(3, positive) && near {
            return (Sentiment::Mixed, negative.min(positive));
        }
        // In comments, what is neither good nor bad is common; elsewhere, neutral would win too often.
        let weighed = settings.number("sentiment_neutral_ratio") * neutral;
        let (sentiment, weight, best) = [
            (Sentiment::Negative, negative, negative),
            (Sentiment::Neutral, weighed, neutral),
            (Sentiment::Positive, positive, positive),
        ]
        .into_iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((Sentiment::Unsure, 0.0, 0.0));
        if weight < settings.number("sentiment_unsure") {
            (Sentiment::Unsure, best)
        } else {
            (sentiment, best)
        }
    }

    fn feeling(&self, ekman: &[f32]) -> (Option<Emotion>, f32) {
        let lead = |i: usize, p: f32| p - self.rules.ekman.get(i).copied().unwrap_or(1.0);
        let best = ekman.iter().copied().enumerate().max_by(|a, b| lead(a.0, a.1).total_cmp(&lead(b.0, b.1)));
        match best {
            Some((i, p)) if lead(i, p) >= 0.0 => (EKMAN.get(i).copied(), p),
            Some((_, p)) => (None, p),
            None => (None, 0.0),
        }
    }
}

impl Read {
    /// What the session needs to know; the words themselves stay behind.
    pub fn reading(&self) -> TextReading {
        TextReading {
            named: self.named,
            read: self.feeling,
            confidence: Permille::new((self.feeling_confidence * 1_000.0) as u16),
            choice: self.choice,
            moves: self.moves.iter().copied().collect(),
            concern: self.concern,
        }
    }
}

/// Whether a text is written in Chinese rather than in English.
pub(super) fn is_chinese(text: &str) -> bool {
    let han = |c: &char| ('\u{4E00}'..='\u{9FFF}').contains(c);
    let letters = text.chars().filter(char::is_ascii_alphabetic).count();
    2 * text.chars().filter(han).count() > letters
}

fn present(probabilities: &[f32], thresholds: &[f32]) -> Vec<bool> {
    probabilities.iter().zip(thresholds).map(|(p, threshold)| p >= threshold).collect()
}

/// The feeling that a reply names ("she is sad", "not happy, rather angry"), if it names exactly one.
pub fn named_feeling(sentence: &str) -> Option<Emotion> {
    let lower = sentence.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).collect();
    let mut named = None;
    for (i, word) in words.iter().enumerate() {
        let Some(emotion) = feeling_of_word(word) else { continue };
        let denied =
            words[i.saturating_sub(2)..i].iter().any(|w| *w == "not" || *w == "never" || w.ends_with("n't"));
        if denied {
            continue;
        }
        match named {
            Some(other) if other != emotion => return None,
            _ => named = Some(emotion),
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_denied_and_weighed() {
        assert_eq!(named_feeling("I think she is SAD."), Some(Emotion::Sad));
        assert_eq!(named_feeling("not happy, rather angry"), Some(Emotion::Angry));
        assert_eq!(named_feeling("he isn't really scared"), None);
        assert_eq!(named_feeling("sad or angry"), None);
        assert_eq!(named_feeling("glad, so happy"), Some(Emotion::Happy));
        assert_eq!(named_feeling("the bus leaves at ten"), None);
    }
}
