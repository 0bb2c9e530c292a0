//! Packages: a course in, a deterministic zip out. Pure.

pub mod player;
