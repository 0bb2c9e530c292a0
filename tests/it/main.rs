//! One integration binary: a module per room.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod admin;
mod architecture;
mod audit;
mod behind_nginx;
mod class;
mod cli;
mod copied;
mod course;
mod databases;
mod deep_linking;
mod delivery;
mod deployments;
mod doctor;
mod downloads;
mod fake_platform;
mod fooled;
mod fuzzed;
mod house;
mod http;
mod keys;
mod launch;
mod learn;
mod lti;
mod messages;
mod notices;
mod package;
mod register;
mod remembered;
mod review;
mod roster;
mod services;
mod store;
mod teach;
mod trial;
mod v1p1;
