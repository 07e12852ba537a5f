//! Even spelling: contractions, common misspellings, full-width and traditional characters.
// Letters are what this file is about.
#![allow(clippy::many_single_char_names)]

/// Simplified characters, each after its traditional form. Only those that the word lists use.
const TRADITIONAL: &str = "殺杀傷伤結结沒没個个電电話话們们媽妈說说還还負负脅胁險险撐撑遺遗書书輕轻離离開开樓楼斷断\
     氣气餓饿嚇吓煩烦熱热難难過过來来會会覺觉對对時时無无誰谁讓让這这樣样為为學学鎖锁關关強强後后總总別别應应該该\
     麼么嗎吗聽听擔担驚惊訝讶厭厌惡恶靜静樂乐興兴憤愤緊紧張张發发問问題题幫帮點点給给實实騷骚擾扰繩绳條条罵骂\
     藥药處处燒烧槍枪裡里裏里誰谁記记當当經经種种極极終终終终窩窝鬱郁悶闷慌慌歡欢喜喜願愿幾几間间嚴严許许\
     壞坏親亲愛爱陰阴勁劲臟脏紅红綁绑週周聊聊請请報报滅灭掙挣運运淚泪憂忧慮虑懼惧內内歲岁傢家與与卻却";

/// Misspellings and short forms, with what they stand for.
const SPELLINGS: &[(&str, &str)] = &[
    ("wanna", "want to"),
    ("wana", "want to"),
    ("gonna", "going to"),
    ("gona", "going to"),
    ("gotta", "got to"),
    ("lemme", "let me"),
    ("kinda", "kind of"),
    ("anymore", "any more"),
    ("animore", "any more"),
    ("cannot", "can not"),
    ("lets", "let us"),
    ("im", "i am"),
    ("ive", "i have"),
    ("hes", "he is"),
    ("shes", "she is"),
    ("theyre", "they are"),
    ("youre", "you are"),
    ("youve", "you have"),
    ("thats", "that is"),
    ("theres", "there is"),
    ("whats", "what is"),
    ("wont", "will not"),
    ("u", "you"),
    ("ur", "your"),
    ("r", "are"),
    ("ppl", "people"),
    ("pls", "please"),
    ("plz", "please"),
    ("rly", "really"),
    ("bf", "boyfriend"),
    ("gf", "girlfriend"),
    ("kil", "kill"),
    ("kll", "kill"),
    ("killl", "kill"),
    ("kiling", "killing"),
    ("killin", "killing"),
    ("wnat", "want"),
    ("wont to", "want to"),
    ("dye", "die"),
    ("dieing", "dying"),
    ("ded", "dead"),
    ("deth", "death"),
    ("alife", "alive"),
    ("livin", "living"),
    ("nobdy", "nobody"),
    ("noone", "no one"),
    ("hitted", "hit"),
    ("tuch", "touch"),
    ("tuches", "touches"),
    ("tuched", "touched"),
    ("wen", "when"),
    ("wrk", "work"),
    ("dnt", "do not"),
    ("hitts", "hits"),
    ("wan", "want"),
    ("sucide", "suicide"),
    ("hurted", "hurt"),
    ("beated", "beat"),
    ("hurtin", "hurting"),
    ("hittin", "hitting"),
    ("becuz", "because"),
    ("cuz", "because"),
    ("bcuz", "because"),
    ("tmrw", "tomorrow"),
    ("dissapear", "disappear"),
    ("disapear", "disappear"),
    ("dissappear", "disappear"),
    ("unsave", "unsafe"),
    ("wory", "worry"),
    ("mite", "might"),
    ("sware", "swear"),
    ("skared", "scared"),
    ("scard", "scared"),
    ("suside", "suicide"),
    ("suiside", "suicide"),
    ("sewerslide", "suicide"),
    ("kms", "kill myself"),
    ("kys", "kill yourself"),
    ("unalive", "kill"),
    ("wats", "what is"),
    ("wut", "what"),
    ("dunno", "do not know"),
    ("alot", "a lot"),
    ("lif", "life"),
    ("hrt", "hurt"),
    ("knif", "knife"),
    ("abt", "about"),
    ("anymor", "any more"),
    ("evry", "every"),
    ("evrey", "every"),
    ("liv", "live"),
    ("beets", "beats"),
    ("hurtz", "hurts"),
    ("evryone", "everyone"),
    ("nobodys", "nobody"),
];

/// Words that one wrong, missing, doubled or swapped letter does not hide.
const FORGIVEN: &[&str] = &[
    "suicide",
    "suicidal",
    "myself",
    "himself",
    "herself",
    "themselves",
    "disappear",
    "anymore",
    "scared",
    "following",
    "threatened",
    "threatens",
    "bullied",
    "strangled",
    "worthless",
];

/// Short words in which two letters may change places.
const SWAPPED: &[&str] =
    &["kill", "want", "hits", "hurt", "life", "dead", "beat", "live", "knife", "hurts", "killed"];

/// Words that are known by their consonants.
const SOUNDED: &[&str] = &["disappear", "myself", "himself", "herself"];

/// Words that look like one of [`FORGIVEN`] and are none.
const OTHER_WORDS: &[&str] =
    &["hollowing", "scarred", "scares", "cared", "shared", "sacred", "scored", "billied"];

/// The usual form of a character.
pub(in crate::perception) fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '\u{2018}' | '\u{2019}' | '\u{b4}' | '`' => '\'',
        '\u{4e00}'..='\u{9fff}' => simplified(c),
        _ => c,
    }
}

fn simplified(c: char) -> char {
    let mut pairs = TRADITIONAL.chars();
    while let (Some(old), Some(new)) = (pairs.next(), pairs.next()) {
        if old == c {
            return new;
        }
    }
    c
}

