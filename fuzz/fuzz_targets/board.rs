//! The board file, addresses of links, names of accelerators.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = petri_tests::parsers::board(data);
});
