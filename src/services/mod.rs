//! Outbound HTTP to platforms, behind the address guard.

pub mod ags;
pub mod http;
pub mod key_sets;
pub mod tokens;

/// A random number from 0 up to 1, for spreading retries.
pub(crate) fn fraction() -> f64 {
    let mut bytes = [0_u8; 4];
    match openssl::rand::rand_bytes(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0),
        Err(_) => 0.5,
    }
}
