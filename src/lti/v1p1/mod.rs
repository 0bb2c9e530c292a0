//! LTI 1.1: form launches signed by OAuth 1.0a, grades by Basic Outcomes. Pure.
//!
//! ```text
//! message::Unverified::peek -> (the key's secret) -> Unverified::verify -> launch -> Launch
//! ```
//! The launch is the same type as LTI 1.3's, so that whoever works with one works with the other.

mod error;
mod header;
mod launch;
mod message;
pub mod migration;
pub mod outcomes;
mod signature;
#[cfg(test)]
mod tests;

pub use error::{Fault, Refused};
pub use header::authorization;
pub use launch::{Expected, launch};
pub use message::{Unverified, Verified};
pub use signature::{Method, signature};

/// What stands where LTI 1.3 has an issuer: no address, so no token can ever claim it.
pub const ISSUER: &str = "LTI 1.1";

/// Seconds that a platform's clock may differ from ours.
pub const WINDOW: i64 = 5 * 60;

/// Milliseconds that a nonce is remembered: much longer than [`WINDOW`] lets it be used.
pub const NONCE_LIFE: i64 = 90 * 60 * 1000;
