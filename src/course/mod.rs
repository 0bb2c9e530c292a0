//! One course: source tree in, [`model::Course`] or every diagnostic at once out. Pure but for reading folders.

pub mod cache;
pub mod diagnostic;
mod front_matter;
pub mod links;
mod load;
mod manifest;
mod markdown;
pub mod model;
mod quiz;
mod reader;
pub mod source;

pub use cache::RenderCache;
pub use diagnostic::{Diagnostic, Diagnostics, Kind, Severity, Spot};
pub use load::{check, load};
pub use model::*;
pub use source::{Source, SourceError};
