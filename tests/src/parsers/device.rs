//! What whoever sets up a device writes, and what is brought to it.

use super::halves;
use petri_board::description::{Description, ready_file};
use petri_link::std::Address;
use petri_runtime::engine::Choice;
use petri_update::{Keys, Manifest};
use std::path::Path;

/// The board file; and its first line as an address of a link and as the name of an accelerator.
pub fn board(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let board = Description::parse(Path::new("board.toml"), &text);
    match &board {
        Ok(board) => assert!(board.summary().starts_with("board ")),
        Err(fault) => {
            assert!((1..=text.lines().count().max(1) + 1).contains(&fault.line), "{fault}");
            assert!(fault.to_string().contains("; "), "it says what to do: {fault}");
        }
    }
    let line = text.lines().next().unwrap_or_default();
    if let Ok(address) = line.parse::<Address>() {
        assert!(!matches!(&address, Address::Tcp(address) if !address.ip().is_loopback()));
        assert_eq!(address.to_string().parse::<Address>().as_ref(), Ok(&address));
    }
    let _ = line.parse::<Choice>();
    assert!(ready_file(line).ends_with(".toml"));
    board.is_ok()
}

/// The list of an update; after a line of dashes a key, and after another the signature.
pub fn update(data: &[u8]) -> bool {
    let (list, rest) = halves(data);
    let (key, signature) = halves(rest);
    if let Ok(manifest) = Manifest::parse(list) {
        let text = manifest.text().expect("what was read can be written");
        assert_eq!(Manifest::parse(text.as_bytes()).as_ref().ok(), Some(&manifest));
        let inside = |path: &str| !path.starts_with('/') && !path.contains("..") && !path.contains('\\');
        assert!(manifest.files.iter().all(|item| inside(&item.path)), "a path that leads out");
    }
    let (key, signature) = (String::from_utf8_lossy(key), String::from_utf8_lossy(signature));
    let mut keys = Keys::none();
    keys.add(&key).is_ok() && keys.signer(list, &signature, &[]).is_ok()
}
