//! Recordings.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = petri_tests::parsers::sound(data);
});
