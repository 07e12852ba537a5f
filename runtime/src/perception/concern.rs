//! Whether a text hints that somebody is in danger, from themselves or from others.
//!
//! Rules over word lists, in English and Chinese. They lean towards a hit: a needless one costs a kind word and a
//! light, a missed one may cost more. This is no diagnosis. `docs/safety.md` has the figures.

mod chinese;
mod chinese_others;
mod english;
mod english_others;
mod idioms;

use super::phrase::{Phrases, Tokens};
use std::sync::LazyLock;

static IDIOMS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::new(&[idioms::ENGLISH, idioms::CHINESE], english::CLASSES));
static SIGNS: LazyLock<Phrases> = LazyLock::new(|| {
    let mut lists = english::SIGNS.to_vec();
    lists.extend(chinese::SIGNS);
    let mut classes = english::CLASSES.to_vec();
    classes.extend(chinese::CLASSES);
    Phrases::new(&lists, &classes)
});

/// Whether `text` hints at self-harm, suicide, abuse, danger, or the wish to harm somebody.
///
/// Figures of speech ("I could die of laughter", "累死了") are no hint; "I don't want to die" and "我不想死" are.
pub fn concern(text: &str) -> bool {
    let mut tokens = Tokens::of(text).without_commas();
    tokens.cut(&IDIOMS);
    tokens.has(&SIGNS)
}

#[cfg(test)]
mod tests {
    use super::concern;

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
            assert!(concern(text), "{text}");
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
            assert!(!concern(text), "{text}");
        }
    }

    #[test]
    fn a_denied_wish_is_still_a_hint_and_a_denied_deed_is_none() {
        assert!(concern("I don't want to die"));
        assert!(concern("I'm not going to kill myself"));
        assert!(concern("我不想死"));
        assert!(!concern("nobody hit me"));
        assert!(!concern("没有人打我"));
    }

    #[test]
    fn a_figure_of_speech_does_not_hide_a_hint() {
        assert!(concern("this homework is killing me and I want to die"));
        assert!(concern("累死了，不想活了"));
    }

    #[test]
    fn spelling_width_and_script_do_not_matter() {
        assert!(concern("I WANT TO DIE"));
        assert!(concern("i wanna kil my self"));
        assert!(concern("Ｉ　ｗａｎｔ　ｔｏ　ｄｉｅ"));
        assert!(concern("我想自殺"));
        assert!(!concern(""));
    }

    #[test]
    fn the_longest_text_is_read() {
        assert!(!concern(&"he said ".repeat(512)));
        assert!(concern(&format!("{} i want to die", "he said ".repeat(500))));
    }
}
