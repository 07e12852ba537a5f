//! Words that are scored beside a list and never answered.

/// Words that sound like a word of the list, and refuse it where they are no lower.
///
/// Chosen by sound, then by half of the speakers of the speech decoder's card and by synthetic voices: none that the
/// decoder writes for the word itself ("step" for "stop", "come" for "calm", "said" for "sad").
const RIVALS: [(&str, &[&str]); 10] = [
    ("happy", &["happen", "puppy", "copy", "heavy", "hockey"]),
    ("sad", &["sat", "sack", "side", "sod"]),
    ("angry", &["anger"]),
    ("scared", &["stared", "cared"]),
    ("calm", &["car"]),
    ("yes", &["yet", "less", "mess", "chess", "best", "test", "desk", "us", "his", "ace", "yesterday"]),
    ("no", &["go", "now", "nine", "night", "none", "known", "note", "nor", "low", "oh", "dough", "though"]),
    ("again", &["began", "gain", "against", "gun"]),
    ("next", &["text", "nest", "neck", "six", "fix", "thanks", "eggs"]),
    ("help", &["helped", "helper", "hope"]),
];

/// The rivals of a word, unless the list has them.
pub(super) fn of(word: &str, list: &[&str]) -> impl Iterator<Item = &'static str> {
    let found = RIVALS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    let rivals = found.map(|(_, rivals)| *rivals).unwrap_or_default();
    rivals.iter().copied().filter(|rival| !list.iter().any(|listed| listed.eq_ignore_ascii_case(rival)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_listened_for_is_nobodys_rival() {
        assert!(of("No", &["yes", "no"]).any(|rival| rival == "go"));
        assert!(!of("no", &["no", "GO"]).any(|rival| rival == "go"));
        assert_eq!(of("banana", &["banana"]).count(), 0);
        let listed: Vec<&str> = RIVALS.iter().map(|(word, _)| *word).collect();
        assert!(listed.iter().all(|word| of(word, &listed).all(|rival| !listed.contains(&rival))));
    }
}
