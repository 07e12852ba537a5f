//! The vocabulary of the speech model.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Token pieces by id, and back.
pub struct Tokens {
    pieces: Vec<Arc<[u8]>>,
    ids: HashMap<Arc<[u8]>, i64>,
}

/// Ids below stand for no text: unknown, begin, end. From here on come the 256 single bytes.
const FIRST_BYTE_ID: i64 = 3;
const SPACE: &str = "\u{2581}";

impl Tokens {
    /// Parses the text form: one piece per line in the order of ids, a byte that is no plain text as `\xHH`.
    pub fn parse(file: &[u8]) -> Self {
        let text = String::from_utf8_lossy(file);
        let pieces: Vec<Arc<[u8]>> = text.lines().map(|line| unescape(line).into()).collect();
        let mut ids = HashMap::with_capacity(pieces.len());
        ids.extend(pieces.iter().cloned().zip(0..).filter(|(piece, _)| !piece.is_empty()));
        Self { pieces, ids }
    }

    /// Byte-pair encoding of a word after a space: the neighbours whose joined piece has the lowest id are joined
    /// until none are left.
    pub fn encode(&self, word: &str) -> Vec<i64> {
        let text = format!("{SPACE}{word}");
        let mut parts: Vec<Vec<u8>> = text.chars().map(|c| c.to_string().into_bytes()).collect();
        loop {
            let joined =
                |i: usize| self.ids.get([&parts[i][..], &parts[i + 1][..]].concat().as_slice()).copied();
            let best = (0..parts.len().saturating_sub(1)).filter_map(|i| joined(i).map(|id| (id, i))).min();
            let Some((_, i)) = best else { break };
            let right = parts.remove(i + 1);
            parts[i].extend(right);
        }
        let id_of = |part: Vec<u8>| match self.ids.get(part.as_slice()) {
            Some(id) => vec![*id],
            None => part.iter().map(|byte| FIRST_BYTE_ID + i64::from(*byte)).collect(),
        };
        parts.into_iter().flat_map(id_of).collect()
    }

    /// The text of a run of tokens.
    pub fn decode(&self, ids: &[i64]) -> String {
        let bytes: Vec<u8> = ids
            .iter()
            .filter(|id| **id >= FIRST_BYTE_ID)
            .filter_map(|id| self.pieces.get(usize::try_from(*id).ok()?))
            .flat_map(|piece| piece.iter().copied())
            .collect();
        String::from_utf8_lossy(&bytes).replace(SPACE, " ").trim().to_owned()
    }
}

fn unescape(line: &str) -> Cow<'_, [u8]> {
    if !line.contains("\\x") {
        return line.as_bytes().into();
    }
    let mut bytes = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("\\x") {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let code = rest.get(at + 2..at + 4).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.extend(code.map_or_else(|| b"\\x".to_vec(), |byte| vec![byte]));
        rest = &rest[if code.is_some() { at + 4 } else { at + 2 }..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_lowest_id_first_and_escapes_are_bytes() {
        let bytes = (0..256).map(|byte| format!("\\x{byte:02X}")).collect::<Vec<_>>().join("\n") + "\n";
        let file = format!("<unk>\n<s>\n</s>\n{bytes}{SPACE}\nn\no\nno\n{SPACE}no\n");
        let tokens = Tokens::parse(file.as_bytes());
        assert_eq!(tokens.encode("no"), [263]);
        assert_eq!(tokens.encode("on"), [259, 261, 260]);
        assert_eq!(tokens.encode("x"), [259, FIRST_BYTE_ID + i64::from(b'x')]);
        assert_eq!(tokens.decode(&[1, 263, 263, FIRST_BYTE_ID + 0x41, 2]), "no noA");
    }
}
