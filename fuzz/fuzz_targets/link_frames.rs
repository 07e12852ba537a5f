//! The decoder of the link, from both ends.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = petri_tests::parsers::link_frames(data);
});
