//! courseferry: one Markdown course in, every LMS served.
//!
//! The crate is a house with layers; nothing points left:
//! `main -> run -> {cli, web, worker, trial} -> app -> {store, services} -> {course, package, lti, learning}`.
//!
//! One launch, told in prose: the LMS posts to `/lti/login`; [`app`] writes a state row bound to the browser and answers with a
//! redirect to the platform; the platform posts an `id_token` to `/lti/launch`; [`lti`] verifies and validates it against the
//! registration found in [`store`]; state and nonce are consumed in the transaction that opens the session; the learner reads
//! [`course`] pages, answers a quiz that [`learning`] scores; attempt and outbox row are one transaction; [`worker`] leases the row
//! and posts the score through [`services`].
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod course;
pub mod ids;
pub mod learning;
pub mod lti;
pub mod package;
pub mod run;
pub mod services;
pub mod store;
pub mod telemetry;
pub mod trial;
pub mod web;
pub mod worker;
