//! The vocabulary of a text model: from a sentence to the numbers that the model takes.

use serde::de::DeserializeOwned;
use std::ops::Range;
use tokenizers::models::unigram::Unigram;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::{
    DecoderWrapper, Model, ModelWrapper, NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper,
    Tokenizer, TokenizerImpl,
};

/// A vocabulary and how many of its pieces the model takes.
pub struct Vocabulary {
    tokenizer: Tokenizer,
    tokens_max: usize,
}

impl Vocabulary {
    /// From a model's `tokenizer.json`; sentences are cut to `tokens_max` pieces.
    ///
    /// # Errors
    /// The reader's, when the bytes are no tokenizer.
    pub fn parse(file: &[u8], tokens_max: usize) -> Result<Self, String> {
        // Asked for one kind of model, the reader need not hold the vocabulary until it knows which kind it is.
        let tokenizer = read::<WordPiece>(file).or_else(|_| read::<Unigram>(file));
        let tokenizer =
            tokenizer.or_else(|_| Tokenizer::from_bytes(file).map_err(|error| error.to_string()))?;
        Ok(Self { tokenizer, tokens_max })
    }

    /// The pieces of a sentence, between the marks of its beginning and its end.
    ///
    /// # Errors
    /// The tokenizer's.
    pub fn ids(&self, sentence: &str) -> Result<Vec<i64>, String> {
        let encoded = self.tokenizer.encode(sentence, true).map_err(|error| error.to_string())?;
        let mut ids: Vec<i64> = encoded.get_ids().iter().map(|id| i64::from(*id)).collect();
        if ids.len() > self.tokens_max {
            // The last token closes the sentence and stays.
            let close = ids.pop();
            ids.truncate(self.tokens_max.saturating_sub(1));
            ids.extend(close);
        }
        Ok(ids)
    }

    /// The words of a sentence, as bytes of it; the vocabulary says where they end.
    ///
    /// # Errors
    /// The tokenizer's.
    pub fn words(&self, sentence: &str) -> Result<Vec<Range<usize>>, String> {
        let encoded = self.tokenizer.encode(sentence, false).map_err(|error| error.to_string())?;
        // The mark of a beginning is a piece of its own at times, with the offsets of what follows.
        let whole = |token: &str| !token.trim_start_matches('▁').is_empty();
        let pieces = encoded.get_tokens().iter().zip(encoded.get_offsets());
        let spans = pieces.filter(|(token, _)| whole(token)).map(|(_, (from, to))| *from..*to);
        let wordy = |span: &Range<usize>| {
            sentence.get(span.clone()).is_some_and(|word| word.chars().any(char::is_alphanumeric))
        };
        Ok(spans.filter(wordy).collect())
    }
}

type Of<M> = TokenizerImpl<M, NormalizerWrapper, PreTokenizerWrapper, PostProcessorWrapper, DecoderWrapper>;

/// The tokenizer of a file whose model is an `M`.
fn read<M: Model + DeserializeOwned + Into<ModelWrapper>>(file: &[u8]) -> Result<Tokenizer, String> {
    let read: Of<M> = serde_json::from_slice(file).map_err(|error| error.to_string())?;
    Ok(read.into())
}
