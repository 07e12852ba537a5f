//! The list of an update, its key and its signature.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = petri_tests::parsers::update(data);
});
