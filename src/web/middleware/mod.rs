//! What every request passes through, outermost first: [`shell`] (reference id, log line, metrics), [`pages`] (errors become
//! pages), [`headers`] (security headers), [`guard`] (requests that change something come from our own pages).

pub(crate) mod guard;
pub(crate) mod headers;
pub(crate) mod pages;
pub(crate) mod shell;
