//! Whether a text hints that somebody is in danger, from themselves or from others.
//!
//! Rules over word lists, in English and Chinese, and a small model for wordings that no list has. Both lean towards
//! a hit: a needless one costs a kind word and a light, a missed one may cost more. This is no diagnosis.
//! `docs/safety.md` has the figures.

mod chinese;
mod chinese_others;
mod english;
mod english_others;
mod idioms;
mod pieces;

pub use pieces::row;

use super::phrase::{Phrases, Tokens};
use crate::Error;
use crate::engine::{Engine, Model, tensor};
use petri_models::Id;
use std::sync::LazyLock;
use tract_core::prelude::tvec;

static IDIOMS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::new(&[idioms::ENGLISH, idioms::CHINESE], english::CLASSES));
static SIGNS: LazyLock<Phrases> = LazyLock::new(|| {
    let mut lists = english::SIGNS.to_vec();
    lists.extend(chinese::SIGNS);
    let mut classes = english::CLASSES.to_vec();
    classes.extend(chinese::CLASSES);
    Phrases::new(&lists, &classes)
});

/// Notices whether a text hints at self-harm, suicide, abuse, danger, or the wish to harm somebody.
#[derive(Clone)]
pub struct Concern {
    model: Model,
    score_min: f32,
}

impl Concern {
    /// Loads the model.
    ///
    /// # Errors
    /// When its file is missing, not trusted, or does not run.
    pub fn load<'a>(engine: impl Into<Engine<'a>>) -> Result<Self, Error> {
        let model = Model::load(engine, Id::TextSigns)?;
        let score_min = model.manifest().number("score_min");
        Ok(Self { model, score_min })
    }

    /// Whether the word lists or the model see a hint in `text`.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn notices(&self, text: &str) -> Result<bool, Error> {
        Ok(listed(text) || self.score(text)? >= self.score_min)
    }

    /// The model's log-odds that `text` holds a hint.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn score(&self, text: &str) -> Result<f32, Error> {
        let row = row(text, self.model.manifest());
        let outputs = self.model.floats(tvec![tensor(&self.model, &[1, row.len()], &row)?])?;
        Ok(outputs.first().and_then(|scores| scores.first().copied()).unwrap_or(f32::MAX))
    }
}

/// Whether the word lists alone see a hint in `text`.
///
/// Figures of speech ("I could die of laughter", "累死了") are no hint; "I don't want to die" and "我不想死" are.
pub fn listed(text: &str) -> bool {
    let mut tokens = Tokens::of(text).without_commas();
    tokens.cut(&IDIOMS);
    tokens.has(&SIGNS)
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn hints_are_heard_in_both_languages() {
        for text in [
            "I want to kill myself",
            "my friend said she wants to disappear forever",
            "he hits me when I come home",
            "someone is following me and I am scared for my life",
            "I'm going to stab him",
            "不想活了",
            "割腕",
            "他打我",
            "有人跟踪我",
            "我要杀了他",
        ] {
            assert!(listed(text), "{text}");
        }
    }

    #[test]
    fn figures_of_speech_are_no_hints() {
        for text in [
            "I could die of laughter",
            "this homework is killing me",
            "it was to die for",
            "my phone died",
            "we had to kill time",
            "dead tired",
            "笑死我了",
            "累死了",
            "饿死了",
            "吓死我了",
            "气死我了",
        ] {
            assert!(!listed(text), "{text}");
        }
    }

    #[test]
    fn a_denied_wish_is_still_a_hint_and_a_denied_deed_is_none() {
        assert!(listed("I don't want to die"));
        assert!(listed("I'm not going to kill myself"));
        assert!(listed("我不想死"));
        assert!(!listed("nobody hit me"));
        assert!(!listed("没有人打我"));
    }

    #[test]
    fn a_figure_of_speech_does_not_hide_a_hint() {
        assert!(listed("this homework is killing me and I want to die"));
        assert!(listed("累死了，不想活了"));
    }

    #[test]
    fn spelling_width_and_script_do_not_matter() {
        assert!(listed("I WANT TO DIE"));
        assert!(listed("i wanna kil my self"));
        assert!(listed("Ｉ　ｗａｎｔ　ｔｏ　ｄｉｅ"));
        assert!(listed("我想自殺"));
        assert!(!listed(""));
    }

    #[test]
    fn the_longest_text_is_read() {
        assert!(!listed(&"he said ".repeat(512)));
        assert!(listed(&format!("{} i want to die", "he said ".repeat(500))));
    }
}
