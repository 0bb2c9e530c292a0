//! One file a concern; a handler extracts, asks [`crate::app`] and shows a view.

pub(crate) mod assets;
pub(crate) mod front;
pub(crate) mod health;