/// Takes the word in `word`, and puts its tokens at the end of `tokens`.
pub(super) fn push_word(word: &mut String, tokens: &mut Vec<String>) {
    if word.is_empty() {
        return;
    }
    let taken = std::mem::take(word);
    let mut push =
        |part: &str| tokens.extend(part.split(' ').filter(|one| !one.is_empty()).map(str::to_owned));
    let Some((stem, tail)) = taken.split_once('\'') else {
        let one = letters(&taken);
        match without_apostrophe(&one) {
            Some(stem) => {
                push(stem);
                push("not");
            }
            None => push(&spelled(&one)),
        }
        return;
    };
    match (stem, tail) {
        ("can", "t") => push("can not"),
        ("won", "t") => push("will not"),
        ("ain", "t") => push("is not"),
        ("let", "s") => push("let us"),
        (stem, "t") if stem.ends_with('n') => {
            push(stem.trim_end_matches('n'));
            push("not");
        }
        (_, "m") => push("i am"),
        ("it" | "he" | "she" | "that" | "what" | "there" | "who" | "how" | "where" | "here", "s") => {
            push(stem);
            push("is");
        }
        (_, tail) => {
            push(&spelled(&letters(stem)));
            push(match tail {
                "ll" => "will",
                "d" => "would",
                "re" => "are",
                "ve" => "have",
                other => other,
            });
        }
    }
}

/// `dont` and the like, as speech and haste write them.
fn without_apostrophe(word: &str) -> Option<&str> {
    match word {
        "dont" | "doesnt" | "didnt" | "isnt" | "wasnt" | "arent" | "werent" | "havent" | "hasnt"
        | "hadnt" | "couldnt" | "wouldnt" | "shouldnt" | "neednt" => word.strip_suffix("nt"),
        "cant" => Some("can"),
        "aint" => Some("is"),
        _ => None,
    }
}

/// Figures that stand for letters, and letters drawn out.
fn letters(word: &str) -> String {
    let mixed = word.starts_with(|c: char| c.is_alphabetic()) && word.len() > 2;
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        out.push(match c {
            '1' if mixed => 'i',
            '0' if mixed => 'o',
            '3' if mixed => 'e',
            '4' if mixed => 'a',
            '5' if mixed => 's',
            _ => c,
        });
    }
    let all: Vec<char> = out.chars().collect();
    let mut short = String::with_capacity(out.len());
    let mut i = 0;
    while let Some(&c) = all.get(i) {
        let run = all.iter().skip(i).take_while(|one| **one == c).count();
        let kept = if run >= 3 && c.is_alphabetic() { 1 } else { run };
        short.extend(std::iter::repeat_n(c, kept));
        i += run;
    }
    short
}

fn spelled(word: &str) -> String {
    if let Some((_, right)) = SPELLINGS.iter().find(|(wrong, _)| *wrong == word) {
        return (*right).to_owned();
    }
    if word.len() >= 6
        && !OTHER_WORDS.contains(&word)
        && !FORGIVEN.contains(&word)
        && let Some(right) = FORGIVEN.iter().find(|right| one_slip(word.as_bytes(), right.as_bytes()))
    {
        return (*right).to_owned();
    }
    if let Some(right) = SOUNDED.iter().find(|right| word.len() >= 5 && bones(word) == bones(right)) {
        return (*right).to_owned();
    }
    if let Some(right) = SWAPPED.iter().find(|right| swapped(word.as_bytes(), right.as_bytes())) {
        return (*right).to_owned();
    }
    word.to_owned()
}

/// The first letter and the consonants, each once in a row.
fn bones(word: &str) -> String {
    let mut kept = String::new();
    for (i, c) in word.chars().enumerate() {
        if (i == 0 || !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')) && !kept.ends_with(c) {
            kept.push(c);
        }
    }
    kept
}

/// Whether two neighbours changed places.
fn swapped(wrong: &[u8], right: &[u8]) -> bool {
    let same = wrong.iter().zip(right).take_while(|(a, b)| a == b).count();
    match (wrong.get(same..), right.get(same..)) {
        (Some([p, q, x @ ..]), Some([r, s, y @ ..])) => p == s && q == r && x == y,
        _ => false,
    }
}

/// Whether `wrong` becomes `right` by one letter more, less, changed, or two swapped; the first one stands.
fn one_slip(wrong: &[u8], right: &[u8]) -> bool {
    if wrong.first() != right.first() || wrong.len().abs_diff(right.len()) > 1 {
        return false;
    }
    let same = wrong.iter().zip(right).take_while(|(a, b)| a == b).count();
    let (a, b) = (wrong.get(same..).unwrap_or(&[]), right.get(same..).unwrap_or(&[]));
    match (a, b) {
        ([], _) | (_, []) => true,
        ([_, rest @ ..], other) if rest == other => true,
        (other, [_, rest @ ..]) if rest == other => true,
        ([_, x @ ..], [_, y @ ..]) if x == y => true,
        ([p, q, x @ ..], [r, s, y @ ..]) => p == s && q == r && x == y,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_forgiven_and_two_are_not() {
        assert_eq!(spelled("sucide"), "suicide");
        assert_eq!(spelled("suicdie"), "suicide");
        assert_eq!(spelled("myslef"), "myself");
        assert_eq!(spelled("diseaser"), "diseaser");
        assert_eq!(spelled("sacred"), "sacred");
    }

    #[test]
    fn letters_drawn_out_and_figures_are_read() {
        assert_eq!(letters("diiiie"), "die");
        assert_eq!(letters("k1ll"), "kill");
        assert_eq!(letters("1000"), "1000");
    }
}
