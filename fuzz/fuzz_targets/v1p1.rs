#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| courseferry_fuzz::v1p1(data));
