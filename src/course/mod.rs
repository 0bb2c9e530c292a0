//! One course: source tree in, [`model::Course`] or every diagnostic at once out. Pure but for reading folders.

pub mod cache;
pub mod diagnostic;
#[cfg(feature = "figures")]
pub mod draw;
mod exam;
mod facts;
pub mod figures;
mod files;
mod front_matter;
#[cfg(test)]
mod fuzz;
mod glossary;
mod image;
pub mod links;
mod lint;
mod load;
mod make;
mod manifest;
mod markdown;
pub mod model;
mod model_quiz;
mod notebook;
mod papers;
mod project;
mod quiz;
mod reader;
mod render;
mod resolve;
mod route;
pub mod source;

pub use cache::RenderCache;
pub use diagnostic::{Diagnostic, Diagnostics, Kind, Severity, Spot};
pub use load::{check, load};
pub use model::*;
pub use source::{Source, SourceError};
