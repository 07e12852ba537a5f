//! What people type and say.

use super::file;
use petri_models::Id;
use petri_runtime::intake;
use petri_runtime::perception::tokens::Tokens;
use petri_runtime::perception::vocabulary::Vocabulary;
use petri_runtime::perception::{choice, concern, moves, text as english};
use std::sync::LazyLock;

/// Letters of a word that is spelled in pieces: no wanted word is longer.
const WORD_CHARS_MAX: usize = 32;
/// Words that are spelled in pieces, of one text.
const WORDS_MAX: usize = 16;

static VOCABULARIES: LazyLock<Vec<(Vocabulary, usize)>> = LazyLock::new(|| {
    [Id::TextEmotion, Id::TextEmotionZh]
        .into_iter()
        .map(|id| {
            let tokens_max = petri_models::get(id).number("max_tokens") as usize;
            let bytes = file(&format!("models/{}/tokenizer.json", id.folder()));
            (Vocabulary::parse(&bytes, tokens_max).expect("a tokenizer of ours"), tokens_max)
        })
        .collect()
});
static TOKENS: LazyLock<Tokens> = LazyLock::new(|| Tokens::parse(&file("models/speech-decoder/tokens.txt")));

/// A line of text on its way to the models: limits, word lists, both vocabularies, and the pieces of speech. The first
/// byte says whether it is a vocabulary itself.
pub fn text(data: &[u8]) -> bool {
    let Some((kind, rest)) = data.split_first() else { return false };
    let line = String::from_utf8_lossy(rest);
    if kind % 8 == 7 {
        let tokens = Tokens::parse(rest);
        let _ = tokens.decode(&tokens.encode("no"));
        return false;
    }
    let line = match intake::text(&line) {
        Ok(line) => line,
        Err(error) => {
            assert!(error.to_string().contains("; "), "it says what to do: {error}");
            return false;
        }
    };
    assert!(!line.is_empty() && line.len() <= intake::TEXT_BYTES_MAX);
    for (vocabulary, tokens_max) in &*VOCABULARIES {
        let ids = vocabulary.ids(line).expect("any text has pieces");
        assert!(ids.len() <= *tokens_max && ids.iter().all(|id| *id >= 0));
        for word in vocabulary.words(line).expect("any text has words") {
            assert!(line.get(word).is_some_and(|word| word.chars().any(char::is_alphanumeric)));
        }
    }
    let row = concern::row(line, petri_models::get(Id::TextSigns));
    assert!((row.iter().map(|value| value * value).sum::<f32>() - 1.0).abs() < 1e-3);
    let _ = (concern::listed(line), moves::moves(line), english::named_feeling(line));
    assert!(choice::choice(line).is_none_or(|choice| choice < 3));
    for word in line.split_whitespace().take(WORDS_MAX) {
        if word.chars().count() <= WORD_CHARS_MAX && !word.contains('\u{2581}') {
            assert_eq!(TOKENS.decode(&TOKENS.encode(word)), word, "pieces join to the word again");
        }
    }
    true
}
