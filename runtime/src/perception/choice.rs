//! Replies that point to a choice: "the second one", "b", "选三".

/// The words for each place, alone or between words that add nothing.
const PLACES: [&[&str]; 3] = [
    &["a", "one", "first", "1", "一", "1st"],
    &["b", "two", "second", "2", "二", "两", "2nd"],
    &["c", "three", "third", "3", "三", "3rd"],
];
/// Words that may stand around it.
const AROUND: [&str; 14] = [
    "the", "number", "option", "choice", "answer", "reason", "reply", "take", "i", "i'd", "would", "say",
    "please", "one",
];
/// Characters that may stand around it.
const AROUND_ZH: &str = "第个选我条种是那就吧的";
/// Longer replies are no mere choice.
const CHARS_MAX: usize = 32;

/// The choice that a whole reply points to: 0 for the first, 1 for the second, 2 for the third.
pub fn choice(text: &str) -> Option<u8> {
    let lower = text.to_lowercase();
    if lower.chars().count() > CHARS_MAX {
        return None;
    }
    let place = |word: &str| PLACES.iter().position(|words| words.contains(&word)).map(|place| place as u8);
    let stripped: String = lower
        .chars()
        .filter(|c| !AROUND_ZH.contains(*c) && !c.is_ascii_punctuation() && !"，。！？、".contains(*c))
        .collect();
    let words: Vec<&str> = stripped.split_whitespace().collect();
    let mut pointed: Vec<u8> =
        words.iter().filter(|word| !AROUND.contains(word)).map(|word| place(word)).collect::<Option<_>>()?;
    if pointed.is_empty() && words.last() == Some(&"one") {
        pointed.push(0);
    }
    match pointed.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::choice;

    #[test]
    fn a_choice_is_heard_and_anything_else_is_none() {
        for (text, place) in [
            ("the second one", 1),
            ("B", 1),
            ("two", 1),
            ("number three", 2),
            ("option a", 0),
            ("the first one, please", 0),
            ("number one", 0),
            ("第二个", 1),
            ("选三", 2),
            ("我选第一个。", 0),
        ] {
            assert_eq!(choice(text), Some(place), "{text}");
        }
        for text in ["", "she is sad", "one or two", "the one who left", "我很难过", "I second that idea"]
        {
            assert_eq!(choice(text), None, "{text}");
        }
    }
}
