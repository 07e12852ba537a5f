//! Why a text was read as it was: the words that weighed most.
//!
//! A word's weight is what the judgement loses when the sentence is read without it (occlusion; Zeiler and Fergus,
//! arXiv:1311.2901). It explains the model, not the person.

use serde::Serialize;
use std::ops::Range;

/// Most parts of a sentence that are left out in turn. In a longer one neighbours are left out together.
pub const PARTS_MAX: usize = 24;
/// Most words that are told.
pub const WORDS_MAX: usize = 4;
/// Words below this share of the whole weight are not told.
const SHARE_MIN: f32 = 0.05;

/// How much a word weighed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Weight {
    /// The word, or the neighbouring words of a long sentence.
    pub word: String,
    /// Its share of all that spoke for the judgement, 0 to 1.
    pub share: f32,
}

/// The words of an English sentence, as bytes of it.
pub(super) fn english_words(sentence: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, letter) in sentence.char_indices() {
        if !(letter.is_alphanumeric() || letter == '\'' || letter == '’') {
            continue;
        }
        let end = at + letter.len_utf8();
        match words.last_mut() {
            Some(word) if word.end == at => word.end = end,
            _ => words.push(at..end),
        }
    }
    words
}

/// The words that weighed most, the heaviest first: none when no word speaks for the judgement.
///
/// `score` says how strongly a text speaks for the judgement, in any unit that adds up.
///
/// # Errors
/// What `score` fails with.
pub fn weights<E>(
    sentence: &str,
    words: &[Range<usize>],
    mut score: impl FnMut(&str) -> Result<f32, E>,
) -> Result<Vec<Weight>, E> {
    let parts = parts(words);
    if let [only] = parts.as_slice() {
        return Ok(vec![Weight { word: text(sentence, only), share: 1.0 }]);
    }
    let whole = if parts.is_empty() { 0.0 } else { score(sentence)? };
    let mut losses = Vec::with_capacity(parts.len());
    for part in &parts {
        let without = [sentence.get(..part.start), sentence.get(part.end..)];
        let without: String = without.into_iter().flatten().collect();
        losses.push((whole - score(without.trim())?).max(0.0));
    }
    let total: f32 = losses.iter().sum();
    let mut found: Vec<Weight> = parts
        .iter()
        .zip(losses)
        .filter(|(_, loss)| total > 0.0 && *loss >= SHARE_MIN * total)
        .map(|(part, loss)| Weight { word: text(sentence, part), share: loss / total })
        .collect();
    found.sort_by(|a, b| b.share.total_cmp(&a.share));
    found.truncate(WORDS_MAX);
    Ok(found)
}

fn text(sentence: &str, part: &Range<usize>) -> String {
    sentence.get(part.clone()).unwrap_or_default().to_owned()
}

/// At most [`PARTS_MAX`] runs of neighbouring words.
fn parts(words: &[Range<usize>]) -> Vec<Range<usize>> {
    let run = words.len().div_ceil(PARTS_MAX).max(1);
    let joined = |run: &[Range<usize>]| Some(run.first()?.start..run.last()?.end);
    words.chunks(run).filter_map(joined).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model that counts glad words.
    // Readers can fail; this one does not.
    #[allow(clippy::unnecessary_wraps)]
    fn glad(text: &str) -> Result<f32, ()> {
        Ok(text.matches("happy").count() as f32 * 3.0 + text.matches("nice").count() as f32
            - text.matches("not").count() as f32)
    }

    #[test]
    fn the_heaviest_word_comes_first_and_shares_add_up() {
        let sentence = "It's nice, I am happy; but not today";
        let found = weights(sentence, &english_words(sentence), glad).expect("no error");
        let words: Vec<&str> = found.iter().map(|weight| weight.word.as_str()).collect();
        assert_eq!(words, ["happy", "nice"]);
        assert!((found[0].share - 0.75).abs() < 1e-6 && (found[1].share - 0.25).abs() < 1e-6);
    }

    #[test]
    fn where_no_word_speaks_for_it_none_is_told() {
        let sentence = "the bus leaves";
        assert_eq!(weights(sentence, &english_words(sentence), glad), Ok(Vec::new()));
        assert_eq!(weights("...", &english_words("..."), glad), Ok(Vec::new()));
    }

    #[test]
    fn a_single_word_is_the_whole_reason() {
        let all = vec![Weight { word: "Great".to_owned(), share: 1.0 }];
        assert_eq!(weights("Great!", &english_words("Great!"), glad), Ok(all));
    }

    #[test]
    fn a_long_text_costs_no_more_than_the_limit() {
        let sentence = format!("{}happy", "word ".repeat(500));
        let mut looks = 0;
        let found = weights(&sentence, &english_words(&sentence), |text| {
            looks += 1;
            glad(text)
        });
        assert!(looks <= PARTS_MAX + 1, "{looks}");
        assert!(found.expect("no error")[0].word.ends_with("happy"));
    }
}
