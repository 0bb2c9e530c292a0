//! One integration binary: a module per room.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod architecture;
mod cli;
mod databases;
mod house;
mod http;
mod launch;
mod package;
mod store;
mod trial;
