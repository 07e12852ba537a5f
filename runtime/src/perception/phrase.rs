//! Phrases in a text: how a reply is cut into words, and the small pattern language of the word lists.
//!
//! A text becomes a row of tokens: an English word, one Han character, or a mark. `.` ends a sentence, `?` a
//! question, `,` a part of a sentence. Upper case, full-width forms, the traditional forms of the characters that
//! the lists use, contractions and common misspellings are evened out, so that a pattern is written once.
//!
//! A pattern is a row of steps with blanks between them:
//!
//! | step | stands for |
//! |---|---|
//! | `want` | this word, or these characters |
//! | `end\|stop` | one of these; `my_own` is two words, `kill*` any word that begins so, `@kin` the words of a class |
//! | `very?` | the same, or nothing |
//! | `~3` | up to three tokens of the same part of a sentence |
//! | `!be\|not` | nothing, if none of these follows |
//! | `<not\|no` | nothing, if none of these stands before |
//! | `^`, `$` | nothing, at the start or the end of a part of a sentence; `$` also stands among alternatives |
//! | `Q` | a question mark |

mod spelling;

pub(super) use spelling::plain;

use std::ops::Range;

/// Stands where a phrase was cut out; nothing matches across it.
const CUT: &str = "|";
/// Tokens looked at; a text of 4096 bytes has fewer.
const TOKENS_MAX: usize = 4_096;

/// A row of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tokens(Vec<String>);

impl Tokens {
    /// Cuts `text` into tokens.
    pub(super) fn of(text: &str) -> Self {
        let mut tokens = Vec::new();
        let mut word = String::new();
        let mut rest = text.chars().map(plain).peekable();
        while let Some(c) = rest.next() {
            if tokens.len() >= TOKENS_MAX {
                break;
            }
            if is_han(c) {
                spelling::push_word(&mut word, &mut tokens);
                tokens.push(c.to_string());
            } else if c.is_alphanumeric() {
                word.extend(c.to_lowercase());
            } else if (c == '\'' || c == '*') && !word.is_empty() {
                let inside = rest.peek().is_some_and(|next| next.is_alphanumeric() && !is_han(*next));
                if inside && c == '\'' {
                    word.push(c);
                } else if !inside {
                    spelling::push_word(&mut word, &mut tokens);
                }
            } else if !matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}') {
                spelling::push_word(&mut word, &mut tokens);
                if let Some(mark) = mark(c) {
                    tokens.push(mark.to_owned());
                }
            }
        }
        spelling::push_word(&mut word, &mut tokens);
        Self(tokens)
    }

    /// The same without the marks inside a sentence.
    pub(super) fn without_commas(mut self) -> Self {
        self.0.retain(|token| token != ",");
        self
    }

    /// Cuts out everything that one of `phrases` matches.
    pub(super) fn cut(&mut self, phrases: &Phrases) {
        for phrase in &phrases.0 {
            let mut from = 0;
            while let Some(found) = phrase.find(&self.0, from) {
                from = found.start + 1;
                self.0.splice(found, [CUT.to_owned()]);
            }
        }
    }

    /// Whether one of `phrases` occurs.
    pub(super) fn has(&self, phrases: &Phrases) -> bool {
        phrases.0.iter().any(|phrase| phrase.find(&self.0, 0).is_some())
    }

    /// The sentences, and whether each is a question. The mark at the end stands in none of them.
    pub(super) fn sentences(self) -> Vec<(Self, bool)> {
        let mut all = Vec::new();
        let mut sentence = Vec::new();
        for token in self.0 {
            match token.as_str() {
                "." | "?" => all.push((Self(std::mem::take(&mut sentence)), token == "?")),
                _ => sentence.push(token),
            }
        }
        all.push((Self(sentence), false));
        all.retain(|(sentence, _)| !sentence.0.is_empty());
        all
    }

    /// Puts a question mark at the end, for a pattern that wants one.
    pub(super) fn push_question(&mut self) {
        self.0.push("?".to_owned());
    }

    /// Whether at least half of it is Chinese.
    pub(super) fn is_han(&self) -> bool {
        let han = self.0.iter().filter(|token| token.chars().all(is_han)).count();
        han > 0 && han * 2 >= self.0.len()
    }
}

const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

const fn mark(c: char) -> Option<&'static str> {
    match c {
        '.' | '!' | ';' | '\n' | '\u{3002}' | '\u{2026}' => Some("."),
        '?' => Some("?"),
        ',' | ':' | '\u{3001}' | '(' | ')' | '\u{2014}' | '\u{2013}' => Some(","),
        _ => None,
    }
}

fn is_mark(token: &str) -> bool {
    matches!(token, "." | "?" | "," | CUT)
}

/// Many patterns.
#[derive(Debug)]
pub(super) struct Phrases(Vec<Phrase>);

/// Names for lists of alternatives.
pub(super) type Classes = [(&'static str, &'static str)];

impl Phrases {
    /// Reads `patterns`; `@name` in them is looked up in `classes`.
    pub(super) fn new(patterns: &[&[&str]], classes: &Classes) -> Self {
        Self(patterns.iter().flat_map(|list| list.iter()).map(|one| Phrase::new(one, classes)).collect())
    }
}

/// One pattern.
#[derive(Debug)]
struct Phrase(Vec<Step>);

#[derive(Debug)]
enum Step {
    One(Vec<Vec<String>>),
    Maybe(Vec<Vec<String>>),
    Gap(usize),
    NotNext(Vec<Vec<String>>),
    NotBefore(Vec<Vec<String>>),
    Start,
    End,
}

impl Phrase {
    fn new(pattern: &str, classes: &Classes) -> Self {
        Self(pattern.split_whitespace().map(|step| Step::new(step, classes)).collect())
    }

