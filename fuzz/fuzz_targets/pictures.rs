//! What cameras, robots and picture files give.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = petri_tests::parsers::pictures(data);
});
