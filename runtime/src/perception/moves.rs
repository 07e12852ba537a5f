//! Which moves a reply makes: good ones (names, asks, offers) and poor ones (judges, self, dismisses, advises).
//!
//! Rules over word lists, in English and Chinese. A reply may make several moves, or none. The device uses them to
//! give a hint, never a mark; `tests/tests/words.rs` measures them.

mod chinese;
mod chinese_poor;
mod english;
mod english_poor;
mod feelings;

pub(super) use feelings::feeling_of_word;
pub use feelings::named_feeling_zh;

use super::phrase::{Phrases, Tokens};
use petri_core::{Move, Moves};
use std::sync::LazyLock;

/// What the lists say of one move: cut `without` out, then look for `with`.
struct Rule {
    one: Move,
    without: Phrases,
    with: Phrases,
}

/// A move, what is cut out first, and what is looked for then.
type Lists = (Move, &'static [&'static str], &'static [&'static str]);

static ENGLISH: LazyLock<Vec<Rule>> = LazyLock::new(|| rules(&english::RULES, english::CLASSES));
static CHINESE: LazyLock<Vec<Rule>> = LazyLock::new(|| rules(&chinese::RULES, chinese::CLASSES));

fn rules(lists: &[Lists], classes: &[(&'static str, &'static str)]) -> Vec<Rule> {
    let mut classes = classes.to_vec();
    classes.extend(feelings::CLASSES);
    let read = |list| Phrases::new(&[list], &classes);
    lists
        .iter()
        .map(|(one, without, with)| Rule { one: *one, without: read(without), with: read(with) })
        .collect()
}

/// The moves that `text` makes, in either language.
pub fn moves(text: &str) -> Moves {
    let sentences = Tokens::of(text).sentences();
    let mut found = Moves::NONE;
    for (sentence, question) in &sentences {
        let rules = if sentence.is_han() { &CHINESE } else { &ENGLISH };
        for rule in rules.iter() {
            let mut rest = sentence.clone();
            if *question {
                rest.push_question();
            }
            rest.cut(&rule.without);
            if rest.has(&rule.with) {
                found = found.with(rule.one);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::moves;
    use petri_core::{Move, Moves};

    fn made(text: &str) -> Vec<Move> {
        moves(text).iter().collect()
    }

    #[test]
    fn good_moves_are_seen() {
        assert_eq!(made("You must be scared."), [Move::Names]);
        assert_eq!(made("What happened?"), [Move::Asks]);
        assert_eq!(made("I am here for you."), [Move::Offers]);
        assert_eq!(made("你一定很难过。"), [Move::Names]);
        assert_eq!(made("发生什么事了？"), [Move::Asks]);
        assert_eq!(made("我陪着你。"), [Move::Offers]);
        assert_eq!(made("You sound sad. What happened? I will stay with you."), Move::GOOD);
    }

    #[test]
    fn poor_moves_are_seen() {
        assert_eq!(made("You should have listened."), [Move::Judges]);
        assert_eq!(made("Me too, I once lost my bag."), [Move::TurnsToSelf]);
        assert_eq!(made("At least you have a bike."), [Move::Dismisses]);
        assert_eq!(made("You must talk to him."), [Move::Advises]);
        assert_eq!(made("谁叫你不小心。"), [Move::Judges]);
        assert_eq!(made("我也丢过书包。"), [Move::TurnsToSelf]);
        assert_eq!(made("没什么大不了的。"), [Move::Dismisses]);
        assert_eq!(made("你应该告诉老师。"), [Move::Advises]);
    }

    #[test]
    fn the_words_around_decide() {
        assert!(moves("You must go to him.").has(Move::Advises));
        assert!(moves("You must be angry.").has(Move::Names));
        assert_eq!(made("Why did you not ask me?"), [Move::Judges]);
        assert_eq!(made("Why don't you ask her?"), [Move::Advises]);
        assert!(!moves("I am here.").has(Move::TurnsToSelf));
        assert!(!moves("I am sad.").has(Move::Names));
        assert!(moves("Don't be sad.").has(Move::Dismisses));
    }

    #[test]
    fn a_reply_may_make_no_move() {
        assert_eq!(moves("The bus leaves at ten."), Moves::NONE);
        assert_eq!(moves("公交车十点开。"), Moves::NONE);
        assert_eq!(moves(""), Moves::NONE);
    }

    #[test]
    fn the_longest_text_is_read() {
        assert!(moves(&format!("{} what happened?", "so then she left. ".repeat(200))).has(Move::Asks));
        assert!(moves(&format!("{}你一定很难过。", "她说的那个，".repeat(200))).has(Move::Names));
    }
}
