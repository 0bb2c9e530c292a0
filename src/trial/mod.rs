//! The built-in trial platform: a small LTI platform for trying the tool without an LMS.
//!
//! It listens at another origin than the tool (`localhost` beside `127.0.0.1`, two sites to a browser), has its own keys, token
//! endpoint, AGS and grade book, frames the tool, and can be broken on purpose. Everything is in memory. It starts only with
//! `ferry serve --trial`, and only on this machine ([`crate::app::this_machine`]).

mod ags;
mod assertion;
mod deep_link;
mod faults;
mod grade_book;
mod oidc;
mod pages;
mod people;
mod server;
mod state;

/// Stops the platform.
pub use actix_web::dev::ServerHandle;
pub use server::{Registration, Trial, TrialError};
pub use state::{Activity, ToolKeys};
