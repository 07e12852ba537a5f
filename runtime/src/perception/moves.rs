//! What a reply does for the person that it is said to: caring and poor moves, by rules over word lists.
//!
//! Seven moves after EPITOME (Sharma et al. 2020), in English and Chinese. Where no rule speaks, the set is empty:
//! such a reply is not judged.

mod lists;

use super::phrase::{Phrases, Tokens};
use petri_core::{Emotion, Move, Moves};
use std::sync::LazyLock;

static RULES: LazyLock<[(Move, Phrases); Move::COUNT]> = LazyLock::new(|| {
    lists::RULES.map(|(one, english, chinese)| (one, Phrases::new(&[english, chinese], lists::CLASSES)))
});
static FEELINGS: LazyLock<Vec<(Emotion, Phrases)>> = LazyLock::new(|| {
    let named = lists::FEELINGS_ZH.iter();
    named.map(|(emotion, pattern)| (*emotion, Phrases::new(&[&[pattern]], &[]))).collect()
});

/// The moves that `text` makes.
pub fn moves(text: &str) -> Moves {
    let tokens = Tokens::of(text);
    RULES.iter().filter(|(_, phrases)| tokens.has(phrases)).map(|(one, _)| *one).collect()
}

/// The feeling that a Chinese reply names ("她很难过", "不是生气，是害怕"), if it names exactly one.
pub fn named_feeling_zh(text: &str) -> Option<Emotion> {
    let tokens = Tokens::of(text);
    let mut named = FEELINGS.iter().filter(|(_, phrases)| tokens.has(phrases)).map(|(emotion, _)| *emotion);
    match (named.next(), named.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> Vec<Move> {
        moves(text).iter().collect()
    }

    #[test]
    fn moves_are_read_in_both_languages() {
        use Move::{Advises, Asks, Dismisses, Judges, Names, Offers, TurnsToSelf};
        for (text, expected) in [
            ("You must be so sad.", vec![Names]),
            ("That sounds really hard.", vec![Names]),
            ("What happened?", vec![Asks]),
            ("I am here if you want to talk.", vec![Offers]),
            ("You should have locked the door.", vec![Judges]),
            ("That happened to me once, too.", vec![TurnsToSelf]),
            ("At least you still have the other one.", vec![Dismisses]),
            ("You must talk to your teacher.", vec![Advises]),
            ("Why don't you just call her?", vec![Advises]),
            ("Nice weather today.", vec![]),
            ("你一定很难过。", vec![Names]),
            ("发生什么事了？", vec![Asks]),
            ("我陪着你。", vec![Offers]),
            ("谁让你不早说。", vec![Judges]),
            ("我以前也遇到过。", vec![TurnsToSelf]),
            ("别想太多，没什么大不了的。", vec![Dismisses]),
            ("你应该去找老师。", vec![Advises]),
        ] {
            assert_eq!(made(text), expected, "{text}");
        }
    }

    #[test]
    fn chinese_feelings_are_named_denied_and_weighed() {
        assert_eq!(named_feeling_zh("她很难过"), Some(Emotion::Sad));
        assert_eq!(named_feeling_zh("不是生气，是害怕"), Some(Emotion::Scared));
        assert_eq!(named_feeling_zh("他不开心"), Some(Emotion::Sad));
        assert_eq!(named_feeling_zh("有点开心又有点害怕"), None);
        assert_eq!(named_feeling_zh("今天星期二"), None);
    }
}
