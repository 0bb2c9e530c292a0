//! What answers say beside the point: the platform's clock, and what is left of what we may ask.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use super::Answer;
use crate::clock::Clock;

/// Of one answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Note {
    /// Seconds that our clock was ahead of the platform's.
    pub ahead: Option<i64>,
    /// What is left of what we may ask.
    pub remaining: Option<f64>,
}

/// Of all answers to one client. Cheap to clone.
#[derive(Clone)]
pub struct Notes {
    clock: Clock,
    kept: Arc<Mutex<Vec<Note>>>,
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notes")
    }
}

impl Notes {
    /// None yet.
    #[must_use]
    pub fn new(clock: Clock) -> Notes {
        Notes { clock, kept: Arc::default() }
    }

    pub(super) fn add(&self, answer: &Answer) {
        let ahead = answer.date.map(|date| (self.clock)().as_second() - date.as_second());
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(Note { ahead, remaining: answer.remaining });
    }

    fn all(&self) -> Vec<Note> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Seconds that our clock is ahead, as the quickest answer says: a slow one makes us look later than we are.
    #[must_use]
    pub fn ahead(&self) -> Option<i64> {
        self.all().iter().filter_map(|n| n.ahead).min_by_key(|ahead| ahead.abs())
    }

    /// The least that was left.
    #[must_use]
    pub fn remaining(&self) -> Option<f64> {
        self.all().iter().filter_map(|n| n.remaining).min_by(f64::total_cmp)
    }
}
