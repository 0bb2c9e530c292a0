//! A linter for a built package.

/// The manifest's name: every LMS looks for it first, at the root, in lower case.
pub const MANIFEST: &str = "imsmanifest.xml";
