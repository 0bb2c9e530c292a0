#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| courseferry_fuzz::roster(data));
