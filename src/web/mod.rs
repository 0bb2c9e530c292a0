//! The HTTP front door: [`routes`] is the table, a handler extracts, asks [`crate::app`] and shows a view.

mod address;
mod admin;
mod assets;
mod cookies;
mod error;
mod extract;
mod failures;
mod handlers;
mod middleware;
mod routes;
mod server;
mod state;
mod tls;
mod views;

pub use error::Error;
pub use server::{Running, ServerError, bind, serve};
pub use state::{Options, State};
pub use tls::{Certificate, TlsError};
