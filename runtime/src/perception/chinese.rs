//! Chinese sentences: their sentiment and feeling, from a small multilingual encoder.
//!
//! `models/cards/text-emotion-zh.md` has the figures. Word lists stand beside it, as for English.

use super::sigmoid;
use super::text::{EKMAN, Logits, Sentiment};
use super::vocabulary::Vocabulary;
use crate::Error;
use crate::engine::{Engine, Model, tensor};
use petri_core::Emotion;
use petri_models::Id;
use std::ops::Range;
use std::sync::Arc;
use tract_core::prelude::tvec;

/// Reads Chinese sentences.
#[derive(Clone)]
pub(super) struct Chinese {
    model: Model,
    vocabulary: Arc<Vocabulary>,
}

impl Chinese {
    pub(super) fn load<'a>(engine: impl Into<Engine<'a>>) -> Result<Self, Error> {
        let engine = engine.into();
        let model = Model::load(engine, Id::TextEmotionZh)?;
        let bytes = engine.store().asset(Id::TextEmotionZh, "tokenizer.json")?;
        let tokens_max = model.manifest().number("max_tokens") as usize;
        let vocabulary = Vocabulary::parse(&bytes, tokens_max).map_err(failed)?;
        Ok(Self { model, vocabulary: vocabulary.into() })
    }

    /// What the model gives, before any adapter.
    pub(super) fn logits(&self, sentence: &str) -> Result<Logits, Error> {
        let ids = self.vocabulary.ids(sentence).map_err(failed)?;
        let outputs = self.model.floats(tvec![tensor(&self.model, &[1, ids.len()], &ids)?])?;
        let mut outputs = outputs.into_iter();
        let mut next = || outputs.next().unwrap_or_default();
        Ok(Logits { ekman: next(), groups: next(), features: next() })
    }

    /// The words of a sentence, as bytes of it; the vocabulary says where they end.
    pub(super) fn words(&self, sentence: &str) -> Result<Vec<Range<usize>>, Error> {
        self.vocabulary.words(sentence).map_err(failed)
    }

    /// The tone that logits of the groups speak of, with its confidence.
    pub(super) fn sentiment(&self, groups: &[f32]) -> (Sentiment, f32) {
        let settings = self.model.manifest();
        let p = |i: usize| groups.get(i).copied().map_or(0.0, sigmoid);
        let [negative, neutral, positive] = [p(1), p(2), p(3)];
        let least = negative.min(positive);
        if least >= settings.number("sentiment_mixed") {
            return (Sentiment::Mixed, least);
        }
        let (sentiment, best) =
            [(Sentiment::Negative, negative), (Sentiment::Neutral, neutral), (Sentiment::Positive, positive)]
                .into_iter()
                .max_by(|a, b| a.1.total_cmp(&b.1))
                .unwrap_or((Sentiment::Unsure, 0.0));
        if best < settings.number("sentiment_unsure") { (Sentiment::Unsure, best) } else { (sentiment, best) }
    }

    /// The feeling that logits of Ekman's classes speak of, if the model is sure of one, and its confidence.
    ///
    /// The confidence is the share of the feeling among all seven, at the temperature that the manifest gives.
    pub(super) fn feeling(&self, ekman: &[f32]) -> (Option<Emotion>, f32) {
        let settings = self.model.manifest();
        let temperature = settings.number("temperature");
        let top = ekman.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f32 = ekman.iter().map(|logit| ((logit - top) / temperature).exp()).sum();
        let confidence = if total > 0.0 { 1.0 / total } else { 0.0 };
        let best = ekman.iter().position(|logit| logit.total_cmp(&top).is_eq());
        let sure = confidence >= settings.number("feeling_unsure");
        (best.filter(|_| sure).and_then(|i| EKMAN.get(i).copied()), confidence)
    }
}

fn failed(reason: String) -> Error {
    Error::Engine { id: Id::TextEmotionZh.folder(), reason }
}
