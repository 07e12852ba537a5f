//! What whoever sets up a device writes.

use petri_board::description::{Description, ready_file};
use petri_runtime::engine::Choice;
use petri_runtime::link::Address;
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
