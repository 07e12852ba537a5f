//! The file of an adapter.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = petri_tests::parsers::adapter(data);
});
