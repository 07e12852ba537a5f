//! What both languages share: what a site has fitted on top of the models, and why a text was read as it was.

use super::{EKMAN, GROUPS, Read, Sentiment, Text, is_chinese};
use crate::engine::Engine;
use crate::perception::adapt::{self, Adapter};
use crate::perception::explain::{self, Weight};
use crate::perception::sigmoid;
use crate::{Error, intake};
use petri_core::Emotion;
use petri_models::Id;
use std::path::Path;

/// What a site has fitted, for each language.
#[derive(Debug, Clone, Default)]
pub(super) struct Adapters {
    pub(super) english: Option<Adapter>,
    pub(super) chinese: Option<Adapter>,
}

impl Adapters {
    /// What lies in `folder`; why something there is not used is told.
    pub(super) fn load(engine: Engine<'_>, folder: &Path) -> Self {
        let found = |id: Id| {
            adapt::load(folder, id, features_of(id), EKMAN.len() + GROUPS.len()).unwrap_or_else(|problem| {
                engine.tell(&problem);
                None
            })
        };
        Self { english: found(engine.reader().id()), chinese: found(Id::TextEmotionZh) }
    }
}

/// What a model says of a sentence, and what it says it by.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::perception) struct Logits {
    /// Ekman's six and neutral.
    pub(in crate::perception) ekman: Vec<f32>,
    /// Ambiguous, negative, neutral, positive.
    pub(in crate::perception) groups: Vec<f32>,
    /// The hidden layer that both come from.
    pub(in crate::perception) features: Vec<f32>,
}

impl Logits {
    pub(super) fn adapted(mut self, adapter: Option<&Adapter>) -> Self {
        if let Some(adapter) = adapter {
            let mut all = self.ekman;
            let ekman = all.len();
            all.append(&mut self.groups);
            adapter.apply(&self.features, &mut all);
            self.groups = all.split_off(ekman);
            self.ekman = all;
        }
        self
    }
}

impl Text {
    /// The models of both languages, English first.
    pub(in crate::perception) fn models(&self) -> [Id; 2] {
        [self.model.id(), Id::TextEmotionZh]
    }

    pub(super) fn read_chinese(&self, sentence: &str) -> Result<Read, Error> {
        let found = self.chinese.logits(sentence)?.adapted(self.adapters.chinese.as_ref());
        let (sentiment, confidence) = self.chinese.sentiment(&found.groups);
        let (feeling, feeling_confidence) = self.chinese.feeling(&found.ekman);
        let groups = GROUPS.iter().zip(&found.groups);
        let groups = groups.map(|(name, logit)| ((*name).to_owned(), sigmoid(*logit))).collect();
        Ok(Read { sentiment, confidence, groups, feeling, feeling_confidence, ..self.by_words(sentence)? })
    }

    /// What the shipped model says, whatever a site has fitted.
    pub(in crate::perception) fn shipped(&self, sentence: &str) -> Result<Logits, Error> {
        let sentence = intake::text(sentence)?;
        if is_chinese(sentence) {
            return self.chinese.logits(sentence);
        }
        Ok(self.english(sentence)?.1)
    }

    /// The feeling that logits speak of.
    pub(in crate::perception) fn feels(&self, chinese: bool, ekman: &[f32]) -> (Option<Emotion>, f32) {
        if chinese {
            return self.chinese.feeling(ekman);
        }
        self.feeling(&ekman.iter().copied().map(sigmoid).collect::<Vec<_>>())
    }

    /// The tone that logits speak of.
    pub(in crate::perception) fn tone(&self, chinese: bool, groups: &[f32]) -> (Sentiment, f32) {
        if chinese {
            return self.chinese.sentiment(groups);
        }
        self.sentiment(&groups.iter().copied().map(sigmoid).collect::<Vec<_>>())
    }

    /// The words that weighed most when a sentence was read: for its feeling, or where the model is unsure of one, for
    /// its tone. Costs up to [`explain::PARTS_MAX`] more readings.
    ///
    /// # Errors
    /// As [`Text::read`].
    pub fn why(&self, sentence: &str) -> Result<Vec<Weight>, Error> {
        let sentence = intake::text(sentence)?;
        let chinese = is_chinese(sentence);
        let adapter = if chinese { self.adapters.chinese.as_ref() } else { self.adapters.english.as_ref() };
        let logits = |text: &str| -> Result<Logits, Error> {
            let found = if chinese { self.chinese.logits(text)? } else { self.english(text)?.1 };
            Ok(found.adapted(adapter))
        };
        let found = logits(sentence)?;
        let feeling = self.feels(chinese, &found.ekman).0;
        let feeling = feeling.and_then(|feeling| EKMAN.iter().position(|other| *other == feeling));
        let likeliest = |a: &usize, b: &usize| found.groups[*a].total_cmp(&found.groups[*b]);
        let group = (1..found.groups.len()).max_by(likeliest).unwrap_or(0);
        let words = if chinese { self.chinese.words(sentence)? } else { explain::english_words(sentence) };
        explain::weights(sentence, &words, |text| {
            let found = logits(text)?;
            let judged = feeling.map_or(found.groups.get(group), |feeling| found.ekman.get(feeling));
            Ok(judged.copied().unwrap_or(0.0))
        })
    }
}

/// How many features a model gives; its last output has them.
fn features_of(id: Id) -> usize {
    let shape = petri_models::get(id).outputs.last().map(|output| output.shape.as_slice());
    shape.and_then(<[String]>::last).and_then(|width| width.parse().ok()).unwrap_or(0)
}
