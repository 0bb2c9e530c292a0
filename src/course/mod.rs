//! One course: source tree in, [`model::Course`] or every diagnostic at once out. Pure but for reading folders.

pub mod model;

pub use model::*;
