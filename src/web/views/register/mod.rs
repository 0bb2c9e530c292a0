//! Pages of a registration, shown in a frame of the LMS: what will be registered, what to press next, what went wrong.

pub(crate) mod done;
pub(crate) mod offer;
pub(crate) mod paste;
mod words;

pub(crate) use words::words;

use crate::{app::register_platform::RegisterFault, store::StoreError, web::Error};

/// A fault as an answer.
pub(crate) fn error(fault: RegisterFault) -> Error {
    match fault {
        RegisterFault::Store(error @ (StoreError::Locked | StoreError::Closed | StoreError::Unreachable { .. })) => error.into(),
        other => Error::Register(Box::new(other)),
    }
}
