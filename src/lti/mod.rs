//! LTI: from untrusted bytes to a launch, and the messages we send. Pure.
//!
//! ```text
//! id_token::Unverified::peek -> (the registration's keys) -> Unverified::verify -> validate -> Launch
//! ```
//! Each arrow is a type, so a launch that skipped a check does not compile. LTI 1.1 goes its own way to the same `Launch`: [`v1p1`].

pub mod address;
pub mod ags;
pub mod canvas;
pub mod claims;
pub mod deep_linking;
pub mod doctor;
mod error;
pub mod id_token;
pub mod jose;
mod launch;
pub mod notice;
pub mod nrps;
pub mod oidc;
pub mod platform;
pub mod registration;
pub mod review;
pub mod roles;
pub mod seal;
pub mod strict_json;
pub mod target;
#[cfg(test)]
mod tests;
pub mod tool;
pub mod v1p1;
mod validate;

pub use error::{Check, Fault, LaunchError};
pub use launch::{Launch, MessageType, OutcomesEndpoint};
pub use validate::{Expected, validate};