    fn find(&self, tokens: &[String], from: usize) -> Option<Range<usize>> {
        (from..tokens.len()).find_map(|start| Some(start..ends(&self.0, tokens, start)?))
    }
}

impl Step {
    fn new(step: &str, classes: &Classes) -> Self {
        match step {
            "^" => return Self::Start,
            "$" => return Self::End,
            _ => {}
        }
        if let Some(count) = step.strip_prefix('~') {
            return Self::Gap(count.parse().unwrap_or(0));
        }
        if let Some(words) = step.strip_prefix('!') {
            return Self::NotNext(alternatives(words, classes));
        }
        if let Some(words) = step.strip_prefix('<') {
            return Self::NotBefore(alternatives(words, classes));
        }
        match step.strip_suffix('?') {
            Some(words) => Self::Maybe(alternatives(words, classes)),
            None => Self::One(alternatives(step, classes)),
        }
    }
}

fn alternatives(words: &str, classes: &Classes) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for word in words.split('|') {
        if let Some(name) = word.strip_prefix('@') {
            if let Some((_, list)) = classes.iter().find(|(class, _)| *class == name) {
                all.extend(alternatives(list, classes));
            }
            continue;
        }
        if word == "Q" {
            all.push(vec!["?".to_owned()]);
            continue;
        }
        if word == "$" || word.ends_with('*') {
            all.push(word.split('_').map(str::to_owned).collect());
            continue;
        }
        let tokens = Tokens::of(&word.replace('_', " ")).0;
        if !tokens.is_empty() {
            all.push(tokens);
        }
    }
    all
}

/// Where the match of `steps` that begins at `at` ends.
fn ends(steps: &[Step], tokens: &[String], at: usize) -> Option<usize> {
    let Some((step, steps)) = steps.split_first() else { return Some(at) };
    match step {
        Step::One(words) => one_of(words, tokens, at).find_map(|end| ends(steps, tokens, end)),
        Step::Maybe(words) => one_of(words, tokens, at)
            .find_map(|end| ends(steps, tokens, end))
            .or_else(|| ends(steps, tokens, at)),
        Step::Gap(most) => {
            let free = tokens.iter().skip(at).take(*most).take_while(|token| !is_mark(token)).count();
            (at..=at + free).find_map(|next| ends(steps, tokens, next))
        }
        Step::NotNext(words) => match one_of(words, tokens, at).next() {
            Some(_) => None,
            None => ends(steps, tokens, at),
        },
        Step::NotBefore(words) => {
            let before = tokens.get(..at)?;
            let stands = words.iter().any(|word| {
                before.len() >= word.len()
                    && before.iter().rev().zip(word.iter().rev()).all(|(token, want)| same(want, token))
            });
            if stands { None } else { ends(steps, tokens, at) }
        }
        Step::Start => {
            let start = at
                .checked_sub(1)
                .and_then(|i| tokens.get(i))
                .is_none_or(|token| token != CUT && is_mark(token));
            if start { ends(steps, tokens, at) } else { None }
        }
        Step::End => {
            if is_end(tokens, at) {
                ends(steps, tokens, at)
            } else {
                None
            }
        }
    }
}

fn one_of(words: &[Vec<String>], tokens: &[String], at: usize) -> impl Iterator<Item = usize> {
    words.iter().filter_map(move |word| {
        if word.first().is_some_and(|first| first == "$") {
            return is_end(tokens, at).then_some(at);
        }
        let found = tokens.get(at..at + word.len())?;
        found.iter().zip(word).all(|(token, want)| same(want, token)).then_some(at + word.len())
    })
}

fn is_end(tokens: &[String], at: usize) -> bool {
    tokens.get(at).is_none_or(|token| is_mark(token))
}

fn same(want: &str, token: &str) -> bool {
    want.strip_suffix('*').map_or(want == token, |start| token.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> String {
        Tokens::of(text).0.join(" ")
    }

    fn finds(pattern: &str, text: &str) -> bool {
        Tokens::of(text).has(&Phrases::new(&[&[pattern]], &[("kin", "mum|my_dad"), ("all", "@kin|us")]))
    }

    #[test]
    fn spelling_is_evened_out() {
        assert_eq!(tokens("I\u{2019}m GONNA go, don't wait!"), "i am going to go , do not wait .");
        assert_eq!(tokens("ｗａｎｎａ　ｇｏ？"), "want to go ?");
        assert_eq!(tokens("我沒說"), "我 没 说");
        assert_eq!(tokens("Myslef sooooo"), "myself so");
        assert_eq!(tokens("my dad's car, she's sad"), "my dad s car , she is sad");
    }

    #[test]
    fn steps_stand_for_what_the_table_says() {
        assert!(finds("end it|them all", "let us end it all"));
        assert!(finds("go ~2 home", "go straight back home"));
        assert!(!finds("go ~2 home", "go. then home"));
        assert!(finds("very? sad", "sad"));
        assert!(finds("must !be|not", "you must go"));
        assert!(!finds("must !be|not", "you must be sad"));
        assert!(!finds("<not sad", "not sad"));
        assert!(finds("^ sad $", "well, sad."));
        assert!(finds("sad $|now", "so sad.") && !finds("sad $|now", "sad day"));
        assert!(!finds("^ sad $", "so sad."));
        assert!(finds("hit @all", "hit my dad"));
        assert!(finds("想|要 ~2 消失", "我想要消失"));
        assert!(finds("kill*", "killing"));
    }

    #[test]
    fn nothing_matches_across_a_cut() {
        let mut text = Tokens::of("go far home");
        text.cut(&Phrases::new(&[&["far"]], &[]));
        assert!(!text.has(&Phrases::new(&[&["go ~2 home"]], &[])));
    }
}
