//! Dynamic Registration 1.0: what a platform says of itself, whether to believe it, what we say of ourselves, what it answers. Pure.

mod answer;
mod configuration;
mod request;
mod vouch;

pub use answer::{AnswerError, Complaint, Registered, complaint};
pub use configuration::{ConfigurationError, Offered, PlatformConfiguration};
pub use request::{WANTED_SCOPES, document, scopes};
pub use vouch::{Stranger, Vouched, vouch};
